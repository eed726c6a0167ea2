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

// isOwnParam tells whether a parameter decides how many servers a call makes,
// or whether it makes any: those the client must know of.
func isOwnParam(name string) bool {
	switch name {
	case "Amount", "MinAmount", "ClientToken", "DryRun":
		return true
	}
	return alicloud.IsSystemParam(name)
}

// secretParams names the raw parameters, whose values no error may show.
func secretParams(spec *provider.RunInstancesSpec) []string {
	raw := optionsOf(spec).Params
	if len(raw) == 0 {
		return nil
	}
	return slices.Collect(maps.Keys(raw))
}

// checkRaw finds raw parameters that are set by other means already. Path is
// where they are.
func checkRaw(c *provider.Checker, path string, params, raw map[string]string) {
	if len(raw) == 0 {
		return
	}
	for _, name := range sorted.Keys(raw) {
		_, taken := params[name]
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

// checkPerInstance refuses raw parameters that give each instance of a create a value of
// its own when the create may take several calls: all of those would send the same
// values. What is sent again by the same token may bear them.
func checkPerInstance(c *provider.Checker, spec *provider.RunInstancesSpec) {
	var why string
	switch {
	case spec.Count > perCreate:
		why = fmt.Sprintf("%d instances take several creates: ask for at most %d at once, each time with their values", spec.Count, perCreate)
	case spec.MinCount > 0 && spec.MinCount < spec.Count:
		why = "MinCount leaves a rest that another create may make: set MinCount to Count"
	default:
		return
	}
	raw := optionsOf(spec).Params
	for _, name := range sorted.Keys(raw) {
		numbered := (name == "InstanceName" || name == "HostName") && numbering.MatchString(raw[name])
		if strings.HasPrefix(name, "HostNames.") || name == "PrivateIpAddress" || numbered {
			c.Entry("Vendor.Params", name).Fail("", nil, "gives each instance of one create a value of its own, and "+why)
		}
	}
}

func hasPrefix(params map[string]string, prefix string) bool {
	for name := range params {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// mapsAny tells whether a spec could set any of the raw parameters.
func (d *driver) mapsAny(raw map[string]string) bool {
	for name := range raw {
		if d.mapped[unnumbered(name)] {
			return true
		}
	}
	return false
}

// mappedParams are the parameters that a spec and its options can set, "N"
// standing for an index.
func mappedParams(s provider.Support) map[string]bool {
	mapped := map[string]bool{}
	for _, f := range s.Fields() {
		mapped[f.Param] = true
	}
	for _, name := range []string{
		"Tag.N.Key", "Tag.N.Value", "VpcId", "SystemDisk.DeleteWithInstance", "SecurityGroupId", "NetworkInterface.N.SecurityGroupId",
		"IoOptimized", "CreditSpecification", "StorageSetId", "StorageSetPartitionNumber", "DeploymentSetGroupNo", "ImageFamily", "AutoPay",
	} {
		mapped[name] = true
	}
	return mapped
}

// unnumbered has "N" in place of each index of a parameter's name.
func unnumbered(name string) string {
	steps := strings.Split(name, ".")
	for i, step := range steps {
		if step != "" && strings.Trim(step, "0123456789") == "" {
			steps[i] = "N"
		}
	}
	return strings.Join(steps, ".")
}

// withoutRaw returns the options for this cloud without raw parameters.
func withoutRaw(spec *provider.RunInstancesSpec) []provider.VendorOption {
	o := optionsOf(spec)
	o.Params = nil
	return []provider.VendorOption{o}
}
