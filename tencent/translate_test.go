package tencent

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"github.com/yunfan-cloud/yunfan/internal/overhead"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/tencent/internal/tree"
)

var update = flag.Bool("update", false, "rewrite the golden requests")

// The sentinels are all different, so that a value in the wrong place shows.
func fullSpecs() map[string]*provider.RunInstancesSpec {
	return map[string]*provider.RunInstancesSpec{
		"minimal":        bare(),
		"on-demand":      onDemandSpec(),
		"prepaid":        prepaidSpec(),
		"spot":           spotSpec(),
		"spot-market":    spotMarketSpec(),
		"dedicated-host": dedicatedHostSpec(),
		"template":       templateSpec(),
		"raw":            rawSpec(),
		"no-notice":      noNoticeSpec(),
		"cluster":        clusterSpec(),
		"example-1":      examples()[0].spec,
		"example-2":      examples()[1].spec,
		"example-3":      examples()[2].spec,
		"example-4":      examples()[3].spec,
		"example-5":      examples()[4].spec,
	}
}

func onDemandSpec() *provider.RunInstancesSpec {
	return &provider.RunInstancesSpec{
		Region:       "region-9",
		Zone:         "zone-2",
		Count:        3,
		MinCount:     2,
		ImageID:      "img-2",
		InstanceType: "S5.TYPE2",
		CPUOptions:   provider.CPUOptions{Cores: 21, ThreadsPerCore: 1},
		Name:         "name-2",
		HostName:     "host-2",
		UniqueSuffix: true,
		Login:        provider.Login{Password: "Password<2>&"},
		Network: provider.Network{
			VPCID:            "vpc-2",
			SubnetID:         "subnet-2",
			SecurityGroupIDs: []string{"sg-21", "sg-22"},
			PrivateIPs:       []netip.Addr{netip.MustParseAddr("10.2.0.1"), netip.MustParseAddr("10.2.0.2"), netip.MustParseAddr("10.2.0.3")},
			IPv6Count:        23,
			PublicIP:         &provider.PublicIP{BandwidthMbps: 24, ChargeType: provider.PayByTraffic},
		},
		SystemDisk: provider.Disk{Type: "CLOUD_SYS2", SizeGiB: 25, Name: "sys-2", Encrypted: true, KMSKeyID: "kms-20"},
		DataDisks: []provider.Disk{
			{Type: "CLOUD_DATA21", SizeGiB: 260, Name: "data-21", SnapshotID: "snap-21", Encrypted: true, KMSKeyID: "kms-21", DeleteWithInstance: new(false)},
			{Type: "CLOUD_DATA22", SizeGiB: 270, Name: "data-22", DeleteWithInstance: new(true)},
		},
		Billing:            provider.Billing{Mode: provider.OnDemand},
		Placement:          provider.Placement{GroupID: "ps-2", HPCClusterID: "hpc-2"},
		Tags:               map[string]string{"tag-b": "value-b", "tag-a": "value-a", "tag-empty": ""},
		UserData:           []byte("#!/bin/sh\necho 2\n"),
		RoleName:           "role-2",
		ProjectID:          "28",
		SecurityAgent:      new(false),
		MonitorAgent:       new(true),
		DeletionProtection: true,
		AutoReleaseTime:    time.Date(2031, 2, 3, 12, 5, 6, 700, time.FixedZone("CST", 8*3600)),
		DryRun:             true,
		ClientToken:        "token-2",
		Vendor: []provider.VendorOption{RunOptions{
			BandwidthPackageID:           "bwp-2",
			InternetServiceProvider:      "ISP2",
			IPv4AddressType:              "Type4-2",
			IPv6AddressType:              "Type6-2",
			AntiDDoSPackageID:            "bgp-2",
			AsVPCGateway:                 true,
			AutomationAgent:              new(false),
			PartitionNumber:              29,
			DedicatedClusterID:           "cluster-2",
			DedicatedResourcePackTenancy: "Pool2",
			DedicatedResourcePackIDs:     []string{"rpp-21", "rpp-22"},
			CHCIDs:                       []string{"chc-21", "chc-22"},
			JumboFrame:                   new(false),
			Metadata:                     map[string]string{"key-b": "item-b", "key-a": "item-a", "key_empty": ""},
			SystemDisk:                   SystemDiskOptions{CDCID: "cdc-20"},
			DataDisks:                    []DataDiskOptions{{CDCID: "cdc-21", ThroughputMiBps: 211, BurstPerformance: new(true)}, {BurstPerformance: new(false)}},
		}},
	}
}

func prepaidSpec() *provider.RunInstancesSpec {
	return &provider.RunInstancesSpec{
		Zone:         "zone-3",
		Count:        1,
		MinCount:     1,
		ImageID:      "img-3",
		InstanceType: "S5.TYPE3",
		Name:         "name-3",
		Login:        provider.Login{KeyPairs: []string{"skey-31", "skey-32"}},
		Network: provider.Network{
			PublicIP: &provider.PublicIP{BandwidthMbps: 31, ChargeType: provider.PrepaidBandwidth},
		},
		SystemDisk:    provider.Disk{SizeGiB: 32},
		DataDisks:     []provider.Disk{{SizeGiB: 330}},
		Billing:       provider.Billing{Mode: provider.Prepaid, Period: 3, PeriodUnit: provider.Year, AutoRenew: new(true)},
		ProjectID:     "0",
		SecurityAgent: new(true),
		ClientToken:   "token-3",
	}
}

func spotSpec() *provider.RunInstancesSpec {
	return &provider.RunInstancesSpec{
		Zone:         "zone-4",
		Count:        4,
		MinCount:     4,
		ImageID:      "img-4",
		InstanceType: "S5.TYPE4",
		HostName:     "host-4",
		UniqueSuffix: true,
		Login:        provider.Login{KeepImageLogin: true},
		Network: provider.Network{
			PublicIP: &provider.PublicIP{BandwidthMbps: 41, ChargeType: provider.PayByBandwidth},
		},
		Billing:      provider.Billing{Mode: provider.Spot, Spot: provider.SpotOptions{Strategy: provider.SpotPriceLimit, MaxPrice: "0.4200"}},
		MonitorAgent: new(false),
		ClientToken:  "token-4",
	}
}

func spotMarketSpec() *provider.RunInstancesSpec {
	spec := bare()
	spec.Billing = provider.Billing{Mode: provider.Spot, Spot: provider.SpotOptions{Strategy: provider.SpotMarketPrice}}
	return spec
}

func dedicatedHostSpec() *provider.RunInstancesSpec {
	return &provider.RunInstancesSpec{
		Zone:         "zone-5",
		Count:        1,
		MinCount:     1,
		ImageID:      "img-5",
		InstanceType: "CDH_5C6G",
		Network: provider.Network{
			PublicIP: &provider.PublicIP{BandwidthMbps: 51, ChargeType: provider.BandwidthPackage},
		},
		Billing:     provider.Billing{Mode: provider.DedicatedHost},
		Placement:   provider.Placement{DedicatedHostIDs: []string{"host-51", "host-52"}},
		ClientToken: "token-5",
		Vendor:      []provider.VendorOption{&RunOptions{AutomationAgent: new(true)}},
	}
}

func noNoticeSpec() *provider.RunInstancesSpec {
	spec := bare()
	spec.Billing = provider.Billing{Mode: provider.Prepaid, Period: 8}
	spec.Vendor = []provider.VendorOption{RunOptions{NoExpiryNotice: true}}
	return spec
}

func clusterSpec() *provider.RunInstancesSpec {
	spec := bare()
	spec.DataDisks = []provider.Disk{{SizeGiB: 910}, {SizeGiB: 920, Encrypted: true}, {SizeGiB: 930}}
	spec.Network = provider.Network{VPCID: "vpc-9", SubnetID: "subnet-9", SecurityGroupIDs: []string{"sg-90"}}
	spec.Network.Interfaces = []provider.NetworkInterface{
		{SubnetID: "subnet-91", SecurityGroupIDs: []string{"sg-91", "sg-92"}}, {SubnetID: "subnet-93"},
	}
	spec.Vendor = []provider.VendorOption{RunOptions{
		PrimaryIPv4Count: 7, Interfaces: []InterfaceOptions{{ID: "eni-9", IPv4Count: 8}, {DeleteWithInstance: new(false)}},
		InstanceChargeType: "CDCPAID", DedicatedClusterID: "cluster-9", JumboFrame: new(true), SendFalse: true,
		SystemDisk: SystemDiskOptions{CDCID: "cdc-90"}, DataDisks: []DataDiskOptions{{}, {ThroughputMiBps: 92}},
	}}
	return spec
}

func templateSpec() *provider.RunInstancesSpec {
	return &provider.RunInstancesSpec{
		Count:          2,
		MinCount:       2,
		LaunchTemplate: &provider.LaunchTemplateRef{ID: "lt-6", Version: 6},
		ClientToken:    "token-6",
	}
}

func rawSpec() *provider.RunInstancesSpec {
	spec := bare()
	spec.ProjectID = "9007199254740993" // more digits than a float64 keeps
	spec.DataDisks = []provider.Disk{{SizeGiB: 710}}
	spec.Vendor = []provider.VendorOption{RunOptions{Params: map[string]string{
		"DataDisks.0.ThroughputPerformance": "72",
		"DataDisks.1.DiskSize":              "73",
		"DataDisks.1.BurstPerformance":      "true",
		"EnableJumboFrame":                  "TRUE",
		"InstanceChargeType":                "CDCPAID",
		"Metadata":                          `{"Items":[{"Key":"k-7","Value":"7"}]}`,
		"Placement.RackId":                  `"74"`,
		"PartitionNumber":                   "12345678901234567890",
		"ChcIds.0":                          "chc-7",
		"VirtualPrivateCloud.AsVpcGateway":  "null",
	}}}
	return spec
}

// golden is what a golden file holds: the request on the wire, without what
// changes from call to call.
func golden(t *testing.T, spec *provider.RunInstancesSpec) []byte {
	t.Helper()
	r := &recorder{body: `{"Response":{"InstanceIdSet":["ins-1"],"RequestId":"req-1"}}`}
	if _, err := testDriver(t, r).RunInstances(t.Context(), spec); err != nil {
		t.Fatal(err)
	}
	params := map[string]any{}
	dec := json.NewDecoder(strings.NewReader(r.texts[0]))
	dec.UseNumber()
	if err := dec.Decode(&params); err != nil {
		t.Fatal(err)
	}
	params["Region"] = r.reqs[0].Header.Get("X-TC-Region")
	out, err := json.MarshalIndent(map[string]any{"host": r.reqs[0].Host, "action": r.reqs[0].Header.Get("X-TC-Action"), "params": params}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(out, '\n')
}

func TestRunRequestOnTheWire(t *testing.T) {
	for name, spec := range fullSpecs() {
		t.Run(name, func(t *testing.T) {
			got := golden(t, spec)
			file := filepath.Join("testdata", "run", name+".json")
			if *update {
				if err := os.WriteFile(file, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != string(want) {
				t.Errorf("the request differs from %s (rewrite with -update if that is meant):\n%s", file, got)
			}
		})
	}
}

// Specs of the goldens are real ones: they pass every check that a caller's must.
func TestGoldenSpecsAreValid(t *testing.T) {
	d := testDriver(t, nil)
	for name, spec := range fullSpecs() {
		for _, err := range []error{spec.Validate(), d.Support().Check(spec), d.ValidateRun(spec)} {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

type example struct {
	spec  *provider.RunInstancesSpec
	query []string // the parameters of the example, as documented
}

// examples are the five of the documentation of RunInstances. They carry neither
// ClientToken nor, in the first one, InstanceCount.
func examples() []example {
	base := func(mode provider.BillingMode, instanceType string) *provider.RunInstancesSpec {
		return &provider.RunInstancesSpec{
			Zone: "ap-guangzhou-2", ImageID: "img-pmqg1cw7", InstanceType: instanceType, Count: 1, MinCount: 1, Name: "QCLOUD-TEST",
			Login:         provider.Login{Password: "Qcloud@TestApi123++"},
			Network:       provider.Network{PublicIP: &provider.PublicIP{BandwidthMbps: 10, ChargeType: provider.PayByTraffic}},
			SystemDisk:    provider.Disk{Type: "LOCAL_BASIC", SizeGiB: 50},
			DataDisks:     []provider.Disk{{Type: "LOCAL_BASIC", SizeGiB: 100}},
			Billing:       provider.Billing{Mode: mode},
			SecurityAgent: new(true), MonitorAgent: new(true), ClientToken: "token-1",
		}
	}
	common := []string{
		"Placement.Zone=ap-guangzhou-2", "ImageId=img-pmqg1cw7", "SystemDisk.DiskType=LOCAL_BASIC", "SystemDisk.DiskSize=50",
		"DataDisks.0.DiskType=LOCAL_BASIC", "DataDisks.0.DiskSize=100", "InternetAccessible.InternetChargeType=TRAFFIC_POSTPAID_BY_HOUR",
		"InternetAccessible.InternetMaxBandwidthOut=10", "InternetAccessible.PublicIpAssigned=TRUE", "InstanceName=QCLOUD-TEST",
		"LoginSettings.Password=Qcloud@TestApi123++", "EnhancedService.SecurityService.Enabled=TRUE",
		"EnhancedService.MonitorService.Enabled=TRUE", "InstanceCount=1",
	}
	with := func(more ...string) []string { return append(more, common...) }
	prepaid := base(provider.Prepaid, "S1.SMALL1")
	prepaid.Billing.Period, prepaid.Billing.AutoRenew = 1, new(true)
	host := base(provider.DedicatedHost, "CDH_1C1G")
	host.Placement.DedicatedHostIDs = []string{"host-q88gab4i"}
	fixed := &provider.RunInstancesSpec{
		Zone: "ap-hongkong-1", ImageID: "img-dkwyg6sr", InstanceType: "S1.SMALL2", Count: 2, MinCount: 2,
		Network: provider.Network{
			VPCID: "vpc-1urkhbj4", SubnetID: "subnet-dcs9x3gz",
			PrivateIPs: []netip.Addr{netip.MustParseAddr("10.0.0.18"), netip.MustParseAddr("10.0.0.19")},
		},
		SystemDisk: provider.Disk{Type: "CLOUD_BASIC", SizeGiB: 50}, ClientToken: "token-1",
	}
	return []example{
		{
			&provider.RunInstancesSpec{Zone: "ap-guangzhou-2", ImageID: "img-pmqg1cw7", ClientToken: "token-1"},
			[]string{"Placement.Zone=ap-guangzhou-2", "ImageId=img-pmqg1cw7", "InstanceCount=1"},
		},
		{prepaid, with("InstanceType=S1.SMALL1", "InstanceChargeType=PREPAID", "InstanceChargePrepaid.Period=1", "InstanceChargePrepaid.RenewFlag=NOTIFY_AND_AUTO_RENEW")},
		{base(provider.OnDemand, "S2.SMALL1"), with("InstanceType=S2.SMALL1", "InstanceChargeType=POSTPAID_BY_HOUR")},
		{host, with("InstanceType=CDH_1C1G", "InstanceChargeType=CDHPAID", "Placement.HostIds.0=host-q88gab4i")},
		{fixed, []string{
			"InstanceType=S1.SMALL2", "SystemDisk.DiskType=CLOUD_BASIC", "SystemDisk.DiskSize=50", "Placement.Zone=ap-hongkong-1",
			"ImageId=img-dkwyg6sr", "VirtualPrivateCloud.SubnetId=subnet-dcs9x3gz", "VirtualPrivateCloud.VpcId=vpc-1urkhbj4",
			"VirtualPrivateCloud.PrivateIpAddresses.0=10.0.0.18", "VirtualPrivateCloud.PrivateIpAddresses.1=10.0.0.19", "InstanceCount=2",
		}},
	}
}

func TestDocumentedExamplesComeOutAsDocumented(t *testing.T) {
	for i, e := range examples() {
		r := &recorder{body: oneServer}
		if _, err := testDriver(t, r).RunInstances(t.Context(), e.spec); err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		tree.Flatten(got, "", any(r.sent[0]))
		delete(got, "ClientToken")
		want := map[string]string{}
		for _, pair := range e.query {
			k, v, _ := strings.Cut(pair, "=")
			want[k] = strings.ReplaceAll(v, "TRUE", "true") // JSON has real booleans
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("example %d:\ngot  %v\nwant %v", i+1, got, want)
		}
	}
}

func TestRenewal(t *testing.T) {
	for _, c := range []struct {
		renew *bool
		unit  provider.PeriodUnit
		want  string
	}{
		{nil, "", `{"Period":5}`},
		{new(true), provider.Month, `{"Period":5,"RenewFlag":"NOTIFY_AND_AUTO_RENEW"}`},
		{new(false), provider.Year, `{"Period":60,"RenewFlag":"NOTIFY_AND_MANUAL_RENEW"}`},
	} {
		req := cvm.NewRunInstancesRequest()
		billing := provider.Billing{Mode: provider.Prepaid, Period: 5, PeriodUnit: c.unit, AutoRenew: c.renew}
		translateBilling(req, &provider.RunInstancesSpec{Billing: billing})
		if got, _ := json.Marshal(req.InstanceChargePrepaid); string(got) != c.want {
			t.Errorf("prepaid is %s, want %s", got, c.want)
		}
	}
}

// Each of these alone must bring its container along.
func TestOneFieldAloneIsSent(t *testing.T) {
	addr := netip.MustParseAddr("10.0.0.9")
	for want, set := range map[string]func(*provider.RunInstancesSpec){
		"Placement.Zone":                           func(s *provider.RunInstancesSpec) { s.Zone = "z" },
		"Placement.ProjectId":                      func(s *provider.RunInstancesSpec) { s.ProjectID = "7" },
		"Placement.HostIds.0":                      func(s *provider.RunInstancesSpec) { s.Placement.DedicatedHostIDs = []string{"h"} },
		"VirtualPrivateCloud.VpcId":                func(s *provider.RunInstancesSpec) { s.Network.VPCID = "v" },
		"VirtualPrivateCloud.SubnetId":             func(s *provider.RunInstancesSpec) { s.Network.SubnetID = "s" },
		"VirtualPrivateCloud.PrivateIpAddresses.0": func(s *provider.RunInstancesSpec) { s.Network.PrivateIPs = []netip.Addr{addr} },
		"VirtualPrivateCloud.Ipv6AddressCount":     func(s *provider.RunInstancesSpec) { s.Network.IPv6Count = 1 },
		"InternetAccessible.PublicIpAssigned":      func(s *provider.RunInstancesSpec) { s.Network.PublicIP = &provider.PublicIP{} },
		"SystemDisk.DiskType":                      func(s *provider.RunInstancesSpec) { s.SystemDisk.Type = "t" },
		"CpuTopology.CoreCount":                    func(s *provider.RunInstancesSpec) { s.CPUOptions.Cores = 1 },
		"CpuTopology.ThreadPerCore":                func(s *provider.RunInstancesSpec) { s.CPUOptions.ThreadsPerCore = 1 },
		"LaunchTemplate.LaunchTemplateId":          func(s *provider.RunInstancesSpec) { s.LaunchTemplate = &provider.LaunchTemplateRef{ID: "lt"} },
	} {
		spec := &provider.RunInstancesSpec{}
		set(spec)
		got, err := testDriver(t, nil).PreviewRun(spec)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := got.Params[want]; !ok {
			t.Errorf("%v: not found", want)
		} else if len(got.Params) != 3 {
			t.Errorf("%v: len(Params) is %d, want 3", want, len(got.Params))
		}
	}
}

func TestPreviewIsTheRequestWithoutItsSecrets(t *testing.T) {
	spec := onDemandSpec()
	spec.Vendor = []provider.VendorOption{RunOptions{Params: map[string]string{"Metadata": `{"Items":[{"Value":"planted"}]}`}}}
	got, err := testDriver(t, nil).PreviewRun(spec)
	if err != nil {
		t.Fatal(err)
	}
	if got.Driver != "tencent" {
		t.Errorf(`Driver is %q, want "tencent"`, got.Driver)
	}
	if got.Action != "RunInstances" {
		t.Errorf(`Action is %q, want "RunInstances"`, got.Action)
	}
	if got.Host != "cvm.tencentcloudapi.com" {
		t.Errorf(`Host is %q, want "cvm.tencentcloudapi.com"`, got.Host)
	}
	for name, want := range map[string]string{
		"Region": "region-9", "InstanceCount": "3", "DataDisks.1.DiskSize": "270", "SecurityGroupIds.1": "sg-22",
		"EnhancedService.MonitorService.Enabled": "true", "LoginSettings.Password": "[redacted]", "UserData": "[redacted]",
		"Metadata.Items.0.Value": "[redacted]", "TagSpecification.0.Tags.1.Key": "tag-b",
	} {
		if got.Params[name] != want {
			t.Errorf("%s is %q, want %q", name, got.Params[name], want)
		}
	}
	if all := fmt.Sprint(got); strings.Contains(all, "Password<2>") {
		t.Error("all shows a secret")
	} else if strings.Contains(all, "planted") {
		t.Error("all shows a secret")
	}
}

func TestRunningServersAreFiltered(t *testing.T) {
	r := translateDescribe(&provider.DescribeRequest{Tags: map[string]string{"k": "v"}, Running: true}, 0)
	got := map[string]string{}
	for _, f := range r.Filters {
		got[*f.Name] = *f.Values[0]
	}
	if len(got) != 2 {
		t.Errorf("len(got) is %d, want 2", len(got))
	} else if got["instance-state"] != "RUNNING" {
		t.Errorf(`got["instance-state"] is %q, want "RUNNING"`, got["instance-state"])
	} else if got["tag:k"] != "v" {
		t.Errorf(`got["tag:k"] is %q, want "v"`, got["tag:k"])
	}
}

// BenchmarkTranslate checks a spec as the client does before each create and
// translates it.
func BenchmarkTranslate(b *testing.B) {
	d, err := newDriver(Config{Region: "ap-guangzhou"})
	if err != nil {
		b.Fatal(err)
	}
	overhead.Specs(b, fullSpecs(), d, func(spec *provider.RunInstancesSpec) error {
		_, _, err := d.runRequest(spec)
		return err
	})
}
