package ens

import (
	"maps"
	"slices"
	"strings"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/internal/sorted"
	"github.com/yunfan-cloud/yunfan/provider"
)

// createInstanceParams are the documented parameters of CreateInstance, which gets no new ones. The
// value reports whether RunInstances has the parameter too.
var createInstanceParams = map[string]bool{
	"AutoRenew": true, "AutoRenewPeriod": false, "DataDisk.1.Size": false, "EnsRegionId": true, "HostName": true,
	"ImageId": true, "InstanceName": true, "InstanceType": true, "InternetChargeType": true, "IpType": true,
	"KeyPairName": true, "Password": true, "PasswordInherit": true, "PaymentType": false, "Period": true,
	"PrivateIpAddress": true, "PublicIpIdentification": true, "Quantity": false, "SystemDisk.Size": true,
	"UniqueSuffix": true, "UserData": true, "VSwitchId": true,
}

// isOwnParam reports whether a raw parameter may not be given. The protocol sets most of these. ENS
// does not have DryRun, so that real instances would be made and paid for. A raw InstanceName would
// replace the marker by which a lost create is found.
func isOwnParam(name string) bool {
	own := []string{"ClientToken", "DryRun", "InstanceName", "UniqueSuffix"}
	return slices.Contains(own, name) || alicloud.IsSystemParam(name)
}

// hasParam reports whether a raw parameter is given.
func hasParam(spec *provider.RunInstancesSpec, name string) bool {
	_, ok := optionsOf(spec).Params[name]
	return ok
}

// rawPath returns the path of a raw parameter.
func rawPath(name string) string { return `Vendor.Params["` + name + `"]` }

// secretParams returns the names of the raw parameters: no error may show their values.
func secretParams(spec *provider.RunInstancesSpec) []string {
	raw := optionsOf(spec).Params
	if len(raw) == 0 {
		return nil
	}
	return slices.Collect(maps.Keys(raw))
}

// checkRaw checks the raw parameters of a create. It translates the spec to see which parameters
// are set already.
func checkRaw(c *provider.Checker, spec *provider.RunInstancesSpec, action string) {
	if raw := optionsOf(spec).Params; len(raw) > 0 {
		checkTaken(c, raw, translateSpec(spec, action))
	}
}

// checkTaken refuses raw parameters that are set already: one of the two values would be lost.
func checkTaken(c *provider.Checker, raw, set map[string]string) {
	if len(raw) == 0 {
		return
	}
	for _, name := range sorted.Keys(raw) {
		in := c.Entry("Vendor.Params", name)
		switch {
		case name == "":
			c.Fail("Vendor.Params", nil, "a parameter needs a name")
		case isOwnParam(name):
			in.Fail("", nil, "is set by the spec or the protocol, or not known to ENS")
		case overlaps(name, set):
			in.Fail("", nil, "is already set by this spec or by the adapter")
		}
	}
}

// checkPerInstance refuses raw parameters that only one instance can have. A create gives the same
// parameters to each of its instances, and so does the create of the instances that it left
// missing.
func checkPerInstance(c *provider.Checker, spec *provider.RunInstancesSpec) {
	const name = "PrivateIpAddress"
	given := optionsOf(spec).Params[name] != ""
	c.Entry("Vendor.Params", name).Require(!given || spec.Count <= 1, "", nil,
		"is the address of one instance: Count must be 1, or leave the addresses to ENS")
}

// overlaps reports whether a name, a part of it or something inside it is set. "SystemDisk" and
// "SystemDisk.Size" are two spellings of one thing.
func overlaps(name string, set map[string]string) bool {
	for s := range set {
		if s == name || isInside(s, name) || isInside(name, s) {
			return true
		}
	}
	return false
}

// isInside reports whether a name is that of a part of another.
func isInside(name, whole string) bool {
	rest, ok := strings.CutPrefix(name, whole)
	return ok && strings.HasPrefix(rest, ".")
}
