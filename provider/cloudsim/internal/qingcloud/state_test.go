package qingcloud_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

func TestBootOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		start := time.Now()
		id := c.Run("vxnets.1=vxnet-a")[0]
		steps := []struct {
			at                 time.Duration
			status, transition string
			address            bool
		}{
			{0, "pending", "creating", false},
			{2*time.Second - 1, "pending", "creating", false},
			{2 * time.Second, "running", "", false},
			{2*time.Second + 499*time.Millisecond, "running", "", false},
			{2*time.Second + 500*time.Millisecond, "running", "", true},
			{time.Hour, "running", "", true},
		}
		for _, s := range steps {
			time.Sleep(time.Until(start.Add(s.at)))
			m := c.Show(id)
			if m.Status != s.status || m.Transition != s.transition || (m.VxNets[0].PrivateIP != "") != s.address {
				t.Errorf("after %v: %q/%q, address %q, want %q/%q, address %v",
					s.at, m.Status, m.Transition, m.VxNets[0].PrivateIP, s.status, s.transition, s.address)
			}
		}
		if m := c.Show(id); !m.CreateTime.Equal(start) || !m.StatusTime.Equal(start.Add(2*time.Second)) {
			t.Errorf("created %v, changed %v, want %v and 2 s later", m.CreateTime, m.StatusTime, start)
		}
	})
}

func TestSelfManagedNetworkNeverGivesAnAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		id := c.Run("vxnets.1=vxnet-self1")[0]
		time.Sleep(time.Hour)
		m := c.Show(id)
		if m.VxNets[0].PrivateIP != "" || m.VxNets[0].Type != 0 || len(c.sim.Instances()[0].PrivateIPs) != 0 {
			t.Errorf("network is %+v, want type 0 without an address", m.VxNets[0])
		}
	})
}

func TestLaunchFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		c.sim.Inject(cloudsim.Fault{Kind: cloudsim.LaunchFailure, Count: 1})
		a := c.Must("RunInstances", simtest.QingCloudCreate("count=2", "vxnets.1=vxnet-a")...)
		time.Sleep(3 * time.Second)
		bad, good := c.Show(a.Instances[0]), c.Show(a.Instances[1])
		if bad.Status != "terminated" || bad.Transition != "" || bad.VxNets[0].PrivateIP != "" ||
			good.Status != "running" {
			t.Errorf("instances are %+v and %+v, want the first terminated without an address", bad, good)
		}
		if job := c.Must("DescribeJobs", "jobs.1="+a.JobID).Jobs[0]; job.Status != "failed" {
			t.Errorf("the job is %s, want failed", job.Status)
		}
		time.Sleep(2 * time.Hour)
		if n := c.Must("DescribeInstances").Total; n != 1 {
			t.Errorf("%d instances are listed after two hours, want 1: the dead one left the recycle bin", n)
		}
	})
}

// A job may fail while its instances still look as if they were being built.
func TestAFailedJobSaysWhyAndItsInstancesMayStayPending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		c.sim.Inject(cloudsim.Fault{Kind: cloudsim.LaunchFailure, Code: "5200", Delay: time.Hour})
		a := c.Must("RunInstances", simtest.QingCloudCreate("vxnets.1=vxnet-a")...)
		if job := c.Must("DescribeJobs", "jobs.1="+a.JobID).Jobs[0]; job.ErrorCodes != "" {
			t.Errorf("the job has error_codes %q before it has failed, want none", job.ErrorCodes)
		}
		time.Sleep(3 * time.Second)
		if got := c.Show(a.Instances[0]).Status; got != "pending" {
			t.Errorf("the instance is %s, want pending", got)
		}
		job := c.Must("DescribeJobs", "jobs.1="+a.JobID).Jobs[0]
		if job.Status != "failed" {
			t.Errorf("the job is %s, want failed", job.Status)
		}
		if job.ErrorCodes != "5200" {
			t.Errorf("error_codes is %q, want 5200", job.ErrorCodes)
		}
		time.Sleep(time.Hour)
		if got := c.Show(a.Instances[0]).Status; got != "terminated" {
			t.Errorf("after an hour the instance is %s, want terminated", got)
		}
	})
}

func TestARunningInstanceMayLackItsNetworks(t *testing.T) {
	for delay, back := range map[time.Duration]bool{3 * time.Second: true, 0: false} {
		synctest.Test(t, func(t *testing.T) {
			c := newClient(t, nil)
			c.sim.Inject(cloudsim.Fault{Kind: cloudsim.Unaddressed, Delay: delay})
			a := c.Must("RunInstances", simtest.QingCloudCreate("vxnets.1=vxnet-a")...)
			if n := len(c.Show(a.Instances[0]).VxNets); n != 1 {
				t.Errorf("while pending: %d networks, want 1", n)
			}
			time.Sleep(3 * time.Second)
			got := c.Show(a.Instances[0])
			if got.Status != "running" {
				t.Errorf("the instance is %s, want running", got.Status)
			}
			if n := len(got.VxNets); n != 0 {
				t.Errorf("right after the start: %d networks, want none", n)
			}
			time.Sleep(5 * time.Second)
			if isBack := len(c.Show(a.Instances[0]).VxNets) == 1; isBack != back {
				t.Errorf("delay %v: the network is shown later: %v, want %v", delay, isBack, back)
			}
		})
	}
}

func TestAHeldInstanceIsSuspended(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		a := c.Must("RunInstances", simtest.QingCloudCreate()...)
		remove := c.sim.Inject(cloudsim.Fault{Kind: cloudsim.Held})
		if got := c.Show(a.Instances[0]).Status; got != "pending" {
			t.Errorf("while it is built: %s, want pending", got)
		}
		time.Sleep(3 * time.Second)
		if got := c.Show(a.Instances[0]).Status; got != "suspended" {
			t.Errorf("held: %s, want suspended", got)
		}
		remove()
		if got := c.Show(a.Instances[0]).Status; got != "running" {
			t.Errorf("afterwards: %s, want running", got)
		}
	})
}

func TestPartialCreate(t *testing.T) {
	c := newClient(t, nil)
	c.sim.Inject(cloudsim.Fault{Kind: cloudsim.Partial, Count: 2})
	if got := c.Run("count=5"); len(got) != 2 || len(c.sim.Instances()) != 2 {
		t.Errorf("the answer names %d instances and %d exist, want 2 and 2", len(got), len(c.sim.Instances()))
	}
	c.sim.ClearFaults()
	c.sim.Inject(cloudsim.Fault{Kind: cloudsim.Partial, Count: 0})
	if a := c.Must("RunInstances", simtest.QingCloudCreate()...); len(a.Instances) != 0 ||
		!strings.Contains(a.Raw, `"instances":[]`) {
		t.Errorf("success without instances is answered %s", a.Raw)
	}
}

func TestLateVisibility(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		c.sim.Inject(cloudsim.Fault{Kind: cloudsim.LateVisibility, Delay: 5 * time.Second})
		a := c.Must("RunInstances", simtest.QingCloudCreate("instance_name=web-x1")...)
		if n := c.Must("DescribeInstances", "search_word=web-x1").Total; n != 0 {
			t.Errorf("%d instances are found right after the create, want none", n)
		}
		if got := c.Call("TerminateInstances", "instances.1="+a.Instances[0]); got.Code() != 2100 {
			t.Errorf("terminating what is not visible: %s, want 2100", got.Raw)
		}
		if job := c.Must("DescribeJobs", "jobs.1="+a.JobID).Jobs[0]; job.ResourceIDs != a.Instances[0] {
			t.Errorf("the job names %q, want %s all along", job.ResourceIDs, a.Instances[0])
		}
		time.Sleep(5 * time.Second)
		if n := c.Must("DescribeInstances", "search_word=web-x1").Total; n != 1 {
			t.Errorf("%d instances are found after 5 s, want 1", n)
		}
	})
}

func TestSameSeedSameAccount(t *testing.T) {
	account := func(seed uint64) string {
		c := newClient(t, &cloudsim.Options{Seed: seed, Boot: func(_ cloudsim.Cloud, r *rand.Rand) time.Duration {
			return time.Duration(r.IntN(1000)) * time.Millisecond
		}})
		a := c.Must("RunInstances", simtest.QingCloudCreate("count=3", "vxnets.1=vxnet-a")...)
		m := c.Show(a.Instances[2])
		return strings.Join(a.Instances, " ") + a.JobID + m.VxNets[0].NICID
	}
	if a, b := account(1), account(1); a != b {
		t.Errorf("seed 1 made %q and then %q", a, b)
	}
	if a, b := account(1), account(2); a == b {
		t.Errorf("seeds 1 and 2 made the same account")
	}
}
