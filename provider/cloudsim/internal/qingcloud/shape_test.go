package qingcloud_test

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunify/qingcloud-sdk-go/config"
	sdkerrors "github.com/yunify/qingcloud-sdk-go/request/errors"
	"github.com/yunify/qingcloud-sdk-go/service"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/qingcloud"
)

// sdk returns the vendor's own client of the same simulator. It is a literal, because
// the vendor's constructors read files and change a global.
func (c *client) sdk() *service.InstanceService {
	return &service.InstanceService{
		Config: &config.Config{
			AccessKeyID: c.Key, SecretAccessKey: c.Secret, Protocol: "https", Host: "api.qingcloud.com", Port: 443,
			URI: "/iaas/", Connection: &http.Client{Transport: c.sim.Transport()},
		},
		Properties: &service.InstanceServiceProperties{Zone: &c.Zone},
	}
}

// tags returns the JSON names of a struct's fields.
func tags(v any) []string {
	var out []string
	for _, f := range reflect.VisibleFields(reflect.TypeOf(v)) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		out = append(out, name)
	}
	return out
}

// TestInstancesAreWhole: all fields that the vendor's own client reads or the documents
// show are present, even if the create did not set them.
func TestInstancesAreWhole(t *testing.T) {
	c := newClient(t, nil)
	c.Run("vxnets.1=vxnet-0", "volumes.1=vol-1")
	var reply struct {
		Set []map[string]json.RawMessage `json:"instance_set"`
	}
	if err := json.Unmarshal([]byte(c.Must("DescribeInstances", "verbose=1").Raw), &reply); err != nil {
		t.Fatal(err)
	}
	instance := reply.Set[0]
	object := func(field string) map[string]json.RawMessage {
		text := []byte(strings.Trim(string(instance[field]), "[]")) // the only element, if it is a list
		var out map[string]json.RawMessage
		if err := json.Unmarshal(text, &out); err != nil {
			t.Errorf("%s reads %s: %v", field, instance[field], err)
		}
		return out
	}
	// An elastic address is null or absent until there is one.
	top := slices.DeleteFunc(tags(service.Instance{}), func(name string) bool { return name == "eip" })
	for _, w := range []struct {
		in    string
		has   map[string]json.RawMessage
		names []string
	}{
		{"the client's instance", instance, top},
		{"the client's extra", object("extra"), tags(service.Extra{})},
		{"the page of the action", instance, strings.Fields(
			"instance_id instance_name description instance_type vcpus_current memory_current " +
				"status transition_status create_time status_time image vxnets security_group volume_ids keypair_ids graphics_protocol graphics_passwd")},
		{"its image", object("image"), strings.Fields(
			"processor_type platform os_family image_size image_name image_id provider")},
		{"its security group", object("security_group"), strings.Fields("security_group_id is_default")},
		{"its volume", object("volumes"), []string{"volume_id"}},
		{"the newer sample", instance, strings.Fields(
			"host_machine hostname vxnets memory_current graphics_port extra vcpus_max image " +
				"graphics_passwd console_id create_time alarm_status owner place_group_id broker_port security_groups vcpus_current instance_id " +
				"instance_type memory_max sub_code graphics_protocol label platform instance_class status_time status description cpu_topology " +
				"tags transition_status eips controller repl broker_host cpu_oversale_rate volume_ids zone_id lastest_snapshot_time instance_name " +
				"cpu_model_name root_user_id dns_aliases volumes security_group resource_project_info")},
	} {
		for _, name := range w.names {
			if _, ok := w.has[name]; !ok {
				t.Errorf("the answer lacks %s of %s; it has %v", name, w.in, slices.Sorted(maps.Keys(w.has)))
			}
		}
	}
	var nets []map[string]json.RawMessage
	if err := json.Unmarshal(instance["vxnets"], &nets); err != nil {
		t.Fatal(err)
	}
	for _, name := range append(tags(service.NICVxNet{}), "ipv6_address", "security_group", "security_groups") {
		if _, ok := nets[0][name]; !ok {
			t.Errorf("the network lacks %s; it has %v", name, slices.Sorted(maps.Keys(nets[0])))
		}
	}
}

// TestGroupsAreWhole does the same for instance groups.
func TestGroupsAreWhole(t *testing.T) {
	c := newClient(t, nil)
	c.newGroup("relation=repel")
	var reply struct {
		Set []map[string]json.RawMessage `json:"instance_group_set"`
	}
	if err := json.Unmarshal([]byte(c.Must("DescribeInstanceGroups").Raw), &reply); err != nil {
		t.Fatal(err)
	}
	for _, name := range tags(service.InstanceGroup{}) {
		if _, ok := reply.Set[0][name]; !ok {
			t.Errorf("the answer lacks %s; it has %v", name, slices.Sorted(maps.Keys(reply.Set[0])))
		}
	}
}

// TestServesTheVendorsClient: its decoding is strict. One field of another type would
// make the whole answer unreadable.
func TestServesTheVendorsClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		sdk := c.sdk()
		defer sdk.Config.Connection.CloseIdleConnections()
		made, err := sdk.CreateInstanceGroups(
			&service.CreateInstanceGroupsInput{Relation: new("repel"), InstanceGroupName: new("apart")})
		if err != nil || len(made.InstanceGroups) != 1 {
			t.Fatalf("CreateInstanceGroups: %v, %+v", err, made)
		}
		group := made.InstanceGroups[0]
		run, err := sdk.RunInstances(&service.RunInstancesInput{
			ImageID: new("centos77x64a"), InstanceType: new("e1.large.r2"), CPU: new(4), Memory: new(8192),
			Count:     new(2),
			LoginMode: new("keypair"), LoginKeyPair: new("kp-1"), InstanceName: new("web"), InstanceGroup: &group,
			VxNets: []*string{new("vxnet-0")}, OSDiskSize: new(40), NicMqueue: new(1),
		})
		if err != nil || len(run.Instances) != 2 {
			t.Fatalf("RunInstances: %v, %+v", err, run)
		}
		time.Sleep(upTime)
		if _, err := sdk.ModifyInstanceAttributes(&service.ModifyInstanceAttributesInput{
			Instance: run.Instances[0], InstanceName: new("web-1"), Description: new("front end"),
		}); err != nil {
			t.Errorf("ModifyInstanceAttributes: %v", err)
		}
		shown, err := sdk.DescribeInstances(&service.DescribeInstancesInput{InstanceGroup: &group, Verbose: new(1)})
		if err != nil || len(shown.InstanceSet) != 2 || *shown.TotalCount != 2 {
			t.Fatalf("DescribeInstances: %v, %+v", err, shown)
		}
		m := shown.InstanceSet[0]
		if *m.InstanceName != "web-1" || *m.Description != "front end" || *m.Status != "running" ||
			*m.VCPUsCurrent != 4 ||
			*m.Extra.OSDiskSize != 40 || *m.Extra.NICMqueue != 1 || *m.Extra.CPUModel != "Westmere" ||
			*m.Image.OSFamily != "centos" ||
			*m.VxNets[0].Role != 1 || *m.SecurityGroup.IsDefault != 1 || len(m.KeyPairIDs) != 1 {
			t.Errorf("the vendor's client reads %+v", m)
		}
		groups, err := sdk.DescribeInstanceGroups(
			&service.DescribeInstanceGroupsInput{Relation: []*string{new("repel")}})
		if err != nil || len(groups.InstanceGroups) != 1 || *groups.InstanceGroups[0].InstanceGroupName != "apart" {
			t.Fatalf("DescribeInstanceGroups: %v, %+v", err, groups)
		}
		left, err := sdk.LeaveInstanceGroup(&service.LeaveInstanceGroupInput{
			InstanceGroup: &group,
			Instances:     run.Instances,
		})
		if err != nil || left.JobID == nil {
			t.Errorf("LeaveInstanceGroup: %v", err)
		}
		time.Sleep(qingcloud.PowerTime)
		deletion := &service.DeleteInstanceGroupsInput{InstanceGroups: []*string{&group}}
		if _, err := sdk.DeleteInstanceGroups(deletion); err != nil {
			t.Errorf("DeleteInstanceGroups: %v", err)
		}
		var refusal *sdkerrors.QingCloudError
		if _, err := sdk.DeleteInstanceGroups(deletion); !errors.As(err, &refusal) || refusal.RetCode != 2100 {
			t.Errorf("deleting it again: %v, want 2100", err)
		}
	})
}
