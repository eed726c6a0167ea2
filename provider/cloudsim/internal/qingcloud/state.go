package qingcloud

import (
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// Times in the life of an instance. The times are not documented, but the order of
// events is.
const (
	ipDelay    = 500 * time.Millisecond // from running to a private address
	leaseDelay = time.Second            // from running to lease info: no terminate before
	endTime    = time.Second            // an instance takes to terminate or cease
	binTime    = 2 * time.Hour          // in the recycle bin; this time is documented
)

// details are the fields of an instance that only QingCloud has.
type details struct {
	description *string // nil until it is set
	class       int
	osDisk      int    // GiB
	mqueue      bool   // multiple queues on its network interfaces
	group       string // instance group, "" without one
	nics        []netInterface
	volumes     []string
	addressless bool // all its networks are self-managed
}

// netInterface is an instance's interface in a network.
type netInterface struct {
	vxnet string
	mac   string
	ip    string    // "" if QingCloud assigns none
	from  time.Time // when it joined, zero for those of the create
}

// statusOf returns status, transition_status and the time of the last change. QingCloud
// has no status for an instance that failed to boot: it goes to the recycle bin.
func statusOf(m *core.Instance, now time.Time) (status, transition string, since time.Time) {
	for _, s := range m.Steps {
		if s.At.After(now) {
			break
		}
		status, transition = phase(s.Phase, status)
		since = s.At
	}
	isBuilt := status == "running" || status == "stopped"
	if isBuilt && transition == "" && len(m.LocksAt(now)) > 0 {
		status = suspended
	}
	return status, transition, since
}

// phase returns the status for a phase after a status, or "". An instance on its way
// from one status to another keeps the old one meanwhile. An instance that boots a
// second time is being reset; one that starts while it runs is being restarted.
func phase(p core.Phase, before string) (status, transition string) {
	switch p {
	case core.Pending:
		if before != "" {
			return before, "resetting"
		}
		return "pending", "creating"
	case core.Running:
		return "running", ""
	case core.Starting:
		if before == "running" {
			return before, "restarting"
		}
		return before, "starting"
	case core.Stopping:
		return before, "stopping"
	case core.Terminating:
		return before, "terminating"
	case core.Stopped:
		return "stopped", ""
	case core.Failed, core.Recycled:
		return "terminated", ""
	default:
		return "ceased", ""
	}
}

// up reports whether at least d has passed since the instance first ran.
func up(m *core.Instance, now time.Time, d time.Duration) bool {
	for _, s := range m.Steps {
		if s.Phase == core.Running {
			return !now.Before(s.At.Add(d))
		}
	}
	return false
}

// lookup returns an instance that the zone of the call shows, or nil.
func (q *api) lookup(k *core.Call, id string) *core.Instance {
	if m := q.service.Find(id, k.Now); m != nil && m.Zone == k.Region {
		return m
	}
	return nil
}

// known is lookup that includes ceased instances.
func (q *api) known(k *core.Call, id string) *core.Instance {
	m := q.service.Lookup(id)
	if m == nil || m.Zone != k.Region || k.Now.Before(m.VisibleAt) {
		return nil
	}
	return m
}

// targets finds the instances of instances.n with lookup or known. One unknown ID
// refuses the whole call; it is unverified that the real cloud does the same.
func (q *api) targets(k *core.Call, a *args, find func(*core.Call, string) *core.Instance) []*core.Instance {
	var found []*core.Instance
	for _, id := range a.requiredIDs("instances") {
		m := find(k, id)
		if m == nil {
			a.refuse(refusef(notFound, "ResourceNotFound, instance [%s] is not found", id))
			continue
		}
		found = append(found, m)
	}
	return found
}

func idsOf(instances []*core.Instance) []string {
	ids := make([]string, 0, len(instances))
	for _, m := range instances {
		ids = append(ids, m.ID)
	}
	return ids
}
