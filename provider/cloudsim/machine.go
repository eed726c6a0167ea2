package cloudsim

import (
	"maps"
	"slices"
	"time"
)

// Phase is where a machine is in its life, the same words for every cloud.
type Phase string

// Phases of a machine.
const (
	Pending     Phase = "pending"     // accepted, booting
	Running     Phase = "running"     // up
	Starting    Phase = "starting"    // from stopped to running
	Stopping    Phase = "stopping"    // from running to stopped
	Stopped     Phase = "stopped"     // powered off, still billed in part
	Failed      Phase = "failed"      // died while booting; some clouds still list it
	Recycled    Phase = "recycled"    // in the cloud's recycle bin
	Terminating Phase = "terminating" // being released
	Gone        Phase = "gone"        // released; no longer exists
)

// Charge is how a machine is paid for, the same words for every cloud.
type Charge string

// Charges.
const (
	Postpaid Charge = "postpaid"
	Prepaid  Charge = "prepaid"
	Spot     Charge = "spot"
	Host     Charge = "host" // on a dedicated host that is itself paid for
)

// Instance is a snapshot of one simulated machine.
type Instance struct {
	Cloud        Cloud
	ID           string
	Name         string
	HostName     string
	Region, Zone string // as the create asked; the cloud's own spelling
	InstanceType string
	ImageID      string
	CPUs         int
	MemoryMiB    int
	Phase        Phase
	Charge       Charge
	VPCID        string
	SubnetID     string
	PrivateIPs   []string
	PublicIPs    []string
	Groups       []string // security groups
	KeyPairs     []string
	Tags         map[string]string
	Created      time.Time
	VisibleAt    time.Time // when the cloud begins to show it, and to take calls about it; Created, unless a fault hides it
	Create       int       // ordinal of the create call that made it, from 1 on each cloud
	Token        string    // client token of that call, if any
	Reason       string    // why it failed, if it did

	// Params are the parameters of the create call as the cloud understood
	// them, flat and under their wire names. Secrets are among them.
	Params map[string]string
}

// step is one entry in the timeline of a machine.
type step struct {
	at    time.Time
	phase Phase
}

// machine is the stored form of an Instance. Its phase is a function of the
// clock: nothing runs in the background to make it age.
type machine struct {
	Instance
	steps []step // ascending; the last one not after now is the phase
	jobID string // QingCloud's job of the create
	place int    // in the order of creation
	index int    // among the machines of its create, from 0
}

func (m *machine) phase(now time.Time) Phase {
	p := m.steps[0].phase
	for _, s := range m.steps {
		if s.at.After(now) {
			break
		}
		p = s.phase
	}
	return p
}

// move replaces everything the machine was going to do after now.
func (m *machine) move(now time.Time, steps ...step) {
	i := slices.IndexFunc(m.steps, func(s step) bool { return s.at.After(now) })
	if i >= 0 {
		m.steps = m.steps[:i]
	}
	m.steps = append(m.steps, steps...)
}

func (m *machine) visible(now time.Time) bool {
	return !now.Before(m.VisibleAt) && m.phase(now) != Gone
}

// snapshots returns every machine ever created, in order of creation.
func (c *cloud) snapshots() []Instance {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	out := make([]Instance, len(c.order))
	for i, m := range c.order {
		out[i] = m.snapshot(now)
	}
	return out
}

func (m *machine) snapshot(now time.Time) Instance {
	i := m.Instance
	i.Phase = m.phase(now)
	i.PrivateIPs = slices.Clone(i.PrivateIPs)
	i.PublicIPs = slices.Clone(i.PublicIPs)
	i.Groups = slices.Clone(i.Groups)
	i.KeyPairs = slices.Clone(i.KeyPairs)
	i.Tags = maps.Clone(i.Tags)
	i.Params = maps.Clone(i.Params)
	return i
}

// then is the step into a phase at a moment.
func then(at time.Time, p Phase) step { return step{at: at, phase: p} }
