package core

import (
	"cmp"
	"hash/fnv"
	"slices"
	"strconv"
)

// documentedListCap is the most instances that a filter by tags finds on ECS.
const documentedListCap = 1000

// Listed returns the instances that a describe shows. Found are all matching instances,
// in order of creation; Listed may change that list.
func (c *Service) Listed(k *Call, found []*Instance) []*Instance {
	for f := range k.Faults.all(Blind) {
		found = slices.DeleteFunc(found, func(m *Instance) bool { return c.hides(f, m) })
	}
	for f := range k.Faults.all(Flap) {
		found = slices.DeleteFunc(found, func(m *Instance) bool { return c.drops(f, m) })
	}
	if f, ok := k.Faults.Get(ListCap); ok {
		found = found[:min(len(found), cmp.Or(f.Count, documentedListCap))]
	}
	return found
}

// hides reports whether a Blind fault hides an instance. All answers give the same result.
func (c *Service) hides(f Fault, m *Instance) bool {
	if f.Share > 0 {
		h := fnv.New64a()
		_, _ = h.Write([]byte(strconv.FormatUint(c.Config.Seed, 16) + " " + m.ID)) // a hash accepts every write
		return float64(mixed(h.Sum64())>>11)/(1<<53) < f.Share
	}
	return f.Count == 0 || m.index < f.Count
}

// mixed spreads the bits of a hash (the finalizer of SplitMix64). The high bits of FNV
// hardly differ for IDs that differ only at their end.
func mixed(h uint64) uint64 {
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}

// drops reports whether a Flap fault leaves an instance out of one answer.
func (c *Service) drops(f Fault, m *Instance) bool {
	if f.Share > 0 {
		return c.mischief.Float64() < f.Share
	}
	return f.Count == 0 || m.index < f.Count
}

// Denies reports whether a Blind fault stops a key from describing instances: all
// instances of the account, or one that the call names.
func (c *Service) Denies(k *Call, named []*Instance) bool {
	for f := range k.Faults.all(Blind) {
		if f.Count == 0 && f.Share == 0 {
			return true
		}
		hidden := func(m *Instance) bool { return c.hides(f, m) }
		if slices.ContainsFunc(named, hidden) {
			return true
		}
	}
	return false
}

// Claimed returns the rows of a page and the total in the answer.
func (c *Service) Claimed(k *Call, page []*Instance, total int) ([]*Instance, int) {
	f, ok := k.Faults.Get(WrongTotal)
	if !ok {
		return page, total
	}
	if f.Count > 0 {
		page = page[:min(f.Count, len(page))]
	}
	switch {
	case f.Total > 0:
		total = f.Total
	case f.Count == 0:
		total++
	}
	return page, total
}
