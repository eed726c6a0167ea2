package aliyun

import (
	"fmt"
	"maps"
	"slices"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
)

// RunOptions are settings that only ECS has, for
// [provider.RunInstancesSpec.Vendor]. A zero field lets the cloud decide.
type RunOptions struct {
	IoOptimized               string // "none" or "optimized"
	CreditSpecification       string // "Standard" or "Unlimited", for burstable types
	StorageSetID              string
	StorageSetPartitionNumber int
	ImageFamily               string // newest image of the family, instead of ImageID

	// AutoPay false leaves a prepaid order unpaid, for someone to pay in the
	// console. The cloud's default is to pay at once.
	AutoPay *bool

	// Params are further parameters by their documented wire names
	// ("HttpTokens", "DataDisk.1.BurstingEnabled"), as the cloud documents
	// them, unchecked. One that is set elsewhere already is an error. Values
	// are treated as secrets in errors.
	Params map[string]string
}

// VendorName returns "aliyun".
func (RunOptions) VendorName() string { return Name }

// optionsOf returns the spec's options for this cloud, by value or pointer. It
// returns zero options when there are none.
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

// secretParams names the raw parameters, whose values no error may show.
func secretParams(spec *provider.RunInstancesSpec) []string {
	return slices.Collect(maps.Keys(optionsOf(spec).Params))
}

// checkRaw finds raw parameters that are set by other means already.
func checkRaw(c *provider.Checker, params, raw map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(raw)) {
		at := fmt.Sprintf("Vendor.Params[%q]", name)
		_, taken := params[name]
		c.Require(name != "", at, nil, "must not be empty")
		c.Require(!taken, at, nil, "is set by another field of the spec already")
		c.Require(taken || !isOwnParam(name), at, nil, "is set by the client itself")
	}
}

// isOwnParam tells whether a parameter decides how many servers a call makes,
// or whether it makes any: those the client must know of.
func isOwnParam(name string) bool {
	switch name {
	case "Amount", "MinAmount", "ClientToken", "DryRun":
		return true
	}
	return alicloud.IsSystemParam(name)
}
