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

func TestTerminateByTheHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		ids := c.Run(`{"InstanceCount":2}`)
		time.Sleep(2 * time.Second)
		got := c.Call("TerminateInstances", simtest.CVMIDs(
			ids, `,"ReleaseAddress":true,"ReleasePrepaidDataDisks":false`))
		if got.Error.Code != "" {
			t.Fatalf("refused with %+v", got.Error)
		}
		if got := c.States(ids...); !slices.Equal(got, []string{"TERMINATING", "TERMINATING"}) {
			t.Errorf("right after: %v", got)
		}
		c.Refused("again at once", c.Call("TerminateInstances", simtest.CVMIDs(ids, "")),
			"UnsupportedOperation.InstanceStateTerminating")
		time.Sleep(time.Second)
		if got := c.States(ids...); len(got) != 0 {
			t.Errorf("a second later: %v, want them gone", got)
		}
		c.Refused("again when gone", c.Call("TerminateInstances", simtest.CVMIDs(ids, "")),
			"InvalidInstanceId.NotFound")
	})
}

func TestTerminatePrepaidTakesTwoCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		id := c.Run(`{"InstanceChargeType":"PREPAID","InstanceChargePrepaid":{"Period":1}}`)[0]
		time.Sleep(2 * time.Second)
		twice := simtest.CVMIDs([]string{id, id}, "")
		c.Call("TerminateInstances", twice)
		row := c.Instance(id)
		if row["InstanceState"] != "SHUTDOWN" || row["LatestOperation"] != "TerminateInstances" ||
			row["LatestOperationState"] != "OPERATING" {
			t.Errorf("after the first call: %v, %v %v", row["InstanceState"], row["LatestOperation"],
				row["LatestOperationState"])
		}
		c.Refused("second call too early", c.Call("TerminateInstances", twice),
			"OperationDenied.InstanceOperationInProgress")
		time.Sleep(time.Second)
		if row := c.Instance(id); row["LatestOperationState"] != "SUCCESS" || row["IsolatedSource"] != "MANMADE" {
			t.Errorf("in the recycle bin: %v, isolated %v", row["LatestOperationState"], row["IsolatedSource"])
		}
		time.Sleep(24 * time.Hour) // it stays
		c.Call("TerminateInstances", twice)
		if got := c.States(id); !slices.Equal(got, []string{"TERMINATING"}) {
			t.Errorf("after the second call: %v", got)
		}
		time.Sleep(time.Second)
		if n := len(c.sim.Instances(cloudsim.CVM)); n != 0 {
			t.Errorf("%d instances left", n)
		}
	})
}

func TestTerminateAllOrNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		hourly := c.Run(`{"InstanceCount":2}`)
		prepaid := c.Run(`{"InstanceChargeType":"PREPAID","InstanceChargePrepaid":{"Period":1}}`)
		safe := c.Run(`{"DisableApiTermination":true}`)
		time.Sleep(2 * time.Second)
		young := c.Run(``)
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
			c.Refused(name, c.Call("TerminateInstances", simtest.CVMIDs(bad.ids, "")), bad.code)
		}
		if got := c.States(hourly...); !slices.Equal(got, []string{"RUNNING", "RUNNING"}) {
			t.Errorf("refused calls have changed instances: %v", got)
		}
	})
}

func TestTerminateStopped(t *testing.T) {
	for _, mode := range []string{"KEEP_CHARGING", "STOP_CHARGING"} {
		synctest.Test(t, func(t *testing.T) {
			c := newClient(t, nil)
			ids := c.stopped(``, `,"StoppedMode":"`+mode+`"`)
			c.ok("TerminateInstances", simtest.CVMIDs(ids, ""))
			c.now("right after", ids[0], "TERMINATING", "TerminateInstances", "OPERATING", "NOT_APPLICABLE")
			time.Sleep(time.Second)
			if n := len(c.sim.Instances(cloudsim.CVM)); n != 0 {
				t.Errorf("%d instances left", n)
			}
		})
	}
}

// TestTerminatePrepaidStopped: a stopped instance needs both steps. In the recycle bin
// it cannot be started or changed.
func TestTerminatePrepaidStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		prepaid := `{"InstanceCount":2,"InstanceChargeType":"PREPAID","InstanceChargePrepaid":{"Period":1}}`
		ids := c.stopped(prepaid, "")
		c.ok("StartInstances", simtest.CVMIDs(ids[1:], ""))
		time.Sleep(cvm.PowerOn)
		c.ok("TerminateInstances", simtest.CVMIDs(ids, "")) // one stopped, one running
		c.now("first call", ids[0], "SHUTDOWN", "TerminateInstances", "OPERATING", "NOT_APPLICABLE")
		time.Sleep(cvm.Leaving)
		for _, action := range []string{"StartInstances", "StopInstances", "RebootInstances"} {
			c.Refused(action+" in the recycle bin", c.Call(action, simtest.CVMIDs(ids, "")),
				"UnsupportedOperation.InstanceStateShutdown")
		}
		if got := c.States(ids...); !slices.Equal(got, []string{"SHUTDOWN", "SHUTDOWN"}) {
			t.Errorf("in the recycle bin: %v", got)
		}
		c.ok("TerminateInstances", simtest.CVMIDs(ids, ""))
		time.Sleep(cvm.Leaving)
		if n := len(c.sim.Instances(cloudsim.CVM)); n != 0 {
			t.Errorf("%d instances left", n)
		}
	})
}

func TestFailedInstancesVanish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		c.sim.Inject(cloudsim.Fault{Kind: cloudsim.LaunchFailure, Count: 1, Times: 1})
		ids := c.running(`{"InstanceCount":2,"ClientToken":"op-1"}`)
		time.Sleep(cvm.FailedFor - time.Nanosecond)
		if got := c.States(ids...); !slices.Equal(got, []string{"LAUNCH_FAILED", "RUNNING"}) {
			t.Errorf("before it is visible: %v", got)
		}
		time.Sleep(time.Nanosecond)
		if got := c.States(ids...); !slices.Equal(got, []string{"RUNNING"}) {
			t.Errorf("after ten minutes: %v, want the failed instance gone", got)
		}
		c.Refused("terminate", c.Call("TerminateInstances", simtest.CVMIDs(ids[:1], "")), "InvalidInstanceId.NotFound")
		if again := c.Run(`{"InstanceCount":2,"ClientToken":"op-1"}`); !slices.Equal(again, ids) {
			t.Errorf("the token then answers %v, want %v: a token creates only once", again, ids)
		}
	})
}
