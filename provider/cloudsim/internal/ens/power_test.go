package ens_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// ensUp creates ENS instances and waits for them to run. It needs a synctest bubble.
func (c *client) ensUp(amount string) []string {
	c.T.Helper()
	ids := c.WantOK(c.Call("RunInstances", simtest.ENSCreate("Amount", amount)...)).Strings("InstanceIds")
	time.Sleep(2 * time.Second)
	return ids
}

func (c *client) wantENSStatus(id, want string) {
	c.T.Helper()
	reply := c.WantOK(c.Call("DescribeInstances", "InstanceId", id))
	if got := reply.At("Instances", "Instance", 0, "Status"); got != want {
		c.T.Errorf("status of %s is %v, want %s", id, got, want)
	}
}

// TestPowerTimeline takes one instance through every state and tries the calls that
// each state forbids.
func TestPowerTimeline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, cloudsim.New(nil))
		id := c.WantOK(c.Call("RunInstances", simtest.ENSCreate()...)).Strings("InstanceIds")[0]
		state := func(status string, refused ...string) {
			t.Helper()
			c.wantENSStatus(id, status)
			for _, action := range refused {
				c.WantCode(c.Call(action, "InstanceId", id), 400, "IncorrectInstanceStatus")
			}
		}
		do := func(action string, more ...string) {
			t.Helper()
			reply := c.WantOK(c.Call(action, append([]string{"InstanceId", id}, more...)...))
			if code, ok := reply.Body["Code"].(float64); !ok || code != 0 {
				t.Errorf("%s answered Code %#v, want the number 0", action, reply.Body["Code"])
			}
		}
		state("Pending", "StartInstance", "StopInstance", "RebootInstance")
		time.Sleep(2 * time.Second)
		state("Running", "StartInstance")
		do("StopInstance", "ForceStop", "true")
		state("Stopping", "StartInstance", "StopInstance", "RebootInstance")
		time.Sleep(time.Second)
		state("Stopped", "StopInstance", "RebootInstance")
		do("StartInstance")
		state("Starting", "StartInstance", "StopInstance", "RebootInstance")
		time.Sleep(time.Second)
		do("RebootInstance", "ForceStop", "false")
		state("Starting", "StartInstance", "StopInstance", "RebootInstance")
		time.Sleep(time.Second)
		c.wantENSStatus(id, "Running")
	})
}

func TestPowerRefusals(t *testing.T) {
	for _, r := range []struct {
		action string
		pairs  []string
		code   string
	}{
		{"StartInstance", nil, "MissingParameter"},
		{"StartInstance", []string{"InstanceId", "i-unknown"}, "InstanceIdNotFound"},
		{"StopInstance", []string{"InstanceId", "i-unknown"}, "InstanceIdNotFound"},
		{"StopInstance", []string{"InstanceId", "i-1", "ForceStop", "perhaps"}, "InvalidParameter.ForceStop"},
		{"RebootInstance", []string{"InstanceId", "i-unknown"}, "InstanceIdNotFound"},
		{"RebootInstance", []string{"InstanceId", "i-1", "ForceStop", "perhaps"}, "InvalidParameter.ForceStop"},
		{"StartInstances", nil, "MissingParameter"},
		{"StopInstances", []string{"InstanceIds", "[]"}, "MissingParameter"},
		{"StopInstances", []string{"InstanceIds", "i-1"}, "InvalidParameter.InstanceIds"},
		{"RebootInstances", []string{"InstanceIds.101", "i-1"}, "InvalidParameter.InstanceIds"},
	} {
		t.Run(fmt.Sprint(r.action, r.pairs), func(t *testing.T) {
			c := newClient(t, cloudsim.New(nil))
			c.WantCode(c.Call(r.action, r.pairs...), 400, r.code)
		})
	}
}

// TestPowerBatch: the list may have either form. Every instance has its own result,
// with a number for a code, in a list that is not wrapped.
func TestPowerBatch(t *testing.T) {
	for _, f := range []struct {
		name string
		ids  func(...string) []string
	}{
		{"numbered", func(ids ...string) []string {
			var pairs []string
			for i, id := range ids {
				pairs = append(pairs, fmt.Sprintf("InstanceIds.%d", i+1), id)
			}
			return pairs
		}},
		{"JSON", func(ids ...string) []string { return []string{"InstanceIds", simtest.IDList(ids)} }},
	} {
		t.Run(f.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newClient(t, cloudsim.New(nil))
				ids := c.ensUp("2")
				c.WantOK(c.Call("StopInstance", "InstanceId", ids[1]))
				time.Sleep(time.Second)
				for _, b := range []struct {
					action string
					codes  [3]float64
					status [2]string
				}{
					{"StopInstances", [3]float64{0, 400, 400}, [2]string{"Stopping", "Stopped"}},
					{"StartInstances", [3]float64{0, 400, 0}, [2]string{"Starting", "Starting"}},
					{"RebootInstances", [3]float64{0, 400, 0}, [2]string{"Starting", "Starting"}},
				} {
					reply := c.WantOK(c.Call(b.action, f.ids(ids[0], "i-unknown", ids[1])...))
					for i, want := range b.codes {
						code, id := reply.At("InstanceResponses", i, "Code"),
							reply.At("InstanceResponses", i, "InstanceId")
						if code != want || id != []string{ids[0], "i-unknown", ids[1]}[i] {
							t.Errorf("%s: result %d is %v of %v, want %v", b.action, i, code, id, want)
						}
					}
					c.wantENSStatus(ids[0], b.status[0])
					c.wantENSStatus(ids[1], b.status[1])
					time.Sleep(time.Second)
				}
			})
		})
	}
}

// TestExpiredStaysOff: an instance whose prepaid period is over can not be
// switched.
func TestExpiredStaysOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, cloudsim.New(nil))
		id := c.WantOK(c.Call("CreateInstance", simtest.ENSCreateOld("Period", "1")...)).Strings(
			"InstanceIds", "InstanceId")[0]
		time.Sleep(32 * 24 * time.Hour)
		for _, action := range []string{"StartInstance", "StopInstance", "RebootInstance"} {
			c.WantCode(c.Call(action, "InstanceId", id), 400, "IncorrectInstanceStatus")
		}
	})
}
