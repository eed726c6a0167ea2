package provider

import (
	"fmt"
	"reflect"
	"strconv"
	"sync"

	"github.com/yunfan-cloud/yunfan/internal/sorted"
)

// maxNesting bounds how deep options are looked into: a third party's may hold
// themselves.
const maxNesting = 32

// placeholderCheck looks for placeholders among the secrets of a value: whatever is
// a Secret or UserData, and every text in a map of a vendor's options, which are its
// raw parameters. Every create comes by here: a struct's type says once which of its
// fields can hold any, and a path takes memory only where something is found.
type placeholderCheck struct {
	c     *Checker
	depth int
}

// checkSecrets looks into the spec; checkVendor looks into its options.
func (s *RunInstancesSpec) checkSecrets(c *Checker) {
	var path [96]byte
	placeholderCheck{c: c}.fields(path[:0], reflect.ValueOf(s).Elem())
}

// checkOption looks into the options of a vendor, the i-th of the list at path.
func checkOption(c *Checker, path string, i int, v reflect.Value) {
	var buf [96]byte
	at := appendIndex(append(buf[:0], path...), i)
	placeholderCheck{c: c}.value(at, reflect.Indirect(v), false)
}

// fields looks into the fields of a struct.
func (p placeholderCheck) fields(path []byte, v reflect.Value) {
	for _, f := range secretFieldsOf(v.Type()) {
		p.value(appendField(path, f.name), v.Field(f.index), false)
	}
}

// value looks into one value; raw says that it is in a map.
func (p placeholderCheck) value(path []byte, v reflect.Value, raw bool) {
	if p.depth++; p.depth > maxNesting {
		return
	}
	switch v.Kind() {
	case reflect.String:
		asSecret := v.Type() == secretType && isPlaceholder(v.String())
		asParam := raw && isRawPlaceholder(v.String())
		if asSecret || asParam {
			p.fail(path)
		}
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			p.value(path, v.Elem(), raw)
		}
	case reflect.Struct:
		p.fields(path, v)
	case reflect.Slice, reflect.Array:
		p.list(path, v, raw)
	case reflect.Map:
		p.entries(path, v)
	default: // a number holds no text
	}
}

func (p placeholderCheck) list(path []byte, v reflect.Value, raw bool) {
	if v.Type() == userDataType {
		if isPlaceholder(v.Bytes()) {
			p.fail(path)
		}
		return
	}
	for i := range v.Len() {
		p.value(appendIndex(path, i), v.Index(i), raw)
	}
}

func (p placeholderCheck) entries(path []byte, v reflect.Value) {
	params, plain := v.Interface().(map[string]string)
	if !plain {
		for iter := v.MapRange(); iter.Next(); {
			p.value(appendKey(path, fmt.Sprint(iter.Key())), iter.Value(), true)
		}
		return
	}
	found := false
	for _, value := range params {
		found = found || isRawPlaceholder(value)
	}
	if !found {
		return
	}
	for _, key := range sorted.Keys(params) {
		if isRawPlaceholder(params[key]) {
			p.fail(appendKey(path, key))
		}
	}
}

func (p placeholderCheck) fail(path []byte) { p.c.Fail(string(path), nil, rulePlaceholder) }

// appendField appends a field to the path of a struct.
func appendField(path []byte, name string) []byte {
	if len(path) > 0 {
		path = append(path, '.')
	}
	return append(path, name...)
}

// appendIndex appends an item to the path of a list.
func appendIndex(path []byte, i int) []byte {
	return append(strconv.AppendInt(append(path, '['), int64(i), 10), ']')
}

// appendKey appends an entry to the path of a map.
func appendKey(path []byte, key string) []byte {
	return append(strconv.AppendQuote(append(path, '['), key), ']')
}

var (
	secretType   = reflect.TypeFor[Secret]()
	userDataType = reflect.TypeFor[UserData]()
	vendorType   = reflect.TypeFor[[]VendorOption]()
)

// secretField is a field that can hold a secret.
type secretField struct {
	index int
	name  string
}

// secretFields has the []secretField of every struct type that was asked for.
var secretFields sync.Map

func secretFieldsOf(t reflect.Type) []secretField {
	if list, ok := secretFields.Load(t); ok {
		return list.([]secretField)
	}
	var list []secretField
	for i := range t.NumField() {
		if f := t.Field(i); fieldHoldsSecrets(t, f, nil) {
			list = append(list, secretField{i, f.Name})
		}
	}
	secretFields.Store(t, list)
	return list
}

// fieldHoldsSecrets reports whether a field of a struct can hold a secret. The maps
// of the spec's own structs are labels; options of vendors are looked at one by one.
func fieldHoldsSecrets(owner reflect.Type, f reflect.StructField, seen []reflect.Type) bool {
	labels := splits(owner) && f.Type.Kind() == reflect.Map && f.Type.Elem() != secretType
	if !isReadable(f) || f.Type == vendorType || labels {
		return false
	}
	return holdsSecrets(f.Type, seen)
}

// isReadable reports whether other packages can read a field, or the fields of the
// struct that it embeds.
func isReadable(f reflect.StructField) bool {
	embedded := f.Anonymous && f.Type.Kind() == reflect.Struct
	return f.IsExported() || embedded
}

// holdsSecrets reports whether a value of a type can hold a secret. Seen are the
// structs around it.
func holdsSecrets(t reflect.Type, seen []reflect.Type) bool {
	switch t.Kind() {
	case reflect.Map, reflect.Interface:
		return true
	case reflect.Pointer, reflect.Array:
		return holdsSecrets(t.Elem(), seen)
	case reflect.Slice:
		return t == userDataType || holdsSecrets(t.Elem(), seen)
	case reflect.Struct:
		for _, s := range seen {
			if s == t {
				return false
			}
		}
		for i := range t.NumField() {
			if fieldHoldsSecrets(t, t.Field(i), append(seen, t)) {
				return true
			}
		}
		return false
	default:
		return t == secretType
	}
}
