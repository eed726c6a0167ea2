package ecs_test

import (
	"fmt"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// statuses returns the statuses in DescribeInstanceStatus, by ID.
func (c *client) statuses() map[string]string {
	c.T.Helper()
	reply := c.WantOK(c.Call("DescribeInstanceStatus", "RegionId", "cn-hangzhou", "PageSize", "50"))
	list, _ := reply.At("InstanceStatuses", "InstanceStatus").([]any)
	out := map[string]string{}
	for i := range list {
		at := func(field string) string { return fmt.Sprint(reply.At("InstanceStatuses", "InstanceStatus", i, field)) }
		out[at("InstanceId")] = at("Status")
	}
	return out
}

// wantStatus fails the test unless both describes show this status.
func (c *client) wantStatus(id, want string) {
	c.T.Helper()
	described := c.Describe("InstanceIds", simtest.IDList([]string{id})).At("Instances", "Instance", 0, "Status")
	if polled := c.statuses()[id]; polled != want || described != want {
		c.T.Errorf("status of %s is %q, described as %q, want %q", id, polled, described, want)
	}
}

// batch calls one of the batch actions in cn-hangzhou.
func (c *client) batch(action string, ids []string, more ...string) simtest.AlibabaAnswer {
	c.T.Helper()
	pairs := []string{"RegionId", "cn-hangzhou"}
	for i, id := range ids {
		pairs = append(pairs, fmt.Sprintf("InstanceId.%d", i+1), id)
	}
	return c.Call(action, append(pairs, more...)...)
}

// wantResponses compares the per-ID results of a batch: code, previous and
// current status of each.
func (c *client) wantResponses(r simtest.AlibabaAnswer, ids []string, want ...string) {
	c.T.Helper()
	c.WantOK(r)
	list, _ := r.At("InstanceResponses", "InstanceResponse").([]any)
	if len(list) != len(want) {
		c.T.Fatalf("%d results, want %d: %s", len(list), len(want), r.Raw)
	}
	for i := range list {
		at := func(field string) any { return r.At("InstanceResponses", "InstanceResponse", i, field) }
		if got := fmt.Sprintf("%v %v>%v", at("Code"), at("PreviousStatus"), at("CurrentStatus")); got != want[i] ||
			at("InstanceId") != ids[i] {
			c.T.Errorf("result %d is %q for %v, want %q for %s", i, got, at("InstanceId"), want[i], ids[i])
		}
		if message, _ := at("Message").(string); (message == "success") != (at("Code") == "200") {
			c.T.Errorf("result %d has code %v and message %q", i, at("Code"), message)
		}
	}
}

// TestPowerTimeline stops, starts and reboots one instance. Each change has a state in
// between, and other changes are refused meanwhile.
func TestPowerTimeline(t *testing.T) {
	for _, c := range []struct{ name, plural, id string }{
		{"one instance a call", "", "InstanceId"},
		{"batch", "s", "InstanceId.1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client := newClient(t, cloudsim.New(nil))
				id := client.Run()[0]
				call := func(action string) simtest.AlibabaAnswer {
					return client.Call(action+c.plural, "RegionId", "cn-hangzhou", c.id, id)
				}
				refused := func(status string, actions ...string) {
					t.Helper()
					client.wantStatus(id, status)
					for _, action := range actions {
						client.WantCode(call(action), 403, "IncorrectInstanceStatus")
					}
				}
				refused("Pending", "StartInstance", "StopInstance", "RebootInstance")
				time.Sleep(2 * time.Second)
				refused("Running", "StartInstance")
				client.WantOK(call("StopInstance"))
				refused("Stopping", "StartInstance", "StopInstance", "RebootInstance")
				time.Sleep(time.Second)
				refused("Stopped", "StopInstance", "RebootInstance")
				client.WantOK(call("StartInstance"))
				refused("Starting", "StartInstance", "StopInstance", "RebootInstance")
				time.Sleep(time.Second)
				client.wantStatus(id, "Running")
				client.WantOK(call("RebootInstance"))
				refused("Starting", "StartInstance", "StopInstance", "RebootInstance")
				time.Sleep(time.Second)
				client.wantStatus(id, "Running")
			})
		})
	}
}

// TestAllTogether: without BatchOptimization one bad ID fails the call and no instance
// changes.
func TestAllTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, cloudsim.New(nil))
		ids := c.Up("Amount", "2")
		c.wantResponses(c.batch("StopInstances", ids[:1]), ids, "200 Running>Stopping")
		c.WantCode(c.batch("StopInstances", []string{ids[1], ids[0]}), 403, "IncorrectInstanceStatus")
		c.WantCode(c.batch("StopInstances", []string{ids[1], "i-unknown"}), 404, "InvalidInstanceId.NotFound")
		c.WantCode(c.batch("StopInstances", ids[1:], "RegionId", "cn-beijing"), 404, "InvalidInstanceId.NotFound")
		c.wantStatus(ids[1], "Running")
		c.wantResponses(c.batch("StopInstances", []string{ids[1], ids[1]}), ids[1:], "200 Running>Stopping")
	})
}

// TestSuccessFirst: every instance has its own result, inside a 200.
func TestSuccessFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, cloudsim.New(nil))
		ids := c.Up("Amount", "2")
		c.WantOK(c.batch("StopInstances", ids[:1]))
		time.Sleep(time.Second)
		three := []string{ids[0], "i-unknown", ids[1]}
		for _, b := range []struct {
			action string
			want   []string
		}{
			{"RebootInstances", []string{
				"IncorrectInstanceStatus Stopped>Stopped", "InvalidInstanceId.NotFound >",
				"200 Running>Starting",
			}},
			{"StartInstances", []string{
				"200 Stopped>Starting", "InvalidInstanceId.NotFound >",
				"IncorrectInstanceStatus Running>Running",
			}},
			{"StopInstances", []string{"200 Running>Stopping", "InvalidInstanceId.NotFound >", "200 Running>Stopping"}},
		} {
			c.wantResponses(c.batch(b.action, three, "BatchOptimization", "SuccessFirst"), three, b.want...)
			time.Sleep(time.Second)
		}
	})
}

func TestPowerRefusals(t *testing.T) {
	for _, r := range []struct {
		action string
		pairs  []string
		status int
		code   string
	}{
		{"StartInstance", nil, 400, "MissingParameter.InstanceId"},
		{"StartInstance", []string{"InstanceId", "i-unknown"}, 404, "InvalidInstanceId.NotFound"},
		{"StartInstance", []string{"InstanceId", "i-1", "InitLocalDisk", "perhaps"}, 400, "InvalidParameter"},
		{"StopInstance", []string{"InstanceId", "i-unknown"}, 404, "InvalidInstanceId.NotFound"},
		{"StopInstance", []string{"InstanceId", "i-1", "ForceStop", "perhaps"}, 400, "InvalidParameter"},
		{"StopInstance", []string{"InstanceId", "i-1", "StoppedMode", "Free"}, 400, "InvalidParameter"},
		{"StopInstance", []string{"InstanceId", "i-1", "ConfirmStop", "perhaps"}, 400, "InvalidParameter"},
		{"StopInstance", []string{"InstanceId", "i-1", "Hibernate", "perhaps"}, 400, "InvalidParameter"},
		{"RebootInstance", []string{"InstanceId", "i-unknown"}, 404, "InvalidInstanceId.NotFound"},
		{"RebootInstance", []string{"InstanceId", "i-1", "ForceStop", "perhaps"}, 400, "InvalidParameter"},
		{"StartInstances", []string{"InstanceId.1", "i-1"}, 400, "MissingParameter.RegionId"},
		{"StartInstances", []string{"RegionId", "cn-hangzhou"}, 400, "MissingParameter.InstanceId"},
		{"StartInstances", []string{"RegionId", "cn-hangzhou", "InstanceId.101", "i-1"}, 400, "InvalidParameter"},
		{
			"StartInstances",
			[]string{"RegionId", "cn-hangzhou", "InstanceId.1", "i-1", "BatchOptimization", "Best"},
			400, "InvalidParameter",
		},
		{
			"StopInstances",
			[]string{"RegionId", "cn-hangzhou", "InstanceId.1", "i-1", "StoppedMode", "Free"},
			400,
			"InvalidParameter",
		},
		{
			"RebootInstances",
			[]string{"RegionId", "cn-hangzhou", "InstanceId.1", "i-1", "ForceReboot", "perhaps"},
			400,
			"InvalidParameter",
		},
	} {
		t.Run(fmt.Sprint(r.action, r.pairs), func(t *testing.T) {
			c := newClient(t, cloudsim.New(nil))
			c.WantCode(c.Call(r.action, r.pairs...), r.status, r.code)
		})
	}
}

// TestPowerForced: every action accepts force, under the name that each call has for
// it.
func TestPowerForced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, cloudsim.New(nil))
		id := c.Up()[0]
		for _, s := range []struct{ action, id, force, after string }{
			{"RebootInstance", "InstanceId", "ForceStop", "Running"},
			{"RebootInstances", "InstanceId.1", "ForceReboot", "Running"},
			{"StopInstance", "InstanceId", "ForceStop", "Stopped"},
			{"StartInstance", "InstanceId", "InitLocalDisk", "Running"},
			{"StopInstances", "InstanceId.1", "ForceStop", "Stopped"},
		} {
			c.WantOK(c.Call(s.action, "RegionId", "cn-hangzhou", s.id, id, s.force, "true"))
			time.Sleep(time.Second)
			c.wantStatus(id, s.after)
		}
	})
}

// TestHundredAtOnce: one call may name at most a hundred instances.
func TestHundredAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, cloudsim.New(nil))
		c.WantOK(c.batch("StopInstances", c.Up("Amount", "100")))
		time.Sleep(time.Second)
		if got := c.Describe("Status", "Stopped").At("TotalCount"); got != 100.0 {
			t.Errorf("%v instances are stopped, want 100", got)
		}
	})
}

// TestPowerDryRun: an approval is an error with its own code, and a dry run changes
// nothing. With SuccessFirst it approves every request.
func TestPowerDryRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, cloudsim.New(nil))
		id := c.Up()[0]
		one := func(action string) simtest.AlibabaAnswer { return c.Call(action, "InstanceId", id, "DryRun", "true") }
		c.WantCode(one("StopInstance"), 400, "DryRunOperation")
		c.WantCode(one("RebootInstance"), 400, "DryRunOperation")
		c.WantCode(one("StartInstance"), 403, "IncorrectInstanceStatus")
		batch := func(action string, more ...string) simtest.AlibabaAnswer {
			return c.batch(action, []string{id}, append([]string{"DryRun", "true"}, more...)...)
		}
		c.WantCode(batch("StopInstances"), 400, "DRYRUN.SUCCESS")
		c.WantCode(batch("RebootInstances"), 400, "DRYRUN.SUCCESS")
		c.WantCode(batch("StartInstances"), 403, "IncorrectInstanceStatus")
		c.WantCode(batch("StartInstances", "BatchOptimization", "SuccessFirst"), 400, "DRYRUN.SUCCESS")
		c.wantStatus(id, "Running")
	})
}

// TestStoppedMode: the stop mode is shown only while the instance is stopped.
func TestStoppedMode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, cloudsim.New(nil))
		hourly := c.Up()[0]
		prepaid := c.Up("InstanceChargeType", "PrePaid", "Period", "1")[0]
		want := func(id, mode string) {
			t.Helper()
			if got := c.Describe("InstanceIds", simtest.IDList([]string{id})).At("Instances", "Instance", 0,
				"StoppedMode"); got != mode {
				t.Errorf("StoppedMode of %s is %v, want %s", id, got, mode)
			}
		}
		want(hourly, "Not-applicable")
		for _, mode := range []string{"StopCharging", "KeepCharging"} {
			c.WantOK(c.Call("StopInstance", "InstanceId", hourly, "StoppedMode", mode))
			time.Sleep(time.Second)
			want(hourly, mode)
			c.WantOK(c.Call("StartInstance", "InstanceId", hourly))
			time.Sleep(time.Second)
			want(hourly, "Not-applicable")
		}
		c.WantOK(c.batch("StopInstances", []string{hourly, prepaid}, "StoppedMode", "StopCharging"))
		time.Sleep(time.Second)
		want(hourly, "StopCharging")
		want(prepaid, "Not-applicable")
	})
}

// TestDeleteAfterStop: without Force only a stopped instance can be deleted.
func TestDeleteAfterStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, cloudsim.New(nil))
		id := c.Up()[0]
		c.WantOK(c.Call("StopInstance", "InstanceId", id))
		c.WantCode(c.Call("DeleteInstance", "InstanceId", id), 403, "IncorrectInstanceStatus")
		time.Sleep(time.Second)
		c.WantOK(c.Call("DeleteInstance", "InstanceId", id, "Force", "false"))
		c.WantCode(c.Call("StartInstance", "InstanceId", id), 404, "InvalidInstanceId.NotFound")
	})
}

// TestAutoReleaseSurvivesPower: a power change does not cancel the release time of the
// create.
func TestAutoReleaseSurvivesPower(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, cloudsim.New(nil))
		release := time.Now().UTC().Add(30 * time.Minute)
		id := c.Up("AutoReleaseTime", release.Format(alibaba.TimeFormat))[0]
		c.WantOK(c.Call("StopInstance", "InstanceId", id))
		time.Sleep(time.Until(release) - time.Second/2)
		c.wantStatus(id, "Stopped")
		c.WantOK(c.Call("StartInstance", "InstanceId", id))
		time.Sleep(time.Second / 2)
		if got := c.Describe().At("TotalCount"); got != 0.0 {
			t.Errorf("%v instances are left after the release, want none", got)
		}
		time.Sleep(time.Second)
		if got := c.statuses(); len(got) != 0 {
			t.Errorf("the instance came back: %v", got)
		}
	})
}

// TestPowerOverACS3 sends a batch over the other protocol, with parameters in the query
// and one in a form.
func TestPowerOverACS3(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, cloudsim.New(nil))
		ids := c.Up("Amount", "2")
		v := url.Values{"RegionId": {"cn-hangzhou"}, "InstanceId.1": {ids[0]}, "InstanceId.2": {ids[1]}}
		c.wantResponses(c.Do(c.ACS3("POST", "StopInstances", v.Encode(), "")), ids, "200 Running>Stopping",
			"200 Running>Stopping")
		time.Sleep(time.Second)
		c.wantResponses(c.Do(c.ACS3("POST", "StartInstances", "", v.Encode())), ids, "200 Stopped>Starting",
			"200 Stopped>Starting")
	})
}

// TestPowerInXML: XML is the default format of answers.
func TestPowerInXML(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, cloudsim.New(nil))
		id := c.Up()[0]
		params := c.System("StopInstances")
		params["Format"], params["RegionId"], params["InstanceId.1"] = "XML", "cn-hangzhou", id
		_, body := c.Raw(c.Request("GET", alibaba.EncodeParams(
			simtest.SignRPC("GET", cloudsim.DefaultAccessKeySecret, params), ""), ""))
		var got struct {
			Responses []struct {
				Code       string
				InstanceID string `xml:"InstanceId"`
			} `xml:"InstanceResponses>InstanceResponse"`
		}
		simtest.WantXML(t, body, "StopInstancesResponse", &got)
		if len(got.Responses) != 1 || got.Responses[0].Code != "200" || got.Responses[0].InstanceID != id {
			t.Errorf("answered %s, want one success of %s", body, id)
		}
	})
}

// TestPowerFaults: faults reach these calls like any others.
func TestPowerFaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		c := newClient(t, sim)
		id := c.Up()[0]
		sim.Inject(cloudsim.Fault{API: "StopInstance", Kind: cloudsim.Throttle, Times: 1})
		c.WantCode(c.Call("StopInstance", "InstanceId", id), 400, "Throttling")
		c.wantStatus(id, "Running")
		sim.Inject(cloudsim.Fault{API: "StopInstance", Kind: cloudsim.ServerErrorAfter, Times: 1})
		c.WantCode(c.Call("StopInstance", "InstanceId", id), 500, "InternalError")
		c.wantStatus(id, "Stopping")
		time.Sleep(time.Second)
		sim.Inject(cloudsim.Fault{API: "StartInstance", Kind: cloudsim.NoStock}) // what StopCharging risks
		c.WantCode(c.Call("StartInstance", "InstanceId", id), 403, "OperationDenied.NoStock")
		c.wantStatus(id, "Stopped")
	})
}
