package poll

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/poll/boot"
)

// watch is one Wait or Look: the Target, and the events that its goroutine has yet to
// hand to the observer. The fields after mayList are guarded by the group's lock.
type watch[T any] struct {
	*Target[T]
	schedule   boot.Schedule // when its IDs are looked at
	isLook     bool          // each ID ends with its first event
	lastLookAt time.Duration // when its IDs are looked at once more before the deadline
	mayList    bool          // looks at its IDs may be listings
	origin     any           // of Config.Origin

	listings    int           // listings since its IDs were last asked about by ID
	lastListing time.Duration // start of the round of the latest listing

	wake        chan struct{} // holds a token when there are events, or err
	events      []pendingEvent[T]
	open        int    // IDs that have not come to an end
	err         error  // why the group has ended its Targets
	lastProblem error  // why the latest call about some of its IDs gave no answer
	joined      uint64 // the number of the latest call that was told its origin
}

// pendingEvent is an event on its way to an observer.
type pendingEvent[T any] struct {
	e               *entry[T]
	event           Event[T]
	at              time.Duration // when the answer arrived
	accepted        time.Duration // as in entry, at that moment
	acceptanceKnown bool
	early           bool          // it is about an early look
	lastAnswer      time.Duration // start of the round of the answer before this one
}

// newWatch returns the watch of a Wait.
func (p *Poller[T]) newWatch(ctx context.Context, t *Target[T]) *watch[T] {
	w := &watch[T]{Target: t, lastLookAt: distantFuture, wake: make(chan struct{}, 1)}
	w.mayList = p.cfg.List != nil && t.Series != "" && len(t.IDs) > p.cfg.Batch
	fleet := boot.Fleet{Size: len(t.IDs), Batch: p.cfg.Batch, Listings: w.mayList, Leaving: t.Leaving}
	w.schedule = p.times.Class(t.Class, p.now()).Schedule(p.now(), fleet)
	if d, ok := ctx.Deadline(); ok {
		w.lastLookAt = d.Add(-lastLook).Sub(p.base)
	}
	w.origin = p.originOf(ctx)
	return w
}

// originOf returns what calls are told of a Wait or a Look with this context, or nil.
func (p *Poller[T]) originOf(ctx context.Context) any {
	if p.cfg.Origin == nil {
		return nil
	}
	return p.cfg.Origin(ctx)
}

// newLook returns the watch of a Look. What it sees teaches nothing, and the acceptance
// in its Target does not count.
func (p *Poller[T]) newLook(ctx context.Context, t *Target[T]) *watch[T] {
	t.Accepted, t.Since, t.Leaving = time.Time{}, nil, false
	s := p.times.Class(t.Class, p.now()).Schedule(p.now(), boot.Fleet{})
	return &watch[T]{
		Target: t, schedule: s, isLook: true, lastLookAt: distantFuture, wake: make(chan struct{}, 1),
		origin: p.originOf(ctx),
	}
}

// acceptance is what follows from when an ID was accepted.
type acceptance struct {
	at         time.Duration // the acceptance, or the start of Wait if it is unknown
	known      bool          // at is the acceptance
	patience   uint32        // as in subscription
	isNew      bool          // as in subscription
	due        time.Duration // when the ID is first due
	bySchedule bool          // due follows from the schedule
}

// acceptances returns the acceptance of each ID of w; or one for all, if they were
// accepted together.
func (w *watch[T]) acceptances(p *Poller[T]) []acceptance {
	now := p.now()
	common := w.acceptance(p, w.Accepted, now)
	if w.Since == nil {
		return []acceptance{common}
	}
	all := make([]acceptance, len(w.IDs))
	for i, id := range w.IDs {
		all[i] = common
		if at := w.Since(id); !at.IsZero() {
			all[i] = w.acceptance(p, at, now)
		}
	}
	return all
}

// acceptance returns what follows from an acceptance at that time.
func (w *watch[T]) acceptance(p *Poller[T], at time.Time, now time.Duration) acceptance {
	a := acceptance{at: now, due: now}
	patience := now + proofTime
	if !at.IsZero() {
		a.at, a.known = min(at.Sub(p.base), now), true
		a.isNew = a.at+p.cfg.Visible > patience
		patience = max(patience, a.at+p.cfg.Visible)
		due := a.at + w.schedule.First()
		a.due, a.bySchedule = max(due, now), due > now
	}
	a.patience = uint32(min(patience/time.Second+1, math.MaxUint32))
	if last := max(w.lastLookAt, now); last < a.due {
		a.due, a.bySchedule = last, false
	}
	return a
}

// subscription returns w's interest in an ID. It ignores calls up to that number.
func (w *watch[T]) subscription(a acceptance, after uint64) *subscription[T] {
	return &subscription[T]{w: w, after: after, patience: a.patience, isNew: a.isNew}
}

// knownIDs asks the Target which of its IDs existed before. It returns nil when none
// did.
func (w *watch[T]) knownIDs() (known []bool) {
	if w.Known == nil {
		return nil
	}
	for i, id := range w.IDs {
		if !w.Known(id) {
			continue
		}
		if known == nil {
			known = make([]bool, len(w.IDs))
		}
		known[i] = true
	}
	return known
}

// addEvent queues an event for the observer; up to more others may follow at once.
func (w *watch[T]) addEvent(ev pendingEvent[T], more int) {
	if w.events == nil {
		w.events = slices.Grow(w.events, min(more, w.open))
	}
	w.events = append(w.events, ev)
	w.signal()
}

// signal wakes the goroutine of the Wait.
func (w *watch[T]) signal() {
	select {
	case w.wake <- struct{}{}:
	default: // the last token is still there, and stands for this signal too
	}
}

// observeEvents hands all events to the observer, and learns from them. It reports
// whether the Wait has ended.
func (w *watch[T]) observeEvents(ctx context.Context, g *group[T]) (done bool, err error) {
	events, failure := g.takeEvents(w)
	var looks boot.Looks
	defer func() { g.learn(w, looks) }()
	for i := range events {
		if err := ctx.Err(); err != nil {
			return true, err
		}
		verdict := w.Observe(events[i].event)
		looks = w.addLook(looks, &events[i], verdict)
		if g.applyVerdict(w, &events[i], verdict) == 0 {
			return true, nil
		}
	}
	return failure != nil, failure
}

// addLook adds what an observation says about the time of a boot, if anything.
func (w *watch[T]) addLook(looks boot.Looks, ev *pendingEvent[T], v Verdict) boot.Looks {
	isBoot := v == Keep || v == Ready
	if w.isLook || !isBoot || !ev.acceptanceKnown || ev.event.Kind != Seen {
		return looks
	}
	l := lookAt(ev.accepted, ev.lastAnswer, ev.at, v == Ready)
	l.Early = ev.early
	return looks.Add(l)
}

// lookAt returns what an answer at a moment has shown of an ID, about which the answer
// before it came at the moment before.
func lookAt(accepted, before, at time.Duration, ready bool) boot.Look {
	l := boot.Look{At: at - accepted, Ready: ready, N: 1}
	if before > accepted {
		l.Before = before - accepted
	}
	return l
}

// learn records looks at IDs of w, and moves looks that were planned by less.
func (g *group[T]) learn(w *watch[T], looks boot.Looks) {
	planTooLate := w.schedule.Learn(g.p.now(), looks)
	g.moveFirstLooks(w)
	if age, ok := w.schedule.FirstReady(); ok {
		g.moveLooksOfClass(w.schedule.Class(), age)
	}
	if planTooLate {
		g.moveLooksToPrior(w.schedule.Class())
	}
}
