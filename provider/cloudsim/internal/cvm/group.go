package cvm

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// maxGroups is how many placement groups a region may have, from the example of
// DescribeDisasterRecoverGroupQuota. Quotas of real accounts differ. It is [unverified]
// that they are regional.
const maxGroups = 10

// Strategies of placement groups.
const (
	spread    = "SPREAD"
	partition = "PARTITION"
)

// room is how many instances a group may have, by its type: the numbers of the same
// example. Here no two instances share hardware. So the affinity (how many of a group
// may share hardware) has no effect. It is [unverified] whether it changes the quota.
func room(groupType string) int {
	switch groupType {
	case "HOST":
		return 50
	case "SW":
		return 20
	default: // RACK
		return 30
	}
}

// group is a disaster recover group, which other clouds call a placement group.
type group struct {
	region, id     string
	name           string
	kind, strategy string
	affinity       int64
	partitions     *int64 // of a group with the strategy PARTITION
	tags           map[string]string
	created        time.Time
}

// newGroupRequest is the schema of CreateDisasterRecoverGroup.
type newGroupRequest struct {
	Name             *string
	Type             *string
	ClientToken      *string
	Affinity         *int64
	Strategy         *string
	PartitionCount   *int64
	TagSpecification []tagSpecification
}

// createGroup serves CreateDisasterRecoverGroup. The answer to a repeated call whose
// group was deleted meanwhile is [unverified].
func (c *api) createGroup(k *core.Call, r *newGroupRequest) (fields, *refusal) {
	ids, refused := c.once(k, r.ClientToken, false, r, func() ([]string, *refusal) {
		if refused := r.check(); refused != nil {
			return nil, refused
		}
		if c.countGroups(k) >= maxGroups {
			return nil, refuse("ResourceInsufficient.InsufficientGroupQuota",
				"The number of placement groups exceeds the quota.")
		}
		g := &group{
			region: k.Region, name: *r.Name, kind: *r.Type, strategy: valueOr(r.Strategy, spread),
			affinity: valueOr(r.Affinity, 1), partitions: r.PartitionCount,
			tags: tagsFor("ps", r.TagSpecification), created: k.Now,
			id: core.UnusedID(c.service.Rand, "ps-", 8, func(id string) bool {
				return slices.ContainsFunc(c.groups, func(g *group) bool { return g.id == id })
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
		return nil, noGroup()
	}
	return fields{
		"DisasterRecoverGroupId": g.id, "Type": g.kind, "Name": g.name, "CvmQuotaTotal": room(g.kind),
		"CurrentNum": len(c.members(k, g.id)), "CreateTime": formatTime(g.created),
		"Strategy": g.strategy, "PartitionCount": g.partitions,
	}, nil
}

// check uses the codes of this action where they apply. The codes for undocumented
// values, and for a partition count with another strategy, are [unverified].
func (r *newGroupRequest) check() *refusal {
	strategy, count := valueOr(r.Strategy, spread), valueOr(r.PartitionCount, 2)
	switch {
	case r.Type == nil:
		return missing("Type")
	case strategy == partition && r.PartitionCount == nil:
		return missing("PartitionCount")
	case strategy != partition && r.PartitionCount != nil:
		return refuse("InvalidParameterCombination", "PartitionCount needs the strategy PARTITION.")
	case count < 2 || count > 30:
		return invalidAs("InvalidParameterValue.Range", "PartitionCount")
	}
	for _, refused := range []*refusal{
		checkToken(r.ClientToken),
		checkGroupName(r.Name),
		oneOf("Type", r.Type, "HOST", "SW", "RACK"),
		oneOf("Strategy", r.Strategy, spread, partition),
		checkAffinity(r.Affinity),
		checkTags("TagSpecification", r.TagSpecification),
	} {
		if refused != nil {
			return refused
		}
	}
	return nil
}

func checkGroupName(name *string) *refusal {
	switch {
	case valueOr(name, "") == "":
		return missing("Name")
	case utf8.RuneCountInString(*name) > 60:
		return invalidAs("InvalidParameterValue.TooLong", "Name")
	default:
		return nil
	}
}

func checkAffinity(affinity *int64) *refusal {
	if n := valueOr(affinity, 1); n < 1 || n > 10 {
		return invalidAs("InvalidParameterValue.Range", "Affinity")
	}
	return nil
}

// group returns a placement group of the call's region, or nil.
func (c *api) group(k *core.Call, id string) *group {
	i := slices.IndexFunc(c.groups, func(g *group) bool { return g.region == k.Region && g.id == id })
	if i < 0 {
		return nil
	}
	return c.groups[i]
}

func (c *api) countGroups(k *core.Call) int {
	n := 0
	for _, g := range c.groups {
		if g.region == k.Region {
			n++
		}
	}
	return n
}

// members returns the instances of a group. Instances that are gone or failed to launch
// are no longer members.
func (c *api) members(k *core.Call, group string) []*core.Instance {
	var out []*core.Instance
	for _, m := range c.service.All() {
		if phase := m.PhaseAt(k.Now); c.details[m.ID].group == group && phase != core.Gone && phase != core.Failed {
			out = append(out, m)
		}
	}
	return out
}

// group returns the placement group in a create, or "".
func (r *runRequest) group() string { return strings.Join(r.DisasterRecoverGroupIds, "") } // at most one

// groups returns the placement group in the form of an instance's answer.
func (m *details) groups() []string {
	if m.group == "" {
		return nil
	}
	return []string{m.group}
}

// checkGroup checks the placement group for new instances.
func (c *api) checkGroup(k *core.Call, r *runRequest) *refusal {
	if r.group() == "" {
		return nil
	}
	g := c.group(k, r.group())
	if g == nil {
		return groupNotFound()
	}
	return c.checkRoom(k, g, r.count(), r.PartitionNumber)
}

// checkRoom refuses a group that cannot take more instances or does not have the
// partition. The codes about partitions are [unverified].
func (c *api) checkRoom(k *core.Call, g *group, more int, partition *int64) *refusal {
	switch {
	case partition != nil && g.partitions == nil:
		return refuse("InvalidParameterCombination", "PartitionNumber needs a placement group with partitions.")
	case partition != nil && *partition < 1, partition != nil && *partition > *g.partitions:
		return invalidAs("InvalidParameterValue.Range", "PartitionNumber")
	case len(c.members(k, g.id))+more > room(g.kind):
		return refuse("ResourceInsufficient.DisasterRecoverGroupCvmQuota",
			"The number of instances exceeds the quota of the placement group.")
	default:
		return nil
	}
}

// partition returns the partition for a new instance of a group: the requested one, or
// any, as documented.
func (c *api) partition(k *core.Call, group string, wanted *int64) *int64 {
	g := c.group(k, group)
	if g == nil || g.partitions == nil {
		return nil
	}
	if wanted != nil {
		return wanted
	}
	return new(1 + c.service.Rand.Int64N(*g.partitions))
}

// The two codes for an unknown placement group: in calls about instances, and in calls
// about groups.
func groupNotFound() *refusal {
	return refuse("FailedOperation.DisasterRecoverGroupNotFound", "The placement group does not exist.")
}

func noGroup() *refusal {
	return refuse("ResourceNotFound.InvalidPlacementSet", "The placement group does not exist.")
}
