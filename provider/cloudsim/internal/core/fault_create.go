package core

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"time"
)

// cutCount is how many of n instances a create makes.
func (fs Faults) cutCount(n int) int {
	if f, ok := fs.Get(Partial); ok {
		n = min(n, f.Count)
	}
	if f, ok := fs.Get(StockRanOut); ok {
		n = min(n, max(f.Count, 1))
	}
	if f, ok := fs.Get(DeadToken); ok {
		n = min(n, f.Count)
	}
	return n
}

// hiddenFor returns how long the i-th instance of a create stays invisible. The first
// fault that is about it decides.
func (c *Service) hiddenFor(k *Call, i int) time.Duration {
	for f := range k.Faults.all(LateVisibility) {
		if f.Count > 0 && i >= f.Count {
			continue
		}
		if f.Spread > 0 {
			return f.Delay + time.Duration(c.mischief.Int64N(int64(f.Spread)))
		}
		return f.Delay
	}
	return 0
}

// Answered returns the IDs that a create answers with, given those of the
// instances it made. The id function draws an ID of the vendor's form.
func (c *Service) Answered(k *Call, ids []string, id func(*rand.Rand) string) []string {
	k.named = ids
	made := ids
	if f, ok := k.Faults.Get(ShortList); ok {
		k.named = k.named[:min(f.Count, len(k.named))]
	}
	if f, ok := k.Faults.Get(ForeignList); ok {
		n := min(cmp.Or(f.Count, 1), len(k.named))
		k.named = append(slices.Clone(k.named[:len(k.named)-n]), c.others(f, made, n, id)...)
	}
	if f, ok := k.Faults.Get(LongList); ok {
		k.named = append(slices.Clone(k.named), c.others(f, made, cmp.Or(f.Count, 1), id)...)
	}
	return k.named
}

// strangerLook is how many instances a call looks at to find one that its create did
// not make. It bounds the cost of a call.
const strangerLook = 1000

// others returns n IDs that a create did not make. They are those of other instances
// in the same region, from a drawn one on. Made-up IDs follow when these run out, or
// come alone when the fault wants them.
func (c *Service) others(f Fault, made []string, n int, id func(*rand.Rand) string) []string {
	var out []string
	if look := min(strangerLook, len(c.order)); look > 0 && !f.Invented {
		start, now := c.mischief.IntN(len(c.order)), time.Now()
		for i := 0; i < look && len(out) < n; i++ {
			if m := c.order[(start+i)%len(c.order)]; c.stranger(m, made, now) {
				out = append(out, m.ID)
			}
		}
	}
	for len(out) < n {
		if invented := id(c.mischief); c.instances[invented] == nil {
			out = append(out, invented)
		}
	}
	return out
}

// stranger reports whether a create did not make an instance, and the instance exists
// in its region.
func (c *Service) stranger(m *Instance, made []string, now time.Time) bool {
	if len(made) > 0 && c.instances[made[0]].Region != m.Region {
		return false
	}
	return m.PhaseAt(now) != Gone && !slices.Contains(made, m.ID)
}
