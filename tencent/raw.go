package tencent

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/yunfan-cloud/yunfan/internal/sorted"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/tencent/internal/tree"
)

// ownParams are parameters that no raw parameter may set, with the field of the spec that
// sets them. Those without a field are set by the SDK for every call. The client must know
// the others to read the answer right.
var ownParams = map[string]string{
	"Action": "", "Version": "", "Region": "Region", "Language": "", "Token": "", "RequestClient": "",
	"Timestamp": "", "Nonce": "", "SecretId": "", "Signature": "", "SignatureMethod": "",
	"InstanceCount": "Count", "MinCount": "MinCount", "ClientToken": "ClientToken", "DryRun": "DryRun",
}

// isSecret reports whether a parameter, or one that it is a part of, is secret.
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

// checkRaw checks the raw parameters of a create. It translates the spec to see which
// parameters are set already. A spec that cannot be translated has been reported before.
func checkRaw(c *provider.Checker, spec *provider.RunInstancesSpec) {
	raw := optionsOf(spec).Params
	if len(raw) == 0 {
		return
	}
	checkRawTexts(c, raw)
	if req, err := translateRun(spec); err == nil {
		checkTaken(c, raw, req)
	}
}

// checkRawTexts shows no values: they may be secrets.
func checkRawTexts(c *provider.Checker, raw map[string]string) {
	for _, name := range sorted.Keys(raw) {
		if !utf8.ValidString(raw[name]) {
			c.Entry("Vendor.Params", name).Fail("", nil, "must be UTF-8: JSON would replace other bytes")
		}
	}
}

// checkTaken refuses raw parameters that a request sets already, and those that collide with
// each other. Their values do not matter for that.
func checkTaken(c *provider.Checker, raw map[string]string, set tree.Typed) {
	mergeTouched(c, tree.Body(set), raw, func(string) any { return true })
}

// checkPerInstance refuses lists that have an entry for each instance of a create when the
// create may take several calls: each of those would send the whole list.
func checkPerInstance(c *provider.Checker, spec *provider.RunInstancesSpec) {
	const rule = "has an entry for each instance of one create, and "
	o := optionsOf(spec)
	var why string
	switch {
	case spec.Count > perCall:
		const several = "%d instances take several creates: ask for at most %d at once, each time with their entries"
		why = fmt.Sprintf(several, spec.Count, perCall)
	case spec.MinCount > 0 && spec.MinCount < spec.Count:
		why = "MinCount leaves a rest that another create may make: set MinCount to Count"
	default:
		return
	}
	// A physical machine that is in use cannot be taken again, so that a create of the rest
	// is refused by the cloud.
	c.Require(len(o.CHCIDs) == 0 || spec.Count <= perCall, "Vendor.CHCIDs", nil, rule+why)
	for _, name := range sorted.Keys(o.Params) {
		if perInstance.MatchString(name) || perInstanceIn.MatchString(o.Params[name]) {
			c.Entry("Vendor.Params", name).Fail("", nil, rule+why)
		}
	}
}

// These find lists that have an entry for each instance, by the name of a raw parameter and
// inside its JSON: fixed addresses, and physical machines to create on.
var (
	perInstance   = regexp.MustCompile(`(^|\.)(PrivateIpAddresses|ChcIds)(\.|$)`)
	perInstanceIn = regexp.MustCompile(`"PrivateIpAddresses"\s*:`)
)

// mergeRaw returns the body of a request with the raw parameters in it. It returns nil when
// there are none: the typed request is sent as it is then.
func mergeRaw(req tree.Typed, raw map[string]string) (map[string]any, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	c := provider.Checker{Driver: Name}
	body := tree.Body(req)
	touched := mergeTouched(&c, body, raw, rawValue)
	if err := c.Err(); err != nil {
		return nil, err
	}
	return body, tree.ForSDK(body, touched)
}

// mergedTree returns the body of a request with the raw parameters in it, taken apart.
func mergedTree(req tree.Typed, raw map[string]string) (map[string]any, error) {
	root, err := tree.Wire(req)
	if err != nil {
		return nil, err
	}
	c := provider.Checker{Driver: Name}
	mergeInto(&c, root, raw, rawValue)
	return root, c.Err()
}

// mergeTouched returns those parameters of a body that raw ones belong into, taken apart, with
// the raw ones in them.
func mergeTouched(
	c *provider.Checker, body map[string]any, raw map[string]string, value func(text string) any,
) map[string]any {
	root := make(map[string]any, len(raw))
	for name := range raw {
		head, _, _ := strings.Cut(name, ".")
		tree.TakeApart(root, body, head)
	}
	mergeInto(c, root, raw, value)
	return root
}

// mergeInto puts all raw parameters into a tree. Value makes a leaf of a text.
func mergeInto(c *provider.Checker, root map[string]any, raw map[string]string, value func(text string) any) {
	names := make([][]string, 0, len(raw))
	for name := range raw {
		names = append(names, strings.Split(name, "."))
	}
	slices.SortFunc(names, tree.BySteps)
	for _, steps := range names {
		name := strings.Join(steps, ".")
		if err := insertRaw(root, steps, value(raw[name])); err != nil {
			c.Entry("Vendor.Params", name).Fail("", nil, err.Error())
		}
	}
}

// insertRaw puts one raw parameter into a tree.
func insertRaw(root map[string]any, steps []string, value any) error {
	if field, ok := ownParams[steps[0]]; ok {
		if field == "" {
			return errors.New("the SDK sets it for every call")
		}
		return fmt.Errorf("use the field %s of the spec", field)
	}
	if slices.Contains(steps, "") || tree.IsIndex(steps[0]) {
		return errors.New("must be a parameter name such as DataDisks.0.DiskSize")
	}
	_, err := tree.Insert(root, steps, value)
	return err
}

// rawValue is JSON if the text is JSON, and a string otherwise.
func rawValue(text string) any {
	if b := []byte(text); json.Valid(b) {
		return json.RawMessage(b)
	}
	return text
}
