package ens

import (
	"net/netip"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// readBackSpecs are specs that the simulator takes, and whose every leaf is looked for in the
// described instance.
func readBackSpecs(base provider.RunInstancesSpec) map[string]*provider.RunInstancesSpec {
	full := base
	full.Region, full.Count, full.Name, full.HostName = "cn-wuxi-telecom", 1, "name-1", "host-1"
	full.Login = provider.Login{KeyPairs: []string{"key-1"}}
	full.Network = provider.Network{
		VPCID: "n-1", SubnetID: "vsw-1", SecurityGroupIDs: []string{"sg-1"},
		PrivateIPs: []netip.Addr{netip.MustParseAddr("10.0.0.77")},
		IPv6Count:  2, IPFamily: provider.DualStack, PublicIP: &provider.PublicIP{BandwidthMbps: 5},
	}
	full.SystemDisk = provider.Disk{Type: "local_ssd", SizeGiB: 60}
	full.DataDisks = []provider.Disk{{Type: "cloud_efficiency", SizeGiB: 70}}
	full.Billing = provider.Billing{Mode: provider.OnDemand}
	full.Tags = map[string]string{"k1": "v1", "k2": "v2"}
	full.AutoReleaseTime = time.Date(2000, 6, 1, 0, 0, 0, 0, time.UTC) // of a clock that begins in 2000
	full.DeletionProtection = true

	prepaid := base
	prepaid.Billing = provider.Billing{Mode: provider.Prepaid, Period: 1, PeriodUnit: provider.Month}

	spot := base
	spot.Billing = provider.Billing{Mode: provider.Spot, Spot: provider.SpotOptions{Strategy: provider.SpotMarketPrice}}
	return map[string]*provider.RunInstancesSpec{"on demand": &full, "prepaid": &prepaid, "spot": &spot}
}

// notShown says what DescribeInstances does not return.
func notShown() map[string]string {
	return map[string]string{
		"Billing.AutoRenew": "DescribeInstances does not say it; DescribeInstanceAutoRenewAttribute does",
	}
}
