package aliyun

import (
	"net/netip"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// readBackSpecs are specs that the simulator takes, and whose every leaf is looked for in the
// described instance.
func readBackSpecs(base provider.RunInstancesSpec) map[string]*provider.RunInstancesSpec {
	full := base
	full.Region, full.Name, full.HostName, full.Description = "cn-hangzhou", "name-1", "host-1", "description-1"
	full.Login = provider.Login{KeyPairs: []string{"key-1"}}
	full.Network.SecurityGroupIDs = []string{"sg-bp1one", "sg-bp1two"}
	full.Network.PrivateIPs = []netip.Addr{addr("10.0.0.77")}
	full.Network.IPv6Count = 2
	full.Network.PublicIP = &provider.PublicIP{BandwidthMbps: 5}
	full.Network.Interfaces = []provider.NetworkInterface{{SubnetID: "vsw-bp1other", PrivateIP: addr("10.0.1.7")}}
	full.Billing.Mode = provider.OnDemand
	full.Placement.GroupID = "ds-bp1readback"
	full.Tags = map[string]string{"k1": "v1", "k2": "v2"}
	full.ProjectID = "rg-1"
	full.DeletionProtection = true

	prepaid := base
	prepaid.Billing = provider.Billing{Mode: provider.Prepaid, Period: 1, PeriodUnit: provider.Month}

	spot := base
	spot.Billing = provider.Billing{Mode: provider.Spot, Spot: provider.SpotOptions{Strategy: provider.SpotMarketPrice}}
	spot.AutoReleaseTime = time.Date(2000, 6, 1, 0, 0, 0, 0, time.UTC) // of a clock that begins in 2000

	limit := base
	limit.Billing = provider.Billing{
		Mode: provider.Spot, Spot: provider.SpotOptions{Strategy: provider.SpotPriceLimit, MaxPrice: "0.9"},
	}

	host := base
	host.Billing.Mode = provider.DedicatedHost
	host.Placement.DedicatedHostIDs = []string{"dh-bp1readback"}

	fixed := base
	fixed.Network.IPv6Addresses = []netip.Addr{addr("2001:db8::7")}
	return map[string]*provider.RunInstancesSpec{
		"on demand": &full, "prepaid": &prepaid, "spot": &spot, "spot with a limit": &limit, "dedicated host": &host,
		"fixed IPv6 addresses": &fixed,
	}
}

// notShown says what DescribeInstances does not return.
func notShown() map[string]string {
	const (
		noDisks = "DescribeInstances lists no disks; DescribeDisks does"
		noRole  = "DescribeInstances has no role; DescribeInstanceRamRole does"
		noRenew = "DescribeInstances does not say it; DescribeInstanceAutoRenewAttribute does"
		noPlace = "DescribeInstances has neither subnet nor groups of an interface; DescribeNetworkInterfaces has"
	)
	out := map[string]string{
		"RoleName": noRole, "Billing.AutoRenew": noRenew, "Network.Interfaces[].SubnetID": noPlace,
		"Network.Interfaces[].SecurityGroupIDs": noPlace, "DataDisks[]": noDisks,
	}
	for _, field := range []string{"Type", "SizeGiB", "Name", "DeleteWithInstance", "Device", "VolumeID"} {
		out["SystemDisk."+field], out["DataDisks[]."+field] = noDisks, noDisks
	}
	return out
}
