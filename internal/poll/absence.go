package poll

import (
	"errors"
	"time"
)

// errNotWhole is why an ID is still open when only answers lack it that contradict
// themselves.
var errNotWhole = errors.New("the answers contradict themselves, and lack IDs")

// recordMiss records that a whole answer lacks e, or that the cloud does not know it.
// What this means differs by subscriber: one may know that the ID is new, and another
// that it was released.
func (g *group[T]) recordMiss(c *call[T], e *entry[T], err error) {
	if e.misses == 0 {
		e.firstMiss = g.p.now()
	}
	e.misses = min(e.misses+1, proofAnswers)
	e.set(unanswered, false)
	gone, hidden := e.provedGone(c.sentAt), e.provedHidden(c.sentAt)
	for s := e.subs; s != nil; s = s.next {
		switch {
		case s.w.isLook:
			g.deliver(c, e, s, Event[T]{Kind: Absent, Err: err})
		case gone:
			g.deliver(c, e, s, Event[T]{Kind: Gone, Err: err})
		case hidden && c.sentAt >= s.patienceEnds():
			g.deliver(c, e, s, Event[T]{Kind: Hidden, Err: err})
		}
	}
	answered := !e.is(seen) // if e was seen, the miss may be a mistake: nothing is learned from it
	g.scheduleNext(c, e, answered)
}

// recordOmission records that an answer which is not whole lacks e: it says nothing about
// e.
func (g *group[T]) recordOmission(c *call[T], e *entry[T]) {
	e.recordNoAnswer(errNotWhole)
	g.scheduleNext(c, e, false)
}

// provedGone reports whether the misses prove that e no longer exists. sent is when the
// call was sent whose answer is the latest miss.
func (e *entry[T]) provedGone(sent time.Duration) bool {
	if e.allExpectDeparture() {
		return e.misses >= leavingAnswers && sent >= e.firstMiss+leavingTime
	}
	return e.existed() && e.enoughMisses(sent)
}

// provedHidden reports whether an e that was never seen is Hidden for the subscribers
// whose patience has ended. As long as one subscriber knows that the ID is new, all
// others wait with it.
func (e *entry[T]) provedHidden(sent time.Duration) bool {
	return !e.existed() && e.enoughMisses(sent) && sent >= e.newUntil()
}

// newUntil returns the latest end of patience that follows from a recent acceptance.
func (e *entry[T]) newUntil() time.Duration {
	until := distantPast
	for s := e.subs; s != nil; s = s.next {
		if s.isNew {
			until = max(until, s.patienceEnds())
		}
	}
	return until
}

// enoughMisses reports whether there are so many misses, so far apart, that they are not
// mistakes of single answers.
func (e *entry[T]) enoughMisses(sent time.Duration) bool {
	return e.misses >= proofAnswers && sent >= e.firstMiss+proofTime
}

// existed reports whether e is known to have existed: it was seen, or the cloud has
// accepted its release.
func (e *entry[T]) existed() bool {
	if e.is(seen) {
		return true
	}
	for s := e.subs; s != nil; s = s.next {
		if s.w.Leaving {
			return true
		}
	}
	return false
}

// allExpectDeparture reports whether every Wait for e waits for it to disappear.
func (e *entry[T]) allExpectDeparture() bool {
	waits := false
	for s := e.subs; s != nil; s = s.next {
		switch {
		case s.w.isLook:
		case !s.w.Leaving:
			return false
		default:
			waits = true
		}
	}
	return waits
}

// proofAt returns when the next answer about an entry that was missed proves more than
// the last. It returns distantFuture if the entry was not missed. It does so too after
// an answer that said nothing, which makes nothing more urgent.
func (e *entry[T]) proofAt(now time.Duration) time.Duration {
	proof := e.firstMiss + proofTime
	switch {
	case e.misses == 0, e.is(unanswered):
		return distantFuture
	case e.allExpectDeparture():
		return e.firstMiss + leavingTime + joinWindow
	case e.existed() && e.misses == 1: // most likely a mistake
		return e.firstMiss + 2*proofGap
	case e.existed() && now < proof: // many mistakes in a row are less likely than three
		return min(now+proofGap, proof)
	case e.existed():
		return now
	case e.misses < proofAnswers-1:
		proof = e.firstMiss + proofTime/2
	}
	return max(proof, e.nextPatienceEnd())
}

// nextPatienceEnd returns when the patience of the next subscriber with an entry that was
// never seen ends. It returns distantFuture when no subscriber waits for an answer.
func (e *entry[T]) nextPatienceEnd() time.Duration {
	next := distantFuture
	for s := e.subs; s != nil; s = s.next {
		if !s.busy && !s.w.isLook {
			next = min(next, s.patienceEnds())
		}
	}
	return max(next, e.newUntil())
}

// awaitedByLook reports whether a Look has yet to be told about e.
func (e *entry[T]) awaitedByLook() bool {
	for s := e.subs; s != nil; s = s.next {
		if s.w.isLook && !s.busy {
			return true
		}
	}
	return false
}

// nextMissIsFinal reports whether the next miss of e, which is due at that moment, proves
// that it is gone. It is then asked about alone, because some clouds leave IDs out of
// long answers. When many IDs disappear together they are asked about together.
func (g *group[T]) nextMissIsFinal(e *entry[T], due time.Duration) bool {
	if e.misses < proofAnswers-1 || len(g.single) >= aloneMost || e.allExpectDeparture() {
		return false
	}
	return e.existed() && due >= e.firstMiss+proofTime
}
