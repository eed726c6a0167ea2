package cloudsim

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestECSRegionsAreApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := New(nil)
		c := newECSClient(t, sim)
		id := c.run()[0]
		time.Sleep(2 * time.Second)
		there := []string{"RegionId", "cn-beijing"}
		for _, pairs := range [][]string{nil, {"InstanceIds", aliIDs([]string{id})}, {"MaxResults", "100"}} {
			reply := c.wantOK(c.call("DescribeInstances", append(there, pairs...)...))
			if got := reply.strings("Instances", "Instance"); len(got) != 0 {
				t.Errorf("cn-beijing shows %v for %v", got, pairs)
			}
		}
		for _, action := range []string{"DeleteInstance", "StartInstance", "StopInstance", "RebootInstance"} {
			c.wantCode(c.call(action, append(there, "InstanceId", id)...), 404, "InvalidInstanceId.NotFound")
		}
		for _, action := range []string{"DeleteInstances", "StartInstances", "StopInstances", "RebootInstances"} {
			c.wantCode(c.call(action, append(there, "InstanceId.1", id)...), 404, "InvalidInstanceId.NotFound")
		}
		if n := len(sim.Instances()); n != 1 {
			t.Errorf("%d machines exist, want 1", n)
		}
	})
}

// TestENSNodesAreApart: only describes name a node. Calls of ENS about one machine
// do not, and are for the whole account.
func TestENSNodesAreApart(t *testing.T) {
	c := newENSClient(t, New(nil))
	id := c.wantOK(c.call("RunInstances", ensBase()...)).strings("InstanceIds")[0]
	for name, node := range map[string]string{"EnsRegionId": "cn-beijing-unicom", "EnsRegionIds": `["cn-beijing-unicom"]`} {
		reply := c.wantOK(c.call("DescribeInstances", name, node, "InstanceIds", aliIDs([]string{id})))
		if got := reply.at("TotalCount"); got != 0.0 {
			t.Errorf("another node shows %v machines, asked by %s", got, name)
		}
	}
}

func TestQingCloudZonesKnowNoOtherMachines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := New(nil)
		c := newQingClient(t, sim)
		id := c.run()[0]
		time.Sleep(5 * time.Second)
		c.zone = "sh1a"
		if got := c.must("DescribeInstances", "instances.1="+id).Total; got != 0 {
			t.Errorf("another zone shows %d machines", got)
		}
		for _, action := range []string{"TerminateInstances", "CeaseInstances", "StartInstances", "StopInstances", "RestartInstances"} {
			if got := c.call(action, "instances.1="+id).code(); got != 2100 {
				t.Errorf("%s in another zone is answered %d, want 2100", action, got)
			}
		}
		if got := c.call("ModifyInstanceAttributes", "instance="+id, "instance_name=other").code(); got != 2100 {
			t.Errorf("a rename in another zone is answered %d, want 2100", got)
		}
		if n := len(sim.Instances()); n != 1 {
			t.Errorf("%d machines exist, want 1", n)
		}
	})
}

// TestCVMRegionsDoNotRename completes TestCVMRegionsAreApart.
func TestCVMRegionsDoNotRename(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCVMClient(t, New(nil))
		ids := c.run(``)
		time.Sleep(2 * time.Second)
		c.region = "ap-shanghai"
		for action, more := range map[string]string{
			"StartInstances": "", "StopInstances": "", "RebootInstances": "", "ModifyInstancesAttribute": `,"InstanceName":"other"`,
		} {
			c.refused(action, c.call(action, idsBody(ids, more)), "InvalidInstanceId.NotFound")
		}
	})
}
