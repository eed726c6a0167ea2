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

// isSystemParam names the parameters that the signature adds to every call, and
// the one that carries the marker by which a lost create is found.
func isSystemParam(name string) bool {
	return slices.Contains([]string{"access_key_id", "time_stamp", "signature", "signature_method", "signature_version", "instance_name"}, name)
}

func isParamName(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '.'
	})
}

// forOne reports whether a raw parameter is about something that one instance alone can
// have: a volume, an address, or a network with an address in it. Every instance of a
// create gets the same parameters, and so does the create that makes a rest.
func forOne(name, value string) bool {
	list, _, _ := strings.Cut(name, ".")
	return list == "volumes" || list == "eip_ids" || list == "vxnets" && strings.Contains(value, "|")
}

// validateParams translates the spec to see which parameters are taken. The SDK
// is not asked to build the request: the names are known without it.
func (d *driver) validateParams(c *provider.Checker, spec *provider.RunInstancesSpec, o *RunOptions) {
	if len(o.Params) == 0 {
		return
	}
	for _, k := range sorted.Keys(o.Params) {
		if !isParamName(k) {
			c.Entry("Vendor.Params", k).Fail("", nil, "is no name of a parameter")
		}
	}
	if spec.Count > 1 {
		for _, k := range sorted.Keys(o.Params) {
			in := c.Entry("Vendor.Params", k)
			in.Require(!forOne(k, o.Params[k]), "", nil, "belongs to one instance: Count must be 1, one RunInstances for each")
		}
	}
	taken := translateRun(spec).taken(d.inputNames, o.Params)
	checkTaken(c, func(name string) bool { return taken[name] }, o.Params)
}

// checkTaken refuses raw parameters that are set otherwise.
func checkTaken(c *provider.Checker, set func(name string) bool, params map[string]string) {
	if len(params) == 0 {
		return
	}
	for _, k := range sorted.Keys(params) {
		if set(k) || isSystemParam(k) {
			c.Entry("Vendor.Params", k).Fail("", nil, "is set by the spec or by the signature")
		}
	}
}

// addParams adds raw parameters, and refuses one that is there already.
func addParams(q url.Values, params map[string]string) error {
	c := provider.Checker{Driver: Name}
	checkTaken(&c, q.Has, params)
	for k, v := range params {
		q.Set(k, v)
	}
	return c.Err()
}

// inputNames are the wire names of the fields of runInput, in order.
func inputNames() []string {
	t := reflect.TypeFor[runInput]()
	names := make([]string, t.NumField())
	for i := range names {
		names[i] = t.Field(i).Tag.Get("name")
	}
	return names
}

// taken returns those of the raw parameters that the create sends by itself, as
// the SDK's builder and signer name them. Names are [inputNames].
func (r *runRequest) taken(names []string, raw map[string]string) map[string]bool {
	taken := map[string]bool{}
	look := func(name string) {
		if _, ok := raw[name]; ok {
			taken[name] = true
		}
	}
	look("action")
	look("zone")
	for name := range r.secrets {
		look(name)
	}
	in := reflect.ValueOf(&r.runInput).Elem()
	for i, name := range names {
		f := in.Field(i)
		if f.IsNil() {
			continue
		}
		if f.Kind() != reflect.Slice {
			look(name)
			continue
		}
		for j := range f.Len() {
			if !f.Index(j).IsNil() {
				look(name + "." + strconv.Itoa(j+1))
			}
		}
	}
	return taken
}
