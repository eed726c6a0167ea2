package provider

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// WaitProgress counts the instances of several operations by their progress.
type WaitProgress struct {
	Asked      int // known instances of all operations
	Ready      int
	Failed     int // without failed instances that were replaced
	NotVisible int // never shown within [Options].VisibleWithin
}

// Pending returns how many instances are still waited for.
func (p WaitProgress) Pending() int { return max(p.Asked-p.Ready-p.Failed-p.NotVisible, 0) }

// String returns the numbers, for example "12 of 250 ready, 1 failed, 237 pending".
func (p WaitProgress) String() string {
	s := fmt.Sprintf("%d of %d ready", p.Ready, p.Asked)
	for _, n := range []struct {
		count int
		word  string
	}{{p.Failed, "failed"}, {p.NotVisible, "not visible"}, {p.Pending(), "pending"}} {
		if n.count > 0 {
			s += fmt.Sprintf(", %d %s", n.count, n.word)
		}
	}
	return s
}

// WaitResult is the result of [Operation.Wait] for one of several operations.
type WaitResult struct {
	Operation *Operation
	Instances []Instance
	Err       error
}

// WaitAll calls [Operation.Wait] for several operations at once, of one or several clouds,
// with one progress. It returns when all waits have ended, or ctx has ended. It returns a
// result for each operation in their order, and joins their errors. An operation that fails
// does not end the others. Operations of clients that share a [Poller] share describe calls.
//
// Progress is called for every change of the numbers, one call at a time, unless it is nil. It
// should return soon: the waits continue only afterwards.
func WaitAll(ctx context.Context, ops []*Operation, progress func(WaitProgress)) ([]WaitResult, error) {
	t := &tally{report: progress}
	for _, op := range ops {
		t.p.Asked += len(op.InstanceIDs())
	}
	results, errs := make([]WaitResult, len(ops)), make([]error, len(ops))
	var g sync.WaitGroup
	for i, op := range ops {
		g.Go(func() {
			list, err := op.Wait(ctx, &WaitOptions{tally: t})
			results[i], errs[i] = WaitResult{op, list, err}, err
		})
	}
	g.Wait()
	return results, errors.Join(errs...)
}

// tally counts the instances of several waits.
type tally struct {
	mu     sync.Mutex
	p      WaitProgress
	report func(WaitProgress) // nil when there is no callback
}

// counted is the number that an instance is counted in.
type counted int

const (
	asPending counted = iota
	asReady
	asFailed
	asNotVisible
)

// count returns the number that an instance is counted in.
func (s *awaited) count() counted {
	switch {
	case s.ready:
		return asReady
	case s.failed != nil:
		return asFailed
	case s.hidden:
		return asNotVisible
	}
	return asPending
}

// move counts an instance in another number. A nil tally counts nothing.
func (t *tally) move(from, to counted) {
	if t == nil || from == to {
		return
	}
	t.change(func(p *WaitProgress) {
		p.add(from, -1)
		p.add(to, 1)
	})
}

func (p *WaitProgress) add(where counted, n int) {
	switch where {
	case asReady:
		p.Ready += n
	case asFailed:
		p.Failed += n
	case asNotVisible:
		p.NotVisible += n
	case asPending:
	}
}

// change changes the numbers and reports them.
func (t *tally) change(how func(*WaitProgress)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	how(&t.p)
	if t.report != nil {
		t.report(t.p)
	}
}

// replaced subtracts failed instances from the numbers: others are waited for.
func (o *WaitOptions) replaced(n int) {
	if o == nil || o.tally == nil || n == 0 {
		return
	}
	o.tally.change(func(p *WaitProgress) { p.Failed -= n })
}
