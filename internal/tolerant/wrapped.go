package tolerant

import "reflect"

// wrapping is the only field of a struct that wraps a list, as in {"Tags": {"Tag": []}}. Some
// services write the same list with and without this wrapping.
type wrapping struct {
	field
	row reflect.Type
}

// wrapped returns the field of a struct that wraps a list.
func wrapped(t reflect.Type) (w wrapping, ok bool) {
	fields := fieldsOf(t)
	if len(fields) != 1 {
		return wrapping{}, false
	}
	list := t.FieldByIndex(fields[0].index).Type
	if list.Kind() != reflect.Slice {
		return wrapping{}, false
	}
	return wrapping{fields[0], list.Elem()}, true
}

// wraps reports whether a list holds one object that wraps the list itself. A row may have a
// field of the same name: that one is no list.
func (w wrapping) wraps(list []any) bool {
	if len(list) != 1 {
		return false
	}
	object, ok := list[0].(map[string]any)
	if !ok {
		return false
	}
	inner, has := lookUp(object, w.name)
	if !has {
		return false
	}
	_, isList := inner.([]any)
	ofObjects := w.row.Kind() == reflect.Struct
	return isList || !ofObjects
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

// isBare reports whether a value is the list without its wrapping, or a text that may stand for a
// list of one.
func (w wrapping) isBare(x any) bool {
	switch x := x.(type) {
	case []any:
		return len(x) > 0 && !w.wraps(x)
	case string:
		return x != "" && fits(w.row, x)
	}
	return false
}
