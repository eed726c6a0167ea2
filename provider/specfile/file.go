package specfile

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/yunfan-cloud/yunfan/internal/nearest"
	"github.com/yunfan-cloud/yunfan/provider"
)

// version is the version of files that this package reads and writes.
const version = 1

// File is a spec with what belongs to it. It is a value for one goroutine at a time.
type File struct {
	// Cloud is the name of the cloud that the file is for, as the driver has it. It may be
	// empty, and it changes nothing in the spec: it is for programs that choose the cloud by name.
	Cloud string

	Spec provider.RunInstancesSpec

	// Run are the options of the create. Journal and Progress are not in files: the program
	// sets them after reading, and they are not written.
	Run provider.RunOptions

	// References are what stands in the file for each secret, by its path:
	// "spec.login.password", or `spec.vendor.aliyun.params["Arn.1.Rolearn"]`. Marshal needs one
	// for each secret that is set. For an entry of a map it may be "plain:" and the value.
	References map[string]string

	name   string
	base   string // path of this file in the form that it is a part of; "" for a file of its own
	places map[string]place
	read   map[string]readSecret
}

// fileForm is a file as it is written. Its fields are the names at the top.
type fileForm struct {
	Version int
	File
}

// Read reads a file. Name is for errors, and its ending may say the format. The error is
// [Errors] with every problem of the file, or the error of r. Nil options are the default.
func Read(r io.Reader, name string, o *Options) (*File, error) {
	data, err := readAll(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return Parse(data, name, o)
}

// ReadFile reads the file of a path. Relative paths of file references begin at its directory.
func ReadFile(path string, o *Options) (*File, error) {
	return readPath(path, o, Parse)
}

// Parse is [Read] for data in memory. It does not keep data.
func Parse(data []byte, name string, o *Options) (*File, error) {
	p := &problems{file: name}
	d, root, err := begin(data, name, reflect.TypeFor[fileForm](), o, p)
	if err != nil || root == nil {
		return nil, errors.Join(err, p.err())
	}
	f := d.file(root)
	if err := p.err(); err != nil {
		return nil, err
	}
	return f, nil
}

// readAll reads an input up to the largest size, and one byte more.
func readAll(r io.Reader) ([]byte, error) { return io.ReadAll(io.LimitReader(r, maxBytes+1)) }

// readPath reads the file of a path and parses it.
func readPath[T any](path string, o *Options, parse func([]byte, string, *Options) (T, error)) (none T, err error) {
	f, err := os.Open(path)
	if err != nil {
		return none, err
	}
	defer func() { _ = f.Close() }()
	data, err := readAll(f)
	if err != nil {
		return none, err
	}
	at := *o.orDefault()
	if at.Dir == "" {
		at.Dir = filepath.Dir(path)
	}
	return parse(data, path, &at)
}

// begin checks options and reads the tree of a form. The tree is nil after a problem of the input.
func begin(data []byte, name string, form reflect.Type, o *Options, p *problems) (*decoder, *node, error) {
	o = o.orDefault()
	types, err := vendorTypes(o.Vendors)
	if err != nil {
		return nil, nil, err
	}
	for scheme := range o.Resolvers {
		reserved := scheme == "plain" || scheme == "env" || scheme == "file"
		if reserved || !schemeForm.MatchString(scheme) {
			return nil, nil, fmt.Errorf("%w: Options.Resolvers: %q is not a free name of lower case letters and digits",
				provider.ErrInvalid, scheme)
		}
	}
	format := o.Format
	if format == "" {
		format = formatOf(name, data)
	}
	d := &decoder{
		problems: p, vendors: types, form: form,
		vault:      &vault{o: o, known: map[string]func() ([]byte, error){}},
		references: map[string]string{}, read: map[string]readSecret{}, places: map[string]place{},
		known: map[reflect.Type][]field{},
	}
	return d, parse(data, format, p), nil
}

// file reads a file from its tree.
func (d *decoder) file(root *node) *File {
	if !d.isVersion(root, "version", version) {
		return nil
	}
	var form fileForm
	d.value("", root, reflect.ValueOf(&form).Elem())
	return &form.File
}

// enterFile begins a File at a path. The function that it returns ends it: it sets what the
// File remembers about its reading.
func (d *decoder) enterFile(path string, n *node, v reflect.Value) (leave func()) {
	base, references, read := d.base, d.references, d.read
	d.base, d.references, d.read = path, map[string]string{}, map[string]readSecret{}
	f := v.Addr().Interface().(*File)
	return func() {
		if n.find("spec") == nil {
			d.add(n.at, fieldPath(path, "spec"), "is missing: the fields of the spec are below it")
		}
		_, known := d.vendors[f.Cloud]
		if f.Cloud != "" && len(d.vendors) > 0 && !known {
			at := fieldPath(path, "cloud")
			d.add(d.places[at], at, "%s: %s", shown(f.Cloud), d.unknownCloud(f.Cloud))
		}
		f.References, f.read = d.references, d.read
		f.name, f.base, f.places = d.problems.file, path, d.places
		d.base, d.references, d.read = base, references, read
	}
}

// inFile returns the path that a value has inside of its File.
func (d *decoder) inFile(path string) string {
	if d.base == "" {
		return path
	}
	return strings.TrimPrefix(path, d.base+".")
}

// isVersion adds a problem unless the version of a tree is the one that is known. What is below
// another version is not looked at: its rules are not known.
func (d *decoder) isVersion(root *node, key string, want int) bool {
	if root.kind == badNode || !d.wants("", root, fieldsNode, fmt.Sprintf("fields, with %s: %d first", key, want)) {
		return false
	}
	n := root.find(key)
	if n == nil {
		d.noVersion(root, key, want)
		return false
	}
	got := 0
	v := reflect.ValueOf(&got).Elem()
	problems := len(d.list)
	if d.value(key, n, v); len(d.list) > problems {
		return false
	}
	if got != want {
		d.add(n.at, key, "%d is not known: this program reads version %d", got, want)
		return false
	}
	return true
}

// noVersion adds the problem of a tree without its version, which may be there under a wrong name.
func (d *decoder) noVersion(root *node, key string, want int) {
	for _, m := range root.members {
		if nearest.Of(m.key, []string{key}) != "" {
			d.add(m.at, m.key, "unknown field; did you mean %s?", key)
			return
		}
	}
	d.add(root.at, key, "is missing: begin the file with %s: %d", key, want)
}

// Marshal returns the file in a format. The same file always gives the same bytes: fields in
// the order of the Go types, keys sorted, and no field that is zero. YAML is the default format.
//
// Secrets are written as their references. The error is [Errors], and names every secret that
// has none, or that changed after it was read, and every value that files cannot hold.
func (f *File) Marshal(format Format) ([]byte, error) {
	e := &encoder{problems: &problems{}, file: f}
	root := e.form()
	if err := e.err(); err != nil {
		return nil, err
	}
	return write(root, format)
}

// Write writes the file in a format to w. It writes nothing when [File.Marshal] fails.
func (f *File) Write(w io.Writer, format Format) error {
	data, err := f.Marshal(format)
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	return err
}

// write writes a tree in a format.
func write(root *node, format Format) ([]byte, error) {
	switch format {
	case JSON:
		return writeJSON(root)
	case YAML, "":
		return writeYAML(root)
	default:
		return nil, fmt.Errorf("%w: unknown format %q", provider.ErrInvalid, format)
	}
}
