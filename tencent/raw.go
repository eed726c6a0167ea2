package tencent

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	sdkjson "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/json"

	"github.com/yunfan-cloud/yunfan/internal/sorted"
	"github.com/yunfan-cloud/yunfan/provider"
)

// reserved are parameters that the SDK sets for every call, or whose meaning the
// library must know to read the answer right.
var reserved = map[string]string{
	"Action": "", "Version": "", "Region": "Region", "Language": "", "Token": "", "RequestClient": "",
	"Timestamp": "", "Nonce": "", "SecretId": "", "Signature": "", "SignatureMethod": "",
	"InstanceCount": "Count", "MinCount": "MinCount", "ClientToken": "ClientToken", "DryRun": "DryRun",
}

// isSecret tells whether a parameter, or what it is a part of, is one.
func isSecret(name string, raw map[string]string) bool {
	if strings.HasPrefix(name, "Metadata.Items.") && strings.HasSuffix(name, ".Value") {
		return true
	}
	for part := name; part != ""; {
		if _, given := raw[part]; given || part == "LoginSettings.Password" || part == "UserData" {
			return true
		}
		part = part[:max(strings.LastIndexByte(part, '.'), 0)]
	}
	return false
}

// checkParams translates the spec to see what the raw parameters would collide
// with. A spec that cannot be translated has been reported already.
func checkParams(spec *provider.RunInstancesSpec, opts RunOptions) error {
	if len(opts.Params) == 0 {
		return nil
	}
	req, err := translateRun(spec)
	if err != nil {
		return nil
	}
	return checkMerge(req, opts.Params)
}

// checkRawText shows no values either.
func checkRawText(c *provider.Checker, params map[string]string) {
	for k, v := range params {
		if !utf8.ValidString(v) {
			c.Entry("Vendor.Params", k).Fail("", nil, "must be UTF-8: JSON would replace other bytes")
		}
	}
}

// checkPerInstance refuses lists that give each instance of a create an entry of its own
// when the create may take several calls: all of those would send the whole list.
func checkPerInstance(c *provider.Checker, spec *provider.RunInstancesSpec, opts RunOptions) {
	const rule = "has an entry for each instance of one create, and "
	var why string
	switch {
	case spec.Count > idsPerCall:
		why = fmt.Sprintf("%d instances take several creates: ask for at most %d at once, each time with their entries", spec.Count, idsPerCall)
	case spec.MinCount > 0 && spec.MinCount < spec.Count:
		why = "MinCount leaves a rest that another create may make: set MinCount to Count"
	default:
		return
	}
	// A machine that is taken cannot be taken again: a rest finds out.
	c.Require(len(opts.CHCIDs) == 0 || spec.Count <= idsPerCall, "Vendor.CHCIDs", nil, rule+why)
	for _, name := range sorted.Keys(opts.Params) {
		if perInstance.MatchString(name) || perInstanceIn.MatchString(opts.Params[name]) {
			c.Entry("Vendor.Params", name).Fail("", nil, rule+why)
		}
	}
}

// What has an entry for each instance, by the name of a raw parameter and inside its
// JSON: fixed addresses, and physical machines to create on.
var (
	perInstance   = regexp.MustCompile(`(^|\.)(PrivateIpAddresses|ChcIds)(\.|$)`)
	perInstanceIn = regexp.MustCompile(`"PrivateIpAddresses"\s*:`)
)

// typed is one of the SDK's requests.
type typed interface{ ToJsonString() string }

// mergeParams returns the body of the create with the raw parameters in it, or
// nil when there are none: the typed request goes out as it is then.
func mergeParams(req typed, params map[string]string) (map[string]any, error) {
	if len(params) == 0 {
		return nil, nil
	}
	body := bodyOf(req)
	tree, err := touchedTree(body, params, rawValue)
	if err != nil {
		return nil, err
	}
	return body, forSDK(body, tree)
}

// mergedTree is the body of the create with the raw parameters in it, taken
// apart.
func mergedTree(req typed, params map[string]string) (map[string]any, error) {
	tree, err := wireTree(req)
	if err != nil {
		return nil, err
	}
	return tree, setAll(tree, params, rawValue)
}

// checkMerge finds the raw parameters that collide with a request, or with each
// other. What their values are does not matter for that.
func checkMerge(req typed, params map[string]string) error {
	_, err := touchedTree(bodyOf(req), params, func(string) any { return true })
	return err
}

// touchedTree takes those parameters of a body apart that raw ones belong into,
// and puts these there. The others need no look.
func touchedTree(body map[string]any, params map[string]string, value func(text string) any) (map[string]any, error) {
	tree := make(map[string]any, len(params))
	for name := range params {
		head, _, _ := strings.Cut(name, ".")
		takeApart(tree, body, head)
	}
	return tree, setAll(tree, params, value)
}

// setAll puts all raw parameters into a tree, each with what value makes of its
// text.
func setAll(tree map[string]any, params map[string]string, value func(text string) any) error {
	c := provider.Checker{Driver: Name}
	names := make([][]string, 0, len(params))
	for name := range params {
		names = append(names, strings.Split(name, "."))
	}
	slices.SortFunc(names, bySteps)
	for _, steps := range names {
		name := strings.Join(steps, ".")
		if err := setRaw(tree, steps, value(params[name])); err != nil {
			c.Entry("Vendor.Params", name).Fail("", nil, err.Error())
		}
	}
	return c.Err()
}

// setRaw puts one raw parameter into the tree.
func setRaw(tree map[string]any, steps []string, value any) error {
	if field, ok := reserved[steps[0]]; ok {
		if field == "" {
			return errors.New("the SDK sets it for every call")
		}
		return fmt.Errorf("use the field %s of the spec", field)
	}
	if slices.Contains(steps, "") || isIndex(steps[0]) {
		return errors.New("must be a parameter name such as DataDisks.0.DiskSize")
	}
	_, err := insert(tree, steps, value)
	return err
}

// rawValue is JSON where the text is JSON, else a string.
func rawValue(text string) any {
	if b := []byte(text); json.Valid(b) {
		return json.RawMessage(b)
	}
	return text
}

// bodyOf are the parameters of a request, each as the SDK has it: its fields bear
// the names of the wire.
func bodyOf(req typed) map[string]any {
	v := reflect.ValueOf(req).Elem()
	body := make(map[string]any, 16)
	for i := range v.NumField() {
		if v.Field(i).IsZero() {
			continue
		}
		if f := v.Type().Field(i); !f.Anonymous {
			body[f.Name] = v.Field(i).Interface()
		}
	}
	return body
}

// takeApart puts a parameter of a body into a tree, unless it is there.
func takeApart(tree, body map[string]any, name string) {
	if _, done := tree[name]; done {
		return
	}
	if whole, given := body[name]; given {
		tree[name] = apart(reflect.ValueOf(whole))
	}
}

// apart is what the SDK would send for a value of a request, as wireTree has it.
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

// wireTree is the body that the SDK would send, taken apart.
func wireTree(req typed) (map[string]any, error) {
	dec := json.NewDecoder(strings.NewReader(req.ToJsonString()))
	dec.UseNumber()
	tree := map[string]any{}
	return tree, dec.Decode(&tree)
}

// forSDK puts a tree into a body as texts that the SDK copies as they are: its
// own encoder would send large numbers in another form.
func forSDK(body, tree map[string]any) error {
	for name, v := range tree {
		text, err := json.Marshal(v)
		if err != nil {
			return err
		}
		body[name] = sdkjson.RawMessage(text)
	}
	return nil
}

// insert returns node with value at the place that steps lead to. Lists and
// objects are made where there is nothing yet; nothing is ever replaced.
func insert(node any, steps []string, value any) (any, error) {
	if len(steps) == 0 {
		if node != nil {
			return nil, errors.New("the spec sets it already")
		}
		return value, nil
	}
	if isIndex(steps[0]) {
		return insertItem(node, steps, value)
	}
	object, ok := node.(map[string]any)
	if node == nil {
		object = map[string]any{}
	} else if !ok {
		return nil, fmt.Errorf("%s cannot be a member here: the parameter above it is set already, and is no object", steps[0])
	}
	child, err := insert(object[steps[0]], steps[1:], value)
	if err != nil {
		return nil, err
	}
	object[steps[0]] = child
	return object, nil
}

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
	list[i], err = insert(list[i], steps[1:], value)
	return list, err
}

func isIndex(step string) bool {
	for i := range len(step) {
		if step[i] < '0' || step[i] > '9' {
			return false
		}
	}
	return step != ""
}

// bySteps sorts names by their steps, indexes as numbers, so that lists fill in
// order, and the whole before its parts.
func bySteps(a, b []string) int {
	return slices.CompareFunc(a, b, func(x, y string) int {
		if isIndex(x) && isIndex(y) && len(x) != len(y) {
			return len(x) - len(y)
		}
		return strings.Compare(x, y)
	})
}

// flatten writes the leaves of a tree under their flat names.
func flatten(out map[string]string, prefix string, node any) {
	switch n := node.(type) {
	case map[string]any:
		for k, v := range n {
			flatten(out, join(prefix, k), v)
		}
	case []any:
		for i, v := range n {
			flatten(out, join(prefix, strconv.Itoa(i)), v)
		}
	case json.RawMessage: // a raw parameter
		dec := json.NewDecoder(bytes.NewReader(n))
		dec.UseNumber()
		var v any
		if dec.Decode(&v) == nil {
			flatten(out, prefix, v)
		}
	default:
		out[prefix] = fmt.Sprint(n)
	}
}

func join(prefix, step string) string {
	if prefix == "" {
		return step
	}
	return prefix + "." + step
}
