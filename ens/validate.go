package ens

import (
	"bytes"
	"slices"
	"strings"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
)

// ValidateRun checks the documented rules of ENS: values that neither create
// call can express, name forms, sizes and periods. It leaves to ENS what may
// change there any day: machine types, nodes, images and disk categories.
func (d *driver) ValidateRun(spec *provider.RunInstancesSpec) error {
	c := provider.Checker{Driver: Name}
	checkBasics(&c, spec)
	checkLogin(&c, spec)
	checkNetwork(&c, &spec.Network)
	checkDisks(&c, spec)
	checkBilling(&c, &spec.Billing)
	checkUserData(&c, spec.UserData)
	checkOptions(&c, optionsOf(spec))
	d.checkArea(&c, spec)
	c.Require(len(spec.Tags) <= maxTags, "Tags", len(spec.Tags), "ENS takes at most 20 tags with a create")
	how := chooseCreate(spec)
	checkChoice(&c, &how)
	checkRenewal(&c, spec, how.action)
	if raw := optionsOf(spec).Params; len(raw) > 0 {
		checkRaw(&c, raw, translateSpec(spec, how.action))
		// It would go out with every create, and with the one that makes a rest.
		alone := spec.Count <= 1 || raw["PrivateIpAddress"] == ""
		in := c.Entry("Vendor.Params", "PrivateIpAddress")
		in.Require(alone, "", nil, "is the address of one instance: Count must be 1, or leave the addresses to ENS")
	}
	return c.Err()
}

func checkBasics(c *provider.Checker, spec *provider.RunInstancesSpec) {
	c.Require(spec.Region == "" || alicloud.IsRegion(spec.Region), "Region", spec.Region, alicloud.RuleRegion)
	c.Require(spec.InstanceType != "" || hasParam(spec, "InstanceType"), "InstanceType", nil, "is required")
	c.Require(spec.Name == "" || isName(spec.Name), "Name", spec.Name, nameRule)
	c.Require(spec.HostName == "" || isHostName(spec.HostName), "HostName", spec.HostName,
		"must be 2 to 64 letters, digits, . or -, without a . or - at either end or two of them in a row")
	if onWindows(spec.ImageID) && spec.HostName != "" {
		c.Require(len(spec.HostName) <= 15, "HostName", spec.HostName, "must be at most 15 characters long on Windows")
		c.Require(!strings.Contains(spec.HostName, "."), "HostName", spec.HostName, "must not contain . on Windows")
		c.Require(strings.Trim(spec.HostName, "0123456789") != "", "HostName", spec.HostName, "must not consist of digits alone on Windows")
	}
	checkSuffix(c, spec)
}

func checkLogin(c *provider.Checker, spec *provider.RunInstancesSpec) {
	l := &spec.Login
	way := l.Password != "" || len(l.KeyPairs) > 0 || l.KeepImageLogin ||
		hasParam(spec, "Password") || hasParam(spec, "KeyPairName") || hasParam(spec, "PasswordInherit")
	c.Require(way, "Login", nil, "ENS needs one of Password, KeyPairs and KeepImageLogin")
	c.Require(len(l.KeyPairs) <= 1, "Login.KeyPairs", l.KeyPairs, "ENS takes one key pair")
	c.Require(len(l.KeyPairs) == 0 || !onWindows(spec.ImageID), "Login.KeyPairs", l.KeyPairs, "ENS has no key pairs on Windows, only passwords")
	c.Require(l.Password == "" || isPassword(l.Password.Reveal()), "Login.Password", nil,
		"must be 8 to 30 characters of at least three kinds: upper case, lower case, digit, special ("+specials+")")
}

func checkNetwork(c *provider.Checker, n *provider.Network) {
	c.Require(len(n.SecurityGroupIDs) <= 1, "Network.SecurityGroupIDs", n.SecurityGroupIDs, "ENS takes one security group")
	c.Require(len(n.PrivateIPs) <= 1, "Network.PrivateIPs", len(n.PrivateIPs), "ENS takes one fixed address, for one server")
	c.Require(len(n.PrivateIPs) == 0 || n.SubnetID != "", "Network.PrivateIPs", nil, "a fixed address needs Network.SubnetID")
	if n.PublicIP != nil && n.PublicIP.ChargeType != "" {
		c.Require(internetChargeType(n.PublicIP.ChargeType) != "", "Network.PublicIP.ChargeType", n.PublicIP.ChargeType,
			`ENS has only "`+string(provider.PayByDailyPeak)+`" and "`+string(provider.PayBy95th)+`"`)
	}
}

// checkDisks: ENS creates data disks empty, so that nothing else tells a size.
func checkDisks(c *provider.Checker, spec *provider.RunInstancesSpec) {
	checkSize(c.In("SystemDisk"), &spec.SystemDisk)
	for i := range spec.DataDisks {
		in := c.Item("DataDisks", i)
		in.Require(spec.DataDisks[i].SizeGiB > 0, "SizeGiB", nil, "is required")
		checkSize(in, &spec.DataDisks[i])
	}
}

// checkSize knows the documented steps. Disks that are hardware of the machine
// ("local_...") come in sizes of their own.
func checkSize(c *provider.Checker, d *provider.Disk) {
	if d.SizeGiB == 0 || strings.HasPrefix(d.Type, "local") {
		return
	}
	c.Require(d.SizeGiB >= 20 && d.SizeGiB%10 == 0, "SizeGiB", d.SizeGiB, "must be at least 20 GiB, in steps of 10")
}

func checkBilling(c *provider.Checker, b *provider.Billing) {
	modes := []provider.BillingMode{"", provider.OnDemand, provider.Prepaid, provider.Spot}
	c.Require(slices.Contains(modes, b.Mode), "Billing.Mode", b.Mode, "ENS has no dedicated hosts")
	if h := b.Spot.DurationHours; h != nil {
		c.Require(*h == 0 || *h == 1, "Billing.Spot.DurationHours", *h, "must be 0 or 1: ENS protects a spot server for an hour or not at all")
	}
	c.Require(b.Spot.Strategy != provider.SpotPriceLimit, "Billing.Spot.Strategy", b.Spot.Strategy, "ENS spot servers follow the market price: there is no bid")
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

func isPeriod(months int) bool { return months >= 1 && months <= 9 || months == 12 }

// checkUserData never shows the data.
func checkUserData(c *provider.Checker, u provider.UserData) {
	c.Require(len(u) <= maxUserData, "UserData", nil, "must be at most 16 KiB")
	c.Require(len(u) == 0 || bytes.HasPrefix(u, []byte("#!")), "UserData", nil, "must be a script that begins with #!")
}

// checkOptions leaves the values to ENS; a cycle without its strategy would be
// ignored.
func checkOptions(c *provider.Checker, o RunOptions) {
	c.Require(o.BillingCycle == "" || o.InstanceChargeStrategy == "instance", "Vendor.BillingCycle", o.BillingCycle, `needs InstanceChargeStrategy "instance"`)
}

// checkArea checks where servers go: on the node of the spec, or on one that ENS
// chooses in an area.
func (d *driver) checkArea(c *provider.Checker, spec *provider.RunInstancesSpec) {
	o, n := optionsOf(spec), &spec.Network
	oneOf(c, "Vendor.ScheduleAreaLevel", o.ScheduleAreaLevel, nodeLevel, "Big", "Middle", "Small")
	oneOf(c, "Vendor.SchedulingPriceStrategy", o.SchedulingPriceStrategy, "PriceHighPriority", "PriceLowPriority")
	if !byArea(spec) {
		const rule = "needs ScheduleAreaLevel Big, Middle or Small: the node says where"
		c.Require(o.NetDistrictCode == "", "Vendor.NetDistrictCode", o.NetDistrictCode, rule)
		c.Require(o.Carrier == "", "Vendor.Carrier", o.Carrier, rule)
		oneOf(c, "Vendor.SchedulingStrategy", o.SchedulingStrategy, "Concentrate")
		return
	}
	oneOf(c, "Vendor.SchedulingStrategy", o.SchedulingStrategy, "Concentrate", "Disperse")
	c.Require(o.NetDistrictCode != "" || hasParam(spec, "NetDistrictCode"), "Vendor.NetDistrictCode", nil, "is required with ScheduleAreaLevel "+o.ScheduleAreaLevel)
	c.Require(o.Carrier != "" || hasParam(spec, "Carrier"), "Vendor.Carrier", nil, "is required with ScheduleAreaLevel "+o.ScheduleAreaLevel)
	const rule = "belongs to a node: ScheduleAreaLevel leaves the node to ENS"
	c.Require(spec.Region == "" || spec.Region == d.region, "Region", spec.Region, rule)
	c.Require(n.VPCID == "", "Network.VPCID", n.VPCID, rule)
	c.Require(n.SubnetID == "", "Network.SubnetID", n.SubnetID, rule)
	c.Require(len(n.PrivateIPs) == 0, "Network.PrivateIPs", len(n.PrivateIPs), rule)
}

// checkRenewal: CreateInstance must be told how long a renewal is. RunInstances
// cannot be told.
func checkRenewal(c *provider.Checker, spec *provider.RunInstancesSpec, action string) {
	b := &spec.Billing
	renews := b.AutoRenew != nil && *b.AutoRenew && action == createInstance
	c.Require(!renews || b.AutoRenewPeriod > 0 || hasParam(spec, "AutoRenewPeriod"), "Billing.AutoRenewPeriod", nil, "is required with AutoRenew: CreateInstance has no length of a renewal by itself")
}

// checkChoice names every field that stands in the way when neither create
// call can express the spec.
func checkChoice(c *provider.Checker, how *choice) {
	if len(how.runOnly) == 0 || len(how.createOnly) == 0 {
		return
	}
	for _, at := range how.createOnly {
		c.Fail(at, nil, "only prepaid creates by CreateInstance have it, which cannot express "+strings.Join(how.runOnly, ", "))
	}
	for _, at := range how.runOnly {
		c.Fail(at, nil, "only RunInstances can express it, which has no "+strings.Join(how.createOnly, ", "))
	}
}
