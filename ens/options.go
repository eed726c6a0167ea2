package ens

import (
	"maps"
	"slices"
	"strings"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/internal/sorted"
	"github.com/yunfan-cloud/yunfan/provider"
)

// RunOptions are settings that only ENS has. Put one, or a pointer to one, into
// RunInstancesSpec.Vendor. Unless they say otherwise, the typed fields exist in
// RunInstances only, so that setting one makes the adapter use that call.
type RunOptions struct {
	// ScheduleAreaLevel lets ENS choose the node within an area: "Big" is a part
	// of the country, "Middle" a province, "Small" a city. It needs NetDistrictCode
	// and Carrier, which say which one. Region then only stays what it is for the
	// client, no node is sent, and no network, subnet or address of a node can be
	// named. Empty or "Region" is the node that Region names.
	ScheduleAreaLevel string

	// NetDistrictCode is the code of the area ("350000"), and Carrier the network
	// provider ("telecom").
	NetDistrictCode, Carrier string

	// SchedulingStrategy is "Concentrate" or, within an area only, "Disperse".
	SchedulingStrategy string

	// SchedulingPriceStrategy is "PriceHighPriority" or "PriceLowPriority".
	SchedulingPriceStrategy string

	// InstanceChargeStrategy is "instance" or "user": whose billing settings
	// apply. Empty lets ENS decide.
	InstanceChargeStrategy string

	// BillingCycle is how often computing is billed: "Hour", "Day" or "Month".
	// It needs InstanceChargeStrategy "instance".
	BillingCycle string

	// AutoUseCoupon uses vouchers of the account, or does not. Nil lets ENS
	// decide, which means that it does.
	AutoUseCoupon *bool

	// SendFalse sends "false" for UniqueSuffix and PasswordInherit where the spec
	// leaves them false. Otherwise false is said by leaving the parameter out. Both
	// calls have these.
	SendFalse bool

	// Params are raw parameters by their documented wire names, for what this
	// package does not know. Their values are treated as secrets. A name that the
	// spec, this package or the protocol already sets is an error.
	Params map[string]string
}

// VendorName returns "ens".
func (RunOptions) VendorName() string { return Name }

// optionsOf returns the spec's options for ENS, by value or pointer. It returns
// zero options when there are none.
func optionsOf(spec *provider.RunInstancesSpec) RunOptions {
	for _, v := range spec.Vendor {
		switch o := v.(type) {
		case RunOptions:
			return o
		case *RunOptions:
			if o != nil {
				return *o
			}
		}
	}
	return RunOptions{}
}

// byArea tells whether ENS is asked to choose the node of a spec's servers.
func byArea(spec *provider.RunInstancesSpec) bool {
	level := optionsOf(spec).ScheduleAreaLevel
	return level != "" && level != nodeLevel
}

// secretParams names the raw parameters, whose values no error may show.
func secretParams(spec *provider.RunInstancesSpec) []string {
	raw := optionsOf(spec).Params
	if len(raw) == 0 {
		return nil
	}
	return slices.Collect(maps.Keys(raw))
}

// isOwnParam tells whether a parameter is set by the protocol, or would promise
// what ENS does not have: with DryRun, real servers would be made and paid for.
// A raw InstanceName would replace the marker by which a lost create is found.
func isOwnParam(name string) bool {
	own := []string{"ClientToken", "DryRun", "InstanceName", "UniqueSuffix"}
	return slices.Contains(own, name) || alicloud.IsSystemParam(name)
}

// createInstanceParams are the documented parameters of CreateInstance, which
// gets no new ones; true for those that RunInstances has too.
var createInstanceParams = map[string]bool{
	"AutoRenew": true, "AutoRenewPeriod": false, "DataDisk.1.Size": false, "EnsRegionId": true, "HostName": true,
	"ImageId": true, "InstanceName": true, "InstanceType": true, "InternetChargeType": true, "IpType": true,
	"KeyPairName": true, "Password": true, "PasswordInherit": true, "PaymentType": false, "Period": true,
	"PrivateIpAddress": true, "PublicIpIdentification": true, "Quantity": false, "SystemDisk.Size": true,
	"UniqueSuffix": true, "UserData": true, "VSwitchId": true,
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
