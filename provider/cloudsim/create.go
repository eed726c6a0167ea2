package cloudsim

import (
	"cmp"
	"math/rand/v2"
)

// createSpec is what a vendor's create asks of the shared store.
type createSpec struct {
	count int
	id    func(*rand.Rand) string
	fill  func(i int, m *machine) // set the vendor's fields of machine i
	jobID string

	ordinal int // of the create that the machines belong to; 0 = this call is one
}

// create makes machines, honouring the faults about how many come up and when.
// The returned machines are in order.
func (c *cloud) create(k *call, s createSpec) []*machine {
	n := k.faults.cutCount(s.count)
	if s.ordinal == 0 {
		c.creates++
		s.ordinal = c.creates
	}
	failing, failed := k.faults.get(LaunchFailure)
	out := make([]*machine, 0, n)
	for i := range n {
		m := &machine{jobID: s.jobID, place: len(c.order), index: i}
		m.Cloud, m.ID, m.Created, m.Create = c.name, c.freshID(s.id), k.now, s.ordinal
		m.Charge, m.CPUs, m.MemoryMiB = Postpaid, 2, 4096
		s.fill(i, m)
		up := k.now.Add(c.config.Boot(c.rand))
		m.steps = []step{{k.now, Pending}, {up, Running}}
		if failed && (failing.Count == 0 || i < failing.Count) {
			m.steps[1].phase = Failed
			m.Reason = cmp.Or(failing.Message, "the host ran out of resources while the machine was booting")
		}
		m.VisibleAt = k.now.Add(c.hiddenFor(k, i))
		c.machines[m.ID] = m
		c.order = append(c.order, m)
		out = append(out, m)
	}
	k.made += len(out)
	return out
}

func (c *cloud) freshID(draw func(*rand.Rand) string) string {
	for {
		if id := draw(c.rand); c.machines[id] == nil {
			return id
		}
	}
}
