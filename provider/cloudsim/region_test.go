package cloudsim

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

func TestECSRegionsAreApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := New(nil)
		c := newECSClient(t, sim)
		id := c.Run()[0]
		time.Sleep(2 * time.Second)
		there := []string{"RegionId", "cn-beijing"}
		for _, pairs := range [][]string{nil, {"InstanceIds", simtest.IDList([]string{id})}, {"MaxResults", "100"}} {
			reply := c.WantOK(c.Call("DescribeInstances", append(there, pairs...)...))
			if got := reply.Strings("Instances", "Instance"); len(got) != 0 {
				t.Errorf("cn-beijing shows %v for %v", got, pairs)
			}
		}
		for _, action := range []string{"DeleteInstance", "StartInstance", "StopInstance", "RebootInstance"} {
			c.WantCode(c.Call(action, append(there, "InstanceId", id)...), 404, "InvalidInstanceId.NotFound")
		}
		for _, action := range []string{"DeleteInstances", "StartInstances", "StopInstances", "RebootInstances"} {
			c.WantCode(c.Call(action, append(there, "InstanceId.1", id)...), 404, "InvalidInstanceId.NotFound")
		}
		if n := len(sim.Instances()); n != 1 {
			t.Errorf("%d instances exist, want 1", n)
		}
	})
}

// TestENSNodesAreApart: only describes name a node. Other calls of ENS do not, and
// apply to the whole account.
func TestENSNodesAreApart(t *testing.T) {
	c := newENSClient(t, New(nil))
	id := c.WantOK(c.Call("RunInstances", simtest.ENSCreate()...)).Strings("InstanceIds")[0]
	for name, node := range map[string]string{
		"EnsRegionId":  "cn-beijing-unicom",
		"EnsRegionIds": `["cn-beijing-unicom"]`,
	} {
		reply := c.WantOK(c.Call("DescribeInstances", name, node, "InstanceIds", simtest.IDList([]string{id})))
		if got := reply.At("TotalCount"); got != 0.0 {
			t.Errorf("another node shows %v instances, asked by %s", got, name)
		}
	}
}

func TestQingCloudZonesKnowNoOtherInstances(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := New(nil)
		c := newQingClient(t, sim)
		id := c.Run()[0]
		time.Sleep(5 * time.Second)
		c.Zone = "sh1a"
		if got := c.Must("DescribeInstances", "instances.1="+id).Total; got != 0 {
			t.Errorf("another zone shows %d instances", got)
		}
		for _, action := range []string{
			"TerminateInstances", "CeaseInstances", "StartInstances", "StopInstances",
			"RestartInstances",
		} {
			if got := c.Call(action, "instances.1="+id).Code(); got != 2100 {
				t.Errorf("%s in another zone is answered %d, want 2100", action, got)
			}
		}
		if got := c.Call("ModifyInstanceAttributes", "instance="+id, "instance_name=other").Code(); got != 2100 {
			t.Errorf("a rename in another zone is answered %d, want 2100", got)
		}
		if n := len(sim.Instances()); n != 1 {
			t.Errorf("%d instances exist, want 1", n)
		}
	})
}

// TestCVMRegionsDoNotRename completes cvm.TestRegionsAreApart.
func TestCVMRegionsDoNotRename(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCVMClient(t, New(nil))
		ids := c.Run(``)
		time.Sleep(2 * time.Second)
		c.Region = "ap-shanghai"
		for action, more := range map[string]string{
			"StartInstances": "", "StopInstances": "", "RebootInstances": "", "ModifyInstancesAttribute": `,"InstanceName":"other"`,
		} {
			c.Refused(action, c.Call(action, simtest.CVMIDs(ids, more)), "InvalidInstanceId.NotFound")
		}
	})
}
