package aliyun

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/internal/tolerant"
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

// Timeouts of the catalog's calls are those of the vendor's own SDK. Zones are slow: 103 s.
const (
	zonesTimeout   = 103 * time.Second
	catalogTimeout = 40 * time.Second
)

// Page sizes are the documented maxima. 50 holds for key pairs and the VPC product.
const (
	rowsPerPage  = 100
	smallPage    = 50
	typesByID    = 10  // instance types that one question may name
	imagesByID   = 100 // unverified: the reference gives no number
	mostOfPrice  = 1000
	quotasByName = 8
)

// rows is a list as the vendor wraps it: {"Zones": {"Zone": [...]}}. Null, an empty text and an
// empty list in its place are empty lists. A row of another form stays zero.
type rows[T any] struct {
	list  []T
	given bool // the answer has the list
}

// UnmarshalJSON reads the only list inside an object, or a list without the object around it.
func (r *rows[T]) UnmarshalJSON(b []byte) error {
	*r = rows[T]{given: true}
	var wrapped map[string]json.RawMessage
	if json.Unmarshal(b, &wrapped) != nil {
		return r.read(b)
	}
	for _, inner := range wrapped {
		if err := r.read(inner); err != nil {
			return err
		}
	}
	return nil
}

// read reads a list, and leaves anything else alone.
func (r *rows[T]) read(b []byte) error {
	if len(b) == 0 || b[0] != '[' {
		return nil
	}
	_, err := tolerant.Unmarshal(b, &r.list)
	return err
}

// list sends one request for a list, and decodes its answer into out. Given says afterwards that
// the answer has the list: an answer without it is not an empty list.
func (d *driver) list(ctx context.Context, r alicloud.Request, out any, given *bool) (*alicloud.Response, error) {
	resp, err := d.call(ctx, r, out)
	if err != nil {
		return nil, err
	}
	if !*given {
		return nil, d.caller.Malformed(r, resp)
	}
	return resp, nil
}

// pageOf returns a page of items. A row without an ID names nothing and is left out.
func pageOf[R, T any](resp *alicloud.Response, next string, list []R, item func(*R) (T, bool)) *provider.Page[T] {
	page := &provider.Page[T]{RequestID: resp.RequestID, NextPage: next, Items: make([]T, 0, len(list))}
	for i := range list {
		if it, ok := item(&list[i]); ok {
			page.Items = append(page.Items, it)
		}
	}
	return page
}

// DescribeRegions implements [catalog.RegionLister] by DescribeRegions.
func (d *driver) DescribeRegions(ctx context.Context, region, _ string) (*provider.Page[catalog.Region], error) {
	var a struct {
		Regions rows[rawRegion] `json:"Regions"`
	}
	resp, err := d.list(ctx, d.request("DescribeRegions", region, params{}, catalogTimeout), &a, &a.Regions.given)
	if err != nil {
		return nil, err
	}
	return pageOf(resp, "", a.Regions.list, func(raw *rawRegion) (catalog.Region, bool) {
		return catalog.Region{
			ID: raw.ID, Name: raw.Name, RawState: raw.Status,
			SoldOut: strings.EqualFold(raw.Status, "soldOut"),
		}, raw.ID != ""
	}), nil
}

// rawRegion is a described region.
type rawRegion struct {
	ID     string `json:"RegionId"`
	Name   string `json:"LocalName"`
	Status string `json:"Status"` // "available" or "soldOut"; it may be missing
}

// DescribeZones implements [catalog.ZoneLister] by DescribeZones. Without Verbose=false the answer
// has every instance type of each zone. A zone is closed when the answer lists what can be made in
// it, and instances are not among that.
func (d *driver) DescribeZones(ctx context.Context, region, _ string) (*provider.Page[catalog.Zone], error) {
	var a struct {
		Zones rows[rawZone] `json:"Zones"`
	}
	r := d.request("DescribeZones", region, params{"Verbose": "false"}, zonesTimeout)
	resp, err := d.list(ctx, r, &a, &a.Zones.given)
	if err != nil {
		return nil, err
	}
	return pageOf(resp, "", a.Zones.list, func(raw *rawZone) (catalog.Zone, bool) {
		made := raw.Creation.list
		return catalog.Zone{
			ID: raw.ID, Region: r.Region, Name: raw.Name,
			Closed: len(made) > 0 && !slices.Contains(made, "Instance"),
		}, raw.ID != ""
	}), nil
}

// rawZone is a described zone.
type rawZone struct {
	ID       string       `json:"ZoneId"`
	Name     string       `json:"LocalName"`
	Creation rows[string] `json:"AvailableResourceCreation"`
}

// DescribeKeyPairs implements [catalog.KeyPairLister] by DescribeKeyPairs. Key pairs have no ID:
// creates take the name.
func (d *driver) DescribeKeyPairs(
	ctx context.Context, region, pageToken string,
) (*provider.Page[catalog.KeyPair], error) {
	p := params{}
	if err := p.page(pageToken, smallPage); err != nil {
		return nil, err
	}
	var a struct {
		pageInfo
		KeyPairs rows[rawKeyPair] `json:"KeyPairs"`
	}
	resp, err := d.list(ctx, d.request("DescribeKeyPairs", region, p, catalogTimeout), &a, &a.KeyPairs.given)
	if err != nil {
		return nil, err
	}
	next := a.next(pageToken, len(a.KeyPairs.list), smallPage)
	return pageOf(resp, next, a.KeyPairs.list, func(raw *rawKeyPair) (catalog.KeyPair, bool) {
		return catalog.KeyPair{
			Name: raw.Name, Spec: raw.Name, Fingerprint: raw.Fingerprint,
			CreatedAt: alicloud.TimeOf(string(raw.CreationTime)), Tags: tagsOf(raw.Tags.list),
		}, raw.Name != ""
	}), nil
}

// rawKeyPair is a described key pair.
type rawKeyPair struct {
	Name         string        `json:"KeyPairName"`
	Fingerprint  string        `json:"KeyPairFingerPrint"`
	CreationTime alicloud.Text `json:"CreationTime"`
	Tags         rows[RawTag]  `json:"Tags"`
}

// quotas are the attributes that have a maximum and a used part, and their units. The names lack
// "max-" and "used-".
func quotas() map[string]catalog.QuotaUnit {
	return map[string]catalog.QuotaUnit{
		"postpaid-instance-vcpu-count": catalog.QuotaCPUs,
		"spot-instance-vcpu-count":     catalog.QuotaCPUs,
		"postpaid-yundisk-capacity":    catalog.QuotaGiB,
	}
}

// DescribeQuotas implements [catalog.QuotaReader] by DescribeAccountAttributes: the attributes
// that have a used part. What an account may have without saying how much it has is no quota
// left. The quota of disks is one for each category, which follows the name after a colon:
// "max-postpaid-yundisk-capacity:cloud_essd".
func (d *driver) DescribeQuotas(
	ctx context.Context, region, zone, _ string,
) (*provider.Page[catalog.Quota], error) {
	p := params{}
	p.text("ZoneId", zone)
	names := make([]string, 0, quotasByName)
	for name := range quotas() {
		names = append(names, "max-"+name, "used-"+name)
	}
	slices.Sort(names)
	p.list("AttributeName", names)
	var a struct {
		Items rows[rawAttribute] `json:"AccountAttributeItems"`
	}
	r := d.request("DescribeAccountAttributes", region, p, catalogTimeout)
	resp, err := d.list(ctx, r, &a, &a.Items.given)
	if err != nil {
		return nil, err
	}
	return &provider.Page[catalog.Quota]{RequestID: resp.RequestID, Items: quotasOf(a.Items.list)}, nil
}

// rawAttribute is an attribute of an account.
type rawAttribute struct {
	Name   string             `json:"AttributeName"`
	Values rows[rawAttribVal] `json:"AttributeValues"`
}

// rawAttribVal is a value of an attribute. Numbers are texts.
type rawAttribVal struct {
	Value    alicloud.Text `json:"Value"`
	Category string        `json:"DiskCategory"`
	Zone     string        `json:"ZoneId"`
}

// quotasOf joins each maximum with its used part. A maximum without one is left out.
func quotasOf(items []rawAttribute) []catalog.Quota {
	type place struct{ name, category, zone string }
	used, out := map[place]int{}, []catalog.Quota{}
	each := func(prefix string, do func(at place, n int)) {
		for _, item := range items {
			name, ok := strings.CutPrefix(item.Name, prefix)
			if _, known := quotas()[name]; !ok || !known {
				continue
			}
			for _, v := range item.Values.list {
				if n, err := strconv.Atoi(string(v.Value)); err == nil {
					do(place{name, v.Category, v.Zone}, n)
				}
			}
		}
	}
	each("used-", func(at place, n int) { used[at] = n })
	each("max-", func(at place, most int) {
		n, known := used[at]
		if !known {
			return
		}
		name := "max-" + at.name
		if at.category != "" {
			name += ":" + at.category
		}
		out = append(out, catalog.Quota{
			Name: name, Unit: quotas()[at.name], Zone: at.zone,
			Left: max(most-n, 0), Total: most, TotalKnown: true,
		})
	})
	return out
}
