package specs

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"

	"github.com/yunfan-cloud/yunfan/internal/sorted"
)

// maxNesting limits how deep options are searched: the options of other vendors may contain
// themselves.
const maxNesting = 32

// placeholders looks for placeholders among the secrets of a value. Secrets are the values of
// a secret type, and every text in a map of vendor options, which are raw parameters. Every
// create runs this search. So the secret fields of a struct type are computed once, and a path
// is built only when something is found.
type placeholders struct {
	shape *Shape
	found func(path string)
	depth int
}

// Placeholders calls found with the path of every secret of a spec that is a placeholder. It
// does not search vendor options: see [Shape.OptionPlaceholders].
func (s *Shape) Placeholders(spec reflect.Value, found func(path string)) {
	var path [96]byte
	placeholders{shape: s, found: found}.fields(path[:0], spec)
}

// OptionPlaceholders is [Shape.Placeholders] for the options of one vendor, which are item i
// of the list at path.
func (s *Shape) OptionPlaceholders(path string, i int, options reflect.Value, found func(path string)) {
	var buf [96]byte
	at := appendIndex(append(buf[:0], path...), i)
	placeholders{shape: s, found: found}.value(at, reflect.Indirect(options), false)
}

// fields searches the fields of a struct.
func (p placeholders) fields(path []byte, v reflect.Value) {
	for _, f := range p.shape.secretFields(v.Type()) {
		p.value(appendField(path, f.name), v.Field(f.index), false)
	}
}

// value searches one value; raw reports that it is in a map.
func (p placeholders) value(path []byte, v reflect.Value, raw bool) {
	if p.depth++; p.depth > maxNesting {
		return
	}
	switch v.Kind() {
	case reflect.String:
		asSecret := v.Type() == p.shape.Secret && IsPlaceholder(v.String())
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

func (p placeholders) list(path []byte, v reflect.Value, raw bool) {
	if v.Type() == p.shape.Data {
		if IsPlaceholder(v.Bytes()) {
			p.fail(path)
		}
		return
	}
	for i := range v.Len() {
		p.value(appendIndex(path, i), v.Index(i), raw)
	}
}

func (p placeholders) entries(path []byte, v reflect.Value) {
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

func (p placeholders) fail(path []byte) { p.found(string(path)) }

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

// secretField is a field that can hold a secret.
type secretField struct {
	index int
	name  string
}

// secretFields returns the fields of a struct type that can hold secrets.
func (s *Shape) secretFields(t reflect.Type) []secretField {
	if list, ok := s.known.Load(t); ok {
		return list.([]secretField)
	}
	var list []secretField
	for i := range t.NumField() {
		if f := t.Field(i); s.fieldHoldsSecrets(t, f, nil) {
			list = append(list, secretField{i, f.Name})
		}
	}
	s.known.Store(t, list)
	return list
}

// fieldHoldsSecrets reports whether a field of a struct can hold a secret. Maps of the spec's
// own structs are labels. Vendor options are searched one by one.
func (s *Shape) fieldHoldsSecrets(owner reflect.Type, f reflect.StructField, seen []reflect.Type) bool {
	labels := s.splits(owner) && f.Type.Kind() == reflect.Map && f.Type.Elem() != s.Secret
	if !isReadable(f) || f.Type == s.Options || labels {
		return false
	}
	return s.holdsSecrets(f.Type, seen)
}

// isReadable reports whether other packages can read a field, or the fields of the
// struct that it embeds.
func isReadable(f reflect.StructField) bool {
	embedded := f.Anonymous && f.Type.Kind() == reflect.Struct
	return f.IsExported() || embedded
}

// holdsSecrets reports whether a value of a type can hold a secret. Seen are the structs
// around it.
func (s *Shape) holdsSecrets(t reflect.Type, seen []reflect.Type) bool {
	switch t.Kind() {
	case reflect.Map, reflect.Interface:
		return true
	case reflect.Pointer, reflect.Array:
		return s.holdsSecrets(t.Elem(), seen)
	case reflect.Slice:
		return t == s.Data || s.holdsSecrets(t.Elem(), seen)
	case reflect.Struct:
		if slices.Contains(seen, t) {
			return false
		}
		for i := range t.NumField() {
			if s.fieldHoldsSecrets(t, t.Field(i), append(seen, t)) {
				return true
			}
		}
		return false
	default:
		return t == s.Secret
	}
}
