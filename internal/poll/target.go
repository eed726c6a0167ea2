package poll

import "time"

// Target is what one caller waits for, or looks at. It must not be changed meanwhile.
type Target[T any] struct {
	// Group is where the IDs live; only IDs of one group share calls.
	Group string

	// Class names IDs that become ready equally fast. The poller learns per class when
	// to look.
	Class string

	// Series names a listing of the IDs that are ready, for Config.List: an operation,
	// for example. The listing may contain other IDs as well. "" = there is none.
	Series string

	// IDs are the IDs to wait for. An ID that is given twice counts once.
	IDs []string

	// Accepted is when the cloud accepted the IDs. Zero = long ago: then the IDs are
	// asked about at once, an ID that is never seen is Hidden after 20 s, and ages count
	// from the start of Wait.
	Accepted time.Time

	// Since returns when the cloud accepted one of the IDs, for IDs that were not
	// accepted together. It is called once for each ID when Wait begins. A zero result
	// stands for Accepted. nil = Accepted holds for all.
	Since func(id string) time.Time

	// Known reports whether an ID is known to have existed in the group because somebody
	// saw it before. An ID can only be Gone if it is known, or if this poller saw it. It
	// is called once for each ID when Wait begins. nil = no ID is known.
	Known func(id string) bool

	// Leaving says that the cloud has accepted the release of the IDs, and that the
	// caller waits for them to disappear. Then an ID is Gone when two answers in a row,
	// 5 s apart, lack it, even if it was never seen. A thousand IDs that disappear
	// together take as many calls as a thousand that appear.
	Leaving bool

	// Observe is told what is known about one ID and says how to go on.
	//
	// It runs in the goroutine that called Wait: never concurrently for one Target, and
	// never after Wait has returned. A slow Observe delays only its own Target: while an
	// event waits to be observed, its ID is not asked about again for this Target. Observe
	// may use the poller; a Wait that it calls blocks this Target until it returns.
	Observe func(Event[T]) Verdict
}

// Event is news about one ID.
type Event[T any] struct {
	ID    string
	Value T // the cloud's answer when Kind is Seen, else the zero value
	Kind  Kind
	Err   error     // the reason when Kind is Failed; the cloud's error, if any, when it is Gone, Hidden or Absent
	At    time.Time // when the answer arrived

	// Age is the time since the ID was accepted. If that is unknown, it is the time since
	// the first Wait for the ID began.
	Age time.Duration
}

// Kind says what an Event reports.
type Kind int

// Kinds of events.
const (
	// Seen is an answer that mentions the ID. It may say the same as the one before.
	Seen Kind = iota
	// Gone is final: the ID existed and does not exist any more. Either it was seen
	// before, and three whole answers in a row over at least 20 s lack it. Or its release
	// was accepted, and answers lack it. The Verdict on it is ignored.
	Gone
	// Failed is final: the cloud refuses the ID itself. The Verdict on it is ignored.
	Failed
	// Hidden is final for this Wait, and proves nothing about the ID: no answer has ever
	// shown it, although the patience with it has ended and three whole answers over at
	// least 20 s should have shown it. It may become visible late, it may be elsewhere,
	// or these credentials may not see it. The Verdict on it is ignored.
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
	// Keep means: ask again later.
	Keep Verdict = iota
	// Again means: ask again later, and learn nothing, because the caller does not wait
	// for a boot.
	Again
	// Done means: ask no more.
	Done
	// Ready means: ask no more, and learn how long this class takes. Nothing is learned
	// when the first look at the ID came late and found it ready: then nobody knows when
	// it became ready.
	Ready
)
