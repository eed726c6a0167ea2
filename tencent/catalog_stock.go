package tencent

import (
	"context"
	"strings"

	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
)

// stockLevels are the words of StatusCategory.
var stockLevels = map[string]catalog.StockLevel{
	"EnoughStock":  catalog.Plenty,
	"NormalStock":  catalog.Plenty,
	"UnderStock":   catalog.Low,
	"WithoutStock": catalog.NoStock,
}

// soldOut is the Status of a type that cannot be bought.
const soldOut = "SOLD_OUT"

// DescribeStock implements [catalog.StockReader] by DescribeZoneInstanceConfigInfos, whose rows have
// prices and the types too.
func (d *driver) DescribeStock(
	ctx context.Context, q *catalog.StockQuery, _ string,
) (*provider.Page[catalog.Stock], error) {
	charge, ok := chargeTypes[q.Billing]
	if !ok {
		return nil, &provider.FieldError{
			Driver: Name, Path: "StockQuery.Billing", Value: string(q.Billing),
			Reason: "must be on-demand, prepaid, spot or dedicated-host",
		}
	}
	var f filters
	f.add("instance-charge-type", typeValues, charge)
	f.add("zone", typeValues, q.Zones...)
	f.add("instance-type", typeValues, q.InstanceTypes...)
	rows, requestID, err := d.zoneConfigs(ctx, q.Region, f)
	if err != nil {
		return nil, err
	}
	s := stockReader{region: d.regionOf(q.Region), currency: d.currencyOf(q.Region), asked: charge}
	return &provider.Page[catalog.Stock]{Items: itemsOf(rows, s.stockOf), RequestID: requestID}, nil
}

// stockReader translates rows of an answer about one region.
type stockReader struct{ region, currency, asked string }

// stockOf translates a row. A row that does not say how it is paid is what was asked for.
func (s *stockReader) stockOf(raw *cvm.InstanceTypeQuotaItem) (catalog.Stock, bool) {
	charge := value(raw.InstanceChargeType)
	if charge == "" {
		charge = s.asked
	}
	out := catalog.Stock{
		Region:       s.region,
		Zone:         value(raw.Zone),
		InstanceType: value(raw.InstanceType),
		Billing:      billingOf(charge),
		Level:        levelOf(value(raw.Status), value(raw.StatusCategory)),
		RawLevel:     strings.TrimSpace(value(raw.Status) + " " + value(raw.StatusCategory)),
		Reason:       value(raw.SoldOutReason),
		Price:        priceOfRow(raw.Price, billingOf(charge), s.currency),
	}
	if t, ok := typeOf(raw); ok {
		out.Type = &t
	}
	return out, out.InstanceType != ""
}

// levelOf reads the level of a row. A type that is sold out has none whatever its category says. That a
// type is sold says nothing about how many there are.
func levelOf(status, category string) catalog.StockLevel {
	if status == soldOut {
		return catalog.NoStock
	}
	return stockLevels[category]
}

// priceOfRow returns the price of one instance without disks, or nil when the row has none. The order
// price of a row is for one month: in the documented sample the price of a year is twelve times it.
func priceOfRow(raw *cvm.ItemPrice, billing provider.BillingMode, currency string) *catalog.Price {
	if raw == nil {
		return nil
	}
	p := &catalog.Price{Currency: currency, Instances: 1, Includes: []string{"instance"}}
	if billing == provider.Prepaid {
		p.Unit, p.Period, p.PeriodUnit = catalog.PerOrder, 1, provider.Month
		p.Amount, p.ListAmount = orderAmounts(raw)
	} else if isHourly(raw) {
		p.Unit, p.Steps = catalog.PerHour, stepsOf(raw)
		p.Amount, p.ListAmount = hourlyAmounts(raw)
	}
	if p.Amount == "" {
		return nil
	}
	return p
}
