package ecs_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/ecs"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// newSet creates a deployment set in cn-hangzhou and returns its ID.
func (c *client) newSet(more ...string) string {
	c.T.Helper()
	pairs := append([]string{"RegionId", "cn-hangzhou", "DeploymentStrategy", "Availability"}, more...)
	return fmt.Sprint(c.WantOK(c.Call("CreateDeploymentSet", pairs...)).At("DeploymentSetId"))
}

// sets describes the deployment sets of cn-hangzhou.
func (c *client) sets(more ...string) simtest.AlibabaAnswer {
	c.T.Helper()
	return c.WantOK(c.Call("DescribeDeploymentSets", append([]string{"RegionId", "cn-hangzhou"}, more...)...))
}

// setIDs returns the IDs in an answer of DescribeDeploymentSets.
func setIDs(r simtest.AlibabaAnswer) []string {
	list, _ := r.At("DeploymentSets", "DeploymentSet").([]any)
	out := make([]string, len(list))
	for i := range list {
		out[i] = fmt.Sprint(r.At("DeploymentSets", "DeploymentSet", i, "DeploymentSetId"))
	}
	return out
}

// wantMembers fails unless a set has exactly these instances, by both describes.
func (c *client) wantMembers(set string, want ...string) {
	c.T.Helper()
	reply := c.sets("DeploymentSetIds", simtest.IDList([]string{set}))
	if got := reply.Strings("DeploymentSets", "DeploymentSet", 0, "InstanceIds", "InstanceId"); !slices.Equal(
		got, want) {
		c.T.Errorf("set %s has %v, want %v", set, got, want)
	}
	for _, id := range want {
		if got := c.Describe("InstanceIds", simtest.IDList([]string{id})).At("Instances", "Instance", 0,
			"DeploymentSetId"); got != set {
			c.T.Errorf("instance %s shows set %v, want %s", id, got, set)
		}
	}
}

// move calls ModifyInstanceDeployment in cn-hangzhou.
func (c *client) move(id, set string, more ...string) simtest.AlibabaAnswer {
	c.T.Helper()
	return c.Call("ModifyInstanceDeployment", append(
		[]string{"RegionId", "cn-hangzhou", "InstanceId", id, "DeploymentSetId", set}, more...)...)
}

func TestDeploymentSetAnswersAsInTheReference(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, cloudsim.New(nil))
		set := c.newSet("DeploymentSetName", "test default", "Description", "default")
		if !strings.HasPrefix(set, "ds-bp") {
			t.Errorf("the ID is %q, want one that begins with ds-bp", set)
		}
		ids := c.Run("Amount", "2", "DeploymentSetId", set)
		got := c.sets()
		for _, w := range []struct {
			path []any
			want any
		}{
			{[]any{"PageSize"}, 10.0},
			{[]any{"TotalCount"}, 1.0},
			{[]any{"PageNumber"}, 1.0},
			{[]any{"RegionId"}, "cn-hangzhou"},
			{[]any{"DeploymentSets", "DeploymentSet", 0, "DeploymentSetDescription"}, "default"},
			{[]any{"DeploymentSets", "DeploymentSet", 0, "DeploymentSetId"}, set},
			{[]any{"DeploymentSets", "DeploymentSet", 0, "DeploymentStrategy"}, "Availability"},
			{[]any{"DeploymentSets", "DeploymentSet", 0, "Strategy"}, "Availability"},
			{[]any{"DeploymentSets", "DeploymentSet", 0, "DeploymentSetName"}, "test default"},
			{[]any{"DeploymentSets", "DeploymentSet", 0, "CreationTime"}, "2000-01-01T00:00:00Z"},
			{[]any{"DeploymentSets", "DeploymentSet", 0, "InstanceAmount"}, 2.0},
			{[]any{"DeploymentSets", "DeploymentSet", 0, "InstanceIds", "InstanceId", 0}, ids[0]},
			{[]any{"DeploymentSets", "DeploymentSet", 0, "InstanceIds", "InstanceId", 1}, ids[1]},
			{[]any{"DeploymentSets", "DeploymentSet", 0, "Capacities", "Capacity", 0, "ZoneId"}, "cn-hangzhou-a"},
			{[]any{"DeploymentSets", "DeploymentSet", 0, "Capacities", "Capacity", 0, "UsedAmount"}, 2.0},
			{[]any{"DeploymentSets", "DeploymentSet", 0, "Capacities", "Capacity", 0, "AvailableAmount"}, 18.0},
		} {
			if v := got.At(w.path...); v != w.want {
				t.Errorf("%v is %v, want %v", w.path, v, w.want)
			}
		}
		var xml struct {
			TotalCount     int
			DeploymentSets struct {
				DeploymentSet []struct {
					DeploymentSetDescription, DeploymentSetId string
					DeploymentStrategy, DeploymentSetName     string

					InstanceIds struct{ InstanceId []string }
				}
			}
		}
		simtest.WantXML(t, c.XML("DescribeDeploymentSets", "RegionId", "cn-hangzhou"),
			"DescribeDeploymentSetsResponse", &xml)
		if list := xml.DeploymentSets.DeploymentSet; xml.TotalCount != 1 || len(list) != 1 ||
			list[0].DeploymentSetId != set ||
			list[0].DeploymentSetName != "test default" || !slices.Equal(list[0].InstanceIds.InstanceId, ids) {
			t.Errorf("XML holds %+v", xml)
		}
	})
}

func TestCreateDeploymentSet(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	region := func(more ...string) []string { return append([]string{"RegionId", "cn-hangzhou"}, more...) }
	for _, r := range []struct {
		pairs  []string
		status int
		code   string
	}{
		{[]string{"Strategy", "Availability"}, 400, "MissingParameter"},
		{[]string{"Strategy", "Availability", "RegionId", "a/b"}, 404, "InvalidRegionId.NotFound"},
		{region(), 400, "MissingParameter"},
		{region("Strategy", "Together"), 400, "InvalidParameter.Strategy"},
		{region("DeploymentStrategy", "Together"), 400, "InvalidParameter.Strategy"},
		{region("DeploymentStrategy", "Availability", "Strategy", "LowLatency"), 400, "InvalidParameter.Strategy"},
		{region("Strategy", "Availability", "Description", "http://x"), 400, "InvalidDescription.Malformed"},
		{region("Strategy", "Availability", "DeploymentSetName", "1st"), 400, "InvalidParameter"},
		{region("Strategy", "Availability", "DeploymentSetName", "web!"), 400, "InvalidParameter"},
		{region("Strategy", "Availability", "DeploymentSetName", "web[1,3]"), 400, "InvalidParameter"},
		{region("Strategy", "AvailabilityGroup", "GroupCount", "8"), 400, "InvalidParameter"},
		{region("Strategy", "Availability", "OnUnableToRedeployFailedInstance", "Cry"), 400, "InvalidParameter"},
	} {
		c.WantCode(c.Call("CreateDeploymentSet", r.pairs...), r.status, r.code)
	}
	c.WantOK(c.Call("CreateDeploymentSet", region("Strategy", "AvailabilityGroup", "GroupCount", "2",
		"OnUnableToRedeployFailedInstance", "KeepStopped")...))
	if got := c.sets().At("DeploymentSets", "DeploymentSet", 0, "GroupCount"); got != 2.0 {
		t.Errorf("the set has %v groups, want the 2 asked for", got)
	}
	if n := len(setIDs(c.sets())); n != 1 {
		t.Errorf("%d sets exist, want the one that was not refused", n)
	}
}

func TestCreateDeploymentSetIsIdempotent(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	first := c.newSet("ClientToken", "tok")
	if again := c.newSet("ClientToken", "tok"); again != first {
		t.Errorf("the same token gave %s, want %s again", again, first)
	}
	pairs := []string{"RegionId", "cn-hangzhou", "Strategy", "LowLatency", "ClientToken", "tok"}
	c.WantCode(c.Call("CreateDeploymentSet", pairs...), 400, "IdempotentParameterMismatch")
	if got := setIDs(c.sets()); !slices.Equal(got, []string{first}) {
		t.Errorf("sets %v exist, want %s alone", got, first)
	}
}

func TestDeploymentSetQuota(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	for range ecs.MaxSets {
		c.newSet()
	}
	pairs := []string{"RegionId", "cn-hangzhou", "Strategy", "Availability"}
	c.WantCode(c.Call("CreateDeploymentSet", pairs...), 403, "DEPLOYMENTSET.QUOTA_FULL")
	c.WantOK(c.Call("CreateDeploymentSet", append(pairs, "RegionId", "cn-beijing")...))
}

func TestDescribeDeploymentSetsFilters(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	var all []string
	for i := range 12 {
		all = append(all, c.newSet("DeploymentSetName", "set-"+strconv.Itoa(i)))
	}
	near := fmt.Sprint(c.WantOK(c.Call("CreateDeploymentSet", "RegionId", "cn-hangzhou", "Strategy",
		"LowLatency")).At("DeploymentSetId"))
	c.WantOK(c.Call("CreateDeploymentSet", "RegionId", "cn-beijing", "Strategy", "Availability"))
	all = append(all, near)
	for _, f := range []struct{ filter, want []string }{
		{nil, all[:10]},
		{[]string{"PageNumber", "2"}, all[10:]},
		{[]string{"PageSize", "100"}, all},
		{[]string{"DeploymentSetIds", simtest.IDList([]string{all[3], "ds-unknown"})}, all[3:4]},
		{[]string{"DeploymentSetIds", "[]"}, nil},
		{[]string{"DeploymentSetsIds", simtest.IDList(all[3:4])}, all[:10]},
		{[]string{"DeploymentSetName", "set-5"}, all[5:6]},
		{[]string{"Strategy", "LowLatency"}, []string{near}},
	} {
		if got := setIDs(c.sets(f.filter...)); !slices.Equal(got, f.want) {
			t.Errorf("filter %v lists %v, want %v", f.filter, got, f.want)
		}
	}
	for _, r := range []struct {
		pairs  []string
		status int
		code   string
	}{
		{nil, 400, "MissingParameter"},
		{[]string{"RegionId", "~"}, 404, "InvalidRegionId.NotFound"},
		{[]string{"RegionId", "cn-hangzhou", "PageSize", "101"}, 400, "InvalidParameter"},
		{[]string{"RegionId", "cn-hangzhou", "Strategy", "Together"}, 400, "InvalidParameter.Strategy"},
		{[]string{"RegionId", "cn-hangzhou", "Description", "x"}, 400, "InvalidDescription.Malformed"},
		{[]string{"RegionId", "cn-hangzhou", "DeploymentSetIds", "ds-1"}, 400, "InvalidParameter"},
	} {
		c.WantCode(c.Call("DescribeDeploymentSets", r.pairs...), r.status, r.code)
	}
}

// TestModifyDeploymentSet: both names of the action; absent values stay unchanged.
func TestModifyDeploymentSet(t *testing.T) {
	for _, action := range []string{"ModifyDeploymentSetAttribute", "ModifyDeploymentSetAttributes"} {
		c := newClient(t, cloudsim.New(nil))
		set := c.newSet("DeploymentSetName", "old", "Description", "text")
		modify := func(more ...string) simtest.AlibabaAnswer {
			return c.Call(action, append([]string{"RegionId", "cn-hangzhou", "DeploymentSetId", set}, more...)...)
		}
		c.WantOK(modify("DeploymentSetName", "AvailMySet", "Strategy", "Availability"))
		first := func(field string) any { return c.sets().At("DeploymentSets", "DeploymentSet", 0, field) }
		if first("DeploymentSetName") != "AvailMySet" || first("DeploymentSetDescription") != "text" {
			t.Errorf("%s: name %v and description %v, want the new one and the old one", action,
				first("DeploymentSetName"), first("DeploymentSetDescription"))
		}
		c.WantCode(modify("Description", "http://x"), 400, "InvalidDescription.Malformed")
		c.WantCode(modify("Strategy", "Together"), 400, "InvalidParameter.Strategy")
		c.WantCode(modify("RegionId", ""), 400, "MissingParameter")
		c.WantCode(modify("RegionId", "~"), 404, "InvalidRegionId.NotFound")
		c.WantCode(modify("DeploymentSetId", ""), 400, "MissingParameter")
		c.WantCode(modify("RegionId", "cn-beijing"), 400, "DeploymentSet.InvalidId")
	}
}

// TestReleasedInstancesLeaveTheSet: after that the set can be deleted.
func TestReleasedInstancesLeaveTheSet(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	set := c.newSet()
	ids := c.Run("Amount", "2", "DeploymentSetId", set)
	del := func(more ...string) simtest.AlibabaAnswer {
		return c.Call("DeleteDeploymentSet", append([]string{"RegionId", "cn-hangzhou", "DeploymentSetId", set},
			more...)...)
	}
	c.WantCode(del(), 403, "DependencyViolation.NotEmpty")
	c.WantOK(c.Call("DeleteInstance", "InstanceId", ids[0], "Force", "true"))
	c.wantMembers(set, ids[1])
	c.WantOK(c.Call("DeleteInstance", "InstanceId", ids[1], "Force", "true"))
	c.wantMembers(set)
	c.WantCode(del("RegionId", ""), 400, "MissingParameter")
	c.WantCode(del("RegionId", "~"), 404, "InvalidRegionId.NotFound")
	c.WantCode(del("DeploymentSetId", ""), 400, "MissingParameter")
	c.WantOK(del())
	c.WantCode(del(), 400, "DeploymentSet.InvalidId")
	c.WantCode(c.Call("RunInstances", simtest.ECSCreate("DeploymentSetId", set)...), 404, "DeploymentSet.NotFound")
}

// TestFailedInstancesLeaveTheSet: the cloud releases instances that fail to launch.
func TestFailedInstancesLeaveTheSet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		sim.Inject(cloudsim.Fault{Kind: cloudsim.LaunchFailure, Count: 1})
		c := newClient(t, sim)
		set := c.newSet()
		ids := c.Up("Amount", "2", "DeploymentSetId", set)
		c.wantMembers(set, ids[1])
	})
}

// TestSetIsFullByZone: a set may have 20 instances in each zone.
func TestSetIsFullByZone(t *testing.T) {
	sim := cloudsim.New(nil)
	c := newClient(t, sim)
	set := c.newSet()
	c.Run("Amount", "19", "DeploymentSetId", set)
	c.WantCode(c.Call("RunInstances", simtest.ECSCreate("Amount", "2", "DeploymentSetId", set)...), 403,
		"QuotaExceed.DeploymentSetInstanceQuotaFull")
	if n := len(sim.Instances()); n != 19 {
		t.Errorf("a refused create left %d instances, want 19", n)
	}
	c.Run("DeploymentSetId", set)
	c.Run("Amount", "20", "DeploymentSetId", set, "ZoneId", "cn-hangzhou-b")
	c.WantCode(c.Call("RunInstances", simtest.ECSCreate("DeploymentSetId", set)...), 403,
		"QuotaExceed.DeploymentSetInstanceQuotaFull")
}

func TestModifyInstanceDeployment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, cloudsim.New(nil))
		one, two := c.newSet(), c.newSet()
		id := c.Run()[0]
		c.WantCode(c.move(id, one), 403, "IncorrectInstanceStatus")
		time.Sleep(2 * time.Second)
		c.WantOK(c.move(id, one))
		c.WantOK(c.move(id, one))
		c.wantMembers(one, id)
		c.WantOK(c.Call("StopInstance", "InstanceId", id))
		c.WantCode(c.move(id, two), 403, "IncorrectInstanceStatus")
		time.Sleep(time.Second)
		c.WantOK(c.move(id, two, "Force", "true"))
		c.wantMembers(one)
		c.wantMembers(two, id)
		c.wantStatus(id, "Stopped")
		c.WantCode(c.move(id, "ds-unknown"), 400, "DeploymentSet.InvalidId")
		c.WantCode(c.move("i-unknown", one), 404, "InvalidInstanceId.NotFound")
		c.WantCode(c.move("", one), 400, "MissingParameter")
		c.WantCode(c.move(id, ""), 400, "MissingParameter")
		c.WantCode(c.move(id, one, "RegionId", ""), 400, "MissingParameter")
		c.WantCode(c.move(id, one, "Force", "perhaps"), 400, "InvalidParameter")
		c.WantCode(c.move(id, one, "RemoveFromDeploymentSet", "true"), 403, "DeploymentSet.ModificationFailed")
		c.WantOK(c.move(id, "", "RemoveFromDeploymentSet", "true"))
		c.wantMembers(two)
		c.WantCode(c.move(id, two, "RemoveFromDeploymentSet", "true"), 403, "DeploymentSet.ModificationFailed")
	})
}

func TestFullSetTakesNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, cloudsim.New(nil))
		set := c.newSet()
		c.Run("Amount", "20", "DeploymentSetId", set)
		id := c.Up()[0]
		c.WantCode(c.move(id, set), 403, "DeploymentSet.InstanceLimitExceeded")
	})
}

// TestForceMovesOffASharedHost: two instances of one dedicated host cannot be apart,
// unless one of them may move and restart.
func TestForceMovesOffASharedHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, cloudsim.New(nil))
		set := c.newSet()
		ids := c.Up("Amount", "3", "DedicatedHostId", "dh-1")
		c.WantOK(c.move(ids[0], set))
		c.WantCode(c.move(ids[1], set), 403, "DeploymentSet.ModificationFailed")
		c.wantStatus(ids[1], "Running")
		c.WantOK(c.move(ids[1], set, "Force", "true"))
		c.wantStatus(ids[1], "Starting")
		c.WantOK(c.move(ids[2], set, "Force", "true", "MigrationType", "live"))
		c.wantStatus(ids[2], "Running")
		c.wantMembers(set, ids...)
		for i, want := range []string{"dh-1", "", ""} {
			if got := c.Describe().At("Instances", "Instance", i, "DedicatedHostAttribute",
				"DedicatedHostId"); got != want {
				t.Errorf("instance %d is on host %v, want %q", i, got, want)
			}
		}
	})
}
