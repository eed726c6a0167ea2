package cvm

import (
	"cmp"
	"slices"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// page holds the paging parameters of every describe.
type page struct{ Offset, Limit *int64 }

func (p page) check() *refusal { return p.checkAs("InvalidParameterValue", "InvalidParameterValue") }

// checkAs is check with the codes of a call for its offset and its limit.
func (p page) checkAs(offset, limit string) *refusal {
	if valueOr(p.Offset, 0) < 0 {
		return invalidAs(offset, "Offset")
	}
	if n := valueOr(p.Limit, 20); n < 1 || n > 100 {
		return invalidAs(limit, "Limit")
	}
	return nil
}

// cutPage returns the page of a list.
func cutPage[T any](p page, list []T) []T {
	from := int(min(valueOr(p.Offset, 0), int64(len(list))))
	return list[from:min(from+int(valueOr(p.Limit, 20)), len(list))]
}

// describeRequest is the schema of DescribeInstances.
type describeRequest struct {
	page
	InstanceIds []string
	Filters     []filter
}

// statusRequest is the schema of DescribeInstancesStatus, which has no filters.
type statusRequest struct {
	page
	InstanceIds []string
}

func (c *api) describeInstances(k *core.Call, r *describeRequest) (fields, *refusal) {
	if len(r.InstanceIds) > 0 && len(r.Filters) > 0 {
		return nil, refuse("InvalidParameter", "InstanceIds and Filters exclude each other.")
	}
	if refused := instanceFilters().check(r.Filters); refused != nil {
		return nil, refused
	}
	page, total, refused := c.list(k, r.page, r.InstanceIds, r.Filters)
	if refused != nil {
		return nil, refused
	}
	set := make([]instance, 0, len(page))
	for _, m := range page {
		set = append(set, c.instance(m, k.Now))
	}
	return fields{"TotalCount": total, "InstanceSet": set}, nil
}

func (c *api) describeInstancesStatus(k *core.Call, r *statusRequest) (fields, *refusal) {
	page, total, refused := c.list(k, r.page, r.InstanceIds, nil)
	if refused != nil {
		return nil, refused
	}
	type status struct{ InstanceId, InstanceState string }
	set := make([]status, 0, len(page))
	for _, m := range page {
		set = append(set, status{m.ID, c.state(m, k.Now)})
	}
	return fields{"TotalCount": total, "InstanceStatusSet": set}, nil
}

// list returns one page of the matching instances and their total. Unknown IDs are left
// out without an error [unverified].
func (c *api) list(k *core.Call, p page, ids []string, filters []filter) ([]*core.Instance, int, *refusal) {
	if refused := cmp.Or(p.check(), checkIDs(ids)); refused != nil {
		return nil, 0, refused
	}
	found := c.named(k, ids)
	if len(ids) == 0 {
		found = c.matching(k, filters)
	}
	found = c.service.Listed(k, found)
	page, total := c.service.Claimed(k, cutPage(p, found), len(found))
	return page, total, nil
}

func (c *api) named(k *core.Call, ids []string) []*core.Instance {
	var found []*core.Instance
	for _, id := range ids {
		if m := c.find(k, id); m != nil && !slices.Contains(found, m) {
			found = append(found, m)
		}
	}
	return found
}

func (c *api) matching(k *core.Call, filters []filter) []*core.Instance {
	known := instanceFilters()
	var found []*core.Instance
	for _, m := range c.service.All() {
		if m.Region != k.Region || !m.Visible(k.Now) {
			continue
		}
		if len(filters) == 0 || known.fit(filters, c.instance(m, k.Now)) {
			found = append(found, m)
		}
	}
	return found
}
