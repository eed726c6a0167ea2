package poll

import "time"

// Target is what one caller waits for. It must not be changed during Wait.
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
	// asked at once, an absence is believed at once (after confirmation), and
	// the pace counts from the start of Wait.
	Accepted time.Time

	// Since tells when the cloud accepted one of the IDs, where they were not
	// accepted together. It is asked once for each, as Wait begins. Zero means
	// Accepted; nil means that for all.
	Since func(id string) time.Time

	// Leaving tells that the IDs are on their way out: that they are missing is
	// what the caller waits for. Then two answers in a row that lack an ID are
	// enough, whatever else was asked: a thousand that go together take as many
	// calls as a thousand that come.
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
	Err   error     // why, when Kind is Failed; the cloud's own words, if any, when Gone
	At    time.Time // when the answer arrived
}

// Kind says what an Event reports.
type Kind int

// Kinds of events.
const (
	// Seen is an answer that mentions the ID. It may say the same as before.
	Seen Kind = iota
	// Gone is final: the cloud does not know the ID, and was asked twice. The
	// Verdict on it is ignored.
	Gone
	// Failed is final: the cloud refuses the ID itself. The Verdict on it is
	// ignored.
	Failed
)

// String returns the kind as it reads in a message.
func (k Kind) String() string {
	return [...]string{"seen", "gone", "failed"}[k]
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
