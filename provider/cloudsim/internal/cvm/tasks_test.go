package cvm_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/cvm"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

func (c *client) announce(n cloudsim.Notice) string {
	c.T.Helper()
	id, err := c.sim.Announce(cloudsim.CVM, n)
	if err != nil {
		c.T.Fatal(err)
	}
	return id
}

// tasks returns the types and the states of repair tasks.
func (c *client) tasks(more string) string {
	c.T.Helper()
	got, code := c.reply("DescribeTaskInfo", `{"Limit":100,"Offset":0`+more+`}`)
	if code != "" {
		return code
	}
	list, _ := got["RepairTaskInfoSet"].([]any)
	var out []string
	for _, v := range list {
		m := v.(map[string]any)
		out = append(out, fmt.Sprint(m["TaskTypeId"], " ", m["TaskStatus"]))
	}
	return strings.Join(out, ", ")
}

// since is a day ago, as the call takes it.
func since() string {
	return `,"StartDate":"` + time.Now().Add(-24*time.Hour).In(time.FixedZone("", 8*3600)).Format("2006-01-02 15:04:05") + `"`
}

func TestRepairTasks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		ids := c.running(`{"InstanceCount":4}`)
		c.announce(cloudsim.Notice{Kind: cloudsim.Maintenance, InstanceID: ids[0], Lead: time.Hour})
		c.announce(cloudsim.Notice{Kind: cloudsim.Failure, InstanceID: ids[1]})
		asks := c.announce(cloudsim.Notice{Kind: cloudsim.Maintenance, InstanceID: ids[2], Asks: true, Type: "101"})
		gone := c.announce(cloudsim.Notice{Kind: cloudsim.Maintenance, InstanceID: ids[3], Lead: time.Hour})
		if got := c.tasks(""); got != "107 4, 102 2, 101 1, 107 4" {
			t.Errorf("the tasks are %q", got)
		}
		c.now("failing", ids[1], "STARTING")
		if err := c.sim.Withdraw(cloudsim.CVM, gone); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		c.now("after the failure", ids[1], "RUNNING")
		c.ok("RebootInstances", simtest.CVMIDs(ids[:1], ""))
		if got := c.tasks(""); got != "107 6, 102 3, 101 1, 107 5" {
			t.Errorf("the tasks are %q, want avoided, ended, one that asks and a cancelled one", got)
		}
		for filter, want := range map[string]string{
			`,"TaskStatus":[1,3]`:                       "102 3, 101 1",
			`,"TaskTypeIds":[102]`:                      "102 3",
			`,"InstanceIds":["` + ids[1] + `"]`:         "102 3",
			`,"TaskIds":["` + asks + `"]`:               "101 1",
			`,"Product":"CDH"`:                          "",
			`,"Order":1,"TaskStatus":[1,3]`:             "101 1, 102 3",
			`,"EndDate":"2000-01-01 00:00:00"`:          "",
			`,"StartDate":"yesterday"`:                  "InvalidParameterValue.InvalidTimeFormat",
			`,"OrderField":"Alias"`:                     "InvalidParameterValue",
			since() + `,"TaskTypeIds":[101]`:            "101 1",
			`,"Aliases":["nobody"]`:                     "",
			`,"TaskStatus":[1],"InstanceIds":["ins-1"]`: "",
		} {
			if got := c.tasks(filter); got != want {
				t.Errorf("%s: the tasks are %q, want %q", filter, got, want)
			}
		}
		c.wantCode("DescribeTaskInfo", `{}`, "MissingParameter")
		control := func(more string) string {
			return `{"Product":"CVM","TaskId":"` + asks + `","InstanceIds":["` + ids[2] + `"],"Operate":"AuthorizeRepair"` + more + `}`
		}
		c.wantCode("RepairTaskControl", control(`,"OrderAuthTime":"2000-01-05 00:00:00"`), "InvalidParameterValue")
		c.ok("RepairTaskControl", control(""))
		c.wantCode("RepairTaskControl", control(""), "InvalidParameterValue")
		c.now("accepted", ids[2], "STARTING")
		time.Sleep(24 * time.Hour)
		if got := c.tasks(""); got != "" {
			t.Errorf("a day later the tasks are %q, want none: those of today", got)
		}
		if got := c.tasks(`,"StartDate":"2000-01-01 00:00:00"`); got != "107 6, 102 3, 101 3, 107 5" {
			t.Errorf("with a time the tasks are %q, want all", got)
		}
	})
}

func TestHowHeldInstancesAreShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		paid := c.running(`{"InstanceCount":2,"InstanceChargeType":"PREPAID","InstanceChargePrepaid":{"Period":1}}`)
		ids := c.running(`{"InstanceCount":3}`)
		spot := c.running(`{"InstanceChargeType":"SPOTPAID"}`)
		for _, tc := range []struct {
			n                       cloudsim.Notice
			state, restrict, source string
		}{
			{cloudsim.Notice{Kind: cloudsim.Expired, InstanceID: paid[0]}, "SHUTDOWN", "EXPIRED", "EXPIRE"},
			{cloudsim.Notice{Kind: cloudsim.InRecycleBin, InstanceID: paid[1]}, "SHUTDOWN", "NORMAL", "MANMADE"},
			{cloudsim.Notice{Kind: cloudsim.Overdue, InstanceID: ids[0], Keep: time.Hour}, "SHUTDOWN", "EXPIRED", "ARREAR"},
			{cloudsim.Notice{Kind: cloudsim.Locked, InstanceID: ids[1]}, "RUNNING", "PROTECTIVELY_ISOLATED", "NOTISOLATED"},
			{cloudsim.Notice{Kind: cloudsim.LateFailure, InstanceID: ids[2], Reason: "no host"}, "LAUNCH_FAILED", "NORMAL", "NOTISOLATED"},
			{cloudsim.Notice{Kind: cloudsim.Reclaim, InstanceID: spot[0], Lead: 2 * time.Minute}, "RUNNING", "NORMAL", "NOTISOLATED"},
		} {
			c.announce(tc.n)
			i := c.Instance(tc.n.InstanceID)
			if i["InstanceState"] != tc.state {
				t.Errorf("%s: the state is %v, want %s", tc.n.Kind, i["InstanceState"], tc.state)
			}
			if i["RestrictState"] != tc.restrict {
				t.Errorf("%s: the restriction is %v, want %s", tc.n.Kind, i["RestrictState"], tc.restrict)
			}
			if i["IsolatedSource"] != tc.source {
				t.Errorf("%s: the source is %v, want %s", tc.n.Kind, i["IsolatedSource"], tc.source)
			}
		}
		time.Sleep(2 * time.Hour)
		if left := c.States(ids[0], spot[0]); len(left) != 0 {
			t.Errorf("%v are left, want neither the spot instance nor the one in arrears", left)
		}
		c.ok("TerminateInstances", simtest.CVMIDs(paid[1:], ""))
		time.Sleep(cvm.Leaving)
		if left := c.States(paid[1]); len(left) != 0 {
			t.Errorf("%v is left, want nothing: it was in the recycle bin", left)
		}
	})
}

func TestWhatCannotBeAnnounced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		id := c.running(`{}`)[0]
		for what, n := range map[string]cloudsim.Notice{
			"a type of ECS":         {Kind: cloudsim.Maintenance, InstanceID: id, Type: "SystemMaintenance.Reboot"},
			"a bin for the unpaid":  {Kind: cloudsim.InRecycleBin, InstanceID: id},
			"an unknown instance":   {Kind: cloudsim.Failure, InstanceID: "ins-unknown1"},
			"a reclaim, not spot":   {Kind: cloudsim.Reclaim, InstanceID: id},
			"an end of the prepaid": {Kind: cloudsim.Expired, InstanceID: id},
		} {
			if _, err := c.sim.Announce(cloudsim.CVM, n); err == nil {
				t.Errorf("%s: got no error, want one", what)
			}
		}
	})
}
