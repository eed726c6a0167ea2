package aliyun

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
)

// with returns a valid spec with one change.
func with(change func(*provider.RunInstancesSpec)) *provider.RunInstancesSpec {
	s := minimalSpec()
	change(s)
	return s
}

type impostor struct{}

func (impostor) VendorName() string { return Name }

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
		{"ImageID", "", func(s *spec) { s.ImageID = "" }},
		{"InstanceType", "", func(s *spec) { s.InstanceType = "" }},
		{"UserData", "", func(s *spec) { s.UserData = make([]byte, 32<<10+1) }},
		{"Name", `"x"`, func(s *spec) { s.Name = "x" }},
		{"Name", "2 to 128", func(s *spec) { s.Name = strings.Repeat("n", 129) }},
		{"Name", "http://", func(s *spec) { s.Name = "http://name" }},
		{"Description", `"x"`, func(s *spec) { s.Description = "x" }},
		{"Description", "2 to 256", func(s *spec) { s.Description = strings.Repeat("n", 257) }},
		{"Description", "https://", func(s *spec) { s.Description = "https://name" }},
		{"HostName", `"h"`, func(s *spec) { s.HostName = "h" }},
		{"HostName", "2 to 64", func(s *spec) { s.HostName = strings.Repeat("n", 65) }},
		{"HostName", "-host", func(s *spec) { s.HostName = "-host" }},
		{"HostName", "host.", func(s *spec) { s.HostName = "host." }},
		{"UniqueSuffix", "", func(s *spec) { s.Name, s.UniqueSuffix = "web-[1,4]", true }},
		{"UniqueSuffix", "", func(s *spec) { s.HostName, s.UniqueSuffix = "web-[,]", true }},
		{"Login.Password", "8 to 30", func(s *spec) { s.Login.Password = "Plant-1" }},
		{"Login.Password", "8 to 30", func(s *spec) { s.Login.Password = provider.Secret("Plant-1" + strings.Repeat("x", 24)) }},
		{"Login.Password", "three of", func(s *spec) { s.Login.Password = "plantedpass1" }},
		{"Login.Password", "three of", func(s *spec) { s.Login.Password = "PLANTEDPASS!" }},
		{"Login.KeyPairs", `"2"`, func(s *spec) { s.Login.KeyPairs = []string{"k1", "k2"} }},
		{"Network.PrivateIPs[1]", "10.0.0.3", func(s *spec) { s.Network.PrivateIPs = []netip.Addr{addr("10.0.0.1"), addr("10.0.0.3")} }},
		{"Network.PrivateIPs[1]", "10.0.0.1", func(s *spec) { s.Network.PrivateIPs = []netip.Addr{addr("10.0.0.2"), addr("10.0.0.1")} }},
		{"Network.PublicIP.BandwidthMbps", "0", func(s *spec) { s.Network.PublicIP = &provider.PublicIP{} }},
		{"Network.PublicIP.ChargeType", "prepaid", func(s *spec) {
			s.Network.PublicIP = &provider.PublicIP{BandwidthMbps: 1, ChargeType: provider.PrepaidBandwidth}
		}},
		{"Network.Interfaces[1]", "", func(s *spec) { s.Network.Interfaces = []provider.NetworkInterface{{Name: "nic"}, {}} }},
		{"Network.Interfaces[0].PrivateIP", "2001:db8::1", func(s *spec) { s.Network.Interfaces = []provider.NetworkInterface{{PrivateIP: addr("2001:db8::1")}} }},
		{"DataDisks", `"17"`, func(s *spec) { s.DataDisks = disks(17) }},
		{"DataDisks[1].SizeGiB", "", func(s *spec) { s.DataDisks = []provider.Disk{{SizeGiB: 20}, {Type: "cloud"}} }},
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
		{"Placement.DedicatedHostIDs", `"2"`, func(s *spec) { s.Placement.DedicatedHostIDs = []string{"dh-1", "dh-2"} }},
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
		if !errors.Is(err, provider.ErrInvalid) || !strings.HasPrefix(err.Error(), "aliyun: "+tc.path) || !strings.Contains(err.Error(), tc.value) {
			t.Errorf("got %v, want an error about %s that shows %s", err, tc.path, tc.value)
			continue
		}
		if strings.Contains(strings.ToLower(err.Error()), "plant") {
			t.Errorf("%s: the error shows a secret: %v", tc.path, err)
		}
	}
}

func raw(name string) []provider.VendorOption {
	return []provider.VendorOption{&RunOptions{Params: map[string]string{name: "planted-raw"}}}
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
		if err == nil || !strings.Contains(err.Error(), "aliyun: "+path) {
			t.Errorf("the error does not name %s: %v", path, err)
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
		"protection of on-demand":  func(s *spec) { s.DeletionProtection = true },
		"the longest tag":          func(s *spec) { s.Tags = map[string]string{strings.Repeat("键", 128): strings.Repeat("值", 128)} },
		"options of another cloud": func(s *spec) { s.Vendor = []provider.VendorOption{otherOptions{}, nil} },
	} {
		if err := testDriver(t, answering(200, "")).ValidateRun(with(change)); err != nil {
			t.Errorf("%s is refused: %v", what, err)
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
