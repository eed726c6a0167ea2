package specfile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider"
)

// maxProblems is how many problems of a file are told.
const maxProblems = 50

// Error is one problem of a file. Its text holds no secret.
type Error struct {
	File   string // as it was named to Read; "" is not told
	Line   int    // from 1; 0 when the problem has no place in a file
	Column int    // in characters, from 1
	Path   string // the field, as in "spec.dataDisks[0].sizeGiB"; "" for the file itself
	Reason string
	Err    error // what caused it, such as a missing file; may be nil
}

// Error returns file, line, column, field and reason in one line.
func (e *Error) Error() string {
	at := e.File
	if e.Line > 0 {
		at = strings.TrimPrefix(fmt.Sprintf("%s:%d:%d", e.File, e.Line, e.Column), ":")
	}
	var parts []string
	for _, s := range []string{at, e.Path, e.Reason} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, ": ")
}

// Place returns the field, the reason and the place. Package problem shows them.
func (e *Error) Place() (path, reason string, line, column int) {
	return e.Path, e.Reason, e.Line, e.Column
}

// Unwrap returns [provider.ErrInvalid] and the cause.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{provider.ErrInvalid}
	}
	return []error{provider.ErrInvalid, e.Err}
}

// Errors are the problems of a file, sorted by line: the first 50, and one that says how many
// more there are. As an error it is never empty.
type Errors []*Error

// Error lists the problems, one per line.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, p := range e {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the problems.
func (e Errors) Unwrap() []error {
	out := make([]error, len(e))
	for i, p := range e {
		out[i] = p
	}
	return out
}

// problems collects the problems of one file.
type problems struct {
	file     string
	list     Errors
	misspelt []string // paths of fields that are there under a wrong name, which is a problem already
}

// isTold reports whether a problem of a path comes from a field with a wrong name: it seems to be missing.
func (p *problems) isTold(path string) bool {
	return slices.ContainsFunc(p.misspelt, func(field string) bool {
		rest, inside := strings.CutPrefix(path, field)
		return inside && (rest == "" || rest[0] == '.' || rest[0] == '[')
	})
}

// add adds a problem of a field. A path may be "", and a place may be zero.
func (p *problems) add(at place, path, reason string, args ...any) {
	p.addCaused(nil, at, path, fmt.Sprintf(reason, args...))
}

// addCaused adds a problem with the error that caused it.
func (p *problems) addCaused(cause error, at place, path, reason string) {
	if p.isTold(path) {
		return
	}
	p.list = append(p.list, &Error{File: p.file, Line: at.line, Column: at.column, Path: path, Reason: reason, Err: cause})
}

// err returns the problems sorted and not too many, or nil.
func (p *problems) err() error {
	if len(p.list) == 0 {
		return nil
	}
	slices.SortStableFunc(p.list, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	if more := len(p.list) - maxProblems; more > 0 {
		last := *p.list[maxProblems]
		last.Path, last.Reason, last.Err = "", fmt.Sprintf("and %d more problems from here on", more), nil
		return append(slices.Clone(p.list[:maxProblems]), &last)
	}
	return p.list
}
