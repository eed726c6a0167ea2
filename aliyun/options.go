package aliyun

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/internal/sorted"
	"github.com/yunfan-cloud/yunfan/provider"
)

// RunOptions are settings that only ECS has, for
// [provider.RunInstancesSpec.Vendor]. A zero field lets the cloud decide.
type RunOptions struct {
	IoOptimized               string // "none" or "optimized"
	CreditSpecification       string // "Standard" or "Unlimited", for burstable types
	StorageSetID              string
	StorageSetPartitionNumber int
	DeploymentSetGroupNo      int    // partition of the deployment set in Placement.GroupID
	ImageFamily               string // newest image of the family; excludes ImageID

	// SecurityGroupID and InterfaceSecurityGroupIDs name one group by the older
	// parameters SecurityGroupId and NetworkInterface.N.SecurityGroupId, the latter in
	// the order of Network.Interfaces, "" for an interface without one. They exclude
	// SecurityGroupIDs of the same interface, which say the same by a list.
	SecurityGroupID           string
	InterfaceSecurityGroupIDs []string

	// SendFalse sends "false" for each yes-or-no field that the spec leaves false:
	// PasswordInherit, UniqueSuffix, DeletionProtection, DryRun and Encrypted of every
	// disk. Otherwise false is said by leaving the parameter out, where a launch
	// template, or encryption by default of the account, can say true. A template
	// sends those that it can hold.
	SendFalse bool

	// AutoPay false leaves a prepaid order unpaid, for someone to pay in the
	// console: the create then names the order and no instance. The cloud's default
	// is to pay at once.
	AutoPay *bool

	// Params are further parameters by their documented wire names
	// ("HttpTokens", "DataDisk.1.BurstingEnabled"), as the cloud documents
	// them, unchecked. One that is set elsewhere already is an error. Values
	// are treated as secrets in errors.
	Params map[string]string
}

// VendorName returns "aliyun".
func (RunOptions) VendorName() string { return Name }

// TemplateOptions are settings that only launch templates of ECS have, for
// [provider.LaunchTemplateSpec.Vendor]. A zero field lets the cloud decide. A
// version that is read has them in [RunOptions.Params], by their wire names.
type TemplateOptions struct {
	NetworkType      string // "classic" or "vpc"
	ImageOwnerAlias  string // who the image is from: "system", "self", "others" or "marketplace"
	EnableVMOSConfig *bool  // whether the cloud configures the operating system

	// ResourceGroupID is where the template itself belongs; its servers' is
	// Spec.ProjectID. A new version takes none.
	ResourceGroupID string

	// Params are further parameters of CreateLaunchTemplate by their documented
	// wire names ("SystemDisk.BurstingEnabled"), unchecked. One that is set
	// elsewhere already is an error. Values are treated as secrets in errors.
	Params map[string]string
}

// VendorName returns "aliyun".
func (TemplateOptions) VendorName() string { return Name }

// PlacementOptions are settings that only deployment sets of ECS have, for
// [provider.PlacementGroupSpec.Vendor]. A zero field lets the cloud decide.
type PlacementOptions struct {
	// OnUnableToRedeployFailedInstance says what becomes of a server whose host
	// failed when no other host keeps it apart: "CancelMembershipAndStart", the
	// default, starts it outside the set, perhaps as another type; "KeepStopped"
	// waits.
	OnUnableToRedeployFailedInstance string

	// Params are further parameters of CreateDeploymentSet by their documented
	// wire names, unchecked. One that is set elsewhere already is an error.
	// Values are treated as secrets in errors.
	Params map[string]string
}

// VendorName returns "aliyun".
func (PlacementOptions) VendorName() string { return Name }

// optionsOf returns the spec's options for this cloud. It returns zero options
// when there are none.
func optionsOf(spec *provider.RunInstancesSpec) RunOptions {
	return vendorOptions[RunOptions](spec.Vendor)
}

// vendorOptions returns the options of a kind from a list, by value or pointer,
// and zero options when there are none.
func vendorOptions[T provider.VendorOption](list []provider.VendorOption) (zero T) {
	for _, v := range list {
		switch o := any(v).(type) {
		case T:
			return o
		case *T:
			if o != nil {
				return *o
			}
		}
	}
	return zero
}

// checkKind refuses options that claim to be for this cloud and are of another
// type than the place is for.
func checkKind[T provider.VendorOption](c *provider.Checker, path string, list []provider.VendorOption) {
	for i, v := range list {
		if v == nil || v.VendorName() != Name {
			continue
		}
		switch any(v).(type) {
		case T, *T:
		default:
			var kind T
			c.Fail(fmt.Sprintf("%s[%d]", path, i), nil, fmt.Sprintf("must be %T", kind))
		}
	}
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

// checkTemplateRaw is checkRaw for templates. The cloud would drop a password
// without a word, and there is one template to a call.
func checkTemplateRaw(c *provider.Checker, path string, params, raw map[string]string) {
	checkRaw(c, path, params, raw)
	for _, name := range []string{"Password", "LaunchTemplateId", "LaunchTemplateName", "LaunchTemplateVersion"} {
		_, given := raw[name]
		_, taken := params[name]
		c.Entry(path, name).Require(!given || taken, "", nil, "is not what a template holds")
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

// checkForms refuses security groups in both forms, since ECS takes one or the
// other, and words that ECS does not have.
func checkForms(c *provider.Checker, spec *provider.RunInstancesSpec) {
	o := optionsOf(spec)
	c.Require(o.IoOptimized == "" || o.IoOptimized == "none" || o.IoOptimized == "optimized", "Vendor.IoOptimized", o.IoOptimized, "must be none or optimized")
	check := func(at *provider.Checker, prefix, single string, list []string) {
		raw := prefix + "SecurityGroupId"
		if single == "" && o.Params[raw] == "" {
			return
		}
		inList := len(list) > 0 || hasPrefix(o.Params, prefix+"SecurityGroupIds.")
		at.Require(single == "" || !inList, "", single, "excludes SecurityGroupIDs: ECS takes one form or the other")
		c.Entry("Vendor.Params", raw).Require(o.Params[raw] == "" || !inList, "", nil, "excludes SecurityGroupIds: ECS takes one form or the other")
	}
	check(c.In("Vendor.SecurityGroupID"), "", o.SecurityGroupID, spec.Network.SecurityGroupIDs)
	for i := range max(len(spec.Network.Interfaces), len(o.InterfaceSecurityGroupIDs)) {
		var single string
		var list []string
		if i < len(o.InterfaceSecurityGroupIDs) {
			single = o.InterfaceSecurityGroupIDs[i]
		}
		if i < len(spec.Network.Interfaces) {
			list = spec.Network.Interfaces[i].SecurityGroupIDs
		}
		check(c.Item("Vendor.InterfaceSecurityGroupIDs", i), "NetworkInterface."+strconv.Itoa(i+1)+".", single, list)
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
