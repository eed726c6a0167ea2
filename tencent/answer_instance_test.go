package tencent

import (
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/placement"
)

func TestInstanceOf(t *testing.T) {
	raw := &instanceRow{}
	text, err := os.ReadFile(filepath.Join("testdata", "instance.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, raw); err != nil {
		t.Fatal(err)
	}
	got := instanceOf(raw, "region-1")
	if got.Sys() != any(&raw.Instance) {
		t.Error("Sys is not the SDK's own instance")
	}
	want := provider.Instance{
		ID: "ins-1", Name: "name-1", HostName: "host-1", State: provider.StateRunning, RawState: "RUNNING",
		Region: "region-1", Zone: "zone-1", DedicatedHostID: "host-2", PlacementGroupID: "ps-1", ImageID: "img-1",
		InstanceType: "S5.TYPE1", Platform: provider.Linux, CPUs: 2, MemoryMiB: 3072, GPUs: 4, GPUType: "Tesla T4",
		VPCID: "vpc-1", SubnetID: "subnet-1", SecurityGroupIDs: []string{"sg-1", "sg-2"},
		PrivateIPs:    []netip.Addr{netip.MustParseAddr("10.0.0.1")},
		PublicIPs:     []netip.Addr{netip.MustParseAddr("192.0.2.1")},
		IPv6Addresses: []netip.Addr{netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8::2")},
		Disks: []provider.InstanceDisk{
			{ID: "disk-1", System: true, Type: "CLOUD_SSD", SizeGiB: 51, Name: "disk-name-1"},
			{ID: "disk-2", Type: "CLOUD_HSSD", SizeGiB: 110, Name: "disk-name-2", DeleteWithInstance: new(true)},
			{ID: "disk-3", Type: "LOCAL_NVME", SizeGiB: 120},
		},
		KeyPairs: []string{"skey-1", "skey-2"}, ProjectID: "7", RoleName: "role-1",
		Billing: provider.Prepaid, AutoRenew: new(true), DeletionProtection: new(false),
		CreatedAt: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		ExpiresAt: time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC),
		Tags:      map[string]string{"tag-1": "value-1", "tag-2": ""},
	}
	if got = got.WithSys(nil); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// Tencent's answers may hold null everywhere.
func TestInstanceOfNulls(t *testing.T) {
	var ip *string
	raw := &instanceRow{Instance: cvm.Instance{Tags: []*cvm.Tag{nil}, PrivateIpAddresses: []*string{ip}, SecurityGroupIds: []*string{nil}, VirtualPrivateCloud: &cvm.VirtualPrivateCloud{}, Placement: &cvm.Placement{}, DataDisks: []*cvm.DataDisk{nil}, GPUInfo: &cvm.GPUInfo{}, LoginSettings: &cvm.LoginSettings{KeyIds: []*string{nil}}}}
	got := instanceOf(raw, "")
	if got.ID != "" {
		t.Errorf(`ID is %q, want ""`, got.ID)
	} else if got.State != provider.StateUnknown {
		t.Errorf("State is %v, want %v", got.State, provider.StateUnknown)
	} else if len(got.Tags) != 0 {
		t.Errorf("len(Tags) is %d, want 0", len(got.Tags))
	} else if got.PrivateIPs != nil {
		t.Errorf("PrivateIPs is %v, want nil", got.PrivateIPs)
	} else if got.SecurityGroupIDs != nil {
		t.Errorf("SecurityGroupIDs is %v, want nil", got.SecurityGroupIDs)
	} else if got.Billing != "" {
		t.Errorf(`Billing is %q, want ""`, got.Billing)
	}
	if got := instanceOf(&instanceRow{}, ""); got.Tags != nil {
		t.Errorf("a row without tags has %v", got.Tags)
	}
}

func TestReasonIsGivenForFailedServersOnly(t *testing.T) {
	for state, want := range map[string]string{"LAUNCH_FAILED": "no more disks", "RUNNING": ""} {
		got := instanceOf(&instanceRow{Instance: cvm.Instance{InstanceState: new(state), LatestOperationErrorMsg: new("no more disks")}}, "")
		if got.Reason != want {
			t.Errorf("%s: reason is %q, want %q", state, got.Reason, want)
		}
	}
}

func TestBillingOfEveryChargeType(t *testing.T) {
	for raw, want := range map[string]provider.BillingMode{
		"POSTPAID_BY_HOUR": provider.OnDemand, "PREPAID": provider.Prepaid, "SPOTPAID": provider.Spot,
		"CDHPAID": provider.DedicatedHost, "CDCPAID": "", "": "",
	} {
		if got := instanceOf(&instanceRow{Instance: cvm.Instance{InstanceChargeType: new(raw)}}, "").Billing; got != want {
			t.Errorf("%q is %q, want %q", raw, got, want)
		}
	}
}

// readBack says for each leaf of the spec where a described instance shows it, or why none does.
// "Instance.X" is a field that the next test compares.
var readBack = map[string]string{
	"Region":                                "Instance.Region",
	"Zone":                                  "Instance.Zone",
	"Count":                                 "each instance is a row of its own",
	"MinCount":                              "it is about the create",
	"ImageID":                               "Instance.ImageID",
	"InstanceType":                          "Instance.InstanceType",
	"CPUOptions.Cores":                      "only in Sys: Instance has the cores in all, CPUs",
	"CPUOptions.ThreadsPerCore":             "only in Sys: Instance has the cores in all, CPUs",
	"Name":                                  "Instance.Name",
	"HostName":                              "Instance.HostName",
	"UniqueSuffix":                          "it is a part of Name and HostName",
	"Login.Password":                        "CVM shows no password",
	"Login.KeyPairs":                        "Instance.KeyPairs",
	"Login.KeepImageLogin":                  "CVM shows the key pairs of LoginSettings only",
	"Network.VPCID":                         "Instance.VPCID",
	"Network.SubnetID":                      "Instance.SubnetID",
	"Network.SecurityGroupIDs":              "Instance.SecurityGroupIDs",
	"Network.PrivateIPs":                    "Instance.PrivateIPs",
	"Network.IPv6Count":                     "Instance.IPv6Addresses",
	"Network.PublicIP":                      "Instance.PublicIPs",
	"Network.PublicIP.BandwidthMbps":        "only in Sys: Instance has no bandwidth",
	"Network.PublicIP.ChargeType":           "only in Sys: Instance has no bandwidth",
	"Network.Interfaces[]":                  "DescribeInstances shows the primary interface only",
	"Network.Interfaces[].SubnetID":         "DescribeInstances shows the primary interface only",
	"Network.Interfaces[].SecurityGroupIDs": "DescribeInstances shows the primary interface only",
	"SystemDisk.Type":                       "Instance.Disks",
	"SystemDisk.SizeGiB":                    "Instance.Disks",
	"SystemDisk.Name":                       "Instance.Disks",
	"SystemDisk.Encrypted":                  "only in Sys: InstanceDisk has no encryption",
	"SystemDisk.KMSKeyID":                   "only in Sys: InstanceDisk has no encryption",
	"DataDisks[]":                           "Instance.Disks",
	"DataDisks[].Type":                      "Instance.Disks",
	"DataDisks[].SizeGiB":                   "Instance.Disks",
	"DataDisks[].Name":                      "Instance.Disks",
	"DataDisks[].SnapshotID":                "only in Sys: InstanceDisk has no origin",
	"DataDisks[].Encrypted":                 "only in Sys: InstanceDisk has no encryption",
	"DataDisks[].KMSKeyID":                  "only in Sys: InstanceDisk has no encryption",
	"DataDisks[].DeleteWithInstance":        "Instance.Disks",
	"Billing.Mode":                          "Instance.Billing",
	"Billing.Period":                        "Instance.ExpiresAt",
	"Billing.PeriodUnit":                    "Instance.ExpiresAt",
	"Billing.AutoRenew":                     "Instance.AutoRenew",
	"Billing.Spot.Strategy":                 "CVM shows no market options of an instance",
	"Billing.Spot.MaxPrice":                 "CVM shows no market options of an instance",
	"Placement.GroupID":                     "Instance.PlacementGroupID",
	"Placement.DedicatedHostIDs":            "Instance.DedicatedHostID",
	"Placement.HPCClusterID":                "only in Sys: Instance has no HPC cluster",
	"Tags":                                  "Instance.Tags",
	"UserData":                              "CVM shows it in another call only",
	"RoleName":                              "Instance.RoleName",
	"ProjectID":                             "Instance.ProjectID",
	"LaunchTemplate":                        "CVM does not show the template of an instance",
	"LaunchTemplate.ID":                     "CVM does not show the template of an instance",
	"LaunchTemplate.Version":                "CVM does not show the template of an instance",
	"SecurityAgent":                         "CVM does not show the agents of an instance",
	"MonitorAgent":                          "CVM does not show the agents of an instance",
	"DeletionProtection":                    "Instance.DeletionProtection",
	"AutoReleaseTime":                       "CVM shows timers in another call only",
	"DryRun":                                "it makes no instance",
	"ClientToken":                           "CVM does not show the token of an instance",
}

func TestEveryLeafSaysWhereItIsReadBack(t *testing.T) {
	leaves := map[string]bool{}
	for _, f := range supportTable().Fields() {
		if f.Param == "" {
			continue
		}
		leaves[f.Path] = true
		if readBack[f.Path] == "" {
			t.Errorf("%s: nothing says where it is read back", f.Path)
		}
	}
	for path, where := range readBack {
		if !leaves[path] {
			t.Errorf("%s is not a leaf that CVM takes", path)
		}
		name, ok := strings.CutPrefix(where, "Instance.")
		if _, known := reflect.TypeFor[provider.Instance]().FieldByName(name); ok && !known {
			t.Errorf("%s: Instance has no field %s", path, name)
		}
	}
}

// What the table promises is what the client shows of instances of the simulator.
func TestWhatASpecSetsIsReadBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, err := New(Config{
			Region: "ap-guangzhou", Transport: cloudsim.New(nil).Transport(),
			Credentials: provider.StaticCredentials(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, ""),
		})
		if err != nil {
			t.Fatal(err)
		}
		groups, err := placement.Of(client)
		if err != nil {
			t.Fatal(err)
		}
		group, err := groups.Create(t.Context(), placement.Spec{Name: "group"})
		if err != nil {
			t.Fatal(err)
		}
		spec := readBackSpec(group)
		got := described(t, client, spec)
		want := provider.Instance{
			ID: got.ID, Name: spec.Name, HostName: spec.HostName, State: provider.StateRunning, RawState: "RUNNING",
			Region: "ap-guangzhou", Zone: spec.Zone, DedicatedHostID: "host-readback", PlacementGroupID: group,
			ImageID: spec.ImageID, InstanceType: spec.InstanceType, Platform: provider.Linux, CPUs: 8, MemoryMiB: 32 << 10,
			GPUs: 1, GPUType: "GPU of GN7",
			VPCID: spec.Network.VPCID, SubnetID: spec.Network.SubnetID, SecurityGroupIDs: spec.Network.SecurityGroupIDs,
			PrivateIPs: spec.Network.PrivateIPs, PublicIPs: got.PublicIPs, IPv6Addresses: got.IPv6Addresses, Disks: got.Disks,
			KeyPairs: spec.Login.KeyPairs, ProjectID: "7", RoleName: spec.RoleName,
			Billing: provider.Prepaid, AutoRenew: new(true), DeletionProtection: new(true),
			CreatedAt: got.CreatedAt, ExpiresAt: got.CreatedAt.AddDate(0, 2, 0), Tags: spec.Tags,
		}
		if have := got.WithSys(nil); !reflect.DeepEqual(have, want) {
			t.Errorf("got  %+v\nwant %+v", have, want)
		}
		if n := len(got.PublicIPs); n != 1 {
			t.Errorf("public addresses: got %d, want 1", n)
		}
		if n := len(got.IPv6Addresses); n != 3 {
			t.Errorf("IPv6 addresses: got %d, want 2 private and 1 public", n)
		}
		wantDisks := []provider.InstanceDisk{
			{System: true, Type: "CLOUD_SSD", SizeGiB: 60, Name: "system"},
			{Type: "CLOUD_HSSD", SizeGiB: 100, Name: "data-1", DeleteWithInstance: new(false)},
			{Type: "CLOUD_SSD", SizeGiB: 110, Name: "data-2", DeleteWithInstance: new(true)},
		}
		for i := range got.Disks {
			if got.Disks[i].ID == "" {
				t.Errorf("disk %d has no ID", i)
			}
			got.Disks[i].ID = ""
		}
		if !reflect.DeepEqual(got.Disks, wantDisks) {
			t.Errorf("disks: got %+v, want %+v", got.Disks, wantDisks)
		}
	})
}

// readBackSpec sets everything that a described instance shows.
func readBackSpec(group string) provider.RunInstancesSpec {
	return provider.RunInstancesSpec{
		Zone: "ap-guangzhou-3", ImageID: "img-487zeit5", InstanceType: "GN7.2XLARGE32", Name: "name", HostName: "host",
		Login: provider.Login{KeyPairs: []string{"skey-readback"}},
		Network: provider.Network{
			VPCID: "vpc-readback", SubnetID: "subnet-readback", SecurityGroupIDs: []string{"sg-readback", "sg-readback2"},
			PrivateIPs: []netip.Addr{netip.MustParseAddr("10.9.0.1")}, IPv6Count: 2,
			PublicIP: &provider.PublicIP{BandwidthMbps: 5},
		},
		SystemDisk: provider.Disk{Type: "CLOUD_SSD", SizeGiB: 60, Name: "system"},
		DataDisks: []provider.Disk{
			{Type: "CLOUD_HSSD", SizeGiB: 100, Name: "data-1", DeleteWithInstance: new(false)},
			{Type: "CLOUD_SSD", SizeGiB: 110, Name: "data-2"},
		},
		Billing:   provider.Billing{Mode: provider.Prepaid, Period: 2, AutoRenew: new(true)},
		Placement: provider.Placement{GroupID: group, DedicatedHostIDs: []string{"host-readback"}},
		Tags:      map[string]string{"key": "value"}, RoleName: "role", ProjectID: "7", DeletionProtection: true,
		Vendor: []provider.VendorOption{RunOptions{IPv6AddressType: "EIPv6"}},
	}
}

// described creates an instance, and returns it as it is shown when it runs.
func described(t *testing.T, client *provider.Client, spec provider.RunInstancesSpec) provider.Instance {
	t.Helper()
	op, err := client.RunInstances(t.Context(), spec, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := op.Wait(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	for i, err := range client.DescribeInstances(t.Context(), provider.Query{IDs: op.InstanceIDs()}) {
		if err != nil {
			t.Fatal(err)
		}
		return i
	}
	t.Fatal("the instance is not shown")
	return provider.Instance{}
}
