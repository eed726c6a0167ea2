package specfile

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"

	"github.com/yunfan-cloud/yunfan/internal/nearest"
	"github.com/yunfan-cloud/yunfan/provider"
)

// Document is a file of a form of the program's own. It knows where each value is, and collects
// problems. It is for one goroutine at a time.
type Document struct {
	problems *problems
	places   map[string]place
}

// Decode reads data into a form of the program's own, with all rules of this package. Form is a
// pointer to a struct. Its fields have the names of [FieldName], and may be of every type that the
// specs have: texts, numbers, times, durations, [provider.Secret], structs, lists, and maps with
// text as keys.
//
//   - The struct has a field Version of type int. Its value before the call is the version that the
//     file has to name.
//   - Other values of the form before the call are the defaults.
//   - A struct, the form itself or one inside of it, may embed [File]. Then cloud, spec and run are
//     among its fields, as in a file of their own. Each of these Files has its own References, whose
//     paths begin at the File, and its own [File.Locate].
//
// The error has every problem of the file, as that of [Parse]. The document is nil only when nothing
// of the file could be read. So a program that has rules of its own can go on after an error, add
// its problems, and show [Document.Err], which has all.
func Decode(data []byte, name string, form any, o *Options) (*Document, error) {
	target, err := formOf(form)
	if err != nil {
		return nil, err
	}
	p := &problems{file: name}
	d, root, err := begin(data, name, target.Type(), o, p)
	if err != nil || root == nil {
		return nil, errors.Join(err, p.err())
	}
	if !d.isVersion(root, "version", int(target.FieldByName("Version").Int())) {
		return nil, p.err()
	}
	d.value("", root, target)
	doc := &Document{problems: p, places: d.places}
	return doc, doc.Err()
}

// DecodeFile is [Decode] for the file of a path. Relative paths of file references begin at its
// directory.
func DecodeFile(path string, form any, o *Options) (*Document, error) {
	return readPath(path, o, func(data []byte, name string, o *Options) (*Document, error) {
		return Decode(data, name, form, o)
	})
}

// DecodeReader is [Decode] for any reader. Name is for errors.
func DecodeReader(r io.Reader, name string, form any, o *Options) (*Document, error) {
	data, err := readAll(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return Decode(data, name, form, o)
}

// formOf returns the struct of a form, after a check.
func formOf(form any) (reflect.Value, error) {
	v := reflect.ValueOf(form)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		return v, fmt.Errorf("%w: a form is a pointer to a struct, not %T", provider.ErrInvalid, form)
	}
	version := v.Elem().FieldByName("Version")
	if !version.IsValid() || version.Kind() != reflect.Int || version.Int() < 1 {
		return v, fmt.Errorf("%w: %T needs a field Version of type int, which is 1 or more", provider.ErrInvalid, form)
	}
	return v.Elem(), nil
}

// Has reports whether the file has a value at a path, such as `clouds["web"].region`.
func (d *Document) Has(path string) bool {
	_, has := d.places[path]
	return has
}

// Refuse adds a problem of the value at a path, or of what it would be in. It adds none when this
// value already has one, or when it is there under a name that was told to be wrong.
func (d *Document) Refuse(path, reason string, args ...any) {
	told := slices.ContainsFunc(d.problems.list, func(e *Error) bool { return e.Path == path })
	if !told {
		d.problems.add(placeIn(d.places, path), path, reason, args...)
	}
}

// Add adds the problems of an error of [File.Locate]. Any other error is one problem of the file
// as a whole. Nil adds nothing.
func (d *Document) Add(err error) {
	var list Errors
	switch {
	case err == nil:
	case errors.As(err, &list):
		for _, e := range list {
			if !d.problems.isTold(e.Path) {
				d.problems.list = append(d.problems.list, e)
			}
		}
	default:
		d.problems.addCaused(err, place{}, "", err.Error())
	}
}

// Err returns all problems so far as [Errors], or nil.
func (d *Document) Err() error { return d.problems.err() }

// Nearest returns the one of the names that a word is most likely meant to be, or "" when none is
// near. Case, blanks, "_" and "-" do not count. One letter may be wrong, two from eight letters on, three
// from twelve on, and so on; words and names of fewer than three letters must be equal. The beginning of only
// one name is near, too, from three letters on. It is safe for concurrent use.
func Nearest(word string, names []string) string { return nearest.Of(word, names) }
