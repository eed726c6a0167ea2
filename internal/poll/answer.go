package poll

import (
	"context"
	"fmt"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/poll/boot"
)

// outcome is how a Fetch ended.
type outcome[T any] struct {
	answer  map[string]T
	whole   bool // what the answer lacks is absent
	err     error
	failure Failure       // meaningful when err is not nil
	after   time.Duration // the server's wish
}

// judge asks the configuration what an error means; it runs without locks. An
// error of a Fetch whose own time was up says nothing about the cloud.
func (p *Poller[T]) judge(ctx context.Context, answer map[string]T, whole bool, err error) outcome[T] {
	if err == nil {
		return outcome[T]{answer: answer, whole: whole}
	}
	if ctx.Err() != nil {
		return outcome[T]{err: p.noAnswer(), failure: Transient}
	}
	return outcome[T]{err: err, failure: p.cfg.Classify(err), after: p.cfg.RetryAfter(err)}
}

// noAnswer is the error of a Fetch whose time was up. It matches no context's: the
// caller's has not ended.
func (p *Poller[T]) noAnswer() error {
	return fmt.Errorf("no answer within %v", p.cfg.FetchTimeout)
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
		g.listed(f, o)
	case o.err == nil:
		g.calm(f)
		g.answered(f, o)
	case f.list != nil && o.failure != Transient:
		g.unlisted(f, o.err)
	case o.failure == BadID || o.failure == Missing:
		g.calm(f)
		g.refused(f, o)
	default:
		g.postpone(f, o.err)
		if g.slow(f, o) {
			g.giveUp(o.err)
			return
		}
	}
	g.pump()
}

// answered takes in an answer about the IDs of f.
func (g *group[T]) answered(f *flight[T], o outcome[T]) {
	for _, e := range f.entries {
		value, shown := o.answer[e.id]
		switch {
		case e.subs == nil:
		case shown:
			g.report(f, e, Event[T]{Kind: Seen, Value: value})
		case o.whole:
			g.missed(f, e, nil)
		default:
			g.left(f, e)
		}
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
		e.set(asksAlone, true)
		g.missed(f, e, o.err)
	}
}

// report takes in a sighting of e, or its refusal, and hands it to everybody who can
// take it.
func (g *group[T]) report(f *flight[T], e *entry[T], ev Event[T]) {
	if e.set(unanswered, false); ev.Kind == Seen {
		e.sighted()
	}
	for s := e.subs; s != nil; s = s.next {
		g.deliver(f, e, s, ev)
	}
	g.requeue(f, e, true)
}

// deliver hands an event about e to a subscriber. It does not reach a Target that
// came after the call was sent, for which it may be old news, nor one that has yet
// to observe the last.
func (g *group[T]) deliver(f *flight[T], e *entry[T], s *sub[T], ev Event[T]) {
	if s.busy || s.after >= f.number {
		return
	}
	s.busy = true
	it := item[T]{e: e, event: ev, born: e.born, before: e.asked, at: g.p.now(), dated: e.is(dated)}
	it.event.ID, it.event.At, it.event.Age = e.id, time.Now(), it.at-e.born
	s.w.tell(it, len(f.entries))
}

// requeue plans the next look at e. The plan counts from the start of the round
// and stretches with it, not with the ID, so that a cohort stays together. Who
// rode along early keeps its later turn. told says that the answer said something
// about e, which then counts as asked.
func (g *group[T]) requeue(f *flight[T], e *entry[T], told bool) {
	now := g.p.now()
	step := time.Duration(float64(e.subs.w.schedule.Interval(f.round-e.born)) * f.stretch)
	next := max(f.round+step, now+minGap)
	wish := max(e.due, now)
	switch {
	case !e.is(dueIsFixed):
		next = max(next, e.due)
	case wish <= next:
		next = wish
	default:
		e.set(dueIsFixed, false)
	}
	if told {
		e.asked = f.round
	} else {
		e.set(dueIsFixed, true) // a plan counts from the last answer
	}
	e.pos, e.due = parked, e.lastCall(g.confirm(e, next, now), now)
	if g.lastQuestion(e, e.due) {
		e.set(asksAlone, true)
	}
	if e.hungry() {
		g.put(e)
	}
}

// confirm moves the next look at an entry that was missed to where it proves more
// than the last, and that of a Look close to now.
func (g *group[T]) confirm(e *entry[T], next, now time.Duration) time.Duration {
	at := e.confirmAt(now)
	if e.lookedAt() {
		at = min(at, now+boot.MinInterval)
	}
	waitsToGo := at < noTime && e.leaving() // nobody needs to hear of it in between
	at = max(at, now+boot.MinInterval)
	if at >= next && !waitsToGo {
		return next
	}
	e.set(dueIsFixed, true)
	return at
}

// postpone puts back the IDs of a call that told nothing. They stay as due as
// they were.
func (g *group[T]) postpone(f *flight[T], why error) {
	for _, e := range f.entries {
		if e.subs == nil {
			continue
		}
		if e.is(dueIsFixed) {
			e.due = min(e.due, g.p.now())
		}
		e.toldNothing(why)
		e.set(dueIsFixed, true) // it keeps its place
		e.pos = parked
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
	err = fmt.Errorf("refused %d times in a row: %w", fatalLimit, err)
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
