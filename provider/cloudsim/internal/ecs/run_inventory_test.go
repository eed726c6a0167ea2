package ecs_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// listed returns a RunInstances whose parts are all in the standard inventory, with changes.
func listed(more ...string) []string {
	return simtest.ECSCreate(append([]string{
		"ImageId", "ubuntu_22_04_x64_20G_alibase_20231221.vhd", "InstanceType", "ecs.g6.large",
		"SecurityGroupId", "sg-bp15ed6xe1yxeycg70001", "VSwitchId", "vsw-bp1s5fnvk4gn2tws00001", "KeyPairName", "ops",
	}, more...)...)
}

// Each refusal names one thing that the inventory lacks, with the code of the reference.
func TestCreatesAreBoundToAnInventory(t *testing.T) {
	sim := strict(nil)
	c := newClient(t, sim)
	for _, bad := range []struct {
		status int
		code   string
		pairs  []string
	}{
		{400, "InvalidInstanceType.ValueNotSupported", []string{"InstanceType", "ecs.none.large"}},
		{403, "InstanceType.Offline", []string{"InstanceType", "ecs.n1.small"}},
		{403, "InvalidInstanceType.ZoneNotSupported", []string{"InstanceType", "ecs.i2.xlarge"}},
		{404, "InvalidImageId.NotFound", []string{"ImageId", "m-other"}},
		{403, "OperationDenied.ImageNotValid", []string{"ImageId", "m-bp1g7004ksh0oeuc0002"}},
		{403, "ImageNotSupportInstanceType", []string{"ImageId", "ubuntu_22_04_arm64_20G_alibase_20231221.vhd"}},
		{404, "InvalidSystemDiskSize.LessThanImageSize", []string{"ImageId", "m-bp1g7004ksh0oeuc0001", "SystemDisk.Size", "20"}},
		{404, "InvalidKeyPairName.NotFound", []string{"KeyPairName", "other"}},
		{404, "InvalidSecurityGroupId.NotFound", []string{"SecurityGroupId", "sg-other"}},
		{400, "InvalidParameter.Mismatch", []string{"SecurityGroupId", "sg-bp15ed6xe1yxeycg70002"}},
		{404, "InvalidSecurityGroupId.NotFound", []string{"NetworkInterface.1.SecurityGroupId", "sg-other"}},
		{404, "InvalidVSwitchId.NotFound", []string{"VSwitchId", "vsw-other"}},
		{404, "InvalidVSwitchId.NotFound", []string{"VSwitchId", "vsw-2zefqkjb7fvqo2m0a0001"}},
		{404, "InvalidVSwitchId.NotFound", []string{"NetworkInterface.1.VSwitchId", "vsw-other"}},
		{400, "InvalidParameter.Mismatch", []string{"ZoneId", "cn-hangzhou-i"}},
		{404, "InvalidZoneId.NotFound", []string{"ZoneId", "cn-hangzhou-x"}},
		{403, "Zone.NotOnSale", []string{"ZoneId", "cn-hangzhou-b"}},
		{403, "InvalidVSwitchId.IpInvalid", []string{"PrivateIpAddress", "10.1.1.1"}},
		{403, "InvalidVSwitchId.IpNotEnough", []string{
			"VSwitchId", "vsw-bp1s5fnvk4gn2tws00004", "SecurityGroupId", "sg-bp15ed6xe1yxeycg70002", "Amount", "13",
		}},
		{403, "OperationDenied.NoStock", []string{"VSwitchId", "vsw-bp1s5fnvk4gn2tws00002"}},
	} {
		c.WantCode(c.Call("RunInstances", listed(bad.pairs...)...), bad.status, bad.code)
	}
	if n := len(sim.Instances()); n != 0 {
		t.Errorf("%d instances exist, want none", n)
	}
}

func TestAListedCreateHasTheHardwareOfItsType(t *testing.T) {
	sim := strict(nil)
	c := newClient(t, sim)
	c.WantOK(c.Call("RunInstances", listed("InstanceType", "ecs.gn6i-c4g1.xlarge", "VSwitchId", "vsw-bp1s5fnvk4gn2tws00002")...))
	want(t, "instances of its family", c.Describe("InstanceTypeFamily", "ecs.gn6i").At("TotalCount"), "1")
	at := func(field string) any { return c.Describe().At("Instances", "Instance", 0, field) }
	want(t, "CPUs", at("Cpu"), "4")
	want(t, "MiB", at("Memory"), "15360")
	want(t, "GPUs", at("GPUAmount"), "1")
	want(t, "GPU", at("GPUSpec"), "NVIDIA T4")
	want(t, "system", at("OSName"), "Ubuntu 22.04 64 bit")
	want(t, "zone, which that of the vSwitch is", at("ZoneId"), "cn-hangzhou-h")
}

// A create without zone and vSwitch goes where there is room, and into the default vSwitch there.
func TestTheCloudChoosesAZoneWithRoom(t *testing.T) {
	sim := strict(nil)
	c := newClient(t, sim)
	if err := sim.SetStock(cloudsim.ECS, "cn-hangzhou-g", "ecs.g6.large", 1); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		c.WantOK(c.Call("RunInstances", listed("VSwitchId", "")...))
	}
	got := sim.Instances()
	want(t, "the first zone", got[0].Zone, "cn-hangzhou-g")
	want(t, "the zone after it was full", got[1].Zone, "cn-hangzhou-i")
	want(t, "its vSwitch", got[1].SubnetID, "vsw-bp1s5fnvk4gn2tws00003")
	want(t, "an image of a family", got[1].ImageID, "ubuntu_22_04_x64_20G_alibase_20231221.vhd")
	c.WantOK(c.Call("RunInstances", listed("ImageId", "", "ImageFamily", "acs:ubuntu_22_04_x64", "VSwitchId", "")...))
	want(t, "the newest image of a family", sim.Instances()[2].ImageID, "ubuntu_22_04_x64_20G_alibase_20231221.vhd")
}

// What is left of the stock is given out if the create's least amount allows it, and comes back when
// instances are released.
func TestCreatesTakeStockAndReleasesReturnIt(t *testing.T) {
	sim := strict(nil)
	c := newClient(t, sim)
	gpu := []string{"InstanceType", "ecs.gn6i-c4g1.xlarge", "VSwitchId", "vsw-bp1s5fnvk4gn2tws00002"}
	run := func(more ...string) simtest.AlibabaAnswer {
		return c.Call("RunInstances", listed(append(slices.Clone(gpu), more...)...)...)
	}
	c.WantCode(run("Amount", "4"), 403, "OperationDenied.NoStock")
	ids := c.WantOK(run("Amount", "5", "MinAmount", "2")).Strings("InstanceIdSets", "InstanceIdSet")
	if len(ids) != 3 {
		t.Fatalf("%d instances were made, want the 3 that were left", len(ids))
	}
	c.WantCode(run(), 403, "OperationDenied.NoStock")
	want(t, "the stock", categories(c.stock("InstanceType", "ecs.gn6i-c4g1.xlarge")), "cn-hangzhou-h SoldOut WithoutStock; ")
	c.WantOK(c.Call("DeleteInstances", "RegionId", "cn-hangzhou", "InstanceId.1", ids[0], "Force", "true"))
	c.WantOK(run())
}

func TestTheQuotaOfProcessorsBinds(t *testing.T) {
	inventory := cloudsim.DefaultInventory(cloudsim.ECS)
	inventory.Quotas = []cloudsim.InventoryQuota{{Name: "max-postpaid-instance-vcpu-count", Used: 2, Total: 6}}
	c := newClient(t, strict(inventory))
	c.WantCode(c.Call("RunInstances", listed("Amount", "3")...), 403, "QuotaExceed.ElasticQuota")
	c.WantOK(c.Call("RunInstances", listed("Amount", "2")...))
	c.WantCode(c.Call("RunInstances", listed()...), 403, "QuotaExceed.ElasticQuota")
	c.WantOK(c.Call("RunInstances", listed("SpotStrategy", "SpotAsPriceGo")...))
}

// Without an inventory of the options every ID of the right form exists, also beside those that the
// catalog shows.
func TestWithoutAnInventoryCreatesAreFree(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	c.WantOK(c.Call("RunInstances", listed("InstanceType", "ecs.none.large", "ImageId", "m-other", "KeyPairName", "other",
		"SecurityGroupId", "sg-other", "VSwitchId", "vsw-other", "ZoneId", "cn-hangzhou-x")...))
	c.WantOK(c.Call("RunInstances", listed("VSwitchId", "vsw-bp1s5fnvk4gn2tws00002", "ZoneId", "cn-hangzhou-h")...))
	c.WantCode(c.Call("RunInstances", listed("RegionId", "", "ZoneId", "cn-hangzhou-g")...), 400, "MissingParameter.RegionId")
}

func TestCreateInstanceEndsStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		c := newClient(t, sim)
		r := c.WantOK(c.Call("CreateInstance", simtest.ECSCreate("InternetMaxBandwidthOut", "5", "ClientToken", "tok-1")...))
		id, _ := r.At("InstanceId").(string)
		again := c.WantOK(c.Call("CreateInstance", simtest.ECSCreate("InternetMaxBandwidthOut", "5", "ClientToken", "tok-1")...))
		want(t, "the same token", again.At("InstanceId"), id)
		time.Sleep(3 * time.Second)
		one := func(field string) any {
			return c.WantOK(c.Call("DescribeInstanceAttribute", "InstanceId", id)).At(field)
		}
		want(t, "state", one("Status"), "Stopped")
		if got := sim.Instances()[0].PublicIPs; len(got) != 0 {
			t.Errorf("it has the public addresses %v, want none", got)
		}
		c.WantOK(c.Call("StartInstance", "InstanceId", id))
		time.Sleep(3 * time.Second)
		want(t, "state after a start", one("Status"), "Running")
		want(t, "IoOptimized", one("IoOptimized"), "optimized")
		want(t, "type", one("InstanceType"), "ecs.g5.large")
		want(t, "group", one("SecurityGroupIds"), "map[SecurityGroupId:[sg-1]]")
		c.WantCode(c.Call("CreateInstance", simtest.ECSCreate("Amount", "2")...), 400, "UnsupportedParameter")
		c.WantCode(c.Call("CreateInstance", simtest.ECSCreate("DryRun", "true")...), 400, "DryRunOperation")
		c.WantCode(c.Call("DescribeInstanceAttribute", "InstanceId", "i-none"), 404, "InvalidInstanceId.NotFound")
		if n := len(sim.Instances()); n != 1 {
			t.Errorf("%d instances exist, want one", n)
		}
	})
}

func TestAnOrderOfOneInstance(t *testing.T) {
	sim := cloudsim.New(nil)
	c := newClient(t, sim)
	prepaid := []string{"InstanceChargeType", "PrePaid", "Period", "1"}
	paid := c.WantOK(c.Call("CreateInstance", simtest.ECSCreate(prepaid...)...))
	if paid.At("OrderId") == nil {
		t.Error("a prepaid instance has no order")
	}
	sim.Inject(cloudsim.Fault{Kind: cloudsim.UnpaidOrder, Cloud: cloudsim.ECS, Times: 1})
	unpaid := c.WantOK(c.Call("CreateInstance", simtest.ECSCreate(prepaid...)...))
	want(t, "the instance of an unpaid order", unpaid.At("InstanceId"), "<nil>")
	if unpaid.At("OrderId") == nil {
		t.Error("an unpaid order has no ID")
	}
}

func TestDisksOfInstances(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	ids := c.Run("Amount", "2", "SystemDisk.Category", "cloud_essd", "SystemDisk.Size", "60",
		"DataDisk.1.Size", "100", "DataDisk.1.Category", "cloud_ssd", "DataDisk.1.DiskName", "logs", "DataDisk.1.DeleteWithInstance", "false")
	r := c.at("DescribeDisks", "InstanceId", ids[1])
	want(t, "kinds", column(r, "Disks", "Disk", "Type"), "[system data]")
	want(t, "GiB", column(r, "Disks", "Disk", "Size"), "[60 100]")
	want(t, "categories", column(r, "Disks", "Disk", "Category"), "[cloud_essd cloud_ssd]")
	want(t, "levels", column(r, "Disks", "Disk", "PerformanceLevel"), "[PL1 ]")
	want(t, "devices", column(r, "Disks", "Disk", "Device"), "[/dev/xvda /dev/xvdb]")
	want(t, "released with the instance", column(r, "Disks", "Disk", "DeleteWithInstance"), "[true false]")
	want(t, "total", c.at("DescribeDisks").At("TotalCount"), "4")
	want(t, "system disks", c.at("DescribeDisks", "DiskType", "system").At("TotalCount"), "2")
	want(t, "free disks", c.at("DescribeDisks", "Status", "Available").At("TotalCount"), "0")
	want(t, "by name", c.at("DescribeDisks", "DiskName", "lo*").At("TotalCount"), "2")
	want(t, "by category", c.at("DescribeDisks", "Category", "cloud_essd").At("TotalCount"), "2")
	id := column(r, "Disks", "Disk", "DiskId")[1]
	want(t, "by ID", column(c.at("DescribeDisks", "DiskIds", simtest.IDList([]string{id})), "Disks", "Disk", "DiskId"), "["+id+"]")
	first := c.at("DescribeDisks", "MaxResults", "3")
	rest := c.at("DescribeDisks", "MaxResults", "3", "NextToken", first.At("NextToken").(string))
	want(t, "the second page", column(rest, "Disks", "Disk", "Type"), "[data]")
	want(t, "the token of the last page", rest.At("NextToken"), "")
}
