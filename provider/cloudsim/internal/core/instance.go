package core

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// Phase is the state of an instance, in the same words for every cloud.
type Phase string

// Phases of an instance, which package cloudsim documents.
const (
	Pending     Phase = "pending"
	Running     Phase = "running"
	Starting    Phase = "starting"
	Stopping    Phase = "stopping"
	Stopped     Phase = "stopped"
	Failed      Phase = "failed"
	Recycled    Phase = "recycled"
	Terminating Phase = "terminating"
	Gone        Phase = "gone"
)

// Charge is the billing mode of an instance, in the same words for every cloud.
type Charge string

// Charges, which package cloudsim documents.
const (
	Postpaid Charge = "postpaid"
	Prepaid  Charge = "prepaid"
	Spot     Charge = "spot"
	Host     Charge = "host"
)

// Snapshot is cloudsim.Instance, which documents the fields. The two types convert into
// each other, so a field in only one of them does not compile.
type Snapshot struct {
	Cloud        Cloud
	ID           string
	Name         string
	HostName     string
	Region, Zone string
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
	Groups       []string
	KeyPairs     []string
	Tags         map[string]string
	Created      time.Time
	VisibleAt    time.Time
	Create       int
	Token        string
	Reason       string
	Lock         string

	Params map[string]string
}

// Step is one entry in the timeline of an instance. [At] makes one.
type Step struct {
	At    time.Time
	Phase Phase
}

// At returns the step into a phase at a time.
func At(at time.Time, p Phase) Step { return Step{At: at, Phase: p} }

// Instance is a stored instance. Its phase is computed from the clock; nothing runs in
// the background. Read and write it only with the lock of its service held.
type Instance struct {
	Snapshot        // its Phase is not current: use PhaseAt
	Steps    []Step // ascending; the last one not after now is the phase
	Place    int    // position in the order of creation
	jobID    string // ID of QingCloud's job for the create
	index    int    // position in its create, from 0

	PaidUntil time.Time         // end of the paid time after a renewal; zero = that of the create
	changed   map[string]string // attributes that were changed after the create, by wire name
	events    []*Event          // what was announced about it
}

// Attr returns an attribute by the wire name of its parameter: as it was changed last, or as in
// the create.
func (m *Instance) Attr(name string) string {
	if value, ok := m.changed[name]; ok {
		return value
	}
	return m.Params[name]
}

// SetAttr changes an attribute.
func (m *Instance) SetAttr(name, value string) {
	if m.changed == nil {
		m.changed = map[string]string{}
	}
	m.changed[name] = value
}

// PhaseAt returns the phase at a time.
func (m *Instance) PhaseAt(now time.Time) Phase {
	p := m.Steps[0].Phase
	for _, s := range m.Steps {
		if s.At.After(now) {
			break
		}
		p = s.Phase
	}
	for _, e := range m.events {
		p = e.phase(p, now)
	}
	return p
}

// Move replaces all later steps of the instance.
func (m *Instance) Move(now time.Time, steps ...Step) {
	i := slices.IndexFunc(m.Steps, func(s Step) bool { return s.At.After(now) })
	if i >= 0 {
		m.Steps = m.Steps[:i]
	}
	m.Steps = append(m.Steps, steps...)
}

// Lock sets why an instance is locked. It returns an error if the instance does not exist.
func (c *Service) Lock(id, word string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	m := c.instances[id]
	if m == nil || m.PhaseAt(time.Now()) == Gone {
		return fmt.Errorf("cloudsim: %s has no instance %q", c.Name, id)
	}
	m.Lock = word
	return nil
}

// Visible reports whether the cloud shows the instance and accepts calls about it.
func (m *Instance) Visible(now time.Time) bool {
	return !now.Before(m.VisibleAt) && m.PhaseAt(now) != Gone
}

// Snapshots returns the instances that exist, or every instance ever created, in
// order of creation.
func (c *Service) Snapshots(everything bool) []Snapshot {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	var out []Snapshot
	for _, m := range c.order {
		if everything || m.PhaseAt(now) != Gone {
			out = append(out, m.snapshot(now))
		}
	}
	return out
}

func (m *Instance) snapshot(now time.Time) Snapshot {
	i := m.Snapshot
	i.Phase = m.PhaseAt(now)
	if words := m.LocksAt(now); len(words) > 0 {
		i.Lock = words[0]
	}
	i.PrivateIPs = slices.Clone(i.PrivateIPs)
	i.PublicIPs = slices.Clone(i.PublicIPs)
	i.Groups = slices.Clone(i.Groups)
	i.KeyPairs = slices.Clone(i.KeyPairs)
	i.Tags = maps.Clone(i.Tags)
	i.Params = maps.Clone(i.Params)
	return i
}
