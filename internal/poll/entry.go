package poll

import (
	"container/heap"
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
	id    string
	born  time.Duration // its age counts from here
	grace time.Duration // unseen so far, an absence before this means "not yet"
	due   time.Duration // when to ask next; in flight, when it was due
	asked time.Duration // when the last answer about it came
	subs  *sub[T]       // never empty while the entry is in the group's map
	pos   int32         // index in its queue, parked or away

	seen    bool // some answer mentioned it
	doubt   doubt
	spoiler bool // known to make a shared call fail: ask it alone until seen
	wished  bool // due is a subscriber's wish, not a plan's
}

// doubt is what the latest miss of an ID has left behind, where it counts.
type doubt uint8

const (
	noDoubt    doubt = iota
	asksAlone        // the next miss ends it, in a call of its own
	asksInLine       // the next miss ends it, in any call: it is expected to go
)

// sub is one Target's interest in one entry.
type sub[T any] struct {
	w     *watch[T]
	next  *sub[T]
	after uint64 // calls up to this one were sent before the Target asked
	busy  bool   // an event for it waits to be observed
}

// alone reports whether the entry must not share a call.
func (e *entry[T]) alone() bool { return e.doubt == asksAlone || e.spoiler }

// leaving reports whether everybody who waits for the entry expects it to go.
func (e *entry[T]) leaving() bool {
	for s := e.subs; s != nil; s = s.next {
		if !s.w.Leaving {
			return false
		}
	}
	return true
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
			due, e.wished = s.w.last, true
		}
	}
	return due
}

// queue is a heap of entries: the longest due first, among equals the oldest.
type queue[T any] []*entry[T]

func (q *queue[T]) add(e *entry[T])   { heap.Push(q, e) }
func (q *queue[T]) take() *entry[T]   { return heap.Pop(q).(*entry[T]) }
func (q *queue[T]) moved(e *entry[T]) { heap.Fix(q, int(e.pos)) }
func (q *queue[T]) drop(e *entry[T])  { heap.Remove(q, int(e.pos)) }

// next returns when the first entry is due, noTime when there is none.
func (q queue[T]) next() time.Duration {
	if len(q) == 0 {
		return noTime
	}
	return q[0].due
}

// Len implements [heap.Interface].
func (q queue[T]) Len() int { return len(q) }

// Less implements [heap.Interface].
func (q queue[T]) Less(i, j int) bool {
	if q[i].due != q[j].due {
		return q[i].due < q[j].due
	}
	return q[i].born < q[j].born
}

// Swap implements [heap.Interface].
func (q queue[T]) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].pos, q[j].pos = int32(i), int32(j)
}

// Push implements [heap.Interface].
func (q *queue[T]) Push(x any) {
	e := x.(*entry[T])
	e.pos = int32(len(*q))
	*q = append(*q, e)
}

// Pop implements [heap.Interface].
func (q *queue[T]) Pop() any {
	last := len(*q) - 1
	e := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	e.pos = parked
	return e
}
