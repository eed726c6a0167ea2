package qingcloud_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/qingcloud"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// upTime is long enough for an instance to run, with an address and a lease.
const upTime = 3 * time.Second

func TestTerminateNeedsTheLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		start := time.Now()
		id := c.Run()[0]
		for _, s := range []struct {
			at   time.Duration
			want int
		}{
			{0, 1400},
			{2 * time.Second, 1400},
			{3*time.Second - 1, 1400},
			{3 * time.Second, 0},
			{3*time.Second + 1, 1400},
		} {
			time.Sleep(time.Until(start.Add(s.at)))
			if a := c.Call("TerminateInstances", "instances.1="+id); a.Code() != s.want {
				t.Errorf("terminated %v after the create: %s, want %d", s.at, a.Raw, s.want)
			}
		}
	})
}

func TestTerminateGoesThroughTheRecycleBin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		id := c.Run()[0]
		time.Sleep(upTime)
		a := c.Must("TerminateInstances", "instances.1="+id)
		if m := c.Show(id); m.Status != "running" || m.Transition != "terminating" {
			t.Errorf("right after: %s/%s, want running/terminating", m.Status, m.Transition)
		}
		time.Sleep(time.Second)
		if m := c.Show(id); m.Status != "terminated" || m.Transition != "" {
			t.Errorf("after 1 s: %s/%s, want terminated", m.Status, m.Transition)
		}
		if job := c.Must("DescribeJobs", "jobs.1="+a.JobID).Jobs[0]; job.Status != "successful" ||
			job.ResourceIDs != id {
			t.Errorf("job is %+v", job)
		}
		if got := c.sim.Instances(); len(got) != 1 || got[0].Phase != cloudsim.Recycled {
			t.Errorf("the account holds %v, want the instance in the recycle bin", got)
		}
		if a := c.Call("TerminateInstances", "instances.1="+id); a.Code() != 1400 {
			t.Errorf("terminated twice: %s, want 1400", a.Raw)
		}
		time.Sleep(2 * time.Hour)
		if n := c.Must("DescribeInstances", "instances.1="+id).Total; n != 0 || len(c.sim.Instances()) != 0 {
			t.Error("the instance is still there after two hours in the recycle bin")
		}
		if a := c.Call("TerminateInstances", "instances.1="+id); a.Code() != 2100 {
			t.Errorf("terminating a gone instance: %s, want 2100", a.Raw)
		}
	})
}

func TestDirectCeaseSkipsTheRecycleBin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		id := c.Run()[0]
		time.Sleep(upTime)
		c.Must("TerminateInstances", "instances.1="+id, "direct_cease=1")
		time.Sleep(time.Second)
		if n := len(c.sim.Instances()); n != 0 {
			t.Error("the instance is still there")
		}
		if a := c.Call("CeaseInstances", "instances.1="+id); a.Code() != 2100 {
			t.Errorf("ceasing a gone instance: %s, want 2100", a.Raw)
		}
	})
}

func TestTerminateIsAllOrNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		old := c.Run()[0]
		time.Sleep(upTime)
		young := c.Run()[0]
		for other, want := range map[string]int{young: 1400, "i-unknown": 2100} {
			if a := c.Call("TerminateInstances", "instances.1="+old, "instances.2="+other); a.Code() != want {
				t.Errorf("together with %s: %s, want %d", other, a.Raw, want)
			}
		}
		if m := c.Show(old); m.Status != "running" || m.Transition != "" {
			t.Errorf("the refused calls left %s/%s, want a running instance", m.Status, m.Transition)
		}
	})
}

func TestTerminateRefusesBadParameters(t *testing.T) {
	c := newClient(t, nil)
	for _, pairs := range [][]string{
		nil,
		{"instances=i-1"},
		{"instances.1=i-1", "direct_cease=yes"},
		{"instances.1=i 1"},
	} {
		if a := c.Call("TerminateInstances", pairs...); a.Code() == 0 {
			t.Errorf("%v is accepted: %s", pairs, a.Raw)
		}
	}
}

func TestCeaseEmptiesTheRecycleBin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		id := c.Run()[0]
		time.Sleep(upTime)
		if a := c.Call("CeaseInstances", "instances.1="+id); a.Code() != 1400 {
			t.Errorf("ceasing a running instance: %s, want 1400", a.Raw)
		}
		c.Must("TerminateInstances", "instances.1="+id)
		if a := c.Call("CeaseInstances", "instances.1="+id); a.Code() != 1400 {
			t.Errorf("ceasing an instance still terminating: %s, want 1400", a.Raw)
		}
		time.Sleep(time.Second)
		c.Must("CeaseInstances", "instances.1="+id)
		if m := c.Show(id); m.Status != "terminated" || m.Transition == "" {
			t.Errorf("while ceasing: %s/%s, want terminated and busy", m.Status, m.Transition)
		}
		time.Sleep(time.Second)
		if n := len(c.sim.Instances()); n != 0 {
			t.Error("the ceased instance is still there")
		}
	})
}

func TestFailedInstanceCanBeCeased(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		c.sim.Inject(cloudsim.Fault{Kind: cloudsim.LaunchFailure})
		id := c.Run()[0]
		if a := c.Call("CeaseInstances", "instances.1="+id); a.Code() != 1400 {
			t.Errorf("ceasing an instance that is still booting: %s, want 1400", a.Raw)
		}
		time.Sleep(upTime)
		if a := c.Call("TerminateInstances", "instances.1="+id); a.Code() != 1400 {
			t.Errorf("terminating a terminated instance: %s, want 1400", a.Raw)
		}
		c.Must("CeaseInstances", "instances.1="+id)
		time.Sleep(time.Second)
		if n := len(c.sim.Instances()); n != 0 {
			t.Error("the ceased instance is still there")
		}
	})
}

func TestCeaseIsOneJobForAllOrNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		dead, binned, running := c.runTo("terminated after a failed launch"), c.runTo("terminated"), c.runTo("running")
		if a := c.Call("CeaseInstances", "instances.1="+dead, "instances.2="+running); a.Code() != 1400 {
			t.Errorf("ceasing together with a running instance: %s, want 1400", a.Raw)
		}
		if m := c.Show(dead); m.Status != "terminated" || m.Transition != "" {
			t.Errorf("the refused call left %s/%q, want terminated", m.Status, m.Transition)
		}
		a := c.Must("CeaseInstances", "instances.1="+dead, "instances.2="+binned)
		want := simtest.QingCloudJob{
			ID: a.JobID, Action: "CeaseInstances", Status: "pending",
			ResourceIDs: dead + " " + binned,
		}
		if job := c.Must("DescribeJobs", "jobs.1="+a.JobID).Jobs[0]; job != want {
			t.Errorf("the job reads %+v, want %+v", job, want)
		}
		time.Sleep(qingcloud.EndTime)
		if got := c.Must("DescribeInstances"); got.Total != 1 || got.Set[0].ID != running {
			t.Errorf("listed afterwards: %s, want the running instance alone", got.Raw)
		}
	})
}
