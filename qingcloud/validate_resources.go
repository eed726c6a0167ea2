package qingcloud

import (
	"strings"

	"github.com/yunfan-cloud/yunfan/provider"
)

func checkNetwork(c *provider.Checker, spec *provider.RunInstancesSpec) {
	n := &spec.Network
	if len(n.SecurityGroupIDs) > 1 {
		c.Fail("Network.SecurityGroupIDs", n.SecurityGroupIDs, "QingCloud takes one security group")
	}
	checkVxNet(c, "Network.SubnetID", n.SubnetID, len(n.PrivateIPs) > 0)
	// One call makes all its instances alike, and an address is for one instance.
	c.Require(len(n.PrivateIPs) <= 1, "Network.PrivateIPs", len(n.PrivateIPs),
		"QingCloud takes a fixed address for one instance: Count must be 1")
	c.Require(len(n.PrivateIPs) == 0 || n.SubnetID != "", "Network.PrivateIPs", nil, "needs SubnetID")
	c.Require(len(n.Interfaces) == 0 || n.SubnetID != "", "Network.Interfaces", nil,
		"needs SubnetID for the primary interface")
	for i, f := range n.Interfaces {
		in := c.Item("Network.Interfaces", i)
		in.Require(f.SubnetID != "", "SubnetID", nil, "is required")
		checkVxNet(in, "SubnetID", f.SubnetID, f.PrivateIP.IsValid())
		if f.PrivateIP.IsValid() && !f.PrivateIP.Is4() {
			in.Fail("PrivateIP", f.PrivateIP, "must be an IPv4 address")
		}
	}
}

func checkDisks(c *provider.Checker, spec *provider.RunInstancesSpec) {
	size := spec.SystemDisk.SizeGiB
	inRange := size >= 20 && size <= 100
	c.Require(size == 0 || inRange, "SystemDisk.SizeGiB", size, "must be 20 to 100 GiB, and 50 at least for Windows")
	seen := map[string]bool{}
	for i, disk := range spec.DataDisks {
		in, id := c.Item("DataDisks", i), disk.VolumeID
		in.Require(id != "", "VolumeID", nil, "is required: "+noNewDisk)
		if id != "" && seen[id] {
			in.Fail("VolumeID", id, "is given twice")
		}
		seen[id] = true
	}
	c.Require(len(spec.DataDisks) == 0 || spec.Count <= 1, "DataDisks", len(spec.DataDisks),
		"existing volumes are attached to one instance: Count must be 1")
}

// basicNetwork is the network that every account has. Its addresses cannot be chosen.
const basicNetwork = "vxnet-0"

// checkVxNet checks the ID of a network. Fixed says that an address in it is given.
func checkVxNet(c *provider.Checker, path, id string, fixed bool) {
	if strings.Contains(id, "|") {
		c.Fail(path, id, "must be an ID alone; an address has a field of its own")
	}
	c.Require(!fixed || id != basicNetwork, path, basicNetwork,
		"has no fixed addresses: they need a managed network of one's own")
}
