package qingcloud_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/qingcloud"
)

func TestModifyInstanceAttributes(t *testing.T) {
	c := newClient(t, nil)
	id := c.Run("instance_name=web-x1")[0]
	if m := c.Must("DescribeInstances", "instances.1="+id); !strings.Contains(m.Raw, `"description":null`) {
		t.Errorf("an instance without a description shows one: %s", m.Raw)
	}
	a := c.Must("ModifyInstanceAttributes", "instance="+id, "instance_name=web", "description=front end",
		"nic_mqueue=1")
	if a.Raw != `{"action":"ModifyInstanceAttributesResponse","ret_code":0}` {
		t.Errorf("answer is %s, want action and ret_code alone", a.Raw)
	}
	if m := c.Show(id); m.Name != "web" || m.Description != "front end" || c.sim.Instances()[0].Name != "web" {
		t.Errorf("the instance is called %q, described as %q", m.Name, m.Description)
	}
	c.Must("ModifyInstanceAttributes", "instance="+id, "description=")
	if m := c.Show(id); m.Name != "web" || m.Description != "" {
		t.Errorf("changing one attribute left %q and %q, want web and nothing", m.Name, m.Description)
	}
	for pair, want := range map[string]int{
		"instance=-": 1100, "instance=": 1100, "instance=i 1": 1100, "instance=i-unknown": 2100,
		"nic_mqueue=many": 1100,
	} {
		if a := c.Call("ModifyInstanceAttributes", "instance="+id, "instance_name=x", pair); a.Code() != want {
			t.Errorf("%s: %s, want %d", pair, a.Raw, want)
		}
	}
	if m := c.Show(id); m.Name != "web" {
		t.Errorf("a refused change called the instance %q", m.Name)
	}
}

// TestModifyTakesOneInstance: the parameter is one ID, not the list of other actions.
func TestModifyTakesOneInstance(t *testing.T) {
	c := newClient(t, nil)
	id := c.Run()[0]
	if a := c.Call("ModifyInstanceAttributes", "instances.1="+id, "instance_name=x"); a.Code() != 1100 ||
		!strings.Contains(a.Message, "[instance]") {
		t.Errorf("a list is answered %s, want 1100 about instance", a.Raw)
	}
}

func TestModifyInEveryState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		id := c.Run()[0]
		rename := func(state string, want int) {
			t.Helper()
			if a := c.Call("ModifyInstanceAttributes", "instance="+id, "instance_name="+state); a.Code() != want {
				t.Errorf("%s: %s, want %d", state, a.Raw, want)
			}
		}
		rename("pending", 0)
		time.Sleep(upTime)
		rename("running", 0)
		c.Must("StopInstances", "instances.1="+id)
		rename("stopping", 0)
		time.Sleep(qingcloud.PowerTime)
		rename("stopped", 0)
		c.Must("TerminateInstances", "instances.1="+id)
		rename("terminating", 0)
		time.Sleep(qingcloud.EndTime)
		rename("terminated", 0)
		if got := c.Show(id).Name; got != "terminated" {
			t.Errorf("the instance is called %q, want the last name", got)
		}
		c.Must("CeaseInstances", "instances.1="+id)
		time.Sleep(qingcloud.EndTime)
		rename("ceased", 2100)
	})
}

// TestOneNameForAll: all instances of one call have the same name. A different name
// needs one call per instance.
func TestOneNameForAll(t *testing.T) {
	c := newClient(t, nil)
	ids := c.Run("count=3", "instance_name=web-q7")
	for _, id := range ids {
		if got := c.Show(id).Name; got != "web-q7" {
			t.Errorf("instance %s is called %q, want web-q7 like all of its call", id, got)
		}
	}
	c.Must("ModifyInstanceAttributes", "instance="+ids[1], "instance_name=web-2")
	for i, want := range []string{"web-q7", "web-2", "web-q7"} {
		if got := c.Show(ids[i]).Name; got != want {
			t.Errorf("instance %d is called %q after the second was renamed, want %q", i, got, want)
		}
	}
}
