package specs

import (
	"encoding"
	"reflect"
	"strconv"
	"time"
)

// leafText returns the text of a value that is a leaf, "" if it is zero. It returns false for
// values that hold other values.
func leafText(v reflect.Value) (string, bool) {
	switch v.Kind() {
	case reflect.Struct, reflect.Map, reflect.Slice, reflect.Array:
		if text, ok := ownText(v); ok {
			return text, true
		}
		if v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8 {
			return string(v.Bytes()), true
		}
		return "", false
	case reflect.Pointer, reflect.Interface, reflect.Func, reflect.Chan, reflect.UnsafePointer:
		return "", false
	case reflect.String:
		return v.String(), true
	default:
		return numberText(v), true
	}
}

// numberText returns the text of a number or a bool, "" if it is zero.
func numberText(v reflect.Value) string {
	switch {
	case v.IsZero():
		return ""
	case v.CanInt():
		return strconv.FormatInt(v.Int(), 10)
	case v.CanUint():
		return strconv.FormatUint(v.Uint(), 10)
	case v.CanFloat():
		return strconv.FormatFloat(v.Float(), 'g', -1, 64)
	case v.CanComplex():
		return strconv.FormatComplex(v.Complex(), 'g', -1, 128)
	default:
		return strconv.FormatBool(v.Bool())
	}
}

var textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()

// ownText returns the text of a value that has its own text form, as addresses do. The text of
// a time is the same in every zone.
func ownText(v reflect.Value) (string, bool) {
	if !v.CanInterface() {
		return "", false
	}
	if !v.Type().Implements(textMarshaler) {
		if !v.CanAddr() || !v.Addr().Type().Implements(textMarshaler) {
			return "", false
		}
		v = v.Addr()
	}
	switch m := v.Interface().(type) {
	case time.Time:
		if m.IsZero() {
			return "", true
		}
		return m.UTC().Format(time.RFC3339Nano), true
	case encoding.TextMarshaler:
		text, err := m.MarshalText()
		return string(text), err == nil
	default:
		return "", false
	}
}
