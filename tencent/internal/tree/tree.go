// Package tree takes the body of a request apart: objects, lists and leaves, as they stand in JSON. It
// knows neither the parameters nor what they mean.
package tree

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	sdkjson "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/json"
)

// Typed is one of the SDK's requests.
type Typed interface{ ToJsonString() string }

// Wire returns the body that the SDK would send, taken apart.
func Wire(req Typed) (map[string]any, error) {
	dec := json.NewDecoder(strings.NewReader(req.ToJsonString()))
	dec.UseNumber()
	tree := map[string]any{}
	return tree, dec.Decode(&tree)
}

// Body returns the parameters of a request, each as the SDK has it. The fields of a request have
// the names of its parameters. A request may embed another one, and add parameters to it.
func Body(req Typed) map[string]any {
	body := make(map[string]any, 16)
	addFields(body, reflect.ValueOf(req).Elem())
	return body
}

// addFields puts the fields of a request into a body, and those of the requests that it embeds.
func addFields(body map[string]any, v reflect.Value) {
	for i := range v.NumField() {
		field, f := v.Field(i), v.Type().Field(i)
		switch {
		case field.IsZero(), !f.IsExported():
		case f.Anonymous:
			if field.Kind() == reflect.Pointer {
				field = field.Elem()
			}
			addFields(body, field)
		default:
			body[f.Name] = field.Interface()
		}
	}
}

// TakeApart puts a parameter of a body into a tree, unless the tree has it.
func TakeApart(tree, body map[string]any, name string) {
	if _, done := tree[name]; done {
		return
	}
	if whole, given := body[name]; given {
		tree[name] = apart(reflect.ValueOf(whole))
	}
}

// apart returns what the SDK would send for a value of a request, as Wire has it.
func apart(v reflect.Value) any {
	switch v.Kind() { //nolint:exhaustive // requests have no others; if one comes, it is the SDK's to write
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return apart(v.Elem())
	case reflect.Struct:
		object := make(map[string]any, 8)
		for i := range v.NumField() {
			if f := v.Field(i); !f.IsZero() { // an empty list is sent
				object[v.Type().Field(i).Name] = apart(f)
			}
		}
		return object
	case reflect.Slice:
		list := make([]any, v.Len())
		for i := range list {
			list[i] = apart(v.Index(i))
		}
		return list
	case reflect.Int64:
		return json.Number(strconv.FormatInt(v.Int(), 10))
	case reflect.Uint64:
		return json.Number(strconv.FormatUint(v.Uint(), 10))
	case reflect.String, reflect.Bool:
		return v.Interface()
	}
	text, _ := sdkjson.Marshal(v.Interface())
	return json.RawMessage(text)
}

// ForSDK puts a tree into a body as texts that the SDK copies as they are. The SDK's own encoder
// would send large numbers in another form.
func ForSDK(body, tree map[string]any) error {
	for name, v := range tree {
		text, err := json.Marshal(v)
		if err != nil {
			return err
		}
		body[name] = sdkjson.RawMessage(text)
	}
	return nil
}

// Insert returns node with value at the place that steps lead to. It makes lists and objects where
// there is nothing yet, and never replaces anything.
func Insert(node any, steps []string, value any) (any, error) {
	if len(steps) == 0 {
		if node != nil {
			return nil, errors.New("the spec sets it already")
		}
		return value, nil
	}
	if IsIndex(steps[0]) {
		return insertItem(node, steps, value)
	}
	object, ok := node.(map[string]any)
	if node == nil {
		object = map[string]any{}
	} else if !ok {
		return nil, fmt.Errorf("%s cannot be a member here: the parameter above it is set already, and is no object", steps[0])
	}
	child, err := Insert(object[steps[0]], steps[1:], value)
	if err != nil {
		return nil, err
	}
	object[steps[0]] = child
	return object, nil
}

// insertItem is Insert for an index.
func insertItem(node any, steps []string, value any) (any, error) {
	list, ok := node.([]any)
	if node != nil && !ok {
		return nil, fmt.Errorf("%s cannot be an index here: the parameter above it is set already, and is no list", steps[0])
	}
	i, err := strconv.Atoi(steps[0])
	if err != nil || i > len(list) {
		return nil, fmt.Errorf("index %s leaves a gap: the list has %d items so far", steps[0], len(list))
	}
	if i == len(list) {
		list = append(list, nil)
	}
	list[i], err = Insert(list[i], steps[1:], value)
	return list, err
}

// IsIndex reports whether a step is the index of a list.
func IsIndex(step string) bool {
	for i := range len(step) {
		if step[i] < '0' || step[i] > '9' {
			return false
		}
	}
	return step != ""
}

// BySteps compares names by their steps, indexes as numbers. In this order lists fill from their
// beginning, and a whole comes before its parts.
func BySteps(a, b []string) int {
	return slices.CompareFunc(a, b, func(x, y string) int {
		if IsIndex(x) && IsIndex(y) && len(x) != len(y) {
			return len(x) - len(y)
		}
		return strings.Compare(x, y)
	})
}

// Flatten writes the leaves of a tree under their flat names, as texts.
func Flatten(out map[string]string, prefix string, node any) {
	switch n := node.(type) {
	case map[string]any:
		for k, v := range n {
			Flatten(out, Join(prefix, k), v)
		}
	case []any:
		for i, v := range n {
			Flatten(out, Join(prefix, strconv.Itoa(i)), v)
		}
	case json.RawMessage: // a raw parameter
		dec := json.NewDecoder(bytes.NewReader(n))
		dec.UseNumber()
		var v any
		if dec.Decode(&v) == nil {
			Flatten(out, prefix, v)
		}
	default:
		out[prefix] = fmt.Sprint(n)
	}
}

// Leaves writes the leaves of a tree under their flat names, as they are. Null is no leaf.
func Leaves(out map[string]any, prefix string, node any) {
	switch n := node.(type) {
	case nil:
	case map[string]any:
		for k, v := range n {
			Leaves(out, Join(prefix, k), v)
		}
	case []any:
		for i, v := range n {
			Leaves(out, Join(prefix, strconv.Itoa(i)), v)
		}
	default:
		out[prefix] = n
	}
}

// Join returns the flat name of a step inside another.
func Join(prefix, step string) string {
	if prefix == "" {
		return step
	}
	return prefix + "." + step
}
