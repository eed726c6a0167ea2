package provider

import (
	"crypto/sha256"
	"encoding"
	"encoding/hex"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// specHash identifies a spec, and the options that its creates follow from, without
// the values of its secrets: a hash of those could be guessed back. Empty and absent
// mean the same, so that a spec keeps its hash when it goes through JSON.
func specHash(spec *RunInstancesSpec, o *RunOptions) string {
	return hex.EncodeToString(sumOf(setLeaves(spec, o))[:16])
}

// specMatches reports whether a hash is that of a spec, by this version of the library
// or by one that wrote tokens of version 1.
func specMatches(hash string, spec *RunInstancesSpec, o *RunOptions) bool {
	return hash == specHash(spec, o) || hash == specHashV1(spec, o)
}

// specHashV1 is the hash in tokens of version 1. It takes an empty list for another
// one than none, and options for others than a pointer to them.
func specHashV1(spec *RunInstancesSpec, o *RunOptions) string {
	var b strings.Builder
	outline(&b, reflect.ValueOf(*spec))
	if o.Owner != "" || len(o.Alternatives) > 0 {
		fmt.Fprintf(&b, "%q", o.Owner)
		outline(&b, reflect.ValueOf(o.Alternatives))
	}
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:16])
}

// outline writes what is set of a value, as tokens of version 1 have it: nothing of
// it may change.
func outline(b *strings.Builder, v reflect.Value) {
	if text, ok := asText(v); ok { // secrets show no more here than elsewhere
		fmt.Fprintf(b, "%q", text)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		b.WriteByte('&') // also of a zero: it is a choice
		if !v.IsNil() {
			outline(b, v.Elem())
		}
	case reflect.Interface:
		if o, ok := v.Interface().(VendorOption); ok {
			fmt.Fprintf(b, "%q%v", o.VendorName(), v.Elem().Type())
			outline(b, v.Elem())
		}
	case reflect.Struct:
		outlineFields(b, v)
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			b.WriteByte(',')
			outline(b, v.Index(i))
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
			outline(b, v.Field(i))
		}
	}
	b.WriteByte('}')
}

func outlineMap(b *strings.Builder, v reflect.Value) {
	lines := make([]string, 0, v.Len())
	for _, k := range v.MapKeys() {
		var line strings.Builder
		outline(&line, k)
		line.WriteByte(':')
		outline(&line, v.MapIndex(k))
		lines = append(lines, line.String())
	}
	slices.Sort(lines)
	fmt.Fprintf(b, "%q", lines)
}

// asText returns the text form of values that have one: secrets, times, addresses.
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
