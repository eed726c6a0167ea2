package cvm

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// The neutral form of parameters is the result of encoding/json for a JSON body
// (numbers as json.Number), plus the two types below for a query or form. There every
// value is text. Only the schema can distinguish a number from a string, or a member
// from an element in "DataDisks.0".
type (
	textNode string
	nodeTree map[string]any // of nodeTree and textNode
)

// readForm reads a query or form body. A name may occur once.
func readForm(raw string) (map[string]string, *refusal) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return nil, refuse("InvalidParameter", "The parameters are not URL-encoded.")
	}
	form := make(map[string]string, len(values))
	for name, v := range values {
		if len(v) > 1 {
			return nil, refuse("InvalidParameter", "A parameter is given more than once.")
		}
		form[name] = v[0]
	}
	return form, nil
}

// FormTree nests flat names: Placement.Zone, DataDisks.0.DiskSize.
func FormTree(form map[string]string) (any, *refusal) {
	root := nodeTree{}
	for name, value := range form {
		if !root.put(strings.Split(name, "."), textNode(value)) {
			return nil, refuse("InvalidParameter", "A parameter is given both as a value and as a structure.")
		}
	}
	return root, nil
}

// member returns a member of a structure in either form, nil if there is none.
func member(in any, name string) any {
	switch in := in.(type) {
	case map[string]any:
		return in[name]
	case nodeTree:
		return in[name]
	default:
		return nil
	}
}

// elements returns the elements of a list in either form, in no order.
func elements(in any) []any {
	switch in := in.(type) {
	case []any:
		return in
	case nodeTree:
		return slices.Collect(maps.Values(in))
	default:
		return nil
	}
}

// plain returns a leaf in either form as text.
func plain(in any) string {
	switch in := in.(type) {
	case string:
		return in
	case textNode:
		return string(in)
	case bool:
		return strconv.FormatBool(in)
	default:
		return ""
	}
}

// put reports false if the place already has a value of another kind.
func (n nodeTree) put(path []string, value textNode) bool {
	for _, name := range path[:len(path)-1] {
		if n[name] == nil {
			n[name] = nodeTree{}
		}
		next, ok := n[name].(nodeTree)
		if !ok {
			return false
		}
		n = next
	}
	last := path[len(path)-1]
	if n[last] != nil {
		return false
	}
	n[last] = value
	return true
}

// jsonTree reads a JSON body. An empty one has no parameters.
func jsonTree(body []byte) (any, *refusal) {
	if len(body) == 0 {
		return map[string]any{}, nil
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var tree map[string]any
	err := d.Decode(&tree)
	if err == nil && tree == nil {
		err = errors.New("null")
	}
	if _, more := d.Token(); err != nil || !errors.Is(more, io.EOF) {
		return nil, refuse("InvalidParameter", "The body is not one JSON object.")
	}
	return tree, nil
}
