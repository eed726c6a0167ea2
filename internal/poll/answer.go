package poll

import (
	"context"
	"fmt"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/poll/boot"
)

// outcome is how a call ended.
type outcome[T any] struct {
	answer     map[string]T
	whole      bool // an ID that the answer lacks is absent
	err        error
	failure    Failure       // meaningful when err is not nil
	retryAfter time.Duration // the pause that the server asks for
}

// outcomeOf asks the configuration what an error means. It runs without locks. The error
// of a call whose own time was over says nothing about the cloud.
func (p *Poller[T]) outcomeOf(ctx context.Context, answer map[string]T, whole bool, err error) outcome[T] {
	if err == nil {
		return outcome[T]{answer: answer, whole: whole}
	}
	if ctx.Err() != nil {
		return outcome[T]{err: p.noAnswer(), failure: Transient}
	}
	return outcome[T]{err: err, failure: p.cfg.Classify(err), retryAfter: p.cfg.RetryAfter(err)}
}

// noAnswer returns the error of a call whose time was over. It does not match the error
// of a context, because no context of a caller has ended.
func (p *Poller[T]) noAnswer() error {
	return fmt.Errorf("no answer within %v", p.cfg.FetchTimeout)
}

// finish records the end of a call, and tells Config.Paused of a pause after it.
func (g *group[T]) finish(c *call[T], o outcome[T]) {
	pause := g.recordEnd(c, o)
	if pause > 0 && g.p.cfg.Paused != nil {
		g.p.cfg.Paused(g.name, o.err, pause)
	}
}

// recordEnd records the end of a call, and returns how long the group sends no other because
// of it. A second end of the same call is ignored.
func (g *group[T]) recordEnd(c *call[T], o outcome[T]) (pause time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if _, ok := g.calls[c]; !ok { // it was abandoned, or the group has stopped since
		return 0
	}
	delete(g.calls, c)
	g.sharedNotBefore = distantPast
	if !c.entries[0].alone() {
		g.lastReturn = g.p.now()
	}
	switch {
	case o.err == nil && c.listOf != nil:
		g.endBackoff(c)
		g.recordListing(c, o)
	case o.err == nil:
		g.endBackoff(c)
		g.recordAnswer(c, o)
	case c.listOf != nil && o.failure != Transient:
		g.pauseListings(c, o.err)
	case o.failure == BadID || o.failure == Missing:
		g.endBackoff(c)
		g.recordRefusal(c, o)
	default:
		g.requeueUnanswered(c, o.err)
		g.startBackoff(c, o)
		if g.fatals >= fatalLimit {
			g.endTargets(o.err)
			return 0
		}
		pause = g.pauseUntil - g.p.now()
	}
	g.sendDue()
	return pause
}

// recordAnswer records an answer about the IDs of c.
func (g *group[T]) recordAnswer(c *call[T], o outcome[T]) {
	for _, e := range c.entries {
		value, shown := o.answer[e.id]
		switch {
		case e.subs == nil:
		case shown:
			g.publish(c, e, Event[T]{Kind: Seen, Value: value})
		case o.whole:
			g.recordMiss(c, e, nil)
		default:
			g.recordOmission(c, e)
		}
	}
}

// recordRefusal records a call that the cloud refuses because of an ID in it. Splitting
// the call finds that ID in about 2 log2(n) calls, and does not harm the others.
func (g *group[T]) recordRefusal(c *call[T], o outcome[T]) {
	if half := len(c.entries) / 2; half > 0 {
		g.splitChunks = append(g.splitChunks, c.entries[:half], c.entries[half:])
		return
	}
	e := c.entries[0]
	switch {
	case e.subs == nil:
	case o.failure == BadID:
		g.publish(c, e, Event[T]{Kind: Failed, Err: o.err})
	default:
		e.set(asksAlone, true)
		g.recordMiss(c, e, o.err)
	}
}

// publish records that e was seen or refused, and hands the event to all subscribers
// that can take it.
func (g *group[T]) publish(c *call[T], e *entry[T], ev Event[T]) {
	e.set(unanswered, false)
	if ev.Kind == Seen {
		e.recordSeen()
	}
	for s := e.subs; s != nil; s = s.next {
		g.deliver(c, e, s, ev)
	}
	g.scheduleNext(c, e, true)
}

// deliver hands an event about e to a subscriber. It leaves out a Target that came after
// the call was sent, because the answer may be older than what that Target waits for. It
// leaves out a Target that has yet to observe the last event.
func (g *group[T]) deliver(c *call[T], e *entry[T], s *subscription[T], ev Event[T]) {
	if s.busy || s.after >= c.number {
		return
	}
	s.busy = true
	now := g.p.now()
	ev.ID, ev.At, ev.Age = e.id, time.Now(), now-e.accepted
	s.w.addEvent(pendingEvent[T]{
		e: e, event: ev, at: now,
		accepted: e.accepted, acceptanceKnown: e.is(acceptanceKnown), lastAnswer: e.lastAnswer,
		early: e.is(looksEarly) && !e.is(lookedEarly),
	}, len(c.entries))
}

// scheduleNext decides when e is looked at next, and queues it. The interval counts from
// the start of the round and has the jitter of the round, so that IDs which were asked
// about together stay together. An ID that filled a call before it was due keeps its due
// time. answered means that the answer said something about e.
func (g *group[T]) scheduleNext(c *call[T], e *entry[T], answered bool) {
	now := g.p.now()
	if e.is(looksEarly) {
		g.scheduleEarly(c, e, answered)
		return
	}
	step := time.Duration(float64(e.subs.w.schedule.Interval(c.roundStart-e.accepted)) * c.jitter)
	if e.is(lookedEarly) {
		age := c.roundStart - e.accepted
		step = e.subs.w.schedule.Fit(age, age+step) - age
	}
	next := max(c.roundStart+step, now+minGap)
	fixed := max(e.due, now)
	switch {
	case !e.is(dueIsFixed):
		next = max(next, e.due)
	case fixed <= next:
		next = fixed
	default:
		e.set(dueIsFixed, false)
	}
	if answered {
		e.lastAnswer = c.roundStart
	} else {
		e.set(dueIsFixed, true) // the schedule counts from the last answer, and this was none
	}
	e.pos, e.due = notQueued, e.lastLookFirst(g.proofFirst(e, next, now), now)
	if g.nextMissIsFinal(e, e.due) {
		e.set(asksAlone, true)
	}
	if e.wantsAnswer() {
		g.enqueue(e)
	}
}

// scheduleEarly decides when e, which waits for an early look, is looked at next. An answer
// that came before its time, since e filled a call, changes nothing.
// The first early look does not count as an answer; one on the way to the prior does.
func (g *group[T]) scheduleEarly(c *call[T], e *entry[T], answered bool) {
	now := g.p.now()
	if answered && e.is(lookedEarly) {
		e.lastAnswer = c.roundStart
	}
	if c.sentAt >= e.due {
		next, early := e.subs.w.schedule.AfterEarly(c.roundStart - e.accepted)
		e.due = max(e.accepted+next, now+minGap)
		e.set(looksEarly, early && e.misses == 0)
		e.set(lookedEarly, true)
	}
	e.set(dueIsFixed, e.is(looksEarly))
	e.pos, e.due = notQueued, e.lastLookFirst(g.proofFirst(e, e.due, now), now)
	if e.wantsAnswer() {
		g.enqueue(e)
	}
}

// proofFirst returns when e is looked at next: at the moment next, or at another moment
// where e was missed and the answer proves more, or where a Look waits for it.
func (g *group[T]) proofFirst(e *entry[T], next, now time.Duration) time.Duration {
	at := e.proofAt(now)
	if e.awaitedByLook() {
		at = min(at, now+boot.MinInterval)
	}
	departs := at < distantFuture && e.allExpectDeparture() // no answer before that moment proves anything
	at = max(at, now+boot.MinInterval)
	if at >= next && !departs {
		return next
	}
	e.set(dueIsFixed, true)
	return at
}

// requeueUnanswered queues the IDs of a call that gave no answer. They stay as due as
// they were.
func (g *group[T]) requeueUnanswered(c *call[T], why error) {
	for _, e := range c.entries {
		if e.subs == nil {
			continue
		}
		if e.is(dueIsFixed) {
			e.due = min(e.due, g.p.now())
		}
		e.recordNoAnswer(why)
		e.set(dueIsFixed, true) // a new plan must not make it wait longer
		e.pos = notQueued
		if e.wantsAnswer() {
			g.enqueue(e)
		}
	}
}

// endBackoff ends a back-off, unless c was sent before it began.
func (g *group[T]) endBackoff(c *call[T]) {
	if c.pauses == g.pauses {
		g.backoff, g.fatals = 0, 0
	}
}

// startBackoff makes the whole group pause. Calls that were in flight together and failed
// count as one failure.
func (g *group[T]) startBackoff(c *call[T], o outcome[T]) {
	pause := o.retryAfter
	if c.pauses == g.pauses {
		g.pauses++
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
	g.pauseUntil = max(g.pauseUntil, g.p.now()+pause)
}

// endTargets ends every Target of the group with an error.
func (g *group[T]) endTargets(err error) {
	err = fmt.Errorf("refused %d times in a row: %w", fatalLimit, err)
	for w := range g.watches {
		w.err = err
		w.signal()
	}
	for _, e := range g.entries {
		e.subs = nil
	}
	g.fatals = 0
	g.stop()
}
