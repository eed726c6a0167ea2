package ens_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// field returns a field of one instance.
func (c *client) field(id string, path ...any) string {
	c.T.Helper()
	reply := c.WantOK(c.Call("DescribeInstances", "InstanceId", id))
	return fmt.Sprint(reply.At(append([]any{"Instances", "Instance", 0}, path...)...))
}

func (c *client) create(pairs ...string) []string {
	c.T.Helper()
	return c.WantOK(c.Call("RunInstances", simtest.ENSCreate(pairs...)...)).Strings("InstanceIds")
}

func TestTags(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	ids := c.create("Amount", "2", "Tag.1.Key", "old", "Tag.1.Value", "1")
	resource := func(pairs ...string) []string {
		return append([]string{"ResourceType", "instance", "ResourceId.1", ids[0]}, pairs...)
	}
	tags := func(id, want string) {
		t.Helper()
		if got := c.field(id, "Tags", "Tags"); got != want {
			t.Errorf("the tags are %s, want %s", got, want)
		}
	}
	c.WantOK(c.Call("TagResources", resource("Tag.1.Key", "old", "Tag.1.Value", "2", "Tag.2.Key", "team", "Tag.2.Value", "")...))
	tags(ids[0], "[map[TagKey:old TagValue:2] map[TagKey:team TagValue:]]")
	tags(ids[1], "[map[TagKey:old TagValue:1]]")
	c.WantOK(c.Call("UntagResources", resource("TagKey.1", "old", "TagKey.2", "absent")...))
	tags(ids[0], "[map[TagKey:team TagValue:]]")
	c.WantOK(c.Call("UntagResources", resource("All", "true")...))
	tags(ids[0], "[]")
	many := resource()
	for i := range 20 {
		many = append(many, fmt.Sprintf("Tag.%d.Key", i+1), fmt.Sprint("k", i))
	}
	c.WantOK(c.Call("TagResources", many...))
	for _, r := range []struct{ action, pairs, code string }{
		{"TagResources", "ResourceType instance ResourceId.1 " + ids[0], "MissingParameter"},
		{"TagResources", "ResourceType instance Tag.1.Key k", "MissingParameter"},
		{"TagResources", "ResourceId.1 " + ids[0] + " Tag.1.Key k", "MissingParameter"},
		{"TagResources", "ResourceType disk ResourceId.1 d-1 Tag.1.Key k", "InvalidParameter.ResourceType"},
		{"TagResources", "ResourceType instance ResourceId.1 i-unknown Tag.1.Key k", "InstanceIdNotFound"},
		{"TagResources", "ResourceType instance ResourceId.1 " + ids[0] + " Tag.1.Key more", "InvalidParameter.Tag"},
		{"UntagResources", "ResourceType instance ResourceId.1 " + ids[0], "MissingParameter"},
		{"UntagResources", "ResourceType instance ResourceId.1 " + ids[0] + " ResourceId.2 i-unknown All true", "InstanceIdNotFound"},
	} {
		c.WantCode(c.Call(r.action, strings.Fields(r.pairs)...), 400, r.code)
	}
	if got := c.field(ids[0], "Tags", "Tags"); strings.Count(got, "TagKey") != 20 {
		t.Errorf("refused calls have changed the tags: %s", got)
	}
}

func TestProtectionIsSetAndTakenAway(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	id := c.create()[0]
	c.WantOK(c.Call("ModifyInstanceAttribute", "InstanceId", id, "DeletionProtection", "true"))
	if got := c.field(id, "DeletionProtection"); got != "true" {
		t.Errorf("DeletionProtection is %s, want true", got)
	}
	c.WantCode(c.Call("ReleasePostPaidInstance", "InstanceId", id), 400, "InvalidOperation.DeletionProtection")
	c.WantCode(c.Call("ModifyInstanceAttribute", "InstanceId", id, "DeletionProtection", "no"), 400, "InvalidParameter.DeletionProtection")
	c.WantOK(c.Call("ModifyInstanceAttribute", "InstanceId", id, "DeletionProtection", "false"))
	c.WantOK(c.Call("ReleasePostPaidInstance", "InstanceId", id))
}

func TestGroupsAreJoinedAndLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inventory := cloudsim.DefaultInventory(cloudsim.ENS)
		c := newClient(t, cloudsim.New(nil))
		id := c.create("SecurityId", "sg-1")[0]
		c.WantCode(c.Call("JoinSecurityGroup", "InstanceId", id, "SecurityGroupId", "sg-2"), 400, "IncorrectInstanceStatus")
		time.Sleep(time.Minute)
		for range 2 {
			c.WantOK(c.Call("JoinSecurityGroup", "InstanceId", id, "SecurityGroupId", "sg-2"))
		}
		c.WantOK(c.Call("LeaveSecurityGroup", "InstanceId", id, "SecurityGroupId", "sg-1"))
		if got := c.field(id, "SecurityGroupIds", "SecurityGroupId"); got != "[sg-2]" {
			t.Errorf("the groups are %s, want sg-2 alone", got)
		}
		c.WantCode(c.Call("JoinSecurityGroup", "InstanceId", id), 400, "MissingParameter")
		c.WantCode(c.Call("LeaveSecurityGroup", "InstanceId", "i-unknown", "SecurityGroupId", "sg-1"), 400, "InstanceIdNotFound")
		strict := newClient(t, cloudsim.New(&cloudsim.Options{Inventories: map[cloudsim.Cloud]*cloudsim.Inventory{cloudsim.ENS: inventory}}))
		strict.WantCode(strict.Call("JoinSecurityGroup", "InstanceId", id, "SecurityGroupId", "sg-absent"), 400, "InvalidParameter.SecurityGroupId")
	})
}

func TestRenewals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		c := newClient(t, sim)
		id := c.create("InstanceChargeType", "PrePaid", "Period", "1")[0]
		onDemand := c.create()[0]
		time.Sleep(time.Minute)
		at, _ := time.Parse(time.RFC3339, c.field(id, "ExpiredTime"))
		if _, err := sim.Announce(cloudsim.ENS, cloudsim.Notice{Kind: cloudsim.Expired, InstanceID: id}); err != nil {
			t.Fatal(err)
		}
		if got := c.field(id, "Status"); got != "Expired" {
			t.Errorf("the status is %s, want Expired", got)
		}
		if n := c.WantOK(c.Call("DescribeInstances", "Status", "Expired")).At("TotalCount"); fmt.Sprint(n) != "1" {
			t.Errorf("%v instances are expired, want 1", n)
		}
		c.WantCode(c.Call("RebootInstance", "InstanceId", id), 400, "IncorrectInstanceStatus")
		c.WantOK(c.Call("RenewInstance", "InstanceId", id, "Period", "12"))
		if got := c.field(id, "Status"); got != "Running" {
			t.Errorf("the status after the renewal is %s, want Running", got)
		}
		got, _ := time.Parse(time.RFC3339, c.field(id, "ExpiredTime"))
		if want := time.Now().AddDate(1, 0, 0); got.Sub(want).Abs() > time.Minute || !got.After(at) {
			t.Errorf("it ends at %v, want %v", got, want)
		}
		for _, r := range []struct{ pairs, code string }{
			{"Period 1", "MissingParameter"},
			{"InstanceId " + id, "MissingParameter"},
			{"Period 10 InstanceId " + id, "InvalidParameter.Period"},
			{"Period 1 InstanceId i-unknown", "InstanceIdNotFound"},
			{"Period 1 InstanceId " + onDemand, "InvalidParameter.InstanceId"},
		} {
			c.WantCode(c.Call("RenewInstance", strings.Fields(r.pairs)...), 400, r.code)
		}
	})
}

func TestEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		c := newClient(t, sim)
		ids := c.create("Amount", "2")
		time.Sleep(time.Minute)
		var events []string
		for i, lead := range []time.Duration{time.Hour, 2 * time.Hour} {
			id, err := sim.Announce(cloudsim.ENS, cloudsim.Notice{Kind: cloudsim.Maintenance, InstanceID: ids[i], Lead: lead, Reason: "why"})
			if err != nil {
				t.Fatal(err)
			}
			events = append(events, id)
		}
		ask := func(pairs ...string) simtest.AlibabaAnswer {
			t.Helper()
			return c.WantOK(c.Call("DescribeHistoryEvents", append([]string{"EventTypes", `["Instance:SystemMaintenance.Reboot"]`}, pairs...)...))
		}
		first := ask("ResourceIds", `["`+ids[0]+`"]`)
		want := map[string]any{
			"EventId": events[0], "EventType": "Instance:SystemMaintenance.Reboot", "EventStatus": "Scheduled", "EventLevel": "WARN",
			"ResourceId": ids[0], "Reason": "why", "ExtendedAttribute": "{}",
			"NotBefore": float64(time.Now().Add(time.Hour).UnixMilli()), "PublishTime": float64(time.Now().UnixMilli()),
		}
		if got := first.At("Events", 0); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("the event is %v, want %v", got, want)
		}
		c.WantOK(c.Call("RebootInstance", "InstanceId", ids[1]))
		for _, r := range []struct{ pairs, total string }{
			{"", "2"},
			{`EventStatus ["Scheduled","Inquiring","Executing"]`, "1"},
			{`EventStatus ["Avoided"]`, "1"},
			{`EventLevels ["CRITICAL"]`, "0"},
			{`PageSize 1 PageNumber 3`, "2"},
		} {
			if got := fmt.Sprint(ask(strings.Fields(r.pairs)...).At("TotalCount")); got != r.total {
				t.Errorf("%s: %s events, want %s", r.pairs, got, r.total)
			}
		}
		time.Sleep(time.Hour)
		if got := c.field(ids[0], "Status"); got != "Starting" {
			t.Errorf("the status during maintenance is %s, want Starting", got)
		}
		time.Sleep(time.Minute)
		if got := ask("ResourceIds", `["`+ids[0]+`"]`).At("Events", 0, "EventStatus"); got != "Executed" {
			t.Errorf("the event is %v, want Executed", got)
		}
		c.WantCode(c.Call("DescribeHistoryEvents"), 400, "MissingParameter")
		c.WantCode(c.Call("DescribeHistoryEvents", "EventTypes", "Instance:RegionNetworkDown"), 400, "InvalidParameter.EventTypes")
	})
}
