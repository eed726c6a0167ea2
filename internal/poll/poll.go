package poll

import (
	"context"
	"sync"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/poll/boot"
)

// Poller asks about IDs for all callers that wait for them. It is safe for concurrent
// use. It needs no Close: while nobody waits, it runs nothing.
type Poller[T any] struct {
	cfg   Config[T]
	base  time.Time   // zero of all moments
	times *boot.Times // what is known of boot times

	mu     sync.Mutex // guards groups and cfg.Rand; it may be taken under a group's lock
	groups map[string]*group[T]
}

// New returns a Poller. It panics when c.Fetch is nil.
func New[T any](c Config[T]) *Poller[T] {
	c = c.withDefaults()
	return &Poller[T]{
		cfg:    c,
		base:   time.Now(),
		times:  boot.New(c.First, c.List != nil, c.Early),
		groups: make(map[string]*group[T]),
	}
}

// Wait blocks until every ID has come to an end: t.Observe has answered Done or Ready,
// or it was told that the ID is Gone, Failed or Hidden. Wait then returns nil at once.
//
// When ctx ends first, Wait returns ctx.Err() at once, even while a Fetch hangs, but not
// before a running Observe returns. If the latest calls about IDs that are still open
// gave no answer, an *[Interrupted] says why.
//
// When the group answers three times in a row that asking again will not help, Wait
// returns an error that wraps that of Fetch. No other error of Fetch ends a Wait:
// temporary errors are retried until ctx ends. When ctx has a deadline, IDs that are
// still open are asked about once more shortly before it.
func (p *Poller[T]) Wait(ctx context.Context, t Target[T]) error {
	if err := ctx.Err(); err != nil || len(t.IDs) == 0 {
		return err
	}
	return p.group(t.Group).watch(ctx, p.newWatch(ctx, &t))
}

// Look asks about every ID once, now, and returns when t.Observe was told about each of
// them: Seen, Absent or Failed. It shares calls with all Waits. The Verdict is ignored,
// and only Group, Class, IDs, Known and Observe of t count. An ID that an answer lacks
// which is not whole is asked about again. Look treats errors of Fetch and the end of
// ctx as Wait does.
func (p *Poller[T]) Look(ctx context.Context, t Target[T]) error {
	if err := ctx.Err(); err != nil || len(t.IDs) == 0 {
		return err
	}
	return p.group(t.Group).watch(ctx, p.newLook(ctx, &t))
}

// Next returns when a Wait that has just looked at an ID of that class would look at it
// again. A zero accepted stands for an acceptance long ago. Next is at least 2 s from
// now. It asks nothing and starts nothing.
func (p *Poller[T]) Next(class string, accepted time.Time) time.Time {
	now, c := time.Now(), p.times.Class(class, p.now())
	soonest := now.Add(boot.MinInterval)
	if accepted.IsZero() {
		return soonest
	}
	age := max(now.Sub(accepted), 0)
	next := now.Add(c.First() - age)
	if age >= c.First() {
		next = now.Add(c.Interval(age))
	}
	if next.Before(soonest) {
		return soonest
	}
	return next
}

// Interrupted says that a ctx ended while calls about IDs that are still open gave no
// answer. errors.Is and errors.As find both errors.
type Interrupted struct {
	Err  error // that of ctx
	Call error // that of the latest of the calls
}

// Error returns the texts of both errors.
func (e *Interrupted) Error() string { return e.Err.Error() + ": " + e.Call.Error() }

// Unwrap returns both errors.
func (e *Interrupted) Unwrap() []error { return []error{e.Err, e.Call} }

// watch serves w until its IDs have come to an end, or ctx has.
func (g *group[T]) watch(ctx context.Context, w *watch[T]) error {
	g.join(w)
	defer g.leave(w)
	for {
		select {
		case <-ctx.Done():
			return g.interruption(w, ctx.Err())
		case <-w.wake:
		}
		done, err := w.observeEvents(ctx, g)
		switch {
		case !done:
		case err != nil && err == ctx.Err(): //nolint:errorlint // observeEvents returns it as it is
			return g.interruption(w, err)
		default:
			return err
		}
	}
}

// group returns the group of that name. A group is kept when nobody waits: its back-off
// must outlive a caller that gives up and comes again.
func (p *Poller[T]) group(name string) *group[T] {
	p.mu.Lock()
	defer p.mu.Unlock()
	g := p.groups[name]
	if g == nil {
		g = &group[T]{
			p: p, name: name,
			roundStart: distantPast, pauseUntil: distantPast,
			aloneNotBefore: distantPast, listNotBefore: distantPast,
		}
		p.groups[name] = g
	}
	return g
}

// now returns the current moment.
func (p *Poller[T]) now() time.Duration { return time.Since(p.base) }
