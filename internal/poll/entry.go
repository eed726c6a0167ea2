package poll

import (
	"math"
	"time"
)

// Moments are kept as time.Durations since the poller was made: 8 bytes instead
// of 24, and monotonic.
const (
	never  = time.Duration(math.MinInt64) // before everything
	noTime = time.Duration(math.MaxInt64) // after everything
)

// Where an entry is when it is in no queue.
const (
	parked = -1 // every subscriber still has news to observe
	away   = -2 // in flight, or in half of a split chunk
)

// entry is one ID of a group, no matter how many Targets wait for it. There may
// be 100,000 of them: it is kept to 64 bytes.
type entry[T any] struct {
	id     string
	born   time.Duration // its age counts from here
	missed time.Duration // when the first of the latest misses in a row came; meaningless without misses
	due    time.Duration // when to ask next; in flight, when it was due
	asked  time.Duration // when the last answer that says something about it came
	subs   *sub[T]       // never empty while the entry is in the group's map
	pos    int32         // index in its queue, parked or away
	misses uint8         // whole answers in a row that lack it, up to proofAnswers
	marks  marks
}

// marks are the yes-or-no facts about an entry, in one byte.
type marks uint8

const (
	seen       marks = 1 << iota // some answer mentioned it, or a Target knows that it existed
	dated                        // born is its acceptance
	asksAlone                    // it makes a shared call fail, or its next miss ends it: ask it alone until it is seen
	dueIsFixed                   // due is a subscriber's wish or a confirmation, not a plan's
	unanswered                   // the latest call about it told nothing
)

func (e *entry[T]) is(m marks) bool { return e.marks&m != 0 }

func (e *entry[T]) set(m marks, on bool) {
	if e.marks &^= m; on {
		e.marks |= m
	}
}

// sub is one Target's interest in one entry.
type sub[T any] struct {
	w        *watch[T]
	next     *sub[T]
	after    uint64 // calls up to this one were sent before the Target asked
	patience uint32 // an ID never seen is Hidden after this moment at the earliest, in seconds
	fresh    bool   // patience follows from its acceptance
	busy     bool   // an event for it waits to be observed
}

// patient returns the moment from which on an ID that was never seen may be Hidden.
func (s *sub[T]) patient() time.Duration { return time.Duration(s.patience) * time.Second }

// alone reports whether the entry must not share a call.
func (e *entry[T]) alone() bool { return e.is(asksAlone) }

// sighted takes in that an answer mentions the entry.
func (e *entry[T]) sighted() {
	e.misses = 0
	e.set(asksAlone|unanswered, false)
	e.set(seen, true)
}

// find returns w's interest in the entry, or nil.
func (e *entry[T]) find(w *watch[T]) *sub[T] {
	for s := e.subs; s != nil; s = s.next {
		if s.w == w {
			return s
		}
	}
	return nil
}

// add adds an interest. The first in the list decides about the pace: a Wait comes
// before a Look.
func (e *entry[T]) add(s *sub[T]) {
	if s.w.once && e.subs != nil {
		s.next, e.subs.next = e.subs.next, s
		return
	}
	s.next, e.subs = e.subs, s
}

// remove ends w's interest, if there was any.
func (e *entry[T]) remove(w *watch[T]) {
	for p := &e.subs; *p != nil; p = &(*p).next {
		if (*p).w == w {
			*p = (*p).next
			return
		}
	}
}

// hungry reports whether somebody could use an answer now.
func (e *entry[T]) hungry() bool {
	for s := e.subs; s != nil; s = s.next {
		if !s.busy {
			return true
		}
	}
	return false
}

// lastCall moves due forward to the moment just before the deadline of a
// subscriber, where that comes first and is still ahead.
func (e *entry[T]) lastCall(due, now time.Duration) time.Duration {
	for s := e.subs; s != nil; s = s.next {
		if s.w.last > now+minGap/2 && s.w.last < due {
			due = s.w.last
			e.set(dueIsFixed, true)
		}
	}
	return due
}
