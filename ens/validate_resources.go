package ens

import (
	"strings"

	"github.com/yunfan-cloud/yunfan/provider"
)

func checkNetwork(c *provider.Checker, spec *provider.RunInstancesSpec) {
	n := &spec.Network
	c.Require(len(n.SecurityGroupIDs) <= 1, "Network.SecurityGroupIDs", n.SecurityGroupIDs,
		"ENS takes one security group")
	c.Require(len(n.PrivateIPs) <= 1, "Network.PrivateIPs", len(n.PrivateIPs),
		"ENS takes one fixed address, for one instance")
	c.Require(len(n.PrivateIPs) == 0 || n.SubnetID != "", "Network.PrivateIPs", nil,
		"a fixed address needs Network.SubnetID")
	if n.PublicIP != nil && n.PublicIP.ChargeType != "" {
		c.Require(internetChargeType(n.PublicIP.ChargeType) != "", "Network.PublicIP.ChargeType", n.PublicIP.ChargeType,
			`ENS has only "`+string(provider.PayByDailyPeak)+`" and "`+string(provider.PayBy95th)+`"`)
	}
}

// checkDisks requires a size of each data disk: ENS creates them empty, so nothing else gives one.
func checkDisks(c *provider.Checker, spec *provider.RunInstancesSpec) {
	checkSize(c.In("SystemDisk"), &spec.SystemDisk)
	for i := range spec.DataDisks {
		in := c.Item("DataDisks", i)
		in.Require(spec.DataDisks[i].SizeGiB > 0, "SizeGiB", nil, "is required")
		checkSize(in, &spec.DataDisks[i])
	}
}

// checkSize checks the documented steps. Local disks ("local_...") have sizes of their own.
func checkSize(c *provider.Checker, d *provider.Disk) {
	if d.SizeGiB == 0 || strings.HasPrefix(d.Type, "local") {
		return
	}
	c.Require(d.SizeGiB >= 20 && d.SizeGiB%10 == 0, "SizeGiB", d.SizeGiB, "must be at least 20 GiB, in steps of 10")
}
