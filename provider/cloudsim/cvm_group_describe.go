package cloudsim

import (
	"cmp"
	"slices"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// cvmMaxGroupIDs is the documented limit of calls that take IDs of groups.
const cvmMaxGroupIDs = 10

// cvmGroupsRequest is the schema of DescribeDisasterRecoverGroups.
type cvmGroupsRequest struct {
	cvmPage
	DisasterRecoverGroupIds []string
	Name                    *string
	Filters                 []cvmFilter
}

// cvmGroupInfo is the documented data type DisasterRecoverGroup.
type cvmGroupInfo struct {
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
	Tags                   []cvmTag
}

// cvmCheckGroupIDs refuses too many IDs, and the whole call for one malformed ID.
func cvmCheckGroupIDs(ids []string) *tencentRefusal {
	const path = "DisasterRecoverGroupIds"
	switch {
	case len(ids) > cvmMaxGroupIDs:
		return tencentInvalidAs("InvalidParameterValue.LimitExceeded", path)
	case !tencentAllForm(ids, "ps-"):
		return tencentInvalidAs("InvalidParameterValue.DisasterRecoverGroupIdMalformed", path)
	default:
		return nil
	}
}

// describeGroups serves DescribeDisasterRecoverGroups. IDs that do not exist are
// left out without a word [unverified]: no code is documented for them.
func (c *cvm) describeGroups(k *core.Call, r *cvmGroupsRequest) (tencentFields, *tencentRefusal) {
	filters := cvmFilters[*cvmGroup]{tags: func(g *cvmGroup) []cvmTag { return cvmTags(g.tags) }}
	if refused := cmp.Or(r.check(), filters.check(r.Filters), cvmCheckGroupIDs(r.DisasterRecoverGroupIds)); refused != nil {
		return nil, refused
	}
	set := []cvmGroupInfo{}
	for _, g := range c.groups {
		named := len(r.DisasterRecoverGroupIds) == 0 || slices.Contains(r.DisasterRecoverGroupIds, g.id)
		if g.region == k.Region && named && strings.Contains(g.name, tencentOr(r.Name, "")) && filters.fit(r.Filters, g) {
			set = append(set, c.groupInfo(k, g))
		}
	}
	return tencentFields{"TotalCount": len(set), "DisasterRecoverGroupSet": cvmCut(r.cvmPage, set)}, nil
}

func (c *cvm) groupInfo(k *core.Call, g *cvmGroup) cvmGroupInfo {
	ids := []string{}
	for _, m := range c.members(k, g.id) {
		ids = append(ids, m.ID)
	}
	return cvmGroupInfo{
		DisasterRecoverGroupId: g.id,
		Name:                   g.name,
		Type:                   g.kind,
		CvmQuotaTotal:          cvmRoom(g.kind),
		CurrentNum:             len(ids),
		InstanceIds:            ids,
		CreateTime:             cvmTime(g.created),
		Affinity:               g.affinity,
		Strategy:               g.strategy,
		PartitionCount:         g.partitions,
		Tags:                   cvmTags(g.tags),
	}
}

// describeGroupQuota serves DescribeDisasterRecoverGroupQuota, with the number
// for switches under its deprecated name too.
func (c *cvm) describeGroupQuota(k *core.Call, _ *cvmNothing) (tencentFields, *tencentRefusal) {
	return tencentFields{
		"GroupQuota":            cvmMaxGroups,
		"CurrentNum":            c.countGroups(k),
		"CvmInHostGroupQuota":   cvmRoom("HOST"),
		"CvmInSwGroupQuota":     cvmRoom("SW"),
		"CvmInSwitchGroupQuota": cvmRoom("SW"),
		"CvmInRackGroupQuota":   cvmRoom("RACK"),
	}, nil
}
