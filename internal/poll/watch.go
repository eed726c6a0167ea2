package poll

import (
	"context"
	"slices"
	"time"
)

// watch is one Wait: the Target, and the news that its goroutine has yet to take
// to the observer. All but the Target is guarded by the group's lock.
type watch[T any] struct {
	*Target[T]
	born    time.Duration // acceptance, or the start of Wait where that is unknown
	grace   time.Duration // until then an absence means "not yet"
	curve   *curve        // what is known of its class
	start   time.Duration // when its IDs are first due
	planned bool          // start follows from the curve
	last    time.Duration // when they get a last look before the deadline
	teaches bool          // boot times seen by it are worth learning

	wake chan struct{} // holds a token when there is something to take
	news []item[T]
	left int   // IDs without an end
	err  error // the group gave up
}

// item is an event on its way to an observer.
type item[T any] struct {
	e      *entry[T]
	event  Event[T]
	before time.Duration // the answer before this one, if any
	at     time.Duration
}

func (p *Poller[T]) newWatch(ctx context.Context, t *Target[T]) *watch[T] {
	now := p.now()
	w := &watch[T]{Target: t, born: now, grace: never, curve: p.curve(t.Class), start: now, last: noTime}
	w.wake = make(chan struct{}, 1)
	if !t.Accepted.IsZero() {
		w.born = min(t.Accepted.Sub(p.base), now)
		w.grace = w.born + visibleWithin
		due := w.born + w.curve.first()
		w.start, w.planned, w.teaches = max(due, now), due > now, due >= now
	}
	if d, ok := ctx.Deadline(); ok {
		w.last = d.Add(-lastLook).Sub(p.base)
		if at := max(w.last, now); at < w.start {
			w.start, w.planned = at, false
		}
	}
	return w
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
	var looks []look
	defer func() { w.curve.learn(g.p.now(), looks) }()
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
func (w *watch[T]) learns(looks []look, it *item[T], v Verdict) []look {
	if !w.teaches || it.event.Kind != Seen || v == Done {
		return looks
	}
	l := look{before: never, at: it.at - w.born, ready: v == Ready, n: 1}
	if it.before > w.born {
		l.before = it.before - w.born
	}
	if n := len(looks); n > 0 {
		if last := &looks[n-1]; last.before == l.before && last.at == l.at && last.ready == l.ready {
			last.n++
			return looks
		}
	}
	return append(looks, l)
}
