package provider

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/yunfan-cloud/yunfan/internal/creating"
	"github.com/yunfan-cloud/yunfan/internal/ledger"
)

// Alternative is a change of the spec for when it is out of stock. Empty fields keep the value
// of the spec.
//
// After a refusal for lack of stock, the client does not ask again for three minutes, in this
// operation and in others that have alternatives. The refusal covers what the cloud's code
// proves: the type in its zone, the zone, the kind of disk, or the subnet.
// cloud's code proves.
type Alternative struct {
	InstanceType string
	Zone         string
	SubnetID     string
	DiskType     string // of the system disk
}

// apply changes a spec.
func (a Alternative) apply(s *RunInstancesSpec) {
	s.InstanceType = cmp.Or(a.InstanceType, s.InstanceType)
	s.Zone = cmp.Or(a.Zone, s.Zone)
	s.Network.SubnetID = cmp.Or(a.SubnetID, s.Network.SubnetID)
	s.SystemDisk.Type = cmp.Or(a.DiskType, s.SystemDisk.Type)
}

// TriedAlternative is an alternative that was out of stock.
type TriedAlternative struct {
	Alternative       // the words of the spec where the alternative says nothing
	Err         error // the cloud's refusal, or the failure of an instance that was accepted
	Skipped     bool  // it was not asked for: Err is of a moment ago
}

// String names the alternative and the reason.
func (t TriedAlternative) String() string {
	var words []string
	for _, w := range []string{t.InstanceType, t.Zone, t.SubnetID, t.DiskType} {
		if w != "" {
			words = append(words, w)
		}
	}
	text := "[" + strings.Join(words, " ") + "] " + t.Err.Error()
	if t.Skipped {
		text += " (a moment ago)"
	}
	return text
}

// candidate returns the change of a part's spec; it is empty for the spec itself.
func (op *Operation) candidate(n int) Alternative {
	if n == 0 || n > len(op.opts.Alternatives) {
		return Alternative{}
	}
	return op.opts.Alternatives[n-1]
}

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

// Instances that fail after they were accepted.

// replaceFailed removes instances that failed to launch from the operation, releases them, and
// creates others from the next alternative. It reports whether there is something new to wait
// for. The caller holds op.mending. The journal gets the release first: if saving fails,
// nothing is released.
func (op *Operation) replaceFailed(ctx context.Context, failed []*LaunchError) (bool, error) {
	if op.spec == nil || len(op.opts.Alternatives) == 0 || len(op.spec().Network.PrivateIPs) > 0 {
		return false, nil
	}
	ids, others := op.replaceableOf(failed)
	switch {
	case len(ids) > 0:
	case others:
		return true, op.runError() // of the wait that replaced them
	default:
		return false, nil
	}
	whose := op.sortByOwner(ctx, ids, op.lookPatience(ctx))
	ids, strangers := append(whose.Ours, whose.Unseen...), foreignError(whose.Foreign)
	if len(ids) == 0 {
		return false, strangers
	}
	op.addProblem(strangers)
	owed := op.ledger.OweRelease(ids)
	if err := op.journal.SaveAnyway(ctx); err != nil {
		op.ledger.CancelOwed(owed)
		return false, err
	}
	if _, err := op.c.terminate(ctx, op.region, ids); err != nil {
		return false, fmt.Errorf("releasing instances that failed to launch: %w", err)
	}
	op.drop(failed, ids)
	if !op.replaceMissing() {
		return false, nil
	}
	return true, op.create(ctx)
}

// replaceableOf returns the failed instances for which another alternative is left. It also
// returns whether another wait has replaced some of them meanwhile. Instances that may not be
// the operation's are not replaced: that would release them.
func (op *Operation) replaceableOf(failed []*LaunchError) (ids []string, others bool) {
	notOurs := op.ledger.NotOurs()
	for _, f := range failed {
		i, ok := op.ledger.PartOf(f.InstanceID)
		switch {
		case !ok:
			others = true
		case slices.Contains(notOurs, f.InstanceID):
		case op.ledger.Part(i).Candidate < len(op.opts.Alternatives):
			ids = append(ids, f.InstanceID)
		}
	}
	return ids, others
}

// drop removes dead instances from the operation.
func (op *Operation) drop(failed []*LaunchError, ids []string) {
	op.mu.Lock()
	defer op.mu.Unlock()
	for _, f := range failed {
		i, ok := op.ledger.PartOf(f.InstanceID)
		if !ok || !slices.Contains(ids, f.InstanceID) {
			continue
		}
		w := op.wordsLocked(i)
		w.launchFailure, w.err, w.stockRecorded = fmt.Errorf("%w: %w", ErrNoStock, f), nil, false
	}
	op.ledger.LaunchFailed(ids)
}
