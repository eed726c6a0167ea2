package poll

import (
	"context"
	"fmt"
	"time"
)

// outcome is how a Fetch ended.
type outcome[T any] struct {
	answer  map[string]T
	err     error
	failure Failure       // meaningful when err is not nil
	after   time.Duration // the server's wish
}

// judge asks the configuration what an error means; it runs without locks. An
// error of a Fetch whose own time was up says nothing about the cloud.
func (p *Poller[T]) judge(ctx context.Context, answer map[string]T, err error) outcome[T] {
	if err == nil {
		return outcome[T]{answer: answer}
	}
	if ctx.Err() != nil {
		return outcome[T]{err: err, failure: Transient}
	}
	return outcome[T]{err: err, failure: p.cfg.Classify(err), after: p.cfg.RetryAfter(err)}
}

// land takes in the end of a flight, once.
func (g *group[T]) land(f *flight[T], o outcome[T]) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if _, ok := g.flights[f]; !ok { // abandoned, or of a time before the group was idle
		return
	}
	delete(g.flights, f)
	g.hold = never
	if !f.entries[0].alone() {
		g.landed = g.p.now()
	}
	switch {
	case o.err == nil && f.list != nil:
		g.calm(f)
		g.listed(f, o.answer)
	case o.err == nil:
		g.calm(f)
		g.answered(f, o.answer)
	case f.list != nil && o.failure != Transient:
		g.unlisted(f)
	case o.failure == BadID || o.failure == Missing:
		g.calm(f)
		g.refused(f, o)
	default:
		g.postpone(f)
		if g.slow(f, o) {
			g.giveUp(o.err)
			return
		}
	}
	g.pump()
}

// answered takes in an answer about the IDs of f.
func (g *group[T]) answered(f *flight[T], answer map[string]T) {
	for _, e := range f.entries {
		if e.subs == nil {
			continue
		}
		value, ok := answer[e.id]
		if !ok {
			g.missed(f, e, nil)
			continue
		}
		e.seen, e.doubt, e.spoiler = true, noDoubt, false
		g.report(f, e, Event[T]{Kind: Seen, Value: value})
	}
}

// refused takes in a call that the cloud rejects because of an ID in it. Halving
// finds the culprit in about 2 log2(n) calls, and the others lose nothing.
func (g *group[T]) refused(f *flight[T], o outcome[T]) {
	if half := len(f.entries) / 2; half > 0 {
		g.halves = append(g.halves, f.entries[:half], f.entries[half:])
		return
	}
	e := f.entries[0]
	switch {
	case e.subs == nil:
	case o.failure == BadID:
		g.report(f, e, Event[T]{Kind: Failed, Err: o.err})
	default:
		e.spoiler = true
		g.missed(f, e, o.err)
	}
}

// missed takes in that the cloud does not know e. A single answer is never
// enough to say that an ID is gone.
func (g *group[T]) missed(f *flight[T], e *entry[T], err error) {
	now := g.p.now()
	switch {
	case e.doubt == asksAlone, e.doubt == asksInLine && e.leaving() && f.at+joinWindow >= e.due:
		g.report(f, e, Event[T]{Kind: Gone, Err: err})
	case e.doubt == asksInLine && e.leaving(): // it rode along too soon to tell more
		e.wished, e.pos = true, parked
		g.put(e)
	case !e.seen && now < e.grace:
		g.requeue(f, e)
	default:
		e.suspect(now)
		g.put(e)
	}
}

// suspect plans the look that tells whether an entry which was missed is gone.
func (e *entry[T]) suspect(now time.Duration) {
	e.doubt, e.wished, e.due = asksAlone, false, now
	if e.seen {
		e.due += missGap
	}
	if e.leaving() {
		e.doubt, e.wished, e.due = asksInLine, true, e.due+joinWindow
	}
	e.asked, e.pos = now, parked
}

// report hands an event about e to everybody who can take it, and plans the next
// look for those who want one. It does not reach a Target that came after the call
// was sent, for which it may be old news, nor one that has yet to observe the last.
func (g *group[T]) report(f *flight[T], e *entry[T], ev Event[T]) {
	it := item[T]{e: e, event: ev, born: e.born, before: e.asked, at: g.p.now(), dated: e.grace == e.born+visibleWithin}
	it.event.ID, it.event.At = e.id, time.Now()
	for s := e.subs; s != nil; s = s.next {
		if !s.busy && s.after < f.number {
			s.busy = true
			s.w.tell(it, len(f.entries))
		}
	}
	g.requeue(f, e)
}

// requeue plans the next look at e. The plan counts from the start of the round
// and stretches with it, not with the ID, so that a cohort stays together. Who
// rode along early keeps its later turn.
func (g *group[T]) requeue(f *flight[T], e *entry[T]) {
	now := g.p.now()
	step := time.Duration(float64(e.subs.w.interval(f.round-e.born)) * f.stretch)
	next := max(f.round+step, now+minGap)
	if wish := max(e.due, now); !e.wished {
		next = max(next, e.due)
	} else if e.wished = wish <= next; e.wished {
		next = wish
	}
	e.asked, e.pos = f.round, parked
	e.due = e.lastCall(next, now)
	if e.hungry() {
		g.put(e)
	}
}

// postpone puts back the IDs of a call that told nothing. They stay as due as
// they were.
func (g *group[T]) postpone(f *flight[T]) {
	for _, e := range f.entries {
		if e.subs == nil {
			continue
		}
		if e.wished {
			e.due = min(e.due, g.p.now())
		}
		e.wished, e.pos = true, parked // it keeps its place
		if e.hungry() {
			g.put(e)
		}
	}
}

// calm ends a back-off, unless f was sent before it began.
func (g *group[T]) calm(f *flight[T]) {
	if f.epoch == g.epoch {
		g.backoff, g.fatals = 0, 0
	}
}

// slow makes the whole group pause. Calls in flight together fail together: they
// count once. It reports whether the group should give up.
func (g *group[T]) slow(f *flight[T], o outcome[T]) bool {
	pause := o.after
	if f.epoch == g.epoch {
		g.epoch++
		g.backoff = min(max(2*g.backoff, minBackoff), maxBackoff)
		if pause == 0 {
			pause = g.backoff
		}
		if o.failure == Fatal {
			g.fatals++
		} else {
			g.fatals = 0
		}
	}
	g.pause = max(g.pause, g.p.now()+pause)
	return g.fatals >= fatalLimit
}

// giveUp ends every Target of the group.
func (g *group[T]) giveUp(err error) {
	err = fmt.Errorf("poll: %d fatal answers in a row for group %q: %w", fatalLimit, g.name, err)
	for w := range g.watches {
		w.err = err
		w.ring()
	}
	for _, e := range g.entries {
		e.subs = nil
	}
	g.fatals = 0
	g.stop()
}
