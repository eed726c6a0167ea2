package cvm_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

func TestPagesAreTwentyLongUnlessAsked(t *testing.T) {
	c := newClient(t, nil)
	ids := c.Run(`{"InstanceCount":130}`)
	for _, action := range []string{"DescribeInstances", "DescribeInstancesStatus"} {
		for page, want := range map[string]int{
			``:                          20,
			`"Limit":100`:               100,
			`"Limit":100,"Offset":100`:  30,
			`"Limit":1,"Offset":129`:    1,
			`"Offset":130`:              0,
			`"Offset":9000000000000000`: 0,
		} {
			got := c.Call(action, `{`+page+`}`)
			if rows := len(got.InstanceSet) + len(got.InstanceStatusSet); rows != want || got.TotalCount != 130 {
				t.Errorf("%s {%s}: %d rows of %d, want %d of 130", action, page, rows, got.TotalCount, want)
			}
		}
		// A hundred IDs get only the default page.
		got := c.Call(action, simtest.CVMIDs(ids[:100], ""))
		if rows := len(got.InstanceSet) + len(got.InstanceStatusSet); rows != 20 || got.TotalCount != 100 {
			t.Errorf("%s of 100 IDs without a limit: %d rows of %d, want 20 of 100", action, rows, got.TotalCount)
		}
	}
}

func TestDescribeRefusals(t *testing.T) {
	c := newClient(t, nil)
	id := c.Run(``)[0]
	many := slices.Repeat([]string{id}, 101)
	for body, code := range map[string]string{
		`{"Limit":0}`:            "InvalidParameterValue",
		`{"Limit":101}`:          "InvalidParameterValue",
		`{"Offset":-1}`:          "InvalidParameterValue",
		simtest.CVMIDs(many, ""): "InvalidParameterValue.LimitExceeded",
		simtest.CVMIDs([]string{id, "i-bp1"}, ""):        "InvalidInstanceId.Malformed",
		simtest.CVMIDs([]string{id, "ins-ABCDEFGH"}, ""): "InvalidInstanceId.Malformed",
		simtest.CVMIDs([]string{id, "ins-abc"}, ""):      "InvalidInstanceId.Malformed",
	} {
		c.Refused(body[:min(len(body), 60)], c.Call("DescribeInstances", body), code)
		c.Refused(body[:min(len(body), 60)], c.Call("DescribeInstancesStatus", body), code)
	}
	c.Refused("status with filters", c.Call("DescribeInstancesStatus", `{"Filters":[]}`), "UnknownParameter")
}

func TestUnknownIDsAreLeftOut(t *testing.T) {
	c := newClient(t, nil)
	id := c.Run(``)[0]
	got := c.Call("DescribeInstances", simtest.CVMIDs([]string{"ins-zzzzzzzz", id, id}, ""))
	if len(got.InstanceSet) != 1 || got.TotalCount != 1 || got.Error.Code != "" {
		t.Errorf("a known ID twice and an unknown one: %d rows of %d, error %+v", len(got.InstanceSet),
			got.TotalCount, got.Error)
	}
}

func TestRegionsAreApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		ids := c.Run(``)
		time.Sleep(2 * time.Second)
		c.Region = "ap-shanghai"
		if got := c.Call("DescribeInstances", `{}`); got.TotalCount != 0 {
			t.Errorf("ap-shanghai lists %d instances of ap-guangzhou", got.TotalCount)
		}
		if got := c.States(ids...); len(got) != 0 {
			t.Errorf("ap-shanghai knows instances of ap-guangzhou: %v", got)
		}
		c.Refused("terminate from another region", c.Call("TerminateInstances", simtest.CVMIDs(ids, "")),
			"InvalidInstanceId.NotFound")
	})
}

func TestFilters(t *testing.T) {
	c := newClient(t, nil)
	web := c.Run(`{"InstanceName":"web","Placement":{"Zone":"ap-guangzhou-3","ProjectId":7,"HostIds":["host-1"]},"SecurityGroupIds":["sg-1","sg-2"],
		"VirtualPrivateCloud":{"VpcId":"vpc-1","SubnetId":"subnet-1","PrivateIpAddresses":["10.9.0.1"],
			"Ipv6AddressCount":1},
		"InternetAccessible":{"InternetMaxBandwidthOut":1},"DedicatedClusterId":"cluster-1",
		"TagSpecification":[{"ResourceType":"instance","Tags":[{"Key":"env","Value":"prod"},{"Key":"app","Value":"shop"}]}]}`)[0]
	c.Run(`{"InstanceName":"db","InstanceChargeType":"SPOTPAID",
		"TagSpecification":[{"ResourceType":"image","Tags":[{"Key":"env","Value":"prod"}]}]}`)
	row := c.Instance(web)
	public := row["PublicIpAddresses"].([]any)[0].(string)
	for name, value := range map[string]string{
		"zone": "ap-guangzhou-3", "project-id": "7", "host-id": "host-1", "dedicated-cluster-id": "cluster-1",
		"vpc-id":    "vpc-1",
		"subnet-id": "subnet-1", "instance-id": web, "uuid": row["Uuid"].(string), "security-group-id": "sg-2",
		"instance-name":        "web",
		"instance-charge-type": "POSTPAID_BY_HOUR", "private-ip-address": "10.9.0.1", "public-ip-address": public,
		"ipv6-address": "2001:db8:a09:1::1", "tag-key": "env", "tag-value": "shop", "tag:env": "prod",
	} {
		got := c.Call("DescribeInstances", fmt.Sprintf(`{"Filters":[{"Name":%q,"Values":["nothing",%q]}]}`,
			name, value))
		if len(got.InstanceSet) != 1 || got.InstanceSet[0]["InstanceId"] != web {
			t.Errorf("filter %s=%s: %d rows, want only the instance that has it; error %+v", name, value,
				len(got.InstanceSet), got.Error)
		}
		if got := c.Call("DescribeInstances", fmt.Sprintf(`{"Filters":[{"Name":%q,"Values":["nothing"]}]}`,
			name)); got.TotalCount != 0 {
			t.Errorf("filter %s=nothing: %d rows", name, got.TotalCount)
		}
	}
	both := `{"Filters":[{"Name":"tag:env","Values":["prod"]},{"Name":"instance-state","Values":["RUNNING"]}]}`
	if got := c.Call("DescribeInstances", both); got.TotalCount != 0 {
		t.Errorf("two filters, one of them matches: %d rows, want 0", got.TotalCount)
	}
	if got := c.Call("DescribeInstances", `{"Filters":[{"Name":"instance-state","Values":["RUNNING","PENDING"]}]}`); got.TotalCount != 2 {
		t.Errorf("one of two values fits both instances: %d rows", got.TotalCount)
	}
}

func TestFilterRefusals(t *testing.T) {
	c := newClient(t, nil)
	one := `{"Name":"zone","Values":["a"]}`
	for code, list := range map[string][]string{
		"InvalidFilter": {
			`{"Filters":[{"Name":"client-token","Values":["t"]}]}`,
			`{"Filters":[{"Name":"tag:","Values":["t"]}]}`,
			`{"Filters":[{"Values":["t"]}]}`,
			`{"Filters":[{"Name":"zone"}]}`,
		},
		"InvalidFilterValue.LimitExceeded": {
			`{"Filters":[{"Name":"zone","Values":["1","2","3","4","5","6"]}]}`,
		},
		"InvalidParameterValue.LimitExceeded": {
			`{"Filters":[` + strings.TrimSuffix(strings.Repeat(one+",", 11), ",") + `]}`,
		},
		"InvalidParameter": {`{"Filters":[` + one + `],"InstanceIds":["ins-00000000"]}`},
		"":                 {`{"Filters":[],"InstanceIds":["ins-00000000"]}`},
	} {
		for _, body := range list {
			c.Refused(body[:min(len(body), 60)], c.Call("DescribeInstances", body), code)
		}
	}
}

func TestInstanceRow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		id := c.Run(`{"InstanceChargeType":"PREPAID","InstanceChargePrepaid":{"Period":12},"InstanceType":"S5.2XLARGE16","InstanceName":"web",
			"LoginSettings":{"Password":"Abcdefg1"},"DataDisks":[{"DiskSize":100,"DiskType":"CLOUD_SSD"}],
			"TagSpecification":[{"ResourceType":"instance","Tags":[{"Key":"b","Value":"2"},{"Key":"a","Value":"1"}]}]}`)[0]
		row := c.Instance(id)
		for member, want := range map[string]string{
			"InstanceType": "S5.2XLARGE16", "CPU": "8", "Memory": "16", "InstanceName": "web",
			"InstanceChargeType": "PREPAID",
			"InstanceState":      "PENDING", "CreatedTime": "2000-01-01T00:00:00Z", "ExpiredTime": "2001-01-01T00:00:00Z",
			"RenewFlag": "NOTIFY_AND_MANUAL_RENEW", "ImageId": "img-pmqg1cw7", "RestrictState": "NORMAL",
			"DisableApiTermination": "false",
			"Tags":                  "[map[Key:a Value:1] map[Key:b Value:2]]", "PublicIpAddresses": "<nil>",
			"LatestOperationErrorMsg": "<nil>",
			"PrivateIpAddresses":      "[10.1.0.1]", "SecurityGroupIds": "[sg-default]", "IsolatedSource": "NOTISOLATED",
		} {
			if got := fmt.Sprint(row[member]); got != want {
				t.Errorf("%s is %s, want %s", member, got, want)
			}
		}
		if login := row["LoginSettings"].(map[string]any); login["Password"] != nil {
			t.Errorf("the row repeats the login password")
		}
		disk := row["DataDisks"].([]any)[0].(map[string]any)
		if disk["DiskSize"] != 100.0 || disk["DiskType"] != "CLOUD_SSD" || disk["DeleteWithInstance"] != true ||
			disk["DiskId"] == "" {
			t.Errorf("data disk is %v", disk)
		}
	})
}

func TestRegionsAndZones(t *testing.T) {
	c := newClient(t, nil)
	regions := c.Call("DescribeRegions", `{}`).RegionSet
	if len(regions) < 3 {
		t.Fatalf("%d regions", len(regions))
	}
	for _, r := range regions {
		c.Region = r.Region
		zones := c.Call("DescribeZones", `{}`).ZoneSet
		if len(zones) == 0 {
			t.Errorf("%s has no zones", r.Region)
		}
		for _, z := range zones {
			c.Run(`{"Placement":{"Zone":"` + z.Zone + `"}}`)
		}
	}
	c.Region = "ap-elsewhere"
	if got := c.Call("DescribeZones", `{}`); len(got.ZoneSet) != 0 || got.Error.Code != "UnsupportedRegion" {
		t.Errorf("zones of a region that does not exist: %+v, want UnsupportedRegion", got)
	}
}
