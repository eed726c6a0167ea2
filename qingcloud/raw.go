package qingcloud

import (
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/yunfan-cloud/yunfan/internal/sorted"
	"github.com/yunfan-cloud/yunfan/provider"
)

// isOwnParam reports whether a raw parameter may not be given. The signature adds most of
// these to every call. A raw instance_name would replace the marker by which a lost create
// is found.
func isOwnParam(name string) bool {
	own := []string{"access_key_id", "time_stamp", "signature", "signature_method", "signature_version", "instance_name"}
	return slices.Contains(own, name)
}

// isParamName reports whether a text can be the name of a parameter.
func isParamName(s string) bool {
	const allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_."
	return s != "" && strings.Trim(s, allowed) == ""
}

// checkRaw checks the raw parameters of a create. It translates the spec to see which
// parameters are set already. The SDK is not asked to build the request: the names are known
// without it. Names are those of inputNames.
func checkRaw(c *provider.Checker, spec *provider.RunInstancesSpec, names []string) {
	raw := optionsOf(spec).Params
	if len(raw) == 0 {
		return
	}
	for _, name := range sorted.Keys(raw) {
		in := c.Entry("Vendor.Params", name)
		in.Require(isParamName(name), "", nil, "is no name of a parameter")
		checkBlanks(in, "", raw[name])
	}
	set := translateRun(spec).set(names, raw)
	checkTaken(c, raw, func(name string) bool { return set[name] })
}

// checkTaken refuses raw parameters that are set already.
func checkTaken(c *provider.Checker, raw map[string]string, set func(name string) bool) {
	if len(raw) == 0 {
		return
	}
	for _, name := range sorted.Keys(raw) {
		if set(name) || isOwnParam(name) {
			c.Entry("Vendor.Params", name).Fail("", nil, "is set by the spec or by the signature")
		}
	}
}

// checkPerInstance refuses raw parameters that only one instance can have, such as a volume
// or an address. A create gives the same parameters to each of its instances, and so does
// the create of the instances that it left missing.
func checkPerInstance(c *provider.Checker, spec *provider.RunInstancesSpec) {
	raw := optionsOf(spec).Params
	if spec.Count <= 1 || len(raw) == 0 {
		return
	}
	for _, name := range sorted.Keys(raw) {
		in := c.Entry("Vendor.Params", name)
		in.Require(!isPerInstance(name, raw[name]), "", nil,
			"belongs to one instance: Count must be 1, one RunInstances for each")
	}
}

// isPerInstance reports whether a raw parameter is a volume, an address, or a network with
// an address in it.
func isPerInstance(name, value string) bool {
	switch list, _, _ := strings.Cut(name, "."); list {
	case "volumes", "eip_ids":
		return true
	case "vxnets":
		return strings.Contains(value, "|")
	}
	return false
}

// mergeRaw adds raw parameters to a request, and refuses one that is in it already.
func mergeRaw(q url.Values, raw map[string]string) error {
	c := provider.Checker{Driver: Name}
	checkTaken(&c, raw, q.Has)
	for name, value := range raw {
		q.Set(name, value)
	}
	return c.Err()
}

// inputNames returns the wire names of the fields of runInput, in order.
func inputNames() []string {
	t := reflect.TypeFor[runInput]()
	names := make([]string, t.NumField())
	for i := range names {
		names[i] = t.Field(i).Tag.Get("name")
	}
	return names
}

// set returns those of the raw parameters that the create sets by itself, as the SDK's
// builder and signer name them. Names are those of inputNames.
func (r *runRequest) set(names []string, raw map[string]string) map[string]bool {
	set := map[string]bool{}
	add := func(name string) {
		if _, ok := raw[name]; ok {
			set[name] = true
		}
	}
	add("action")
	add("zone")
	for name := range r.secrets {
		add(name)
	}
	in := reflect.ValueOf(&r.runInput).Elem()
	for i, name := range names {
		f := in.Field(i)
		if f.IsNil() {
			continue
		}
		if f.Kind() != reflect.Slice {
			add(name)
			continue
		}
		for j := range f.Len() {
			if !f.Index(j).IsNil() {
				add(name + "." + strconv.Itoa(j+1))
			}
		}
	}
	return set
}
