package cvm_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/cvm"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// answerMembers returns the names of an answer's members, sorted.
func answerMembers(t *testing.T, c *client, action, body string) []string {
	t.Helper()
	w := httptest.NewRecorder()
	c.sim.Handler(cloudsim.CVM).ServeHTTP(w, c.Request(action, body))
	var envelope struct{ Response map[string]any }
	if err := json.Unmarshal(w.Body.Bytes(), &envelope); err != nil {
		t.Fatalf("%s: answer is not JSON: %v", action, err)
	}
	return slices.Sorted(maps.Keys(envelope.Response))
}

func TestModify(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		ids := c.running(`{"InstanceCount":3,"InstanceName":"web"}`)
		for change, want := range map[string]string{
			`"InstanceName":"db_{R:1}"`:     "InstanceName db_{R:1}", // patterns are for creates
			`"SecurityGroups":["sg-9"]`:     "SecurityGroupIds [sg-9]",
			`"DisableApiTermination":true`:  "DisableApiTermination true",
			`"DisableApiTermination":false`: "DisableApiTermination false",
		} {
			c.ok("ModifyInstancesAttribute", simtest.CVMIDs(ids[:2], ","+change))
			member, value, _ := strings.Cut(want, " ")
			for _, id := range ids[:2] {
				if got := fmt.Sprint(c.Instance(id)[member]); got != value {
					t.Errorf("after %s: %s is %s, want %s", change, member, got, value)
				}
			}
			c.now("after "+change, ids[0], "RUNNING", "ModifyInstancesAttribute", "SUCCESS")
		}
		if i := c.sim.Instances(cloudsim.CVM)[2]; i.Name != "web3" ||
			!slices.Equal(i.Groups, []string{cvm.DefaultGroup}) {
			t.Errorf("the instance that was not named is now %s in %v", i.Name, i.Groups)
		}
	})
}

func TestModifyRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		ids := c.running(`{"InstanceName":"web"}`)
		for change, code := range map[string]string{
			``:                     "MissingParameter",
			`,"SecurityGroups":[]`: "MissingParameter",
			`,"InstanceName":null`: "MissingParameter",
			`,"HostName":"h"`:      "UnknownParameter", // not simulated
			`,"InstanceName":7`:    "InvalidParameterValue",
			`,"InstanceName":"` + strings.Repeat("n", 61) + `"`:             "InvalidInstanceName.TooLong",
			`,"InstanceName":"x","DisableApiTermination":true`:              "InvalidParameterValue",
			`,"SecurityGroups":["group"]`:                                   "InvalidSecurityGroupId.NotFound",
			`,"SecurityGroups":["sg-1","sg-2","sg-3","sg-4","sg-5","sg-6"]`: "LimitExceeded.AssociateUSGLimitExceeded",
		} {
			c.Refused("change "+change, c.Call("ModifyInstancesAttribute", simtest.CVMIDs(ids, change)), code)
		}
		if name := c.sim.Instances(cloudsim.CVM)[0].Name; name != "web" {
			t.Errorf("refused changes have made the name %q", name)
		}
		c.ok("ModifyInstancesAttribute", simtest.CVMIDs(ids, `,"InstanceName":"`+strings.Repeat("名", 60)+`"`))
	})
}

// TestProtectionIsLiftedOneByOne: instances of one create must not share values that
// are changed later.
func TestProtectionIsLiftedOneByOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		ids := c.running(`{"InstanceCount":2,"DisableApiTermination":true}`)
		c.ok("ModifyInstancesAttribute", simtest.CVMIDs(ids[:1], `,"DisableApiTermination":false`))
		c.Refused("terminate both", c.Call("TerminateInstances", simtest.CVMIDs(ids, "")),
			"UnsupportedOperation.InstancesProtected")
		c.ok("TerminateInstances", simtest.CVMIDs(ids[:1], ""))
		time.Sleep(cvm.Leaving)
		c.now("the protected one", ids[1], "RUNNING")
		if left := c.States(ids...); len(left) != 1 {
			t.Errorf("states %v, want only that of the protected instance", left)
		}
	})
}
