package cvm

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
)

// A request schema is a struct whose exported fields have the wire names of the
// parameters. Pointers distinguish absent from zero. An embedded struct contributes its
// fields. Leaves are string, bool, int64 and uint64.
//
// encoding/json is not suitable: it ignores the case of names, and forms are not JSON.

// decode fills a schema from the neutral form. It refuses unknown parameters and values
// of another type.
func decode(tree, schema any) *refusal {
	return setValue("", tree, reflect.ValueOf(schema).Elem())
}

func setValue(path string, in any, out reflect.Value) *refusal {
	if in == nil { // JSON null, like an absent parameter
		return nil
	}
	switch out.Kind() {
	case reflect.Pointer:
		out.Set(reflect.New(out.Type().Elem()))
		return setValue(path, in, out.Elem())
	case reflect.Struct:
		return setStruct(path, in, out)
	case reflect.Slice:
		return setSlice(path, in, out)
	default:
		if !setLeaf(in, out) {
			return refuse("InvalidParameterValue", "The type of the parameter `%s` is not valid.", path)
		}
		return nil
	}
}

func setStruct(path string, in any, out reflect.Value) *refusal {
	members, ok := in.(map[string]any)
	if nodes, isForm := in.(nodeTree); isForm {
		members, ok = nodes, true
	}
	if !ok {
		return refuse("InvalidParameterValue", "The parameter `%s` must be a structure.", path)
	}
	for name, value := range members {
		at := join(path, name)
		field, known := out.Type().FieldByName(name)
		if !known || !field.IsExported() || field.Anonymous {
			return refuse("UnknownParameter", "The parameter `%s` is not recognized.", at)
		}
		if refused := setValue(at, value, out.FieldByIndex(field.Index)); refused != nil {
			return refused
		}
	}
	return nil
}

func setSlice(path string, in any, out reflect.Value) *refusal {
	elements, ok := in.([]any)
	if nodes, isForm := in.(nodeTree); isForm {
		elements, ok = nodes.elements()
	}
	if !ok {
		return refuse("InvalidParameterValue", "The parameter `%s` must be a list, with indices from 0.", path)
	}
	out.Set(reflect.MakeSlice(out.Type(), len(elements), len(elements)))
	for i, element := range elements {
		if refused := setValue(join(path, strconv.Itoa(i)), element, out.Index(i)); refused != nil {
			return refused
		}
	}
	return nil
}

// elements reads the nodes as a list: the names must be exactly 0 to n-1.
func (n nodeTree) elements() ([]any, bool) {
	list := make([]any, len(n))
	for i := range list {
		if list[i] = n[strconv.Itoa(i)]; list[i] == nil {
			return nil, false
		}
	}
	return list, true
}

func setLeaf(in any, out reflect.Value) bool {
	text, isText := in.(textNode)
	switch out.Kind() {
	case reflect.String:
		s, ok := in.(string)
		out.SetString(s + string(text))
		return ok || isText
	case reflect.Bool:
		b, ok := in.(bool)
		if isText { // the documents write TRUE, SDKs send true
			b, ok = strings.EqualFold(string(text), "true"), strings.EqualFold(string(text), "true") ||
				strings.EqualFold(string(text), "false")
		}
		out.SetBool(b)
		return ok
	default:
		number, ok := in.(json.Number)
		readable := ok || isText
		return readable && setNumber(string(number)+string(text), out)
	}
}

func setNumber(s string, out reflect.Value) bool {
	if out.CanUint() {
		n, err := strconv.ParseUint(s, 10, 64)
		out.SetUint(n)
		return err == nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	out.SetInt(n)
	return err == nil
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// flatten returns the parameters of a request in the form of a query: the same text for
// the same parameters, in any encoding.
func flatten(schema any) map[string]string {
	flat := map[string]string{}
	write(flat, "", reflect.ValueOf(schema).Elem())
	return flat
}

func write(flat map[string]string, path string, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			write(flat, path, v.Elem())
		}
	case reflect.Struct:
		for _, field := range reflect.VisibleFields(v.Type()) {
			if field.IsExported() && !field.Anonymous {
				write(flat, join(path, field.Name), v.FieldByIndex(field.Index))
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			write(flat, join(path, strconv.Itoa(i)), v.Index(i))
		}
	case reflect.String:
		flat[path] = v.String()
	case reflect.Bool:
		flat[path] = strconv.FormatBool(v.Bool())
	case reflect.Uint64:
		flat[path] = strconv.FormatUint(v.Uint(), 10)
	default:
		flat[path] = strconv.FormatInt(v.Int(), 10)
	}
}
