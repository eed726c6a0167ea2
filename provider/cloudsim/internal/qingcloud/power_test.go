package qingcloud_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/qingcloud"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// runTo creates an instance and brings it to a status.
func (c *client) runTo(status string) string {
	c.T.Helper()
	if status == "terminated after a failed launch" {
		remove := c.sim.Inject(cloudsim.Fault{Kind: cloudsim.LaunchFailure})
		defer remove()
	}
	id := c.Run()[0]
	if status == "pending" {
		return id
	}
	time.Sleep(upTime)
	switch status {
	case "stopped":
		c.Must("StopInstances", "instances.1="+id)
	case "terminated":
		c.Must("TerminateInstances", "instances.1="+id)
	case "ceased":
		c.Must("TerminateInstances", "instances.1="+id, "direct_cease=1")
	}
	time.Sleep(qingcloud.EndTime)
	return id
}

// login is the login that ResetInstances needs; other actions ignore it.
func login(pairs ...string) []string {
	return append(pairs, "login_mode=passwd", "login_passwd=Secret-Word-2")
}

func TestPowerOfAnInstance(t *testing.T) {
	tests := []struct {
		action, from, transition, to string
		phase                        cloudsim.Phase // meanwhile
	}{
		{"StartInstances", "stopped", "starting", "running", cloudsim.Starting},
		{"StopInstances", "running", "stopping", "stopped", cloudsim.Stopping},
		{"RestartInstances", "running", "restarting", "running", cloudsim.Starting},
		{"ResetInstances", "running", "resetting", "running", cloudsim.Pending},
		{"ResetInstances", "stopped", "resetting", "stopped", cloudsim.Pending},
	}
	for _, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			c := newClient(t, nil)
			id := c.runTo(tt.from)
			start := time.Now()
			a := c.Must(tt.action, login("instances.1="+id)...)
			for _, s := range []struct {
				at                      time.Duration
				status, transition, job string
				phase                   cloudsim.Phase
			}{
				{0, tt.from, tt.transition, "pending", tt.phase},
				{qingcloud.PowerTime - 1, tt.from, tt.transition, "working", tt.phase},
				{qingcloud.PowerTime, tt.to, "", "successful", cloudsim.Phase(tt.to)},
				{time.Hour, tt.to, "", "successful", cloudsim.Phase(tt.to)},
			} {
				time.Sleep(time.Until(start.Add(s.at)))
				if m := c.Show(id); m.Status != s.status || m.Transition != s.transition {
					t.Errorf("%s, after %v: %s/%q, want %s/%q", tt.action, s.at, m.Status, m.Transition, s.status,
						s.transition)
				}
				if p := c.sim.Instances()[0].Phase; p != s.phase {
					t.Errorf("%s, after %v: the snapshot is %s, want %s", tt.action, s.at, p, s.phase)
				}
				want := simtest.QingCloudJob{ID: a.JobID, Action: tt.action, Status: s.job, ResourceIDs: id}
				if job := c.Must("DescribeJobs", "jobs.1="+a.JobID).Jobs[0]; job != want {
					t.Errorf("%s, after %v: job %+v, want %+v", tt.action, s.at, job, want)
				}
			}
		})
	}
}

func TestForcedStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		for _, force := range []string{"0", "1"} {
			id := c.runTo("running")
			c.Must("StopInstances", "instances.1="+id, "force="+force)
			time.Sleep(qingcloud.PowerTime)
			if m := c.Show(id); m.Status != "stopped" {
				t.Errorf("force=%s left the instance %s, want stopped", force, m.Status)
			}
		}
	})
}

func TestInstanceNamedTwiceIsSwitchedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		id := c.runTo("running")
		for _, action := range []string{"ResetInstances", "RestartInstances", "StopInstances"} {
			c.Must(action, login("instances.1="+id, "instances.2="+id)...)
			time.Sleep(qingcloud.PowerTime)
			if m := c.Show(id); m.Transition != "" {
				t.Errorf("%s of an instance named twice never ends: %s/%s", action, m.Status, m.Transition)
			}
		}
	})
}

func TestPowerKeepsTheAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		id := c.Run("vxnets.1=vxnet-a")[0]
		time.Sleep(upTime)
		before := c.Show(id).VxNets[0].PrivateIP
		for _, action := range []string{"RestartInstances", "ResetInstances", "StopInstances", "StartInstances"} {
			c.Must(action, login("instances.1="+id)...)
			time.Sleep(qingcloud.PowerTime)
			if got := c.Show(id).VxNets[0].PrivateIP; got != before || got == "" {
				t.Errorf("after %s the address is %q, want %q still", action, got, before)
			}
		}
	})
}

func TestResetTakesTheNewLogin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		id := c.runTo("running")
		c.Must("ResetInstances", "instances.1="+id, "login_mode=keypair", "login_keypair=kp-2")
		time.Sleep(qingcloud.PowerTime)
		if got := c.Show(id, "verbose=1").KeyPairIDs; !slices.Equal(got, []string{"kp-2"}) {
			t.Errorf("key pairs are %v after a reset with kp-2", got)
		}
		c.Must("ResetInstances", login("instances.1="+id)...)
		if got := c.Show(id, "verbose=1").KeyPairIDs; len(got) != 0 {
			t.Errorf("key pairs are %v after a reset with a password, want none", got)
		}
		windows := c.Run("image_id=winsrv2016")[0]
		time.Sleep(upTime)
		a := c.Call("ResetInstances", "instances.1="+id, "instances.2="+windows, "login_mode=keypair",
			"login_keypair=kp-2")
		if a.Code() != 1101 || !strings.Contains(a.Message, "login_mode") {
			t.Errorf("resetting a Windows instance with a key pair: %s, want 1101 about login_mode", a.Raw)
		}
	})
}

func TestReleaseOfAStoppedInstance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		binned, ceased := c.runTo("stopped"), c.runTo("stopped")
		c.Must("TerminateInstances", "instances.1="+binned)
		c.Must("TerminateInstances", "instances.1="+ceased, "direct_cease=1")
		if m := c.Show(binned); m.Status != "stopped" || m.Transition != "terminating" {
			t.Errorf("right after: %s/%q, want stopped/terminating", m.Status, m.Transition)
		}
		time.Sleep(qingcloud.EndTime)
		if m := c.Show(binned); m.Status != "terminated" {
			t.Errorf("afterwards: %s, want terminated", m.Status)
		}
		if n := c.Must("DescribeInstances").Total; n != 1 {
			t.Errorf("%d instances are listed, want the one in the recycle bin", n)
		}
		c.Must("CeaseInstances", "instances.1="+binned)
		time.Sleep(qingcloud.EndTime)
		if n := len(c.sim.Instances()); n != 0 {
			t.Errorf("%d instances are left after the recycle bin was emptied", n)
		}
	})
}

func TestFaultsStrikePowerCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		id := c.runTo("running")
		c.sim.Inject(cloudsim.Fault{Kind: cloudsim.Throttle, API: "StopInstances", Times: 1})
		c.sim.Inject(cloudsim.Fault{Kind: cloudsim.ServerErrorAfter, API: "StopInstances", Skip: 1, Times: 1})
		if a := c.Call("StopInstances", "instances.1="+id); a.Code() != 2500 || c.Show(id).Transition != "" {
			t.Errorf("a throttled stop: %s, want 2500 and nothing done", a.Raw)
		}
		if a := c.Call("StopInstances", "instances.1="+id); a.HttpStatus != 503 || c.Show(id).Transition != "stopping" {
			t.Errorf("a stop whose answer is lost: %d %s, want 503 and the instance stopping", a.HttpStatus, a.Raw)
		}
	})
}
