package tolerant

import (
	"reflect"
	"strings"
)

// field is one field of a struct that JSON may set.
type field struct {
	name  string
	index []int
}

// fieldsOf returns the fields of a struct under their JSON names. Fields of embedded structs
// without a name of their own count as fields of the outer one.
func fieldsOf(t reflect.Type) (list []field) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-":
		case f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct:
			for _, inner := range fieldsOf(f.Type) {
				list = append(list, field{inner.name, append([]int{i}, inner.index...)})
			}
		case !f.IsExported():
		case name == "":
			list = append(list, field{f.Name, f.Index})
		default:
			list = append(list, field{name, f.Index})
		}
	}
	return list
}

// lookUp finds a field of an object by its name, or by its name in other letters: encoding/json
// does the same.
func lookUp(object map[string]any, name string) (x any, ok bool) {
	if x, ok = object[name]; ok {
		return x, true
	}
	for key, x := range object {
		if strings.EqualFold(key, name) {
			return x, true
		}
	}
	return nil, false
}
