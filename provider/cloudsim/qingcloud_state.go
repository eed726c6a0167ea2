package cloudsim

import "time"

// Times in the life of a machine. None of them is documented; the order of
// events is.
const (
	qingIPDelay    = 500 * time.Millisecond // from running to a private address
	qingLeaseDelay = time.Second            // from running to lease info: no terminate before
	qingEndTime    = time.Second            // a machine takes to terminate or cease
	qingBinTime    = 2 * time.Hour          // in the recycle bin; this one is documented
)

// qingDetails is what only QingCloud knows about a machine.
type qingDetails struct {
	description *string // nil until somebody sets it
	class       int
	osDisk      int    // GiB
	mqueue      bool   // queues of its network interfaces
	group       string // instance group, "" without one
	nics        []qingNIC
	volumes     []string
	addressless bool // all its networks are self-managed
}

// qingNIC is a machine's place in a network.
type qingNIC struct {
	vxnet string
	mac   string
	ip    string // "" where QingCloud assigns none
}

// qingStatus returns status, transition_status and the time of the last change.
// QingCloud has no status for a machine that died while booting: it simply ends
// up in the recycle bin.
func qingStatus(m *machine, now time.Time) (status, transition string, since time.Time) {
	for _, s := range m.steps {
		if s.at.After(now) {
			break
		}
		status, transition = qingPhase(s.phase, status)
		since = s.at
	}
	return status, transition, since
}

// qingPhase translates a phase that follows a status, "" for none. A machine on
// its way from one status to another keeps the old one meanwhile. One that boots
// for the second time is being reset; one that starts while it runs, restarted.
func qingPhase(p Phase, before string) (status, transition string) {
	switch p {
	case Pending:
		if before != "" {
			return before, "resetting"
		}
		return "pending", "creating"
	case Running:
		return "running", ""
	case Starting:
		if before == "running" {
			return before, "restarting"
		}
		return before, "starting"
	case Stopping:
		return before, "stopping"
	case Terminating:
		return before, "terminating"
	case Stopped:
		return "stopped", ""
	case Failed, Recycled:
		return "terminated", ""
	default:
		return "ceased", ""
	}
}

// qingUp tells whether at least d has passed since the machine first ran.
func qingUp(m *machine, now time.Time, d time.Duration) bool {
	for _, s := range m.steps {
		if s.phase == Running {
			return !now.Before(s.at.Add(d))
		}
	}
	return false
}

// lookup returns a machine that the zone of the call shows, or nil.
func (q *qingCloud) lookup(k *call, id string) *machine {
	if m := q.find(id, k.now); m != nil && m.Zone == k.region {
		return m
	}
	return nil
}

// known is lookup with the machines included that ceased.
func (q *qingCloud) known(k *call, id string) *machine {
	m := q.cloud.lookup(id)
	if m == nil || m.Zone != k.region || k.now.Before(m.VisibleAt) {
		return nil
	}
	return m
}

// targets resolves instances.n with lookup or known. One unknown ID refuses the
// whole call; that the real cloud is as strict is unverified.
func (q *qingCloud) targets(k *call, a *qingArgs, find func(*call, string) *machine) []*machine {
	var found []*machine
	for _, id := range a.requiredIDs("instances") {
		m := find(k, id)
		if m == nil {
			a.refuse(qingErrorf(qingNotFound, "ResourceNotFound, instance [%s] is not found", id))
			continue
		}
		found = append(found, m)
	}
	return found
}

func qingIDs(machines []*machine) []string {
	ids := make([]string, 0, len(machines))
	for _, m := range machines {
		ids = append(ids, m.ID)
	}
	return ids
}
