package ens

import (
	"cmp"
	"context"
	"strconv"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
)

// priceAnswer is the answer of DescribePrice. DiscountPrice is what is taken off.
type priceAnswer struct {
	Code      alicloud.Text
	PriceInfo struct {
		Price struct {
			Currency      string
			OriginalPrice *float64
			DiscountPrice *float64
			TradePrice    *float64
		}
	}
}

// DescribePrice implements [catalog.Pricer]. ENS has prices of prepaid orders only. The price is
// that of the whole order. Bandwidth is metered and not in it.
func (d *driver) DescribePrice(
	ctx context.Context, spec *provider.RunInstancesSpec,
) (p *catalog.Price, requestID string, err error) {
	if err := checkPrice(spec); err != nil {
		return nil, "", err
	}
	r := request("DescribePrice", translatePrice(spec, d.region), listTimeout)
	r.Secrets = secretParams(spec)
	var a priceAnswer
	resp, err := d.call(ctx, r, &a)
	if err != nil {
		return nil, "", err
	}
	if err := d.checkCode(r, resp, a.Code); err != nil {
		return nil, resp.RequestID, err
	}
	return priceOf(&a, spec), resp.RequestID, nil
}

// CheckPrice implements [catalog.PriceChecker].
func (d *driver) CheckPrice(spec *provider.RunInstancesSpec) error { return checkPrice(spec) }

// checkPrice refuses specs that the call cannot express.
func checkPrice(spec *provider.RunInstancesSpec) error {
	c := provider.Checker{Driver: Name}
	if spec.Billing.Mode != provider.Prepaid {
		c.Refuse("Billing.Mode", "ENS answers prices of prepaid orders only")
		return c.Err()
	}
	if byArea(spec) {
		c.Refuse("Vendor.ScheduleAreaLevel", "a price is that of one node: leave it out, and set Region")
	}
	c.Require(spec.SystemDisk.SizeGiB > 0, "SystemDisk.SizeGiB", nil,
		"is required for a price: DescribePrice does not know the size that the image needs")
	return c.Err()
}

// translatePrice writes the parameters that the create has too with the same functions. The create
// has no charge type of bandwidth by default, and DescribePrice requires one: it does not change
// the price, which holds no bandwidth.
func translatePrice(spec *provider.RunInstancesSpec, node string) params {
	action, full := translateRun(spec)
	p := params{
		"EnsRegionId":        cmp.Or(spec.Region, node),
		"InstanceType":       full["InstanceType"],
		"InternetChargeType": cmp.Or(full["InternetChargeType"], internetChargeType(provider.PayByDailyPeak)),
		"Quantity":           strconv.Itoa(max(spec.Count, 1)),
		"Period":             strconv.Itoa(spec.Billing.Period),
		"PeriodUnit":         periodUnit(cmp.Or(spec.Billing.PeriodUnit, provider.Month)),
		"SystemDisk.Size":    strconv.Itoa(spec.SystemDisk.SizeGiB),
	}
	switch {
	case len(spec.DataDisks) == 0:
	case action == createInstance:
		p["DataDisk.1.Size"] = full["DataDisk.1.Size"]
	default:
		p["DataDisks"] = jsonText(pricedDisks(spec.DataDisks))
	}
	return p
}

// pricedDisk is an element of the JSON text DataDisks of DescribePrice.
type pricedDisk struct {
	Size     int    `json:"Size"`
	Category string `json:"Category,omitempty"`
}

func pricedDisks(disks []provider.Disk) []pricedDisk {
	out := make([]pricedDisk, len(disks))
	for i := range disks {
		out[i] = pricedDisk{Size: disks[i].SizeGiB, Category: disks[i].Type}
	}
	return out
}

// priceOf translates an answer. A price of 0 counts only if all of a list price is taken off: else
// the answer does not say the price.
func priceOf(a *priceAnswer, spec *provider.RunInstancesSpec) *catalog.Price {
	raw := &a.PriceInfo.Price
	p := &catalog.Price{
		Currency: raw.Currency, Unit: catalog.PerOrder, Instances: max(spec.Count, 1),
		Period: spec.Billing.Period, PeriodUnit: cmp.Or(spec.Billing.PeriodUnit, provider.Month),
	}
	if raw.OriginalPrice != nil && *raw.OriginalPrice > 0 {
		p.ListAmount = catalog.Decimal(*raw.OriginalPrice)
	}
	free := raw.DiscountPrice != nil && p.ListAmount == catalog.Decimal(*raw.DiscountPrice)
	switch {
	case raw.TradePrice == nil, *raw.TradePrice < 0, *raw.TradePrice == 0 && !free:
		p.Note = "the answer of ENS has no price"
		return p
	}
	p.Amount = catalog.Decimal(*raw.TradePrice)
	p.Includes = []string{"instance", "system disk"}
	if len(spec.DataDisks) > 0 {
		p.Includes = append(p.Includes, "data disks")
	}
	if spec.SystemDisk.Type != "" {
		p.Note = "DescribePrice does not ask for the kind of the system disk"
	}
	return p
}
