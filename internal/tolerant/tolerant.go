// Package tolerant reads JSON answers of services field by field: one field in an odd form does
// not hide the others.
//
// [Unmarshal] first reads as encoding/json does, which is quick and enough for nearly every
// answer. Only when that fails, it reads the answer again, and converts what means the same:
// a number in a text, a text in a number, 50.0 for 50, one object for a list of one. A field
// that still cannot be read stays zero, and its path is reported.
package tolerant

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
)

// mostUnread bounds the list of paths: a service may change every field of every row.
const mostUnread = 20

// Unmarshal reads JSON into the value that into points to. Unread are the paths of the fields
// that could not be read, sorted and without numbers, such as "Instances.Instance[].Memory".
// The error is about text that is not JSON, or JSON of another kind than into: then nothing
// was read.
func Unmarshal(data []byte, into any) (unread []string, err error) {
	v := reflect.ValueOf(into).Elem()
	before := reflect.New(v.Type()).Elem()
	before.Set(v)
	if json.Unmarshal(data, into) == nil {
		return nil, nil
	}
	v.Set(before)
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var tree any
	if err := d.Decode(&tree); err != nil {
		return nil, err
	}
	if d.More() {
		return nil, fmt.Errorf("text after the JSON value")
	}
	r := reader{unread: map[string]bool{}}
	if !r.read(v, tree, "") {
		return nil, fmt.Errorf("a JSON value of another kind than %s", v.Kind())
	}
	for path := range r.unread {
		unread = append(unread, path)
	}
	slices.Sort(unread)
	return unread[:min(len(unread), mostUnread)], nil
}

// reader reads one tree of JSON values.
type reader struct{ unread map[string]bool }

// read reads x into v, and reports whether x could be read. What cannot be read below v is
// recorded, and does not make v unreadable.
func (r *reader) read(v reflect.Value, x any, path string) bool {
	if x == nil {
		return true
	}
	if own, ok := ownDecoder(v); ok {
		return readOwn(own, v, x)
	}
	switch v.Kind() {
	case reflect.Pointer:
		return r.readPointer(v, x, path)
	case reflect.Struct:
		return r.readStruct(v, x, path)
	case reflect.Slice:
		return r.readSlice(v, x, path)
	case reflect.Map:
		return r.readMap(v, x, path)
	case reflect.Interface:
		if v.NumMethod() > 0 {
			return false
		}
		v.Set(reflect.ValueOf(x))
		return true
	default:
		return readScalar(v, x)
	}
}

// ownDecoder returns the method with which a type reads its JSON, if it has one.
func ownDecoder(v reflect.Value) (json.Unmarshaler, bool) {
	if v.Kind() == reflect.Pointer || !v.CanAddr() {
		return nil, false
	}
	own, ok := v.Addr().Interface().(json.Unmarshaler)
	return own, ok
}

func readOwn(own json.Unmarshaler, v reflect.Value, x any) bool {
	text, err := json.Marshal(x)
	if err != nil || own.UnmarshalJSON(text) != nil {
		v.SetZero()
		return false
	}
	return true
}

// readPointer leaves the pointer nil when its value cannot be read.
func (r *reader) readPointer(v reflect.Value, x any, path string) bool {
	if isEmpty(x) && v.Type().Elem().Kind() != reflect.String {
		return true
	}
	elem := reflect.New(v.Type().Elem())
	if !r.read(elem.Elem(), x, path) {
		return false
	}
	v.Set(elem)
	return true
}

// readStruct reads an object. A list of one object is that object, and an empty text or list
// is an absent one. A struct that only wraps a list reads a list without its wrapping, and also a
// text in place of a list of one text.
func (r *reader) readStruct(v reflect.Value, x any, path string) bool {
	list, isList := x.([]any)
	f, isWrapped := wrapped(v.Type())
	if isWrapped && f.isBare(x) {
		r.readFields(v, map[string]any{f.name: x}, path)
		return true
	}
	if isList && len(list) == 1 {
		x = list[0]
	}
	object, ok := x.(map[string]any)
	if !ok {
		return isEmpty(x)
	}
	r.readFields(v, object, path)
	return true
}

func (r *reader) readFields(v reflect.Value, object map[string]any, path string) {
	for _, f := range fieldsOf(v.Type()) {
		x, ok := lookUp(object, f.name)
		if !ok {
			continue
		}
		at := join(path, f.name)
		field, err := v.FieldByIndexErr(f.index)
		if err != nil || !r.read(field, x, at) {
			r.unread[at] = true
		}
	}
}

// readSlice reads a list. Rows that cannot be read are left out. An object stands for a list
// of one, if it has a field of the row, or else for the one list that it holds.
func (r *reader) readSlice(v reflect.Value, x any, path string) bool {
	x = unwrapped(v.Type().Elem(), x)
	list, ok := x.([]any)
	switch {
	case ok:
	case isEmpty(x):
		return true
	case !fits(v.Type().Elem(), x):
		return false
	default:
		list = []any{x}
	}
	out := reflect.MakeSlice(v.Type(), 0, len(list))
	for _, x := range list {
		elem := reflect.New(v.Type().Elem()).Elem()
		if x == nil || !r.read(elem, x, path+"[]") {
			r.unread[path+"[]"] = true
			continue
		}
		out = reflect.Append(out, elem)
	}
	v.Set(out)
	return true
}

// fits reports whether a value that is no list may stand for a list of one.
func fits(row reflect.Type, x any) bool {
	if row.Kind() == reflect.Pointer {
		row = row.Elem()
	}
	if reflect.PointerTo(row).Implements(reflect.TypeFor[json.Unmarshaler]()) {
		return true // it says itself what it can read
	}
	object, isObject := x.(map[string]any)
	if row.Kind() != reflect.Struct || !isObject {
		return !isObject && row.Kind() != reflect.Struct
	}
	return slices.ContainsFunc(fieldsOf(row), func(f field) bool {
		_, ok := lookUp(object, f.name)
		return ok
	})
}

func (r *reader) readMap(v reflect.Value, x any, path string) bool {
	object, ok := x.(map[string]any)
	if !ok || v.Type().Key().Kind() != reflect.String {
		return isEmpty(x)
	}
	out := reflect.MakeMapWithSize(v.Type(), len(object))
	for key, x := range object {
		elem := reflect.New(v.Type().Elem()).Elem()
		if !r.read(elem, x, path+"[]") {
			r.unread[path+"[]"] = true
			continue
		}
		out.SetMapIndex(reflect.ValueOf(key).Convert(v.Type().Key()), elem)
	}
	v.Set(out)
	return true
}

// isEmpty reports whether a value is a usual form of "absent": an empty text, list or object.
func isEmpty(x any) bool {
	switch x := x.(type) {
	case string:
		return x == ""
	case []any:
		return len(x) == 0
	case map[string]any:
		return len(x) == 0
	}
	return false
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
