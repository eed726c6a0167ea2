package tencent

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/yunfan-cloud/yunfan/internal/adapter"
	"github.com/yunfan-cloud/yunfan/internal/sorted"
	"github.com/yunfan-cloud/yunfan/provider"
)

// ValidateRun implements [provider.RunValidator]. It checks what CVM documents and what its
// request cannot carry. It has no list of types, zones or kinds of disks, because the cloud adds
// to them over time. It does not check that AutoReleaseTime is five minutes ahead: a resumed
// operation must be able to ask again for what it asked for long ago.
func (d *driver) ValidateRun(spec *provider.RunInstancesSpec) error {
	c := &provider.Checker{Driver: Name}
	checkSpec(c, spec, spec.LaunchTemplate == nil)
	checkForeign(c, "Region", spec.Region, likeRegion, d.ownCloud)
	checkForeign(c, "Zone", spec.Zone, likeZone, d.ownCloud)
	checkRaw(c, spec)
	checkPerInstance(c, spec)
	return c.Err()
}

// checkSpec checks what creates and launch templates have in common. Whole says that nothing else
// adds to the spec: no template, and no version that a new version inherits from. Those add
// structures that the spec leaves out. A structure that the spec has replaces theirs, so it must
// be complete.
func checkSpec(c *provider.Checker, spec *provider.RunInstancesSpec, whole bool) {
	checkBasics(c, spec, whole)
	checkLogin(c, spec)
	checkNetwork(c, spec)
	checkDisks(c, spec)
	checkBilling(c, spec, whole)
	checkExtras(c, spec)
	checkOptions(c, spec, whole)
}

func checkBasics(c *provider.Checker, spec *provider.RunInstancesSpec, whole bool) {
	checkRegion(c, "Region", spec.Region)
	checkZone(c, spec.Zone, spec.Region)
	placed := spec.ProjectID != "" || len(spec.Placement.DedicatedHostIDs) > 0
	switch {
	case whole:
		c.Require(spec.Zone != "", "Zone", nil, "required unless a LaunchTemplate gives it")
		c.Require(spec.ImageID != "", "ImageID", nil, "required unless a LaunchTemplate gives it")
	case placed:
		c.Require(spec.Zone != "", "Zone", nil,
			"required with ProjectID and with DedicatedHostIDs: they replace the template's Placement as a whole")
	}
	o := spec.CPUOptions
	both := (o.Cores == 0) == (o.ThreadsPerCore == 0)
	c.Require(both, "CPUOptions", nil, "Cores and ThreadsPerCore go together: give both or neither")
	c.Require(o.ThreadsPerCore <= 2, "CPUOptions.ThreadsPerCore", o.ThreadsPerCore, "must be 1 or 2")
	checkNames(c, spec)
}

func checkNames(c *provider.Checker, spec *provider.RunInstancesSpec) {
	count := max(spec.Count, 1)
	if spec.UniqueSuffix {
		const rule = "must not hold a pattern of its own with UniqueSuffix"
		c.Require(!strings.Contains(spec.Name, "{R:"), "Name", spec.Name, rule)
		c.Require(!strings.Contains(spec.HostName, "{R:"), "HostName", spec.HostName, rule)
	}
	longest := spec.Name
	if spec.UniqueSuffix && longest != "" {
		longest += numberPattern(count, count) // the limit counts the pattern
	}
	if n := utf8.RuneCountInString(longest); n > maxName {
		const rule = "must be at most %d characters long, the pattern of numbers included, not %d"
		c.Fail("Name", spec.Name, fmt.Sprintf(rule, maxName, n))
	}
	if spec.HostName != "" {
		checkHostName(c, spec.HostName, spec.UniqueSuffix, count)
	}
}

// checkLogin never shows a password. The documents list the other characters differently from call
// to call, but all of those are ASCII and none is a blank.
func checkLogin(c *provider.Checker, spec *provider.RunInstancesSpec) {
	if password := spec.Login.Password.Reveal(); password != "" {
		checkPassword(c, "Login.Password", password)
		c.Require(adapter.PasswordKinds(password) >= 2, "Login.Password", nil,
			"must mix two of small letters, capitals, digits and other characters (three on Windows)")
	}
}

// checkPassword checks the length and the characters of a password.
func checkPassword(c *provider.Checker, path, password string) {
	n := utf8.RuneCountInString(password)
	c.Require(n >= 8 && n <= 30, path, nil, "must be 8 to 30 characters long (12 to 30 on Windows)")
	c.Require(isPrintable(password), path, nil, "must be letters, digits and marks of ASCII, without blanks")
}

func checkBilling(c *provider.Checker, spec *provider.RunInstancesSpec, whole bool) {
	b := &spec.Billing
	n := months(b.Period, b.PeriodUnit)
	short, wholeYears := n <= 12 && b.Period <= 12, n%12 == 0 && n <= 60 && b.Period <= 60
	c.Require(short || wholeYears, "Billing.Period", b.Period, "must be 1 to 12, 24, 36, 48 or 60 months")
	checkHosts(c, spec, whole)
	keepsBid := b.Spot.Strategy == provider.SpotMarketPrice && spec.LaunchTemplate != nil
	c.Require(!keepsBid, "Billing.Spot.Strategy", b.Spot.Strategy,
		"CVM cannot take back the bid of a launch template: leave the strategy to the template, or name a MaxPrice")
	switch b.PeriodUnit {
	case "", provider.Month, provider.Year:
	default:
		c.Fail("Billing.PeriodUnit", b.PeriodUnit, "CVM sells months: use month or year")
	}
}

// checkCharge refuses what contradicts the way to pay.
func checkCharge(c *provider.Checker, spec *provider.RunInstancesSpec) {
	b, o := &spec.Billing, optionsOf(spec)
	fewer := spec.MinCount > 0 && spec.MinCount < spec.Count
	allOrNone := b.Mode == provider.DedicatedHost || o.InstanceChargeType == "CDCPAID"
	c.Require(!fewer || !allOrNone, "MinCount", spec.MinCount,
		"CVM creates all instances or none on dedicated hosts and clusters that are paid for")
	if own := o.InstanceChargeType; own != "" {
		c.Require(billingOf(own) == "", "Vendor.InstanceChargeType", own, "use the field Billing.Mode")
		c.Require(b.Mode == "", "Vendor.InstanceChargeType", own, "excludes Billing.Mode")
	}
	if o.NoExpiryNotice {
		c.Require(b.Mode == provider.Prepaid, "Vendor.NoExpiryNotice", true, "needs Billing.Mode prepaid")
		c.Require(b.AutoRenew == nil, "Vendor.NoExpiryNotice", true, "excludes Billing.AutoRenew")
	}
}

// hostSize is the size of an instance on a dedicated host: cores and GiB.
var hostSize = regexp.MustCompile(`^CDH_[1-9][0-9]*C[1-9][0-9]*G$`)

// checkHosts checks that instances on dedicated hosts, and no others, have a size of their own in
// place of a type.
func checkHosts(c *provider.Checker, spec *provider.RunInstancesSpec, whole bool) {
	size, mode := spec.InstanceType, spec.Billing.Mode
	if mode != provider.DedicatedHost {
		ofTemplate := mode == "" && !whole // which may have the mode
		c.Require(ofTemplate || !strings.HasPrefix(size, "CDH_"), "InstanceType", size, "needs Billing.Mode dedicated-host")
		return
	}
	ofTemplate := size == "" && !whole
	c.Require(ofTemplate || hostSize.MatchString(size), "InstanceType", size,
		"must be like CDH_2C4G with Billing.Mode dedicated-host")
	hosts := len(spec.Placement.DedicatedHostIDs)
	c.Require(hosts > 0 || !whole, "Placement.DedicatedHostIDs", nil, "required with Billing.Mode dedicated-host")
}

func checkExtras(c *provider.Checker, spec *provider.RunInstancesSpec) {
	checkProject(c, spec)
	c.Require(len(spec.UserData) <= maxUserData, "UserData", nil, "must be at most 16 KiB")
	checkTags(c, "Tags", spec.Tags)
}

// checkOptions checks what the spec has no fields for.
func checkOptions(c *provider.Checker, spec *provider.RunInstancesSpec, whole bool) {
	adapter.CheckKind[RunOptions](c, spec.Vendor)
	checkCharge(c, spec)
	o := optionsOf(spec)
	c.Require(o.IPv4AddressType != "AntiDDoSEIP" || o.AntiDDoSPackageID != "", "Vendor.AntiDDoSPackageID", nil,
		"required with IPv4AddressType AntiDDoSEIP")
	c.Require(o.PartitionNumber >= 0, "Vendor.PartitionNumber", o.PartitionNumber, "must not be negative")
	grouped := spec.Placement.GroupID != "" || !whole
	c.Require(o.PartitionNumber == 0 || grouped, "Vendor.PartitionNumber", o.PartitionNumber, "needs Placement.GroupID")
	reserved := o.DedicatedResourcePackTenancy != ""
	c.Require(!reserved || spec.Zone != "" || whole, "Zone", nil, "required with DedicatedResourcePackTenancy")
	packs := o.DedicatedResourcePackIDs
	c.Require(len(packs) == 0 || reserved, "Vendor.DedicatedResourcePackIDs", nil, "needs DedicatedResourcePackTenancy")
	c.NoneEmpty("Vendor.DedicatedResourcePackIDs", packs)
	c.NoneEmpty("Vendor.CHCIDs", o.CHCIDs)
	checkMetadata(c, o.Metadata)
	if n := len(o.DataDisks); n > len(spec.DataDisks) {
		c.Fail("Vendor.DataDisks", n, fmt.Sprintf("the spec has %d data disks", len(spec.DataDisks)))
	}
	for i, d := range o.DataDisks {
		if d.ThroughputMiBps < 0 {
			c.Item("Vendor.DataDisks", i).Fail("ThroughputMiBps", d.ThroughputMiBps, "must not be negative")
		}
	}
}

// checkMetadata shows no values: they may be secrets.
func checkMetadata(c *provider.Checker, items map[string]string) {
	for _, k := range sorted.Keys(items) {
		ok := k != "" && len(k) <= 128 && strings.Trim(k, lower+upper+digits+"_-") == ""
		c.Require(ok, "Vendor.Metadata", k, "a key must be 1 to 128 letters, digits, hyphens and underscores")
		c.Require(len(items[k]) <= 256<<10, "Vendor.Metadata", k, "a value must be at most 256 KiB")
		c.Require(utf8.ValidString(items[k]), "Vendor.Metadata", k, "a value must be UTF-8: JSON would replace other bytes")
	}
}
