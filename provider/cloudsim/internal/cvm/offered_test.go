package cvm_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// boundClient is a client of a simulator whose creates are bound by an inventory: the default one, as
// changed by change.
func boundClient(t *testing.T, change func(*cloudsim.Inventory)) *client {
	t.Helper()
	inv := cloudsim.DefaultInventory(cloudsim.CVM)
	if change != nil {
		change(inv)
	}
	return newClient(t, &cloudsim.Options{Inventories: map[cloudsim.Cloud]*cloudsim.Inventory{cloudsim.CVM: inv}})
}

func TestAnInventoryBindsCreates(t *testing.T) {
	c := boundClient(t, func(inv *cloudsim.Inventory) {
		for i := range inv.Zones {
			inv.Zones[i].Closed = inv.Zones[i].ID == "ap-guangzhou-7"
		}
		for i := range inv.Subnets {
			if inv.Subnets[i].ID == "subnet-guangzhou4" {
				inv.Subnets[i].Addresses = 2
			}
		}
	})
	vpc := func(zone, vpc, subnet string) string {
		return `{"Placement":{"Zone":"` + zone + `"},"InstanceCount":3,"VirtualPrivateCloud":{"VpcId":"` + vpc + `","SubnetId":"` + subnet + `"}}`
	}
	for want, bodies := range map[string][]string{
		"InvalidParameterValue.InstanceTypeNotFound":             {`{"InstanceType":"S9.MEDIUM4"}`},
		"ResourceUnavailable.InstanceType":                       {`{"InstanceType":"SR1.MEDIUM4"}`},
		"UnsupportedOperation.NoInstanceTypeSupportSpot":         {`{"InstanceType":"S5.LARGE8","InstanceChargeType":"SPOTPAID"}`},
		"ResourceInsufficient.SpecifiedInstanceType":             {`{"InstanceType":"S5.2XLARGE16","Placement":{"Zone":"ap-guangzhou-3"}}`},
		"ResourceInsufficient.AvailabilityZoneSoldOut":           {`{"Placement":{"Zone":"ap-guangzhou-7"}}`},
		"InvalidZone.MismatchRegion":                             {`{"Placement":{"Zone":"ap-guangzhou-9"}}`},
		"InvalidImageId.NotFound":                                {`{"ImageId":"img-nothere"}`},
		"InvalidParameterValue.InvalidImageState":                {`{"ImageId":"img-5fe3kq0z"}`},
		"InvalidParameterValue.InvalidImageForGivenInstanceType": {`{"ImageId":"img-ahkr83q5"}`},
		"InvalidParameterValue.KeyPairNotFound":                  {`{"LoginSettings":{"KeyIds":["skey-nothere"]}}`},
		"InvalidSecurityGroupId.NotFound":                        {`{"SecurityGroupIds":["sg-nothere"]}`},
		"InvalidParameterValue.VpcIdNotExist": {
			vpc("ap-guangzhou-3", "vpc-nothere", "subnet-guangzhou3"), vpc("ap-guangzhou-3", "vpc-beijing", "subnet-guangzhou3"),
		},
		"InvalidParameterValue.SubnetNotExist":              {vpc("ap-guangzhou-3", "vpc-guangzhou", "subnet-nothere")},
		"InvalidParameterValue.VpcIdSubnetIdNotMatch":       {vpc("ap-guangzhou-3", "vpc-default", "subnet-guangzhou3")},
		"InvalidParameterValue.SubnetIdZoneIdNotMatch":      {vpc("ap-guangzhou-3", "vpc-guangzhou", "subnet-guangzhou4")},
		"FailedOperation.NoAvailableIpAddressCountInSubnet": {vpc("ap-guangzhou-4", "vpc-guangzhou", "subnet-guangzhou4")},
		"LimitExceeded.PrepayQuota": {
			`{"InstanceCount":256,"InstanceChargeType":"PREPAID","InstanceChargePrepaid":{"Period":1}}`,
		},
		"LimitExceeded.UserSpotQuota": {`{"InstanceCount":121,"InstanceChargeType":"SPOTPAID","InstanceType":"S5.MEDIUM4"}`},
	} {
		for _, body := range bodies {
			c.wantCode("RunInstances", simtest.CVMCreate(t, body), want)
		}
	}
	if n := len(c.sim.Everything(cloudsim.CVM)); n != 0 {
		t.Errorf("%d instances exist, want none", n)
	}
}

func TestCreatesFromAnInventory(t *testing.T) {
	c := boundClient(t, nil)
	row := c.Instance(c.Run(`{"Placement":{"Zone":"ap-guangzhou-6"},"InstanceType":"GN7.LARGE20","ImageId":"img-487zeit5",
		"SecurityGroupIds":["sg-05bb4upy"],"LoginSettings":{"KeyIds":["skey-nwyb1g3t"]}}`)[0])
	for name, want := range map[string]any{
		"CPU": 4.0, "Memory": 20.0, "OsName": "Ubuntu Server 22.04 LTS 64bit",
		"GPUInfo": map[string]any{"GPUCount": 0.25, "GPUType": "Tesla T4", "GPUId": row["GPUInfo"].(map[string]any)["GPUId"]},
	} {
		if got := row[name]; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	if got := member(t, row, "VirtualPrivateCloud", "SubnetId"); got != "subnet-0guangzhou6" {
		t.Errorf("without a network the subnet is %v, want the default one of the zone", got)
	}
	c.Run(`{"InstanceChargeType":"CDHPAID","InstanceType":"CDH_2C4G","Placement":{"Zone":"ap-guangzhou-3","HostIds":["host-1"]}}`)
}

// A create without a type gets one that the zone has enough of.
func TestATypeInStockIsChosen(t *testing.T) {
	c := boundClient(t, nil)
	for kind, left := range map[string]int{"S5.SMALL2": 1, "S5.MEDIUM4": 0} {
		if err := c.sim.SetStock(cloudsim.CVM, "ap-guangzhou-3", kind, left); err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range c.Run(`{"Placement":{"Zone":"ap-guangzhou-3"},"InstanceCount":2}`) {
		if got := c.Instance(id)["InstanceType"]; got != "S5.LARGE8" {
			t.Errorf("type %v, want S5.LARGE8", got)
		}
	}
}

func TestCreatesUseUpTheStock(t *testing.T) {
	c := boundClient(t, nil)
	if err := c.sim.SetStock(cloudsim.CVM, "ap-guangzhou-3", "S5.MEDIUM4", 5); err != nil {
		t.Fatal(err)
	}
	create := func(more string) string {
		return simtest.CVMCreate(t, `{"Placement":{"Zone":"ap-guangzhou-3"},"InstanceType":"S5.MEDIUM4"`+more+`}`)
	}
	c.wantCode("RunInstances", create(`,"InstanceCount":6`), "ResourceInsufficient.SpecifiedInstanceType")
	c.wantCode("RunInstances", create(`,"InstanceCount":8,"MinCount":6`), "ResourceInsufficient.InsufficientOfferingMinimum")
	if n := len(c.sim.Everything(cloudsim.CVM)); n != 0 {
		t.Fatalf("refused creates made %d instances", n)
	}
	got := c.Call("RunInstances", create(`,"InstanceCount":8,"MinCount":3`))
	if len(got.InstanceIdSet) != 5 {
		t.Fatalf("%d instances of 5 in stock (%v), want 5", len(got.InstanceIdSet), got.Error)
	}
	stock := func() any {
		return c.configs("zone=ap-guangzhou-3", "instance-type=S5.MEDIUM4", "instance-charge-type=POSTPAID_BY_HOUR")[0]["StatusCategory"]
	}
	if got := stock(); got != "WithoutStock" {
		t.Errorf("the stock is %v, want WithoutStock", got)
	}
	c.wantCode("InquiryPriceRunInstances", create(``), "ResourceInsufficient.SpecifiedInstanceType")
	c.Call("TerminateInstances", simtest.CVMIDs(got.InstanceIdSet[:1], ``))
	if err := c.sim.SetStock(cloudsim.CVM, "ap-guangzhou-3", "S5.MEDIUM4", 1); err != nil {
		t.Fatal(err)
	}
	c.wantCode("RunInstances", create(``), "")
}

// The catalog, the regions of the options and creates agree on the zones.
func TestZonesOfAnInventory(t *testing.T) {
	o := &cloudsim.Options{
		Regions: map[cloudsim.Cloud][]cloudsim.Region{cloudsim.CVM: {{ID: "ap-shanghai", Zones: []string{"ap-shanghai-4"}}}},
		Inventories: map[cloudsim.Cloud]*cloudsim.Inventory{cloudsim.CVM: {
			Zones: []cloudsim.InventoryZone{
				{ID: "own-a", Region: "ap-own", Name: "Own A"},
				{ID: "ap-shanghai-2", Region: "ap-shanghai"},
				{ID: "ap-shanghai-4", Region: "ap-shanghai", Name: "Shanghai 4"},
			},
			Types:  []cloudsim.InventoryType{{ID: "S5.MEDIUM4", Family: "S5", CPUs: 2, MemoryMiB: 4096, Arch: "x86_64"}},
			Offers: []cloudsim.Offer{{Zone: "own-a", Type: "S5.MEDIUM4", Charge: "postpaid", Stock: cloudsim.Unlimited}},
			Images: []cloudsim.InventoryImage{{ID: "img-pmqg1cw7", Arch: "x86_64"}},
		}},
	}
	c := newClient(t, o)
	for region, want := range map[string][]string{
		"ap-own": {"own-a Own A"}, "ap-shanghai": {"ap-shanghai-4 Shanghai 4"}, "ap-guangzhou": nil,
	} {
		c.Region = region
		var got []string
		for _, z := range rows(t, c.wantOK("DescribeZones", `{}`), "ZoneSet") {
			got = append(got, fmt.Sprintf("%s %s", z["Zone"], z["ZoneName"]))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s has the zones %v, want %v", region, got, want)
		}
	}
	create := func(zone string) string { return simtest.CVMCreate(t, `{"Placement":{"Zone":"`+zone+`"}}`) }
	c.wantCode("RunInstances", create("ap-guangzhou-3"), "InvalidZone.MismatchRegion")
	c.Region = "ap-shanghai"
	c.wantCode("RunInstances", create("ap-shanghai-2"), "InvalidZone.MismatchRegion")
	c.Region = "ap-own"
	c.wantCode("RunInstances", create("own-a"), "")
}

// Every type of the default inventory can be had where it is offered, and an image fits it.
func TestTheDefaultInventoryIsWhole(t *testing.T) {
	inv := cloudsim.DefaultInventory(cloudsim.CVM)
	c := boundClient(t, nil)
	zones := map[string]string{}
	for _, z := range inv.Zones {
		zones[z.ID] = z.Region
	}
	sold := 0
	for _, o := range inv.Offers {
		image := "img-487zeit5"
		if o.Type == "SR1.MEDIUM4" {
			image = "img-ahkr83q5"
		}
		charge := map[string]string{"postpaid": "POSTPAID_BY_HOUR", "prepaid": "PREPAID", "spot": "SPOTPAID"}[string(o.Charge)]
		body := fmt.Sprintf(`{"Placement":{"Zone":%q},"InstanceType":%q,"ImageId":%q,"InstanceChargeType":%q,"InstanceChargePrepaid":{"Period":1}}`,
			o.Zone, o.Type, image, charge)
		c.Region = zones[o.Zone]
		if o.Stock == 0 {
			c.wantCode("RunInstances", simtest.CVMCreate(t, body), "ResourceInsufficient.SpecifiedInstanceType")
			sold++
			continue
		}
		c.wantCode("RunInstances", simtest.CVMCreate(t, body), "")
	}
	if sold == 0 {
		t.Error("nothing is sold out")
	}
}
