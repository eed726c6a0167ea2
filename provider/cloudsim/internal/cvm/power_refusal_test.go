package cvm_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/cvm"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

func TestPowerParameterRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		ids := c.running(``)
		for _, r := range []struct{ action, more, code string }{
			{"StopInstances", `,"StopType":"SOFT","ForceStop":false`, "InvalidParameterCombination"},
			{"RebootInstances", `,"StopType":"HARD","ForceReboot":true`, "InvalidParameterCombination"},
			{"StopInstances", `,"StopType":"soft"`, "InvalidParameterValue"},
			{"StopInstances", `,"StoppedMode":"STOP"`, "InvalidParameterValue"},
			{"StopInstances", `,"StopType":1`, "InvalidParameterValue"},
			{"RebootInstances", `,"StopType":""`, "InvalidParameterValue"},
			{"RebootInstances", `,"StoppedMode":"STOP_CHARGING"`, "UnknownParameter"},
			{"RebootInstances", `,"ForceStop":true`, "UnknownParameter"},
			{"StartInstances", `,"StopType":"SOFT"`, "UnknownParameter"},
			{"StopInstances", `,"DryRun":true`, "UnknownParameter"},
		} {
			c.Refused(r.action+" with "+r.more, c.Call(r.action, simtest.CVMIDs(ids, r.more)), r.code)
		}
		c.now("after refused calls", ids[0], "RUNNING", "RunInstances", "SUCCESS")
	})
}

func TestPowerAllOrNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		off, on := c.stopped(`{"InstanceCount":2}`, ""), c.running(`{"InstanceCount":2}`)
		good := map[string]string{
			"StartInstances": off[0], "StopInstances": on[0], "RebootInstances": on[0],
			"ModifyInstancesAttribute": on[0],
		}
		more := map[string]string{"ModifyInstancesAttribute": `,"InstanceName":"new"`}
		for action, fine := range good {
			for _, bad := range []struct {
				ids  []string
				code string
			}{
				{nil, "MissingParameter"},
				{slices.Repeat([]string{fine}, 101), "InvalidParameterValue.LimitExceeded"},
				{[]string{fine, "i-bp1"}, "InvalidInstanceId.Malformed"},
				{[]string{fine, ""}, "InvalidInstanceId.Malformed"},
				{[]string{fine, "ins-zzzzzzzz"}, "InvalidInstanceId.NotFound"},
			} {
				c.Refused(action, c.Call(action, simtest.CVMIDs(bad.ids, more[action])), bad.code)
			}
		}
		c.Refused("start with one that runs", c.Call("StartInstances", simtest.CVMIDs([]string{off[0], on[0]}, "")),
			"UnsupportedOperation.InstanceStateRunning")
		c.Refused("stop with one that is stopped", c.Call(
			"StopInstances", simtest.CVMIDs([]string{on[0], off[0]}, "")), "UnsupportedOperation.InstanceStateStopped")
		c.Refused("reboot with one that is stopped", c.Call("RebootInstances", simtest.CVMIDs([]string{on[0], off[0]},
			"")), "UnsupportedOperation.InstanceStateStopped")
		if got := c.States(append(off, on...)...); !slices.Equal(
			got, []string{"STOPPED", "STOPPED", "RUNNING", "RUNNING"}) {
			t.Errorf("refused calls have changed instances: %v", got)
		}
	})
}

func TestPowerIsRegional(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		ids := c.running(``)
		c.Region = "ap-shanghai"
		for _, action := range []string{"StartInstances", "StopInstances", "RebootInstances"} {
			c.Refused(action+" from another region", c.Call(action, simtest.CVMIDs(ids, "")),
				"InvalidInstanceId.NotFound")
		}
	})
}

// TestWrongStates tries every action that changes instances in every state of an
// instance.
func TestWrongStates(t *testing.T) {
	const prepaid = `{"InstanceChargeType":"PREPAID","InstanceChargePrepaid":{"Period":1}}`
	after := func(action string) func(*client) string {
		return func(c *client) string {
			ids := c.running(``)
			c.ok(action, simtest.CVMIDs(ids, ""))
			return ids[0]
		}
	}
	for state, reach := range map[string]func(c *client) string{
		"Pending": func(c *client) string { return c.Run(``)[0] },
		"Running": func(c *client) string { return c.running(``)[0] },
		"Stopped": func(c *client) string { return c.stopped(``, "")[0] },
		"Starting": func(c *client) string {
			ids := c.stopped(``, "")
			c.ok("StartInstances", simtest.CVMIDs(ids, ""))
			return ids[0]
		},
		"Stopping":    after("StopInstances"),
		"Rebooting":   after("RebootInstances"),
		"Terminating": after("TerminateInstances"),
		"LaunchFailed": func(c *client) string {
			c.sim.Inject(cloudsim.Fault{Kind: cloudsim.LaunchFailure})
			return c.running(``)[0]
		},
		"Shutdown": func(c *client) string {
			ids := c.running(prepaid)
			c.ok("TerminateInstances", simtest.CVMIDs(ids, ""))
			time.Sleep(cvm.Leaving)
			return ids[0]
		},
	} {
		for action, right := range map[string][]string{
			"StartInstances":           {"Stopped"},
			"StopInstances":            {"Running"},
			"RebootInstances":          {"Running"},
			"TerminateInstances":       {"Running", "Stopped", "Shutdown"},
			"ModifyInstancesAttribute": {"Running", "Stopped"},
		} {
			want := "UnsupportedOperation.InstanceState" + state
			if slices.Contains(right, state) {
				want = ""
			}
			synctest.Test(t, func(t *testing.T) {
				c := newClient(t, nil)
				id := reach(c)
				more := map[string]string{"ModifyInstancesAttribute": `,"DisableApiTermination":true`}[action]
				c.Refused(action+" while "+state, c.Call(action, simtest.CVMIDs([]string{id}, more)), want)
			})
		}
	}
}

func TestOnlyHourlyInstancesStopWithoutCharges(t *testing.T) {
	for _, members := range []string{
		`{"InstanceChargeType":"PREPAID","InstanceChargePrepaid":{"Period":1}}`,
		`{"InstanceChargeType":"SPOTPAID"}`,
		`{"InstanceChargeType":"CDHPAID","InstanceType":"CDH_1C1G","Placement":{"Zone":"ap-guangzhou-2","HostIds":["host-1"]}}`,
	} {
		synctest.Test(t, func(t *testing.T) {
			c := newClient(t, nil)
			hourly, other := c.running(``), c.running(members)
			both := simtest.CVMIDs(append(hourly, other...), `,"StoppedMode":"STOP_CHARGING"`)
			c.Refused(members, c.Call("StopInstances", both), "UnsupportedOperation.StoppedModeStopCharging")
			c.now("the hourly one beside "+members, hourly[0], "RUNNING", "RunInstances", "SUCCESS")
			c.ok("StopInstances", simtest.CVMIDs(other, `,"StoppedMode":"KEEP_CHARGING"`))
			time.Sleep(cvm.SoftStop)
			c.now(members, other[0], "STOPPED", "StopInstances", "SUCCESS", "NOT_APPLICABLE")
		})
	}
}

func TestPowerFaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		id := c.stopped(``, `,"StoppedMode":"STOP_CHARGING"`)[0]
		c.sim.Inject(cloudsim.Fault{API: "StartInstances", Kind: cloudsim.NoStock, Times: 1})
		c.Refused("start without stock", c.Call("StartInstances", simtest.CVMIDs([]string{id}, "")),
			"ResourceInsufficient.SpecifiedInstanceType")
		c.now("after that", id, "STOPPED", "StopInstances", "SUCCESS", "STOP_CHARGING")
		c.sim.Inject(cloudsim.Fault{
			API: "StartInstances", Kind: cloudsim.ServerErrorAfter,
			Code: "InternalServerError", Times: 1,
		})
		c.Refused("start with a lost answer", c.Call("StartInstances", simtest.CVMIDs([]string{id}, "")),
			"InternalServerError")
		c.now("after that", id, "STARTING", "StartInstances", "OPERATING")
	})
}
