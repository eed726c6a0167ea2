package aliyun

import (
	"encoding/json"
	"flag"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/ecs"

	"github.com/yunfan-cloud/yunfan/internal/overhead"
	"github.com/yunfan-cloud/yunfan/provider"
)

var update = flag.Bool("update", false, "rewrite the goldens in testdata")

func addr(s string) netip.Addr { return netip.MustParseAddr(s) }

func minimalSpec() *provider.RunInstancesSpec {
	return &provider.RunInstancesSpec{Count: 1, MinCount: 1, ImageID: "image-1", InstanceType: "type-1", ClientToken: "token-1"}
}

// onDemandSpec sets every field that an on-demand instance can have, each to a
// value of its own.
func onDemandSpec() *provider.RunInstancesSpec {
	return &provider.RunInstancesSpec{
		Region: "cn-test-2", Zone: "zone-1", Count: 3, MinCount: 2,
		ImageID: "image-1", InstanceType: "type-1",
		CPUOptions: provider.CPUOptions{Cores: 11, ThreadsPerCore: 12, NUMANodes: 13},
		Name:       "name-1", HostName: "host-1", Description: "description-1", UniqueSuffix: true,
		Login: provider.Login{Password: "Planted-Pass!1"},
		Network: provider.Network{
			SubnetID: "subnet-1", SecurityGroupIDs: []string{"group-1", "group-2"},
			IPv6Count: 2,
			PublicIP:  &provider.PublicIP{BandwidthMbps: 31, InboundMbps: 32, ChargeType: provider.PayByTraffic},
			Interfaces: []provider.NetworkInterface{
				{SubnetID: "subnet-11", SecurityGroupIDs: []string{"group-11", "group-12"}, Name: "nic-11", Description: "nic-description-11"},
				{SubnetID: "subnet-12", SecurityGroupIDs: []string{"group-13"}, Name: "nic-12", Description: "nic-description-12"},
			},
		},
		SystemDisk: provider.Disk{
			Type: "disk-type-1", SizeGiB: 41, Name: "disk-1", Description: "disk-description-1", PerformanceLevel: "PL1",
			IOPS: 4301, Encrypted: true, KMSKeyID: "kms-1", AutoSnapshotPolicyID: "policy-1",
		},
		DataDisks: []provider.Disk{
			{
				Type: "disk-type-2", SizeGiB: 42, Name: "disk-2", Description: "disk-description-2", PerformanceLevel: "PL2",
				IOPS: 4302, Encrypted: true, KMSKeyID: "kms-2", DeleteWithInstance: new(false),
				AutoSnapshotPolicyID: "policy-2", Device: "/dev/xvdb",
			},
			{
				Type: "disk-type-3", Name: "disk-3", Description: "disk-description-3", PerformanceLevel: "PL3",
				IOPS: 4303, SnapshotID: "snapshot-3", Encrypted: true, KMSKeyID: "kms-3", DeleteWithInstance: new(true),
				AutoSnapshotPolicyID: "policy-3", Device: "/dev/xvdc",
			},
		},
		Billing:   provider.Billing{Mode: provider.OnDemand},
		Placement: provider.Placement{GroupID: "set-1", Tenancy: provider.SharedTenancy, Affinity: provider.NoAffinity, HPCClusterID: "hpc-1"},
		Tags:      map[string]string{"tag-b": "value-b", "tag-a": "value-a", "tag-c": ""},
		UserData:  provider.UserData("planted user data"), RoleName: "role-1", ProjectID: "project-1",
		LaunchTemplate:  &provider.LaunchTemplateRef{ID: "template-1", Version: 5},
		SecurityAgent:   new(true),
		AutoReleaseTime: time.Date(2001, 2, 3, 12, 5, 6, 0, time.FixedZone("", 8*3600)), DeletionProtection: true,
		DryRun: true, ClientToken: "token-1",
		Vendor: []provider.VendorOption{RunOptions{
			IoOptimized: "optimized", CreditSpecification: "Standard", StorageSetID: "storage-1", StorageSetPartitionNumber: 7,
			DeploymentSetGroupNo: 6, Params: map[string]string{"HttpTokens": "required", "NetworkInterface.2.InstanceType": "Primary"},
		}},
	}
}

func prepaidSpec() *provider.RunInstancesSpec {
	s := minimalSpec()
	s.Login.KeyPairs = []string{"key-pair-1"}
	s.Network.PublicIP = &provider.PublicIP{BandwidthMbps: 33, ChargeType: provider.PayByBandwidth}
	s.Billing = provider.Billing{Mode: provider.Prepaid, Period: 6, PeriodUnit: provider.Month, AutoRenew: new(true), AutoRenewPeriod: 2}
	s.LaunchTemplate = &provider.LaunchTemplateRef{Name: "template-name-1"}
	s.SecurityAgent = new(false)
	s.DataDisks = []provider.Disk{{SnapshotID: "snapshot-1"}}
	s.Vendor = []provider.VendorOption{&RunOptions{AutoPay: new(false)}}
	return s
}

func prepaidWeekSpec() *provider.RunInstancesSpec {
	s := minimalSpec()
	s.Billing = provider.Billing{Mode: provider.Prepaid, Period: 2, PeriodUnit: provider.Week, AutoRenew: new(false)}
	return s
}

func spotSpec() *provider.RunInstancesSpec {
	s := minimalSpec()
	s.Login.KeepImageLogin = true
	s.Billing = provider.Billing{Mode: provider.Spot, Spot: provider.SpotOptions{
		Strategy: provider.SpotPriceLimit, MaxPrice: "0.970", DurationHours: new(0), Interruption: provider.SpotTerminate,
	}}
	return s
}

func spotMarketSpec() *provider.RunInstancesSpec {
	s := minimalSpec()
	s.Billing = provider.Billing{Mode: provider.Spot, Spot: provider.SpotOptions{DurationHours: new(1), Interruption: provider.SpotStop}}
	s.ImageID, s.Vendor = "", []provider.VendorOption{RunOptions{ImageFamily: "family-1"}}
	return s
}

func dedicatedHostSpec() *provider.RunInstancesSpec {
	s := minimalSpec()
	s.Network.IPv6Addresses = []netip.Addr{addr("2001:db8::41"), addr("2001:db8::42")}
	s.Network.Interfaces = []provider.NetworkInterface{{PrivateIP: addr("10.0.1.51")}}
	s.Billing.Mode = provider.DedicatedHost
	s.Placement = provider.Placement{DedicatedHostIDs: []string{"dh-1"}, DedicatedHostGroupID: "dh-group-1", Affinity: provider.HostAffinity}
	return s
}

func hostTenancySpec() *provider.RunInstancesSpec {
	s := minimalSpec()
	s.Placement.Tenancy = provider.HostTenancy
	return s
}

// falseSpec says false where the others say nothing, and names groups by the
// older parameters.
func falseSpec() *provider.RunInstancesSpec {
	s := minimalSpec()
	s.DataDisks = []provider.Disk{{SizeGiB: 43}, {SizeGiB: 44, Encrypted: true}}
	s.Network.Interfaces = []provider.NetworkInterface{{SubnetID: "subnet-13"}}
	s.Vendor = []provider.VendorOption{RunOptions{SecurityGroupID: "group-21", InterfaceSecurityGroupIDs: []string{"group-22"}, SendFalse: true}}
	return s
}

func addressesSpec() *provider.RunInstancesSpec {
	s := minimalSpec()
	s.Count = 3
	s.Network.PrivateIPs = []netip.Addr{addr("10.0.0.21"), addr("10.0.0.22"), addr("10.0.0.23")}
	return s
}

// fullSpecs are valid specs that together set every mapped field.
func fullSpecs() map[string]*provider.RunInstancesSpec {
	return map[string]*provider.RunInstancesSpec{
		"minimal": minimalSpec(), "on-demand": onDemandSpec(), "prepaid": prepaidSpec(), "prepaid-week": prepaidWeekSpec(),
		"spot": spotSpec(), "spot-market": spotMarketSpec(), "dedicated-host": dedicatedHostSpec(), "host-tenancy": hostTenancySpec(),
		"addresses": addressesSpec(), "false": falseSpec(),
	}
}

// sent returns the request that a spec becomes on the wire.
func sent(t *testing.T, spec *provider.RunInstancesSpec) wire {
	t.Helper()
	var got wire
	d := testDriver(t, capture(&got, `{"RequestId":"r","InstanceIdSets":{"InstanceIdSet":["i-1"]}}`))
	if _, err := d.RunInstances(t.Context(), spec); err != nil {
		t.Fatal(err)
	}
	return got
}

func TestFullSpecsAreValid(t *testing.T) {
	d := testDriver(t, answering(200, ""))
	for name, spec := range fullSpecs() {
		for _, err := range []error{spec.Validate(), d.Support().Check(spec), d.ValidateRun(spec)} {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestRunRequestsMatchTheGoldens(t *testing.T) {
	for name, spec := range fullSpecs() {
		t.Run(name, func(t *testing.T) {
			text, err := json.MarshalIndent(sent(t, spec), "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("testdata", "run", name+".json")
			if *update {
				if err := os.WriteFile(file, append(text, '\n'), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if string(text)+"\n" != string(want) {
				t.Errorf("the request is not the one in %s:\n%s", file, text)
			}
		})
	}
}

var index = regexp.MustCompile(`\.\d+(\.|$)`)

// generic replaces indexes: "DataDisk.2.Size" becomes "DataDisk.N.Size".
func generic(name string) string {
	for index.MatchString(name) {
		name = index.ReplaceAllString(name, ".N$1")
	}
	return name
}

// typedParams returns the parameters of the vendor's typed request, under
// generic names, with their Go types.
func typedParams(request any) map[string]reflect.Type {
	out := map[string]reflect.Type{}
	collect(out, reflect.TypeOf(request), "")
	return out
}

func collect(out map[string]reflect.Type, t reflect.Type, prefix string) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, ok := f.Tag.Lookup("name")
		if !ok {
			continue
		}
		ft, at := f.Type, prefix+name
		if f.Tag.Get("type") == "Repeated" {
			ft, at = ft.Elem().Elem(), at+".N"
		}
		if ft.Kind() == reflect.Struct {
			collect(out, ft, at+".")
			continue
		}
		out[at] = ft
	}
}

// checkTyped fails for parameters that the vendor's typed request does not have
// or types otherwise.
func checkTyped(t *testing.T, request any, params map[string]string) {
	t.Helper()
	typed := typedParams(request)
	for name, value := range params {
		if name == "RegionId" { // part of every typed request's base
			continue
		}
		typ, ok := typed[generic(name)]
		if !ok {
			t.Errorf("the vendor's %T has no parameter %s", request, name)
			continue
		}
		var err error
		switch typ {
		case reflect.TypeFor[requests.Integer]():
			_, err = strconv.Atoi(value)
		case reflect.TypeFor[requests.Boolean]():
			_, err = strconv.ParseBool(value)
		case reflect.TypeFor[requests.Float]():
			_, err = strconv.ParseFloat(value, 64)
		}
		if err != nil {
			t.Errorf("%s=%s does not read as the vendor's %v", name, value, typ)
		}
	}
}

func TestEveryParameterIsOneOfTheVendorsTypedRequests(t *testing.T) {
	for _, spec := range fullSpecs() {
		checkTyped(t, ecs.RunInstancesRequest{}, sent(t, spec).Params)
	}
	checkTyped(t, ecs.DescribeInstancesRequest{}, translateDescribe(&provider.DescribeRequest{IDs: []string{"i-1"}}))
	checkTyped(t, ecs.DescribeInstancesRequest{}, translateDescribe(&provider.DescribeRequest{Name: "n", PageToken: "p", Tags: map[string]string{"k": "v"}}))
	checkTyped(t, ecs.DescribeInstancesRequest{}, translateDescribe(whoRuns()))
	checkTyped(t, ecs.DeleteInstancesRequest{}, translateTerminate(&provider.TerminateRequest{IDs: []string{"i-1", "i-2"}}))
}

// The same create through the vendor's typed request gives the same
// parameters.
func TestRunRequestEqualsTheVendorsTypedRequest(t *testing.T) {
	r := ecs.CreateRunInstancesRequest()
	r.Amount = requests.NewInteger(3)
	r.MinAmount = requests.NewInteger(2)
	r.ImageId, r.InstanceType, r.VSwitchId = "image-1", "type-1", "subnet-1"
	r.SecurityGroupIds = &[]string{"group-1", "group-2"}
	r.SystemDiskSize, r.SystemDiskCategory = "41", "disk-type-1"
	r.SystemDisk.ProvisionedIops = "4301"
	r.DataDisk = &[]ecs.RunInstancesDataDisk{{Size: "42", DeleteWithInstance: "false"}, {SnapshotId: "snapshot-3"}}
	r.NetworkInterface = &[]ecs.RunInstancesNetworkInterface{{VSwitchId: "subnet-11", SecurityGroupIds: &[]string{"group-11"}}}
	r.Tag = &[]ecs.RunInstancesTag{{Key: "a", Value: "1"}, {Key: "b"}}
	r.InstanceChargeType, r.SpotStrategy = "PostPaid", "SpotAsPriceGo"
	r.DryRun = requests.NewBoolean(true)
	r.ClientToken = "token-1"
	if err := requests.InitParams(r); err != nil {
		t.Fatal(err)
	}
	got, err := translateRun(&provider.RunInstancesSpec{
		Count: 3, MinCount: 2, ImageID: "image-1", InstanceType: "type-1",
		Network: provider.Network{
			SubnetID: "subnet-1", SecurityGroupIDs: []string{"group-1", "group-2"},
			Interfaces: []provider.NetworkInterface{{SubnetID: "subnet-11", SecurityGroupIDs: []string{"group-11"}}},
		},
		SystemDisk: provider.Disk{Type: "disk-type-1", SizeGiB: 41, IOPS: 4301},
		DataDisks:  []provider.Disk{{SizeGiB: 42, DeleteWithInstance: new(false)}, {SnapshotID: "snapshot-3"}},
		Billing:    provider.Billing{Mode: provider.Spot},
		Tags:       map[string]string{"b": "", "a": "1"},
		DryRun:     true, ClientToken: "token-1",
	})
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, r.QueryParams) {
		t.Errorf("got  %v\nwant %v", got, r.QueryParams)
	}
}

func TestMinAmountIsSentOnlyBelowAmount(t *testing.T) {
	for _, tc := range []struct {
		count, min int
		want       string
	}{{0, 0, ""}, {5, 0, ""}, {5, 5, ""}, {5, 4, "4"}} {
		p, err := translateRun(&provider.RunInstancesSpec{Count: tc.count, MinCount: tc.min})
		if err != nil {
			t.Fatal(err)
		}
		if p["MinAmount"] != tc.want {
			t.Errorf("Count %d, MinCount %d: MinAmount is %v, want %v",
				tc.count, tc.min, p["MinAmount"], tc.want)
		}
		if p["Amount"] != strconv.Itoa(max(tc.count, 1)) {
			t.Errorf("Count %d, MinCount %d: Amount is %v, want %v",
				tc.count, tc.min, p["Amount"], strconv.Itoa(max(tc.count, 1)))
		}
	}
}

func TestTranslateIsStable(t *testing.T) {
	first, err := translateRun(onDemandSpec())
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if again, _ := translateRun(onDemandSpec()); !reflect.DeepEqual(first, again) {
			t.Fatal("the same spec gave other parameters: a repeated token would be refused")
		}
	}
}

// whoRuns asks who of an operation runs.
func whoRuns() *provider.DescribeRequest {
	return &provider.DescribeRequest{Tags: map[string]string{"k": "v"}, Running: true}
}

func TestRunningServersAreFiltered(t *testing.T) {
	p := translateDescribe(whoRuns())
	if p["Status"] != "Running" {
		t.Errorf(`Status is %q, want "Running"`, p["Status"])
	}
	if p["Tag.1.Key"] != "k" {
		t.Errorf(`Tag.1.Key is %q, want "k"`, p["Tag.1.Key"])
	}
	if p["Tag.1.Value"] != "v" {
		t.Errorf(`Tag.1.Value is %q, want "v"`, p["Tag.1.Value"])
	}
}

// BenchmarkTranslate checks a spec as the client does before each create and
// translates it.
func BenchmarkTranslate(b *testing.B) {
	d, err := newDriver(Config{Region: "cn-hangzhou"})
	if err != nil {
		b.Fatal(err)
	}
	overhead.Specs(b, fullSpecs(), d, func(spec *provider.RunInstancesSpec) error {
		_, err := d.runRequest(spec)
		return err
	})
}
