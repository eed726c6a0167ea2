package aliyun

import (
	"context"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
)

// DescribeStock implements [catalog.StockReader] by DescribeAvailableResource, which is about one
// way to pay in every zone and of every type. An answer without any zone is an empty list: nothing
// that was asked for is offered.
func (d *driver) DescribeStock(
	ctx context.Context, q *catalog.StockQuery, _ string,
) (*provider.Page[catalog.Stock], error) {
	p, err := translateStock(q)
	if err != nil {
		return nil, err
	}
	var a struct {
		Zones rows[rawStockZone] `json:"AvailableZones"`
	}
	resp, err := d.call(ctx, d.request("DescribeAvailableResource", q.Region, p, catalogTimeout), &a)
	if err != nil {
		return nil, err
	}
	page := &provider.Page[catalog.Stock]{RequestID: resp.RequestID}
	for i := range a.Zones.list {
		page.Items = append(page.Items, stocksOf(&a.Zones.list[i], q)...)
	}
	return page, nil
}

// translateStock sends the zone and the type if there is one of them. The call takes no lists.
func translateStock(q *catalog.StockQuery) (params, error) {
	p := params{"DestinationResource": "InstanceType", "IoOptimized": "optimized"}
	switch q.Billing {
	case provider.OnDemand, "":
		p.text("InstanceChargeType", "PostPaid")
		p.text("SpotStrategy", "NoSpot")
	case provider.Prepaid:
		p.text("InstanceChargeType", "PrePaid")
	case provider.Spot:
		p.text("InstanceChargeType", "PostPaid")
		p.text("SpotStrategy", "SpotAsPriceGo")
	default:
		return nil, &provider.FieldError{
			Driver: Name, Path: "StockQuery.Billing", Value: string(q.Billing),
			Reason: "ECS tells of the stock for on-demand, prepaid and spot instances only: ask for one of them",
		}
	}
	if len(q.Zones) == 1 {
		p.text("ZoneId", q.Zones[0])
	}
	if len(q.InstanceTypes) == 1 {
		p.text("InstanceType", q.InstanceTypes[0])
	}
	return p, nil
}

// rawStockZone is what a zone has.
type rawStockZone struct {
	Region    string                `json:"RegionId"`
	Zone      string                `json:"ZoneId"`
	Status    string                `json:"Status"`
	Category  string                `json:"StatusCategory"`
	Resources rows[rawStockOfKinds] `json:"AvailableResources"`
}

// rawStockOfKinds are resources of one kind.
type rawStockOfKinds struct {
	Kind      string         `json:"Type"`
	Resources rows[rawStock] `json:"SupportedResources"`
}

// rawStock is one resource.
type rawStock struct {
	Value    string `json:"Value"`
	Status   string `json:"Status"`
	Category string `json:"StatusCategory"`
}

// stocksOf translates what a zone has. In a zone that is sold out nothing can be had, whatever its
// rows say.
func stocksOf(z *rawStockZone, q *catalog.StockQuery) []catalog.Stock {
	region := z.Region
	if region == "" {
		region = q.Region
	}
	billing := q.Billing
	if billing == "" {
		billing = provider.OnDemand
	}
	var out []catalog.Stock
	for _, kind := range z.Resources.list {
		if kind.Kind != "" && kind.Kind != "InstanceType" {
			continue
		}
		for _, raw := range kind.Resources.list {
			if raw.Value == "" || z.Zone == "" {
				continue
			}
			s := catalog.Stock{Region: region, Zone: z.Zone, InstanceType: raw.Value, Billing: billing}
			s.Level, s.RawLevel = levelOfStock(raw.Status, raw.Category)
			if level, word := levelOfStock(z.Status, z.Category); level == catalog.NoStock {
				s.Level, s.Reason = level, "the zone: "+word
			}
			out = append(out, s)
		}
	}
	return out
}

// levelOfStock reads a status, Available or SoldOut, and the finer category, which an answer may
// lack. Available alone does not say how much there is.
func levelOfStock(status, category string) (level catalog.StockLevel, word string) {
	word = category
	if word == "" {
		word = status
	}
	switch {
	case status == "SoldOut", category == "WithoutStock", category == "ClosedWithoutStock":
		return catalog.NoStock, word
	case category == "WithStock":
		return catalog.Plenty, word
	case category == "ClosedWithStock":
		return catalog.Low, word
	}
	return "", word
}
