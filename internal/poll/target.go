package poll

import "time"

// Target is what one caller waits for, or looks at. It must not be changed meanwhile.
type Target[T any] struct {
	// Group is where the IDs live; only IDs of one group share calls.
	Group string

	// Class names machines that boot alike; the poller learns per class when
	// the first look is worth its call.
	Class string

	// Series names what lists the IDs that are ready, for Config.List: an
	// operation, say. Other IDs may be in it as well. "" = nothing does.
	Series string

	// IDs to wait for. One that stands here twice counts once.
	IDs []string

	// Accepted is when the cloud accepted the IDs. Zero = long ago: they are
	// asked at once, one that is never seen is Hidden after 20 s, and the pace
	// counts from the start of Wait.
	Accepted time.Time

	// Since tells when the cloud accepted one of the IDs, where they were not
	// accepted together. It is asked once for each, as Wait begins. Zero means
	// Accepted; nil means that for all.
	Since func(id string) time.Time

	// Known reports whether an ID is known to have existed in the group: somebody
	// saw it before. Only then, or after this poller saw it, can it be Gone. It is
	// asked once for each ID, as Wait begins. nil = no ID is.
	Known func(id string) bool

	// Leaving says that the cloud has accepted the release of the IDs: that they
	// are missing is what the caller waits for. Then two answers in a row that lack
	// an ID, 5 s apart, say that it is Gone, also when it was never seen: a thousand
	// that go together take as many calls as a thousand that come.
	Leaving bool

	// Observe is told what is known about one ID and says how to go on. It runs
	// in the goroutine that called Wait, so never concurrently for one Target,
	// never after Wait returned, and a slow one delays nobody but its own
	// Target: while an ID's event waits to be observed, the ID is not asked
	// again on behalf of this Target. It may use the poller, except that
	// a Wait called from inside blocks this Target until it returns.
	Observe func(Event[T]) Verdict
}

// Event is one piece of news about one ID.
type Event[T any] struct {
	ID    string
	Value T // the cloud's answer when Kind is Seen, else the zero value
	Kind  Kind
	Err   error     // why, when Kind is Failed; the cloud's own words, if any, when Gone, Hidden or Absent
	At    time.Time // when the answer arrived

	// Age is the time since the ID was accepted, or since it was first waited for
	// where that is unknown.
	Age time.Duration
}

// Kind says what an Event reports.
type Kind int

// Kinds of events.
const (
	// Seen is an answer that mentions the ID. It may say the same as before.
	Seen Kind = iota
	// Gone is final: the ID existed and does no longer. It was seen before, and three
	// whole answers in a row over at least 20 s lack it; or its release was accepted,
	// and it is not shown. The Verdict on it is ignored.
	Gone
	// Failed is final: the cloud refuses the ID itself. The Verdict on it is
	// ignored.
	Failed
	// Hidden is final for this Wait, and says nothing about the ID itself: no answer
	// has ever shown it, though the patience with it is over and three whole answers
	// over at least 20 s should have. It may be late, elsewhere, or not for these
	// credentials to see. The Verdict on it is ignored.
	Hidden
	// Absent is what a Look reports of an ID that a whole answer lacks. It proves
	// nothing.
	Absent
)

// String returns the kind as it reads in a message.
func (k Kind) String() string {
	return [...]string{"seen", "gone", "failed", "hidden", "absent"}[k]
}

// Verdict is an observer's answer to an Event.
type Verdict int

// Verdicts.
const (
	// Keep asks again later.
	Keep Verdict = iota
	// Again is Keep, and teaches the poller nothing: it is not a boot that the
	// caller waits for.
	Again
	// Done asks no more.
	Done
	// Ready asks no more and teaches the poller how long this class takes. It
	// teaches nothing when the first look at the ID comes late and finds it ready:
	// then nobody can tell when it became so.
	Ready
)
