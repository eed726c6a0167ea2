package main

import (
	"bytes"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"

	"github.com/yunfan-cloud/yunfan/internal/clouds"
	"github.com/yunfan-cloud/yunfan/provider"
	factory "github.com/yunfan-cloud/yunfan/provider/clouds"
	"github.com/yunfan-cloud/yunfan/provider/specfile"
)

// specSchema and accountSchema are where the schemas of files go.
const (
	specSchema    = "provider/specfile/schema.json"
	accountSchema = "provider/clouds/schema.json"
)

// schemas returns the JSON Schemas of specs and of accounts as files, with what the Go
// documentation says about each field.
func schemas() (specs, accounts string, err error) {
	o := &specfile.SchemaOptions{}
	docs := map[string]string{}
	packages := []string{
		reflect.TypeFor[provider.RunInstancesSpec]().PkgPath(), reflect.TypeFor[factory.Account]().PkgPath(),
	}
	for _, c := range clouds.All() {
		o.Vendors = append(o.Vendors, c.Options[0])
		packages = append(packages, reflect.TypeOf(c.Options[0]).PkgPath())
	}
	for _, path := range packages {
		if err := fieldDocs(path, docs); err != nil {
			return "", "", err
		}
	}
	o.Describe = func(owner reflect.Type, field string) string {
		return docs[owner.PkgPath()+"."+owner.Name()+"."+field]
	}
	ofSpecs, err := specfile.Schema(o)
	ofAccounts, failed := factory.Schema(o.Describe)
	return string(ofSpecs), string(ofAccounts), errors.Join(err, failed)
}

// fieldDocs adds the documentation of the fields of all structs of a package, by package, type
// and field.
func fieldDocs(path string, docs map[string]string) error {
	dir, err := exec.Command("go", "list", "-f", "{{.Dir}}", path).Output() //nolint:noctx // a command that runs once
	if err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(string(bytes.TrimSpace(dir)), "*.go"))
	if err != nil {
		return err
	}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, isType := n.(*ast.TypeSpec)
			if !isType {
				return true
			}
			if s, isStruct := spec.Type.(*ast.StructType); isStruct {
				structDocs(path+"."+spec.Name.Name, s, docs)
			}
			return false
		})
	}
	return nil
}

// structDocs adds the documentation of the fields of a struct.
func structDocs(at string, s *ast.StructType, docs map[string]string) {
	for _, f := range s.Fields.List {
		text := f.Doc.Text()
		if text == "" {
			text = f.Comment.Text()
		}
		for _, name := range f.Names {
			docs[at+"."+name.Name] = plain(text)
		}
	}
}

// docLink matches a link of a Go comment.
var docLink = regexp.MustCompile(`\[\*?([A-Za-z]+(?:\.[A-Za-z]+)*)\]`)

// plain returns a comment as one line of text per paragraph, without links.
func plain(comment string) string {
	var paragraphs []string
	for _, p := range strings.Split(comment, "\n\n") {
		paragraphs = append(paragraphs, strings.Join(strings.Fields(p), " "))
	}
	return strings.TrimSpace(docLink.ReplaceAllString(strings.Join(paragraphs, "\n"), "$1"))
}
