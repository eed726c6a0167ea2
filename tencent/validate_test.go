package tencent

import (
	"errors"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
)

func TestValidateRunNamesTheField(t *testing.T) {
	long := strings.Repeat("x", 129)
	disk := func(size int) []provider.Disk { return []provider.Disk{{SizeGiB: size}} }
	addr := netip.MustParseAddr("10.0.0.1")
	many := make([]netip.Addr, 21)
	for i := range many {
		many[i] = netip.AddrFrom4([4]byte{10, 0, 0, byte(i)})
	}
	for name, c := range map[string]struct {
		path   string
		change func(*provider.RunInstancesSpec)
	}{
		"no zone":                      {"Zone", func(s *provider.RunInstancesSpec) { s.Zone = "" }},
		"no image":                     {"ImageID", func(s *provider.RunInstancesSpec) { s.ImageID = "" }},
		"region that is no header":     {"Region", func(s *provider.RunInstancesSpec) { s.Region = "a\nb" }},
		"cores without threads":        {"CPUOptions", func(s *provider.RunInstancesSpec) { s.CPUOptions.Cores = 2 }},
		"long name":                    {"Name", func(s *provider.RunInstancesSpec) { s.Name = long }},
		"name too long for its suffix": {"Name", func(s *provider.RunInstancesSpec) { s.Name, s.UniqueSuffix = long[:120], true }},
		"two patterns":                 {"Name", func(s *provider.RunInstancesSpec) { s.Name, s.UniqueSuffix = "a{R:3}", true }},
		"two host patterns":            {"HostName", func(s *provider.RunInstancesSpec) { s.HostName, s.UniqueSuffix = "a{R:3}", true }},
		"host with a leading dot":      {"HostName", func(s *provider.RunInstancesSpec) { s.HostName = ".host" }},
		"host with a trailing hyphen":  {"HostName", func(s *provider.RunInstancesSpec) { s.HostName = "host-" }},
		"host with double marks":       {"HostName", func(s *provider.RunInstancesSpec) { s.HostName = "h.-o--st" }},
		"short host":                   {"HostName", func(s *provider.RunInstancesSpec) { s.HostName = "h" }},
		"long host":                    {"HostName", func(s *provider.RunInstancesSpec) { s.HostName = long[:61] }},
		"short password":               {"Login.Password", func(s *provider.RunInstancesSpec) { s.Login.Password = "Plante1" }},
		"long password":                {"Login.Password", func(s *provider.RunInstancesSpec) { s.Login.Password = "Planted" + provider.Secret(long) }},
		"password of one kind":         {"Login.Password", func(s *provider.RunInstancesSpec) { s.Login.Password = "plantedplanted" }},
		"data disk without a size":     {"DataDisks[0].SizeGiB", func(s *provider.RunInstancesSpec) { s.DataDisks = disk(0) }},
		"data disk of 15 GiB":          {"DataDisks[0].SizeGiB", func(s *provider.RunInstancesSpec) { s.DataDisks = disk(15) }},
		"prepaid disk that is deleted": {"DataDisks[0].DeleteWithInstance", func(s *provider.RunInstancesSpec) {
			s.Billing = provider.Billing{Mode: provider.Prepaid, Period: 1}
			s.DataDisks = []provider.Disk{{SizeGiB: 10, DeleteWithInstance: new(true)}}
		}},
		"13 months": {"Billing.Period", func(s *provider.RunInstancesSpec) { s.Billing = provider.Billing{Mode: provider.Prepaid, Period: 13} }},
		"six years": {"Billing.Period", func(s *provider.RunInstancesSpec) {
			s.Billing = provider.Billing{Mode: provider.Prepaid, Period: 6, PeriodUnit: provider.Year}
		}},
		"years without end": {"Billing.Period", func(s *provider.RunInstancesSpec) {
			s.Billing = provider.Billing{Mode: provider.Prepaid, Period: math.MaxInt/12 + 1, PeriodUnit: provider.Year}
		}},
		"dedicated host without a size": {"InstanceType", func(s *provider.RunInstancesSpec) {
			s.Billing.Mode, s.Placement.DedicatedHostIDs = provider.DedicatedHost, []string{"host-1"}
		}},
		"dedicated host of another type": {"InstanceType", func(s *provider.RunInstancesSpec) {
			s.Billing.Mode, s.Placement.DedicatedHostIDs, s.InstanceType = provider.DedicatedHost, []string{"host-1"}, "S5.MEDIUM4"
		}},
		"dedicated host without one": {"Placement.DedicatedHostIDs", func(s *provider.RunInstancesSpec) {
			s.Billing.Mode, s.InstanceType = provider.DedicatedHost, "CDH_1C1G"
		}},
		"size of a dedicated host on demand": {"InstanceType", func(s *provider.RunInstancesSpec) { s.InstanceType = "CDH_1C1G" }},
		"host with a blank":                  {"HostName", func(s *provider.RunInstancesSpec) { s.HostName = "my host" }},
		"host with an underscore":            {"HostName", func(s *provider.RunInstancesSpec) { s.HostName = "my_host" }},
		"host too long for CVM's number":     {"HostName", func(s *provider.RunInstancesSpec) { s.HostName, s.Count = long[:58], 100 }},
		"host in Chinese":                    {"HostName", func(s *provider.RunInstancesSpec) { s.HostName = "host名" }},
		"host with what is no pattern":       {"HostName", func(s *provider.RunInstancesSpec) { s.HostName = "host{}" }},
		"host too long for its number":       {"HostName", func(s *provider.RunInstancesSpec) { s.HostName, s.UniqueSuffix = long[:58], true }},
		"name too long for large numbers": {"Name", func(s *provider.RunInstancesSpec) {
			s.Name, s.UniqueSuffix, s.Count = long[:118], true, 1000
		}},
		"partition without group": {"Vendor.PartitionNumber", func(s *provider.RunInstancesSpec) {
			s.Vendor = []provider.VendorOption{RunOptions{PartitionNumber: 1}}
		}},
		"VPC without subnet":     {"Network", func(s *provider.RunInstancesSpec) { s.Network.VPCID = "vpc" }},
		"address without subnet": {"Network.PrivateIPs", func(s *provider.RunInstancesSpec) { s.Network.PrivateIPs = []netip.Addr{addr} }},
		"IPv6 without subnet":    {"Network.IPv6Count", func(s *provider.RunInstancesSpec) { s.Network.IPv6Count = 1 }},
		"21 addresses": {"Network.PrivateIPs", func(s *provider.RunInstancesSpec) {
			s.Network = provider.Network{VPCID: "vpc", SubnetID: "subnet", PrivateIPs: many}
		}},
		"public address at 0 Mbps": {"Network.PublicIP.BandwidthMbps", func(s *provider.RunInstancesSpec) { s.Network.PublicIP = &provider.PublicIP{} }},
		"charge by 95th": {"Network.PublicIP.ChargeType", func(s *provider.RunInstancesSpec) {
			s.Network.PublicIP = &provider.PublicIP{BandwidthMbps: 1, ChargeType: provider.PayBy95th}
		}},
		"charge by daily peak": {"Network.PublicIP.ChargeType", func(s *provider.RunInstancesSpec) {
			s.Network.PublicIP = &provider.PublicIP{BandwidthMbps: 1, ChargeType: provider.PayByDailyPeak}
		}},
		"22 data disks":         {"DataDisks", func(s *provider.RunInstancesSpec) { s.DataDisks = slices.Repeat(disk(10), 22) }},
		"long system disk name": {"SystemDisk.Name", func(s *provider.RunInstancesSpec) { s.SystemDisk.Name = long }},
		"long data disk name": {"DataDisks[1].Name", func(s *provider.RunInstancesSpec) {
			s.DataDisks = []provider.Disk{{SizeGiB: 10}, {SizeGiB: 10, Name: long}}
		}},
		"days":                      {"Billing.PeriodUnit", func(s *provider.RunInstancesSpec) { s.Billing.PeriodUnit = provider.Day }},
		"weeks":                     {"Billing.PeriodUnit", func(s *provider.RunInstancesSpec) { s.Billing.PeriodUnit = provider.Week }},
		"project that is no number": {"ProjectID", func(s *provider.RunInstancesSpec) { s.ProjectID = "team" }},
		"negative project":          {"ProjectID", func(s *provider.RunInstancesSpec) { s.ProjectID = "-1" }},
		"user data over 16 KiB":     {"UserData", func(s *provider.RunInstancesSpec) { s.UserData = make([]byte, 16<<10+1) }},
		"package without address": {"Vendor.BandwidthPackageID", func(s *provider.RunInstancesSpec) {
			s.Vendor = []provider.VendorOption{RunOptions{BandwidthPackageID: "bwp"}}
		}},
		"line without address": {"Vendor.InternetServiceProvider", func(s *provider.RunInstancesSpec) {
			s.Vendor = []provider.VendorOption{RunOptions{InternetServiceProvider: "BGP"}}
		}},
		"negative partition": {"Vendor.PartitionNumber", func(s *provider.RunInstancesSpec) {
			s.Placement.GroupID, s.Vendor = "ps-1", []provider.VendorOption{RunOptions{PartitionNumber: -1}}
		}},
		"no bid over template": {"Billing.Spot.Strategy", over(provider.RunInstancesSpec{Billing: provider.Billing{
			Mode: provider.Spot, Spot: provider.SpotOptions{Strategy: provider.SpotMarketPrice},
		}})},
		"half a network over template":   {"Network", over(provider.RunInstancesSpec{Network: provider.Network{SubnetID: "subnet"}})},
		"project alone over template":    {"Zone", over(provider.RunInstancesSpec{ProjectID: "7"})},
		"host alone over template":       {"Zone", over(provider.RunInstancesSpec{Placement: provider.Placement{DedicatedHostIDs: []string{"host-1"}}})},
		"tenancy alone over template":    {"Zone", over(provider.RunInstancesSpec{Vendor: []provider.VendorOption{RunOptions{DedicatedResourcePackTenancy: "ResourcePool"}}})},
		"IPv6 count alone over template": {"Network.IPv6Count", over(provider.RunInstancesSpec{Network: provider.Network{IPv6Count: 1}})},
		"three threads of a core":        {"CPUOptions.ThreadsPerCore", func(s *provider.RunInstancesSpec) { s.CPUOptions = provider.CPUOptions{Cores: 1, ThreadsPerCore: 3} }},
		"fewer on a dedicated host": {"MinCount", func(s *provider.RunInstancesSpec) {
			s.Count, s.MinCount, s.InstanceType = 3, 2, "CDH_1C1G"
			s.Billing.Mode, s.Placement.DedicatedHostIDs = provider.DedicatedHost, []string{"host-1"}
		}},
		"fewer of a dedicated cluster": {"MinCount", func(s *provider.RunInstancesSpec) {
			s.Count, s.MinCount, s.Vendor = 3, 2, []provider.VendorOption{RunOptions{InstanceChargeType: "CDCPAID"}}
		}},
		"dedicated host of no size": {"InstanceType", func(s *provider.RunInstancesSpec) {
			s.Billing.Mode, s.Placement.DedicatedHostIDs, s.InstanceType = provider.DedicatedHost, []string{"host-1"}, "CDH_1C0G"
		}},
		"long host with a pattern":    {"HostName", func(s *provider.RunInstancesSpec) { s.HostName = long[:60] + "{R:1}" }},
		"password with a blank":       {"Login.Password", func(s *provider.RunInstancesSpec) { s.Login.Password = "Planted 1" }},
		"password in Chinese":         {"Login.Password", func(s *provider.RunInstancesSpec) { s.Login.Password = "Planted密码1" }},
		"password of a line too many": {"Login.Password", func(s *provider.RunInstancesSpec) { s.Login.Password = "Planted-1\n" }},
		"two local data disks": {"DataDisks", func(s *provider.RunInstancesSpec) {
			s.DataDisks = []provider.Disk{{Type: "LOCAL_BASIC", SizeGiB: 10}, {Type: "LOCAL_SSD", SizeGiB: 10}}
		}},
		"21 cloud data disks": {"DataDisks", func(s *provider.RunInstancesSpec) {
			s.DataDisks = slices.Repeat([]provider.Disk{{Type: "CLOUD_SSD", SizeGiB: 10}}, 21)
		}},
		"snapshot without a size": {"DataDisks[0].SizeGiB", func(s *provider.RunInstancesSpec) { s.DataDisks = []provider.Disk{{SnapshotID: "snap-1"}} }},
		"51 tags": {"Tags", func(s *provider.RunInstancesSpec) {
			s.Tags = map[string]string{}
			for i := range 51 {
				s.Tags[fmt.Sprint(i)] = ""
			}
		}},
		"long tag key":                {"Tags", func(s *provider.RunInstancesSpec) { s.Tags = map[string]string{long[:128]: ""} }},
		"long tag value":              {"Tags", func(s *provider.RunInstancesSpec) { s.Tags = map[string]string{"k": long + long} }},
		"reserved tag key":            {"Tags", func(s *provider.RunInstancesSpec) { s.Tags = map[string]string{"qcs:k": ""} }},
		"charge type that has a mode": {"Vendor.InstanceChargeType", option(RunOptions{InstanceChargeType: "SPOTPAID"})},
		"charge type beside a mode": {"Vendor.InstanceChargeType", func(s *provider.RunInstancesSpec) {
			s.Billing.Mode, s.Vendor = provider.OnDemand, []provider.VendorOption{RunOptions{InstanceChargeType: "CDCPAID"}}
		}},
		"no notice on demand": {"Vendor.NoExpiryNotice", option(RunOptions{NoExpiryNotice: true})},
		"no notice, renewed": {"Vendor.NoExpiryNotice", func(s *provider.RunInstancesSpec) {
			s.Billing = provider.Billing{Mode: provider.Prepaid, Period: 1, AutoRenew: new(true)}
			s.Vendor = []provider.VendorOption{RunOptions{NoExpiryNotice: true}}
		}},
		"kind of no address":      {"Vendor.IPv4AddressType", option(RunOptions{IPv4AddressType: "WanIP"})},
		"kind of no IPv6 address": {"Vendor.IPv6AddressType", option(RunOptions{IPv6AddressType: "EIPv6"})},
		"defence of no address":   {"Vendor.AntiDDoSPackageID", option(RunOptions{AntiDDoSPackageID: "bgp-1"})},
		"defence without a package": {"Vendor.AntiDDoSPackageID", func(s *provider.RunInstancesSpec) {
			s.Network.PublicIP = &provider.PublicIP{BandwidthMbps: 1}
			s.Vendor = []provider.VendorOption{RunOptions{IPv4AddressType: "AntiDDoSEIP"}}
		}},
		"gateway of no network":  {"Vendor.AsVPCGateway", option(RunOptions{AsVPCGateway: true})},
		"packs without tenancy":  {"Vendor.DedicatedResourcePackIDs", option(RunOptions{DedicatedResourcePackIDs: []string{"rpp-1"}})},
		"pack without an ID":     {"Vendor.DedicatedResourcePackIDs[1]", option(RunOptions{DedicatedResourcePackTenancy: "ResourcePool", DedicatedResourcePackIDs: []string{"rpp-1", ""}})},
		"instance without an ID": {"Vendor.CHCIDs[0]", option(RunOptions{CHCIDs: []string{""}})},
		"metadata without a key": {"Vendor.Metadata", option(RunOptions{Metadata: map[string]string{"": "planted"}})},
		"metadata with a dot":    {"Vendor.Metadata", option(RunOptions{Metadata: map[string]string{"a.b": "planted"}})},
		"metadata in Turkish":    {"Vendor.Metadata", option(RunOptions{Metadata: map[string]string{"K\u0130": "planted"}})},
		"metadata of a long key": {"Vendor.Metadata", option(RunOptions{Metadata: map[string]string{long: "planted"}})},
		"much metadata":          {"Vendor.Metadata", option(RunOptions{Metadata: map[string]string{"a": "planted" + strings.Repeat("x", 256<<10)}})},
		"options of no disk":     {"Vendor.DataDisks", option(RunOptions{DataDisks: []DataDiskOptions{{CDCID: "cluster-1"}}})},
		"negative throughput": {"Vendor.DataDisks[0].ThroughputMiBps", func(s *provider.RunInstancesSpec) {
			s.DataDisks, s.Vendor = disk(10), []provider.VendorOption{RunOptions{DataDisks: []DataDiskOptions{{ThroughputMiBps: -1}}}}
		}},
		"options of another type":  {"Vendor[0]", func(s *provider.RunInstancesSpec) { s.Vendor = []provider.VendorOption{impostor{}} }},
		"raw parameter of the SDK": {`Vendor.Params["Action"]`, func(s *provider.RunInstancesSpec) { s.Vendor = raw("Action", "planted") }},
	} {
		t.Run(name, func(t *testing.T) {
			spec := bare()
			c.change(spec)
			err := testDriver(t, nil).ValidateRun(spec)
			var list provider.FieldErrors
			if !errors.As(err, &list) {
				t.Fatalf("got error %v, want a %T", err, list)
			}
			if len(list) != 1 {
				t.Fatalf("len(list) is %d, want 1", len(list))
			}
			if list[0].Path != c.path {
				t.Fatalf("list[0].Path is %v, want %v", list[0].Path, c.path)
			}
			if list[0].Driver != "tencent" {
				t.Fatalf(`list[0].Driver is %q, want "tencent"`, list[0].Driver)
			}
			mustNotTell(t, err, "planted", "Plante")
		})
	}
}

// over is a spec over a template.
func over(spec provider.RunInstancesSpec) func(*provider.RunInstancesSpec) {
	return func(s *provider.RunInstancesSpec) {
		*s = spec
		s.LaunchTemplate = &provider.LaunchTemplateRef{ID: "lt-1"}
	}
}

// option puts options into a spec.
func option(o RunOptions) func(*provider.RunInstancesSpec) {
	return func(s *provider.RunInstancesSpec) { s.Vendor = []provider.VendorOption{o} }
}

func TestValidateRunAccepts(t *testing.T) {
	for name, spec := range map[string]*provider.RunInstancesSpec{
		"template alone":       {LaunchTemplate: &provider.LaunchTemplateRef{ID: "lt-1"}},
		"subnet over template": {LaunchTemplate: &provider.LaunchTemplateRef{ID: "lt-1"}, Network: provider.Network{VPCID: "vpc-1", SubnetID: "subnet-1"}},
		"place over template":  {LaunchTemplate: &provider.LaunchTemplateRef{ID: "lt-1"}, Zone: "z", ProjectID: "7", Placement: provider.Placement{DedicatedHostIDs: []string{"host-1"}}},
		"CVM's own pattern":    {Zone: "z", ImageID: "i", Name: "web{R:3,F:2}", HostName: "{IP}"},
		"limits exactly": {
			Zone: "z", ImageID: "i", Name: strings.Repeat("名", 128), HostName: strings.Repeat("h", 60),
			Login: provider.Login{Password: provider.Secret(strings.Repeat("p1", 15))}, UserData: make([]byte, 16<<10),
			DataDisks: slices.Repeat([]provider.Disk{{SizeGiB: 10}}, 21), Billing: provider.Billing{Mode: provider.Prepaid, Period: 5, PeriodUnit: provider.Year},
		},
		"host that ends with its number":            {Zone: "z", ImageID: "i", HostName: strings.Repeat("h", 56) + "-", UniqueSuffix: true},
		"host of the documentation":                 {Zone: "z", ImageID: "i", HostName: "server_{R:3}"},
		"host with a placeholder of another kind":   {Zone: "z", ImageID: "i", HostName: "k8s-${instance_id}"},
		"host with an underscore before its number": {Zone: "z", ImageID: "i", HostName: "server_", UniqueSuffix: true},
		"hosts that CVM numbers":                    {Zone: "z", ImageID: "i", HostName: "server_", Count: 200},
		"hosts with room for a number":              {Zone: "z", ImageID: "i", HostName: strings.Repeat("h", 57), Count: 200},
		"host with every pattern":                   {Zone: "z", ImageID: "i", HostName: "web-{IP}-{R:1,F:3}"},
		"dedicated host over template":              {LaunchTemplate: &provider.LaunchTemplateRef{ID: "lt-1"}, Billing: provider.Billing{Mode: provider.DedicatedHost}},
		"one local and twenty cloud disks": {
			Zone: "z", ImageID: "i", DataDisks: append(slices.Repeat([]provider.Disk{{Type: "CLOUD_SSD", SizeGiB: 10}}, 20), provider.Disk{Type: "LOCAL_BASIC", SizeGiB: 10}),
		},
		"tags at their limits":   {Zone: "z", ImageID: "i", Tags: map[string]string{strings.Repeat("键", 127): strings.Repeat("值", 255), "tencent": ""}},
		"password of every kind": {Zone: "z", ImageID: "i", Login: provider.Login{Password: "()`~!@#$%^&*-+=_|{}[]:;'<>,.?1"}},
		"metadata at its limits": {Zone: "z", ImageID: "i", Vendor: []provider.VendorOption{RunOptions{Metadata: map[string]string{
			strings.Repeat("k", 128): strings.Repeat("v", 256<<10), "A-Z_09": "",
		}}}},
		"all on dedicated hosts": {
			Zone: "z", ImageID: "i", InstanceType: "CDH_10C20G", Count: 3, MinCount: 3,
			Billing: provider.Billing{Mode: provider.DedicatedHost}, Placement: provider.Placement{DedicatedHostIDs: []string{"host-1"}},
		},
		"a year of months":     {Zone: "z", ImageID: "i", Billing: provider.Billing{Mode: provider.Prepaid, Period: 12}},
		"four years of months": {Zone: "z", ImageID: "i", Billing: provider.Billing{Mode: provider.Prepaid, Period: 48}},
		"shortest":             {Zone: "z", ImageID: "i", HostName: "h1", Login: provider.Login{Password: "1234567a"}},
	} {
		if err := testDriver(t, nil).ValidateRun(spec); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The body is JSON, which would put another character in the place of such a byte.
func TestBytesThatAreNoTextAreRefused(t *testing.T) {
	for path, o := range map[string]RunOptions{
		`Vendor.Metadata = "k"`:       {Metadata: map[string]string{"k": "planted\xff"}},
		`Vendor.Params["HpcRoceTag"]`: {Params: map[string]string{"HpcRoceTag": "planted\xff"}},
	} {
		spec := bare()
		spec.Vendor = []provider.VendorOption{o}
		err := testDriver(t, nil).ValidateRun(spec)
		if err == nil {
			t.Errorf("%v: got no error, want one", path)
		} else if !strings.Contains(err.Error(), path) {
			t.Errorf("%v: the error is %q, want it to contain %q", path, err.Error(), path)
		} else if !strings.Contains(err.Error(), "UTF-8") {
			t.Errorf(`%v: the error is %q, want it to contain "UTF-8"`, path, err.Error())
		}
		mustNotTell(t, err, "planted")
	}
}

func TestValidateRunReportsEveryProblemAtOnce(t *testing.T) {
	spec := &provider.RunInstancesSpec{HostName: ".", ProjectID: "team", Vendor: []provider.VendorOption{impostor{}}}
	err := testDriver(t, nil).ValidateRun(spec)
	for _, path := range []string{"Zone", "ImageID", "HostName", "ProjectID", "Vendor[0]"} {
		if err == nil {
			t.Errorf("%s is missing in: got no error, want one", path)
		} else if !strings.Contains(err.Error(), "tencent: "+path) {
			t.Errorf("%s is missing in: the error is %q, want it to contain %q",
				path, err.Error(), "tencent: "+path)
		}
	}
}
