package tolerant

import "reflect"

// wrapped returns the only field of a struct that wraps a list, as in {"Tags": {"Tag": []}}.
// Some services write the same list with and without this wrapping.
func wrapped(t reflect.Type) (f field, ok bool) {
	fields := fieldsOf(t)
	if len(fields) != 1 {
		return field{}, false
	}
	return fields[0], t.FieldByIndex(fields[0].index).Type.Kind() == reflect.Slice
}

// wraps reports whether a list holds one object with a field.
func wraps(list []any, name string) bool {
	if len(list) != 1 {
		return false
	}
	object, ok := list[0].(map[string]any)
	if !ok {
		return false
	}
	_, has := lookUp(object, name)
	return has
}

// unwrapped returns the list that an object wraps, or else x. An object with a field of the row
// is a row, and no wrapping.
func unwrapped(row reflect.Type, x any) any {
	object, ok := x.(map[string]any)
	if !ok || len(object) != 1 || fits(row, x) {
		return x
	}
	for _, only := range object {
		if list, ok := only.([]any); ok {
			return list
		}
	}
	return x
}
