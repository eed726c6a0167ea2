package core

import (
	"cmp"
	"math/rand/v2"
)

// CreateSpec is the content of a vendor's create.
type CreateSpec struct {
	Count int
	ID    func(*rand.Rand) string
	Fill  func(i int, m *Instance) // set the vendor's fields of instance i
	JobID string

	Ordinal int // number of the create that the instances belong to; 0 = this call
}

// Create makes instances and returns them in order. The call's faults decide how many
// instances it makes, which of them fail, and when they become visible.
func (c *Service) Create(k *Call, s CreateSpec) []*Instance {
	n := k.Faults.cutCount(s.Count)
	if s.Ordinal == 0 {
		c.creates++
		s.Ordinal = c.creates
	}
	failing, failed := k.Faults.Get(LaunchFailure)
	out := make([]*Instance, 0, n)
	for i := range n {
		m := &Instance{jobID: s.JobID, Place: len(c.order), index: i}
		m.Cloud, m.ID, m.Created, m.Create = c.Name, c.freshID(s.ID), k.Now, s.Ordinal
		m.Charge, m.CPUs, m.MemoryMiB = Postpaid, 2, 4096
		s.Fill(i, m)
		up := k.Now.Add(c.Config.Boot(c.Rand))
		m.Steps = []Step{{k.Now, Pending}, {up, Running}}
		counted := failing.Count == 0 || i < failing.Count
		if failed && counted {
			m.Steps[1].Phase = Failed
			m.Reason = cmp.Or(failing.Message, "the host ran out of resources while the instance was booting")
		}
		m.VisibleAt = k.Now.Add(c.hiddenFor(k, i))
		c.instances[m.ID] = m
		c.order = append(c.order, m)
		out = append(out, m)
	}
	k.made += len(out)
	return out
}

func (c *Service) freshID(draw func(*rand.Rand) string) string {
	for {
		if id := draw(c.Rand); c.instances[id] == nil {
			return id
		}
	}
}
