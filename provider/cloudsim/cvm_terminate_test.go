package cloudsim

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestCVMTerminateByTheHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCVMTestClient(t, nil)
		ids := c.run(`{"InstanceCount":2}`)
		time.Sleep(2 * time.Second)
		got := c.call("TerminateInstances", idsBody(ids, `,"ReleaseAddress":true,"ReleasePrepaidDataDisks":false`))
		if got.Error.Code != "" {
			t.Fatalf("refused with %+v", got.Error)
		}
		if got := c.states(ids...); !slices.Equal(got, []string{"TERMINATING", "TERMINATING"}) {
			t.Errorf("right after: %v", got)
		}
		c.refused("again at once", c.call("TerminateInstances", idsBody(ids, "")), "UnsupportedOperation.InstanceStateTerminating")
		time.Sleep(time.Second)
		if got := c.states(ids...); len(got) != 0 {
			t.Errorf("a second later: %v, want them gone", got)
		}
		c.refused("again when gone", c.call("TerminateInstances", idsBody(ids, "")), "InvalidInstanceId.NotFound")
	})
}

func TestCVMTerminatePrepaidTakesTwoCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCVMTestClient(t, nil)
		id := c.run(`{"InstanceChargeType":"PREPAID","InstanceChargePrepaid":{"Period":1}}`)[0]
		time.Sleep(2 * time.Second)
		twice := idsBody([]string{id, id}, "")
		c.call("TerminateInstances", twice)
		row := c.instance(id)
		if row["InstanceState"] != "SHUTDOWN" || row["LatestOperation"] != "TerminateInstances" || row["LatestOperationState"] != "OPERATING" {
			t.Errorf("after the first call: %v, %v %v", row["InstanceState"], row["LatestOperation"], row["LatestOperationState"])
		}
		c.refused("second call too early", c.call("TerminateInstances", twice), "OperationDenied.InstanceOperationInProgress")
		time.Sleep(time.Second)
		if row := c.instance(id); row["LatestOperationState"] != "SUCCESS" || row["IsolatedSource"] != "MANMADE" {
			t.Errorf("in the recycle bin: %v, isolated %v", row["LatestOperationState"], row["IsolatedSource"])
		}
		time.Sleep(24 * time.Hour) // it stays
		c.call("TerminateInstances", twice)
		if got := c.states(id); !slices.Equal(got, []string{"TERMINATING"}) {
			t.Errorf("after the second call: %v", got)
		}
		time.Sleep(time.Second)
		if n := len(c.sim.Instances(CVM)); n != 0 {
			t.Errorf("%d machines left", n)
		}
	})
}

func TestCVMTerminateAllOrNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCVMTestClient(t, nil)
		hourly := c.run(`{"InstanceCount":2}`)
		prepaid := c.run(`{"InstanceChargeType":"PREPAID","InstanceChargePrepaid":{"Period":1}}`)
		safe := c.run(`{"DisableApiTermination":true}`)
		time.Sleep(2 * time.Second)
		young := c.run(``)
		for name, bad := range map[string]struct {
			ids  []string
			code string
		}{
			"none":              {nil, "MissingParameter"},
			"too many":          {slices.Repeat(hourly[:1], 101), "InvalidParameterValue.LimitExceeded"},
			"a malformed ID":    {[]string{hourly[0], "i-1"}, "InvalidInstanceId.Malformed"},
			"an unknown ID":     {[]string{hourly[0], "ins-zzzzzzzz"}, "InvalidInstanceId.NotFound"},
			"two charge types":  {[]string{hourly[0], prepaid[0]}, "UnsupportedOperation.InstanceMixedPricingModel"},
			"a protected one":   {[]string{hourly[0], safe[0]}, "UnsupportedOperation.InstancesProtected"},
			"one that is young": {[]string{hourly[0], young[0]}, "UnsupportedOperation.InstanceStatePending"},
		} {
			c.refused(name, c.call("TerminateInstances", idsBody(bad.ids, "")), bad.code)
		}
		if got := c.states(hourly...); !slices.Equal(got, []string{"RUNNING", "RUNNING"}) {
			t.Errorf("refused calls have touched machines: %v", got)
		}
	})
}

func TestCVMTerminateStopped(t *testing.T) {
	for _, mode := range []string{"KEEP_CHARGING", "STOP_CHARGING"} {
		synctest.Test(t, func(t *testing.T) {
			c := newCVMTestClient(t, nil)
			ids := c.stopped(``, `,"StoppedMode":"`+mode+`"`)
			c.ok("TerminateInstances", idsBody(ids, ""))
			c.now("right after", ids[0], "TERMINATING", "TerminateInstances", "OPERATING", "NOT_APPLICABLE")
			time.Sleep(time.Second)
			if n := len(c.sim.Instances(CVM)); n != 0 {
				t.Errorf("%d machines left", n)
			}
		})
	}
}

// TestCVMTerminatePrepaidStopped: a machine that is stopped needs both steps, and
// while it is in the recycle bin it can be neither started nor changed.
func TestCVMTerminatePrepaidStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCVMTestClient(t, nil)
		prepaid := `{"InstanceCount":2,"InstanceChargeType":"PREPAID","InstanceChargePrepaid":{"Period":1}}`
		ids := c.stopped(prepaid, "")
		c.ok("StartInstances", idsBody(ids[1:], ""))
		time.Sleep(cvmPowerOn)
		c.ok("TerminateInstances", idsBody(ids, "")) // one stopped, one running
		c.now("first call", ids[0], "SHUTDOWN", "TerminateInstances", "OPERATING", "NOT_APPLICABLE")
		time.Sleep(cvmLeaving)
		for _, action := range []string{"StartInstances", "StopInstances", "RebootInstances"} {
			c.refused(action+" in the recycle bin", c.call(action, idsBody(ids, "")), "UnsupportedOperation.InstanceStateShutdown")
		}
		if got := c.states(ids...); !slices.Equal(got, []string{"SHUTDOWN", "SHUTDOWN"}) {
			t.Errorf("in the recycle bin: %v", got)
		}
		c.ok("TerminateInstances", idsBody(ids, ""))
		time.Sleep(cvmLeaving)
		if n := len(c.sim.Instances(CVM)); n != 0 {
			t.Errorf("%d machines left", n)
		}
	})
}

func TestCVMFailedMachinesVanish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCVMTestClient(t, nil)
		c.sim.Inject(Fault{Kind: LaunchFailure, Count: 1, Times: 1})
		ids := c.running(`{"InstanceCount":2,"ClientToken":"op-1"}`)
		time.Sleep(cvmFailedFor - time.Nanosecond)
		if got := c.states(ids...); !slices.Equal(got, []string{"LAUNCH_FAILED", "RUNNING"}) {
			t.Errorf("before its time: %v", got)
		}
		time.Sleep(time.Nanosecond)
		if got := c.states(ids...); !slices.Equal(got, []string{"RUNNING"}) {
			t.Errorf("after ten minutes: %v, want the failed machine gone", got)
		}
		c.refused("terminate", c.call("TerminateInstances", idsBody(ids[:1], "")), "InvalidInstanceId.NotFound")
		if again := c.run(`{"InstanceCount":2,"ClientToken":"op-1"}`); !slices.Equal(again, ids) {
			t.Errorf("the token then answers %v, want %v: a token makes once", again, ids)
		}
	})
}
