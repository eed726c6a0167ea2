package qingcloud

import (
	"slices"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// powerTime is how long an instance takes to start, stop, restart or be reset. A real
// one takes tens of seconds; the time is not documented.
const powerTime = 500 * time.Millisecond

// startInstances is the action of that name.
func (q *api) startInstances(k *core.Call, a *args) (reply, *refusal) {
	instances := q.switchable(k, a, "started", "stopped")
	return q.change(k, a, instances, core.Starting, core.Running)
}

// stopInstances is the action of that name. Force does not change the time: there is no
// operating system that could refuse.
func (q *api) stopInstances(k *core.Call, a *args) (reply, *refusal) {
	a.flag("force")
	instances := q.switchable(k, a, "stopped", "running")
	return q.change(k, a, instances, core.Stopping, core.Stopped)
}

// restartInstances is the action of that name. The instance is shown as running all the
// time; [phase] distinguishes it from one that is started.
func (q *api) restartInstances(k *core.Call, a *args) (reply, *refusal) {
	instances := q.switchable(k, a, "restarted", "running")
	return q.change(k, a, instances, core.Starting, core.Running)
}

// resetInstances is the action of that name: the instance gets a new system disk, which
// needs the login again. It is unverified that it is running or stopped afterwards as
// it was before.
func (q *api) resetInstances(k *core.Call, a *args) (reply, *refusal) {
	instances := q.switchable(k, a, "reset", "running", "stopped")
	a.flag("need_newsid")
	windows := slices.ContainsFunc(instances, func(m *core.Instance) bool { return isWindows(m.ImageID) })
	keyPairs := readLogin(a, windows)
	if a.err != nil {
		return nil, a.err
	}
	for _, m := range instances {
		m.KeyPairs = slices.Clone(keyPairs)
		after := core.Running
		if status, _, _ := statusOf(m, k.Now); status == "stopped" {
			after = core.Stopped
		}
		m.Move(k.Now, core.At(k.Now, core.Pending), core.At(k.Now.Add(powerTime), after))
	}
	return q.lifecycleJob(k, instances, powerTime), nil
}

// switchable returns the instances of a call, which must be in one of the given
// statuses. Done is the word for the refused action. A ceased instance is known here
// and refused for its status, but TerminateInstances does not find it. It is unverified
// which answer a real account gives.
func (q *api) switchable(k *core.Call, a *args, done string, from ...string) []*core.Instance {
	instances := q.targets(k, a, q.known)
	for _, m := range instances {
		if why := mayChange(m, k.Now, from); why != "" {
			a.refuse(refusef(denied, "PermissionDenied, instance [%s] %s, can not be %s", m.ID, why, done))
		}
	}
	return instances
}

// mayChange returns why an instance is not in one of the required statuses, or "". An
// instance between two statuses is in neither (unverified).
func mayChange(m *core.Instance, now time.Time, from []string) string {
	status, transition, _ := statusOf(m, now)
	switch {
	case transition != "":
		return "is " + transition
	case !slices.Contains(from, status):
		return "is not " + strings.Join(from, " or ")
	default:
		return ""
	}
}

// change sends all instances through one phase to another, or none of them.
func (q *api) change(k *core.Call, a *args, instances []*core.Instance, via, to core.Phase) (reply, *refusal) {
	if a.err != nil {
		return nil, a.err
	}
	for _, m := range instances {
		m.Move(k.Now, core.At(k.Now, via), core.At(k.Now.Add(powerTime), to))
	}
	return q.lifecycleJob(k, instances, powerTime), nil
}
