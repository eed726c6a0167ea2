package ens

import (
	"github.com/yunfan-cloud/yunfan/internal/adapter"
	"github.com/yunfan-cloud/yunfan/provider"
)

// RunOptions are settings that only ENS has. Put one, or a pointer to one, into
// [provider.RunInstancesSpec.Vendor]. A zero field lets the cloud decide. Unless they say
// otherwise, the typed fields exist in RunInstances only, so that setting one makes the adapter
// use that call.
type RunOptions struct {
	// ScheduleAreaLevel lets ENS choose the node within an area: "Big" is a part
	// of the country, "Middle" a province, "Small" a city. It needs NetDistrictCode
	// and Carrier, which say which one. Region must then be that of the
	// client. No node is sent, and no network, subnet or address of a node can be
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
	// leaves them false. Otherwise the parameter is left out. Both
	// calls have these.
	SendFalse bool

	// Params are raw parameters by their documented wire names, for what has no field here. One
	// that the spec, this package or the protocol already sets is an error. Values are treated
	// as secrets.
	Params map[string]string
}

// VendorName returns "ens".
func (RunOptions) VendorName() string { return Name }

// optionsOf returns the spec's options for this cloud. It returns zero options when there are none.
func optionsOf(spec *provider.RunInstancesSpec) RunOptions {
	return adapter.OptionsOf[RunOptions](spec.Vendor)
}
