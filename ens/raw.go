package ens

import (
	"maps"
	"slices"
	"strings"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/internal/sorted"
	"github.com/yunfan-cloud/yunfan/provider"
)

// createInstanceParams are the documented parameters of CreateInstance, which
// gets no new ones; true for those that RunInstances has too.
var createInstanceParams = map[string]bool{
	"AutoRenew": true, "AutoRenewPeriod": false, "DataDisk.1.Size": false, "EnsRegionId": true, "HostName": true,
	"ImageId": true, "InstanceName": true, "InstanceType": true, "InternetChargeType": true, "IpType": true,
	"KeyPairName": true, "Password": true, "PasswordInherit": true, "PaymentType": false, "Period": true,
	"PrivateIpAddress": true, "PublicIpIdentification": true, "Quantity": false, "SystemDisk.Size": true,
	"UniqueSuffix": true, "UserData": true, "VSwitchId": true,
}

// isOwnParam tells whether a parameter is set by the protocol, or would promise
// what ENS does not have: with DryRun, real servers would be made and paid for.
// A raw InstanceName would replace the marker by which a lost create is found.
func isOwnParam(name string) bool {
	own := []string{"ClientToken", "DryRun", "InstanceName", "UniqueSuffix"}
	return slices.Contains(own, name) || alicloud.IsSystemParam(name)
}

// secretParams names the raw parameters, whose values no error may show.
func secretParams(spec *provider.RunInstancesSpec) []string {
	raw := optionsOf(spec).Params
	if len(raw) == 0 {
		return nil
	}
	return slices.Collect(maps.Keys(raw))
}

// checkRaw refuses raw parameters that are set otherwise already. One of the
// two would be lost.
func checkRaw(c *provider.Checker, raw, set map[string]string) {
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

// overlaps tells whether a name, a part of it or something inside it is set:
// "SystemDisk" and "SystemDisk.Size" are two spellings of one thing.
func overlaps(name string, set map[string]string) bool {
	for s := range set {
		if s == name || inside(s, name) || inside(name, s) {
			return true
		}
	}
	return false
}

// inside tells whether a name is that of a part of another.
func inside(name, whole string) bool {
	return len(name) > len(whole) && name[len(whole)] == '.' && strings.HasPrefix(name, whole)
}

func rawPath(name string) string { return `Vendor.Params["` + name + `"]` }

func hasParam(spec *provider.RunInstancesSpec, name string) bool {
	_, ok := optionsOf(spec).Params[name]
	return ok
}
