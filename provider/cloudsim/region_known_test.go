package cloudsim

import (
	"slices"
	"testing"

	sdk "github.com/aliyun/alibaba-cloud-sdk-go/services/ecs"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/regions"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

func TestUnknownRegionsAreRefused(t *testing.T) {
	sim := New(nil)
	ecs := newECSClient(t, sim)
	for _, action := range []string{
		"DescribeInstances", "DescribeInstanceStatus", "StopInstances", "DescribeLaunchTemplates", "DescribeDeploymentSets",
	} {
		ecs.WantCode(ecs.Call(action, "RegionId", "cn-hangzou"), 404, "InvalidRegionId.NotFound")
	}
	ecs.WantCode(ecs.Call("RunInstances", simtest.ECSCreate("RegionId", "cn-hangzou")...), 404,
		"InvalidRegionId.NotFound")
	ens := newENSClient(t, sim)
	const node = "InvalidParameter.EnsRegionId"
	ens.WantCode(ens.Call("RunInstances", simtest.ENSCreate("EnsRegionId", "cn-hangzou-44")...), 400, node)
	ens.WantCode(ens.Call("CreateInstance", simtest.ENSCreateOld("EnsRegionId", "hangzhou")...), 400, node)
	ens.WantCode(ens.Call("DescribeInstances", "EnsRegionId", "cn-hangzhou-x"), 400, node)
	ens.WantCode(ens.Call("DescribeInstances", "EnsRegionIds", `["cn-hangzhou","x"]`), 400, node+"s")
	cvm := newCVMClient(t, sim)
	cvm.Region = "ap-guangzou"
	for _, action := range []string{"RunInstances", "DescribeInstances", "StopInstances", "DescribeZones"} {
		cvm.Refused(action, cvm.Call(action, `{}`), "UnsupportedRegion")
	}
	qing := newQingClient(t, sim)
	qing.Zone = "pek9x"
	for _, action := range []string{"RunInstances", "DescribeInstances", "StopInstances", "DescribeJobs"} {
		if got := qing.Call(action).Code(); got != 1101 {
			t.Errorf("%s in an unknown zone of QingCloud is answered %d, want 1101", action, got)
		}
	}
	if n := len(sim.Instances()); n != 0 {
		t.Errorf("%d instances exist, want none", n)
	}
}

func TestZonesFitTheirRegions(t *testing.T) {
	sim := New(nil)
	ecs := newECSClient(t, sim)
	for zone, region := range map[string]string{
		"cn-hangzhou-g": "cn-hangzhou", "us-west-1a": "us-west-1", "cn-north-2-gov-1-a": "cn-north-2-gov-1",
	} {
		ecs.WantOK(ecs.Call("RunInstances", simtest.ECSCreate("RegionId", region, "ZoneId", zone)...))
	}
	for _, zone := range []string{"cn-beijing-g", "cn-hangzhou", "cn-hangzhou-44", "cn-hangzhou-", "zone-1"} {
		ecs.WantCode(ecs.Call("RunInstances", simtest.ECSCreate("ZoneId", zone)...), 404, "InvalidZoneId.NotFound")
	}
	cvm := newCVMClient(t, sim)
	for _, zone := range []string{"ap-beijing-3", "ap-guangzhou", "ap-guangzhou-", "ap-guangzhou-x"} {
		reply := cvm.Call("RunInstances", simtest.CVMCreate(t, `{"Placement":{"Zone":"`+zone+`"}}`))
		cvm.Refused(zone, reply, "InvalidZone.MismatchRegion")
	}
}

func TestOptionsAddRegions(t *testing.T) {
	sim := New(&Options{Regions: map[Cloud][]Region{
		ECS:       {{ID: "cn-own", Zones: []string{"cn-own-x1"}}},
		ENS:       {{ID: "edge-1"}},
		CVM:       {{ID: "ap-own", Zones: []string{"ap-own-7"}}},
		QingCloud: {{ID: "mine1"}},
	}})
	ecs := newECSClient(t, sim)
	ecs.WantOK(ecs.Call("RunInstances", simtest.ECSCreate("RegionId", "cn-own")...))
	ecs.WantOK(ecs.Call("RunInstances", simtest.ECSCreate("RegionId", "cn-own", "ZoneId", "cn-own-x1")...))
	ecs.WantCode(ecs.Call("RunInstances", simtest.ECSCreate("RegionId", "cn-own", "ZoneId", "cn-own-a")...), 404,
		"InvalidZoneId.NotFound")
	for _, i := range sim.Instances(ECS) {
		if i.Zone != "cn-own-x1" {
			t.Errorf("an instance is in zone %q, want the only one, cn-own-x1", i.Zone)
		}
	}
	ens := newENSClient(t, sim)
	ens.WantOK(ens.Call("RunInstances", simtest.ENSCreate("EnsRegionId", "edge-1")...))
	cvm := newCVMClient(t, sim)
	cvm.Region = "ap-own"
	if zones := cvm.Call("DescribeZones", `{}`).ZoneSet; len(zones) != 1 || zones[0].Zone != "ap-own-7" {
		t.Errorf("the zones of an added region are %v, want ap-own-7", zones)
	}
	cvm.Run(`{"Placement":{"Zone":"ap-own-7"}}`)
	cvm.Refused("another zone", cvm.Call("RunInstances", simtest.CVMCreate(t, `{"Placement":{"Zone":"ap-own-1"}}`)),
		"InvalidZone.MismatchRegion")
	qing := newQingClient(t, sim)
	qing.Zone = "mine1"
	qing.Run()
	if got := len(sim.Instances()); got != 5 {
		t.Errorf("%d instances exist, want 5", got)
	}
}

// TestRegionsOfTheSDKsAreKnown: an adapter that finds an endpoint for a region finds the
// region in the simulator too.
func TestRegionsOfTheSDKsAreKnown(t *testing.T) {
	sim := New(nil)
	has := func(c Cloud, id string) bool {
		return slices.ContainsFunc(sim.Regions(c), func(r Region) bool { return r.ID == id })
	}
	for region := range sdk.GetEndpointMap() {
		if !has(ECS, region) {
			t.Errorf("the SDK of ECS knows %s, the simulator does not", region)
		}
	}
	for _, region := range []string{
		regions.Bangkok, regions.Beijing, regions.Chengdu, regions.Chongqing, regions.Guangzhou, regions.GuangzhouOpen,
		regions.HongKong, regions.Jakarta, regions.Mumbai, regions.Seoul, regions.Shanghai, regions.Nanjing,
		regions.ShanghaiFSI, regions.ShenzhenFSI, regions.Singapore, regions.Tokyo, regions.Frankfurt, regions.Moscow,
		regions.Ashburn, regions.SiliconValley, regions.Toronto, regions.SaoPaulo,
	} {
		if !has(CVM, region) {
			t.Errorf("the SDK of CVM knows %s, the simulator does not", region)
		}
	}
	for _, c := range Clouds() {
		seen := map[string]bool{}
		for _, r := range sim.Regions(c) {
			if seen[r.ID] {
				t.Errorf("%s lists %s twice", c, r.ID)
			}
			seen[r.ID] = true
		}
	}
}
