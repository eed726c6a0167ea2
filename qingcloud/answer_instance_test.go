package qingcloud

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

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
	if err := lenient([]byte(documentedInstance), &raw); err != nil {
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
		CPUs:             1,
		MemoryMiB:        1024,
		SubnetID:         "vxnet-0",
		SecurityGroupIDs: []string{"sg-z13kokni"},
		PrivateIPs:       addrs("10.50.13.54", "192.168.1.2"),
		PublicIPs:        addrs("121.201.5.5", "121.201.5.6"),
		CreatedAt:        time.Date(2013, 8, 28, 14, 26, 3, 0, time.UTC),
	}
	if !reflect.DeepEqual(got, want.WithSys(&raw)) {
		t.Errorf("the server is\n%+v\nwant\n%+v", got, want)
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
		err := lenient([]byte(`{`+field+`,"instance_id":"i-1","status":"stopped","instance_type":"t"}`), &raw)
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
	if err := lenient([]byte(`{"memory_current":2048.0,"vcpus_current":" "}`), &raw); err != nil {
		t.Errorf("got error %v, want none", err)
	} else if raw.MemoryMiB != 2048 {
		t.Errorf("MemoryMiB is %d, want 2048", raw.MemoryMiB)
	} else if raw.CPUs != 0 {
		t.Errorf("CPUs is %d, want 0", raw.CPUs)
	}
	if err := lenient([]byte(`{"instance_id":`), &raw); err == nil {
		t.Error("got no error, want one")
	} else if strings.Contains(err.Error(), "instance_id") {
		t.Errorf(`the error is %q, want it not to contain "instance_id"`, err.Error())
	}
}
