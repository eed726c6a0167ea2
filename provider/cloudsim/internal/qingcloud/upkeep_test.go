package qingcloud_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

func TestResizeInstances(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		ids := c.Run("count=2")
		time.Sleep(time.Minute)
		resize := func(want int, pairs ...string) {
			t.Helper()
			if a := c.Call("ResizeInstances", append([]string{"instances.1=" + ids[0]}, pairs...)...); a.Code() != want {
				t.Errorf("%q: %s, want %d", pairs, a.Raw, want)
			}
		}
		resize(1400, "instance_type=c2m4")
		c.Must("StopInstances", "instances.1="+ids[0])
		resize(1400, "instance_type=c2m4")
		time.Sleep(time.Minute)
		resize(1100)
		resize(2100, "instance_type=c2m4", "instances.2=i-unknown")
		resize(1400, "instance_type=c2m4", "instances.2="+ids[1])
		if m := c.Show(ids[0]); m.Type != "c1m1" {
			t.Errorf("refused calls have made the type %s", m.Type)
		}
		resize(0, "instance_type=c2m4")
		if m := c.Show(ids[0]); m.Status != "stopped" || m.Transition == "" {
			t.Errorf("it is %q in transition %q, want stopped in one", m.Status, m.Transition)
		}
		if a := c.Call("StartInstances", "instances.1="+ids[0]); a.Code() != 1400 {
			t.Errorf("a start in transition: %s, want 1400", a.Raw)
		}
		time.Sleep(time.Minute)
		if m := c.Show(ids[0]); m.Type != "c2m4" || m.VCPUs != 2 || m.Memory != 4096 || m.Status != "stopped" || m.Transition != "" {
			t.Errorf("after the resize it is %+v", m)
		}
		resize(0, "cpu=4", "memory=8192")
		if m := c.Show(ids[0]); m.VCPUs != 4 || m.Memory != 8192 {
			t.Errorf("it has %d and %d MiB, want 4 and 8192", m.VCPUs, m.Memory)
		}
	})
}

func TestApplySecurityGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		ids := c.Run("count=2")
		if a := c.Call("ApplySecurityGroup", "security_group=sg-1", "instances.1="+ids[0]); a.Code() != 1400 {
			t.Errorf("a boot: %s, want 1400", a.Raw)
		}
		time.Sleep(time.Minute)
		if a := c.Must("ApplySecurityGroup", "security_group=sg-1", "instances.1="+ids[0]); !strings.Contains(a.Raw, `"job_id":"j-`) {
			t.Errorf("the answer has no job: %s", a.Raw)
		}
		c.Must("ApplySecurityGroup", "security_group=sg-2")
		if a := c.Must("DescribeInstances", "instances.1="+ids[0]); !strings.Contains(a.Raw, `"security_group_id":"sg-1"`) {
			t.Errorf("the group is not sg-1: %s", a.Raw)
		}
		if a := c.Must("DescribeInstances", "instances.1="+ids[1]); strings.Contains(a.Raw, `"security_group_id":"sg-1"`) {
			t.Errorf("the group of another is sg-1: %s", a.Raw)
		}
		if a := c.Call("ApplySecurityGroup", "instances.1="+ids[0]); a.Code() != 1100 {
			t.Errorf("no group: %s, want 1100", a.Raw)
		}
		if a := c.Call("ApplySecurityGroup", "security_group=sg-1", "instances.1=i-unknown"); a.Code() != 2100 {
			t.Errorf("an unknown instance: %s, want 2100", a.Raw)
		}
	})
}

func TestChangesAreBoundToAnInventory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inventory := cloudsim.DefaultInventory(cloudsim.QingCloud)
		c := newClient(t, &cloudsim.Options{Inventories: map[cloudsim.Cloud]*cloudsim.Inventory{cloudsim.QingCloud: inventory}})
		id := c.Run("image_id=jammyx64", "instance_type=e2.large.r2")[0]
		time.Sleep(time.Minute)
		if a := c.Call("ApplySecurityGroup", "security_group=sg-absent", "instances.1="+id); a.Code() != 2100 {
			t.Errorf("an unknown group: %s, want 2100", a.Raw)
		}
		c.Must("StopInstances", "instances.1="+id)
		time.Sleep(time.Minute)
		if a := c.Call("ResizeInstances", "instance_type=c1m999", "instances.1="+id); a.Code() != 1101 {
			t.Errorf("an unknown type: %s, want 1101", a.Raw)
		}
		c.Must("ResizeInstances", "instance_type=e2.xlarge.r2", "instances.1="+id)
		if m := c.Show(id); m.Type != "e2.xlarge.r2" {
			t.Errorf("the type is %s, want e2.xlarge.r2", m.Type)
		}
	})
}

func TestInstancesInArrearsAreSuspended(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		id := c.Run()[0]
		time.Sleep(time.Minute)
		bill, err := c.sim.Announce(cloudsim.QingCloud, cloudsim.Notice{Kind: cloudsim.Overdue, InstanceID: id})
		if err != nil {
			t.Fatal(err)
		}
		if a := c.Must("DescribeInstances", "status.1=suspended"); len(a.Set) != 1 {
			t.Errorf("%d instances are suspended, want 1: %s", len(a.Set), a.Raw)
		}
		for _, action := range []string{"StopInstances", "StartInstances", "RestartInstances"} {
			if a := c.Call(action, "instances.1="+id); a.Code() != 1400 {
				t.Errorf("%s: %s, want 1400", action, a.Raw)
			}
		}
		if err := c.sim.Withdraw(cloudsim.QingCloud, bill); err != nil {
			t.Fatal(err)
		}
		if m := c.Show(id); m.Status != "running" {
			t.Errorf("after the bill is paid it is %s, want running", m.Status)
		}
	})
}

func TestACreateFailsLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		id := c.Run()[0]
		time.Sleep(time.Minute)
		if _, err := c.sim.Announce(cloudsim.QingCloud, cloudsim.Notice{Kind: cloudsim.LateFailure, InstanceID: id, Lead: time.Hour}); err == nil {
			t.Error("a create that has to fail in an hour: got no error, want one")
		}
		if a := c.Must("DescribeJobs", "status.1=failed"); !strings.Contains(a.Raw, `"job_set":[]`) {
			t.Errorf("a job has failed before: %s", a.Raw)
		}
		if _, err := c.sim.Announce(cloudsim.QingCloud, cloudsim.Notice{Kind: cloudsim.LateFailure, InstanceID: id}); err != nil {
			t.Fatal(err)
		}
		a := c.Must("DescribeJobs", "status.1=failed")
		for _, want := range []string{`"resource_ids":"` + id + `"`, `"error_codes":"5000"`, `"job_action":"RunInstances"`} {
			if !strings.Contains(a.Raw, want) {
				t.Errorf("the answer lacks %s: %s", want, a.Raw)
			}
		}
		if m := c.Show(id); m.Status != "terminated" {
			t.Errorf("it is %s, want terminated", m.Status)
		}
		time.Sleep(3 * time.Hour)
		if a := c.Must("DescribeInstances"); len(a.Set) != 0 {
			t.Errorf("%d instances are listed after the time in the recycle bin, want none", len(a.Set))
		}
	})
}
