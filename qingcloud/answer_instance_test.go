package qingcloud

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/tolerant"
	"github.com/yunfan-cloud/yunfan/provider"
)

// The sample of the vendor's documentation, with the fields that other samples
// of it add, and the forms that broke strict decoders.
const documentedInstance = `{
	"vcpus_current":1,
	"instance_id":"i-ogbndull",
	"volume_ids":["vol-g7xy7d6g"],
	"vxnets":[
		{"vxnet_name":"primary vxnet","vxnet_type":1,"vxnet_id":"vxnet-0","nic_id":"52:54:ef:0c:ed:66","private_ip":"10.50.13.54"},
		{"vxnet_name":"second","vxnet_type":1,"vxnet_id":"vxnet-2","nic_id":"52:54:ef:0c:ed:67","private_ip":"192.168.1.2"}],
	"eip":{"eip_id":"eip-1234abcd","eip_addr":"121.201.5.5","bandwidth":"50"},
	"eips":[{"eip_id":"eip-1234abcd","eip_addr":"121.201.5.5"},{"eip_id":"eip-2","eip_addr":"121.201.5.6"}],
	"memory_current":"1024",
	"transition_status":"",
	"instance_name":"web",
	"instance_type":"small_b",
	"create_time":"2013-08-28T14:26:03Z",
	"status":"running",
	"description":null,
	"security_group":{"is_default":1,"security_group_id":"sg-z13kokni"},
	"image":{"platform":"linux","image_size":20,"image_name":"CentOS 6.4 64bit","image_id":"centos64x64"},
	"zone_id":"sh1b",
	"instance_class":101,
	"graphics_passwd":"hunter2",
	"keypair_ids":["kp-bn2n77ow"]
}`

func TestAServerIsReadAsDocumented(t *testing.T) {
	var raw Instance
	if _, err := tolerant.Unmarshal([]byte(documentedInstance), &raw); err != nil {
		t.Fatal(err)
	}
	got := instanceOf(&raw, "sh1")
	want := provider.Instance{
		ID:               "i-ogbndull",
		Name:             "web",
		State:            provider.StateRunning,
		RawState:         "running",
		Region:           "sh1",
		Zone:             "sh1b",
		ImageID:          "centos64x64",
		InstanceType:     "small_b",
		Platform:         provider.Linux,
		CPUs:             1,
		MemoryMiB:        1024,
		SubnetID:         "vxnet-0",
		SecurityGroupIDs: []string{"sg-z13kokni"},
		PrivateIPs:       addrs("10.50.13.54", "192.168.1.2"),
		PublicIPs:        addrs("121.201.5.5", "121.201.5.6"),
		Interfaces: []provider.InstanceInterface{
			{ID: "52:54:ef:0c:ed:66", MAC: "52:54:ef:0c:ed:66", Primary: true, SubnetID: "vxnet-0", PrivateIPs: addrs("10.50.13.54")},
			{ID: "52:54:ef:0c:ed:67", MAC: "52:54:ef:0c:ed:67", SubnetID: "vxnet-2", PrivateIPs: addrs("192.168.1.2")},
		},
		Disks:     []provider.InstanceDisk{{ID: "vol-g7xy7d6g"}},
		KeyPairs:  []string{"kp-bn2n77ow"},
		CreatedAt: time.Date(2013, 8, 28, 14, 26, 3, 0, time.UTC),
	}
	if !reflect.DeepEqual(got, want.WithSys(&raw)) {
		t.Errorf("the instance is\n%+v\nwant\n%+v", got, want)
	}
	sys, ok := got.Sys().(*Instance)
	if !ok {
		t.Error("the vendor's own words are lost: not found")
	} else if sys.EIP.BandwidthMbps != 50 {
		t.Errorf("the vendor's own words are lost: sys.EIP.BandwidthMbps is %d, want 50",
			sys.EIP.BandwidthMbps)
	} else if sys.InstanceClass != 101 {
		t.Errorf("the vendor's own words are lost: InstanceClass is %d, want 101", sys.InstanceClass)
	} else if !slices.Equal(sys.KeyPairIDs, []string{"kp-bn2n77ow"}) {
		t.Errorf("the vendor's own words are lost: KeyPairIDs is %v, want %v",
			sys.KeyPairIDs, []string{"kp-bn2n77ow"})
	}
}

func TestOddFieldsLoseOnlyThemselves(t *testing.T) {
	for _, field := range []string{
		`"eip":""`, `"eip":[]`, `"eip":null`, `"eips":{}`, `"eips":[""]`, `"create_time":""`, `"create_time":5`, `"memory_current":1024.0`,
		`"memory_current":""`, `"memory_current":{}`, `"vcpus_current":"NaN"`, `"vxnets":""`, `"vxnets":null`, `"image":""`, `"image":[]`,
		`"security_group":""`, `"keypair_ids":""`, `"instance_name":7`, `"description":[]`, `"zone_id":{}`,
		`"vxnets":[{"vxnet_id":"v","private_ip":"none"}]`,
	} {
		var raw Instance
		_, err := tolerant.Unmarshal([]byte(`{`+field+`,"instance_id":"i-1","status":"stopped","instance_type":"t"}`), &raw)
		got := instanceOf(&raw, "pek3a")
		if err != nil {
			t.Errorf("%s spoils the rest: got error %v, want none", field, err)
		} else if got.ID != "i-1" {
			t.Errorf(`%s spoils the rest: ID is %q, want "i-1"`, field, got.ID)
		} else if got.State != provider.StateStopped {
			t.Errorf("%s spoils the rest: State is %v, want %v", field, got.State, provider.StateStopped)
		} else if got.InstanceType != "t" {
			t.Errorf(`%s spoils the rest: InstanceType is %q, want "t"`, field, got.InstanceType)
		}
		if len(got.PrivateIPs)+len(got.PublicIPs) != 0 {
			t.Errorf("%s gives addresses %v %v", field, got.PrivateIPs, got.PublicIPs)
		}
	}
	var raw Instance
	if _, err := tolerant.Unmarshal([]byte(`{"memory_current":2048.0,"vcpus_current":" "}`), &raw); err != nil {
		t.Errorf("got error %v, want none", err)
	} else if raw.MemoryMiB != 2048 {
		t.Errorf("MemoryMiB is %d, want 2048", raw.MemoryMiB)
	} else if raw.CPUs != 0 {
		t.Errorf("CPUs is %d, want 0", raw.CPUs)
	}
	if _, err := tolerant.Unmarshal([]byte(`{"instance_id":`), &raw); err == nil {
		t.Error("got no error, want one")
	} else if strings.Contains(err.Error(), "instance_id") {
		t.Errorf(`the error is %q, want it not to contain "instance_id"`, err.Error())
	}
}

// The newer sample of the vendor's documentation, filled.
const newerInstance = `{
	"instance_id":"i-1","instance_name":"web","hostname":"web-1","description":"of the shop","status":"stopped","transition_status":"",
	"vxnets":[
		{"vxnet_id":"vxnet-2","vxnet_type":1,"role":0,"nic_id":"52:54:99:00:00:02","private_ip":"192.168.9.3","ipv6_address":""},
		{"vxnet_id":"vxnet-1","vxnet_type":1,"role":1,"nic_id":"52:54:99:00:00:01","private_ip":"192.168.8.3","ipv6_address":"2001:db8::1",
			"security_group":{"security_group_id":"sg-1"},"security_groups":[{"security_group_id":"sg-1"},{"security_group_id":"sg-2"}]}],
	"extra":{"gpu":2,"gpu_class":1,"os_disk_size":50,"os_disk_encryption":1,"nic_mqueue":1,"hypervisor":"kvm"},
	"image":{"image_id":"win2019","platform":"windows"},
	"security_group":{"security_group_id":"sg-1"},"security_groups":[{"security_group_id":"sg-1"},{"security_group_id":"sg-2"}],
	"keypair_ids":["kp-1","kp-2"],
	"volume_ids":["vol-1","vol-2"],
	"volumes":[{"volume_id":"vol-1","volume_name":"data","volume_type":3,"size":100,"device":"/dev/vdb"}]
}`

func TestWhatASpecSetsIsReadBack(t *testing.T) {
	var raw Instance
	if unread, err := tolerant.Unmarshal([]byte(newerInstance), &raw); err != nil || len(unread) > 0 {
		t.Fatalf("got %v, %v, want neither", unread, err)
	}
	got := instanceOf(&raw, "sh1")
	want := provider.Instance{
		ID: "i-1", Name: "web", HostName: "web-1", Description: "of the shop",
		State: provider.StateStopped, RawState: "stopped", Region: "sh1",
		ImageID: "win2019", Platform: provider.Windows, GPUs: 2, GPUType: "1",
		SubnetID: "vxnet-1", SecurityGroupIDs: []string{"sg-1", "sg-2"},
		PrivateIPs: addrs("192.168.8.3", "192.168.9.3"), IPv6Addresses: addrs("2001:db8::1"),
		Interfaces: []provider.InstanceInterface{
			{
				ID: "52:54:99:00:00:01", MAC: "52:54:99:00:00:01", Primary: true, SubnetID: "vxnet-1",
				PrivateIPs: addrs("192.168.8.3"), IPv6Addresses: addrs("2001:db8::1"), SecurityGroupIDs: []string{"sg-1", "sg-2"},
			},
			{ID: "52:54:99:00:00:02", MAC: "52:54:99:00:00:02", SubnetID: "vxnet-2", PrivateIPs: addrs("192.168.9.3")},
		},
		Disks: []provider.InstanceDisk{
			{System: true, SizeGiB: 50},
			{ID: "vol-1", Name: "data", Type: "3", SizeGiB: 100, Device: "/dev/vdb"},
			{ID: "vol-2"},
		},
		KeyPairs: []string{"kp-1", "kp-2"},
	}
	if !reflect.DeepEqual(got, want.WithSys(&raw)) {
		t.Errorf("the instance is\n%+v\nwant\n%+v", got, want)
	}
}

// One odd field must not hide the others, nor other instances.
func TestOneOddFieldIsToldAndHidesNothing(t *testing.T) {
	for _, c := range []struct{ field, unread string }{
		{`"vcpus_current":"4"`, ""},
		{`"vcpus_current":4.0`, ""},
		{`"vcpus_current":"many"`, "instance_set[].vcpus_current"},
		{`"vcpus_current":{}`, "instance_set[].vcpus_current"},
		{`"memory_current":"2048.0"`, ""},
		{`"memory_current":2048.5`, "instance_set[].memory_current"},
		{`"instance_class":[]`, "instance_set[].instance_class"},
		{`"instance_name":7`, ""},
		{`"instance_name":["web"]`, "instance_set[].instance_name"},
		{`"hostname":{"a":1}`, "instance_set[].hostname"},
		{`"create_time":5`, ""},
		{`"image":""`, ""},
		{`"image":"centos"`, "instance_set[].image"},
		{`"image":[{"image_id":"a"}]`, ""},
		{`"extra":null`, ""},
		{`"extra":[]`, ""},
		{`"extra":{"gpu":"one"}`, "instance_set[].extra.gpu"},
		{`"extra":{"os_disk_size":50.0}`, ""},
		{`"eip":""`, ""},
		{`"eip":[]`, ""},
		{`"eip":"121.201.5.5"`, "instance_set[].eip"},
		{`"eips":{}`, ""},
		{`"eips":{"eip_id":"eip-1","eip_addr":"121.201.5.5"}`, ""},
		{`"vxnets":{"vxnet_id":"v","private_ip":"10.0.0.1"}`, ""},
		{`"vxnets":"vxnet-0"`, "instance_set[].vxnets"},
		{`"vxnets":["vxnet-0"]`, "instance_set[].vxnets[]"},
		{`"vxnets":[{"private_ip":["10.0.0.1"]}]`, ""},
		{`"vxnets":[{"private_ip":{"ip":"10.0.0.1"}}]`, "instance_set[].vxnets[].private_ip"},
		{`"keypair_ids":"kp-1"`, ""},
		{`"keypair_ids":{"a":"kp-1"}`, "instance_set[].keypair_ids"},
		{`"volume_ids":[{}]`, "instance_set[].volume_ids[]"},
		{`"volumes":{"volume_id":"vol-1"}`, ""},
		{`"volumes":[{"volume_id":"vol-1","size":"big"}]`, "instance_set[].volumes[].size"},
		{`"security_group":"sg-1"`, "instance_set[].security_group"},
		{`"security_groups":{}`, ""},
		{`"tags":{"a":"b"}`, ""},
	} {
		body := `{"ret_code":0,"total_count":"2","instance_set":[{` + c.field + `,"instance_id":"i-1","status":"running"},
			{"instance_id":"i-2","status":"running","vcpus_current":2}]}`
		page, err := mustDriver(t, testConfig(saying(200, body))).DescribeInstances(t.Context(), &provider.DescribeRequest{})
		if err != nil {
			t.Fatalf("%s: got error %v, want none", c.field, err)
		}
		if got := strings.Join(page.Unread, " "); got != c.unread {
			t.Errorf("%s: Unread is %q, want %q", c.field, got, c.unread)
		}
		if page.Short {
			t.Errorf("%s: the page is short, want a whole one", c.field)
		}
		if len(page.Instances) != 2 {
			t.Fatalf("%s: got %d instances, want 2", c.field, len(page.Instances))
		}
		if got := page.Instances[0]; got.ID != "i-1" || got.State != provider.StateRunning {
			t.Errorf("%s: got %s in state %s, want i-1, running", c.field, got.ID, got.State)
		}
		if got := page.Instances[1].CPUs; got != 2 {
			t.Errorf("%s: the other instance has %d CPUs, want 2", c.field, got)
		}
	}
}

// A state that cannot be read is unknown. It does not look like a steady one.
func TestAStateThatCannotBeReadIsUnknown(t *testing.T) {
	for fields, raw := range map[string]string{
		`"status":3`:             "3",
		`"status":{"a":1}`:       `{"a":1}`,
		`"status":null`:          "",
		`"transition_status":""`: "",
		`"status":"running","transition_status":{"a":1}`:   `running/{"a":1}`,
		`"status":"running","transition_status":1`:         "running/1",
		`"status":"stopped","transition_status":["a","b"]`: `stopped/["a","b"]`,
		`"status":"Running"`:                               "Running",
	} {
		body := `{"ret_code":0,"instance_set":[{"instance_id":"i-1",` + fields + `}]}`
		page, err := mustDriver(t, testConfig(saying(200, body))).DescribeInstances(t.Context(), &provider.DescribeRequest{})
		if err != nil {
			t.Fatalf("%s: got error %v, want none", fields, err)
		}
		if got := page.Instances[0].State; got != provider.StateUnknown {
			t.Errorf("%s: State is %s, want unknown", fields, got)
		}
		if got := page.Instances[0].RawState; got != raw {
			t.Errorf("%s: RawState is %q, want %q", fields, got, raw)
		}
		isOdd := strings.Contains(raw, "{") || strings.Contains(raw, "[")
		if told := len(page.Unread) > 0; told != isOdd {
			t.Errorf("%s: Unread is %v, want a path: %v", fields, page.Unread, isOdd)
		}
	}
}

// The list of instances may come in another nesting.
func TestAListInAnotherNestingIsRead(t *testing.T) {
	for _, list := range []string{
		`{"instance_id":"i-1","status":"running"}`,
		`{"instance":[{"instance_id":"i-1","status":"running"}]}`,
		`[[{"instance_id":"i-1","status":"running"}]]`,
	} {
		m := saying(200, `{"ret_code":0,"total_count":1,"instance_set":`+list+`}`)
		page, err := mustDriver(t, testConfig(m)).DescribeInstances(t.Context(), &provider.DescribeRequest{IDs: []string{"i-1"}})
		if err != nil {
			t.Errorf("%s: got error %v, want none", list, err)
			continue
		}
		if len(page.Instances) != 1 {
			t.Errorf("%s: got %d instances, want 1", list, len(page.Instances))
		}
	}
}
