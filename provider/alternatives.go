package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Alternative is a change of the spec for what is out of stock. Empty fields keep
// what the spec says.
//
// What a cloud refused for lack of stock is not asked for again for three
// minutes, by this operation or others with alternatives of the same client: the
// type in its zone, the zone, the kind of disk or the subnet, whatever the
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

// TriedAlternative is one that was out of stock.
type TriedAlternative struct {
	Alternative       // the words of the spec where the alternative says nothing
	Err         error // the cloud's refusal, or the failure of a server that was accepted
	Skipped     bool  // it was not asked for: Err is of a moment ago
}

// String names what was asked for and why there is none.
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

// candidate is what a part's spec is changed by: nothing for the spec itself.
func (op *Operation) candidate(n int) Alternative {
	if n == 0 || n > len(op.opts.Alternatives) {
		return Alternative{}
	}
	return op.opts.Alternatives[n-1]
}

// replaceMissing plans creates from the next alternative in place of those that
// proved to be out of stock, and reports whether there are any.
func (op *Operation) replaceMissing() bool {
	if len(op.opts.Alternatives) == 0 || op.gaveUp() {
		return false
	}
	op.mu.Lock()
	defer op.mu.Unlock()
	planned := false
	for i := range op.parts {
		if p := &op.parts[i]; !p.open() && p.Status != partReplaced && p.final() {
			return false // quota, balance, permissions: more creates would not help
		}
	}
	for i := range op.parts { // the loop does not reach what it appends
		if p := op.parts[i]; p.replaceable() {
			planned = op.replace(i) || planned
		}
	}
	return planned
}

// replaceable tells whether a part is finished, and what it is missing may be had
// from another alternative.
func (p part) replaceable() bool {
	return !p.open() && p.Status != partReplaced && p.Short && p.missing() > 0
}

// final tells whether a finished part failed for a reason that no alternative
// helps against. Of one that was refused before the operation was resumed only
// this is known: whether it was for lack of stock.
func (p part) final() bool {
	return p.err != nil && !errors.Is(p.err, ErrNoStock) || p.old && p.missing() > 0 && !p.Short
}

// replace plans a create for what part i is missing. Callers hold op.mu.
func (op *Operation) replace(i int) bool {
	p := &op.parts[i]
	spec := op.spec()
	op.shortOf(p, spec)
	for n := p.Candidate + 1; n <= len(op.opts.Alternatives); n++ {
		s := *spec
		op.candidate(n).apply(&s)
		if why := op.c.stock.lacking(&s); why != nil {
			op.tryingFailed(&s, why, true)
			continue
		}
		rest := part{First: p.First + len(p.IDs), Count: p.missing(), Candidate: n, Status: partPlanned, Shift: p.Shift}
		if p.late != nil { // the numbers of the dead are not given again
			rest.Shift = op.numbers() - rest.First
		}
		rest.MinCount = op.fewest(&rest, spec)
		p.Count, p.Status, p.err, p.late, p.Short = len(p.IDs), partReplaced, nil, nil, false
		p.MinCount = min(p.MinCount, max(p.Count, 1)) // it counts again should one of them die
		op.parts = append(op.parts, rest)
		return true
	}
	return false
}

// numbers is how many servers the operation has numbered so far. Callers hold
// op.mu.
func (op *Operation) numbers() (n int) {
	for i := range op.parts {
		p := &op.parts[i]
		n = max(n, p.First+p.Shift+p.Count)
	}
	return n
}

// fewest is what one create with alternatives has to bring at least: whatever
// there is, since more of another kind may follow.
func (op *Operation) fewest(p *part, spec *RunInstancesSpec) int {
	if op.c.limits.PartialCreates && len(spec.Network.PrivateIPs) == 0 {
		return 1
	}
	return p.Count
}

// shortOf remembers what a part was out of, once: what is said of it later, or was
// skipped because of the memory, proves nothing new.
func (op *Operation) shortOf(p *part, spec *RunInstancesSpec) {
	s := *spec
	op.candidate(p.Candidate).apply(&s)
	if p.old { // nobody knows how long ago
		op.tryingFailed(&s, errNoStockBefore, false)
		return
	}
	why := p.late
	if why == nil {
		why = p.err
	}
	if why == nil {
		why = fmt.Errorf("%w: %w", ErrNoStock, &countError{asked: p.Count, got: len(p.IDs)})
	}
	if !p.told {
		op.c.stock.remember(&s, why)
		p.told = true
	}
	op.tryingFailed(&s, why, false)
}

// recallTried reports what was out of stock before the operation was resumed.
func (op *Operation) recallTried(spec *RunInstancesSpec) {
	if len(op.opts.Alternatives) == 0 {
		return
	}
	op.mu.Lock()
	defer op.mu.Unlock()
	for i := range op.parts {
		if p := &op.parts[i]; p.Status == partReplaced || p.replaceable() {
			s := *spec
			op.candidate(p.Candidate).apply(&s)
			op.tryingFailed(&s, errNoStockBefore, false)
		}
	}
}

// tryingFailed adds a line to the report of alternatives, once for each.
func (op *Operation) tryingFailed(s *RunInstancesSpec, why error, skipped bool) {
	t := TriedAlternative{Err: why, Skipped: skipped, Alternative: Alternative{
		InstanceType: s.InstanceType, Zone: s.Zone, SubnetID: s.Network.SubnetID, DiskType: s.SystemDisk.Type,
	}}
	for _, have := range op.tried {
		if have.Alternative == t.Alternative {
			return
		}
	}
	op.tried = append(op.tried, t)
}

// startElsewhere skips what is known to be out of stock before anything is sent.
func (op *Operation) startElsewhere() {
	if len(op.opts.Alternatives) == 0 {
		return
	}
	spec := op.spec()
	why := op.c.stock.lacking(spec)
	if why == nil {
		return
	}
	op.mu.Lock()
	defer op.mu.Unlock()
	for i := range op.parts {
		if p := &op.parts[i]; p.Status == partPlanned && p.Candidate == 0 && len(p.IDs) == 0 && p.Generation == 0 {
			p.Status, p.err, p.Short, p.told = partRejected, why, true, true
		}
	}
	op.tryingFailed(spec, why, true)
}

// Servers that die after they were accepted.

// replaceFailed takes servers that failed to launch out of the operation, makes
// sure that they are released, and creates others from the next alternative. It
// reports whether there is something new to wait for. Callers have op.replacing.
func (op *Operation) replaceFailed(ctx context.Context, failed []*LaunchError) (bool, error) {
	if op.spec == nil || len(op.opts.Alternatives) == 0 || len(op.spec().Network.PrivateIPs) > 0 {
		return false, nil
	}
	ids, others := op.replaceable(failed)
	switch {
	case len(ids) > 0:
	case others:
		return true, op.runError() // of whoever replaced them
	default:
		return false, nil
	}
	if _, err := op.c.TerminateInstances(ctx, op.region, ids, nil); err != nil {
		return false, fmt.Errorf("releasing servers that failed to launch: %w", err)
	}
	op.drop(failed)
	if !op.replaceMissing() {
		return false, nil
	}
	return true, op.create(ctx)
}

// replaceable returns those of the failed servers for which there is another
// alternative, and whether another waiter has replaced some of them meanwhile.
func (op *Operation) replaceable(failed []*LaunchError) (ids []string, others bool) {
	op.mu.Lock()
	defer op.mu.Unlock()
	for _, f := range failed {
		i := slices.IndexFunc(op.parts, func(p part) bool { return slices.Contains(p.IDs, f.InstanceID) })
		switch {
		case i < 0:
			others = true
		case op.parts[i].Candidate < len(op.opts.Alternatives):
			ids = append(ids, f.InstanceID)
		}
	}
	return ids, others
}

// drop takes dead servers out of the operation.
func (op *Operation) drop(failed []*LaunchError) {
	dead := map[string]*LaunchError{}
	for _, f := range failed {
		dead[f.InstanceID] = f
	}
	op.mu.Lock()
	defer op.mu.Unlock()
	for i := range op.parts {
		p := &op.parts[i]
		if p.Candidate >= len(op.opts.Alternatives) {
			continue
		}
		var alive []string
		for _, id := range p.IDs {
			if f := dead[id]; f == nil {
				alive = append(alive, id)
			} else {
				p.late, p.Status, p.Short = fmt.Errorf("%w: %w", ErrNoStock, f), partAccepted, true
				p.old, p.told = false, false
			}
		}
		p.IDs = alive
	}
}
