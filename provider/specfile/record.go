package specfile

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"unicode/utf8"

	"github.com/yunfan-cloud/yunfan/provider"
)

// recordVersion is the version of records that this package reads and writes.
const recordVersion = 1

// Record is what another process needs to resume an operation: the file, and the token of the
// operation. It holds no secret, only references. A program that keeps records writes one
// whenever its [provider.Journal] gets a token.
//
// Reading a record resolves the references of its file. A token that has nothing left to create
// can be resumed without the spec; Options.KeepSecretsOut reads the record when the secrets are
// gone.
type Record struct {
	File  *File
	Token []byte // as the journal got it, or as [provider.Operation.MarshalText] returns it
}

// recordForm is a record as it is written.
type recordForm struct {
	Record int
	File   *node
	Token  string
}

// ReadRecord reads a record, as [Read] reads a file. Paths in errors and in References are those
// of its file.
func ReadRecord(r io.Reader, name string, o *Options) (*Record, error) {
	data, err := readAll(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return ParseRecord(data, name, o)
}

// ReadRecordFile reads the record of a path, as [ReadFile] reads a file.
func ReadRecordFile(path string, o *Options) (*Record, error) {
	return readPath(path, o, ParseRecord)
}

// ParseRecord is [ReadRecord] for data in memory. It does not keep data.
func ParseRecord(data []byte, name string, o *Options) (*Record, error) {
	p := &problems{file: name}
	d, root, err := begin(data, name, reflect.TypeFor[recordForm](), o, p)
	if err != nil || root == nil {
		return nil, errors.Join(err, p.err())
	}
	r := d.record(root)
	if err := p.err(); err != nil {
		return nil, err
	}
	return r, nil
}

// record reads a record from its tree.
func (d *decoder) record(root *node) *Record {
	if !d.isVersion(root, "record", recordVersion) {
		return nil
	}
	var form recordForm
	d.value("", root, reflect.ValueOf(&form).Elem())
	d.form = reflect.TypeFor[fileForm]()
	if form.Token == "" && root.find("token") == nil {
		d.add(root.at, "token", "is missing: without it nothing can be resumed")
	}
	if form.File == nil {
		d.add(root.at, "file", "is missing: it holds the spec")
		return nil
	}
	return &Record{File: d.file(form.File), Token: []byte(form.Token)}
}

// Marshal returns the record in a format, as [File.Marshal] returns a file.
func (r *Record) Marshal(format Format) ([]byte, error) {
	switch {
	case r.File == nil || len(r.Token) == 0:
		return nil, fmt.Errorf("%w: a record needs a file and a token", provider.ErrInvalid)
	case !utf8.Valid(r.Token):
		return nil, fmt.Errorf("%w: the token is not a text", provider.ErrInvalid)
	}
	e := &encoder{problems: &problems{}, file: r.File}
	root := &node{kind: fieldsNode}
	root.put("record", &node{kind: numberNode, text: fmt.Sprint(recordVersion)})
	root.put("file", e.form())
	root.put("token", &node{kind: textNode, text: string(r.Token)})
	if err := e.err(); err != nil {
		return nil, err
	}
	return write(root, format)
}

// ResumeOptions returns the options that resume the operation of the record with its spec and
// its options. The program sets Run.Journal and Run.Progress again.
func (r *Record) ResumeOptions() *provider.ResumeOptions {
	return &provider.ResumeOptions{Spec: &r.File.Spec, Run: &r.File.Run}
}
