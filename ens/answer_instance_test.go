package ens

import (
	"cmp"
	"fmt"
	"net/netip"
	"reflect"
	"strconv"
	"testing"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/services/ens"

	"github.com/yunfan-cloud/yunfan/provider"
)

// described is an instance as documented, with a value of its own in every field.
const described = `{
	"InstanceId": "i-1", "InstanceName": "name-1", "HostName": "host-1", "Status": "Running", "StatusDescrip": "on",
	"InstanceResourceType": "EnsPostPaidInstance", "SpotStrategy": "NoSpot", "EnsRegionId": "node-1", "ImageId": "image-1",
	"SpecName": "ens.type-1", "Cpu": "2", "Memory": 4096, "CreationTime": "2026-11-01T10:20:30Z",
	"ExpiredTime": "2099-12-31T15:59Z", "AutoReleaseTime": "2026-12-01T02:20Z",
	"SystemDisk": {"Size": 20480, "DiskId": "d-1", "Category": "category-1", "name": "x"},
	"DataDisk": {"DataDisk": [{"Size": "71680", "DiskId": "d-2", "Category": "category-2", "DiskName": "disk-2", "name": "y"}]},
	"SecurityGroupIds": {"SecurityGroupId": ["sg-1"]},
	"NetworkAttributes": {"NetworkId": "net-1", "VSwitchId": "vsw-1", "PrivateIpAddress": {"IpAddress": ["10.0.0.4", "10.0.0.1"]}},
	"InnerIpAddress": {"IpAddress": ["10.0.0.1", "10.0.0.2"]},
	"PrivateIpAddresses": {"PrivateIpAddress": [{"Ip": "10.0.0.3", "Isp": "cmcc", "GateWay": "10.0.0.254"}]},
	"PublicIpAddress": {"IpAddress": ["192.0.2.3", "192.0.2.1", ""]},
	"PublicIpAddresses": {"PublicIpAddress": [{"Ip": "192.0.2.1"}, {"Ip": "192.0.2.2", "Isp": "cmcc"}]},
	"DeletionProtection": true, "OSName": "CentOS 7.6 64", "KeyPairName": "key-1",
	"NetworkInterfaces": {"NetworkInterfaces": [
		{"NetworkInterfaceId": "eni-2", "Type": "Secondary", "MacAddress": "mac-2", "PrimaryIpAddress": "10.0.1.1"},
		{"NetworkInterfaceId": "eni-1", "Type": "Primary", "MacAddress": "mac-1", "PrimaryIpAddress": "10.0.0.1",
			"PrivateIpSets": {"PrivateIpSet": [{"PrivateIpAddress": "10.0.0.1", "Primary": true}, {"PrivateIpAddress": "10.0.0.2"}]},
			"Ipv6Sets": {"Ipv6Set": [{"Ipv6Address": "2001:db8::1"}]}}]},
	"Tags": {"Tags": [{"TagKey": "k-1", "TagValue": "v-1"}]}
}`

func TestDescribedServerKeepsEveryField(t *testing.T) {
	d, _ := answering(t, 200, `{"RequestId":"req-1","Code":0,"TotalCount":1,"Instances":{"Instance":[`+described+`]}}`)
	page, err := d.DescribeInstances(t.Context(), &provider.DescribeRequest{IDs: []string{"i-1"}})
	if err != nil {
		t.Fatal(err)
	}
	sys := page.Instances[0].Sys().(*RawInstance)
	addrs := func(list ...string) (out []netip.Addr) {
		for _, s := range list {
			out = append(out, netip.MustParseAddr(s))
		}
		return out
	}
	want := provider.Instance{
		ID: "i-1", Name: "name-1", HostName: "host-1", State: provider.StateRunning, RawState: "Running",
		Region: "node-1", ImageID: "image-1", InstanceType: "ens.type-1", CPUs: 2, MemoryMiB: 4096,
		VPCID: "net-1", SubnetID: "vsw-1", SecurityGroupIDs: []string{"sg-1"},
		PrivateIPs: addrs("10.0.0.4", "10.0.0.1", "10.0.0.2", "10.0.0.3"), PublicIPs: addrs("192.0.2.3", "192.0.2.1", "192.0.2.2"),
		IPv6Addresses: addrs("2001:db8::1"),
		Platform:      provider.Linux,
		KeyPairs:      []string{"key-1"},

		DeletionProtection: new(true),
		Interfaces: []provider.InstanceInterface{
			{
				ID: "eni-1", Primary: true, MAC: "mac-1", SubnetID: "vsw-1", SecurityGroupIDs: []string{"sg-1"},
				PrivateIPs: addrs("10.0.0.1", "10.0.0.2"), IPv6Addresses: addrs("2001:db8::1"),
			},
			{ID: "eni-2", MAC: "mac-2", PrivateIPs: addrs("10.0.1.1")},
		},
		Disks: []provider.InstanceDisk{
			{ID: "d-1", System: true, Type: "category-1", SizeGiB: 20},
			{ID: "d-2", Name: "disk-2", Type: "category-2", SizeGiB: 70},
		},
		Billing:   provider.OnDemand,
		CreatedAt: time.Date(2026, 11, 1, 10, 20, 30, 0, time.UTC), ExpiresAt: time.Date(2026, 12, 1, 2, 20, 0, 0, time.UTC),
		Tags: map[string]string{"k-1": "v-1"},
	}.WithSys(sys)
	if got := page.Instances[0]; !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	for i, want := range []RawDisk{
		{DiskID: "d-1", Category: "category-1", Size: 20480},
		{DiskID: "d-2", DiskName: "disk-2", Category: "category-2", Size: 71680},
	} {
		if got := append([]RawDisk{sys.SystemDisk}, sys.DataDisk.DataDisk...)[i]; got != want {
			t.Errorf("a raw disk is %+v, want %+v, in MiB as ENS says it", got, want)
		}
	}
}

// wantSameNames checks that every field of ours, below too, has the name and
// kind of one in the SDK's type.
func wantSameNames(t *testing.T, at string, ours, sdks reflect.Type) {
	t.Helper()
	for ours.Kind() == reflect.Slice && sdks.Kind() == reflect.Slice {
		ours, sdks = ours.Elem(), sdks.Elem()
	}
	// The decoder takes numbers for texts and texts for numbers.
	if ours.Kind() != sdks.Kind() && !(ours.Kind() == reflect.Int && sdks.Kind() == reflect.String) {
		t.Errorf("%s is a %v, the SDK has a %v", at, ours.Kind(), sdks.Kind())
		return
	}
	if ours.Kind() != reflect.Struct {
		return
	}
	known := map[string]reflect.Type{}
	for i := range sdks.NumField() {
		known[sdks.Field(i).Tag.Get("json")] = sdks.Field(i).Type
	}
	for i := range ours.NumField() {
		name := cmp.Or(ours.Field(i).Tag.Get("json"), ours.Field(i).Name)
		if name == "DeletionProtection" { // of newer SDKs
			continue
		}
		if known[name] == nil {
			t.Errorf("the SDK knows no field %s.%s", at, name)
			continue
		}
		wantSameNames(t, at+"."+name, ours.Field(i).Type, known[name])
	}
}

func TestEveryDescribedFieldExistsInTheSDK(t *testing.T) {
	wantSameNames(t, "Instance", reflect.TypeFor[RawInstance](), reflect.TypeFor[ens.Instance]())
}

func TestEndOfAServerDependsOnHowItIsPaid(t *testing.T) {
	raw := RawInstance{InstanceResourceType: "EnsInstance", ExpiredTime: "2026-12-31T16:00:00Z", AutoReleaseTime: "2027-01-01T00:00:00Z"}
	if got := instanceOf(&raw).ExpiresAt; !got.Equal(time.Date(2026, 12, 31, 16, 0, 0, 0, time.UTC)) {
		t.Errorf("a prepaid instance expires at %v, want its ExpiredTime", got)
	}
	raw = RawInstance{InstanceResourceType: "EnsPostPaidInstance", ExpiredTime: "2099-12-31T16:00:00Z"}
	if got := instanceOf(&raw).ExpiresAt; !got.IsZero() {
		t.Errorf("an instance on demand expires at %v, want never", got)
	}
}

func TestBareServerHasNoInventedFields(t *testing.T) {
	raw := RawInstance{InstanceID: "i-1"}
	want := provider.Instance{ID: "i-1", State: provider.StateUnknown}.WithSys(&raw)
	if got := instanceOf(&raw); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// Addresses share memory where there are few; a caller who adds to one list must
// not change the other.
func TestAddressListsAreApart(t *testing.T) {
	for private := range 4 {
		raw := &RawInstance{}
		for i := range private {
			raw.InnerIPAddress.IPAddress = append(raw.InnerIPAddress.IPAddress, "10.0.0."+strconv.Itoa(i+1))
		}
		raw.PublicIPAddress.IPAddress = []string{"203.0.113.1", "203.0.113.2"}
		got := instanceOf(raw)
		_ = append(got.PrivateIPs, netip.MustParseAddr("10.9.9.9"))
		if len(got.PrivateIPs) != private {
			t.Errorf("%v: len(PrivateIPs) is %d, want %d", private, len(got.PrivateIPs), private)
		}
		if (got.PrivateIPs == nil) != (private == 0) {
			t.Errorf("%v: (got.PrivateIPs == nil) is %v, want %v",
				private, (got.PrivateIPs == nil), private == 0)
		}
		if want := "[203.0.113.1 203.0.113.2]"; fmt.Sprint(got.PublicIPs) != want {
			t.Errorf("beside %d private addresses the public ones are %v, want %s", private, got.PublicIPs, want)
		}
	}
}

func TestBillingOfADescribedServer(t *testing.T) {
	for _, tt := range []struct {
		resource, spot string
		want           provider.BillingMode
	}{
		{"EnsInstance", "", provider.Prepaid},
		{"EnsInstance", "SpotAsPriceGo", provider.Prepaid},
		{"EnsPostPaidInstance", "", provider.OnDemand},
		{"EnsPostPaidInstance", "NoSpot", provider.OnDemand},
		{"EnsPostPaidInstance", "SpotAsPriceGo", provider.Spot},
		{"EnsPostInstance", "", provider.OnDemand},
		{"EnsService", "", provider.OnDemand},
		{"BuildMachine", "", provider.OnDemand},
		{"SomethingNew", "", ""},
		{"", "SpotAsPriceGo", ""},
	} {
		if got := billingOf(&RawInstance{InstanceResourceType: tt.resource, SpotStrategy: tt.spot}); got != tt.want {
			t.Errorf("%s with spot strategy %q is paid %q, want %q", tt.resource, tt.spot, got, tt.want)
		}
	}
}
