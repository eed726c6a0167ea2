package tencent

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/yunfan-cloud/yunfan/internal/sorted"
	"github.com/yunfan-cloud/yunfan/provider"
)

// ValidateRun checks what CVM documents and what a mapped field cannot say on
// it. Lists that Tencent adds to (types, zones, disk kinds) are left to the cloud.
// So is that AutoReleaseTime has to be five minutes ahead: an operation that is
// resumed must be able to ask again for what it asked for long ago.
func (d *driver) ValidateRun(spec *provider.RunInstancesSpec) error {
	c := &provider.Checker{Driver: Name}
	opts, err := optionsOf(spec)
	checkSpec(c, spec, opts, spec.LaunchTemplate == nil)
	if err != nil {
		return joined(c.Err(), err)
	}
	checkPerInstance(c, spec, opts)
	return joined(c.Err(), checkParams(spec, opts))
}

// checkSpec looks at one spec. Whole tells that nothing else adds to it: neither a
// template nor the version that a new version inherits from. Those add structures
// that the spec leaves out; one that it has replaces theirs, and must be complete.
func checkSpec(c *provider.Checker, spec *provider.RunInstancesSpec, opts RunOptions, whole bool) {
	checkBasics(c, spec, whole)
	checkLogin(c, &spec.Login)
	checkNetwork(c, spec, opts)
	checkDisks(c, spec)
	checkBilling(c, spec, whole)
	checkExtras(c, spec)
	checkOptions(c, spec, opts, whole)
}

func checkBasics(c *provider.Checker, spec *provider.RunInstancesSpec, whole bool) {
	c.Require(printable(spec.Region), "Region", spec.Region, ruleRegion)
	if whole {
		c.Require(spec.Zone != "", "Zone", nil, "required unless a LaunchTemplate gives it")
		c.Require(spec.ImageID != "", "ImageID", nil, "required unless a LaunchTemplate gives it")
	} else if placed := spec.ProjectID != "" || len(spec.Placement.DedicatedHostIDs) > 0; placed {
		c.Require(spec.Zone != "", "Zone", nil, "required with ProjectID and with DedicatedHostIDs: they replace the template's Placement as a whole")
	}
	o := spec.CPUOptions
	c.Require((o.Cores == 0) == (o.ThreadsPerCore == 0), "CPUOptions", nil, "Cores and ThreadsPerCore go together: give both or neither")
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
	if n := utf8.RuneCountInString(longest); n > 128 {
		c.Fail("Name", spec.Name, fmt.Sprintf("must be at most 128 characters long, the pattern of numbers included, not %d", n))
	}
	if spec.HostName != "" {
		checkHostName(c, spec.HostName, spec.UniqueSuffix, count)
	}
}

// checkLogin never shows a password. The documentation's lists of other characters
// differ from call to call, but all of them are ASCII and none has a blank.
func checkLogin(c *provider.Checker, l *provider.Login) {
	if l.Password == "" {
		return
	}
	password := l.Password.Reveal()
	n := utf8.RuneCountInString(password)
	c.Require(n >= 8 && n <= 30, "Login.Password", nil, "must be 8 to 30 characters long (12 to 30 on Windows)")
	c.Require(printable(password), "Login.Password", nil, "must be letters, digits and marks of ASCII, without blanks")
	c.Require(classes(password) >= 2, "Login.Password", nil, "must mix two of small letters, capitals, digits and other characters (three on Windows)")
}

func checkNetwork(c *provider.Checker, spec *provider.RunInstancesSpec, opts RunOptions) {
	n := &spec.Network
	const whole = "needs VPCID and SubnetID"
	c.Require((n.VPCID == "") == (n.SubnetID == ""), "Network", nil, "CVM needs VPCID and SubnetID together")
	c.Require(n.SubnetID != "" || len(n.PrivateIPs) == 0, "Network.PrivateIPs", nil, whole)
	c.Require(n.SubnetID != "" || n.IPv6Count == 0, "Network.IPv6Count", n.IPv6Count, whole)
	c.Require(n.SubnetID != "" || !opts.AsVPCGateway, "Vendor.AsVPCGateway", true, whole)
	c.Require(len(n.PrivateIPs) <= 20, "Network.PrivateIPs", len(n.PrivateIPs), "at most 20 servers can be given fixed addresses")
	if p := n.PublicIP; p != nil {
		c.Require(p.BandwidthMbps > 0, "Network.PublicIP.BandwidthMbps", p.BandwidthMbps, "required: CVM gives no public address at 0 Mbps, which is its default")
		c.Require(p.ChargeType == "" || internetCharge(p.ChargeType) != "", "Network.PublicIP.ChargeType", p.ChargeType, "CVM cannot charge this way")
		return
	}
	const rule = "needs Network.PublicIP"
	c.Require(opts.BandwidthPackageID == "", "Vendor.BandwidthPackageID", opts.BandwidthPackageID, rule)
	c.Require(opts.InternetServiceProvider == "", "Vendor.InternetServiceProvider", opts.InternetServiceProvider, rule)
	c.Require(opts.IPv4AddressType == "", "Vendor.IPv4AddressType", opts.IPv4AddressType, rule)
	c.Require(opts.IPv6AddressType == "", "Vendor.IPv6AddressType", opts.IPv6AddressType, rule)
	c.Require(opts.AntiDDoSPackageID == "", "Vendor.AntiDDoSPackageID", opts.AntiDDoSPackageID, rule)
}

func checkDisks(c *provider.Checker, spec *provider.RunInstancesSpec) {
	local, cloud := 0, 0
	for i := range spec.DataDisks {
		switch kind := spec.DataDisks[i].Type; {
		case strings.HasPrefix(kind, "LOCAL_"):
			local++
		case strings.HasPrefix(kind, "CLOUD_"):
			cloud++
		}
	}
	c.Require(len(spec.DataDisks) <= 21, "DataDisks", len(spec.DataDisks), "at most 21 data disks can be bought with a server")
	c.Require(local <= 1, "DataDisks", local, "at most one local data disk can be bought with a server")
	c.Require(cloud <= 20, "DataDisks", cloud, "at most 20 cloud data disks can be bought with a server")
	checkLength(c, "SystemDisk.Name", spec.SystemDisk.Name, 128)
	for i := range spec.DataDisks {
		in, disk := c.Item("DataDisks", i), &spec.DataDisks[i]
		checkLength(in, "Name", disk.Name, 128)
		in.Require(disk.SizeGiB > 0, "SizeGiB", nil, "required: CVM takes a disk without a size for none")
		in.Require(disk.SizeGiB%10 == 0, "SizeGiB", disk.SizeGiB, "must be a multiple of 10")
		kept := disk.DeleteWithInstance == nil || !*disk.DeleteWithInstance
		in.Require(kept || spec.Billing.Mode != provider.Prepaid, "DeleteWithInstance", true, "is for disks that are paid for by the hour")
	}
}

func checkBilling(c *provider.Checker, spec *provider.RunInstancesSpec, whole bool) {
	b := &spec.Billing
	n := months(b)
	c.Require(b.Period <= 60 && (n <= 12 || n <= 60 && n%12 == 0), "Billing.Period", b.Period, "must be 1 to 12, 24, 36, 48 or 60 months")
	checkHosts(c, spec, whole)
	bids := b.Spot.Strategy != provider.SpotMarketPrice || spec.LaunchTemplate == nil
	c.Require(bids, "Billing.Spot.Strategy", b.Spot.Strategy, "CVM cannot take back the bid of a launch template: leave the strategy to the template, or name a MaxPrice")
	switch b.PeriodUnit {
	case "", provider.Month, provider.Year:
	default:
		c.Fail("Billing.PeriodUnit", b.PeriodUnit, "CVM sells months: use month or year")
	}
}

// checkHosts knows that servers on dedicated hosts have sizes of their own.
func checkHosts(c *provider.Checker, spec *provider.RunInstancesSpec, whole bool) {
	sized := strings.HasPrefix(spec.InstanceType, "CDH_")
	switch spec.Billing.Mode {
	case provider.DedicatedHost:
		c.Require(hostSize.MatchString(spec.InstanceType) || spec.InstanceType == "" && !whole, "InstanceType", spec.InstanceType, "must be like CDH_2C4G with Billing.Mode dedicated-host")
		c.Require(len(spec.Placement.DedicatedHostIDs) > 0 || !whole, "Placement.DedicatedHostIDs", nil, "required with Billing.Mode dedicated-host")
	default:
		c.Require(!sized || spec.Billing.Mode == "" && !whole, "InstanceType", spec.InstanceType, "needs Billing.Mode dedicated-host")
	}
}

func checkExtras(c *provider.Checker, spec *provider.RunInstancesSpec) {
	if _, err := projectID(spec.ProjectID); err != nil {
		c.Fail("ProjectID", spec.ProjectID, ruleProject)
	}
	c.Require(len(spec.UserData) <= 16<<10, "UserData", nil, "must be at most 16 KiB")
	checkTags(c, "Tags", spec.Tags)
}

// checkOptions looks at what the fields of the spec have no room for.
func checkOptions(c *provider.Checker, spec *provider.RunInstancesSpec, opts RunOptions, whole bool) {
	checkCharge(c, spec, opts)
	c.Require(opts.IPv4AddressType != "AntiDDoSEIP" || opts.AntiDDoSPackageID != "", "Vendor.AntiDDoSPackageID", nil, "required with IPv4AddressType AntiDDoSEIP")
	c.Require(opts.PartitionNumber >= 0, "Vendor.PartitionNumber", opts.PartitionNumber, "must not be negative")
	c.Require(opts.PartitionNumber == 0 || spec.Placement.GroupID != "" || !whole, "Vendor.PartitionNumber", opts.PartitionNumber, "needs Placement.GroupID")
	packs := opts.DedicatedResourcePackIDs
	c.Require(opts.DedicatedResourcePackTenancy == "" || spec.Zone != "" || whole, "Zone", nil, "required with DedicatedResourcePackTenancy")
	c.Require(len(packs) == 0 || opts.DedicatedResourcePackTenancy != "", "Vendor.DedicatedResourcePackIDs", nil, "needs DedicatedResourcePackTenancy")
	checkIDs(c, "Vendor.DedicatedResourcePackIDs", packs)
	checkIDs(c, "Vendor.CHCIDs", opts.CHCIDs)
	checkMetadata(c, opts.Metadata)
	checkRawText(c, opts.Params)
	if n := len(opts.DataDisks); n > len(spec.DataDisks) {
		c.Fail("Vendor.DataDisks", n, fmt.Sprintf("the spec has %d data disks", len(spec.DataDisks)))
	}
	for i, d := range opts.DataDisks {
		if d.ThroughputMiBps < 0 {
			c.Fail(fmt.Sprintf("Vendor.DataDisks[%d].ThroughputMiBps", i), d.ThroughputMiBps, "must not be negative")
		}
	}
}

// checkCharge keeps two words for the same thing apart, and knows which ways to pay
// have no partial delivery.
func checkCharge(c *provider.Checker, spec *provider.RunInstancesSpec, opts RunOptions) {
	b := &spec.Billing
	fewer := spec.MinCount > 0 && spec.MinCount < spec.Count
	whole := b.Mode == provider.DedicatedHost || opts.InstanceChargeType == "CDCPAID"
	c.Require(!fewer || !whole, "MinCount", spec.MinCount, "CVM creates all servers or none on dedicated hosts and clusters that are paid for")
	if own := opts.InstanceChargeType; own != "" {
		c.Require(billingOf(own) == "", "Vendor.InstanceChargeType", own, "use the field Billing.Mode")
		c.Require(b.Mode == "", "Vendor.InstanceChargeType", own, "excludes Billing.Mode")
	}
	if opts.NoExpiryNotice {
		c.Require(b.Mode == provider.Prepaid, "Vendor.NoExpiryNotice", true, "needs Billing.Mode prepaid")
		c.Require(b.AutoRenew == nil, "Vendor.NoExpiryNotice", true, "excludes Billing.AutoRenew")
	}
}

// checkMetadata shows no values: they may be secrets.
func checkMetadata(c *provider.Checker, items map[string]string) {
	for _, k := range sorted.Keys(items) {
		ok := k != "" && len(k) <= 128 && strings.Trim(strings.ToLower(k), letters+"0123456789_-") == "" && printable(k)
		c.Require(ok, "Vendor.Metadata", k, "a key must be 1 to 128 letters, digits, hyphens and underscores")
		c.Require(len(items[k]) <= 256<<10, "Vendor.Metadata", k, "a value must be at most 256 KiB")
		c.Require(utf8.ValidString(items[k]), "Vendor.Metadata", k, "a value must be UTF-8: JSON would replace other bytes")
	}
}
