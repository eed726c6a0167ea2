package aliyun

import (
	"net/netip"
	"reflect"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

const describedInstance = `{
	"InstanceId": "i-1", "InstanceName": "name-1", "Description": "description-1", "OSType": "windows",
	"GPUAmount": 3, "GPUSpec": "gpu-1", "DeploymentSetId": "set-1", "KeyPairName": "key-1", "ResourceGroupId": "rg-1",
	"DeletionProtection": true,
	"NetworkInterfaces": {"NetworkInterface": [
		{"NetworkInterfaceId": "eni-2", "Type": "Secondary", "MacAddress": "mac-2", "PrimaryIpAddress": "10.0.1.1"},
		{"NetworkInterfaceId": "eni-1", "Type": "Primary", "MacAddress": "mac-1", "PrimaryIpAddress": "10.0.0.1",
			"PrivateIpSets": {"PrivateIpSet": [{"PrivateIpAddress": "10.0.0.3"}, {"PrivateIpAddress": "10.0.0.1", "Primary": true}]},
			"Ipv6Sets": {"Ipv6Set": [{"Ipv6Address": "2001:db8::1"}, {"Ipv6Address": "2001:db8::2"}]}}]}, "HostName": "host-1", "Hostname": "", "Status": "Running",
	"RegionId": "region-1", "ZoneId": "zone-1", "ImageId": "image-1", "InstanceType": "type-1",
	"Cpu": 2, "CPU": 9, "Memory": 4096, "InstanceChargeType": "PrePaid", "SpotStrategy": "NoSpot",
	"CreationTime": "2031-02-03T04:05Z", "ExpiredTime": "2032-02-03T04:05Z", "AutoReleaseTime": "",
	"VpcAttributes": {"VpcId": "vpc-1", "VSwitchId": "subnet-1", "PrivateIpAddress": {"IpAddress": ["10.0.0.1"]}},
	"InnerIpAddress": {"IpAddress": ["10.0.0.2"]}, "PublicIpAddress": {"IpAddress": ["203.0.113.1"]},
	"EipAddress": {"IpAddress": "203.0.113.2", "AllocationId": "eip-1"},
	"SecurityGroupIds": {"SecurityGroupId": ["group-1", "group-2"]},
	"DedicatedHostAttribute": {"DedicatedHostId": "host-id-1", "DedicatedHostName": ""},
	"Tags": {"Tag": [{"TagKey": "k1", "TagValue": "v1"}, {"TagKey": "k2", "TagValue": ""}]},
	"OperationLocks": {"LockReason": [{"LockReason": "financial"}]}, "SomethingNew": {"x": [1]}
}`

func decodeInstance(t *testing.T, text string) *RawInstance {
	t.Helper()
	page, err := testDriver(t, answering(200, describePage("", text))).DescribeInstances(t.Context(), &provider.DescribeRequest{IDs: []string{"i-1"}})
	if err != nil {
		t.Fatalf("got error %v, want none", err)
	}
	if len(page.Instances) != 1 {
		t.Fatalf("len(Instances) is %d, want 1", len(page.Instances))
	}
	return page.Instances[0].Sys().(*RawInstance)
}

func TestInstanceOf(t *testing.T) {
	raw := decodeInstance(t, describedInstance)
	got := instanceOf(raw)
	if got.Sys() != raw {
		t.Error("Sys does not return the raw instance")
	}
	want := provider.Instance{
		ID: "i-1", Name: "name-1", HostName: "host-1", State: provider.StateRunning, RawState: "Running",
		Region: "region-1", Zone: "zone-1", ImageID: "image-1", InstanceType: "type-1", CPUs: 2, MemoryMiB: 4096,
		VPCID: "vpc-1", SubnetID: "subnet-1", SecurityGroupIDs: []string{"group-1", "group-2"},
		PrivateIPs: []netip.Addr{addr("10.0.0.1"), addr("10.0.0.2")},
		PublicIPs:  []netip.Addr{addr("203.0.113.1"), addr("203.0.113.2")},
		Billing:    provider.Prepaid,
		Lock:       provider.LockExpired, Reason: "financial", Description: "description-1", Platform: provider.Windows,
		GPUs: 3, GPUType: "gpu-1", PlacementGroupID: "set-1", DedicatedHostID: "host-id-1", KeyPairs: []string{"key-1"},
		ProjectID: "rg-1", DeletionProtection: new(true),
		IPv6Addresses: []netip.Addr{addr("2001:db8::1"), addr("2001:db8::2")},
		Interfaces: []provider.InstanceInterface{{
			ID: "eni-1", Primary: true, SubnetID: "subnet-1", MAC: "mac-1",
			PrivateIPs:       []netip.Addr{addr("10.0.0.1"), addr("10.0.0.3")},
			IPv6Addresses:    []netip.Addr{addr("2001:db8::1"), addr("2001:db8::2")},
			SecurityGroupIDs: []string{"group-1", "group-2"},
		}, {ID: "eni-2", MAC: "mac-2", PrivateIPs: []netip.Addr{addr("10.0.1.1")}}},
		CreatedAt: time.Date(2031, 2, 3, 4, 5, 0, 0, time.UTC), ExpiresAt: time.Date(2032, 2, 3, 4, 5, 0, 0, time.UTC),
		Tags: map[string]string{"k1": "v1", "k2": ""},
	}.WithSys(raw)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if raw.OperationLocks.LockReason[0].LockReason != "financial" {
		t.Errorf(`the raw instance lost details: raw.OperationLocks.LockReason[0].LockReason is %q, want "financial"`,
			raw.OperationLocks.LockReason[0].LockReason)
	}
	if raw.EipAddress.AllocationID != "eip-1" {
		t.Errorf(`the raw instance lost details: raw.EipAddress.AllocationID is %q, want "eip-1"`,
			raw.EipAddress.AllocationID)
	}
}

func TestInstanceOfAnEmptyDescriptionIsEmpty(t *testing.T) {
	got := instanceOf(decodeInstance(t, `{"InstanceId":"i-1","Tags":{},"VpcAttributes":null,"PublicIpAddress":{"IpAddress":[""]}}`))
	got = got.WithSys(nil)
	if want := (provider.Instance{ID: "i-1", State: provider.StateUnknown}); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want nothing but an ID and an unknown state", got)
	}
}

func TestInstanceOfTakesEitherSpelling(t *testing.T) {
	got := instanceOf(decodeInstance(t, `{"InstanceId":"i-1","Hostname":"host-2","CPU":"8","Memory":"2048","CreationTime":"2031-02-03T04:05:06Z"}`))
	if got.HostName != "host-2" {
		t.Errorf(`HostName is %q, want "host-2"`, got.HostName)
	}
	if got.CPUs != 8 {
		t.Errorf("CPUs is %d, want 8", got.CPUs)
	}
	if got.MemoryMiB != 2048 {
		t.Errorf("MemoryMiB is %d, want 2048", got.MemoryMiB)
	}
	if got := got.CreatedAt.Second(); got != 6 {
		t.Errorf("got.CreatedAt.Second() is %d, want 6", got)
	}
}

func TestBillingOf(t *testing.T) {
	for text, want := range map[string]provider.BillingMode{
		`{"InstanceChargeType":"PostPaid","SpotStrategy":"NoSpot"}`:                             provider.OnDemand,
		`{"InstanceChargeType":"PostPaid"}`:                                                     provider.OnDemand,
		`{"InstanceChargeType":"PrePaid"}`:                                                      provider.Prepaid,
		`{"InstanceChargeType":"PostPaid","SpotStrategy":"SpotAsPriceGo"}`:                      provider.Spot,
		`{"InstanceChargeType":"PostPaid","DedicatedHostAttribute":{"DedicatedHostId":"dh-1"}}`: provider.DedicatedHost,
		`{"InstanceChargeType":"PrePaid","DedicatedHostAttribute":{"DedicatedHostId":"dh-1"}}`:  provider.Prepaid,
		`{"InstanceChargeType":"SomethingNew","SpotStrategy":"SpotAsPriceGo"}`:                  "",
		`{"Status":"Running"}`: "",
	} {
		if got := instanceOf(decodeInstance(t, `{"InstanceId":"i-1",`+text[1:])).Billing; got != want {
			t.Errorf("%s is %q, want %q", text, got, want)
		}
	}
}

func TestExpiryOfWhatIsNotPrepaidIsItsAutomaticRelease(t *testing.T) {
	got := instanceOf(decodeInstance(t, `{"InstanceId":"i-1","InstanceChargeType":"PostPaid","ExpiredTime":"2099-12-31T15:59Z"}`))
	if !got.ExpiresAt.IsZero() {
		t.Errorf("an on-demand instance expires at %v, want never", got.ExpiresAt)
	}
	got = instanceOf(decodeInstance(t, `{"InstanceId":"i-1","InstanceChargeType":"PostPaid","ExpiredTime":"2099-12-31T15:59Z","AutoReleaseTime":"2031-02-03T04:05Z"}`))
	if got.ExpiresAt.Year() != 2031 {
		t.Errorf("an instance with automatic release expires at %v, want 2031", got.ExpiresAt)
	}
}
