package core

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"time"
)

// cutCount returns how many of n instances a create makes.
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
// matching fault decides.
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

// Answered returns the IDs in the answer of a create, given the IDs of its instances.
// The id function draws an ID of the vendor's form.
func (c *Service) Answered(k *Call, ids []string, id func(*rand.Rand) string) []string {
	k.named = ids
	made := ids
	if f, ok := k.Faults.Get(ShortList); ok {
		k.named = k.named[:min(f.Count, len(k.named))]
	}
	if f, ok := k.Faults.Get(ForeignList); ok {
		n := min(cmp.Or(f.Count, 1), len(k.named))
		k.named = append(slices.Clone(k.named[:len(k.named)-n]), c.otherIDs(f, made, n, id)...)
	}
	if f, ok := k.Faults.Get(LongList); ok {
		k.named = append(slices.Clone(k.named), c.otherIDs(f, made, cmp.Or(f.Count, 1), id)...)
	}
	return k.named
}

// foreignSearch is how many instances a call examines to find one of another create. It
// bounds the cost of a call.
const foreignSearch = 1000

// otherIDs returns n IDs of other creates: instances in the same region, beginning at a
// random one. If these run out, or if the fault wants it, the IDs are made up.
func (c *Service) otherIDs(f Fault, made []string, n int, id func(*rand.Rand) string) []string {
	var out []string
	if look := min(foreignSearch, len(c.order)); look > 0 && !f.Invented {
		start, now := c.mischief.IntN(len(c.order)), time.Now()
		for i := 0; i < look && len(out) < n; i++ {
			if m := c.order[(start+i)%len(c.order)]; c.isForeign(m, made, now) {
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

// isForeign reports whether an instance was made by another create and exists in the
// call's region.
func (c *Service) isForeign(m *Instance, made []string, now time.Time) bool {
	if len(made) > 0 && c.instances[made[0]].Region != m.Region {
		return false
	}
	return m.PhaseAt(now) != Gone && !slices.Contains(made, m.ID)
}
