package cvm

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// keyPair is the documented data type KeyPair. A private key is never shown.
type keyPair struct {
	KeyId, KeyName        string
	ProjectId             int
	Description           string
	PublicKey             string
	PrivateKey            *string
	AssociatedInstanceIds []string
	CreatedTime           string
	Tags                  []tag
}

// keyPairsRequest is the schema of DescribeKeyPairs.
type keyPairsRequest struct {
	page
	KeyIds  []string
	Filters []filter
}

func (c *api) describeKeyPairs(k *core.Call, r *keyPairsRequest) (fields, *refusal) {
	known := filterSet[keyPair]{
		tags: func(p keyPair) []tag { return p.Tags },
		values: map[string]func(keyPair) []string{
			"project-id": func(p keyPair) []string { return []string{strconv.Itoa(p.ProjectId)} },
			"key-name":   func(p keyPair) []string { return []string{p.KeyName} },
		},
	}
	refused := cmp.Or(r.checkAs("InvalidParameterValueOffset", "InvalidParameterValueLimit"), r.check(), known.check(r.Filters))
	if refused != nil {
		return nil, refused
	}
	set := []keyPair{}
	for _, raw := range c.service.Inventory().KeyPairs {
		named := len(r.KeyIds) == 0 || slices.Contains(r.KeyIds, raw.ID)
		if shown := c.keyPair(k, raw); named && known.fit(r.Filters, shown) {
			set = append(set, shown)
		}
	}
	return fields{"TotalCount": len(set), "KeyPairSet": cutPage(r.page, set)}, nil
}

// check refuses IDs together with filters, too many IDs, and malformed ones. Unknown IDs are left out
// [unverified]: no code is documented for them.
func (r *keyPairsRequest) check() *refusal {
	switch {
	case len(r.KeyIds) > 0 && len(r.Filters) > 0:
		return refuse("InvalidParameter", "KeyIds and Filters exclude each other.")
	case len(r.KeyIds) > maxIDs:
		return invalidAs("InvalidParameterValue.LimitExceeded", "KeyIds")
	case !allForm(r.KeyIds, "skey-"):
		return invalidAs("InvalidKeyPairId.Malformed", "KeyIds")
	}
	return nil
}

func (c *api) keyPair(k *core.Call, raw core.KeyPair) keyPair {
	p := keyPair{
		KeyId: raw.ID, KeyName: raw.Name, PublicKey: raw.PublicKey, AssociatedInstanceIds: []string{},
		CreatedTime: formatTime(raw.Created), Tags: tagsOf(raw.Tags),
	}
	for _, m := range c.service.All() {
		if m.Region == k.Region && m.Visible(k.Now) && slices.Contains(m.KeyPairs, raw.ID) {
			p.AssociatedInstanceIds = append(p.AssociatedInstanceIds, m.ID)
		}
	}
	return p
}

// accountQuota is the documented data type AccountQuota.
type accountQuota struct {
	PostPaidQuotaSet             []paidQuota
	PrePaidQuotaSet              []prepaidQuotaRow
	SpotPaidQuotaSet             []paidQuota
	ImageQuotaSet                []imageQuotaRow
	DisasterRecoverGroupQuotaSet []groupQuotaRow
}

type paidQuota struct {
	UsedQuota, RemainingQuota, TotalQuota int
	Zone                                  string
}

type prepaidQuotaRow struct {
	UsedQuota, OnceQuota, RemainingQuota, TotalQuota int
	Zone                                             string
}

type imageQuotaRow struct{ UsedQuota, TotalQuota int }

type groupQuotaRow struct {
	GroupQuota, CurrentNum                                          int
	CvmInHostGroupQuota, CvmInSwitchGroupQuota, CvmInRackGroupQuota int
}

// onceQuota is how many prepaid instances one order may have, as in the vendor's sample.
const onceQuota = 300

// describeAccountQuota serves DescribeAccountQuota. The filter for zones leaves quotas of the whole region.
func (c *api) describeAccountQuota(k *core.Call, r *filtersRequest) (fields, *refusal) {
	known := filterSet[core.AccountQuota]{values: map[string]func(core.AccountQuota) []string{
		"zone":       func(q core.AccountQuota) []string { return []string{q.Zone} },
		"quota-type": func(q core.AccountQuota) []string { return []string{q.Name} },
	}}
	if refused := cmp.Or(known.check(r.Filters), c.checkPlaces(k, r.Filters)); refused != nil {
		return nil, refused
	}
	var out accountQuota
	all := append(slices.Clone(c.service.Inventory().Quotas), core.AccountQuota{Name: groupQuota})
	for _, q := range all {
		here := q.Zone == "" || c.zone(k.Region, q.Zone) != nil
		if here && known.fit(forQuota(r.Filters, q), q) {
			c.addQuota(k, &out, q)
		}
	}
	type overview struct {
		Region       string
		AccountQuota accountQuota
	}
	return fields{"AppId": 251007416, "AccountQuotaOverview": overview{k.Region, out}}, nil
}

// forQuota returns the filters that apply to a quota: zones do not to one of the whole region.
func forQuota(filters []filter, q core.AccountQuota) []filter {
	if q.Zone != "" {
		return filters
	}
	return slices.DeleteFunc(slices.Clone(filters), func(f filter) bool { return *f.Name == "zone" })
}

// addQuota adds a quota to an answer. Unknown names are left out.
func (c *api) addQuota(k *core.Call, out *accountQuota, q core.AccountQuota) {
	used := c.usedQuota(k, q)
	left := max(q.Total-used, 0)
	switch q.Name {
	case postpaidQuota:
		out.PostPaidQuotaSet = append(out.PostPaidQuotaSet, paidQuota{used, left, q.Total, q.Zone})
	case prepaidQuota:
		out.PrePaidQuotaSet = append(out.PrePaidQuotaSet, prepaidQuotaRow{used, onceQuota, left, q.Total, q.Zone})
	case spotQuota:
		out.SpotPaidQuotaSet = append(out.SpotPaidQuotaSet, paidQuota{used, left, q.Total, q.Zone})
	case imageQuota:
		out.ImageQuotaSet = append(out.ImageQuotaSet, imageQuotaRow{used, q.Total})
	case groupQuota:
		out.DisasterRecoverGroupQuotaSet = append(out.DisasterRecoverGroupQuotaSet, groupQuotaRow{
			GroupQuota: maxGroups, CurrentNum: c.countGroups(k),
			CvmInHostGroupQuota: room("HOST"), CvmInSwitchGroupQuota: room("SW"), CvmInRackGroupQuota: room("RACK"),
		})
	}
}

// quotaCharges are the ways to pay that quotas are for.
func quotaCharges() map[string]core.Charge {
	return map[string]core.Charge{postpaidQuota: core.Postpaid, prepaidQuota: core.Prepaid, spotQuota: core.Spot}
}

// usedQuota returns how much of a quota is used: what the inventory says, and what the instances of its
// zone add. Spot instances count by their CPUs.
func (c *api) usedQuota(k *core.Call, q core.AccountQuota) int {
	used := q.Used
	charge, counted := quotaCharges()[q.Name]
	for _, m := range c.service.All() {
		if !counted || m.Zone != q.Zone || m.Charge != charge || m.PhaseAt(k.Now) == core.Gone {
			continue
		}
		if charge == core.Spot {
			used += m.CPUs
		} else {
			used++
		}
	}
	return used
}
