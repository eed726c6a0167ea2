package cloudsim

import "github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"

// joinInstanceGroup is the action of that name: all machines join or none does.
// Unverified: that a machine must run or be stopped, that it can be in one group
// only, and that joining the group it is in already succeeds.
func (q *qingCloud) joinInstanceGroup(k *core.Call, a *qingArgs) (qingReply, *qingError) {
	return q.regroup(k, a, func(d *qingDetails, g *qingGroup) (group, refusal string) {
		if d.group != "" && d.group != g.id {
			return "", "is in instance group [" + d.group + "] already"
		}
		return g.id, ""
	})
}

// leaveInstanceGroup is the action of that name: all machines leave or none
// does. That one which is not a member refuses the call is unverified.
func (q *qingCloud) leaveInstanceGroup(k *core.Call, a *qingArgs) (qingReply, *qingError) {
	return q.regroup(k, a, func(d *qingDetails, g *qingGroup) (group, refusal string) {
		if d.group != g.id {
			return "", "is not in instance group [" + g.id + "]"
		}
		return "", ""
	})
}

// regroup gives every machine of a call the group that to says, or none of them
// if it refuses one. Nobody sees a machine on its way: the membership is changed
// at once, and the job is there because the answer has one.
func (q *qingCloud) regroup(
	k *core.Call, a *qingArgs, to func(*qingDetails, *qingGroup) (group, refusal string),
) (qingReply, *qingError) {
	g := q.namedGroup(k, a)
	machines := q.switchable(k, a, "moved between instance groups", "running", "stopped")
	if a.err != nil {
		return nil, a.err
	}
	groups := make([]string, len(machines))
	for i, m := range machines {
		group, refusal := to(q.details[m.ID], g)
		if refusal != "" {
			return nil, qingErrorf(qingDenied, "PermissionDenied, instance [%s] %s", m.ID, refusal)
		}
		groups[i] = group
	}
	for i, m := range machines {
		q.details[m.ID].group = groups[i]
	}
	return q.lifecycleJob(k, machines, qingPowerTime), nil
}
