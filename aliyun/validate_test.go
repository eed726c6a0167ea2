package aliyun

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// windows is a public image.
const windows = "win2019_1809_x64_dtc_zh-cn_40G_alibase_20190816.vhd"

// with returns a valid spec with one change.
func with(change func(*provider.RunInstancesSpec)) *provider.RunInstancesSpec {
	s := minimalSpec()
	change(s)
	return s
}

func TestValidateNamesTheField(t *testing.T) {
	type spec = provider.RunInstancesSpec
	manyTags := map[string]string{}
	for i := range 21 {
		manyTags[fmt.Sprint("tag-", i)] = ""
	}
	for _, tc := range []struct {
		path   string // of the field; what the error must begin with
		value  string // what the error must show too
		change func(*spec)
	}{
		{"Region", `"cn hangzhou"`, func(s *spec) { s.Region = "cn hangzhou" }},
		{"Region", `"a/b"`, func(s *spec) { s.Region = "a/b" }},
		{"UniqueSuffix", "excludes a numbering", func(s *spec) { s.Name, s.UniqueSuffix = "web-[1,4]-x", true }},
		{"ImageID", "", func(s *spec) { s.ImageID = "" }},
		{"InstanceType", "", func(s *spec) { s.InstanceType = "" }},
		{"UserData", "", func(s *spec) { s.UserData = make([]byte, 32<<10+1) }},
		{"Name", `"x"`, func(s *spec) { s.Name = "x" }},
		{"Name", "2 to 128", func(s *spec) { s.Name = strings.Repeat("n", 129) }},
		{"Name", "http://", func(s *spec) { s.Name = "http://name" }},
		{"Name", "at most 999999", func(s *spec) { s.Name, s.Count = "web-[999900,6]", 101 }},
		{"Name", "at most 999999", func(s *spec) { s.Name = "web-[99999999999999999999,6]" }},
		{"Name", "1 to 6 digits", func(s *spec) { s.Name = "web-[1,7]" }},
		{"Name", "1 to 6 digits", func(s *spec) { s.Name = "web-[1,12]" }},
		{"Name", "one numbering", func(s *spec) { s.Name = "web-[1,2]-[1,2]" }},
		{"Name", "2 to 128", func(s *spec) { s.Name = strings.Repeat("n", 127) + "[1,2]" }},
		{"Description", `"x"`, func(s *spec) { s.Description = "x" }},
		{"Description", "2 to 256", func(s *spec) { s.Description = strings.Repeat("n", 257) }},
		{"Description", "https://", func(s *spec) { s.Description = "https://name" }},
		{"HostName", `"h"`, func(s *spec) { s.HostName = "h" }},
		{"HostName", "2 to 64", func(s *spec) { s.HostName = strings.Repeat("n", 65) }},
		{"HostName", "-host", func(s *spec) { s.HostName = "-host" }},
		{"HostName", "host.", func(s *spec) { s.HostName = "host." }},
		{"HostName", "single", func(s *spec) { s.HostName = "a..b" }},
		{"HostName", "single", func(s *spec) { s.HostName = "a-.b" }},
		{"HostName", "letters and digits", func(s *spec) { s.HostName = "a_b" }},
		{"HostName", "at most 999999", func(s *spec) { s.HostName = "web-[1000000,6]" }},
		{"HostName", "at most 15", func(s *spec) { s.ImageID, s.HostName = windows, strings.Repeat("h", 16) }},
		{"HostName", "must not contain .", func(s *spec) { s.ImageID, s.HostName = windows, "a.b" }},
		{"HostName", "digits alone", func(s *spec) { s.ImageID, s.HostName = windows, "123" }},
		{"Login.Password", "begin with /", func(s *spec) { s.ImageID, s.Login.Password = windows, "/Planted-Pass!1" }},
		{"Login.KeyPairs", "ignores", func(s *spec) { s.ImageID, s.Login.KeyPairs = windows, []string{"k"} }},
		{"UniqueSuffix", "", func(s *spec) { s.Name, s.UniqueSuffix = "web-[1,4]", true }},
		{"Vendor.ImageFamily", "excludes ImageID", func(s *spec) { s.Vendor = []provider.VendorOption{RunOptions{ImageFamily: "f"}} }},
		{"UniqueSuffix", "", func(s *spec) { s.HostName, s.UniqueSuffix = "web-[,]", true }},
		{"Login.Password", "8 to 30", func(s *spec) { s.Login.Password = "Plant-1" }},
		{"Login.Password", "8 to 30", func(s *spec) { s.Login.Password = provider.Secret("Plant-1" + strings.Repeat("x", 24)) }},
		{"Login.Password", "three of", func(s *spec) { s.Login.Password = "plantedpass1" }},
		{"Login.Password", "three of", func(s *spec) { s.Login.Password = "PLANTEDPASS!" }},
		{"Login.KeyPairs", `"[k1 k2]"`, func(s *spec) { s.Login.KeyPairs = []string{"k1", "k2"} }},
		{"Network.PrivateIPs[1]", "10.0.0.3", func(s *spec) { s.Network.PrivateIPs = []netip.Addr{addr("10.0.0.1"), addr("10.0.0.3")} }},
		{"Network.PrivateIPs[1]", "10.0.0.1", func(s *spec) { s.Network.PrivateIPs = []netip.Addr{addr("10.0.0.2"), addr("10.0.0.1")} }},
		{"Network.PublicIP.BandwidthMbps", "0", func(s *spec) { s.Network.PublicIP = &provider.PublicIP{} }},
		{"Network.PublicIP.BandwidthMbps", "0", func(s *spec) {
			s.LaunchTemplate, s.Network.PublicIP = &provider.LaunchTemplateRef{ID: "lt-1"}, &provider.PublicIP{}
		}},
		{"Network.PublicIP.ChargeType", "prepaid", func(s *spec) {
			s.Network.PublicIP = &provider.PublicIP{BandwidthMbps: 1, ChargeType: provider.PrepaidBandwidth}
		}},
		{"Network.SecurityGroupIDs", `"17"`, func(s *spec) { s.Network.SecurityGroupIDs = make([]string, 17) }},
		{"Network.PrivateIPs", "exclude Interfaces", func(s *spec) {
			s.Network.PrivateIPs = []netip.Addr{addr("10.0.0.1"), addr("10.0.0.2")}
			s.Network.Interfaces = []provider.NetworkInterface{{SubnetID: "subnet-1"}}
		}},
		{"Network.IPv6Count", `"11"`, func(s *spec) { s.Network.IPv6Count = 11 }},
		{"Network.IPv6Addresses", `"11"`, func(s *spec) { s.Network.IPv6Addresses = make([]netip.Addr, 11) }},
		{"Network.PublicIP.BandwidthMbps", `"101"`, func(s *spec) { s.Network.PublicIP = &provider.PublicIP{BandwidthMbps: 101} }},
		{"Network.PublicIP.InboundMbps", `"201"`, func(s *spec) { s.Network.PublicIP = &provider.PublicIP{BandwidthMbps: 1, InboundMbps: 201} }},
		{"Network.Interfaces[0].SecurityGroupIDs", `"17"`, func(s *spec) {
			s.Network.Interfaces = []provider.NetworkInterface{{SecurityGroupIDs: make([]string, 17)}}
		}},
		{"Network.Interfaces[0].Name", `"x"`, func(s *spec) { s.Network.Interfaces = []provider.NetworkInterface{{Name: "x"}} }},
		{"Network.Interfaces[0].Description", "2 to 256", func(s *spec) { s.Network.Interfaces = []provider.NetworkInterface{{Description: "x"}} }},
		{"Network.Interfaces[0]", "must not be empty", func(s *spec) { s.Network.Interfaces = []provider.NetworkInterface{{}} }},
		{"Network.Interfaces[1]", "must not be empty", func(s *spec) {
			s.Network.Interfaces, s.Vendor = []provider.NetworkInterface{{Name: "nic"}, {}}, raw("NetworkInterface.1.InstanceType")
		}},
		{"Vendor.SecurityGroupID", `"sg-1"`, func(s *spec) {
			s.Network.SecurityGroupIDs, s.Vendor = []string{"sg-2"}, []provider.VendorOption{RunOptions{SecurityGroupID: "sg-1"}}
		}},
		{"Vendor.SecurityGroupID", "one form", func(s *spec) {
			s.Vendor = []provider.VendorOption{RunOptions{SecurityGroupID: "sg-1", Params: map[string]string{"SecurityGroupIds.1": "planted"}}}
		}},
		{`Vendor.Params["SecurityGroupId"]`, "one form", func(s *spec) {
			s.Network.SecurityGroupIDs, s.Vendor = []string{"sg-2"}, raw("SecurityGroupId")
		}},
		{"Vendor.InterfaceSecurityGroupIDs[0]", `"sg-1"`, func(s *spec) {
			s.Network.Interfaces = []provider.NetworkInterface{{SecurityGroupIDs: []string{"sg-2"}}}
			s.Vendor = []provider.VendorOption{RunOptions{InterfaceSecurityGroupIDs: []string{"sg-1"}}}
		}},
		{`Vendor.Params["NetworkInterface.1.SecurityGroupId"]`, "one form", func(s *spec) {
			s.Network.Interfaces = []provider.NetworkInterface{{SecurityGroupIDs: []string{"sg-2"}}}
			s.Vendor = raw("NetworkInterface.1.SecurityGroupId")
		}},
		{"Vendor.InterfaceSecurityGroupIDs", `"1"`, func(s *spec) {
			s.Vendor = []provider.VendorOption{RunOptions{InterfaceSecurityGroupIDs: []string{"sg-1"}}}
		}},
		{"Vendor.IoOptimized", `"yes"`, func(s *spec) { s.Vendor = []provider.VendorOption{RunOptions{IoOptimized: "yes"}} }},
		{`Vendor.Params["PasswordInherit"]`, "already", func(s *spec) {
			s.Vendor = []provider.VendorOption{RunOptions{SendFalse: true, Params: map[string]string{"PasswordInherit": "true"}}}
		}},
		{"Name", "at most 125", func(s *spec) { s.Name, s.UniqueSuffix = strings.Repeat("n", 126), true }},
		{"Name", "at most 124", func(s *spec) { s.Name, s.UniqueSuffix, s.Count = strings.Repeat("n", 125), true, 1000 }},
		{"HostName", "at most 61", func(s *spec) { s.HostName, s.UniqueSuffix = strings.Repeat("n", 62), true }},
		{"HostName", "at most 12", func(s *spec) { s.ImageID, s.HostName, s.UniqueSuffix = windows, strings.Repeat("n", 13), true }},
		{"Login.Password", "no other characters", func(s *spec) { s.Login.Password = "Planted 1!x" }},
		{"Login.Password", "no other characters", func(s *spec) { s.Login.Password = "Planted密1!" }},
		{"SystemDisk.SizeGiB", `"19"`, func(s *spec) { s.SystemDisk.SizeGiB = 19 }},
		{"DataDisks[0].SizeGiB", `"4"`, func(s *spec) { s.DataDisks = []provider.Disk{{SizeGiB: 4}} }},
		{"DeletionProtection", "on demand only", func(s *spec) { s.Billing.Mode, s.DeletionProtection = provider.Spot, true }},
		{"Placement.GroupID", `"ds-1"`, func(s *spec) {
			s.Placement = provider.Placement{GroupID: "ds-1", DedicatedHostIDs: []string{"dh-1"}}
		}},
		{"Placement.GroupID", `"ds-1"`, func(s *spec) { s.Billing.Mode, s.Placement.GroupID = provider.DedicatedHost, "ds-1" }},
		{"Placement.GroupID", `"ds-1"`, func(s *spec) { s.Placement = provider.Placement{GroupID: "ds-1", Tenancy: provider.HostTenancy} }},
		{`Tags["k"]`, "must not contain", func(s *spec) { s.Tags = map[string]string{"k": "see http://x"} }},
		{`Tags["k"]`, "https://x", func(s *spec) { s.Tags = map[string]string{"k": "https://x"} }},
		{"Network.Interfaces[0].PrivateIP", "2001:db8::1", func(s *spec) { s.Network.Interfaces = []provider.NetworkInterface{{PrivateIP: addr("2001:db8::1")}} }},
		{"DataDisks", `"17"`, func(s *spec) { s.DataDisks = disks(17) }},
		{"DataDisks[1].SizeGiB", "", func(s *spec) { s.DataDisks = []provider.Disk{{SizeGiB: 20}, {Type: "cloud"}} }},
		{"DataDisks[0].SizeGiB", "excludes SnapshotID", func(s *spec) { s.DataDisks = []provider.Disk{{SizeGiB: 20, SnapshotID: "s"}} }},
		{"DataDisks[0].Name", `"x"`, func(s *spec) { s.DataDisks = []provider.Disk{{SizeGiB: 20, Name: "x"}} }},
		{"DataDisks[0].Description", "2 to 256", func(s *spec) { s.DataDisks = []provider.Disk{{SizeGiB: 20, Description: "x"}} }},
		{"DataDisks[0].PerformanceLevel", "not for cloud_ssd", func(s *spec) {
			s.DataDisks = []provider.Disk{{SizeGiB: 20, Type: "cloud_ssd", PerformanceLevel: "PL1"}}
		}},
		{"SystemDisk.Name", `"x"`, func(s *spec) { s.SystemDisk.Name = "x" }},
		{"SystemDisk.Description", "http://", func(s *spec) { s.SystemDisk.Description = "http://x" }},
		{"SystemDisk.PerformanceLevel", "not for cloud", func(s *spec) { s.SystemDisk = provider.Disk{Type: "cloud", PerformanceLevel: "PL1"} }},
		{"Billing.Period", `"10"`, func(s *spec) { s.Billing = provider.Billing{Mode: provider.Prepaid, Period: 10} }},
		{"Billing.Period", `"5"`, func(s *spec) {
			s.Billing = provider.Billing{Mode: provider.Prepaid, Period: 5, PeriodUnit: provider.Week}
		}},
		{"Billing.AutoRenewPeriod", `"4"`, func(s *spec) {
			s.Billing = provider.Billing{Mode: provider.Prepaid, Period: 1, AutoRenew: new(true), AutoRenewPeriod: 4}
		}},
		{"Billing.AutoRenewPeriod", `"6"`, func(s *spec) {
			s.Billing = provider.Billing{Mode: provider.Prepaid, Period: 1, PeriodUnit: provider.Week, AutoRenew: new(true), AutoRenewPeriod: 6}
		}},
		{"Billing.Spot.DurationHours", `"2"`, func(s *spec) {
			s.Billing = provider.Billing{Mode: provider.Spot, Spot: provider.SpotOptions{DurationHours: new(2)}}
		}},
		{"AutoReleaseTime", "three years", func(s *spec) { s.AutoReleaseTime = time.Now().AddDate(3, 0, 2) }},
		{"Placement.Tenancy", "dedicated hosts", func(s *spec) {
			s.Placement = provider.Placement{Tenancy: provider.SharedTenancy, DedicatedHostIDs: []string{"dh-1"}}
		}},
		{"Placement.Affinity", "needs a dedicated host", func(s *spec) { s.Placement.Affinity = provider.HostAffinity }},
		{"Vendor.DeploymentSetGroupNo", "needs Placement.GroupID", func(s *spec) { s.Vendor = []provider.VendorOption{RunOptions{DeploymentSetGroupNo: 1}} }},
		{"Vendor.DeploymentSetGroupNo", "1 to 7", func(s *spec) {
			s.Placement.GroupID, s.Vendor = "ds-1", []provider.VendorOption{RunOptions{DeploymentSetGroupNo: 8}}
		}},
		{"Vendor.StorageSetPartitionNumber", "at least 1", func(s *spec) {
			s.Vendor = []provider.VendorOption{RunOptions{StorageSetID: "ss-1", StorageSetPartitionNumber: -1}}
		}},
		{"Billing.PeriodUnit", "year", func(s *spec) {
			s.Billing = provider.Billing{Mode: provider.Prepaid, Period: 1, PeriodUnit: provider.Year}
		}},
		{"Billing.PeriodUnit", "day", func(s *spec) {
			s.Billing = provider.Billing{Mode: provider.Prepaid, Period: 1, PeriodUnit: provider.Day}
		}},
		{"Billing.Spot.MaxPrice", "0.9701", func(s *spec) {
			s.Billing = provider.Billing{Mode: provider.Spot, Spot: provider.SpotOptions{MaxPrice: "0.9701"}}
		}},
		{"DeletionProtection", "", func(s *spec) {
			s.Billing, s.DeletionProtection = provider.Billing{Mode: provider.Prepaid, Period: 1}, true
		}},
		{"Placement.Tenancy", "shared", func(s *spec) { s.Billing.Mode, s.Placement.Tenancy = provider.DedicatedHost, provider.SharedTenancy }},
		{"Billing.Mode", "spot", func(s *spec) { s.Billing.Mode, s.Placement.Tenancy = provider.Spot, provider.HostTenancy }},
		{"Billing.Mode", "spot", func(s *spec) { s.Billing.Mode, s.Placement.DedicatedHostIDs = provider.Spot, []string{"dh-1"} }},
		{"Billing.Mode", "spot", func(s *spec) { s.Billing.Mode, s.Placement.DedicatedHostGroupID = provider.Spot, "g" }},
		{"Placement.DedicatedHostIDs", `"[dh-1 dh-2]"`, func(s *spec) { s.Placement.DedicatedHostIDs = []string{"dh-1", "dh-2"} }},
		{"Tags", `"21"`, func(s *spec) { s.Tags = manyTags }},
		{`Tags["aliyun-x"]`, "", func(s *spec) { s.Tags = map[string]string{"aliyun-x": ""} }},
		{`Tags["acs:x"]`, "", func(s *spec) { s.Tags = map[string]string{"acs:x": ""} }},
		{`Tags["x-http://y"]`, "", func(s *spec) { s.Tags = map[string]string{"x-http://y": ""} }},
		{`Tags["x-https://y"]`, "", func(s *spec) { s.Tags = map[string]string{"x-https://y": ""} }},
		{`Tags["kkk`, "at most 128", func(s *spec) { s.Tags = map[string]string{strings.Repeat("k", 129): ""} }},
		{`Tags["k"]`, "at most 128", func(s *spec) { s.Tags = map[string]string{"k": strings.Repeat("v", 129)} }},
		{"Vendor[0]", "aliyun.RunOptions", func(s *spec) { s.Vendor = []provider.VendorOption{impostor{}} }},
		{`Vendor.Params["ImageId"]`, "", func(s *spec) { s.Vendor = raw("ImageId") }},
		{`Vendor.Params["Amount"]`, "", func(s *spec) { s.Vendor = raw("Amount") }},
		{`Vendor.Params["DryRun"]`, "", func(s *spec) { s.Vendor = raw("DryRun") }},
		{`Vendor.Params["RegionId"]`, "", func(s *spec) { s.Vendor = raw("RegionId") }},
	} {
		err := testDriver(t, answering(200, "")).ValidateRun(with(tc.change))
		if !errors.Is(err, provider.ErrInvalid) {
			t.Errorf("%v: got error %v, want %v", tc.path, err, provider.ErrInvalid)
			continue
		}
		if !strings.HasPrefix(err.Error(), "aliyun: "+tc.path) {
			t.Errorf("%v: the error is %q, want it to begin with %q", tc.path, err.Error(), "aliyun: "+tc.path)
			continue
		}
		if !strings.Contains(err.Error(), tc.value) {
			t.Errorf("%v: the error is %q, want it to contain %q", tc.path, err.Error(), tc.value)
			continue
		}
		if strings.Contains(strings.ToLower(err.Error()), "plant") {
			t.Errorf("%s: the error shows a secret: %v", tc.path, err)
		}
	}
}

// TestOwnersTagsCount: the two tags that mark the instances of an owner go out with
// the others.
func TestOwnersTagsCount(t *testing.T) {
	sent := 0
	cfg := testConfig()
	cfg.Transport = roundTrip(func(*http.Request) (*http.Response, error) {
		sent++
		return respond(200, `{"RequestId":"r","InstanceIdSets":{"InstanceIdSet":["i-1"]}}`)
	})
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	for n, want := range map[int]string{18: "", 19: "RunOptions.Owner.Tags = \"21\"", 20: "RunOptions.Owner.Tags = \"22\""} {
		spec := *minimalSpec()
		spec.Tags = map[string]string{}
		for i := range n {
			spec.Tags[fmt.Sprint("tag-", i)] = ""
		}
		sent = 0
		op, err := c.RunInstances(t.Context(), spec, &provider.RunOptions{Owner: "team"})
		fits := want == ""
		if accepted := err == nil; accepted != fits {
			t.Errorf("%d tags and those of an owner: got error %v, want none: %v", n, err, fits)
		}
		if made := op != nil; made != fits {
			t.Errorf("%d tags and those of an owner: an operation: %v, want %v", n, made, fits)
		}
		if called := sent == 1; called != fits {
			t.Errorf("%d tags and those of an owner: %d calls, want one: %v", n, sent, fits)
		}
		if text := fmt.Sprint(err); !strings.Contains(text, want) {
			t.Errorf("%d tags and those of an owner: got error %q, want one about %q", n, text, want)
		}
		if _, err := c.RunInstances(t.Context(), spec, nil); err != nil {
			t.Errorf("%d tags without an owner: %v", n, err)
		}
	}
	bad := provider.RunOptions{Owner: "https://team"}
	if op, err := c.RunInstances(t.Context(), *minimalSpec(), &bad); op != nil {
		t.Errorf("op is %v, want nil", op)
	} else if !strings.Contains(fmt.Sprint(err), "RunOptions.Owner.Tags") {
		t.Errorf(`err is %q, want it to contain "RunOptions.Owner.Tags"`, fmt.Sprint(err))
	}
}

func disks(n int) []provider.Disk {
	out := make([]provider.Disk, n)
	for i := range out {
		out[i].SizeGiB = 20
	}
	return out
}

func TestValidateNamesEveryProblemAtOnce(t *testing.T) {
	err := testDriver(t, answering(200, "")).ValidateRun(&provider.RunInstancesSpec{Name: "x", DataDisks: disks(17)})
	for _, path := range []string{"ImageID", "InstanceType", "Name", "DataDisks"} {
		if err == nil {
			t.Errorf("the error does not name %s: got no error, want one", path)
		} else if !strings.Contains(err.Error(), "aliyun: "+path) {
			t.Errorf("the error does not name %s: the error is %q, want it to contain %q",
				path, err.Error(), "aliyun: "+path)
		}
	}
}

func TestValidateAcceptsWhatTheCloudTakes(t *testing.T) {
	type spec = provider.RunInstancesSpec
	for what, change := range map[string]func(*spec){
		"an image from a template":          func(s *spec) { s.ImageID, s.LaunchTemplate = "", &provider.LaunchTemplateRef{ID: "t"} },
		"a type from a template":            func(s *spec) { s.InstanceType, s.LaunchTemplate = "", &provider.LaunchTemplateRef{ID: "t"} },
		"an image of a family":              func(s *spec) { s.ImageID, s.Vendor = "", []provider.VendorOption{RunOptions{ImageFamily: "f"}} },
		"a raw image":                       func(s *spec) { s.ImageID, s.Vendor = "", raw("ImageId") },
		"a raw image family":                func(s *spec) { s.ImageID, s.Vendor = "", raw("ImageFamily") },
		"a raw type":                        func(s *spec) { s.InstanceType, s.Vendor = "", raw("InstanceType") },
		"numbered names":                    func(s *spec) { s.Name, s.HostName = "k8s-node-[1,4]-x", "k8s-node-[1,4]-ecshost" },
		"a number at the end of a host":     func(s *spec) { s.HostName = "h[1,4]" },
		"a numbered batch":                  func(s *spec) { s.Name, s.UniqueSuffix = "web", true },
		"the longest names":                 func(s *spec) { s.Name, s.Description = strings.Repeat("名", 128), strings.Repeat("n", 256) },
		"the longest host name":             func(s *spec) { s.HostName = strings.Repeat("h", 64) },
		"32 KB of user data":                func(s *spec) { s.UserData = make([]byte, 32<<10) },
		"a password of 8 and three classes": func(s *spec) { s.Login.Password = "EcsV587!" },
		"a password of 30":                  func(s *spec) { s.Login.Password = provider.Secret("Ab1" + strings.Repeat("x", 27)) },
		"16 data disks":                     func(s *spec) { s.DataDisks = disks(16) },
		"a disk from a snapshot":            func(s *spec) { s.DataDisks = []provider.Disk{{SnapshotID: "s"}} },
		"consecutive addresses":             func(s *spec) { s.Network.PrivateIPs = []netip.Addr{addr("10.0.0.255"), addr("10.0.1.0")} },
		"a price with three decimals": func(s *spec) {
			s.Billing = provider.Billing{Mode: provider.Spot, Spot: provider.SpotOptions{MaxPrice: "0.970"}}
		},
		"the last number of all":  func(s *spec) { s.Name, s.Count = "web-[999900,6]", 100 },
		"numbers without a start": func(s *spec) { s.Name, s.HostName = "web[,]", "web[,3]" },
		"a host name in segments": func(s *spec) { s.HostName = "a-1.b-2.c" },
		"the longest of Windows":  func(s *spec) { s.ImageID, s.HostName = windows, strings.Repeat("h", 15) },
		"16 security groups":      func(s *spec) { s.Network.SecurityGroupIDs = make([]string, 16) },
		"the widest bandwidths":   func(s *spec) { s.Network.PublicIP = &provider.PublicIP{BandwidthMbps: 100, InboundMbps: 200} },
		"5 years": func(s *spec) {
			s.Billing = provider.Billing{Mode: provider.Prepaid, Period: 60, AutoRenew: new(true), AutoRenewPeriod: 60}
		},
		"4 weeks": func(s *spec) {
			s.Billing = provider.Billing{Mode: provider.Prepaid, Period: 4, PeriodUnit: provider.Week, AutoRenew: new(true), AutoRenewPeriod: 3}
		},
		"a release long ago":       func(s *spec) { s.AutoReleaseTime = time.Now().AddDate(-1, 0, 0) }, // of an operation that is resumed
		"a release soon":           func(s *spec) { s.AutoReleaseTime = time.Now().Add(30 * time.Minute) },
		"a release in three years": func(s *spec) { s.AutoReleaseTime = time.Now().AddDate(3, 0, 0) },
		"a partition of a set": func(s *spec) {
			s.Placement.GroupID, s.Vendor = "ds-1", []provider.VendorOption{RunOptions{DeploymentSetGroupNo: 7}}
		},
		"one group by the older parameter": func(s *spec) {
			s.Vendor = []provider.VendorOption{RunOptions{SecurityGroupID: "sg-1"}}
		},
		"one group of an interface by it": func(s *spec) {
			s.Network.Interfaces = []provider.NetworkInterface{{}}
			s.Vendor = []provider.VendorOption{RunOptions{InterfaceSecurityGroupIDs: []string{"sg-1"}}}
		},
		"groups of the instance in one form, of the interface in the other": func(s *spec) {
			s.Network.SecurityGroupIDs, s.Network.Interfaces = []string{"sg-2"}, []provider.NetworkInterface{{SubnetID: "vsw-1"}}
			s.Vendor = []provider.VendorOption{RunOptions{InterfaceSecurityGroupIDs: []string{"sg-1"}}}
		},
		"another charge for a template's bandwidth": func(s *spec) {
			s.LaunchTemplate, s.Network.PublicIP = &provider.LaunchTemplateRef{ID: "lt-1"}, &provider.PublicIP{ChargeType: provider.PayByTraffic}
		},
		"a disk whose size a template gives": func(s *spec) {
			s.LaunchTemplate, s.DataDisks = &provider.LaunchTemplateRef{ID: "lt-1"}, []provider.Disk{{Type: "cloud_ssd"}}
		},
		"a disk of the template's kind": func(s *spec) {
			s.LaunchTemplate, s.SystemDisk.SizeGiB = &provider.LaunchTemplateRef{ID: "lt-1"}, 1
		},
		"a raw size": func(s *spec) {
			s.DataDisks, s.Vendor = []provider.Disk{{Type: "cloud_ssd"}}, raw("DataDisk.1.Size")
		},
		"every special character": func(s *spec) { s.Login.Password = "Aa()`~!@#$%^&*-_+=|{}[]:;'<>" },
		"names that begin with a digit": func(s *spec) {
			s.Name, s.SystemDisk.Name = "1st", "1st"
			s.DataDisks = []provider.Disk{{SizeGiB: 40, Name: "1st"}}
			s.Network.Interfaces = []provider.NetworkInterface{{Name: "1st"}}
		},
		"special characters of newer documents": func(s *spec) { s.Login.Password = "Aaaaa1\"\\" },
		"as many interfaces as the type takes": func(s *spec) {
			s.Network.Interfaces = []provider.NetworkInterface{{Name: "nic"}, {Name: "nic"}, {Name: "nic"}}
		},
		"the ID of the instance in a host name": func(s *spec) { s.HostName = "k8s-${instance_id}" },
		"the ID alone as a host name":           func(s *spec) { s.HostName = "${instance_id}" },
		"the ID inside a numbered host name":    func(s *spec) { s.HostName = "k8s-${instance_id}-[1,4]" },
		"the other special characters":          func(s *spec) { s.Login.Password = "Aaaaaa,.?/" },
		"the longest numbered names":            func(s *spec) { s.Name, s.UniqueSuffix, s.Count = strings.Repeat("n", 125), true, 999 },
		"the longest numbered host name":        func(s *spec) { s.HostName, s.UniqueSuffix = strings.Repeat("n", 61), true },
		"the longest numbered one of Windows":   func(s *spec) { s.ImageID, s.HostName, s.UniqueSuffix = windows, strings.Repeat("n", 12), true },
		"no optimization":                       func(s *spec) { s.Vendor = []provider.VendorOption{RunOptions{IoOptimized: "none"}} },
		"the smallest of any kind": func(s *spec) {
			s.SystemDisk.SizeGiB, s.DataDisks = 20, []provider.Disk{{SizeGiB: 5}}
		},
		"a small disk of a level": func(s *spec) { s.SystemDisk = provider.Disk{PerformanceLevel: "PL0", SizeGiB: 1} },
		"a primary interface among two": func(s *spec) {
			s.Network.Interfaces, s.Vendor = []provider.NetworkInterface{{Name: "n1"}, {Name: "n2"}}, raw("NetworkInterface.2.InstanceType")
		},
		"a set on hardware that is shared": func(s *spec) { s.Placement = provider.Placement{GroupID: "ds-1", Tenancy: provider.SharedTenancy} },
		"a set of a template": func(s *spec) {
			s.LaunchTemplate, s.Vendor = &provider.LaunchTemplateRef{ID: "lt-1"}, []provider.VendorOption{RunOptions{DeploymentSetGroupNo: 1}}
		},
		"a tie to a host": func(s *spec) {
			s.Placement = provider.Placement{Tenancy: provider.HostTenancy, Affinity: provider.HostAffinity}
		},
		"protection of on-demand":  func(s *spec) { s.DeletionProtection = true },
		"the longest tag":          func(s *spec) { s.Tags = map[string]string{strings.Repeat("键", 128): strings.Repeat("值", 128)} },
		"options of another cloud": func(s *spec) { s.Vendor = []provider.VendorOption{otherOptions{}, nil} },
	} {
		if err := testDriver(t, answering(200, "")).ValidateRun(with(change)); err != nil {
			t.Errorf("%s is refused: %v", what, err)
		}
	}
}

// TestDiskSizes: the range of each documented kind, and nothing about others.
func TestDiskSizes(t *testing.T) {
	for _, tc := range []struct {
		kind, level  string
		system, data [2]int // least and most GiB
	}{
		{kind: "cloud", system: [2]int{20, 500}, data: [2]int{5, 2000}},
		{kind: "ephemeral_ssd", system: [2]int{20, 500}, data: [2]int{5, 800}},
		{kind: "cloud_efficiency", system: [2]int{20, 2048}, data: [2]int{20, 32768}},
		{kind: "cloud_ssd", system: [2]int{20, 2048}, data: [2]int{20, 32768}},
		{kind: "cloud_essd", system: [2]int{20, 2048}, data: [2]int{20, 65536}},
		{kind: "cloud_essd", level: "PL0", system: [2]int{1, 2048}, data: [2]int{1, 65536}},
		{kind: "cloud_essd", level: "PL1", system: [2]int{20, 2048}, data: [2]int{20, 65536}},
		{kind: "cloud_essd", level: "PL2", system: [2]int{461, 2048}, data: [2]int{461, 65536}},
		{kind: "cloud_essd", level: "PL3", system: [2]int{1261, 2048}, data: [2]int{1261, 65536}},
		{kind: "cloud_new", level: "PL9", system: [2]int{1, 1 << 20}, data: [2]int{1, 1 << 20}},
		{system: [2]int{20, 2048}, data: [2]int{5, 65536}},
	} {
		check := func(size int, field string, limits [2]int, set func(*provider.RunInstancesSpec, provider.Disk)) {
			t.Helper()
			err := testDriver(t, answering(200, "")).ValidateRun(with(func(s *provider.RunInstancesSpec) {
				set(s, provider.Disk{Type: tc.kind, PerformanceLevel: tc.level, SizeGiB: size})
			}))
			fits := size >= limits[0] && size <= limits[1]
			if accepted := err == nil; accepted != fits {
				t.Errorf("%d GiB of %s %s as %s: got error %v, want none: %v", size, tc.kind, tc.level, field, err, fits)
			}
			if err != nil && !strings.Contains(err.Error(), field+".SizeGiB = ") {
				t.Errorf("%d GiB of %s %s as %s: got error %v, want one about SizeGiB", size, tc.kind, tc.level, field, err)
			}
		}
		for _, d := range []int{-1, 0} {
			for _, size := range []int{tc.system[0] + d, tc.system[1] - d} {
				if size > 0 && size <= 1<<20 {
					check(size, "SystemDisk", tc.system, func(s *provider.RunInstancesSpec, d provider.Disk) { s.SystemDisk = d })
				}
			}
			for _, size := range []int{tc.data[0] + d, tc.data[1] - d} {
				if size > 0 && size <= 1<<20 {
					check(size, "DataDisks[0]", tc.data, func(s *provider.RunInstancesSpec, d provider.Disk) { s.DataDisks = []provider.Disk{d} })
				}
			}
		}
	}
}

func TestValidateChangesNothing(t *testing.T) {
	s := onDemandSpec()
	if err := testDriver(t, answering(200, "")).ValidateRun(s); err != nil {
		t.Fatal(err)
	}
	if got, want := sent(t, s), sent(t, onDemandSpec()); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Error("validation changed the spec")
	}
}
