package specs

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Outline writes the set fields of a value in the form of version 1 tokens. This form must not
// change.
func Outline(b *strings.Builder, v reflect.Value) {
	if text, ok := asText(v); ok { // secrets are redacted here too
		fmt.Fprintf(b, "%q", text)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		b.WriteByte('&') // also for a zero value: it is a choice
		if !v.IsNil() {
			Outline(b, v.Elem())
		}
	case reflect.Interface:
		if o, ok := v.Interface().(vendorOption); ok {
			fmt.Fprintf(b, "%q%v", o.VendorName(), v.Elem().Type())
			Outline(b, v.Elem())
		}
	case reflect.Struct:
		outlineFields(b, v)
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			b.WriteByte(',')
			Outline(b, v.Index(i))
		}
	case reflect.Map:
		outlineMap(b, v)
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
		fmt.Fprintf(b, "%v", v.Type()) // another in every process
	default:
		fmt.Fprintf(b, "%q", fmt.Sprint(v))
	}
}

func outlineFields(b *strings.Builder, v reflect.Value) {
	b.WriteByte('{')
	for i := range v.NumField() {
		if f := v.Type().Field(i); f.IsExported() && !v.Field(i).IsZero() {
			b.WriteString(f.Name + ":")
			Outline(b, v.Field(i))
		}
	}
	b.WriteByte('}')
}

func outlineMap(b *strings.Builder, v reflect.Value) {
	lines := make([]string, 0, v.Len())
	for _, k := range v.MapKeys() {
		var line strings.Builder
		Outline(&line, k)
		line.WriteByte(':')
		Outline(&line, v.MapIndex(k))
		lines = append(lines, line.String())
	}
	slices.Sort(lines)
	fmt.Fprintf(b, "%q", lines)
}

// asText returns the text of values that have a text form: secrets, times, addresses.
func asText(v reflect.Value) (string, bool) {
	if v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface || !v.CanInterface() {
		return "", false
	}
	m, ok := v.Interface().(encoding.TextMarshaler)
	if !ok {
		return "", false
	}
	text, err := m.MarshalText()
	return string(text), err == nil
}
