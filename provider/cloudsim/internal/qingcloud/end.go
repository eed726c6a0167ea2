package qingcloud

import (
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// terminateInstances is the action of that name: for all of the instances or none.
func (q *api) terminateInstances(k *core.Call, a *args) (reply, *refusal) {
	instances := q.targets(k, a, q.lookup)
	direct := a.flag("direct_cease")
	for _, m := range instances {
		if why := mayTerminate(m, k.Now); why != "" {
			a.refuse(refusef(denied, "PermissionDenied, instance [%s] %s, can not be terminated", m.ID, why))
		}
	}
	if a.err != nil {
		return nil, a.err
	}
	ended := k.Now.Add(endTime)
	for _, m := range instances {
		if direct {
			m.Move(k.Now, core.At(k.Now, core.Terminating), core.At(ended, core.Gone))
			continue
		}
		m.Move(k.Now, core.At(k.Now, core.Terminating), core.At(ended, core.Recycled),
			core.At(ended.Add(binTime), core.Gone))
	}
	return q.lifecycleJob(k, instances, endTime), nil
}

// mayTerminate returns why an instance cannot be terminated now, or "". An instance in
// the recycle bin needs CeaseInstances. It is unverified that direct_cease does not
// work on it either.
func mayTerminate(m *core.Instance, now time.Time) string {
	status, transition, _ := statusOf(m, now)
	switch {
	case transition != "":
		return "is " + transition
	case status == "terminated":
		return "is terminated already"
	case !up(m, now, leaseDelay):
		return "has no lease info yet"
	default:
		return ""
	}
}

// ceaseInstances is the action of that name: it empties the recycle bin.
func (q *api) ceaseInstances(k *core.Call, a *args) (reply, *refusal) {
	instances := q.targets(k, a, q.lookup)
	for _, m := range instances {
		if status, transition, _ := statusOf(m, k.Now); status != "terminated" || transition != "" {
			a.refuse(refusef(denied, "PermissionDenied, instance [%s] is not terminated, can not be ceased", m.ID))
		}
	}
	if a.err != nil {
		return nil, a.err
	}
	for _, m := range instances {
		m.Move(k.Now, core.At(k.Now, core.Terminating), core.At(k.Now.Add(endTime), core.Gone))
	}
	return q.lifecycleJob(k, instances, endTime), nil
}

// recycleFailed sends instances that fail to boot to the recycle bin, a while after they have
// failed. It returns the time when the last instance has started or failed.
func recycleFailed(instances []*core.Instance, now time.Time, after time.Duration) (done time.Time, failed bool) {
	done = now
	for _, m := range instances {
		last := &m.Steps[len(m.Steps)-1]
		if last.At.After(done) {
			done = last.At
		}
		if last.Phase == core.Failed {
			failed = true
			last.At = last.At.Add(after)
			m.Steps = append(m.Steps, core.At(last.At.Add(binTime), core.Gone))
		}
	}
	return done, failed
}
