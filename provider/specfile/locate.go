package specfile

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider"
)

// Locate returns the problems of err, which Validate, Preview or RunInstances returned for the
// spec of this file, with their places in the file. The result is [Errors], sorted by line, that
// match the same errors. An err without problems of fields is returned as it is.
func (f *File) Locate(err error) error {
	var list provider.FieldErrors
	var one *provider.FieldError
	switch {
	case errors.As(err, &list):
	case errors.As(err, &one):
		list = provider.FieldErrors{one}
	default:
		return err
	}
	p := &problems{file: f.name}
	for _, problem := range list {
		path := fieldPath(f.base, f.pathOf(problem))
		reason := problem.Reason
		if problem.Value != "" {
			reason = fmt.Sprintf("%q: %s", problem.Value, reason)
		}
		if problem.Driver != "" {
			reason += " (" + problem.Driver + ")"
		}
		p.addCaused(problem, placeIn(f.places, path), path, reason)
	}
	return p.err()
}

// placeIn returns the place of a value, or of what it would be in.
func placeIn(places map[string]place, path string) place {
	for path != "" {
		if at, ok := places[path]; ok {
			return at
		}
		path = outerPath(path)
	}
	return place{}
}

// outerPath returns the path of what a value is in. A key in quotes is one part of a path,
// whatever it holds.
func outerPath(path string) string {
	if strings.HasSuffix(path, `"]`) {
		return path[:max(strings.LastIndex(path, `["`), 0)]
	}
	return path[:max(strings.LastIndexAny(path, ".["), 0)]
}

// vendorPath matches the path of options of a cloud: all of them, or those at an index.
var vendorPath = regexp.MustCompile(`^Vendor(\[(\d+)\])?`)

// pathOf returns the path that a field has in files.
func (f *File) pathOf(e *provider.FieldError) string {
	path := e.Path
	if found := vendorPath.FindStringSubmatch(path); found != nil {
		cloud := e.Driver
		if i, err := strconv.Atoi(found[2]); err == nil && i < len(f.Spec.Vendor) && f.Spec.Vendor[i] != nil {
			cloud = nameOf(f.Spec.Vendor[i])
		}
		return strings.TrimSuffix("spec.vendor."+cloud, ".") + namesIn(path[len(found[0]):])
	}
	path = strings.TrimPrefix(strings.TrimPrefix(path, "RunOptions."), "Run.")
	first := path[:len(path)-len(strings.TrimLeft(path, letters))]
	_, ofRun := reflect.TypeFor[provider.RunOptions]().FieldByName(first)
	_, ofSpec := reflect.TypeFor[provider.RunInstancesSpec]().FieldByName(first)
	if ofRun && !ofSpec {
		return "run." + namesIn(path)
	}
	return "spec." + namesIn(path)
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// pathParts matches the parts of a path: keys in quotes, and names of fields.
var pathParts = regexp.MustCompile(`"(\\.|[^"])*"|[A-Z][A-Za-z0-9]*`)

// namesIn returns a path with the names that fields have in files.
func namesIn(path string) string {
	return pathParts.ReplaceAllStringFunc(path, func(part string) string {
		if part[0] == '"' {
			return part
		}
		return FieldName(part)
	})
}
