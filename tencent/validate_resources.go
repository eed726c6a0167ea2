package tencent

import (
	"fmt"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider"
)

func checkNetwork(c *provider.Checker, spec *provider.RunInstancesSpec) {
	n, o := &spec.Network, optionsOf(spec)
	const inSubnet = "needs VPCID and SubnetID"
	c.Require((n.VPCID == "") == (n.SubnetID == ""), "Network", nil, "CVM needs VPCID and SubnetID together")
	c.Require(n.SubnetID != "" || len(n.PrivateIPs) == 0, "Network.PrivateIPs", nil, inSubnet)
	c.Require(n.SubnetID != "" || n.IPv6Count == 0, "Network.IPv6Count", n.IPv6Count, inSubnet)
	c.Require(n.SubnetID != "" || !o.AsVPCGateway, "Vendor.AsVPCGateway", true, inSubnet)
	checkInterfaces(c, spec)
	fixed := len(n.PrivateIPs)
	c.Require(fixed <= 20, "Network.PrivateIPs", fixed, "at most 20 instances can be given fixed addresses")
	if p := n.PublicIP; p != nil {
		c.Require(p.BandwidthMbps > 0, "Network.PublicIP.BandwidthMbps", p.BandwidthMbps,
			"required: CVM gives no public address at 0 Mbps, which is its default")
		known := p.ChargeType == "" || internetChargeType(p.ChargeType) != ""
		c.Require(known, "Network.PublicIP.ChargeType", p.ChargeType, "CVM cannot charge this way")
		return
	}
	const rule = "needs Network.PublicIP"
	c.Require(o.BandwidthPackageID == "", "Vendor.BandwidthPackageID", o.BandwidthPackageID, rule)
	c.Require(o.InternetServiceProvider == "", "Vendor.InternetServiceProvider", o.InternetServiceProvider, rule)
	c.Require(o.IPv4AddressType == "", "Vendor.IPv4AddressType", o.IPv4AddressType, rule)
	c.Require(o.IPv6AddressType == "", "Vendor.IPv6AddressType", o.IPv6AddressType, rule)
	c.Require(o.AntiDDoSPackageID == "", "Vendor.AntiDDoSPackageID", o.AntiDDoSPackageID, rule)
}

// checkInterfaces checks the secondary interfaces, and what the primary one needs beside them.
func checkInterfaces(c *provider.Checker, spec *provider.RunInstancesSpec) {
	n, o := &spec.Network, optionsOf(spec)
	const most = 50
	inRange := func(count int) bool { return count >= 0 && count <= most }
	used := len(n.Interfaces) > 0 || o.PrimaryIPv4Count != 0
	c.Require(!used || n.SubnetID != "", "Network", nil, "interfaces and PrimaryIPv4Count need VPCID and SubnetID")
	c.Require(inRange(o.PrimaryIPv4Count), "Vendor.PrimaryIPv4Count", o.PrimaryIPv4Count, "must be 1 to 50")
	fixed := len(n.PrivateIPs) > 0
	c.Require(!fixed || o.PrimaryIPv4Count == 0, "Vendor.PrimaryIPv4Count", o.PrimaryIPv4Count, "excludes Network.PrivateIPs")
	if list := len(o.Interfaces); list > len(n.Interfaces) {
		c.Fail("Vendor.Interfaces", list, fmt.Sprintf("the spec has %d interfaces", len(n.Interfaces)))
	}
	for i := range n.Interfaces {
		more, in := o.nic(i), c.Item("Vendor.Interfaces", i)
		c.Item("Network.Interfaces", i).Require(n.Interfaces[i].SubnetID != "", "SubnetID", nil, "required")
		in.Require(inRange(more.IPv4Count), "IPv4Count", more.IPv4Count, "must be 1 to 50")
		in.Require(more.ID == "" || spec.Count <= 1, "ID", more.ID, "is for a create of one instance")
	}
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
	all := len(spec.DataDisks)
	c.Require(all <= 21, "DataDisks", all, "at most 21 data disks can be bought with an instance")
	c.Require(local <= 1, "DataDisks", local, "at most one local data disk can be bought with an instance")
	c.Require(cloud <= 20, "DataDisks", cloud, "at most 20 cloud data disks can be bought with an instance")
	checkLength(c, "SystemDisk.Name", spec.SystemDisk.Name, 0, maxName)
	for i := range spec.DataDisks {
		in, disk := c.Item("DataDisks", i), &spec.DataDisks[i]
		checkLength(in, "Name", disk.Name, 0, maxName)
		in.Require(disk.SizeGiB > 0, "SizeGiB", nil, "required: CVM takes a disk without a size for none")
		in.Require(disk.SizeGiB%10 == 0, "SizeGiB", disk.SizeGiB, "must be a multiple of 10")
		deleted := disk.DeleteWithInstance != nil && *disk.DeleteWithInstance
		byHour := spec.Billing.Mode != provider.Prepaid
		in.Require(!deleted || byHour, "DeleteWithInstance", true, "is for disks that are paid for by the hour")
	}
}
