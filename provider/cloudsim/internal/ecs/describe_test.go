package ecs_test

import (
	"fmt"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

func TestDescribeInstancesShowsInterfaces(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	c.Run("Ipv6AddressCount", "2", "NetworkInterface.1.VSwitchId", "vsw-2", "NetworkInterface.1.PrimaryIpAddress", "10.2.0.9")
	at := func(path ...any) any {
		return c.Describe().At(append([]any{"Instances", "Instance", 0, "NetworkInterfaces", "NetworkInterface"}, path...)...)
	}
	for _, w := range []struct {
		path []any
		want any
	}{
		{[]any{0, "Type"}, "Primary"},
		{[]any{0, "PrimaryIpAddress"}, "10.1.0.1"},
		{[]any{1, "Type"}, "Secondary"},
		{[]any{1, "PrimaryIpAddress"}, "10.2.0.9"},
	} {
		if got := at(w.path...); got != w.want {
			t.Errorf("%v is %v, want %v", w.path, got, w.want)
		}
	}
	first, second := at(0, "Ipv6Sets", "Ipv6Set", 0, "Ipv6Address"), at(0, "Ipv6Sets", "Ipv6Set", 1, "Ipv6Address")
	if first == nil || second == nil || first == second {
		t.Errorf("the IPv6 addresses are %v and %v, want two", first, second)
	}
}

func TestDescribeInstancesFields(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, cloudsim.New(nil))
		id := c.Run("InstanceName", "web", "InternetMaxBandwidthOut", "5", "Tag.1.Key", "k", "Tag.1.Value", "v",
			"InstanceChargeType", "PrePaid", "Period", "2", "PeriodUnit", "Week", "DeploymentSetId", c.newSet(),
			"CpuOptions.Core", "2")[0]
		i := func(path ...any) any {
			return c.Describe().At(append([]any{"Instances", "Instance", 0}, path...)...)
		}
		for _, w := range []struct {
			path []any
			want any
		}{
			{[]any{"InstanceId"}, id},
			{[]any{"InstanceName"}, "web"},
			{[]any{"Status"}, "Pending"},
			{[]any{"RegionId"}, "cn-hangzhou"},
			{[]any{"Cpu"}, 2.0},
			{[]any{"Memory"}, 8192.0},
			{[]any{"IoOptimized"}, true},
			{[]any{"InstanceTypeFamily"}, "ecs.g5"},
			{[]any{"InstanceChargeType"}, "PrePaid"},
			{[]any{"CreationTime"}, "2000-01-01T00:00Z"},
			{[]any{"ExpiredTime"}, "2000-01-15T00:00Z"},
			{[]any{"InternetMaxBandwidthOut"}, 5.0},
			{[]any{"SecurityGroupIds", "SecurityGroupId", 0}, "sg-1"},
			{[]any{"VpcAttributes", "VSwitchId"}, "vsw-1"},
			{[]any{"VpcAttributes", "PrivateIpAddress", "IpAddress", 0}, "10.1.0.1"},
			{[]any{"Tags", "Tag", 0, "TagKey"}, "k"},
			{[]any{"DeploymentSetId"}, c.sets().At("DeploymentSets", "DeploymentSet", 0, "DeploymentSetId")},
			{[]any{"CpuOptions", "Core"}, 2.0},
			{[]any{"DeletionProtection"}, false},
		} {
			if got := i(w.path...); got != w.want {
				t.Errorf("%v is %v, want %v", w.path, got, w.want)
			}
		}
		if i("PublicIpAddress", "IpAddress", 0) == nil {
			t.Error("bandwidth was asked for, but there is no public address")
		}
		time.Sleep(2 * time.Second)
		if got := i("Status"); got != "Running" {
			t.Errorf("after the boot the status is %v", got)
		}
	})
}

// TestPagesAreSmallUnlessAskedFor: the default page has 10 rows only.
func TestPagesAreSmallUnlessAskedFor(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	ids := c.Run("Amount", "25")
	first := c.Describe()
	if first.At("TotalCount") != 25.0 || first.At("PageSize") != 10.0 ||
		!slices.Equal(first.Names("InstanceId"), ids[:10]) {
		t.Errorf("without a page size: total %v, %v", first.At("TotalCount"), first.Names("InstanceId"))
	}
	if got := c.Describe("PageNumber", "3").Names("InstanceId"); !slices.Equal(got, ids[20:]) {
		t.Errorf("page 3 is %v, want the last five", got)
	}
	if got := c.Describe("PageNumber", "4").Names("InstanceId"); len(got) != 0 {
		t.Errorf("page 4 is %v, want nothing", got)
	}
	if got := c.Describe("PageSize", "100").Names("InstanceId"); len(got) != 25 {
		t.Errorf("a page of 100 has %d, want all 25", len(got))
	}
	c.WantCode(c.Call("DescribeInstances", "RegionId", "cn-hangzhou", "PageSize", "101"), 400, "InvalidParameter")
}

// TestNextToken reads all pages while instances disappear and appear.
func TestNextToken(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	ids := c.Run("Amount", "9")
	var got []string
	for token, page := "", 0; ; page++ {
		reply := c.Describe("MaxResults", "4", "NextToken", token)
		got = append(got, reply.Names("InstanceId")...)
		if token = fmt.Sprint(reply.At("NextToken")); token == "" {
			break
		}
		c.WantOK(c.Call("DeleteInstance", "InstanceId", ids[page], "Force", "true"))
	}
	if !slices.Equal(got, ids) {
		t.Errorf("the pages hold %v, want each instance once: %v", got, ids)
	}
	c.WantCode(c.Call("DescribeInstances", "RegionId", "cn-hangzhou", "NextToken", "guess"), 400, "InvalidParameter")
}

func TestDescribeInstancesFilters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, cloudsim.New(nil))
		old := c.Run("InstanceName", "web-1", "ZoneId", "cn-hangzhou-g", "Tag.1.Key", "k", "Tag.1.Value", "v")[0]
		time.Sleep(3 * time.Second)
		recent := c.Run("InstanceName", "db-1", "InstanceChargeType", "PrePaid", "Period", "1", "Tag.1.Key", "k",
			"Tag.1.Value", "w", "PrivateIpAddress", "10.9.9.9", "InstanceType", "ecs.c6.large", "VSwitchId", "vsw-2")[0]
		c.WantOK(c.Call("RunInstances", simtest.ECSCreate("RegionId", "cn-beijing")...))
		for _, f := range []struct {
			filter []string
			want   []string
		}{
			{nil, []string{old, recent}},
			{[]string{"InstanceIds", simtest.IDList([]string{recent, "i-unknown"})}, []string{recent}},
			{[]string{"InstanceIds", "[]"}, nil},
			{[]string{"InstanceName", "web-1"}, []string{old}},
			{[]string{"InstanceName", "*-1"}, []string{old, recent}},
			{[]string{"InstanceName", "web"}, nil},
			{[]string{"Tag.1.Key", "k"}, []string{old, recent}},
			{[]string{"Tag.1.Key", "k", "Tag.1.Value", "w"}, []string{recent}},
			{[]string{"Status", "Running"}, []string{old}},
			{[]string{"Status", "Pending"}, []string{recent}},
			{[]string{"ZoneId", "cn-hangzhou-g"}, []string{old}},
			{[]string{"VSwitchId", "vsw-2"}, []string{recent}},
			{[]string{"VpcId", "vpc-2"}, []string{recent}},
			{[]string{"InstanceChargeType", "PrePaid"}, []string{recent}},
			{[]string{"InstanceTypeFamily", "ecs.c6"}, []string{recent}},
			{[]string{"PrivateIpAddresses", `["10.9.9.9"]`}, []string{recent}},
		} {
			if got := c.Describe(f.filter...).Names("InstanceId"); !slices.Equal(got, f.want) {
				t.Errorf("filter %v lists %v, want %v", f.filter, got, f.want)
			}
		}
	})
}

func TestDescribeInstancesRefusals(t *testing.T) {
	many := make([]string, 101)
	for i := range many {
		many[i] = "i-" + strconv.Itoa(i)
	}
	c := newClient(t, cloudsim.New(nil))
	for _, v := range []struct {
		pairs  []string
		status int
		code   string
	}{
		{nil, 400, "MissingParameter.RegionId"},
		{[]string{"RegionId", "cn-hangzhou", "InstanceIds", "i-1"}, 400, "InvalidParameter"},
		{[]string{"RegionId", "cn-hangzhou", "InstanceIds", simtest.IDList(many)}, 400, "InvalidParameter"},
		{[]string{"RegionId", "cn-hangzhou", "Status", "Failed"}, 404, "InvalidStatus.NotFound"},
		{[]string{"RegionId", "cn-hangzhou", "MaxResults", "101"}, 400, "InvalidParameter"},
		{[]string{"RegionId", "cn-hangzhou", "EipAddresses", "[]"}, 400, "UnsupportedParameter"},
		{[]string{"RegionId", "cn-hangzhou", "DryRun", "true"}, 400, "DryRunOperation"},
	} {
		c.WantCode(c.Call("DescribeInstances", v.pairs...), v.status, v.code)
	}
}

func TestDescribeInstanceStatus(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	ids := c.Run("Amount", "60")
	pairs := []string{"RegionId", "cn-hangzhou", "PageSize", "50"}
	for i, id := range ids {
		pairs = append(pairs, "InstanceId."+strconv.Itoa(i+1), id)
	}
	reply := c.WantOK(c.Call("DescribeInstanceStatus", pairs...))
	list, _ := reply.At("InstanceStatuses", "InstanceStatus").([]any)
	if len(list) != 50 || reply.At("TotalCount") != 60.0 {
		t.Errorf("a page of %d out of %v, want 50 out of 60", len(list), reply.At("TotalCount"))
	}
	if got := reply.At("InstanceStatuses", "InstanceStatus", 0, "Status"); got != "Pending" {
		t.Errorf("status is %v, want Pending", got)
	}
	small := c.WantOK(c.Call("DescribeInstanceStatus", "RegionId", "cn-hangzhou", "InstanceId.1", ids[7],
		"InstanceId.2", "i-unknown"))
	if small.At("TotalCount") != 1.0 || small.At("InstanceStatuses", "InstanceStatus", 0, "InstanceId") != ids[7] {
		t.Errorf("asked for one known instance, got %v", small.Body)
	}
	c.WantCode(c.Call("DescribeInstanceStatus", "RegionId", "cn-hangzhou", "PageSize", "51"), 400, "InvalidParameter")
	c.WantCode(c.Call("DescribeInstanceStatus", "RegionId", "cn-hangzhou", "InstanceId.101", "i-1"), 400,
		"InvalidParameter")
}
