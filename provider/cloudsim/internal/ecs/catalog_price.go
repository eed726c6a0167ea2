package ecs

import (
	"cmp"
	"math"
	"strconv"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// describePrice serves DescribePrice for instances. The price is that of the inventory, times the
// instances and the time; disks and bandwidth cost nothing here. A discount has a rule. Its ID is a
// number, as in the vendor's table and types; an order by the year has a text there, as in the
// vendor's sample, which the vendor's typed clients cannot read. Without a discount the field is
// left out.
func (e *api) describePrice(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.regional(k)
	p.Invalid = priceInvalid
	times := e.checkPrice(p)
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	o := e.pricedOffer(k, p)
	if o == nil || listPrice(o) == 0 {
		return nil, alibaba.Refuse(400, "PriceNotFound", "The price of the specified resource is not found.")
	}
	share := cmp.Or(o.Discount, 1)
	list := cents(listPrice(o) * times)
	amounts := amountsOf(list, cents(list*share))
	price := append(alibaba.Object{{"Currency", e.currency()}}, amounts...)
	part := append(alibaba.Object{{"Resource", "instanceType"}}, amounts...)
	rules := rulesOf(o, p.Text("PriceUnit") == "Year")
	part = append(part, alibaba.Field{"SubRules", alibaba.List("Rule", rules)})
	price = append(price, alibaba.Field{"DetailInfos", alibaba.List("DetailInfo", []alibaba.Object{part})})
	info := alibaba.Object{{"Price", price}, {"Rules", alibaba.List("Rule", rules)}}
	if i := e.imageOf(p.Text("ImageId")); i != nil && i.Owner == "market" {
		extra := append(alibaba.Object{{"Currency", e.currency()}}, amountsOf(cents(o.Surcharge*times), cents(o.Surcharge*times))...)
		info = append(info, alibaba.Field{"RelatedPrice", alibaba.Object{{"MarketplaceImagePrice", extra}}})
	}
	return alibaba.Object{{"PriceInfo", info}}, nil
}

// currency is that of the inventory.
func (e *api) currency() string { return cmp.Or(e.Service.Inventory().Currency, "CNY") }

// cents rounds an amount to six places, so that no float shows its last digits.
func cents(amount float64) float64 { return math.Round(amount*1e6) / 1e6 }

// amountsOf returns the amounts of an answer: the discount is what is taken off.
func amountsOf(list, trade float64) alibaba.Object {
	o := alibaba.Object{{"OriginalPrice", list}, {"TradePrice", trade}}
	if trade != list {
		o = append(o, alibaba.Field{"DiscountPrice", cents(list - trade)})
	}
	return o
}

// rulesOf returns why an offer has a discount.
func rulesOf(o *core.Offer, byYear bool) []alibaba.Object {
	switch {
	case o.Discount == 0:
		return nil
	case byYear:
		return []alibaba.Object{{{"RuleId", "DISCOUNT_BY_THE_YEAR"}, {"Description", "discount by the year"}}}
	default:
		return []alibaba.Object{{{"RuleId", 587}, {"Description", "discount of the offer"}}}
	}
}

// listPrice is the list price of an offer, of an hour or of a month.
func listPrice(o *core.Offer) float64 {
	if o.Charge == core.Prepaid {
		return o.Monthly
	}
	return o.Hourly
}

// pricedOffer returns the offer of the zone that is named, or of any zone of the region. Without an
// inventory of the options, creates accept zones and regions that the standard one lacks: their
// prices are those of any other zone.
func (e *api) pricedOffer(k *core.Call, p *alibaba.Params) *core.Offer {
	kind, zone, charge := p.Text("InstanceType"), p.Text("ZoneId"), priceCharge(p)
	if zone != "" && e.regionOfZone(zone) != "" {
		return e.Service.Offer(zone, kind, charge)
	}
	for _, z := range e.zones(k.Region) {
		o := e.Service.Offer(z.ID, kind, charge)
		if o != nil && zone == "" {
			return o
		}
	}
	if e.Service.Strict() {
		return nil
	}
	for _, z := range e.Service.Inventory().Zones {
		if o := e.Service.Offer(z.ID, kind, charge); o != nil {
			return o
		}
	}
	return nil
}

// priceCharge returns the way to pay: an order by the month, or by the hour.
func priceCharge(p *alibaba.Params) core.Charge {
	hourly := cmp.Or(p.Text("PriceUnit"), "Hour") == "Hour"
	if !hourly {
		return core.Prepaid
	}
	return chargeOf(p)
}

// checkPrice checks the parameters, and returns what the list price of one instance is multiplied
// by.
func (e *api) checkPrice(p *alibaba.Params) (times float64) {
	p.Unsupported("ResourceType Capacity AssuranceTimes OfferingType Isp", "instance")
	if !p.Has("InstanceType") {
		p.Refuse(alibaba.Refuse(404, "InvalidInstanceType.Missing", `The input parameter "InstanceType" is mandatory.`))
	}
	if e.typeOf(p.Text("InstanceType")) == nil {
		p.Bad("InstanceType", "a type that DescribeInstanceTypes lists")
	}
	p.ID("ImageId")
	if e.Service.Strict() && p.Has("ImageId") && e.imageOf(p.Text("ImageId")) == nil {
		p.Bad("ImageId", "an image that DescribeImages lists")
	}
	p.Choice("IoOptimized", "optimized", "none")
	p.Choice("InstanceNetworkType", "vpc", "classic")
	p.Choice("InternetChargeType", "PayByTraffic", "PayByBandwidth")
	p.Number("InternetMaxBandwidthOut", 0, 0, 100)
	p.Choice("Platform", "", "Linux", "Windows", "Windows Server", "Ubuntu", "CentOS")
	checkPricedDisks(p)
	amount := p.Number("Amount", 1, 1, 1000)
	return float64(amount) * pricedTime(p)
}

// pricedTime checks the time of a price, and returns it in hours or in months.
func pricedTime(p *alibaba.Params) float64 {
	unit := p.Choice("PriceUnit", "Hour", "Week", "Month", "Year")
	spot := p.Choice("SpotStrategy", "NoSpot", "SpotWithPriceLimit", "SpotAsPriceGo") != "NoSpot"
	p.Number("SpotDuration", 1, 0, 1)
	if spot && unit != "Hour" {
		p.Bad("SpotStrategy", "only with PriceUnit=Hour")
	}
	if spot && !p.Has("ZoneId") {
		p.Refuse(alibaba.Refuse(400, "InvalidSpotParam.EmptyZoneID", "The ZoneId is mandatory for spot instances."))
	}
	const year, week = 12, 0.25 // of a month, made up
	switch unit {
	case "Hour":
		return float64(p.Number("Period", 1, 1, 1))
	case "Week":
		return float64(p.Number("Period", 1, 1, 4)) * week
	case "Year":
		return float64(p.Number("Period", 1, 1, 5)) * year
	default:
		return float64(p.Number("Period", 1, 1, 9))
	}
}

// checkPricedDisks checks disks as the create does, but for what has no price.
func checkPricedDisks(p *alibaba.Params) {
	system := p.Choice("SystemDisk.Category", "cloud_efficiency", "cloud_ssd", "cloud_essd", "cloud", "ephemeral_ssd",
		"cloud_auto", "cloud_essd_entry")
	p.Number("SystemDisk.Size", 40, 1, 2048)
	checkDisk(p, "SystemDisk.", system, 0)
	for _, n := range p.Indexes("DataDisk", maxDisks) {
		at := "DataDisk." + strconv.Itoa(n) + "."
		category := p.Choice(at+"Category", "cloud", "cloud_efficiency", "cloud_ssd", "cloud_essd", "ephemeral_ssd",
			"cloud_auto", "cloud_essd_entry")
		least, most := diskSizes(category, p.Text(at+"PerformanceLevel"))
		checkDisk(p, at, category, p.Number(at+"Size", 0, least, most))
	}
}

// priceInvalid has the codes of DescribePrice.
func priceInvalid(name string) *alibaba.Refusal {
	text := `The specified parameter "` + name + `" is not valid.`
	switch name {
	case "PriceUnit":
		return alibaba.Refuse(400, "InvalidPriceUnit.ValueNotSupported", text)
	case "Amount":
		return alibaba.Refuse(403, "InvalidAmount.Malformed", text)
	case "SystemDisk.Size":
		return alibaba.Refuse(400, "InvalidSystemDiskSize.ValueNotSupported", text)
	default:
		return invalid(name)
	}
}
