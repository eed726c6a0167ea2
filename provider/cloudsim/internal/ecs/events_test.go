package ecs_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// events returns the types and the stages of the events of an answer.
func events(r simtest.AlibabaAnswer) string {
	list, _ := r.At("InstanceSystemEventSet", "InstanceSystemEventType").([]any)
	var out []string
	for i := range list {
		at := func(name string) any {
			return r.At("InstanceSystemEventSet", "InstanceSystemEventType", i, name, "Name")
		}
		out = append(out, fmt.Sprint(at("EventType"), " ", at("EventCycleStatus")))
	}
	return strings.Join(out, ", ")
}

// history asks for events of cn-hangzhou.
func (c *client) history(more ...string) simtest.AlibabaAnswer {
	c.T.Helper()
	return c.Call("DescribeInstanceHistoryEvents", append([]string{"RegionId", "cn-hangzhou"}, more...)...)
}

func announce(t *testing.T, sim *cloudsim.Sim, n cloudsim.Notice) string {
	t.Helper()
	id, err := sim.Announce(cloudsim.ECS, n)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

var openStages = []string{
	"InstanceEventCycleStatus.1", "Scheduled", "InstanceEventCycleStatus.2", "Inquiring", "InstanceEventCycleStatus.3", "Executing",
}

func TestAnEventGoesThroughItsStages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		c := newClient(t, sim)
		id := c.Up()[0]
		announce(t, sim, cloudsim.Notice{Kind: cloudsim.Maintenance, InstanceID: id, Lead: time.Hour, Takes: time.Minute, Reason: "why"})
		if got := events(c.WantOK(c.history())); got != "" {
			t.Errorf("without a stage the events are %q, want none: only those that are over", got)
		}
		if got := events(c.WantOK(c.history(openStages...))); got != "SystemMaintenance.Reboot Scheduled" {
			t.Errorf("the events are %q, want one that is scheduled", got)
		}
		time.Sleep(time.Hour)
		c.wantStatus(id, "Starting")
		if got := events(c.WantOK(c.history(openStages...))); got != "SystemMaintenance.Reboot Executing" {
			t.Errorf("the events are %q, want one that is executing", got)
		}
		time.Sleep(time.Minute)
		c.wantStatus(id, "Running")
		if got := events(c.WantOK(c.history("EventType", "SystemMaintenance.Reboot"))); got != "SystemMaintenance.Reboot Executed" {
			t.Errorf("the events are %q, want one that is executed", got)
		}
		time.Sleep(30 * 24 * time.Hour)
		if got := events(c.WantOK(c.history())); got != "" {
			t.Errorf("after a month the events are %q, want none", got)
		}
	})
}

func TestARebootAvoidsMaintenance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		c := newClient(t, sim)
		ids := c.Up("Amount", "2")
		announce(t, sim, cloudsim.Notice{Kind: cloudsim.Maintenance, InstanceID: ids[0], Lead: time.Hour})
		announce(t, sim, cloudsim.Notice{Kind: cloudsim.Maintenance, InstanceID: ids[1], Lead: time.Hour, Type: "SystemMaintenance.Redeploy"})
		for _, id := range ids {
			c.WantOK(c.Call("RebootInstance", "InstanceId", id))
		}
		time.Sleep(time.Minute)
		all := append([]string{"InstanceEventCycleStatus.4", "Avoided"}, openStages...)
		if got := events(c.WantOK(c.history(all...))); got != "SystemMaintenance.Reboot Avoided, SystemMaintenance.Redeploy Scheduled" {
			t.Errorf("the events are %q, want the first avoided: a reboot does not move the other one", got)
		}
		time.Sleep(time.Hour)
		c.wantStatus(ids[0], "Running")
	})
}

func TestAnEventWaitsForItsAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		c := newClient(t, sim)
		id := announce(t, sim, cloudsim.Notice{Kind: cloudsim.Maintenance, InstanceID: c.Up()[0], Asks: true})
		time.Sleep(time.Hour)
		if got := events(c.WantOK(c.history(openStages...))); got != "SystemMaintenance.Reboot Inquiring" {
			t.Errorf("the events are %q, want one that waits", got)
		}
		c.WantOK(c.Call("AcceptInquiredSystemEvent", "EventId", id))
		c.WantCode(c.Call("AcceptInquiredSystemEvent", "EventId", id), 404, "InvalidEventId.NotFound")
		if got := events(c.WantOK(c.history(openStages...))); got != "SystemMaintenance.Reboot Executing" {
			t.Errorf("the events are %q, want one that is executing", got)
		}
	})
}

func TestEventsAreFilteredAndPaged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		c := newClient(t, sim)
		ids := c.Up("Amount", "12")
		for _, id := range ids {
			announce(t, sim, cloudsim.Notice{Kind: cloudsim.Failure, InstanceID: id})
		}
		time.Sleep(time.Hour)
		announce(t, sim, cloudsim.Notice{Kind: cloudsim.LateFailure, InstanceID: ids[0]})
		count := func(more ...string) int {
			return len(c.WantOK(c.history(more...)).Strings("InstanceSystemEventSet", "InstanceSystemEventType"))
		}
		first := c.WantOK(c.history("MaxResults", "10"))
		if n := len(first.Strings("InstanceSystemEventSet", "InstanceSystemEventType")); n != 10 {
			t.Errorf("the first page has %d events, want 10", n)
		}
		if n := count("MaxResults", "10", "NextToken", fmt.Sprint(first.At("NextToken"))); n != 3 {
			t.Errorf("the second page has %d events, want 3", n)
		}
		if n := count("PageNumber", "2"); n != 3 {
			t.Errorf("the second page by number has %d events, want 3", n)
		}
		if n := count("InstanceId", ids[0]); n != 2 {
			t.Errorf("an instance has %d events, want 2", n)
		}
		if n := count("InstanceEventType.1", "SystemFailure.Delete"); n != 1 {
			t.Errorf("%d instances failed late, want 1", n)
		}
		now := time.Now().UTC().Format("2006-01-02T15:04:05Z")
		if n := count("EventPublishTime.Start", now); n != 1 {
			t.Errorf("%d events are new, want 1", n)
		}
		c.WantCode(c.history("MaxResults", "9"), 400, "InvalidParameter")
		c.WantCode(c.history("NotBefore.End", "soon"), 400, "InvalidParameter")
		if got := c.Describe().At("TotalCount"); got != 11.0 {
			t.Errorf("%v instances are listed, want 11: one has failed late", got)
		}
	})
}

func TestAReclaimLocksAndThenReleases(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		c := newClient(t, sim)
		ids := c.Up("Amount", "2", "SpotStrategy", "SpotAsPriceGo")
		announce(t, sim, cloudsim.Notice{Kind: cloudsim.Reclaim, InstanceID: ids[1], Lead: 5 * time.Minute})
		if got := c.Describe("LockReason", "Recycling").Names("InstanceId"); len(got) != 1 || got[0] != ids[1] {
			t.Errorf("locked are %v, want %s alone", got, ids[1])
		}
		c.WantCode(c.Call("DescribeInstances", "RegionId", "cn-hangzhou", "LockReason", "weather"), 404, "InvalidLockReason.NotFound")
		time.Sleep(5 * time.Minute)
		if got := c.Describe().Names("InstanceId"); len(got) != 1 || got[0] != ids[0] {
			t.Errorf("left are %v, want %s alone", got, ids[0])
		}
	})
}

func TestArrearsStopAndLock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		c := newClient(t, sim)
		id := c.Up()[0]
		event := announce(t, sim, cloudsim.Notice{Kind: cloudsim.Overdue, InstanceID: id, Lead: time.Hour, Keep: 24 * time.Hour})
		c.wantStatus(id, "Running")
		time.Sleep(time.Hour)
		c.wantStatus(id, "Stopped")
		c.WantCode(c.Call("StartInstance", "InstanceId", id), 403, "InstanceExpired")
		if err := sim.Withdraw(cloudsim.ECS, event); err != nil {
			t.Fatal(err)
		}
		c.wantStatus(id, "Running")
		if err := sim.Withdraw(cloudsim.ECS, event); err == nil {
			t.Error("a second withdrawal: got no error, want one")
		}
		announce(t, sim, cloudsim.Notice{Kind: cloudsim.Overdue, InstanceID: id, Keep: 24 * time.Hour})
		time.Sleep(24 * time.Hour)
		if got := c.Describe().At("TotalCount"); got != 0.0 {
			t.Errorf("%v instances are left, want 0", got)
		}
	})
}

func TestWhatCannotBeAnnounced(t *testing.T) {
	sim := cloudsim.New(nil)
	c := newClient(t, sim)
	id := c.Run()[0]
	prepaid := c.Run("InstanceChargeType", "PrePaid", "Period", "1")[0]
	for what, n := range map[string]cloudsim.Notice{
		"an unknown instance":    {Kind: cloudsim.Failure, InstanceID: "i-unknown"},
		"an unknown kind":        {Kind: "weather", InstanceID: id},
		"a reclaim, not spot":    {Kind: cloudsim.Reclaim, InstanceID: id},
		"an end, not prepaid":    {Kind: cloudsim.Expired, InstanceID: id},
		"a bill of a prepaid":    {Kind: cloudsim.Overdue, InstanceID: prepaid},
		"a question of failures": {Kind: cloudsim.Failure, InstanceID: id, Asks: true},
		"a recycle bin":          {Kind: cloudsim.InRecycleBin, InstanceID: id},
	} {
		if _, err := sim.Announce(cloudsim.ECS, n); err == nil {
			t.Errorf("%s: got no error, want one", what)
		}
	}
	if err := sim.Withdraw(cloudsim.ECS, "e-unknown"); err == nil {
		t.Error("an unknown event is withdrawn: got no error, want one")
	}
}
