package poll

import (
	"math"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/poll/boot"
)

// Moments are kept as time.Durations since the poller was made: they take 8 bytes
// instead of 24, and they are monotonic.
const (
	distantPast   = time.Duration(math.MinInt64) // before every moment
	distantFuture = time.Duration(math.MaxInt64) // after every moment
)

// The position of an entry that is in no queue.
const (
	notQueued = -1 // every subscriber still has an event to observe
	inFlight  = -2 // it is in a call, or in a part of a call that was split
)

// entry is one ID of a group, however many Targets wait for it. There may be 100,000 of
// them, so it is kept to 64 bytes.
type entry[T any] struct {
	id         string
	accepted   time.Duration    // when the cloud accepted it; if unknown, when the first Wait for it began
	firstMiss  time.Duration    // when the first of its latest misses in a row came; meaningless without misses
	due        time.Duration    // when to ask next; in flight, when it was due
	lastAnswer time.Duration    // start of the round whose answer last said something about it
	subs       *subscription[T] // at least one while the entry is in the group's map
	pos        int32            // index in its queue, notQueued or inFlight
	misses     uint8            // whole answers in a row that lack it, up to proofAnswers
	marks      marks
}

// marks are the yes-or-no facts about an entry, in one byte.
type marks uint8

const (
	seen            marks = 1 << iota // an answer mentioned it, or a Target knows that it existed
	acceptanceKnown                   // accepted is its acceptance
	asksAlone                         // until it is seen it shares no call: it makes calls fail, or its next miss is final
	dueIsFixed                        // due does not follow from a schedule, so a new plan does not move it
	unanswered                        // the latest call about it gave no answer
	looksEarly                        // its next look is an early one, which does not come before due
	lookedEarly                       // it was looked at early, which does not count as an answer
)

func (e *entry[T]) is(m marks) bool { return e.marks&m != 0 }

func (e *entry[T]) set(m marks, on bool) {
	if e.marks &^= m; on {
		e.marks |= m
	}
}

// subscription is one Target's interest in one entry.
type subscription[T any] struct {
	w        *watch[T]
	next     *subscription[T]
	after    uint64 // calls up to this number were sent before the Target came
	patience uint32 // an ID that was never seen is Hidden no earlier than this moment, in seconds
	isNew    bool   // patience follows from a recent acceptance
	busy     bool   // an event about the entry waits to be observed
}

// patienceEnds returns the moment from which on an ID that was never seen may be Hidden.
func (s *subscription[T]) patienceEnds() time.Duration {
	return time.Duration(s.patience) * time.Second
}

// alone reports whether the entry must not share a call.
func (e *entry[T]) alone() bool { return e.is(asksAlone) }

// recordSeen records that an answer mentions the entry.
func (e *entry[T]) recordSeen() {
	e.misses = 0
	e.set(asksAlone|unanswered, false)
	e.set(seen, true)
}

// recordNoAnswer records that a call about the entry said nothing about it, and why.
func (e *entry[T]) recordNoAnswer(why error) {
	e.set(unanswered, true)
	for s := e.subs; s != nil; s = s.next {
		s.w.lastProblem = why
	}
}

// find returns w's subscription, or nil.
func (e *entry[T]) find(w *watch[T]) *subscription[T] {
	for s := e.subs; s != nil; s = s.next {
		if s.w == w {
			return s
		}
	}
	return nil
}

// add adds a subscription. The first in the list decides when the entry is due, so a
// Wait stands before a Look.
func (e *entry[T]) add(s *subscription[T]) {
	if s.w.isLook && e.subs != nil {
		s.next, e.subs.next = e.subs.next, s
		return
	}
	s.next, e.subs = e.subs, s
}

// remove removes w's subscription, if there is one.
func (e *entry[T]) remove(w *watch[T]) {
	for p := &e.subs; *p != nil; p = &(*p).next {
		if (*p).w == w {
			*p = (*p).next
			return
		}
	}
}

// wantsAnswer reports whether a subscriber could use an answer now.
func (e *entry[T]) wantsAnswer() bool {
	for s := e.subs; s != nil; s = s.next {
		if !s.busy {
			return true
		}
	}
	return false
}

// lastLookFirst returns the earlier of two moments: due, and the last look before the
// deadline of a subscriber if that is still ahead.
func (e *entry[T]) lastLookFirst(due, now time.Duration) time.Duration {
	for s := e.subs; s != nil; s = s.next {
		ahead := s.w.lastLookAt > now+minGap/2
		if ahead && s.w.lastLookAt < due {
			due = s.w.lastLookAt
			e.set(dueIsFixed, true)
		}
	}
	return due
}

// maxWait returns how long an entry that is due may wait for others.
func (e *entry[T]) maxWait() time.Duration {
	wait := (e.due - e.lastAnswer) / 2
	if e.lastAnswer == distantPast {
		wait = (e.due - e.accepted) / 10
	}
	return min(max(wait, 0), maxSlack)
}

// latest returns the moment by which e must be looked at again after an answer of a moment.
func (e *entry[T]) latest(answer time.Duration) time.Duration {
	if !e.is(lookedEarly) {
		return distantFuture
	}
	age := e.subs.w.schedule.Latest(answer - e.accepted)
	if age == boot.Never {
		return distantFuture
	}
	return e.accepted + age
}

// postponeByPlan moves due back when the schedule, by what is known now, wants the look
// much later. It reports whether it did.
func (e *entry[T]) postponeByPlan(now time.Duration) bool {
	if e.is(dueIsFixed) {
		return false
	}
	s, due := &e.subs.w.schedule, time.Duration(0)
	pace := s.Interval(now - e.accepted)
	if e.lastAnswer == distantPast {
		due = min(e.accepted+s.First(), e.latest(e.accepted))
	} else {
		due = min(e.lastAnswer+s.Interval(e.lastAnswer-e.accepted), e.latest(e.lastAnswer))
	}
	if due <= e.due+pace/4 {
		return false
	}
	e.due = min(due, now+pace+2*joinWindow)
	return true
}
