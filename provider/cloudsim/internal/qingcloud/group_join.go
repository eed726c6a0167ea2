package qingcloud

import "github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"

// joinInstanceGroup is the action of that name: all instances join or none does. Three
// rules are unverified: an instance must run or be stopped; it can be in one group
// only; joining its own group again succeeds.
func (q *api) joinInstanceGroup(k *core.Call, a *args) (reply, *refusal) {
	return q.regroup(k, a, func(d *details, g *instanceGroup) (group, refusal string) {
		if d.group != "" && d.group != g.id {
			return "", "is in instance group [" + d.group + "] already"
		}
		return g.id, ""
	})
}

// leaveInstanceGroup is the action of that name: all instances leave or none does. It
// is unverified that an instance outside the group refuses the call.
func (q *api) leaveInstanceGroup(k *core.Call, a *args) (reply, *refusal) {
	return q.regroup(k, a, func(d *details, g *instanceGroup) (group, refusal string) {
		if d.group != g.id {
			return "", "is not in instance group [" + g.id + "]"
		}
		return "", ""
	})
}

// regroup gives every instance of a call the group that the function to returns. If to
// refuses one instance, none changes. The change takes effect at once; the job exists
// only because the answer has one.
func (q *api) regroup(
	k *core.Call, a *args, to func(*details, *instanceGroup) (group, refusal string),
) (reply, *refusal) {
	g := q.namedGroup(k, a)
	instances := q.switchable(k, a, "moved between instance groups", "running", "stopped")
	if a.err != nil {
		return nil, a.err
	}
	groups := make([]string, len(instances))
	for i, m := range instances {
		group, refusal := to(q.details[m.ID], g)
		if refusal != "" {
			return nil, refusef(denied, "PermissionDenied, instance [%s] %s", m.ID, refusal)
		}
		groups[i] = group
	}
	for i, m := range instances {
		q.details[m.ID].group = groups[i]
	}
	return q.lifecycleJob(k, instances, powerTime), nil
}
