package cvm_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// newGroup creates a placement group and returns its ID.
func (c *client) newGroup(body string) string {
	c.T.Helper()
	return c.wantOK("CreateDisasterRecoverGroup", body)["DisasterRecoverGroupId"].(string)
}

// groupRow returns the row of a group in DescribeDisasterRecoverGroups.
func (c *client) groupRow(id string) map[string]any {
	c.T.Helper()
	got := c.wantOK("DescribeDisasterRecoverGroups", `{"DisasterRecoverGroupIds":["`+id+`"]}`)
	return member(c.T, got, "DisasterRecoverGroupSet", 0).(map[string]any)
}

func inGroup(id, more string) string {
	return `{"DisasterRecoverGroupIds":["` + id + `"]` + more + `}`
}

func TestGroupRefusals(t *testing.T) {
	c := newClient(t, nil)
	for code, list := range map[string][]string{
		"MissingParameter": {
			`{}`,
			`{"Name":"g"}`,
			`{"Name":"","Type":"HOST"}`,
			`{"Name":"g","Type":"HOST","Strategy":"PARTITION"}`,
		},
		"InvalidParameterValue": {
			`{"Name":"g","Type":"host"}`,
			`{"Name":"g","Type":"HOST","Strategy":"CLUSTER"}`,
		},
		"InvalidParameterValue.TooLong": {`{"Name":"` + strings.Repeat("g", 61) + `","Type":"HOST"}`},
		"": {
			`{"Name":"` + strings.Repeat("群", 60) + `","Type":"SW"}`,
			`{"Name":"g","Type":"RACK","Affinity":10}`,
		},
		"InvalidParameterValue.Range": {
			`{"Name":"g","Type":"RACK","Affinity":0}`,
			`{"Name":"g","Type":"RACK","Affinity":11}`,
			`{"Name":"g","Type":"HOST","Strategy":"PARTITION","PartitionCount":1}`,
			`{"Name":"g","Type":"HOST","Strategy":"PARTITION","PartitionCount":31}`,
		},
		"InvalidParameterCombination": {`{"Name":"g","Type":"HOST","PartitionCount":2}`},
		"InvalidClientToken.TooLong": {
			`{"Name":"g","Type":"HOST","ClientToken":"` + strings.Repeat("t", 65) + `"}`,
		},
		"FailedOperation.IllegalTagKey": {
			`{"Name":"g","Type":"HOST","TagSpecification":[{"ResourceType":"ps","Tags":[{"Key":"","Value":"v"}]}]}`,
		},
	} {
		for _, body := range list {
			c.wantCode("CreateDisasterRecoverGroup", body, code)
		}
	}
}

func TestGroupsAreListed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		made := c.wantOK("CreateDisasterRecoverGroup", `{"Name":"web-a","Type":"SW","Affinity":2,
			"TagSpecification":[{"ResourceType":"ps","Tags":[{"Key":"env","Value":"prod"}]}]}`)
		id := made["DisasterRecoverGroupId"].(string)
		delete(made, "RequestId")
		want := map[string]any{
			"DisasterRecoverGroupId": id, "Type": "SW", "Name": "web-a", "CvmQuotaTotal": 20.0, "CurrentNum": 0.0,
			"CreateTime": "2000-01-01T00:00:00Z", "Strategy": "SPREAD", "PartitionCount": nil,
		}
		if fmt.Sprint(made) != fmt.Sprint(want) {
			t.Errorf("a create answers %v, want %v", made, want)
		}
		c.newGroup(`{"Name":"web-b","Type":"HOST","Strategy":"PARTITION","PartitionCount":4}`)
		ids := c.Run(inGroup(id, `,"InstanceCount":2`))
		want["CurrentNum"], want["InstanceIds"], want["Affinity"] = 2.0, []any{ids[0], ids[1]}, 2.0
		want["Tags"] = []any{map[string]any{"Key": "env", "Value": "prod"}}
		if row := c.groupRow(id); fmt.Sprint(row) != fmt.Sprint(want) {
			t.Errorf("the group is shown as %v, want %v", row, want)
		}
		for body, n := range map[string]int{
			`{}`: 2, `{"Name":"web"}`: 2, `{"Name":"-b"}`: 1, `{"Limit":1}`: 1, `{"Offset":2}`: 0,
			`{"Filters":[{"Name":"tag:env","Values":["prod"]}]}`: 1,
			`{"DisasterRecoverGroupIds":["ps-nothere"]}`:         0,
		} {
			got := c.wantOK("DescribeDisasterRecoverGroups", body)
			if rows := len(got["DisasterRecoverGroupSet"].([]any)); rows != n {
				t.Errorf("%s lists %d groups, want %d", body, rows, n)
			}
		}
		eleven := strings.TrimSuffix(strings.Repeat(`"ps-1",`, 11), ",")
		for body, code := range map[string]string{
			`{"DisasterRecoverGroupIds":["group"]}`:        "InvalidParameterValue.DisasterRecoverGroupIdMalformed",
			`{"DisasterRecoverGroupIds":[` + eleven + `]}`: "InvalidParameterValue.LimitExceeded",
			`{"Limit":101}`: "InvalidParameterValue",
			`{"Filters":[{"Name":"zone","Values":["a"]}]}`: "InvalidFilter",
		} {
			c.wantCode("DescribeDisasterRecoverGroups", body, code)
		}
		c.Region = "ap-shanghai"
		if got := c.wantOK("DescribeDisasterRecoverGroups", `{}`); got["TotalCount"] != 0.0 {
			t.Errorf("ap-shanghai lists groups of ap-guangzhou")
		}
		body := `{"DisasterRecoverGroupIds":["` + id + `"],"Placement":{"Zone":"ap-shanghai-2"}}`
		c.wantCode("RunInstances", simtest.CVMCreate(t, body), "FailedOperation.DisasterRecoverGroupNotFound")
	})
}

func TestGroupQuotas(t *testing.T) {
	c := newClient(t, nil)
	for room, kind := range map[int]string{50: "HOST", 20: "SW", 30: "RACK"} {
		id := c.newGroup(`{"Name":"g","Type":"` + kind + `"}`)
		c.Run(inGroup(id, fmt.Sprintf(`,"InstanceCount":%d`, room-1)))
		two := simtest.CVMCreate(t, inGroup(id, `,"InstanceCount":2`))
		c.wantCode("RunInstances", two, "ResourceInsufficient.DisasterRecoverGroupCvmQuota")
		c.Run(inGroup(id, ""))
		if row := c.groupRow(id); row["CurrentNum"] != float64(room) || row["CvmQuotaTotal"] != float64(room) {
			t.Errorf("%s: %v instances of %v, want %d", kind, row["CurrentNum"], row["CvmQuotaTotal"], room)
		}
	}
	for range 7 {
		c.newGroup(`{"Name":"g","Type":"HOST"}`)
	}
	c.wantCode("CreateDisasterRecoverGroup", `{"Name":"g","Type":"HOST"}`,
		"ResourceInsufficient.InsufficientGroupQuota")
	got := c.wantOK("DescribeDisasterRecoverGroupQuota", `{}`)
	delete(got, "RequestId")
	want := map[string]any{
		"GroupQuota": 10.0, "CurrentNum": 10.0, "CvmInHostGroupQuota": 50.0,
		"CvmInSwGroupQuota": 20.0, "CvmInSwitchGroupQuota": 20.0, "CvmInRackGroupQuota": 30.0,
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("quotas %v, want %v", got, want)
	}
}

// TestGroupsLoseGoneInstances: a group that still has an instance stays. So does one
// whose instance is in the recycle bin.
func TestGroupsLoseGoneInstances(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		id, other := c.newGroup(`{"Name":"g","Type":"HOST"}`), c.newGroup(`{"Name":"h","Type":"HOST"}`)
		ids := c.Run(inGroup(id, `,"InstanceChargeType":"PREPAID","InstanceChargePrepaid":{"Period":1}`))
		time.Sleep(2 * time.Second)
		both := `{"DisasterRecoverGroupIds":["` + other + `","` + id + `"]}`
		for range 2 {
			c.wantCode("DeleteDisasterRecoverGroups", both, "FailedOperation.PlacementSetNotEmpty")
			c.wantOK("TerminateInstances", simtest.CVMIDs(ids, ""))
			time.Sleep(time.Second)
		}
		if row := c.groupRow(id); row["CurrentNum"] != 0.0 {
			t.Errorf("%v instances are left in the group of an instance that is gone", row["CurrentNum"])
		}
		c.wantOK("DeleteDisasterRecoverGroups", both)
		c.wantCode("DeleteDisasterRecoverGroups", both, "ResourceNotFound.InvalidPlacementSet")
		c.wantCode("DeleteDisasterRecoverGroups", `{}`, "MissingParameter")
		c.wantCode("DeleteDisasterRecoverGroups", `{"DisasterRecoverGroupIds":["g"]}`,
			"InvalidParameterValue.DisasterRecoverGroupIdMalformed")
	})
}

func TestGroupsChange(t *testing.T) {
	c := newClient(t, nil)
	id := c.newGroup(`{"Name":"g","Type":"HOST","Affinity":2}`)
	body := func(more string) string { return `{"DisasterRecoverGroupId":"` + id + `"` + more + `}` }
	c.wantOK("ModifyDisasterRecoverGroupAttribute", body(`,"Name":"h"`))
	c.wantOK("ModifyDisasterRecoverGroupAttribute", body(`,"Name":"h","Affinity":5`))
	for more, code := range map[string]string{
		``:                          "MissingParameter",
		`,"Affinity":6`:             "MissingParameter",
		`,"Name":"h","Affinity":4`:  "InvalidParameterValue.Range",
		`,"Name":"h","Affinity":11`: "InvalidParameterValue.Range",
		`,"Name":""`:                "MissingParameter",
		`,"Name":"` + strings.Repeat("g", 61) + `"`: "InvalidParameterValue.TooLong",
	} {
		c.wantCode("ModifyDisasterRecoverGroupAttribute", body(more), code)
	}
	c.wantCode("ModifyDisasterRecoverGroupAttribute", `{"Name":"h"}`, "MissingParameter")
	c.wantCode("ModifyDisasterRecoverGroupAttribute", `{"DisasterRecoverGroupId":"ps-nothere","Name":"h"}`,
		"ResourceNotFound.InvalidPlacementSet")
	if row := c.groupRow(id); row["Name"] != "h" || row["Affinity"] != 5.0 {
		t.Errorf("the group is %v with affinity %v, want h with 5", row["Name"], row["Affinity"])
	}
}

// toGroup returns the parameters for instances and a placement group.
func toGroup(ids []string, group string, more ...string) string {
	return simtest.CVMIDs(ids, `,"DisasterRecoverGroupIds":["`+group+`"]`+strings.Join(more, ""))
}

func TestInstancesJoinAndLeaveGroups(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		a, b := c.newGroup(`{"Name":"a","Type":"SW"}`), c.newGroup(`{"Name":"b","Type":"SW"}`)
		ids := c.Run(`{"InstanceCount":2}`)
		c.wantCode("ModifyInstancesDisasterRecoverGroup", toGroup(ids, a),
			"UnsupportedOperation.InstanceStatePending")
		time.Sleep(2 * time.Second)
		c.wantOK("ModifyInstancesDisasterRecoverGroup", toGroup(ids, a))
		c.wantOK("ModifyInstancesDisasterRecoverGroup", simtest.CVMIDs(
			ids[1:], `,"DisasterRecoverGroupId":"`+b+`","Force":true`))
		if row := c.Instance(ids[1]); fmt.Sprint(row["DisasterRecoverGroupIds"],
			row["DisasterRecoverGroupId"]) != "["+b+"]"+b {
			t.Errorf("the instance shows group %v %v, want %s", row["DisasterRecoverGroupIds"],
				row["DisasterRecoverGroupId"], b)
		}
		if na, nb := c.groupRow(a)["CurrentNum"], c.groupRow(b)["CurrentNum"]; na != 1.0 || nb != 1.0 {
			t.Errorf("%v and %v instances in the groups, want 1 and 1", na, nb)
		}
		local := c.Run(`{"SystemDisk":{"DiskType":"LOCAL_BASIC"}}`)
		host := c.Run(`{"InstanceChargeType":"CDHPAID","InstanceType":"CDH_1C1G",
			"Placement":{"Zone":"ap-guangzhou-2","HostIds":["host-1"]}}`)
		c.Run(inGroup(b, `,"InstanceCount":18`)) // 19 of 20
		free := c.Run(`{"InstanceCount":2}`)
		time.Sleep(2 * time.Second)
		c.wantOK("StopInstances", simtest.CVMIDs(ids[:1], `,"StoppedMode":"STOP_CHARGING"`))
		time.Sleep(2 * time.Second)
		for code, list := range map[string][]string{
			"MissingParameter": {simtest.CVMIDs(free, ``)},
			"InvalidParameterValue.LimitExceeded": {
				simtest.CVMIDs(free, `,"DisasterRecoverGroupIds":["`+a+`","`+b+`"]`),
			},
			"InvalidParameterCombination": {
				simtest.CVMIDs(free, `,"DisasterRecoverGroupIds":["`+a+`"],"DisasterRecoverGroupId":"`+a+`"`),
				toGroup(free, a, `,"PartitionNumber":1`),
			},
			"InvalidParameterValue.DisasterRecoverGroupIdMalformed": {toGroup(free, "g")},
			"FailedOperation.DisasterRecoverGroupNotFound":          {toGroup(free, "ps-nothere")},
			"ResourceInsufficient.DisasterRecoverGroupCvmQuota":     {toGroup(free, b)},
			"FailedOperation.AlreadyInDisasterRecoverGroup":         {toGroup(ids[1:], b)},
			"UnsupportedOperation.StoppedModeStopCharging":          {toGroup(ids[:1], b)},
			"InvalidInstance.NotSupported":                          {toGroup(local, a, `,"Force":true`)},
			"UnsupportedOperation.InstanceChargeType":               {toGroup(host, a)},
			"InvalidInstanceId.NotFound":                            {toGroup([]string{"ins-zzzzzzzz"}, a)},
		} {
			for _, body := range list {
				c.wantCode("ModifyInstancesDisasterRecoverGroup", body, code)
			}
		}
		c.wantLeaveRefusals(ids, a, b)
		c.wantOK("DeleteDisasterRecoverGroups", `{"DisasterRecoverGroupIds":["`+a+`"]}`)
	})
}

// wantLeaveRefusals tries wrong ways for instances of two groups to leave them, and then
// a right one.
func (c *client) wantLeaveRefusals(ids []string, a, b string) {
	c.T.Helper()
	for code, list := range map[string][]string{
		"MissingParameter": {simtest.CVMIDs(ids, ``)},
		"FailedOperation.DisasterRecoverGroupNotFound": {toGroup(ids, "ps-nothere")},
		"FailedOperation.DisasterRecoverGroupNotMatch": {toGroup(ids, a)},
		"ResourceNotFound.InvalidInstanceIdNotFound":   {toGroup([]string{"ins-zzzzzzzz"}, a)},
		"InvalidParameterValue.InstanceIdMalformed":    {toGroup([]string{"i-1"}, a)},
		"": {simtest.CVMIDs(ids, `,"DisasterRecoverGroupIds":["`+a+`","`+b+`"]`)},
	} {
		for _, body := range list {
			c.wantCode("DeleteInstancesDisasterRecoverGroups", body, code)
		}
	}
}

func TestPartitions(t *testing.T) {
	c := newClient(t, nil)
	id := c.newGroup(`{"Name":"g","Type":"HOST","Strategy":"PARTITION","PartitionCount":3}`)
	spread := c.newGroup(`{"Name":"g","Type":"HOST"}`)
	if n := c.Instance(c.Run(inGroup(id, `,"PartitionNumber":3`))[0])["PartitionNumber"]; n != 3.0 {
		t.Errorf("partition %v, want 3 as asked for", n)
	}
	for _, m := range c.Run(inGroup(id, `,"InstanceCount":20`)) {
		if n, _ := c.Instance(m)["PartitionNumber"].(float64); n < 1 || n > 3 {
			t.Errorf("an instance is in partition %v of 3", n)
		}
	}
	if n := c.Instance(c.Run(inGroup(spread, ``))[0])["PartitionNumber"]; n != nil {
		t.Errorf("partition %v of a group that has none", n)
	}
	c.wantCode("RunInstances", simtest.CVMCreate(t, inGroup(id, `,"PartitionNumber":4`)), "InvalidParameterValue.Range")
	c.wantCode("RunInstances", simtest.CVMCreate(t, inGroup(spread, `,"PartitionNumber":1`)),
		"InvalidParameterCombination")
}

// TestGroupsForgetFailedInstances: an instance that failed to launch takes no room.
func TestGroupsForgetFailedInstances(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		id := c.newGroup(`{"Name":"g","Type":"SW"}`)
		c.sim.Inject(cloudsim.Fault{Cloud: cloudsim.CVM, Kind: cloudsim.LaunchFailure, Count: 1, Times: 1})
		c.Run(inGroup(id, `,"InstanceCount":20`))
		c.wantCode("RunInstances", simtest.CVMCreate(t, inGroup(id, ``)),
			"ResourceInsufficient.DisasterRecoverGroupCvmQuota")
		time.Sleep(2 * time.Second)
		c.Run(inGroup(id, ``))
		if row := c.groupRow(id); row["CurrentNum"] != 20.0 {
			t.Errorf("%v instances in the group, want the 19 that came up and the new one", row["CurrentNum"])
		}
	})
}
