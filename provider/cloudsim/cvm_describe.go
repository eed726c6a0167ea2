package cloudsim

import (
	"cmp"
	"slices"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// cvmPage is the paging of every describe.
type cvmPage struct{ Offset, Limit *int64 }

func (p cvmPage) check() *tencentRefusal {
	if tencentOr(p.Offset, 0) < 0 {
		return tencentInvalid("Offset")
	}
	if limit := tencentOr(p.Limit, 20); limit < 1 || limit > 100 {
		return tencentInvalid("Limit")
	}
	return nil
}

// cvmCut returns the page of a list.
func cvmCut[T any](p cvmPage, list []T) []T {
	from := int(min(tencentOr(p.Offset, 0), int64(len(list))))
	return list[from:min(from+int(tencentOr(p.Limit, 20)), len(list))]
}

// cvmDescribeRequest is the schema of DescribeInstances.
type cvmDescribeRequest struct {
	cvmPage
	InstanceIds []string
	Filters     []cvmFilter
}

// cvmStatusRequest is the schema of DescribeInstancesStatus, which has no filters.
type cvmStatusRequest struct {
	cvmPage
	InstanceIds []string
}

func (c *cvm) describeInstances(k *core.Call, r *cvmDescribeRequest) (tencentFields, *tencentRefusal) {
	if len(r.InstanceIds) > 0 && len(r.Filters) > 0 {
		return nil, tencentRefuse("InvalidParameter", "InstanceIds and Filters exclude each other.")
	}
	if refused := cvmInstanceFilters().check(r.Filters); refused != nil {
		return nil, refused
	}
	page, total, refused := c.list(k, r.cvmPage, r.InstanceIds, r.Filters)
	if refused != nil {
		return nil, refused
	}
	set := make([]cvmInstance, 0, len(page))
	for _, m := range page {
		set = append(set, c.instance(m, k.Now))
	}
	return tencentFields{"TotalCount": total, "InstanceSet": set}, nil
}

func (c *cvm) describeInstancesStatus(k *core.Call, r *cvmStatusRequest) (tencentFields, *tencentRefusal) {
	page, total, refused := c.list(k, r.cvmPage, r.InstanceIds, nil)
	if refused != nil {
		return nil, refused
	}
	type status struct{ InstanceId, InstanceState string }
	set := make([]status, 0, len(page))
	for _, m := range page {
		set = append(set, status{m.ID, c.state(m, k.Now)})
	}
	return tencentFields{"TotalCount": total, "InstanceStatusSet": set}, nil
}

// list returns one page of what matches, and how many match. IDs that do not
// exist are left out without a word [unverified].
func (c *cvm) list(k *core.Call, p cvmPage, ids []string, filters []cvmFilter) ([]*core.Instance, int, *tencentRefusal) {
	if refused := cmp.Or(p.check(), cvmCheckIDs(ids)); refused != nil {
		return nil, 0, refused
	}
	found := c.named(k, ids)
	if len(ids) == 0 {
		found = c.matching(k, filters)
	}
	found = c.cloud.Listed(k, found)
	page, total := c.cloud.Claimed(k, cvmCut(p, found), len(found))
	return page, total, nil
}

func (c *cvm) named(k *core.Call, ids []string) []*core.Instance {
	var found []*core.Instance
	for _, id := range ids {
		if m := c.machine(k, id); m != nil && !slices.Contains(found, m) {
			found = append(found, m)
		}
	}
	return found
}

func (c *cvm) matching(k *core.Call, filters []cvmFilter) []*core.Instance {
	known := cvmInstanceFilters()
	var found []*core.Instance
	for _, m := range c.cloud.All() {
		if m.Region != k.Region || !m.Visible(k.Now) {
			continue
		}
		if len(filters) == 0 || known.fit(filters, c.instance(m, k.Now)) {
			found = append(found, m)
		}
	}
	return found
}
