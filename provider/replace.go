package provider

import "slices"

// What package creating needs of alternatives. Candidate 0 is the spec itself.

// changed returns the spec of a candidate.
func (op *Operation) changed(candidate int) *RunInstancesSpec {
	s := *op.spec()
	op.candidate(candidate).apply(&s)
	return &s
}

// Lacking implements [creating.Cloud].
func (c creates) Lacking(candidate int) error {
	return c.op.c.stock.Lacking(stockNeed(c.op.changed(candidate)))
}

// Remember implements [creating.Cloud].
func (c creates) Remember(candidate int, why error) {
	c.op.c.rememberNoStock(c.op.changed(candidate), why)
}

// Tried implements [creating.Cloud].
func (c creates) Tried(candidate int, why error, skipped bool) {
	op, s := c.op, c.op.changed(candidate)
	t := TriedAlternative{Err: why, Skipped: skipped, Alternative: Alternative{
		InstanceType: s.InstanceType, Zone: s.Zone, SubnetID: s.Network.SubnetID, DiskType: s.SystemDisk.Type,
	}}
	op.mu.Lock()
	defer op.mu.Unlock()
	if !slices.ContainsFunc(op.tried, func(have TriedAlternative) bool { return have.Alternative == t.Alternative }) {
		op.tried = append(op.tried, t)
	}
}

// Least implements [creating.Cloud].
func (c creates) Least(count int) int { return c.op.fewest(count, c.op.spec()) }

// fewest returns the minimum number for one create of count instances with alternatives. Where
// a cloud can create fewer, any number is accepted: the next alternative may create the rest.
func (op *Operation) fewest(count int, spec *RunInstancesSpec) int {
	if op.c.limits.PartialCreates && len(spec.Network.PrivateIPs) == 0 {
		return 1
	}
	return count
}
