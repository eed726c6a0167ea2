package aliyun

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
)

// ValidateRun implements [provider.RunValidator].
func (d *driver) ValidateRun(spec *provider.RunInstancesSpec) error {
	c := provider.Checker{Driver: Name}
	checkRequired(&c, spec)
	checkAdded(&c, spec)
	checkRelease(&c, spec.AutoReleaseTime)
	checkSpec(&c, spec)
	checkForms(&c, spec)
	d.checkOptions(&c, spec)
	checkPerInstance(&c, spec)
	return c.Err()
}

// checkSpec checks what creates and launch templates have in common.
func checkSpec(c *provider.Checker, spec *provider.RunInstancesSpec) {
	checkNames(c, spec)
	checkLogin(c, &spec.Login, spec.ImageID)
	checkNetwork(c, &spec.Network)
	checkPublicIP(c, spec)
	checkInterfaces(c, spec)
	checkDisks(c, spec)
	checkBilling(c, spec)
	checkTags(c, spec.Tags)
	if len(spec.UserData) > maxUserData {
		c.Fail("UserData", nil, fmt.Sprintf("must be at most %d bytes", maxUserData))
	}
	checkPlacement(c, spec)
}

// checkRequired checks what a create must have.
func checkRequired(c *provider.Checker, spec *provider.RunInstancesSpec) {
	c.Require(spec.Region == "" || alicloud.IsRegion(spec.Region), "Region", spec.Region, alicloud.RuleRegion)
	raw := optionsOf(spec).Params
	image := spec.ImageID != "" || spec.LaunchTemplate != nil || optionsOf(spec).ImageFamily != "" || raw["ImageId"] != "" || raw["ImageFamily"] != ""
	c.Require(image, "ImageID", nil, "required unless a launch template or an image family gives it")
	family := optionsOf(spec).ImageFamily
	c.Require(family == "" || spec.ImageID == "", "Vendor.ImageFamily", family, "excludes ImageID: it stands for the newest image of the family")
	kind := spec.InstanceType != "" || spec.LaunchTemplate != nil || raw["InstanceType"] != ""
	c.Require(kind, "InstanceType", nil, "required unless a launch template gives it")
	for i := range spec.DataDisks {
		d := &spec.DataDisks[i]
		given := d.SizeGiB > 0 || d.SnapshotID != "" || spec.LaunchTemplate != nil || raw["DataDisk."+strconv.Itoa(i+1)+".Size"] != ""
		if !given {
			c.Item("DataDisks", i).Fail("SizeGiB", nil, "required unless a SnapshotID or a launch template gives it")
		}
	}
}

func checkNames(c *provider.Checker, spec *provider.RunInstancesSpec) {
	checkName(c, "Name", plainName(spec.Name))
	checkNumbers(c, "Name", spec.Name, spec.Count)
	checkText(c, "Description", spec.Description, 256)
	checkHostName(c, spec)
	numbered := numbering.MatchString(spec.Name) || numbering.MatchString(spec.HostName)
	c.Require(!spec.UniqueSuffix || !numbered, "UniqueSuffix", nil, "excludes a numbering [begin,bits] in a name, which numbers the servers by itself")
	checkSuffix(c, spec)
}

func checkLogin(c *provider.Checker, l *provider.Login, image string) {
	if p := l.Password.Reveal(); p != "" {
		c.Require(len(p) >= 8 && len(p) <= 30, "Login.Password", nil, "must be 8 to 30 characters long")
		c.Require(classes(p) >= 3, "Login.Password", nil, "must have three of: upper case, lower case, digits, special characters")
		c.Require(strings.Trim(p, letters+specials) == "", "Login.Password", nil, "must have no other characters than letters, digits and "+specials)
		c.Require(p[0] != '/' || !onWindows(image), "Login.Password", nil, "must not begin with / on Windows")
	}
	if len(l.KeyPairs) > 1 {
		c.Fail("Login.KeyPairs", l.KeyPairs, "ECS takes one key pair")
	}
	c.Require(len(l.KeyPairs) == 0 || !onWindows(image), "Login.KeyPairs", nil, "ECS ignores key pairs on Windows")
}

func checkNetwork(c *provider.Checker, n *provider.Network) {
	checkGroups(c, "Network.SecurityGroupIDs", n.SecurityGroupIDs)
	for i := 1; i < len(n.PrivateIPs); i++ {
		if n.PrivateIPs[i] != n.PrivateIPs[i-1].Next() {
			c.Item("Network.PrivateIPs", i).Fail("", n.PrivateIPs[i], "must follow the address before it: ECS takes the first of consecutive addresses")
		}
	}
	c.Require(len(n.PrivateIPs) <= 1 || len(n.Interfaces) == 0, "Network.PrivateIPs", len(n.PrivateIPs), "addresses of several servers exclude Interfaces")
	c.Require(n.IPv6Count <= 10, "Network.IPv6Count", n.IPv6Count, "must be at most 10")
	c.Require(len(n.IPv6Addresses) <= 10, "Network.IPv6Addresses", len(n.IPv6Addresses), "must be at most 10")
}

// checkPublicIP: a template may say how much bandwidth an address has whose other
// details change.
func checkPublicIP(c *provider.Checker, spec *provider.RunInstancesSpec) {
	ip := spec.Network.PublicIP
	if ip == nil {
		return
	}
	detail := spec.LaunchTemplate != nil && (ip.InboundMbps > 0 || ip.ChargeType != "")
	c.Require(ip.BandwidthMbps > 0 || detail, "Network.PublicIP.BandwidthMbps", ip.BandwidthMbps, "ECS gives a public address only with a bandwidth above 0")
	c.Require(ip.BandwidthMbps <= 100, "Network.PublicIP.BandwidthMbps", ip.BandwidthMbps, "must be at most 100")
	c.Require(ip.InboundMbps <= 200, "Network.PublicIP.InboundMbps", ip.InboundMbps, "must be at most 200") // 100 by a newer reference
	known := ip.ChargeType == "" || internetChargeType(ip.ChargeType) != ""
	c.Require(known, "Network.PublicIP.ChargeType", ip.ChargeType, "ECS has by-traffic and by-bandwidth")
}

// checkAdded checks how many interfaces a create adds to the primary one. Raw
// parameters may say that one of them is the primary one.
func checkAdded(c *provider.Checker, spec *provider.RunInstancesSpec) {
	n, most, raw := len(spec.Network.Interfaces), 1, optionsOf(spec).Params
	if raw["NetworkInterface.1.InstanceType"] != "" || raw["NetworkInterface.2.InstanceType"] != "" {
		most = 2
	}
	if n > most {
		c.Fail("Network.Interfaces", n, fmt.Sprintf("must be at most %d: a create adds one interface, others are attached afterwards", most))
	}
}

func checkInterfaces(c *provider.Checker, spec *provider.RunInstancesSpec) {
	list, groups := spec.Network.Interfaces, optionsOf(spec).InterfaceSecurityGroupIDs
	if len(groups) > len(list) {
		c.Fail("Vendor.InterfaceSecurityGroupIDs", len(groups), fmt.Sprintf("must not be more than Network.Interfaces, which are %d", len(list)))
	}
	for i := range list {
		f, in := &list[i], c.Item("Network.Interfaces", i)
		named := i < len(groups) && groups[i] != ""
		empty := f.SubnetID == "" && len(f.SecurityGroupIDs) == 0 && !f.PrivateIP.IsValid() && f.Name == "" && f.Description == "" && !named
		in.Require(!empty, "", nil, "must not be empty: ECS would not see it")
		if f.PrivateIP.IsValid() && !f.PrivateIP.Is4() {
			in.Fail("PrivateIP", f.PrivateIP, "must be an IPv4 address")
		}
		checkGroups(in, "SecurityGroupIDs", f.SecurityGroupIDs)
		checkName(in, "Name", f.Name)
		checkText(in, "Description", f.Description, 256)
	}
}

func checkGroups(c *provider.Checker, path string, groups []string) {
	c.Require(len(groups) <= 16, path, len(groups), "must be at most 16")
}

func checkDisks(c *provider.Checker, spec *provider.RunInstancesSpec) {
	d := &spec.SystemDisk
	least, most := systemSizes(d)
	if d.Type == "" && d.PerformanceLevel == "" && spec.LaunchTemplate == nil {
		least, most = 20, 2048 // whatever kind the cloud takes by itself
	}
	checkDisk(c.In("SystemDisk"), d, least, most)
	c.Require(len(spec.DataDisks) <= 16, "DataDisks", len(spec.DataDisks), "must be at most 16")
	for i := range spec.DataDisks {
		d, in := &spec.DataDisks[i], c.Item("DataDisks", i)
		in.Require(d.SizeGiB == 0 || d.SnapshotID == "", "SizeGiB", d.SizeGiB, "excludes SnapshotID: ECS ignores it and takes the size of the snapshot")
		least, most := dataSizes(d)
		if d.Type == "" && d.PerformanceLevel == "" && spec.LaunchTemplate == nil {
			least, most = 5, 65536
		}
		checkDisk(in, d, least, most)
	}
}

// checkDisk checks a disk. A most of 0 means that the sizes of its kind are not known.
func checkDisk(c *provider.Checker, d *provider.Disk, least, most int) {
	checkName(c, "Name", d.Name)
	checkText(c, "Description", d.Description, 256)
	if d.SizeGiB != 0 && most != 0 && (d.SizeGiB < least || d.SizeGiB > most) {
		what := cmp.Or(strings.TrimSpace(d.Type+" "+d.PerformanceLevel), "any kind that the cloud chooses")
		c.Fail("SizeGiB", d.SizeGiB, fmt.Sprintf("must be %d to %d for %s", least, most, what))
	}
	switch d.Type {
	case "cloud", "cloud_efficiency", "cloud_ssd", "ephemeral_ssd":
		if d.PerformanceLevel != "" {
			c.Fail("PerformanceLevel", d.PerformanceLevel, "is not for "+d.Type)
		}
	}
}

// systemSizes is the range of a system disk in GiB: the widest of all references.
// Kinds that are not known here pass.
func systemSizes(d *provider.Disk) (least, most int) {
	switch d.Type {
	case "cloud", "ephemeral_ssd":
		return 20, 500
	case "cloud_efficiency", "cloud_ssd":
		return 20, 2048
	case "cloud_essd":
		return leastForLevel(d.PerformanceLevel), 2048
	}
	return 0, 0
}

// dataSizes is the same for a data disk.
func dataSizes(d *provider.Disk) (least, most int) {
	switch d.Type {
	case "cloud":
		return 5, 2000
	case "ephemeral_ssd":
		return 5, 800
	case "cloud_efficiency", "cloud_ssd":
		return 20, 32768
	case "cloud_essd":
		return leastForLevel(d.PerformanceLevel), 65536
	}
	return 0, 0
}

// leastForLevel is the smallest cloud_essd of a performance level.
func leastForLevel(level string) int {
	switch level {
	case "", "PL1":
		return 20
	case "PL2":
		return 461
	case "PL3":
		return 1261
	}
	return 1 // PL0, and levels that are not known here
}

func checkBilling(c *provider.Checker, spec *provider.RunInstancesSpec) {
	b := &spec.Billing
	c.Require(b.PeriodUnit == "" || periodUnit(b.PeriodUnit) != "", "Billing.PeriodUnit", b.PeriodUnit, "ECS has week and month")
	periods, renewals := []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 24, 36, 48, 60}, []int{1, 2, 3, 6, 12, 24, 36, 48, 60}
	if b.PeriodUnit == provider.Week {
		periods, renewals = []int{1, 2, 3, 4}, []int{1, 2, 3}
	}
	checkPeriod(c, "Billing.Period", b.Period, periods)
	checkPeriod(c, "Billing.AutoRenewPeriod", b.AutoRenewPeriod, renewals)
	_, decimals, _ := strings.Cut(b.Spot.MaxPrice, ".")
	c.Require(len(decimals) <= 3, "Billing.Spot.MaxPrice", b.Spot.MaxPrice, "must have at most 3 decimals")
	if h := b.Spot.DurationHours; h != nil {
		c.Require(*h <= 1, "Billing.Spot.DurationHours", *h, "must be 0 or 1")
	}
	plain := b.Mode != provider.Prepaid && b.Mode != provider.Spot
	c.Require(plain || !spec.DeletionProtection, "DeletionProtection", nil, "ECS has it for servers on demand only, neither prepaid nor spot")
}

func checkPeriod(c *provider.Checker, path string, n int, known []int) {
	if n != 0 && !slices.Contains(known, n) {
		c.Fail(path, n, fmt.Sprintf("must be one of %v", slices.Clone(known)))
	}
}

func checkPlacement(c *provider.Checker, spec *provider.RunInstancesSpec) {
	b, l, o := &spec.Billing, &spec.Placement, optionsOf(spec)
	if len(l.DedicatedHostIDs) > 1 {
		c.Fail("Placement.DedicatedHostIDs", l.DedicatedHostIDs, "ECS takes one dedicated host")
	}
	c.Require(b.Mode != provider.DedicatedHost || l.Tenancy != provider.SharedTenancy, "Placement.Tenancy", l.Tenancy, "contradicts Billing.Mode dedicated-host")
	named := len(l.DedicatedHostIDs) > 0 || l.DedicatedHostGroupID != ""
	c.Require(!named || l.Tenancy != provider.SharedTenancy, "Placement.Tenancy", l.Tenancy, "contradicts the dedicated hosts")
	onHost := named || l.Tenancy == provider.HostTenancy || b.Mode == provider.DedicatedHost
	c.Require(b.Mode != provider.Spot || !onHost, "Billing.Mode", b.Mode, "ECS ignores spot settings on dedicated hosts")
	c.Require(l.GroupID == "" || !onHost, "Placement.GroupID", l.GroupID, "ECS has no deployment sets on dedicated hosts")
	c.Require(l.Affinity != provider.HostAffinity || onHost, "Placement.Affinity", l.Affinity, "needs a dedicated host")
	elsewhere := spec.LaunchTemplate != nil
	if n := o.DeploymentSetGroupNo; n < 0 || n > maxSetGroups {
		c.Fail("Vendor.DeploymentSetGroupNo", n, fmt.Sprintf("must be 1 to %d", maxSetGroups))
	}
	c.Require(o.DeploymentSetGroupNo == 0 || l.GroupID != "" || elsewhere, "Vendor.DeploymentSetGroupNo", o.DeploymentSetGroupNo, "needs Placement.GroupID")
	c.Require(o.StorageSetPartitionNumber >= 0, "Vendor.StorageSetPartitionNumber", o.StorageSetPartitionNumber, "must be at least 1")
}

// checkRelease checks that AutoReleaseTime is three years ahead at most. That it
// has to be half an hour ahead is left to the cloud: an operation that is resumed
// must be able to ask again for what it asked for long ago. A day of tolerance is
// for clocks that are wrong.
func checkRelease(c *provider.Checker, at time.Time) {
	c.Require(at.Before(time.Now().AddDate(3, 0, 1)), "AutoReleaseTime", at, "must be three years ahead at most")
}

// checkOptions refuses options of another type and raw parameters that are set
// already.
func (d *driver) checkOptions(c *provider.Checker, spec *provider.RunInstancesSpec) {
	checkKind[RunOptions](c, "Vendor", spec.Vendor)
	raw := optionsOf(spec).Params
	if len(raw) == 0 {
		return
	}
	var set map[string]string
	if d.mapsAny(raw) { // else the translation of the request itself is soon enough
		plain := *spec
		plain.Vendor = withoutRaw(spec)
		set, _ = translateRun(&plain) // without raw parameters it has no error
	}
	checkRaw(c, "Vendor.Params", set, raw)
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
