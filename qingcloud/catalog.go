package qingcloud

import (
	"cmp"
	"context"
	"strings"

	"github.com/yunfan-cloud/yunfan/internal/adapter"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
)

// The driver answers every question that the vendor has a call for. It has no regions, no stock
// and no prices before a create.
var (
	_ catalog.ZoneLister          = (*driver)(nil)
	_ catalog.InstanceTypeLister  = (*driver)(nil)
	_ catalog.ImageLister         = (*driver)(nil)
	_ catalog.NetworkLister       = (*driver)(nil)
	_ catalog.SecurityGroupLister = (*driver)(nil)
	_ catalog.KeyPairLister       = (*driver)(nil)
	_ catalog.QuotaReader         = (*driver)(nil)
)

// unpaged is the offset of an action that answers its whole list at once.
const unpaged = -1

// listPage turns the rows of an answer into a page. A row without an ID is left out. Of returns
// the item of a row, and its ID.
func listPage[R, T any](
	action string, rows []R, total *Number, offset int, of func(*R) (item T, id string),
) (*provider.Page[T], error) {
	saysNone := total != nil && *total <= 0
	if rows == nil && !saysNone {
		return nil, malformed(action, "the answer has no list")
	}
	page := &provider.Page[T]{}
	shown := make([]string, len(rows))
	for i := range rows {
		item, id := of(&rows[i])
		if shown[i] = id; id != "" {
			page.Items = append(page.Items, item)
		}
	}
	if len(rows) > 0 && len(page.Items) == 0 {
		return nil, malformed(action, "the answer has rows without an ID")
	}
	if offset != unpaged {
		at := adapter.Page{Shown: shown, Total: total.pointer()}
		page.NextPage, _ = at.NextOffset(offset, perCall)
	}
	return page, nil
}

// zonesInput is a request of DescribeZones, which takes no zone.
type zonesInput struct{}

// zonesAnswer is the answer of DescribeZones.
type zonesAnswer struct {
	answer
	Zones      []zoneRow `json:"zone_set"`
	TotalCount *Number   `json:"total_count"`
}

// zoneRow is a described zone.
type zoneRow struct {
	ID     string `json:"zone_id"`
	Status Word   `json:"status"`
}

// DescribeZones implements [catalog.ZoneLister]. A zone is what a spec names as its region. The
// call lists the zones of the whole cloud, because there are no regions above them.
func (d *driver) DescribeZones(ctx context.Context, region, _ string) (*provider.Page[catalog.Zone], error) {
	out := &zonesAnswer{}
	c := &call{action: "DescribeZones", zone: d.regionOf(region), global: true, in: &zonesInput{}}
	if err := d.call(ctx, c, out); err != nil {
		return nil, err
	}
	return listPage(c.action, out.Zones, out.TotalCount, unpaged, zoneOf)
}

// zoneOf translates a zone. The documented words are active, faulty and defunct.
func zoneOf(raw *zoneRow) (z catalog.Zone, id string) {
	closed := raw.Status == "faulty" || raw.Status == "defunct"
	return catalog.Zone{ID: raw.ID, Region: raw.ID, RawState: string(raw.Status), Closed: closed}, raw.ID
}

// keyPairsInput is a request of DescribeKeyPairs.
type keyPairsInput struct {
	Offset *int `name:"offset" location:"params"`
	Limit  *int `name:"limit" location:"params"`
}

// keyPairsAnswer is the answer of DescribeKeyPairs.
type keyPairsAnswer struct {
	answer
	KeyPairs   []keyPairRow `json:"keypair_set"`
	TotalCount *Number      `json:"total_count"`
}

// keyPairRow is a described key pair. The answer has no fingerprint, but the public key itself.
type keyPairRow struct {
	ID         string   `json:"keypair_id"`
	Name       string   `json:"keypair_name"`
	CreateTime string   `json:"create_time"`
	Tags       []tagRow `json:"tags"`
}

// DescribeKeyPairs implements [catalog.KeyPairLister]. A create takes the ID of a key pair.
func (d *driver) DescribeKeyPairs(
	ctx context.Context, region, pageToken string,
) (*provider.Page[catalog.KeyPair], error) {
	offset, err := adapter.Offset(Name, pageToken)
	if err != nil {
		return nil, err
	}
	out := &keyPairsAnswer{}
	in := &keyPairsInput{Offset: number(offset), Limit: number(perCall)}
	c := &call{action: "DescribeKeyPairs", zone: d.regionOf(region), in: in}
	if err := d.call(ctx, c, out); err != nil {
		return nil, err
	}
	return listPage(c.action, out.KeyPairs, out.TotalCount, offset, keyPairOf)
}

func keyPairOf(raw *keyPairRow) (k catalog.KeyPair, id string) {
	return catalog.KeyPair{
		ID: raw.ID, Name: raw.Name, CreatedAt: timeOf(raw.CreateTime), Tags: tagsOf(raw.Tags), Spec: raw.ID,
	}, raw.ID
}

// tagRow is a tag of a described resource.
type tagRow struct {
	Name string `json:"tag_name"`
}

// tagsOf returns the names of tags, each with an empty value: a tag of QingCloud has no value.
// The result is nil if the answer has no list of tags.
func tagsOf(rows []tagRow) map[string]string {
	if rows == nil {
		return nil
	}
	tags := make(map[string]string, len(rows))
	for _, t := range rows {
		if t.Name != "" {
			tags[t.Name] = ""
		}
	}
	return tags
}

const actionQuotas = "GetQuotaLeft"

// quotasInput is a request of GetQuotaLeft. Without resource types it answers all of them.
type quotasInput struct{}

// quotasAnswer is the answer of GetQuotaLeft.
type quotasAnswer struct {
	answer
	Quotas []quotaRow `json:"quota_left_set"`
}

// quotaRow is how much is left of one quota.
type quotaRow struct {
	Type string  `json:"resource_type"`
	Left *Number `json:"left"`
}

// DescribeQuotas implements [catalog.QuotaReader] by GetQuotaLeft, which answers what is left and
// no totals. A zone is the region of the call.
func (d *driver) DescribeQuotas(
	ctx context.Context, region, zone, _ string,
) (*provider.Page[catalog.Quota], error) {
	out := &quotasAnswer{}
	c := &call{action: actionQuotas, zone: cmp.Or(zone, d.regionOf(region)), in: &quotasInput{}}
	if err := d.call(ctx, c, out); err != nil {
		return nil, err
	}
	return listPage(c.action, out.Quotas, nil, unpaged, quotaOf)
}

// quotaOf translates a quota. One without a readable number is left out: it must not look as if
// nothing was left.
func quotaOf(raw *quotaRow) (q catalog.Quota, id string) {
	if raw.Left == nil {
		return q, ""
	}
	return catalog.Quota{Name: raw.Type, Unit: quotaUnit(raw.Type), Left: int(*raw.Left)}, raw.Type
}

// quotaUnit returns what a quota counts. The prefix hp_ stands for resources of the class with
// ultra performance. Memory is in MB, which are MiB, and sizes of volumes are in GB, which are GiB.
func quotaUnit(kind string) catalog.QuotaUnit {
	switch kind = strings.TrimPrefix(kind, "hp_"); {
	case kind == "instance":
		return catalog.QuotaInstances
	case kind == "cpu":
		return catalog.QuotaCPUs
	case kind == "memory":
		return catalog.QuotaMemoryMiB
	case strings.HasSuffix(kind, "volume_size"):
		return catalog.QuotaGiB
	}
	return catalog.QuotaItems
}
