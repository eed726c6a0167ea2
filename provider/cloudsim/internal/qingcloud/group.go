package qingcloud

import (
	"cmp"
	"slices"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// maxGroups protects the simulator. There is no documented limit.
const maxGroups = 1000

// instanceGroup is an instance group: its instances are to be apart (repel) or together
// (attract). The documents give no limit on its members, so none is simulated.
type instanceGroup struct {
	id, zone          string
	name, description string
	relation          string
	created           time.Time
}

// group returns an instance group of the call's zone, or nil.
func (q *api) group(k *core.Call, id string) *instanceGroup {
	i := slices.IndexFunc(q.groups, func(g *instanceGroup) bool { return g.zone == k.Region && g.id == id })
	if i < 0 {
		return nil
	}
	return q.groups[i]
}

// knownGroup is group for an ID that must exist if it is given.
func (q *api) knownGroup(k *core.Call, a *args, id string) *instanceGroup {
	g := q.group(k, id)
	if g == nil && id != "" {
		a.refuse(refusef(notFound, "ResourceNotFound, instance group [%s] is not found", id))
	}
	return g
}

// namedGroup reads the required parameter instance_group.
func (q *api) namedGroup(k *core.Call, a *args) *instanceGroup {
	a.required("instance_group")
	return q.knownGroup(k, a, a.id("instance_group"))
}

// members returns the instances of a group. A ceased instance has left it. An instance
// in the recycle bin can be restored and is still a member (unverified).
func (q *api) members(group string, now time.Time) []*core.Instance {
	var out []*core.Instance
	for _, m := range q.service.All() {
		if q.details[m.ID].group == group && m.PhaseAt(now) != core.Gone {
			out = append(out, m)
		}
	}
	return out
}

// readRelation reads a relation. The documents show both values in samples without a
// list; the official clients have both.
func readRelation(a *args) string { return a.oneOf("relation", "repel", "attract") }

// createInstanceGroups is the action of that name. Its page has only the relation as a
// parameter; the others are in the vendor's clients. It has no job.
func (q *api) createInstanceGroups(k *core.Call, a *args) (reply, *refusal) {
	a.required("relation")
	g := instanceGroup{
		zone: k.Region, name: a.text("instance_group_name"), description: a.text("description"),
		relation: readRelation(a), created: k.Now,
	}
	count := a.between("count", 1, 1, maxGroups)
	if a.err != nil {
		return nil, a.err
	}
	ids := make([]string, count)
	for i := range ids {
		made := g
		made.id = q.freshGroupID()
		ids[i] = made.id
		q.groups = append(q.groups, &made)
	}
	return reply{"instance_groups": ids}, nil
}

// freshGroupID draws the ID of a group.
func (q *api) freshGroupID() string {
	return core.UnusedID(q.service.Rand, "ig-", 8, func(id string) bool {
		return slices.ContainsFunc(q.groups, func(g *instanceGroup) bool { return g.id == id })
	})
}

// modifyInstanceGroupAttributes is the action of that name. It has no page: the
// parameters are those of the vendor's client. All of its behavior is unverified, also
// that a relation can change while the group has members.
func (q *api) modifyInstanceGroupAttributes(k *core.Call, a *args) (reply, *refusal) {
	g := q.namedGroup(k, a)
	relation := readRelation(a)
	if a.err != nil {
		return nil, a.err
	}
	g.relation = cmp.Or(relation, g.relation)
	if name, ok := a.params["instance_group_name"]; ok {
		g.name = name
	}
	if text, ok := a.params["description"]; ok {
		g.description = text
	}
	return reply{}, nil
}

// deleteInstanceGroups is the action of that name: it deletes all of the groups or
// none. It refuses a group with instances. Both rules and the code are unverified.
func (q *api) deleteInstanceGroups(k *core.Call, a *args) (reply, *refusal) {
	ids := a.requiredIDs("instance_groups")
	for _, id := range ids {
		if g := q.knownGroup(k, a, id); g != nil && len(q.members(id, k.Now)) > 0 {
			a.refuse(refusef(inUse, "DependencyExists, instance group [%s] has instances, can not be deleted", id))
		}
	}
	if a.err != nil {
		return nil, a.err
	}
	q.groups = slices.DeleteFunc(q.groups, func(g *instanceGroup) bool { return slices.Contains(ids, g.id) })
	return reply{"instance_groups": ids}, nil
}
