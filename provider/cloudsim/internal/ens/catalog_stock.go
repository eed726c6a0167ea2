package ens

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// diskPairs are the pairs of sizes, in GiB, that the stock is shown for.
var diskPairs = [][2]string{{"20", "20"}, {"40", "500"}}

// describeAvailableResource serves DescribeAvailableResource: a row for each node, type and pair of
// disks. All numbers are texts. The documents do not say for which way to pay they are; here it is
// the one with the fewest.
func (e *api) describeAvailableResource(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	inventory := e.Service.Inventory()
	var images, rows []alibaba.Object
	for _, i := range inventory.Images {
		if i.Owner == "public" && i.State == "" {
			images = append(images, alibaba.Object{{"ImageId", i.ID}, {"ImageName", i.Name}})
		}
	}
	for _, z := range inventory.Zones {
		for _, t := range inventory.Types {
			left, sold := e.leftOf(k, z.ID, t.ID)
			if !sold {
				continue
			}
			for _, disks := range diskPairs {
				rows = append(rows, alibaba.Object{
					{"EnsRegionId", z.ID},
					{"InstanceSpec", t.ID},
					{"SystemDiskSize", disks[0]},
					{"DataDiskSize", disks[1]},
					{"SupportResourcesCount", strconv.Itoa(left)},
				})
			}
		}
	}
	return alibaba.Object{
		{"Code", 0},
		{"Images", alibaba.List("Image", images)},
		{"SupportResources", alibaba.List("SupportResource", rows)},
	}, nil
}

// endless is the number that is shown for a stock that never runs out.
const endless = 1000

// leftOf returns how many instances of a type a node has, and whether it sells the type at all.
func (e *api) leftOf(k *core.Call, node, kind string) (left int, sold bool) {
	left = endless
	offers := e.Service.Inventory().Offers
	for i := range offers {
		o := &offers[i]
		if o.Zone != node || o.Type != kind {
			continue
		}
		sold = true
		if n := e.Service.Left(o, k.Now); n != core.Unlimited {
			left = min(left, n)
		}
	}
	if e.closed(node) {
		left = 0
	}
	return left, sold
}

// closed reports whether a node takes no new instances.
func (e *api) closed(node string) bool {
	return slices.ContainsFunc(e.Service.Inventory().Zones, func(z core.Zone) bool { return z.ID == node && z.Closed })
}

// describePrepaidStock serves DescribePrePaidInstanceStock: the number of instances of one prepaid
// spec. It has the vendor's own spelling mistake. Its Memory is in MB.
func (e *api) describePrepaidStock(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.params(k.Params)
	for _, name := range []string{"EnsRegionId", "InstanceSpec", "SystemDiskSize", "DataDiskSize"} {
		p.Required(name)
	}
	node, kind := e.node(p), p.Text("InstanceSpec")
	system, data := p.Number("SystemDiskSize", 20, 1, 1<<20), p.Number("DataDiskSize", 0, 0, 1<<20)
	i := slices.IndexFunc(e.Service.Inventory().Types, func(t core.InstanceType) bool { return t.ID == kind })
	if p.Refusal == nil && i < 0 {
		p.Refuse(invalid("InstanceSpec"))
	}
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	t := e.Service.Inventory().Types[i]
	left, gap := 0, "StockNotEnough"
	if o := e.Service.Offer(node, kind, core.Prepaid); o != nil && !e.closed(node) {
		if left = e.Service.Left(o, k.Now); left == core.Unlimited {
			left = endless
		}
	}
	if left > 0 {
		gap = ""
	}
	return alibaba.Object{
		{"EnsRegionId", node},
		{"InstanceSpec", kind},
		{"Cores", t.CPUs},
		{"Memory", t.MemoryMiB},
		{"SystemDiskSize", system},
		{"DataDiskSize", data},
		{"AvaliableCount", left},
		{"ResourceGap", gap},
	}, nil
}

// describePrice serves DescribePrice: the price of a prepaid order, without bandwidth. Disks cost
// nothing here. A type without a price has an answer without one (unverified).
func (e *api) describePrice(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.params(k.Params)
	for _, name := range []string{"EnsRegionId", "InstanceType", "InternetChargeType", "Period", "Quantity", "SystemDisk.Size"} {
		p.Required(name)
	}
	node, kind := e.node(p), p.ID("InstanceType")
	p.Choice("InternetChargeType", "BandwidthByDay", "95BandwidthByMonth", "PayByBandwidth4thMonth", "PayByBandwidth")
	months := checkPeriod(p)
	amount := p.Number("Quantity", 1, 1, 100)
	checkDisk(p, "SystemDisk.Size")
	if p.Has("DataDisk.1.Size") {
		checkDisk(p, "DataDisk.1.Size")
	}
	var disks []struct{ Size, Category any }
	if text := p.Text("DataDisks"); text != "" && json.Unmarshal([]byte(text), &disks) != nil {
		p.Bad("DataDisks", "a JSON array of objects with Size and Category")
	}
	if p.Refusal == nil && !e.hasType(kind) {
		p.Refuse(invalid("InstanceType"))
	}
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	price := alibaba.Object{{"Currency", e.Service.Inventory().Currency}}
	if o := e.Service.Offer(node, kind, core.Prepaid); o != nil && o.Monthly > 0 {
		list := cents(o.Monthly * months * float64(amount))
		trade := list
		if o.Discount > 0 {
			trade = cents(list * o.Discount)
		}
		price = append(price, alibaba.Field{"OriginalPrice", list}, alibaba.Field{"DiscountPrice", cents(list - trade)},
			alibaba.Field{"TradePrice", trade})
	}
	return alibaba.Object{{"PriceInfo", alibaba.Object{{"Price", price}}}}, nil
}

// checkPeriod reads the prepaid time in months. Three days are a tenth of one.
func checkPeriod(p *alibaba.Params) float64 {
	if p.Choice("PeriodUnit", "Month", "Day") == "Day" {
		p.OneOf("Period", 3)
		return 0.1
	}
	p.OneOf("Period", 1, 2, 3, 4, 5, 6, 7, 8, 9, 12)
	return float64(p.Number("Period", 1, 1, 12))
}

// cents rounds an amount of money.
func cents(amount float64) float64 { return math.Round(amount*100) / 100 }

// hasType reports whether the inventory has an instance type.
func (e *api) hasType(kind string) bool {
	return slices.ContainsFunc(e.Service.Inventory().Types, func(t core.InstanceType) bool { return t.ID == kind })
}
