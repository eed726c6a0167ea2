package qingcloud_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/qingcloud"
)

func TestPowerNeedsTheRightStatus(t *testing.T) {
	allowed := map[string][]string{
		"StartInstances":   {"stopped"},
		"StopInstances":    {"running"},
		"RestartInstances": {"running"},
		"ResetInstances":   {"running", "stopped"},
	}
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		for action, from := range allowed {
			for _, status := range []string{
				"pending", "running", "stopped", "terminated", "terminated after a failed launch", "ceased",
			} {
				id := c.runTo(status)
				want := 1400
				if slices.Contains(from, status) {
					want = 0
				}
				if a := c.Call(action, login("instances.1="+id)...); a.Code() != want {
					t.Errorf("%s of an instance that is %s: %s, want %d", action, status, a.Raw, want)
				}
			}
			if a := c.Call(action, login("instances.1=i-unknown")...); a.Code() != 2100 {
				t.Errorf("%s of an unknown instance: %s, want 2100", action, a.Raw)
			}
		}
	})
}

func TestRefusalShowsTheState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		running, stopped := c.runTo("running"), c.runTo("stopped")
		for pair, want := range map[[2]string]string{
			{"StopInstances", stopped}:    "is not running, can not be stopped",
			{"RestartInstances", stopped}: "is not running, can not be restarted",
			{"StartInstances", running}:   "is not stopped, can not be started",
		} {
			want = "PermissionDenied, instance [" + pair[1] + "] " + want
			if a := c.Call(pair[0], "instances.1="+pair[1]); a.Message != want {
				t.Errorf("%s: got message %q, want %q", pair[0], a.Message, want)
			}
		}
	})
}

func TestInstanceUnderWayTakesNoOtherCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		for first, from := range map[string]string{
			"StartInstances": "stopped", "StopInstances": "running", "RestartInstances": "running",
			"ResetInstances": "stopped", "TerminateInstances": "running",
		} {
			id := c.runTo(from)
			c.Must(first, login("instances.1="+id)...)
			for _, then := range []string{
				"StartInstances", "StopInstances", "RestartInstances", "ResetInstances", "TerminateInstances",
				"CeaseInstances",
			} {
				if a := c.Call(then, login("instances.1="+id)...); a.Code() != 1400 {
					t.Errorf("%s during %s: %s, want 1400", then, first, a.Raw)
				}
			}
		}
	})
}

func TestPowerIsAllOrNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		stopped := c.runTo("stopped")
		ids := c.Run("count=2")
		time.Sleep(upTime)
		for other, want := range map[string]int{stopped: 1400, "i-unknown": 2100} {
			if a := c.Call("StopInstances", "instances.1="+ids[0], "instances.2="+other); a.Code() != want {
				t.Errorf("stopped together with %s: %s, want %d", other, a.Raw, want)
			}
		}
		if m := c.Show(ids[0]); m.Status != "running" || m.Transition != "" {
			t.Errorf("the refused calls left %s/%q, want a running instance", m.Status, m.Transition)
		}
		a := c.Must("StopInstances", "instances.1="+ids[0], "instances.2="+ids[1])
		if job := c.Must("DescribeJobs", "jobs.1="+a.JobID).Jobs[0]; job.ResourceIDs != strings.Join(ids, " ") {
			t.Errorf("the one job is about %q, want both instances", job.ResourceIDs)
		}
		time.Sleep(qingcloud.PowerTime)
		if n := c.Must("DescribeInstances", "status.1=stopped").Total; n != 3 {
			t.Errorf("%d instances are stopped, want 3", n)
		}
	})
}

func TestPowerStaysInItsZone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		id := c.runTo("running")
		c.Zone = "sh1a"
		if a := c.Call("StopInstances", "instances.1="+id); a.Code() != 2100 {
			t.Errorf("an instance of pek3a is stopped from sh1a: %s, want 2100", a.Raw)
		}
	})
}

func TestInstanceNotYetVisibleHasNoPower(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		c.sim.Inject(cloudsim.Fault{Kind: cloudsim.LateVisibility, Delay: time.Minute})
		id := c.runTo("running")
		if a := c.Call("StopInstances", "instances.1="+id); a.Code() != 2100 {
			t.Errorf("an instance that no describe shows: %s, want 2100", a.Raw)
		}
	})
}

func TestPowerRefusesBadParameters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		id := c.runTo("running")
		tests := []struct {
			action string
			pairs  []string
		}{
			{"StartInstances", nil},
			{"StopInstances", nil},
			{"RestartInstances", nil},
			{"ResetInstances", login()},
			{"StartInstances", []string{"instances=" + id}},
			{"RestartInstances", []string{"instances.1=i 1"}},
			{"StopInstances", []string{"instances.1=" + id, "force=yes"}},
			{"ResetInstances", []string{"instances.1=" + id}},
			{"ResetInstances", []string{"instances.1=" + id, "login_mode=passwd"}},
			{"ResetInstances", []string{"instances.1=" + id, "login_mode=keypair"}},
			{"ResetInstances", []string{"instances.1=" + id, "login_passwd=Secret-Word-2"}},
			{"ResetInstances", login("instances.1="+id, "need_newsid=yes")},
		}
		for _, tt := range tests {
			if a := c.Call(tt.action, tt.pairs...); a.Code() != 1100 || strings.Contains(a.Raw, "Secret-Word") {
				t.Errorf("%s with a bad parameter must be refused with 1100, without the values sent", tt.action)
			}
		}
		if a := c.Call("StopInstances", "instances.1="+id, "force=2"); a.Code() != 1101 {
			t.Errorf("a flag of 2 is answered %s, want 1101", a.Raw)
		}
		if m := c.Show(id); m.Status != "running" || m.Transition != "" {
			t.Errorf("the refused calls left %s/%q, want a running instance", m.Status, m.Transition)
		}
	})
}
