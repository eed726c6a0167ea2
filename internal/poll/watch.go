package poll

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/poll/boot"
)

// watch is one Wait: the Target, and the news that its goroutine has yet to take
// to the observer. All but the Target is guarded by the group's lock.
type watch[T any] struct {
	*Target[T]
	schedule boot.Schedule // when its IDs are looked at
	listing  bool          // looks at its IDs may be listings
	once     bool          // it is a Look: each ID ends with its first event

	lists  int           // listings since its IDs were last asked about themselves
	listed time.Duration // start of the latest listing's round
	last   time.Duration // when its IDs get a last look before the deadline

	wake    chan struct{} // holds a token when there is something to take
	news    []item[T]
	left    int   // IDs without an end
	err     error // the group gave up
	trouble error // why the latest call about some of its IDs told nothing
}

// item is an event on its way to an observer.
type item[T any] struct {
	e      *entry[T]
	event  Event[T]
	born   time.Duration // the ID's
	before time.Duration // the answer before this one, if any
	at     time.Duration
	dated  bool // born is its acceptance
}

func (p *Poller[T]) newWatch(ctx context.Context, t *Target[T]) *watch[T] {
	w := &watch[T]{Target: t, last: noTime, wake: make(chan struct{}, 1)}
	w.listing = p.cfg.List != nil && t.Series != "" && len(t.IDs) > p.cfg.Batch
	fleet := boot.Fleet{Size: len(t.IDs), Batch: p.cfg.Batch, Listings: w.listing}
	w.schedule = p.times.Class(t.Class, p.now()).Schedule(p.now(), fleet)
	if d, ok := ctx.Deadline(); ok {
		w.last = d.Add(-lastLook).Sub(p.base)
	}
	return w
}

// newLook returns the watch of a Look. What it sees teaches nothing, and its Target's
// acceptance plays no part.
func (p *Poller[T]) newLook(t *Target[T]) *watch[T] {
	t.Accepted, t.Since, t.Leaving = time.Time{}, nil, false
	s := p.times.Class(t.Class, p.now()).Schedule(p.now(), boot.Fleet{})
	return &watch[T]{Target: t, schedule: s, last: noTime, wake: make(chan struct{}, 1), once: true}
}

// birth is what follows from the acceptance of an ID.
type birth struct {
	born     time.Duration // acceptance, or the start of Wait where that is unknown
	dated    bool          // it is the acceptance
	patience uint32        // as in sub
	fresh    bool          // as in sub
	start    time.Duration // when it is first due
	plan     bool          // start follows from the curve
}

// births works out the birth of each ID of w: one for each, or one for all.
func (w *watch[T]) births(p *Poller[T]) []birth {
	now := p.now()
	common := w.birth(p, w.Accepted, now)
	if w.Since == nil {
		return []birth{common}
	}
	all := make([]birth, len(w.IDs))
	for i, id := range w.IDs {
		all[i] = common
		if at := w.Since(id); !at.IsZero() {
			all[i] = w.birth(p, at, now)
		}
	}
	return all
}

// birth works out the birth of an ID that was accepted at that time.
func (w *watch[T]) birth(p *Poller[T], accepted time.Time, now time.Duration) birth {
	b := birth{born: now, start: now}
	patience := now + proofTime
	if !accepted.IsZero() {
		b.born, b.dated = min(accepted.Sub(p.base), now), true
		b.fresh = b.born+p.cfg.Visible > patience
		patience = max(patience, b.born+p.cfg.Visible)
		due := b.born + w.schedule.First()
		b.start, b.plan = max(due, now), due > now
	}
	b.patience = uint32(min(patience/time.Second+1, math.MaxUint32))
	if at := max(w.last, now); at < b.start {
		b.start, b.plan = at, false
	}
	return b
}

// sub returns w's interest in an ID, of calls after that number.
func (w *watch[T]) sub(b birth, after uint64) *sub[T] {
	return &sub[T]{w: w, after: after, patience: b.patience, fresh: b.fresh}
}

// known asks the Target which of its IDs existed before; nil where it knows of none.
func (w *watch[T]) known() (known []bool) {
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

// tell hands an event to the watch; room is how many more may follow at once.
func (w *watch[T]) tell(it item[T], room int) {
	if w.news == nil {
		w.news = slices.Grow(w.news, min(room, w.left))
	}
	w.news = append(w.news, it)
	w.ring()
}

func (w *watch[T]) ring() {
	select {
	case w.wake <- struct{}{}:
	default: // it has not taken the last token yet and will see this too
	}
}

// serve takes all news to the observer. done means that the Wait is over.
func (w *watch[T]) serve(ctx context.Context, g *group[T]) (done bool, err error) {
	news, failure := g.collect(w)
	var looks boot.Looks
	defer func() {
		late := w.schedule.Learn(g.p.now(), looks)
		g.hasten(w)
		if late {
			g.rush(w.schedule.Class())
		}
	}()
	for i := range news {
		if err := ctx.Err(); err != nil {
			return true, err
		}
		verdict := w.Observe(news[i].event)
		looks = w.learns(looks, &news[i], verdict)
		if g.conclude(w, &news[i], verdict) == 0 {
			return true, nil
		}
	}
	return failure != nil, failure
}

// learns adds what an observation teaches, if anything.
func (w *watch[T]) learns(looks boot.Looks, it *item[T], v Verdict) boot.Looks {
	teaches := v == Keep || v == Ready
	if w.once || !it.dated || it.event.Kind != Seen || !teaches {
		return looks
	}
	l := boot.Look{At: it.at - it.born, Ready: v == Ready, N: 1}
	if it.before > it.born {
		l.Before = it.before - it.born
	}
	return looks.Add(l)
}
