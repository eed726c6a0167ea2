package ens

import (
	"bytes"
	"slices"
	"strings"

	"github.com/yunfan-cloud/yunfan/internal/adapter"
	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
)

// ValidateRun implements [provider.RunValidator]. It checks what ENS documents and what neither of
// its create calls can carry. It has no list of types, nodes, images or kinds of disks, because the
// cloud adds to them over time.
func (d *driver) ValidateRun(spec *provider.RunInstancesSpec) error {
	c := &provider.Checker{Driver: Name}
	checkBasics(c, spec)
	checkForeign(c, "Region", spec.Region, d.ownCloud)
	checkLogin(c, spec)
	checkNetwork(c, spec)
	checkDisks(c, spec)
	checkBilling(c, spec)
	checkPlacement(c, spec, d.region)
	checkExtras(c, spec)
	checkOptions(c, spec)
	how := chooseCreate(spec)
	checkChoice(c, &how)
	checkRenewal(c, spec, how.action)
	checkRaw(c, spec, how.action)
	checkPerInstance(c, spec)
	return c.Err()
}

func checkBasics(c *provider.Checker, spec *provider.RunInstancesSpec) {
	checkRegion(c, "Region", spec.Region)
	c.Require(spec.InstanceType != "" || hasParam(spec, "InstanceType"), "InstanceType", nil, "is required")
	c.Require(spec.Name == "" || isName(spec.Name), "Name", spec.Name, ruleName)
	c.Require(spec.HostName == "" || isHostName(spec.HostName), "HostName", spec.HostName,
		"must be 2 to 64 letters, digits, . or -, without a . or - at either end or two of them in a row")
	if alicloud.IsWindows(spec.ImageID) && spec.HostName != "" {
		alicloud.CheckWindowsHost(c, spec.HostName, spec.HostName)
	}
	alicloud.CheckSuffix(c, spec)
}

func checkLogin(c *provider.Checker, spec *provider.RunInstancesSpec) {
	l := &spec.Login
	byRaw := hasParam(spec, "Password") || hasParam(spec, "KeyPairName") || hasParam(spec, "PasswordInherit")
	given := l.Password != "" || len(l.KeyPairs) > 0 || l.KeepImageLogin || byRaw
	c.Require(given, "Login", nil, "ENS needs one of Password, KeyPairs and KeepImageLogin")
	c.Require(len(l.KeyPairs) <= 1, "Login.KeyPairs", l.KeyPairs, "ENS takes one key pair")
	c.Require(len(l.KeyPairs) == 0 || !alicloud.IsWindows(spec.ImageID), "Login.KeyPairs", l.KeyPairs,
		"ENS has no key pairs on Windows, only passwords")
	c.Require(l.Password == "" || isPassword(l.Password.Reveal()), "Login.Password", nil, rulePassword)
}

func checkBilling(c *provider.Checker, spec *provider.RunInstancesSpec) {
	b := &spec.Billing
	modes := []provider.BillingMode{"", provider.OnDemand, provider.Prepaid, provider.Spot}
	c.Require(slices.Contains(modes, b.Mode), "Billing.Mode", b.Mode, "ENS has no dedicated hosts")
	if h := b.Spot.DurationHours; h != nil {
		c.Require(*h == 0 || *h == 1, "Billing.Spot.DurationHours", *h,
			"must be 0 or 1: ENS protects a spot instance for an hour or not at all")
	}
	c.Require(b.Spot.Strategy != provider.SpotPriceLimit, "Billing.Spot.Strategy", b.Spot.Strategy,
		"ENS spot instances follow the market price: there is no bid")
	if b.Mode != provider.Prepaid {
		return
	}
	switch b.PeriodUnit {
	case "", provider.Month:
		c.Require(isPeriod(b.Period), "Billing.Period", b.Period, "must be 1 to 9, or 12, months")
	case provider.Day:
		c.Require(b.Period == 3, "Billing.Period", b.Period, "must be 3: ENS sells no other number of days")
	case provider.Week, provider.Year:
		c.Fail("Billing.PeriodUnit", b.PeriodUnit, "ENS sells months and days")
	}
	c.Require(b.AutoRenewPeriod <= 12, "Billing.AutoRenewPeriod", b.AutoRenewPeriod, "must be 1 to 12 months")
}

// isPeriod reports whether ENS sells a number of months.
func isPeriod(months int) bool {
	upToNine := months >= 1 && months <= 9
	return upToNine || months == 12
}

// checkRenewal checks that CreateInstance gets the length of a renewal. RunInstances has no
// parameter for it.
func checkRenewal(c *provider.Checker, spec *provider.RunInstancesSpec, action string) {
	b := &spec.Billing
	renews := b.AutoRenew != nil && *b.AutoRenew && action == createInstance
	given := b.AutoRenewPeriod > 0 || hasParam(spec, "AutoRenewPeriod")
	c.Require(!renews || given, "Billing.AutoRenewPeriod", nil,
		"is required with AutoRenew: CreateInstance has no length of a renewal by itself")
}

// checkPlacement checks where instances go: to the node of the spec, or to one that ENS chooses in
// an area. Region is that of the client.
func checkPlacement(c *provider.Checker, spec *provider.RunInstancesSpec, region string) {
	o, n := optionsOf(spec), &spec.Network
	c.OneOf("Vendor.ScheduleAreaLevel", o.ScheduleAreaLevel, nodeLevel, "Big", "Middle", "Small")
	c.OneOf("Vendor.SchedulingPriceStrategy", o.SchedulingPriceStrategy, "PriceHighPriority", "PriceLowPriority")
	if !byArea(spec) {
		const rule = "needs ScheduleAreaLevel Big, Middle or Small: the node says where"
		c.Require(o.NetDistrictCode == "", "Vendor.NetDistrictCode", o.NetDistrictCode, rule)
		c.Require(o.Carrier == "", "Vendor.Carrier", o.Carrier, rule)
		c.OneOf("Vendor.SchedulingStrategy", o.SchedulingStrategy, "Concentrate")
		return
	}
	c.OneOf("Vendor.SchedulingStrategy", o.SchedulingStrategy, "Concentrate", "Disperse")
	required := "is required with ScheduleAreaLevel " + o.ScheduleAreaLevel
	district := o.NetDistrictCode != "" || hasParam(spec, "NetDistrictCode")
	c.Require(district, "Vendor.NetDistrictCode", nil, required)
	c.Require(o.Carrier != "" || hasParam(spec, "Carrier"), "Vendor.Carrier", nil, required)
	const rule = "belongs to a node: ScheduleAreaLevel leaves the node to ENS"
	c.Require(spec.Region == "" || spec.Region == region, "Region", spec.Region, rule)
	c.Require(n.VPCID == "", "Network.VPCID", n.VPCID, rule)
	c.Require(n.SubnetID == "", "Network.SubnetID", n.SubnetID, rule)
	c.Require(len(n.PrivateIPs) == 0, "Network.PrivateIPs", len(n.PrivateIPs), rule)
}

// checkExtras never shows user data.
func checkExtras(c *provider.Checker, spec *provider.RunInstancesSpec) {
	u := spec.UserData
	c.Require(len(spec.Tags) <= maxTags, "Tags", len(spec.Tags), "ENS takes at most 20 tags with a create")
	c.Require(len(u) <= maxUserData, "UserData", nil, "must be at most 16 KiB")
	c.Require(len(u) == 0 || bytes.HasPrefix(u, []byte("#!")), "UserData", nil, "must be a script that begins with #!")
}

// checkOptions checks the options that have no field of the spec beside them. ENS would ignore a
// cycle without its strategy.
func checkOptions(c *provider.Checker, spec *provider.RunInstancesSpec) {
	adapter.CheckKind[RunOptions](c, spec.Vendor)
	o := optionsOf(spec)
	c.Require(o.BillingCycle == "" || o.InstanceChargeStrategy == "instance", "Vendor.BillingCycle", o.BillingCycle,
		`needs InstanceChargeStrategy "instance"`)
}

// checkChoice names every field that only one of the create calls can express, when neither call
// can express the whole spec.
func checkChoice(c *provider.Checker, how *choice) {
	if len(how.runOnly) == 0 || len(how.createOnly) == 0 {
		return
	}
	notInCreate, notInRun := strings.Join(how.runOnly, ", "), strings.Join(how.createOnly, ", ")
	for _, at := range how.createOnly {
		c.Fail(at, nil, "only prepaid creates by CreateInstance have it, which cannot express "+notInCreate)
	}
	for _, at := range how.runOnly {
		c.Fail(at, nil, "only RunInstances can express it, which has no "+notInRun)
	}
}
