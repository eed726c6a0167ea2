package cvm

import (
	"cmp"
	"slices"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// maxGroupIDs is the documented limit of calls that take IDs of groups.
const maxGroupIDs = 10

// groupsRequest is the schema of DescribeDisasterRecoverGroups.
type groupsRequest struct {
	page
	DisasterRecoverGroupIds []string
	Name                    *string
	Filters                 []filter
}

// groupInfo is the documented data type DisasterRecoverGroup.
type groupInfo struct {
	DisasterRecoverGroupId string
	Name                   string
	Type                   string
	CvmQuotaTotal          int
	CurrentNum             int
	InstanceIds            []string
	CreateTime             string
	Affinity               int64
	Strategy               string
	PartitionCount         *int64
	Tags                   []tag
}

// checkGroupIDs refuses too many IDs, and the whole call for one malformed ID.
func checkGroupIDs(ids []string) *refusal {
	const path = "DisasterRecoverGroupIds"
	switch {
	case len(ids) > maxGroupIDs:
		return invalidAs("InvalidParameterValue.LimitExceeded", path)
	case !allForm(ids, "ps-"):
		return invalidAs("InvalidParameterValue.DisasterRecoverGroupIdMalformed", path)
	default:
		return nil
	}
}

// describeGroups serves DescribeDisasterRecoverGroups. Unknown IDs are left out without
// an error [unverified]: no code is documented for them.
func (c *api) describeGroups(k *core.Call, r *groupsRequest) (fields, *refusal) {
	filters := filterSet[*group]{tags: func(g *group) []tag { return tagsOf(g.tags) }}
	if refused := cmp.Or(r.check(), filters.check(r.Filters),
		checkGroupIDs(r.DisasterRecoverGroupIds)); refused != nil {
		return nil, refused
	}
	set := []groupInfo{}
	for _, g := range c.groups {
		named := len(r.DisasterRecoverGroupIds) == 0 || slices.Contains(r.DisasterRecoverGroupIds, g.id)
		if g.region == k.Region && named && strings.Contains(g.name, valueOr(r.Name, "")) && filters.fit(r.Filters, g) {
			set = append(set, c.groupInfo(k, g))
		}
	}
	return fields{"TotalCount": len(set), "DisasterRecoverGroupSet": cutPage(r.page, set)}, nil
}

func (c *api) groupInfo(k *core.Call, g *group) groupInfo {
	ids := []string{}
	for _, m := range c.members(k, g.id) {
		ids = append(ids, m.ID)
	}
	return groupInfo{
		DisasterRecoverGroupId: g.id,
		Name:                   g.name,
		Type:                   g.kind,
		CvmQuotaTotal:          room(g.kind),
		CurrentNum:             len(ids),
		InstanceIds:            ids,
		CreateTime:             formatTime(g.created),
		Affinity:               g.affinity,
		Strategy:               g.strategy,
		PartitionCount:         g.partitions,
		Tags:                   tagsOf(g.tags),
	}
}

// describeGroupQuota serves DescribeDisasterRecoverGroupQuota. It shows the number for
// switches also under its deprecated name.
func (c *api) describeGroupQuota(k *core.Call, _ *nothing) (fields, *refusal) {
	return fields{
		"GroupQuota":            maxGroups,
		"CurrentNum":            c.countGroups(k),
		"CvmInHostGroupQuota":   room("HOST"),
		"CvmInSwGroupQuota":     room("SW"),
		"CvmInSwitchGroupQuota": room("SW"),
		"CvmInRackGroupQuota":   room("RACK"),
	}, nil
}
