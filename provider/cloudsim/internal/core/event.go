package core

import "time"

// EventStage is how far an event is.
type EventStage string

// Stages of an event.
const (
	EventAsked     EventStage = "asked" // waits for an answer of the account
	EventScheduled EventStage = "scheduled"
	EventExecuting EventStage = "executing"
	EventExecuted  EventStage = "executed"
	EventAvoided   EventStage = "avoided"
	EventCanceled  EventStage = "canceled"
)

// Event is what a cloud has announced about an instance. Its stage, and what it does to the
// instance, are computed from the clock. Read and write it only with the lock of its service held.
type Event struct {
	Notice
	ID       string // as the cloud names it
	Instance *Instance

	Published time.Time
	NotBefore time.Time // when it happens
	Ends      time.Time // when it has happened

	Lock     string    // the cloud's word for why the instance is locked; "" = it is not
	LockFrom time.Time // since when
	During   Phase     // of a running instance while it happens; "" = as before
	Then     Phase     // from NotBefore on; "" = as before
	ByReboot bool      // a reboot before NotBefore avoids it

	gone  time.Time  // when the cloud releases the instance; zero = never
	over  time.Time  // when it was avoided or withdrawn; zero = it was not
	ended EventStage // its stage from then on
}

// StageAt returns how far an event is at a time.
func (e *Event) StageAt(now time.Time) EventStage {
	switch {
	case e.endedBy(now):
		return e.ended
	case e.Asks:
		return EventAsked
	case now.Before(e.NotBefore):
		return EventScheduled
	case now.Before(e.Ends):
		return EventExecuting
	default:
		return EventExecuted
	}
}

// endedBy reports whether an event was avoided or withdrawn before a time.
func (e *Event) endedBy(now time.Time) bool { return !e.over.IsZero() && !now.Before(e.over) }

// Finished returns when an event was executed, avoided or withdrawn; zero if it was not.
func (e *Event) Finished(now time.Time) time.Time {
	switch e.StageAt(now) {
	case EventExecuted:
		return e.Ends
	case EventAvoided, EventCanceled:
		return e.over
	default:
		return time.Time{}
	}
}

// Accept answers an event that waits for an answer: it happens at a time. It reports false for
// others.
func (e *Event) Accept(now, at time.Time) bool {
	if e.StageAt(now) != EventAsked {
		return false
	}
	e.Asks, e.NotBefore, e.Ends = false, at, at.Add(e.Takes)
	return true
}

// holds reports whether an event will do something to its instance, or does something that can end.
func (e *Event) holds(now time.Time) bool {
	lasts := e.Then != "" || e.Lock != ""
	stays := e.StageAt(now) != EventExecuted || lasts
	return e.over.IsZero() && stays && e.Instance.PhaseAt(now) != Gone
}

// end ends the effects of an event. One that was executed keeps its stage.
func (e *Event) end(now time.Time, stage EventStage) {
	if e.StageAt(now) == EventExecuted {
		stage = EventExecuted
	}
	e.over, e.ended = now, stage
}

// locksAt reports whether an event locks its instance at a time.
func (e *Event) locksAt(now time.Time) bool {
	return e.Lock != "" && !e.endedBy(now) && !now.Before(e.LockFrom)
}

// LocksAt returns the cloud's words for why an instance is locked at a time.
func (m *Instance) LocksAt(now time.Time) []string {
	var words []string
	if m.Lock != "" {
		words = append(words, m.Lock)
	}
	for _, e := range m.events {
		if e.locksAt(now) {
			words = append(words, e.Lock)
		}
	}
	return words
}

// phase returns the phase of an instance under an event, given its phase without it.
func (e *Event) phase(p Phase, now time.Time) Phase {
	switch e.StageAt(now) {
	case EventExecuting, EventExecuted:
	default:
		return p
	}
	if e.endedBy(now) || p == Gone {
		return p
	}
	if !e.gone.IsZero() && !now.Before(e.gone) {
		return Gone
	}
	switch p {
	case Failed, Recycled, Terminating:
		return p
	case Running:
		if e.During != "" && e.StageAt(now) == EventExecuting {
			return e.During
		}
	default: // it does not run, and is not restarted
	}
	if e.Then != "" {
		return e.Then
	}
	return p
}
