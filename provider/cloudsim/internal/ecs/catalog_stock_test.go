package ecs_test

import (
	"fmt"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// stock asks for the stock of instance types in cn-hangzhou.
func (c *client) stock(pairs ...string) simtest.AlibabaAnswer {
	c.T.Helper()
	return c.at("DescribeAvailableResource", append([]string{"DestinationResource", "InstanceType"}, pairs...)...)
}

// categories returns the stock of one type by zone.
func categories(r simtest.AlibabaAnswer) string {
	text := ""
	for i, zone := range column(r, "AvailableZones", "AvailableZone", "ZoneId") {
		at := func(field string) any {
			return r.At("AvailableZones", "AvailableZone", i, "AvailableResources", "AvailableResource", 0,
				"SupportedResources", "SupportedResource", 0, field)
		}
		text += fmt.Sprintf("%s %v %v; ", zone, at("Status"), at("StatusCategory"))
	}
	return text
}

func TestStockOfATypeByZone(t *testing.T) {
	sim := cloudsim.New(nil)
	c := newClient(t, sim)
	const plenty = "Available WithStock; "
	want(t, "sold out in one zone", categories(c.stock("InstanceType", "ecs.g6.large")),
		"cn-hangzhou-g "+plenty+"cn-hangzhou-h SoldOut WithoutStock; cn-hangzhou-i "+plenty)
	want(t, "low, and in one zone alone", categories(c.stock("InstanceType", "ecs.gn6i-c4g1.xlarge")),
		"cn-hangzhou-h Available ClosedWithStock; ")
	want(t, "an unknown type", categories(c.stock("InstanceType", "ecs.none.large")), "")
	want(t, "the status of the zone", c.stock("InstanceType", "ecs.g6.large", "ZoneId", "cn-hangzhou-h").
		At("AvailableZones", "AvailableZone", 0, "Status"), "SoldOut")
	want(t, "by size", categories(c.stock("Cores", "1", "Memory", "0.5", "ZoneId", "cn-hangzhou-g")), "cn-hangzhou-g "+plenty)
	if err := sim.SetStock(cloudsim.ECS, "cn-hangzhou-h", "ecs.g6.large", 5); err != nil {
		t.Fatal(err)
	}
	want(t, "refilled a little", categories(c.stock("InstanceType", "ecs.g6.large", "ZoneId", "cn-hangzhou-h")),
		"cn-hangzhou-h Available ClosedWithStock; ")
	want(t, "prepaid", categories(c.stock("InstanceType", "ecs.i2.xlarge", "InstanceChargeType", "PrePaid")), "cn-hangzhou-i "+plenty)
}

func TestAClosedZoneIsSoldOut(t *testing.T) {
	inventory := cloudsim.DefaultInventory(cloudsim.ECS)
	inventory.Offers = append(inventory.Offers, cloudsim.Offer{
		Zone: "cn-hangzhou-b", Type: "ecs.g6.large", Charge: cloudsim.Postpaid, Stock: cloudsim.Unlimited, Hourly: 1,
	})
	c := newClient(t, strict(inventory))
	r := c.stock("InstanceType", "ecs.g6.large", "ZoneId", "cn-hangzhou-b")
	want(t, "the zone", r.At("AvailableZones", "AvailableZone", 0, "StatusCategory"), "ClosedWithoutStock")
	want(t, "the type in it", categories(r), "cn-hangzhou-b SoldOut WithoutStock; ")
}

func TestStockOfOtherResources(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	zones := c.at("DescribeAvailableResource", "DestinationResource", "Zone")
	want(t, "zones", column(zones, "AvailableZones", "AvailableZone", "ZoneId"),
		"[cn-hangzhou-b cn-hangzhou-g cn-hangzhou-h cn-hangzhou-i]")
	disks := c.at("DescribeAvailableResource", "DestinationResource", "SystemDisk", "SystemDiskCategory", "cloud_essd",
		"InstanceType", "ecs.i2.xlarge")
	at := func(field string) any {
		return disks.At("AvailableZones", "AvailableZone", 0, "AvailableResources", "AvailableResource", 0,
			"SupportedResources", "SupportedResource", 0, field)
	}
	want(t, "the disk", at("Value"), "cloud_essd")
	want(t, "its unit", at("Unit"), "GiB")
	want(t, "its least size", at("Min"), "20")
}

func TestRefusedQuestionsAboutStock(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	for _, bad := range []struct {
		status int
		code   string
		pairs  []string
	}{
		{400, "Invalid.Param", nil},
		{404, "Invalid.DestinationResource", []string{"DestinationResource", "Cars"}},
		{400, "Invalid.InstanceChargeType", []string{"DestinationResource", "Zone", "InstanceChargeType", "Free"}},
		{404, "Invalid.SpotStrategy", []string{"DestinationResource", "Zone", "SpotStrategy", "Cheap"}},
		{404, "Invalid.IoOptimized", []string{"DestinationResource", "Zone", "IoOptimized", "maybe"}},
		{403, "InvalidParam.TypeAndCpuMem.Conflict", []string{
			"DestinationResource", "InstanceType", "InstanceType", "ecs.g6.large", "Cores", "2",
		}},
		{403, "InvalidParam.Cores", []string{"DestinationResource", "Zone", "Cores", "2"}},
	} {
		pairs := append([]string{"RegionId", "cn-hangzhou"}, bad.pairs...)
		c.WantCode(c.Call("DescribeAvailableResource", pairs...), bad.status, bad.code)
	}
}

// price asks for a price in cn-hangzhou.
func (c *client) price(pairs ...string) simtest.AlibabaAnswer {
	c.T.Helper()
	return c.at("DescribePrice", pairs...)
}

// amounts returns what an answer says of the price: what is to be paid, the list price, and what is
// taken off.
func amounts(r simtest.AlibabaAnswer) string {
	at := func(field string) any { return r.At("PriceInfo", "Price", field) }
	return fmt.Sprint(at("Currency"), " ", at("TradePrice"), " of ", at("OriginalPrice"), ", off ", at("DiscountPrice"))
}

func TestPricesAreThoseOfTheInventory(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	order := []string{"InstanceType", "ecs.g6.large", "PriceUnit", "Month", "Period", "3", "Amount", "2"}
	r := c.price(order...)
	want(t, "an order with a discount", amounts(r), "CNY 1224 of 1440, off 216")
	want(t, "the ID of its rule", r.At("PriceInfo", "Rules", "Rule", 0, "RuleId"), "587")
	year := c.price("InstanceType", "ecs.g6.large", "PriceUnit", "Year")
	if id, ok := year.At("PriceInfo", "Rules", "Rule", 0, "RuleId").(string); !ok {
		t.Errorf("the ID of a rule by the year is %v, want a text", id)
	}
	want(t, "its part", r.At("PriceInfo", "Price", "DetailInfos", "DetailInfo", 0, "TradePrice"), "1224")
	hour := c.price("InstanceType", "ecs.g6.large", "ImageId", "m-bp1g7004ksh0oeuc0004", "Amount", "10")
	want(t, "without a discount", amounts(hour), "CNY 5 of 5, off <nil>")
	want(t, "on top", hour.At("PriceInfo", "RelatedPrice", "MarketplaceImagePrice", "TradePrice"), "2.5")
	want(t, "spot", amounts(c.price("InstanceType", "ecs.g6.large", "SpotStrategy", "SpotAsPriceGo", "ZoneId", "cn-hangzhou-g")),
		"CNY 0.125 of 0.125, off <nil>")
	want(t, "years", amounts(c.price("InstanceType", "ecs.c6.large", "PriceUnit", "Year", "Period", "1")), "CNY 2244 of 2244, off <nil>")
	want(t, "weeks", amounts(c.price("InstanceType", "ecs.g6.large", "PriceUnit", "Week", "Period", "2")), "CNY 102 of 120, off 18")
}

func TestADiscountByTheHourHasARuleWithANumber(t *testing.T) {
	inventory := cloudsim.DefaultInventory(cloudsim.ECS)
	for i := range inventory.Offers {
		inventory.Offers[i].Discount = 0.9
	}
	c := newClient(t, strict(inventory))
	r := c.price("InstanceType", "ecs.g6.large")
	want(t, "the price", amounts(r), "CNY 0.45 of 0.5, off 0.05")
	want(t, "the rule", r.At("PriceInfo", "Rules", "Rule", 0, "RuleId"), "587")
}

func TestRefusedPrices(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	for _, bad := range []struct {
		status int
		code   string
		pairs  []string
	}{
		{404, "InvalidInstanceType.Missing", nil},
		{400, "InvalidInstanceType.ValueNotSupported", []string{"InstanceType", "ecs.none.large"}},
		{400, "PriceNotFound", []string{"InstanceType", "ecs.vgn6i-m4-vws.xlarge"}},
		{400, "PriceNotFound", []string{"InstanceType", "ecs.i2.xlarge", "ZoneId", "cn-hangzhou-g"}},
		{400, "InvalidPriceUnit.ValueNotSupported", []string{"InstanceType", "ecs.g6.large", "PriceUnit", "Day"}},
		{400, "InvalidPeriod", []string{"InstanceType", "ecs.g6.large", "PriceUnit", "Month", "Period", "12"}},
		{400, "InvalidPeriod", []string{"InstanceType", "ecs.g6.large", "Period", "2"}},
		{403, "InvalidAmount.Malformed", []string{"InstanceType", "ecs.g6.large", "Amount", "1001"}},
		{400, "InvalidSpotStrategy", []string{"InstanceType", "ecs.g6.large", "SpotStrategy", "SpotAsPriceGo", "PriceUnit", "Month"}},
		{400, "InvalidSystemDiskCategory.ValueNotSupported", []string{"InstanceType", "ecs.g6.large", "SystemDisk.Category", "gold"}},
		{400, "InvalidDataDiskSize.ValueNotSupported", []string{"InstanceType", "ecs.g6.large", "DataDisk.1.Size", "1"}},
	} {
		pairs := append([]string{"RegionId", "cn-hangzhou"}, bad.pairs...)
		c.WantCode(c.Call("DescribePrice", pairs...), bad.status, bad.code)
	}
	unknown := []string{"RegionId", "cn-hangzhou", "InstanceType", "ecs.g6.large", "ImageId", "m-other"}
	c.WantOK(c.Call("DescribePrice", unknown...))
	bound := newClient(t, strict(nil))
	bound.WantCode(bound.Call("DescribePrice", unknown...), 404, "InvalidImageId.NotFound")
}
