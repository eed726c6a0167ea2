package aliyun

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider"
)

func checkNetwork(c *provider.Checker, spec *provider.RunInstancesSpec) {
	n := &spec.Network
	checkGroups(c, "Network.SecurityGroupIDs", n.SecurityGroupIDs)
	for i := 1; i < len(n.PrivateIPs); i++ {
		if n.PrivateIPs[i] != n.PrivateIPs[i-1].Next() {
			const rule = "must follow the address before it: ECS takes the first of consecutive addresses"
			c.Item("Network.PrivateIPs", i).Fail("", n.PrivateIPs[i], rule)
		}
	}
	c.Require(len(n.PrivateIPs) <= 1 || len(n.Interfaces) == 0, "Network.PrivateIPs", len(n.PrivateIPs),
		"addresses of several instances exclude Interfaces")
	c.Require(n.IPv6Count <= 10, "Network.IPv6Count", n.IPv6Count, "must be at most 10")
	c.Require(len(n.IPv6Addresses) <= 10, "Network.IPv6Addresses", len(n.IPv6Addresses), "must be at most 10")
}

// checkPublicIP checks the public address. A template may have its bandwidth, while the spec changes
// its other details.
func checkPublicIP(c *provider.Checker, spec *provider.RunInstancesSpec) {
	ip := spec.Network.PublicIP
	if ip == nil {
		return
	}
	hasDetail := ip.InboundMbps > 0 || ip.ChargeType != ""
	changesDetail := spec.LaunchTemplate != nil && hasDetail
	c.Require(ip.BandwidthMbps > 0 || changesDetail, "Network.PublicIP.BandwidthMbps", ip.BandwidthMbps,
		"ECS gives a public address only with a bandwidth above 0")
	c.Require(ip.BandwidthMbps <= 100, "Network.PublicIP.BandwidthMbps", ip.BandwidthMbps, "must be at most 100")
	// A newer reference has 100 for inbound traffic.
	c.Require(ip.InboundMbps <= 200, "Network.PublicIP.InboundMbps", ip.InboundMbps, "must be at most 200")
	known := ip.ChargeType == "" || internetChargeType(ip.ChargeType) != ""
	c.Require(known, "Network.PublicIP.ChargeType", ip.ChargeType, "ECS has by-traffic and by-bandwidth")
}

func checkInterfaces(c *provider.Checker, spec *provider.RunInstancesSpec) {
	o := optionsOf(spec)
	list, groups := spec.Network.Interfaces, o.InterfaceSecurityGroupIDs
	if len(groups) > len(list) {
		const rule = "must not be more than Network.Interfaces, which are %d"
		c.Fail("Vendor.InterfaceSecurityGroupIDs", len(groups), fmt.Sprintf(rule, len(list)))
	}
	for i := range list {
		f, in := &list[i], c.Item("Network.Interfaces", i)
		named := i < len(groups) && groups[i] != ""
		placed := f.SubnetID != "" || len(f.SecurityGroupIDs) > 0 || f.PrivateIP.IsValid() || named
		set := placed || f.Name != "" || f.Description != "" || o.describesInterface(i)
		in.Require(set, "", nil, "must not be empty: ECS would not see it")
		if f.PrivateIP.IsValid() && !f.PrivateIP.Is4() {
			in.Fail("PrivateIP", f.PrivateIP, "must be an IPv4 address")
		}
		checkGroups(in, "SecurityGroupIDs", f.SecurityGroupIDs)
		checkText(in, "Name", f.Name, maxName)
		checkText(in, "Description", f.Description, maxDescription)
	}
}

// checkGroups checks a list of security groups.
func checkGroups(c *provider.Checker, path string, groups []string) {
	c.Require(len(groups) <= 16, path, len(groups), "must be at most 16")
}

func checkDisks(c *provider.Checker, spec *provider.RunInstancesSpec) {
	d := &spec.SystemDisk
	least, most := systemSizes(d)
	if d.Type == "" && d.PerformanceLevel == "" && spec.LaunchTemplate == nil {
		least, most = 20, 2048 // the sizes of all kinds: the cloud chooses one
	}
	checkDisk(c.In("SystemDisk"), d, least, most)
	c.Require(len(spec.DataDisks) <= 16, "DataDisks", len(spec.DataDisks), "must be at most 16")
	for i := range spec.DataDisks {
		d, in := &spec.DataDisks[i], c.Item("DataDisks", i)
		in.Require(d.SizeGiB == 0 || d.SnapshotID == "", "SizeGiB", d.SizeGiB,
			"excludes SnapshotID: ECS ignores it and takes the size of the snapshot")
		least, most := dataSizes(d)
		if d.Type == "" && d.PerformanceLevel == "" && spec.LaunchTemplate == nil {
			least, most = 5, 65536
		}
		checkDisk(in, d, least, most)
	}
}

// checkDisk checks a disk. A most of 0 means that the sizes of its kind are not known.
func checkDisk(c *provider.Checker, d *provider.Disk, least, most int) {
	checkText(c, "Name", d.Name, maxName)
	checkText(c, "Description", d.Description, maxDescription)
	outside := d.SizeGiB < least || d.SizeGiB > most
	if d.SizeGiB != 0 && most != 0 && outside {
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

// systemSizes returns the range of a system disk in GiB, which is the widest of all references. Kinds
// that are not known here pass.
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

// dataSizes is systemSizes for a data disk.
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

// leastForLevel returns the smallest size of a cloud_essd of a performance level.
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
