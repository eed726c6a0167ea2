package ens

import (
	"context"
	"strconv"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
)

// plentyFrom is the number of instances that counts as plenty. ENS has numbers and no levels.
const plentyFrom = 10

// stockAnswer is the answer of DescribeAvailableResource. It also has images, with less than the
// lists of images say.
type stockAnswer struct {
	listHead
	SupportResources *struct{ SupportResource []stockRow }
}

// stockRow is how many instances a node has of a type, for one pair of disks. All numbers are
// texts.
type stockRow struct {
	Node         string        `json:"EnsRegionId"`
	InstanceType string        `json:"InstanceSpec"`
	SystemDisk   alicloud.Text `json:"SystemDiskSize"`
	DataDisk     alicloud.Text `json:"DataDiskSize"`
	Count        alicloud.Text `json:"SupportResourcesCount"`
}

func (a *stockAnswer) head() *listHead { return &a.listHead }

func (a *stockAnswer) rows() ([]stockRow, bool, string) {
	if a.SupportResources == nil {
		return nil, false, "SupportResources"
	}
	return a.SupportResources.SupportResource, true, "SupportResources"
}

// DescribeStock implements [catalog.StockReader] by DescribeAvailableResource, which has no
// parameters: it answers all nodes. It is not documented for which way to pay its numbers are, so
// they are the answer for each.
func (d *driver) DescribeStock(
	ctx context.Context, q *catalog.StockQuery, _ string,
) (*provider.Page[catalog.Stock], error) {
	c := provider.Checker{Driver: Name}
	c.Require(q.Billing != provider.DedicatedHost, "StockQuery.Billing", q.Billing, "ENS has no dedicated hosts")
	if err := c.Err(); err != nil {
		return nil, err
	}
	node := d.regionOf(q.Region)
	r := request("DescribeAvailableResource", params{}, listTimeout)
	page, err := listPage(ctx, d, r, &stockAnswer{}, nil, func(raw *stockRow) (catalog.Stock, string) {
		return stockOf(raw, q.Billing), raw.InstanceType
	})
	if err != nil {
		return nil, err
	}
	all := page.Items
	page.Items = nil
	for i := range all {
		if all[i].Region == node {
			page.Items = append(page.Items, all[i])
		}
	}
	return page, nil
}

// stockOf translates a row. A number that cannot be read is unknown, and not none.
func stockOf(raw *stockRow, billing provider.BillingMode) catalog.Stock {
	s := catalog.Stock{
		Region: raw.Node, InstanceType: raw.InstanceType, Billing: billing, RawLevel: string(raw.Count),
		SystemDiskGiB: raw.SystemDisk.Int(), DataDiskGiB: raw.DataDisk.Int(),
	}
	n, err := strconv.Atoi(string(raw.Count))
	if err != nil || n < 0 {
		return s
	}
	s.Count, s.Counted = n, true
	switch {
	case n == 0:
		s.Level = catalog.NoStock
	case n < plentyFrom:
		s.Level = catalog.Low
	default:
		s.Level = catalog.Plenty
	}
	return s
}
