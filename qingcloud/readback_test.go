package qingcloud

import (
	"net/netip"

	"github.com/yunfan-cloud/yunfan/provider"
)

// readBackSpecs are specs that the simulator takes, and whose every leaf is looked for in the
// described instance.
func readBackSpecs(base provider.RunInstancesSpec) map[string]*provider.RunInstancesSpec {
	full := base
	full.Region, full.Count, full.Name, full.HostName = "pek3a", 1, "name-1", "host-1"
	full.Hardware = provider.Hardware{GPUs: 2, GPUType: "1"}
	full.Login = provider.Login{KeyPairs: []string{"kp-1"}}
	full.Network = provider.Network{
		SubnetID: "vxnet-readback1", PrivateIPs: addrs("192.168.1.77"),
		Interfaces: []provider.NetworkInterface{
			{SubnetID: "vxnet-readback2", PrivateIP: netip.MustParseAddr("192.168.2.77")},
		},
	}
	full.SystemDisk.SizeGiB = 60
	full.DataDisks = []provider.Disk{{VolumeID: "vol-readback"}}

	sized := base
	sized.InstanceType, sized.Hardware = "", provider.Hardware{CPUs: 4, MemoryMiB: 8192}

	inBaseNet := base
	inBaseNet.Network = provider.Network{SubnetID: "vxnet-0", SecurityGroupIDs: []string{"sg-readback"}}
	return map[string]*provider.RunInstancesSpec{"full": &full, "sized": &sized, "base network": &inBaseNet}
}

// notShown says what DescribeInstances does not return.
func notShown() map[string]string {
	const noContract = "DescribeInstances has no billing and no contract; GetLeaseInfo has, one instance a call"
	return map[string]string{
		"Billing.Mode": noContract, "Billing.Period": noContract, "Billing.AutoRenew": noContract,
		"Placement.GroupID":          "DescribeInstances has no instance group; DescribeInstanceGroups has the members",
		"Placement.DedicatedHostIDs": "DescribeInstances has no documented field for it",
	}
}
