package aliyun

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/internal/sorted"
	"github.com/yunfan-cloud/yunfan/provider"
)

// isOwnParam reports whether a raw parameter may not be given: it would decide how many instances
// a call makes, or whether it makes any, which the client must know.
func isOwnParam(name string) bool {
	switch name {
	case "Amount", "MinAmount", "ClientToken", "DryRun":
		return true
	}
	return alicloud.IsSystemParam(name)
}

// secretParams returns the names of the raw parameters: no error may show their values.
func secretParams(spec *provider.RunInstancesSpec) []string {
	raw := optionsOf(spec).Params
	if len(raw) == 0 {
		return nil
	}
	return slices.Collect(maps.Keys(raw))
}

// checkRaw checks the raw parameters of a create. It translates the spec to see which parameters
// are set already, unless the spec can set none of them. Mapped is that of mappedParams.
func checkRaw(c *provider.Checker, spec *provider.RunInstancesSpec, mapped map[string]bool) {
	raw := optionsOf(spec).Params
	if len(raw) == 0 {
		return
	}
	var set params
	if mapsAny(mapped, raw) {
		set = translateSpec(spec)
	}
	checkTaken(c, "Vendor.Params", raw, set)
}

// checkTaken refuses raw parameters that are set already. Path is the field that has them.
func checkTaken(c *provider.Checker, path string, raw, set map[string]string) {
	if len(raw) == 0 {
		return
	}
	for _, name := range sorted.Keys(raw) {
		_, taken := set[name]
		in := c.Entry(path, name)
		switch {
		case name == "":
			in.Fail("", nil, "must not be empty")
		case taken:
			in.Fail("", nil, "is set by another field of the spec already")
		case isOwnParam(name):
			in.Fail("", nil, "is set by the client itself")
		}
	}
}

// checkPerInstance refuses raw parameters that give each instance of a create a value of its own,
// when the create may take several calls: each of those would send the same values. A repetition
// by the same token may have them.
func checkPerInstance(c *provider.Checker, spec *provider.RunInstancesSpec) {
	var why string
	switch {
	case spec.Count > perCall:
		const several = "%d instances take several creates: ask for at most %d at once, each time with their values"
		why = fmt.Sprintf(several, spec.Count, perCall)
	case spec.MinCount > 0 && spec.MinCount < spec.Count:
		why = "MinCount leaves a rest that another create may make: set MinCount to Count"
	default:
		return
	}
	o := optionsOf(spec)
	c.Require(len(o.HostNames) == 0, "Vendor.HostNames", nil,
		"give each instance of one create a value of its own, and "+why)
	raw := o.Params
	for _, name := range sorted.Keys(raw) {
		if isPerInstance(name, raw[name]) {
			c.Entry("Vendor.Params", name).Fail("", nil, "gives each instance of one create a value of its own, and "+why)
		}
	}
}

// isPerInstance reports whether a raw parameter gives each instance of a create a value of its own.
func isPerInstance(name, value string) bool {
	switch name {
	case "PrivateIpAddress":
		return true
	case "InstanceName", "HostName":
		return numbering.MatchString(value)
	}
	return strings.HasPrefix(name, "HostNames.")
}

// mapsAny reports whether a spec could set any of the raw parameters.
func mapsAny(mapped map[string]bool, raw map[string]string) bool {
	for name := range raw {
		if mapped[unnumbered(name)] {
			return true
		}
	}
	return false
}

// mappedParams returns the parameters that a spec and its options can set. "N" stands for an index.
func mappedParams(s provider.Support) map[string]bool {
	mapped := map[string]bool{}
	for _, f := range s.Fields() {
		mapped[f.Param] = true
	}
	for _, name := range []string{
		"Tag.N.Key", "Tag.N.Value", "VpcId", "SystemDisk.DeleteWithInstance",
		"SecurityGroupId", "NetworkInterface.N.SecurityGroupId", "IoOptimized", "CreditSpecification",
		"StorageSetId", "StorageSetPartitionNumber", "DeploymentSetGroupNo", "ImageFamily", "AutoPay",
	} {
		mapped[name] = true
	}
	for _, name := range newerParams() {
		mapped[name] = true
	}
	return mapped
}

// unnumbered returns the name of a parameter with "N" in place of each index.
func unnumbered(name string) string {
	steps := strings.Split(name, ".")
	for i, step := range steps {
		if step != "" && strings.Trim(step, "0123456789") == "" {
			steps[i] = "N"
		}
	}
	return strings.Join(steps, ".")
}

// hasPrefix reports whether there is a raw parameter whose name begins with prefix.
func hasPrefix(raw map[string]string, prefix string) bool {
	for name := range raw {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}
