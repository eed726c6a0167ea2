package poll

import (
	"errors"
	"time"
)

// errNotWhole is why an ID is still open that only answers lack which contradict themselves.
var errNotWhole = errors.New("the answers contradict themselves, and lack IDs")

// missed takes in that a whole answer lacks e, or that the cloud says it does not
// know it. What follows differs by subscriber: one may know that the ID is new, and
// another that it was released.
func (g *group[T]) missed(f *flight[T], e *entry[T], err error) {
	if e.misses == 0 {
		e.missed = g.p.now()
	}
	e.misses = min(e.misses+1, proofAnswers)
	e.set(unanswered, false)
	gone, hidden := e.gone(f.at), e.hidden(f.at)
	for s := e.subs; s != nil; s = s.next {
		switch {
		case s.w.once:
			g.deliver(f, e, s, Event[T]{Kind: Absent, Err: err})
		case gone:
			g.deliver(f, e, s, Event[T]{Kind: Gone, Err: err})
		case hidden && f.at >= s.patient():
			g.deliver(f, e, s, Event[T]{Kind: Hidden, Err: err})
		}
	}
	told := !e.is(seen) // a miss of one that was seen may be a bad read: nothing is learned from it
	g.requeue(f, e, told)
}

// left takes in an answer that lacks e and is not whole: it says nothing about e.
func (g *group[T]) left(f *flight[T], e *entry[T]) {
	e.toldNothing(errNotWhole)
	g.requeue(f, e, false)
}

// gone reports whether the misses so far prove that e no longer exists, the latest
// of them in an answer to a call that was sent at that moment.
func (e *entry[T]) gone(sent time.Duration) bool {
	if e.leaving() {
		return e.misses >= leavingAnswers && sent >= e.missed+leavingTime
	}
	return e.existed() && e.confirmed(sent)
}

// hidden reports whether the misses so far are to be told of an e that was never
// visible. Who knows that it is new is right: all others wait for the patience of that
// one as well.
func (e *entry[T]) hidden(sent time.Duration) bool {
	return !e.existed() && e.confirmed(sent) && sent >= e.freshUntil()
}

// freshUntil returns the latest end of patience that follows from an acceptance.
func (e *entry[T]) freshUntil() time.Duration {
	until := never
	for s := e.subs; s != nil; s = s.next {
		if s.fresh {
			until = max(until, s.patient())
		}
	}
	return until
}

// confirmed reports whether the misses are enough and far enough apart to be no
// matter of a bad read.
func (e *entry[T]) confirmed(sent time.Duration) bool {
	return e.misses >= proofAnswers && sent >= e.missed+proofTime
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

// leaving reports whether everybody who waits for e expects it to go.
func (e *entry[T]) leaving() bool {
	waits := false
	for s := e.subs; s != nil; s = s.next {
		switch {
		case s.w.once:
		case !s.w.Leaving:
			return false
		default:
			waits = true
		}
	}
	return waits
}

// confirmAt returns when the next answer about an entry that was missed is worth its
// call; noTime where it was not missed, and after an answer that told nothing, which
// makes nothing more urgent.
func (e *entry[T]) confirmAt(now time.Duration) time.Duration {
	proof := e.missed + proofTime
	switch {
	case e.misses == 0, e.is(unanswered):
		return noTime
	case e.leaving():
		return e.missed + leavingTime + joinWindow
	case e.existed() && e.misses == 1: // most likely a bad read
		return e.missed + 2*proofGap
	case e.existed() && now < proof: // many bad reads in a row are rarer than three
		return min(now+proofGap, proof)
	case e.existed():
		return now
	case e.misses < proofAnswers-1:
		proof = e.missed + proofTime/2
	}
	return max(proof, e.nextPatience())
}

// nextPatience returns when the patience of the next subscriber of an entry that was
// never seen is over; noTime where nobody is left.
func (e *entry[T]) nextPatience() time.Duration {
	next := noTime
	for s := e.subs; s != nil; s = s.next {
		if !s.busy && !s.w.once {
			next = min(next, s.patient())
		}
	}
	return max(next, e.freshUntil())
}

// lookedAt reports whether a Look has yet to hear of e.
func (e *entry[T]) lookedAt() bool {
	for s := e.subs; s != nil; s = s.next {
		if s.w.once && !s.busy {
			return true
		}
	}
	return false
}

// lastQuestion reports whether the next miss of e, which is due at that moment, ends
// it. It is then asked alone: a cloud that leaves IDs out of long answers shows it.
// Where many vanish together they are asked together.
func (g *group[T]) lastQuestion(e *entry[T], due time.Duration) bool {
	if e.misses < proofAnswers-1 || len(g.single) >= aloneMost || e.leaving() {
		return false
	}
	return e.existed() && due >= e.missed+proofTime
}

// toldNothing takes in that a call about e told nothing of it, and why.
func (e *entry[T]) toldNothing(why error) {
	e.set(unanswered, true)
	for s := e.subs; s != nil; s = s.next {
		s.w.trouble = why
	}
}
