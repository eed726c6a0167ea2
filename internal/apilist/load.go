package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// listed is what go list tells about a package.
type listed struct {
	Name       string
	ImportPath string
	Dir        string
	Export     string // file with the types that it exports
	GoFiles    []string
	Module     *struct{ Path string }
	DepOnly    bool
}

// present returns the API of the public packages of the module at root.
func present(ctx context.Context, root string) (apis, error) {
	pkgs, err := golist(ctx, root)
	if err != nil {
		return nil, err
	}
	exports := map[string]string{}
	for _, p := range pkgs {
		exports[p.ImportPath] = p.Export
	}
	fset := token.NewFileSet()
	imports := importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) {
		return os.Open(exports[path])
	})
	now := apis{}
	for _, p := range pkgs {
		if p.DepOnly || !p.isPublic() {
			continue
		}
		api, err := p.check(fset, imports)
		if err != nil {
			return nil, err
		}
		now[p.file()] = lines(api)
	}
	if len(now) == 0 {
		return nil, errors.New("there is no public package")
	}
	return now, nil
}

// golist asks the go command for all packages of a module and for what they import.
func golist(ctx context.Context, root string) ([]listed, error) {
	fields := "Name,ImportPath,Dir,Export,GoFiles,Module,DepOnly"
	cmd := exec.CommandContext(ctx, "go", "list", "-export", "-deps", "-json="+fields, "./...")
	cmd.Dir = root
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w\n%s", err, stderr.String())
	}
	var pkgs []listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return pkgs, nil
		} else if err != nil {
			return nil, err
		}
		pkgs = append(pkgs, p)
	}
}

// isPublic reports whether programs outside the module import the package.
func (p *listed) isPublic() bool {
	inside := strings.Contains("/"+p.ImportPath+"/", "/internal/")
	return p.Name != "main" && !inside
}

// file is the name of the package's file in the folder api.
func (p *listed) file() string {
	short := p.Name // of the package at the root
	if p.ImportPath != p.Module.Path {
		short = strings.TrimPrefix(p.ImportPath, p.Module.Path+"/")
	}
	return strings.ReplaceAll(short, "/", "-") + ".txt"
}

// check reads the package's source and finds the types in it.
func (p *listed) check(fset *token.FileSet, imports types.Importer) (*types.Package, error) {
	var files []*ast.File
	for _, name := range p.GoFiles {
		file, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	config := types.Config{Importer: imports}
	return config.Check(p.ImportPath, fset, files, nil)
}
