package cvm_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/cvm"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// ok sends a call that must succeed and has an empty answer.
func (c *client) ok(action, body string) {
	c.T.Helper()
	if got := c.Call(action, body); got.Error.Code != "" {
		c.T.Fatalf("%s %s was refused: %+v", action, body, got.Error)
	}
}

// running returns IDs of instances that have booted.
func (c *client) running(members string) []string {
	c.T.Helper()
	ids := c.Run(members)
	time.Sleep(2 * time.Second)
	return ids
}

// stopped returns IDs of instances that were stopped after the boot.
func (c *client) stopped(members, how string) []string {
	c.T.Helper()
	ids := c.running(members)
	c.ok("StopInstances", simtest.CVMIDs(ids, how))
	time.Sleep(cvm.SoftStop)
	return ids
}

// now checks an instance in DescribeInstances: state, latest operation, its state, and
// the charging while stopped.
func (c *client) now(when, id string, want ...string) {
	c.T.Helper()
	row := c.Instance(id)
	for i, member := range []string{
		"InstanceState", "LatestOperation", "LatestOperationState",
		"StopChargingMode",
	}[:len(want)] {
		if row[member] != want[i] {
			c.T.Errorf("%s: %s is %v, want %s", when, member, row[member], want[i])
		}
	}
	if status := c.States(id); !slices.Equal(status, want[:1]) {
		c.T.Errorf("%s: DescribeInstancesStatus has %v, want %s", when, status, want[0])
	}
}

func TestStopStartReboot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		ids := c.running(`{"InstanceCount":2}`)
		for _, s := range []struct {
			action, state string
			takes         time.Duration
			then, mode    string
		}{
			{"StopInstances", "STOPPING", cvm.SoftStop, "STOPPED", "KEEP_CHARGING"},
			{"StartInstances", "STARTING", cvm.PowerOn, "RUNNING", "NOT_APPLICABLE"},
			{"RebootInstances", "REBOOTING", cvm.SoftStop + cvm.PowerOn, "RUNNING", "NOT_APPLICABLE"},
		} {
			got := c.Call(s.action, simtest.CVMIDs(ids, ""))
			if got.Error.Code != "" {
				t.Fatalf("%s refused with %+v", s.action, got.Error)
			}
			c.now("right after "+s.action, ids[1], s.state, s.action, "OPERATING", "NOT_APPLICABLE")
			if id := c.Instance(ids[1])["LatestOperationRequestId"]; id != got.RequestId {
				t.Errorf("%s: LatestOperationRequestId is %v, the answer said %s", s.action, id, got.RequestId)
			}
			time.Sleep(s.takes - time.Nanosecond)
			c.now("at the end of "+s.action, ids[1], s.state, s.action, "OPERATING")
			time.Sleep(time.Nanosecond)
			c.now("after "+s.action, ids[1], s.then, s.action, "SUCCESS", s.mode)
			c.now("after "+s.action, ids[0], s.then, s.action, "SUCCESS", s.mode)
		}
	})
}

// TestPowerAnswersOnlyARequestID: the raw answer has no result per instance.
func TestPowerAnswersOnlyARequestID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		ids := c.running(``)
		for _, action := range []string{
			"StopInstances", "StartInstances", "RebootInstances",
			"ModifyInstancesAttribute",
		} {
			more := map[string]string{"ModifyInstancesAttribute": `,"InstanceName":"n"`}[action]
			if got := answerMembers(t, c, action, simtest.CVMIDs(ids, more)); !slices.Equal(
				got, []string{"RequestId"}) {
				t.Errorf("%s answers %v, want only RequestId", action, got)
			}
			time.Sleep(time.Minute)
		}
	})
}

func TestHardIsFaster(t *testing.T) {
	for how, takes := range map[string]time.Duration{
		``:                                  cvm.SoftStop,
		`,"StopType":"SOFT"`:                cvm.SoftStop,
		`,"StopType":"SOFT_FIRST"`:          cvm.SoftStop,
		`,"StopType":"HARD"`:                cvm.HardStop,
		`,"ForceStop":true`:                 cvm.SoftStop, // which forces only after a soft stop failed
		`,"ForceStop":false`:                cvm.SoftStop,
		`,"StopType":null,"ForceStop":null`: cvm.SoftStop,
	} {
		synctest.Test(t, func(t *testing.T) {
			c := newClient(t, nil)
			id := c.running(``)[0]
			c.ok("StopInstances", simtest.CVMIDs([]string{id}, how))
			time.Sleep(takes - time.Nanosecond)
			c.now("before its time, with "+how, id, "STOPPING")
			time.Sleep(time.Nanosecond)
			c.now("in time, with "+how, id, "STOPPED")
		})
	}
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		id := c.running(``)[0]
		c.ok("RebootInstances", simtest.CVMIDs([]string{id}, `,"StopType":"HARD"`))
		time.Sleep(cvm.HardStop + cvm.PowerOn)
		c.now("after a hard reboot", id, "RUNNING", "RebootInstances", "SUCCESS")
		c.ok("RebootInstances", simtest.CVMIDs([]string{id}, `,"ForceReboot":true`))
		time.Sleep(cvm.HardStop + cvm.PowerOn)
		c.now("during a soft reboot", id, "REBOOTING", "RebootInstances", "OPERATING")
	})
}

func TestPowerTakesAHundredIDs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		ids := c.running(`{"InstanceCount":100}`)
		c.ok("StopInstances", simtest.CVMIDs(ids, ""))
		time.Sleep(cvm.SoftStop)
		if got := slices.Compact(c.States(ids...)); !slices.Equal(got, []string{"STOPPED"}) {
			t.Errorf("states of a hundred stopped instances: %v", got)
		}
		c.ok("StartInstances", simtest.CVMIDs(slices.Repeat(ids[:1], 2), "")) // naming one twice is naming it
	})
}

func TestStopWithoutCharges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		id := c.stopped(`{"InternetAccessible":{"InternetMaxBandwidthOut":1}}`, `,"StoppedMode":"STOP_CHARGING"`)[0]
		c.now("stopped", id, "STOPPED", "StopInstances", "SUCCESS", "STOP_CHARGING")
		if ips := c.Instance(id)["PublicIpAddresses"]; ips != nil {
			t.Errorf("stopped without charges the instance still has the public addresses %v", ips)
		}
		c.ok("StartInstances", simtest.CVMIDs([]string{id}, ""))
		time.Sleep(cvm.PowerOn)
		c.now("started again", id, "RUNNING", "StartInstances", "SUCCESS", "NOT_APPLICABLE")
		if ips, _ := c.Instance(id)["PublicIpAddresses"].([]any); len(ips) != 1 {
			t.Errorf("started again it has the public addresses %v, want one", ips)
		}
		c.ok("StopInstances", simtest.CVMIDs([]string{id}, ""))
		time.Sleep(cvm.SoftStop)
		c.now("stopped as usual", id, "STOPPED", "StopInstances", "SUCCESS", "KEEP_CHARGING")
		if ips, _ := c.Instance(id)["PublicIpAddresses"].([]any); len(ips) != 1 {
			t.Errorf("stopped as usual it has the public addresses %v, want the one it had", ips)
		}
	})
}

// TestTimerOutlivesPowerChanges stops instances with a time of destruction: some long
// before that time, others so late that the stop does not end before it.
func TestTimerOutlivesPowerChanges(t *testing.T) {
	for name, early := range map[string]time.Duration{"long before": time.Hour, "just before": cvm.SoftStop / 2} {
		synctest.Test(t, func(t *testing.T) {
			c := newClient(t, nil)
			at := time.Now().Add(24 * time.Hour)
			id := c.Run(fmt.Sprintf(`{"ActionTimer":{"TimerAction":"TerminateInstances","ActionTime":%q}}`,
				at.UTC().Format(time.RFC3339)))[0]
			time.Sleep(time.Until(at.Add(-early)))
			c.ok("StopInstances", simtest.CVMIDs([]string{id}, ""))
			time.Sleep(time.Until(at) - time.Nanosecond)
			want := map[bool]string{true: "STOPPED", false: "STOPPING"}[early > cvm.SoftStop]
			c.now("stopped "+name, id, want)
			time.Sleep(time.Nanosecond)
			c.now("at the time, stopped "+name, id, "TERMINATING")
			time.Sleep(time.Hour)
			if n := len(c.sim.Instances(cloudsim.CVM)); n != 0 {
				t.Errorf("stopped %s: %d instances left", name, n)
			}
		})
	}
}

func TestPowerByEveryWire(t *testing.T) {
	for name, build := range map[string]func(map[string]string) *http.Request{
		"v1 query": simtest.V1GET,
		"v1 form":  simtest.V1POST,
		"TC3 query": func(p map[string]string) *http.Request {
			own := maps.Clone(p)
			delete(own, "Action")
			return simtest.TC3Request{
				Method: "GET", Query: "?" + encode(own),
				Header: map[string]string{"X-TC-Action": p["Action"]},
			}.Build()
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			c := newClient(t, nil)
			ids := c.running(`{"InstanceCount":2}`)
			for _, s := range []struct {
				params map[string]string
				then   []string
			}{
				{
					map[string]string{"Action": "StopInstances", "StopType": "HARD", "StoppedMode": "STOP_CHARGING"},
					[]string{"STOPPED", "STOPPED"},
				},
				{map[string]string{"Action": "StartInstances"}, []string{"RUNNING", "RUNNING"}},
				{map[string]string{"Action": "RebootInstances", "ForceReboot": "TRUE"}, []string{"RUNNING", "RUNNING"}},
				{map[string]string{"Action": "StopInstances", "ForceStop": "false"}, []string{"STOPPED", "STOPPED"}},
				{
					map[string]string{"Action": "ModifyInstancesAttribute", "InstanceName": "a b"},
					[]string{"STOPPED", "STOPPED"},
				},
			} {
				s.params["InstanceIds.0"], s.params["InstanceIds.1"] = ids[0], ids[1]
				if got := ask(t, c.sim, build(s.params)); got.Error.Code != "" {
					t.Fatalf("%s %s: refused with %+v", name, s.params["Action"], got.Error)
				}
				time.Sleep(time.Minute)
				if got := c.States(ids...); !slices.Equal(got, s.then) {
					t.Errorf("%s %s: then %v, want %v", name, s.params["Action"], got, s.then)
				}
			}
		})
	}
}
