package tencent

import (
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"github.com/yunfan-cloud/yunfan/provider"
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
