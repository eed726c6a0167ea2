package cloudsim

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

// The neutral form of parameters is what encoding/json makes of a JSON body
// (numbers as json.Number), plus the two types below for a query or form. There
// every value is text and the schema alone can tell a number from a string, and
// "DataDisks.0" could be a member or an element.
type (
	tencentText  string
	tencentNodes map[string]any // of tencentNodes and tencentText
)

// tencentForm reads a query or form body. A name may come once.
func tencentForm(raw string) (map[string]string, *tencentRefusal) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return nil, tencentRefuse("InvalidParameter", "The parameters are not URL-encoded.")
	}
	form := make(map[string]string, len(values))
	for name, v := range values {
		if len(v) > 1 {
			return nil, tencentRefuse("InvalidParameter", "A parameter is given more than once.")
		}
		form[name] = v[0]
	}
	return form, nil
}

// tencentFormTree nests flat names: Placement.Zone, DataDisks.0.DiskSize.
func tencentFormTree(form map[string]string) (any, *tencentRefusal) {
	root := tencentNodes{}
	for name, value := range form {
		if !root.put(strings.Split(name, "."), tencentText(value)) {
			return nil, tencentRefuse("InvalidParameter", "A parameter is given both as a value and as a structure.")
		}
	}
	return root, nil
}

// tencentMember returns a member of a structure in either form, nil if there is none.
func tencentMember(in any, name string) any {
	switch in := in.(type) {
	case map[string]any:
		return in[name]
	case tencentNodes:
		return in[name]
	default:
		return nil
	}
}

// tencentElements returns the elements of a list in either form, in no order.
func tencentElements(in any) []any {
	switch in := in.(type) {
	case []any:
		return in
	case tencentNodes:
		return slices.Collect(maps.Values(in))
	default:
		return nil
	}
}

// tencentPlain returns a leaf in either form as text.
func tencentPlain(in any) string {
	switch in := in.(type) {
	case string:
		return in
	case tencentText:
		return string(in)
	case bool:
		return strconv.FormatBool(in)
	default:
		return ""
	}
}

// put reports false where the place is already taken by something of another kind.
func (n tencentNodes) put(path []string, value tencentText) bool {
	for _, name := range path[:len(path)-1] {
		if n[name] == nil {
			n[name] = tencentNodes{}
		}
		next, ok := n[name].(tencentNodes)
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

// tencentJSONTree reads a JSON body. An empty one has no parameters.
func tencentJSONTree(body []byte) (any, *tencentRefusal) {
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
		return nil, tencentRefuse("InvalidParameter", "The body is not one JSON object.")
	}
	return tree, nil
}
