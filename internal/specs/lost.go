package specs

import (
	"fmt"
	"reflect"
	"slices"
)

// Lost returns the fields of vendor options of one type that are set in older and not in
// newer. It does the same for the keys of maps and the fields of structs inside.
func Lost(older, newer reflect.Value) []string {
	o, n := reflect.Indirect(older), reflect.Indirect(newer)
	if o.Kind() != reflect.Struct {
		return nil
	}
	var out []string
	for i := range o.NumField() {
		out = append(out, lostIn(o.Type().Field(i).Name, o.Field(i), n.Field(i))...)
	}
	slices.Sort(out)
	return out
}

// lostIn is Lost for one field. It puts the name of the field before each result.
func lostIn(name string, o, n reflect.Value) []string {
	if !IsSet(n) {
		if IsSet(o) {
			return []string{name}
		}
		return nil
	}
	var out []string
	switch o.Kind() {
	case reflect.Map:
		for _, key := range o.MapKeys() {
			if !n.MapIndex(key).IsValid() {
				out = append(out, fmt.Sprintf("%s[%v]", name, key))
			}
		}
	case reflect.Struct:
		for _, inner := range Lost(o, n) {
			out = append(out, name+"."+inner)
		}
	case reflect.Slice:
		for i := range o.Len() {
			at, element := fmt.Sprintf("%s[%d]", name, i), reflect.Zero(o.Type().Elem())
			if i < n.Len() {
				element = n.Index(i)
			}
			if o.Index(i).Kind() == reflect.Struct {
				out = append(out, lostIn(at, o.Index(i), element)...)
			}
		}
	default: // set in both
	}
	return out
}
