package cvm_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/cvm"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// reply sends a call, and returns its answer and its code, "" for a success.
func (c *client) reply(action, body string) (members map[string]any, code string) {
	c.T.Helper()
	members = c.response(action, body)
	if e, _ := members["Error"].(map[string]any); e != nil {
		code = fmt.Sprint(e["Code"])
	}
	return members, code
}

// tag calls the product of tags.
func (c *client) tag(action, body string) string {
	c.T.Helper()
	return ask(c.T, c.sim, c.ProductRequest("tag", "2018-08-13", action, body)).Error.Code
}

// tagsOf returns the tags of an instance as text.
func (c *client) tagsOf(id string) string {
	c.T.Helper()
	list, _ := c.Instance(id)["Tags"].([]any)
	var out []string
	for _, v := range list {
		m := v.(map[string]any)
		out = append(out, fmt.Sprint(m["Key"], "=", m["Value"]))
	}
	return strings.Join(out, " ")
}

func TestTagsAreOfAProductOfTheirOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		ids := c.running(`{"InstanceCount":2,"TagSpecification":[{"ResourceType":"instance","Tags":[{"Key":"old","Value":"1"}]}]}`)
		target := func(more string, ids ...string) string {
			list, _ := json.Marshal(ids)
			return fmt.Sprintf(`{"ServiceType":"cvm","ResourcePrefix":"instance","ResourceRegion":"ap-guangzhou","ResourceIds":%s%s}`, list, more)
		}
		for _, tc := range []struct{ action, body, code, first, second string }{
			{"AttachResourcesTag", target(`,"TagKey":"old","TagValue":"2"`, ids[0]), "", "old=2", "old=1"},
			{"AttachResourcesTag", target(`,"TagKey":"team","TagValue":""`, ids...), "", "old=2 team=", "old=1 team="},
			{"DetachResourcesTag", target(`,"TagKey":"old"`, ids[0]), "", "team=", "old=1 team="},
			{"DetachResourcesTag", target(`,"TagKey":"old"`, ids...), "ResourceNotFound.AttachedTagKeyNotFound", "team=", "old=1 team="},
			{"AttachResourcesTag", target(`,"TagKey":"qcs:k","TagValue":"v"`, ids...), "FailedOperation.TagKeyReserved", "team=", "old=1 team="},
			{"AttachResourcesTag", target(`,"TagKey":"k"`, ids...), "MissingParameter", "team=", "old=1 team="},
			{
				"AttachResourcesTag", target(`,"TagKey":"k","TagValue":"v"`, ids[0], "ins-unknown1"), "InvalidParameterValue.ResourceIdInvalid",
				"team=", "old=1 team=",
			},
			{
				"AttachResourcesTag", strings.Replace(target(`,"TagKey":"k","TagValue":"v"`, ids...), `"cvm"`, `"cbs"`, 1),
				"InvalidParameterValue.ServiceTypeInvalid", "team=", "old=1 team=",
			},
			{
				"AttachResourcesTag", target(`,"TagKey":"k","TagValue":"v"`, make([]string, 51)...), "LimitExceeded.ResourceNumPerRequest",
				"team=", "old=1 team=",
			},
		} {
			if code := c.tag(tc.action, tc.body); code != tc.code {
				t.Errorf("%s %s: the code is %q, want %q", tc.action, tc.body, code, tc.code)
			}
			if got := c.tagsOf(ids[0]); got != tc.first {
				t.Errorf("%s %s: the tags are %q, want %q", tc.action, tc.body, got, tc.first)
			}
			if got := c.tagsOf(ids[1]); got != tc.second {
				t.Errorf("%s %s: the tags of the second are %q, want %q", tc.action, tc.body, got, tc.second)
			}
		}
		c.wantCode("AttachResourcesTag", target(`,"TagKey":"k","TagValue":"v"`, ids...), "InvalidAction")
		for i := range 49 {
			if code := c.tag("AttachResourcesTag", target(fmt.Sprintf(`,"TagKey":"k%d","TagValue":"v"`, i), ids[0])); code != "" {
				t.Fatalf("tag %d: %s", i, code)
			}
		}
		if code := c.tag("AttachResourcesTag", target(`,"TagKey":"more","TagValue":"v"`, ids[0])); code != "LimitExceeded.ResourceAttachedTags" {
			t.Errorf("a tag too many: the code is %q, want LimitExceeded.ResourceAttachedTags", code)
		}
	})
}

func TestPasswordsNeedAStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		ids := c.running(`{}`)
		const good, action = `,"Password":"Planted-Passw0rd"`, "ResetInstancesPassword"
		c.wantCode(action, simtest.CVMIDs(ids, good), "UnsupportedOperation.InstanceStateRunning")
		c.wantCode(action, simtest.CVMIDs(ids, `,"Password":"short"`), "InvalidParameterValue.InvalidPassword")
		c.wantCode(action, simtest.CVMIDs(ids, ""), "MissingParameter")
		c.ok(action, simtest.CVMIDs(ids, good+`,"ForceStop":true`))
		c.now("by force", ids[0], "STARTING", action, "OPERATING")
		time.Sleep(5 * time.Second)
		c.now("by force, later", ids[0], "RUNNING", action, "SUCCESS")
		stopped := c.stopped(`{}`, "")
		c.ok(action, simtest.CVMIDs(stopped, good))
		c.now("stopped", stopped[0], "STOPPED", action, "OPERATING")
		c.wantCode(action, simtest.CVMIDs(stopped, good), "OperationDenied.InstanceOperationInProgress")
		time.Sleep(time.Second)
		c.now("stopped, later", stopped[0], "STOPPED", action, "SUCCESS")
	})
}

func TestResizeStartsTheInstance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		id := c.stopped(`{"InstanceType":"S5.MEDIUM4"}`, "")
		const action = "ResetInstancesType"
		c.wantCode(action, simtest.CVMIDs(c.running(`{}`), `,"InstanceType":"S5.LARGE8"`), "UnsupportedOperation.InstanceStateRunning")
		c.wantCode(action, simtest.CVMIDs(id, ``), "MissingParameter")
		c.wantCode(action, simtest.CVMIDs(id, `,"InstanceType":"large"`), "InvalidInstanceType.Malformed")
		c.wantCode(action, simtest.CVMIDs(id, `,"InstanceType":"S5.MEDIUM4"`), "InvalidParameterValue")
		two := c.stopped(`{"InstanceCount":2}`, "")
		c.wantCode(action, simtest.CVMIDs(two, `,"InstanceType":"S5.LARGE8"`), "InvalidParameterValue.LimitExceeded")
		c.ok(action, simtest.CVMIDs(id, `,"InstanceType":"S5.LARGE8"`))
		c.now("resized", id[0], "STARTING", action, "OPERATING")
		time.Sleep(5 * time.Second)
		c.now("resized, later", id[0], "RUNNING", action, "SUCCESS")
		if got := fmt.Sprint(c.Instance(id[0])["InstanceType"], " ", c.Instance(id[0])["CPU"]); got != "S5.LARGE8 4" {
			t.Errorf("it is %s, want S5.LARGE8 4", got)
		}
	})
}

func TestRenewals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		ids := c.running(`{"InstanceChargeType":"PREPAID","InstanceChargePrepaid":{"Period":1,"RenewFlag":"NOTIFY_AND_AUTO_RENEW"}}`)
		expires := func() time.Time {
			at, err := time.Parse(time.RFC3339, fmt.Sprint(c.Instance(ids[0])["ExpiredTime"]))
			if err != nil {
				t.Fatal(err)
			}
			return at
		}
		before := expires()
		const action = "RenewInstances"
		c.ok(action, simtest.CVMIDs(ids, `,"InstanceChargePrepaid":{"Period":2,"RenewFlag":"NOTIFY_AND_AUTO_RENEW"}`))
		if want := before.AddDate(0, 2, 0); !expires().Equal(want) {
			t.Errorf("it ends at %v, want %v", expires(), want)
		}
		time.Sleep(time.Second)
		c.ok(action, simtest.CVMIDs(ids, `,"InstanceChargePrepaid":{"Period":1}`))
		if got := c.Instance(ids[0])["RenewFlag"]; got != "NOTIFY_AND_MANUAL_RENEW" {
			t.Errorf("without a flag the renewal is %v, want manual", got)
		}
		time.Sleep(time.Second)
		c.ok("ModifyInstancesRenewFlag", simtest.CVMIDs(ids, `,"RenewFlag":"NOTIFY_AND_AUTO_RENEW"`))
		if got := c.Instance(ids[0])["RenewFlag"]; got != "NOTIFY_AND_AUTO_RENEW" {
			t.Errorf("the renewal is %v, want automatic", got)
		}
		c.wantCode("ModifyInstancesRenewFlag", simtest.CVMIDs(ids, `,"RenewFlag":"MAYBE"`), "InvalidParameterValue")
		c.wantCode(action, simtest.CVMIDs(ids, `,"InstanceChargePrepaid":{"Period":13}`), "InvalidPeriod")
		c.wantCode(action, simtest.CVMIDs(ids, ``), "MissingParameter")
		c.wantCode(action, simtest.CVMIDs(c.running(`{}`), `,"InstanceChargePrepaid":{"Period":1}`), "UnsupportedOperation.InstanceChargeType")
		c.wantCode("ModifyInstancesRenewFlag", simtest.CVMIDs(c.running(`{}`), `,"RenewFlag":"NOTIFY_AND_AUTO_RENEW"`),
			"UnsupportedOperation.InstanceChargeType")
		c.announce(cloudsim.Notice{Kind: cloudsim.Expired, InstanceID: ids[0]})
		c.now("expired", ids[0], "SHUTDOWN")
		c.ok(action, simtest.CVMIDs(ids, `,"InstanceChargePrepaid":{"Period":1}`))
		c.now("renewed", ids[0], "RUNNING")
	})
}

func TestSecurityGroupsOneByOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		ids := c.running(`{"SecurityGroupIds":["sg-1"]}`)
		for _, step := range []struct{ action, group, groups string }{
			{"AssociateSecurityGroups", "sg-2", "[sg-1 sg-2]"},
			{"AssociateSecurityGroups", "sg-2", "[sg-1 sg-2]"},
			{"DisassociateSecurityGroups", "sg-1", "[sg-2]"},
		} {
			c.ok(step.action, simtest.CVMIDs(ids, `,"SecurityGroupIds":["`+step.group+`"]`))
			time.Sleep(time.Second)
			if got := fmt.Sprint(c.Instance(ids[0])["SecurityGroupIds"]); got != step.groups {
				t.Errorf("after %s %s: the groups are %s, want %s", step.action, step.group, got, step.groups)
			}
		}
		c.wantCode("AssociateSecurityGroups", simtest.CVMIDs(ids, `,"SecurityGroupIds":["sg-3","sg-4"]`), "InvalidParameterValue.LimitExceeded")
		c.wantCode("DisassociateSecurityGroups", simtest.CVMIDs(ids, `,"SecurityGroupIds":["sg-2"]`), "LimitExceeded.SingleUSGQuota")
		c.wantCode("AssociateSecurityGroups", simtest.CVMIDs(ids, ``), "MissingParameter")
	})
}

func TestTimers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		timer := func(at time.Duration) string {
			return `"ActionTimer":{"TimerAction":"TerminateInstances","ActionTime":"` + time.Now().Add(at).UTC().Format(time.RFC3339) + `"}`
		}
		made := c.running(`{` + timer(2*time.Hour) + `}`)
		ids := c.running(`{}`)
		const action = "ImportInstancesActionTimer"
		c.wantCode(action, simtest.CVMIDs(made, ","+timer(time.Hour)), "FailedOperation.MutActionTimerExist")
		c.wantCode(action, simtest.CVMIDs(ids, ","+timer(time.Minute)), "InvalidParameterValue.Range")
		c.ok(action, simtest.CVMIDs(ids, ","+timer(time.Hour)))
		got, _ := c.reply("DescribeInstancesActionTimer", simtest.CVMIDs(ids, ""))
		list, _ := got["ActionTimers"].([]any)
		if len(list) != 1 {
			t.Fatalf("%d timers are listed, want 1", len(list))
		}
		id := fmt.Sprint(list[0].(map[string]any)["ActionTimerId"])
		c.ok("DeleteInstancesActionTimer", `{"ActionTimerIds":["`+id+`"]}`)
		time.Sleep(90 * time.Minute)
		c.now("without a timer", ids[0], "RUNNING")
		c.ok(action, simtest.CVMIDs(ids, ","+timer(time.Hour)))
		time.Sleep(time.Hour + cvm.Leaving)
		if left := len(c.sim.Instances(cloudsim.CVM)); left != 0 {
			t.Errorf("%d instances are left, want 0", left)
		}
	})
}

// What an inventory lacks is refused by changes too.
func TestChangesAreBoundToAnInventory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := boundClient(t, nil)
		ids := c.stopped(`{"InstanceType":"S5.MEDIUM4"}`, "")
		c.wantCode("ResetInstancesType", simtest.CVMIDs(ids, `,"InstanceType":"S9.MEDIUM4"`), "InvalidParameterValue.InstanceTypeNotFound")
		c.wantCode("ResetInstancesType", simtest.CVMIDs(ids, `,"InstanceType":"SR1.MEDIUM4"`), "ResourcesSoldOut.SpecifiedInstanceType")
		c.wantCode("ModifyInstancesAttribute", simtest.CVMIDs(ids, `,"SecurityGroups":["sg-nothere"]`), "InvalidSecurityGroupId.NotFound")
		c.wantCode("AssociateSecurityGroups", simtest.CVMIDs(ids, `,"SecurityGroupIds":["sg-nothere"]`), "InvalidSecurityGroupId.NotFound")
	})
}
