package qingcloud

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// resizeInstances is the action of that name: stopped instances get another size, all of them or none. The word
// of their transition meanwhile is not documented; here it is that of a reset.
func (q *api) resizeInstances(k *core.Call, a *args) (reply, *refusal) {
	instances := q.switchable(k, a, "resized", "stopped")
	o := order{size: readSize(a)}
	if q.service.Strict() && a.err == nil {
		q.checkType(a, &o)
	}
	if a.err != nil {
		return nil, a.err
	}
	for _, m := range instances {
		m.InstanceType, m.CPUs, m.MemoryMiB = o.size.name, o.size.cpus, o.size.memoryMiB
	}
	return q.change(k, a, instances, core.Pending, core.Stopped)
}

// applySecurityGroup is the action of that name: it replaces the security group of instances. Without any it applies
// changed rules, of which there are none here.
func (q *api) applySecurityGroup(k *core.Call, a *args) (reply, *refusal) {
	a.required("security_group")
	group := a.id("security_group")
	if a.err == nil && q.service.Strict() && !q.hasGroup(k, group) {
		a.refuse(refusef(notFound, "ResourceNotFound, security group [%s] is not found", group))
	}
	var instances []*core.Instance
	if len(a.ids("instances")) > 0 {
		instances = q.switchable(k, a, "given a security group", "running", "stopped")
	}
	if a.err != nil {
		return nil, a.err
	}
	for _, m := range instances {
		m.Groups = []string{group}
	}
	return q.lifecycleJob(k, instances, powerTime), nil
}

// suspended is the lock of instances in arrears. The cloud shows no word for it but their status.
const suspended = "suspended"

// Announced implements [core.Announcer]. The API tells of nothing else.
func (q *api) Announced(v *core.Event) error {
	switch v.Kind {
	case core.Overdue:
		v.Lock = suspended
	case core.LateFailure:
		if v.Lead > 0 {
			return errors.New("a create fails at once here: Lead must be 0")
		}
		q.failLate(v.Instance, v.NotBefore, cmp.Or(v.Type, "5000"))
		v.Type, v.Then = "", "" // the steps of the instance say it
	default:
		return errors.New("QingCloud shows nothing of " + string(v.Kind) + " in its API")
	}
	v.ID = core.UnusedID(q.service.Rand, "notice-", 8, q.service.HasEvent)
	return nil
}

// failLate lets the create of an instance fail: its job has failed, and the instance is in the recycle bin.
func (q *api) failLate(m *core.Instance, now time.Time, code string) {
	m.Move(now, core.At(now, core.Failed), core.At(now.Add(binTime), core.Gone))
	for _, j := range q.jobOrder {
		if j.action == "RunInstances" && slices.Contains(j.ids, m.ID) {
			j.failed, j.code, j.done = true, code, now
		}
	}
}
