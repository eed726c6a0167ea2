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

// tags returns the tags of the first instance that is described.
func tags(r simtest.AlibabaAnswer) string {
	list, _ := r.At("Instances", "Instance", 0, "Tags", "Tag").([]any)
	var out []string
	for _, v := range list {
		m := v.(map[string]any)
		out = append(out, fmt.Sprint(m["TagKey"], "=", m["TagValue"]))
	}
	return strings.Join(out, " ")
}

func TestTagResources(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	ids := c.Run("Amount", "2", "Tag.1.Key", "old", "Tag.1.Value", "1")
	call := func(action string, more ...string) simtest.AlibabaAnswer {
		return c.Call(action, append([]string{"RegionId", "cn-hangzhou", "ResourceType", "instance", "ResourceId.1", ids[0]}, more...)...)
	}
	c.WantOK(call("TagResources", "Tag.1.Key", "old", "Tag.1.Value", "2", "Tag.2.Key", "new"))
	shown := func(id string) string { return tags(c.Describe("InstanceIds", simtest.IDList([]string{id}))) }
	if got := shown(ids[0]); got != "new= old=2" {
		t.Errorf("the tags are %q, want new= old=2", got)
	}
	if got := shown(ids[1]); got != "old=1" {
		t.Errorf("the tags of the other instance are %q, want old=1", got)
	}
	c.WantOK(call("UntagResources", "TagKey.1", "new", "TagKey.2", "absent"))
	if got := shown(ids[0]); got != "old=2" {
		t.Errorf("the tags are %q, want old=2", got)
	}
	c.WantOK(call("UntagResources", "All", "true"))
	if got := shown(ids[0]); got != "" {
		t.Errorf("the tags are %q, want none", got)
	}
	c.WantCode(call("TagResources"), 400, "MissingParameter.Tag.1.Key")
	c.WantCode(call("UntagResources"), 400, "MissingParameter.TagKey.1")
	c.WantCode(call("TagResources", "Tag.1.Key", "acs:x"), 400, "InvalidTagKey.Malformed")
	c.WantCode(call("TagResources", "Tag.1.Key", "k", "ResourceId.2", "i-unknown"), 404, "InvalidResourceId.NotFound")
	c.WantCode(call("TagResources", "Tag.1.Key", "k", "ResourceType", "disk"), 400, "InvalidResourceType.NotFound")
	many, twenty := []string{"Tag.1.Key", "k"}, []string{}
	for i := range 51 {
		many = append(many, fmt.Sprint("ResourceId.", i+1), ids[0])
	}
	c.WantCode(call("TagResources", many...), 400, "NumberExceed.ResourceIds")
	for i := range 20 {
		twenty = append(twenty, fmt.Sprintf("Tag.%d.Key", i+1), fmt.Sprint("k", i))
	}
	c.WantOK(call("TagResources", twenty...))
	c.WantCode(call("TagResources", "Tag.1.Key", "more"), 403, "QuotaExceed.Tags")
}

func TestModifyInstanceAttribute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, cloudsim.New(nil))
		id := c.Run()[0]
		modify := func(more ...string) simtest.AlibabaAnswer {
			return c.Call("ModifyInstanceAttribute", append([]string{"RegionId", "cn-hangzhou", "InstanceId", id}, more...)...)
		}
		c.WantCode(modify("HostName", "web"), 403, "IncorrectInstanceStatus")
		time.Sleep(2 * time.Second)
		c.WantOK(modify("InstanceName", "front", "HostName", "web", "Description", "Of the web", "DeletionProtection", "true",
			"Password", "Planted-Passw0rd", "SecurityGroupIds.1", "sg-1", "SecurityGroupIds.2", "sg-2"))
		for field, want := range map[string]any{
			"InstanceName": "front", "HostName": "web", "Description": "Of the web", "DeletionProtection": true,
		} {
			if got := c.Describe().At("Instances", "Instance", 0, field); got != want {
				t.Errorf("%s is %v, want %v", field, got, want)
			}
		}
		if got := c.Describe().Strings("Instances", "Instance", 0, "SecurityGroupIds", "SecurityGroupId"); strings.Join(got, " ") != "sg-1 sg-2" {
			t.Errorf("the groups are %q, want sg-1 sg-2", got)
		}
		c.WantCode(c.Call("DeleteInstance", "InstanceId", id, "Force", "true"), 403, "InvalidOperation.DeletionProtection")
		c.WantCode(modify("Password", "short"), 400, "InvalidPassword.Malformed")
		c.WantCode(modify("InstanceName", "1"), 400, "InvalidInstanceName.Malformed")
		c.WantCode(modify("UserData", "eA=="), 400, "UnsupportedParameter")
		c.WantCode(modify("InstanceId", "i-unknown"), 404, "InvalidInstanceId.NotFound")
		spot := c.Run("SpotStrategy", "SpotAsPriceGo")[0]
		c.WantCode(modify("InstanceId", spot, "DeletionProtection", "true"), 403, "InvalidChargeType.ValueNotSupported")
	})
}

func TestAutoReleaseTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, cloudsim.New(nil))
		id := c.Up()[0]
		release := func(at time.Duration, more ...string) simtest.AlibabaAnswer {
			text := time.Now().Add(at).UTC().Format("2006-01-02T15:04:05Z")
			return c.Call("ModifyInstanceAutoReleaseTime", append([]string{"InstanceId", id, "AutoReleaseTime", text}, more...)...)
		}
		c.WantCode(release(10*time.Minute), 400, "InvalidAutoReleaseTime.Malformed")
		c.WantOK(release(time.Hour))
		c.WantOK(release(3 * time.Hour))
		c.WantOK(c.Call("RebootInstance", "InstanceId", id))
		time.Sleep(2 * time.Hour)
		if got := c.Describe().At("Instances", "Instance", 0, "AutoReleaseTime"); got == "" {
			t.Error("the instance shows no time of release")
		}
		time.Sleep(2 * time.Hour)
		if got := c.Describe().At("TotalCount"); got != 0.0 {
			t.Errorf("%v instances are left, want 0", got)
		}
		id = c.Up()[0]
		c.WantOK(release(time.Hour))
		c.WantOK(c.Call("ModifyInstanceAutoReleaseTime", "InstanceId", id))
		time.Sleep(2 * time.Hour)
		if got := c.Describe().At("Instances", "Instance", 0, "AutoReleaseTime"); got != "" {
			t.Errorf("the time of release is %v, want none", got)
		}
		prepaid := c.Run("InstanceChargeType", "PrePaid", "Period", "1")[0]
		c.WantCode(release(time.Hour, "InstanceId", prepaid), 403, "ChargeTypeViolation")
	})
}

func TestSecurityGroupsJoinAndLeave(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	id := c.Run()[0]
	call := func(action, group string) simtest.AlibabaAnswer {
		return c.Call(action, "InstanceId", id, "SecurityGroupId", group)
	}
	c.WantOK(call("JoinSecurityGroup", "sg-2"))
	c.WantCode(call("JoinSecurityGroup", "sg-2"), 403, "InvalidInstanceId.AlreadyExists")
	c.WantOK(call("LeaveSecurityGroup", "sg-1"))
	c.WantCode(call("LeaveSecurityGroup", "sg-1"), 403, "InstanceNotInSecurityGroup")
	c.WantCode(call("LeaveSecurityGroup", "sg-2"), 403, "InstanceLastSecurityGroup")
	if got := c.Describe().Strings("Instances", "Instance", 0, "SecurityGroupIds", "SecurityGroupId"); strings.Join(got, " ") != "sg-2" {
		t.Errorf("the groups are %q, want sg-2", got)
	}
}

func TestResize(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, cloudsim.New(nil))
		id := c.Up()[0]
		resize := func(more ...string) simtest.AlibabaAnswer {
			return c.Call("ModifyInstanceSpec", append([]string{"InstanceId", id, "InstanceType", "ecs.g5.xlarge"}, more...)...)
		}
		c.WantCode(resize(), 400, "InvalidInstanceStatus.NotStopped")
		c.WantOK(c.Call("StopInstance", "InstanceId", id))
		c.WantCode(resize(), 403, "IncorrectInstanceStatus")
		time.Sleep(time.Second)
		c.WantCode(resize("InstanceType", "large"), 400, "InvalidInstanceType.ValueNotSupported")
		c.WantOK(resize("ClientToken", "t-1"))
		c.WantOK(resize("ClientToken", "t-1"))
		c.WantCode(resize("ClientToken", "t-1", "InstanceType", "ecs.g5.2xlarge"), 400, "IdempotentParameterMismatch")
		c.WantCode(resize(), 400, "InvalidInstanceType.ValueNotSupported")
		if got := c.Describe().At("Instances", "Instance", 0, "Cpu"); got != 4.0 {
			t.Errorf("it has %v CPUs, want 4", got)
		}
		prepaid := c.Up("InstanceChargeType", "PrePaid", "Period", "1")[0]
		c.WantCode(resize("InstanceId", prepaid), 403, "ChargeTypeViolation")
		r := c.WantOK(c.Call("ModifyPrepayInstanceSpec", "RegionId", "cn-hangzhou", "InstanceId", prepaid, "InstanceType", "ecs.g5.xlarge"))
		if r.At("OrderId") == nil {
			t.Error("the answer has no order")
		}
	})
}

func TestRenew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		c := newClient(t, sim)
		id := c.Up("InstanceChargeType", "PrePaid", "Period", "1")[0]
		renew := func(more ...string) simtest.AlibabaAnswer {
			return c.Call("RenewInstance", append([]string{"InstanceId", id, "Period", "1"}, more...)...)
		}
		expires := func() time.Time {
			at, err := time.Parse("2006-01-02T15:04Z", fmt.Sprint(c.Describe().At("Instances", "Instance", 0, "ExpiredTime")))
			if err != nil {
				t.Fatal(err)
			}
			return at
		}
		before := expires()
		first := c.WantOK(renew("ClientToken", "t-1"))
		again := c.WantOK(renew("ClientToken", "t-1"))
		if first.At("OrderId") != again.At("OrderId") {
			t.Errorf("the orders are %v and %v, want the same", first.At("OrderId"), again.At("OrderId"))
		}
		if want := before.AddDate(0, 1, 0); !expires().Equal(want) {
			t.Errorf("it ends at %v, want %v", expires(), want)
		}
		c.WantOK(renew("PeriodUnit", "Week", "Period", "2"))
		if want := before.AddDate(0, 1, 14); !expires().Equal(want) {
			t.Errorf("it ends at %v, want %v", expires(), want)
		}
		c.WantCode(renew("Period", "10"), 400, "InvalidPeriod")
		c.WantCode(renew("Period", "60"), 400, "InvalidPeriod.ExceededMaximumExpirationDate")
		if _, err := sim.Announce(cloudsim.ECS, cloudsim.Notice{Kind: cloudsim.Expired, InstanceID: id}); err != nil {
			t.Fatal(err)
		}
		c.wantStatus(id, "Stopped")
		c.WantOK(renew())
		c.wantStatus(id, "Running")
		c.WantCode(renew("InstanceId", c.Run()[0]), 403, "ChargeTypeViolation")
	})
}

// What an inventory lacks is refused by changes too.
func TestChangesAreBoundToAnInventory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, strict(nil))
		id := c.WantOK(c.Call("RunInstances", listed()...)).Strings("InstanceIdSets", "InstanceIdSet")[0]
		time.Sleep(2 * time.Second)
		groups := func(id2 string) simtest.AlibabaAnswer {
			return c.Call("ModifyInstanceAttribute", "InstanceId", id, "SecurityGroupIds.1", id2)
		}
		c.WantOK(groups("sg-bp15ed6xe1yxeycg70001"))
		c.WantCode(groups("sg-other"), 404, "InvalidSecurityGroupId.NotFound")
		c.WantCode(groups("sg-bp15ed6xe1yxeycg70002"), 400, "InvalidParameter.Mismatch")
		c.WantOK(c.Call("StopInstance", "InstanceId", id))
		time.Sleep(time.Second)
		for kind, code := range map[string]string{
			"ecs.none.large": "InvalidInstanceType.ValueNotSupported", "ecs.n1.small": "InstanceType.Offline",
			"ecs.i2.xlarge": "InvalidInstanceType.ZoneNotSupported",
		} {
			if r := c.Call("ModifyInstanceSpec", "InstanceId", id, "InstanceType", kind); r.Code() != code {
				t.Errorf("%s: the code is %s, want %s", kind, r.Code(), code)
			}
		}
	})
}
