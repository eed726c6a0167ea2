package cloudsim

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// cvmMaxGroups is how many placement groups a region holds, by the example of
// DescribeDisasterRecoverGroupQuota. Quotas of real accounts differ; that they
// are regional is [unverified].
const cvmMaxGroups = 10

// Strategies of placement groups.
const (
	cvmSpread    = "SPREAD"
	cvmPartition = "PARTITION"
)

// cvmRoom is how many machines a group takes, by its type: the numbers of the
// same example. Every machine has hardware of its own here, so that the affinity
// (how many of a group may share some) changes nothing; whether it changes the
// quota is [unverified].
func cvmRoom(groupType string) int {
	switch groupType {
	case "HOST":
		return 50
	case "SW":
		return 20
	default: // RACK
		return 30
	}
}

// cvmGroup is a disaster recover group, which other clouds call a placement group.
type cvmGroup struct {
	region, id     string
	name           string
	kind, strategy string
	affinity       int64
	partitions     *int64 // of a group with the strategy PARTITION
	tags           map[string]string
	created        time.Time
}

// cvmNewGroupRequest is the schema of CreateDisasterRecoverGroup.
type cvmNewGroupRequest struct {
	Name             *string
	Type             *string
	ClientToken      *string
	Affinity         *int64
	Strategy         *string
	PartitionCount   *int64
	TagSpecification []cvmTagSpecification
}

// createGroup serves CreateDisasterRecoverGroup. What a repeated call gets whose
// group was deleted since is [unverified].
func (c *cvm) createGroup(k *core.Call, r *cvmNewGroupRequest) (tencentFields, *tencentRefusal) {
	ids, refused := c.once(k, r.ClientToken, false, r, func() ([]string, *tencentRefusal) {
		if refused := r.check(); refused != nil {
			return nil, refused
		}
		if c.countGroups(k) >= cvmMaxGroups {
			return nil, tencentRefuse("ResourceInsufficient.InsufficientGroupQuota", "The number of placement groups exceeds the quota.")
		}
		g := &cvmGroup{
			region: k.Region, name: *r.Name, kind: *r.Type, strategy: tencentOr(r.Strategy, cvmSpread),
			affinity: tencentOr(r.Affinity, 1), partitions: r.PartitionCount,
			tags: cvmTagsFor("ps", r.TagSpecification), created: k.Now,
			id: core.UnusedID(c.cloud.Rand, "ps-", 8, func(id string) bool {
				return slices.ContainsFunc(c.groups, func(g *cvmGroup) bool { return g.id == id })
			}),
		}
		c.groups = append(c.groups, g)
		return []string{g.id}, nil
	})
	if refused != nil {
		return nil, refused
	}
	g := c.group(k, ids[0])
	if g == nil {
		return nil, cvmNoGroup()
	}
	return tencentFields{
		"DisasterRecoverGroupId": g.id, "Type": g.kind, "Name": g.name, "CvmQuotaTotal": cvmRoom(g.kind),
		"CurrentNum": len(c.members(k, g.id)), "CreateTime": cvmTime(g.created),
		"Strategy": g.strategy, "PartitionCount": g.partitions,
	}, nil
}

// check uses the codes of this action where they fit; those for a value that is
// none of the documented ones, and for a partition count that does not go with
// the strategy, are [unverified].
func (r *cvmNewGroupRequest) check() *tencentRefusal {
	strategy, count := tencentOr(r.Strategy, cvmSpread), tencentOr(r.PartitionCount, 2)
	switch {
	case r.Type == nil:
		return tencentMissing("Type")
	case strategy == cvmPartition && r.PartitionCount == nil:
		return tencentMissing("PartitionCount")
	case strategy != cvmPartition && r.PartitionCount != nil:
		return tencentRefuse("InvalidParameterCombination", "PartitionCount needs the strategy PARTITION.")
	case count < 2 || count > 30:
		return tencentInvalidAs("InvalidParameterValue.Range", "PartitionCount")
	}
	for _, refused := range []*tencentRefusal{
		cvmCheckToken(r.ClientToken),
		cvmCheckGroupName(r.Name),
		tencentOneOf("Type", r.Type, "HOST", "SW", "RACK"),
		tencentOneOf("Strategy", r.Strategy, cvmSpread, cvmPartition),
		cvmCheckAffinity(r.Affinity),
		cvmCheckTags("TagSpecification", r.TagSpecification),
	} {
		if refused != nil {
			return refused
		}
	}
	return nil
}

func cvmCheckGroupName(name *string) *tencentRefusal {
	switch {
	case tencentOr(name, "") == "":
		return tencentMissing("Name")
	case utf8.RuneCountInString(*name) > 60:
		return tencentInvalidAs("InvalidParameterValue.TooLong", "Name")
	default:
		return nil
	}
}

func cvmCheckAffinity(affinity *int64) *tencentRefusal {
	if n := tencentOr(affinity, 1); n < 1 || n > 10 {
		return tencentInvalidAs("InvalidParameterValue.Range", "Affinity")
	}
	return nil
}

// group returns a placement group of the call's region, or nil.
func (c *cvm) group(k *core.Call, id string) *cvmGroup {
	i := slices.IndexFunc(c.groups, func(g *cvmGroup) bool { return g.region == k.Region && g.id == id })
	if i < 0 {
		return nil
	}
	return c.groups[i]
}

func (c *cvm) countGroups(k *core.Call) int {
	n := 0
	for _, g := range c.groups {
		if g.region == k.Region {
			n++
		}
	}
	return n
}

// members returns the machines of a group. Those that are gone have left it, and
// so have those that did not come up.
func (c *cvm) members(k *core.Call, group string) []*core.Instance {
	var out []*core.Instance
	for _, m := range c.cloud.All() {
		if phase := m.PhaseAt(k.Now); c.details[m.ID].group == group && phase != core.Gone && phase != core.Failed {
			out = append(out, m)
		}
	}
	return out
}

// group is the placement group that a create asks for, "" for none.
func (r *cvmRunRequest) group() string { return strings.Join(r.DisasterRecoverGroupIds, "") } // at most one

// groups is the placement group as an instance shows it.
func (m *cvmMachine) groups() []string {
	if m.group == "" {
		return nil
	}
	return []string{m.group}
}

// checkGroup checks the placement group that machines are to be made in.
func (c *cvm) checkGroup(k *core.Call, r *cvmRunRequest) *tencentRefusal {
	if r.group() == "" {
		return nil
	}
	g := c.group(k, r.group())
	if g == nil {
		return cvmGroupNotFound()
	}
	return c.checkRoom(k, g, r.count(), r.PartitionNumber)
}

// checkRoom tells whether a group takes more machines, and whether it has the
// partition. The codes about partitions are [unverified].
func (c *cvm) checkRoom(k *core.Call, g *cvmGroup, more int, partition *int64) *tencentRefusal {
	switch {
	case partition != nil && g.partitions == nil:
		return tencentRefuse("InvalidParameterCombination", "PartitionNumber needs a placement group with partitions.")
	case partition != nil && (*partition < 1 || *partition > *g.partitions):
		return tencentInvalidAs("InvalidParameterValue.Range", "PartitionNumber")
	case len(c.members(k, g.id))+more > cvmRoom(g.kind):
		return tencentRefuse("ResourceInsufficient.DisasterRecoverGroupCvmQuota", "The number of instances exceeds the quota of the placement group.")
	default:
		return nil
	}
}

// partition returns the partition for one more machine of a group: the wanted
// one or, as documented, any.
func (c *cvm) partition(k *core.Call, group string, wanted *int64) *int64 {
	g := c.group(k, group)
	if g == nil || g.partitions == nil {
		return nil
	}
	if wanted != nil {
		return wanted
	}
	return new(1 + c.cloud.Rand.Int64N(*g.partitions))
}

// The two codes for a placement group that does not exist: of calls about
// machines, and of calls about groups.
func cvmGroupNotFound() *tencentRefusal {
	return tencentRefuse("FailedOperation.DisasterRecoverGroupNotFound", "The placement group does not exist.")
}

func cvmNoGroup() *tencentRefusal {
	return tencentRefuse("ResourceNotFound.InvalidPlacementSet", "The placement group does not exist.")
}
