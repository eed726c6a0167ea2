package provider

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/yunfan-cloud/yunfan/internal/creating"
	"github.com/yunfan-cloud/yunfan/internal/ledger"
)

// replaceMissing plans creates from the next alternative for parts that are proven to be out
// of stock. It reports whether there are any.
func (op *Operation) replaceMissing() bool {
	if len(op.opts.Alternatives) == 0 || op.ledger.Over() || op.ledger.Hopeless() {
		return false // quota, balance, permissions: more creates would not help
	}
	planned := false
	for i := range op.ledger.Parts() { // the loop does not reach the parts that it appends
		if op.ledger.Replaceable(i) {
			planned = op.replace(i) || planned
		}
	}
	return planned
}

// replace plans a create for the instances that part i is missing.
func (op *Operation) replace(i int) bool {
	p, spec := op.ledger.Part(i), op.spec()
	op.rememberOutOfStock(i, &p)
	for n := p.Candidate + 1; n <= len(op.opts.Alternatives); n++ {
		s := *spec
		op.candidate(n).apply(&s)
		if why := op.c.stock.Lacking(stockNeed(&s)); why != nil {
			op.recordTried(&s, why, true)
			continue
		}
		offset := p.NumberOffset
		if p.LaunchFailed { // the numbers of the dead are not given again
			offset = op.ledger.Numbered() - p.First - len(p.IDs)
		}
		_, ok := op.ledger.Replace(i, n, offset, op.fewest(p.Count-len(p.IDs), spec))
		op.mu.Lock()
		defer op.mu.Unlock()
		w := op.wordsLocked(i)
		w.err, w.launchFailure = nil, nil
		return ok
	}
	return false
}

// fewest returns the minimum number for one create of count instances with alternatives. Where
// a cloud can create fewer, any number is accepted: the next alternative may create the rest.
func (op *Operation) fewest(count int, spec *RunInstancesSpec) int {
	if op.c.limits.PartialCreates && len(spec.Network.PrivateIPs) == 0 {
		return 1
	}
	return count
}

// rememberOutOfStock records once what was out of stock for a part. A later error, or a skip
// because of this record, proves nothing new.
func (op *Operation) rememberOutOfStock(i int, p *ledger.Part) {
	if p.FromToken { // of an unknown moment; recallTried reports it
		return
	}
	s := *op.spec()
	op.candidate(p.Candidate).apply(&s)
	w := op.wordsOf(i)
	why := cmp.Or(w.launchFailure, w.err)
	if why == nil {
		why = fmt.Errorf("%w: %w", ErrNoStock, &creating.CountError{Asked: p.Count, Got: len(p.IDs)})
	}
	if !w.stockRecorded {
		op.c.rememberNoStock(&s, why)
		op.mu.Lock()
		op.wordsLocked(i).stockRecorded = true
		op.mu.Unlock()
	}
	op.recordTried(&s, why, false)
}

// recallTried reports what was out of stock before the operation was resumed.
func (op *Operation) recallTried(spec *RunInstancesSpec) {
	if len(op.opts.Alternatives) == 0 {
		return
	}
	for i, p := range op.ledger.All() {
		if p.Status == ledger.Replaced || op.ledger.Replaceable(i) {
			s := *spec
			op.candidate(p.Candidate).apply(&s)
			op.recordTried(&s, errNoStockBefore, false)
		}
	}
}

// recordTried adds a line to the report of alternatives, once for each.
func (op *Operation) recordTried(s *RunInstancesSpec, why error, skipped bool) {
	t := TriedAlternative{Err: why, Skipped: skipped, Alternative: Alternative{
		InstanceType: s.InstanceType, Zone: s.Zone, SubnetID: s.Network.SubnetID, DiskType: s.SystemDisk.Type,
	}}
	op.mu.Lock()
	defer op.mu.Unlock()
	if !slices.ContainsFunc(op.tried, func(have TriedAlternative) bool { return have.Alternative == t.Alternative }) {
		op.tried = append(op.tried, t)
	}
}

// skipKnownOutOfStock skips parts that are known to be out of stock before anything is sent.
func (op *Operation) skipKnownOutOfStock() {
	if len(op.opts.Alternatives) == 0 {
		return
	}
	spec := op.spec()
	why := op.c.stock.Lacking(stockNeed(spec))
	if why == nil {
		return
	}
	for i := range op.ledger.Parts() {
		if op.ledger.Skip(i) {
			op.mu.Lock()
			w := op.wordsLocked(i)
			w.err, w.stockRecorded = why, true
			op.mu.Unlock()
		}
	}
	op.recordTried(spec, why, true)
}

// askForLess plans again the creates that were refused for lack of stock, when the operation
// has fewer instances than MinCount. They now accept any number. It reports whether there are
// any.
func (op *Operation) askForLess() bool {
	spec := op.spec()
	if spec.MinCount == 0 || len(op.opts.Alternatives) > 0 || len(spec.Network.PrivateIPs) > 0 {
		return false
	}
	planned := op.ledger.PlanForLess()
	op.mu.Lock()
	defer op.mu.Unlock()
	for _, i := range planned {
		w := op.wordsLocked(i)
		op.scarce, w.err = w.err, nil
	}
	return len(planned) > 0
}
