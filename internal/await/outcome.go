package await

import (
	"iter"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/poll"
)

// Outcome is what a wait knows of one ID.
type Outcome[I any] struct {
	ID        string
	Phase     Phase  // never Limited: such an ID is Pending
	State     string // as last seen; "" if it was never seen
	Raw       string // the cloud's last word; "" if it was never seen
	Seen      bool   // it was seen, perhaps not by this wait
	NoAddress bool   // it was seen without any address
	Owner     uint8  // that of the first Sighting that proved one; 0 if none did
	Failure   *Failure

	// Limited is when its phase became Limited, in this wait or before; zero when it is not, and
	// was not when it failed.
	Limited time.Time

	// Last is the latest answer about the ID. Nil unless it is ready, or Config.Keep is set.
	// It must not be changed: other waits may hold what is in it.
	Last *I
}

// Failure is why an ID will never be ready.
type Failure struct {
	Kind   poll.Kind // the event that showed it: Seen, Gone or Failed
	Reason string    // that of the Sighting when the event is Seen; may be empty
	Err    error     // that of the Sighting when the event is Seen, else that of the event; may be nil
}

// Outcomes returns what is known of every ID, in the order of Config.IDs.
func (w *Wait[I]) Outcomes() iter.Seq[Outcome[I]] {
	return func(yield func(Outcome[I]) bool) {
		for i := range w.entries {
			if !yield(w.outcome(w.ids[i], &w.entries[i])) {
				return
			}
		}
	}
}

func (w *Wait[I]) outcome(id string, e *entry[I]) Outcome[I] {
	at := w.words.of(e.word)
	o := Outcome[I]{
		ID: id, Phase: e.phase, State: at.state, Raw: at.raw, Seen: e.seen, NoAddress: e.noAddress,
		Owner: e.owner, Failure: e.failure, Last: e.last,
	}
	if e.limited != 0 {
		o.Limited = w.start.Add(e.limited)
	}
	return o
}

// Hidden returns the shortest time that an ID in phase Hidden was waited for, and the latest
// error of the cloud about such an ID, which may be nil. Without such an ID both are zero.
func (w *Wait[I]) Hidden() (patience time.Duration, err error) { return w.patience, w.hiddenErr }
