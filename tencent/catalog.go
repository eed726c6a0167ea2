package tencent

import (
	"context"
	"strconv"
	"time"

	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"github.com/yunfan-cloud/yunfan/internal/adapter"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
)

var (
	_ catalog.RegionLister        = (*driver)(nil)
	_ catalog.ZoneLister          = (*driver)(nil)
	_ catalog.InstanceTypeLister  = (*driver)(nil)
	_ catalog.ImageLister         = (*driver)(nil)
	_ catalog.StockReader         = (*driver)(nil)
	_ catalog.Pricer              = (*driver)(nil)
	_ catalog.NetworkLister       = (*driver)(nil)
	_ catalog.SecurityGroupLister = (*driver)(nil)
	_ catalog.KeyPairLister       = (*driver)(nil)
	_ catalog.QuotaReader         = (*driver)(nil)
)

const (
	// catalogTimeout is that of the calls of the catalog.
	catalogTimeout = 20 * time.Second

	// unavailable is the state of a region or a zone that takes no new instances.
	unavailable = "UNAVAILABLE"

	// regionProduct is the product that lists regions. CVM's own DescribeRegions is no longer
	// updated.
	regionProduct, regionVersion = "region", "2022-06-27"
)

// filters are the filters of a call. They only narrow an answer: the client compares the items itself.
type filters []*cvm.Filter

// add adds a filter. Without values, or with more than the call takes, it adds none.
func (f *filters) add(name string, most int, values ...string) {
	wanted := len(values) > 0 && len(values) <= most
	if !wanted || values[0] == "" || len(*f) == filtersPerCall {
		return
	}
	*f = append(*f, &cvm.Filter{Name: new(name), Values: list(values)})
}

// itemsOf translates the rows of a list. Rows that are null say nothing and are left out, and so are those
// that translate reports to be none.
func itemsOf[R, T any](rows []*R, translate func(*R) (item T, ok bool)) []T {
	out := make([]T, 0, len(rows))
	for _, row := range rows {
		if row == nil {
			continue
		}
		if item, ok := translate(row); ok {
			out = append(out, item)
		}
	}
	return out
}

// nextOffset returns the token of the page after the one that began at offset and had some rows.
func nextOffset(offset, rows int, total *int) string {
	page := adapter.Page{Shown: make([]string, rows), Total: total}
	token, _ := page.NextOffset(offset, perCall)
	return token
}

// DescribeRegions implements [catalog.RegionLister] by the call of the product that lists regions.
func (d *driver) DescribeRegions(ctx context.Context, region, _ string) (*provider.Page[catalog.Region], error) {
	out, err := productRequest(regionProduct, regionVersion, "DescribeRegions", map[string]any{"Product": cvmProduct})
	if err != nil {
		return nil, err
	}
	ex := d.newExchange(ctx, out.GetAction(), region, catalogTimeout)
	resp, err := ask[cvm.DescribeRegionsResponseParams](d, ex, out)
	if err != nil {
		return nil, err
	}
	r := resp.Response
	if !lists(r.RegionSet, r.TotalCount) || resp.noRows("RegionSet", len(r.RegionSet)) {
		return nil, ex.malformed("it has no list of regions", value(r.RequestId))
	}
	items := itemsOf(r.RegionSet, func(raw *cvm.RegionInfo) (catalog.Region, bool) {
		state := value(raw.RegionState)
		return catalog.Region{
			ID: value(raw.Region), Name: value(raw.RegionName), RawState: state, SoldOut: state == unavailable,
		}, value(raw.Region) != ""
	})
	return &provider.Page[catalog.Region]{Items: items, RequestID: value(r.RequestId)}, nil
}

// DescribeZones implements [catalog.ZoneLister].
func (d *driver) DescribeZones(ctx context.Context, region, _ string) (*provider.Page[catalog.Zone], error) {
	out := cvm.NewDescribeZonesRequest()
	ex := d.newExchange(ctx, out.GetAction(), region, catalogTimeout)
	resp, err := ask[cvm.DescribeZonesResponseParams](d, ex, out)
	if err != nil {
		return nil, err
	}
	r := resp.Response
	if !lists(r.ZoneSet, r.TotalCount) || resp.noRows("ZoneSet", len(r.ZoneSet)) {
		return nil, ex.malformed("it has no list of zones", value(r.RequestId))
	}
	items := itemsOf(r.ZoneSet, func(raw *cvm.ZoneInfo) (catalog.Zone, bool) {
		state := value(raw.ZoneState)
		return catalog.Zone{
			ID: value(raw.Zone), Region: ex.region, Name: value(raw.ZoneName), RawState: state, Closed: state == unavailable,
		}, value(raw.Zone) != ""
	})
	return &provider.Page[catalog.Zone]{Items: items, RequestID: value(r.RequestId)}, nil
}

// DescribeKeyPairs implements [catalog.KeyPairLister].
func (d *driver) DescribeKeyPairs(
	ctx context.Context, region, pageToken string,
) (*provider.Page[catalog.KeyPair], error) {
	offset, err := adapter.Offset(Name, pageToken)
	if err != nil {
		return nil, err
	}
	out := cvm.NewDescribeKeyPairsRequest()
	out.Offset, out.Limit = new(int64(offset)), number(perCall)
	ex := d.newExchange(ctx, out.GetAction(), region, catalogTimeout)
	resp, err := ask[cvm.DescribeKeyPairsResponseParams](d, ex, out)
	if err != nil {
		return nil, err
	}
	r := resp.Response
	if !lists(r.KeyPairSet, r.TotalCount) || resp.noRows("KeyPairSet", len(r.KeyPairSet)) {
		return nil, ex.malformed("it has no list of key pairs", value(r.RequestId))
	}
	items := itemsOf(r.KeyPairSet, func(raw *cvm.KeyPair) (catalog.KeyPair, bool) {
		id := value(raw.KeyId)
		return catalog.KeyPair{
			ID: id, Name: value(raw.KeyName), CreatedAt: timeOf(value(raw.CreatedTime)), Tags: tagsOf(raw.Tags), Spec: id,
		}, id != ""
	})
	next := nextOffset(offset, len(r.KeyPairSet), totalOf(r.TotalCount))
	return &provider.Page[catalog.KeyPair]{Items: items, NextPage: next, RequestID: value(r.RequestId)}, nil
}

// DescribeQuotas implements [catalog.QuotaReader] by DescribeAccountQuota.
func (d *driver) DescribeQuotas(
	ctx context.Context, region, zone, _ string,
) (*provider.Page[catalog.Quota], error) {
	out := cvm.NewDescribeAccountQuotaRequest()
	out.Filters = quotaFilters(zone)
	ex := d.newExchange(ctx, out.GetAction(), region, catalogTimeout)
	resp, err := ask[cvm.DescribeAccountQuotaResponseParams](d, ex, out)
	if err != nil {
		return nil, err
	}
	page := &provider.Page[catalog.Quota]{RequestID: value(resp.Response.RequestId)}
	overview := resp.Response.AccountQuotaOverview
	if overview == nil || overview.AccountQuota == nil {
		return nil, ex.malformed("it has no quotas", page.RequestID)
	}
	page.Items = quotasOf(overview.AccountQuota)
	return page, nil
}

// quotaFilters selects the quotas of a zone.
func quotaFilters(zone string) filters {
	var f filters
	f.add("zone", 1, zone)
	return f
}

// quotasOf returns the quotas of an account. Those of placement groups that hold for each group are
// left out. A quota without a number is left out too: 0 would mean that nothing more can be created.
func quotasOf(raw *cvm.AccountQuota) []catalog.Quota {
	known := func(q catalog.Quota) (catalog.Quota, bool) { return q, q.Name != "" }
	out := itemsOf(raw.PostPaidQuotaSet, func(q *cvm.PostPaidQuota) (catalog.Quota, bool) {
		return known(quotaOf("PostPaidQuotaSet", catalog.QuotaInstances, q.Zone, q.RemainingQuota, q.UsedQuota, q.TotalQuota))
	})
	out = append(out, itemsOf(raw.PrePaidQuotaSet, func(q *cvm.PrePaidQuota) (catalog.Quota, bool) {
		return known(quotaOf("PrePaidQuotaSet", catalog.QuotaInstances, q.Zone, q.RemainingQuota, q.UsedQuota, q.TotalQuota))
	})...)
	out = append(out, itemsOf(raw.SpotPaidQuotaSet, func(q *cvm.SpotPaidQuota) (catalog.Quota, bool) {
		return known(quotaOf("SpotPaidQuotaSet", catalog.QuotaCPUs, q.Zone, q.RemainingQuota, q.UsedQuota, q.TotalQuota))
	})...)
	out = append(out, itemsOf(raw.ImageQuotaSet, func(q *cvm.ImageQuota) (catalog.Quota, bool) {
		return known(quotaOf("ImageQuotaSet", catalog.QuotaItems, nil, nil, q.UsedQuota, q.TotalQuota))
	})...)
	return append(out, itemsOf(raw.DisasterRecoverGroupQuotaSet, func(q *cvm.DisasterRecoverGroupQuota) (catalog.Quota, bool) {
		return known(quotaOf("DisasterRecoverGroupQuotaSet", catalog.QuotaItems, nil, nil, q.CurrentNum, q.GroupQuota))
	})...)
}

// quotaOf returns a quota, or one without a name when the answer does not say how much is left.
func quotaOf[N int64 | uint64](
	name string, unit catalog.QuotaUnit, zone *string, left, used, total *N,
) catalog.Quota {
	q := catalog.Quota{
		Name: name, Unit: unit, Zone: value(zone), Left: int(value(left)), Total: int(value(total)), TotalKnown: total != nil,
	}
	counted := used != nil && total != nil
	switch {
	case left != nil:
	case counted:
		q.Left = max(int(value(total))-int(value(used)), 0)
	default:
		return catalog.Quota{}
	}
	return q
}

// offsetText is an offset as the calls of other products take it.
func offsetText(offset int) string { return strconv.Itoa(offset) }
