package poll

import (
	"context"
	"sync"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/poll/boot"
)

// Poller asks about IDs on behalf of everybody who waits for them. It is safe for
// concurrent use and needs no Close: while nobody waits it runs nothing.
type Poller[T any] struct {
	cfg   Config[T]
	base  time.Time   // zero of all moments
	times *boot.Times // what is known of boot times

	mu     sync.Mutex // guards what follows and cfg.Rand; taken after a group's lock
	groups map[string]*group[T]
}

// New returns a Poller. It panics when c.Fetch is nil.
func New[T any](c Config[T]) *Poller[T] {
	c = c.withDefaults()
	return &Poller[T]{
		cfg:    c,
		base:   time.Now(),
		times:  boot.New(c.First, c.List != nil),
		groups: make(map[string]*group[T]),
	}
}

// Wait blocks until t.Observe has said Done or Ready about every ID, or an ID's
// end was reported to it (Gone, Failed, Hidden); it then returns nil at once. It
// returns ctx.Err() when ctx ends first, at once even while a Fetch hangs (though
// not before a running Observe returns); where the latest calls about IDs that are
// still open told nothing, an *[Interrupted] says why. It returns an error that
// wraps Fetch's own when the group answered three times in a row that asking again
// will not help. No other error of Fetch ends a Wait: what is temporary is retried
// until ctx ends. When ctx has a deadline, IDs still open are asked once more
// shortly before it.
func (p *Poller[T]) Wait(ctx context.Context, t Target[T]) error {
	if err := ctx.Err(); err != nil || len(t.IDs) == 0 {
		return err
	}
	return p.group(t.Group).watch(ctx, p.newWatch(ctx, &t))
}

// Look asks about every ID once, now, in calls that it shares with all who wait, and
// returns when t.Observe has heard of each: Seen, Absent or Failed. The Verdict is
// ignored, and of t only Group, Class, IDs, Known and Observe count. An answer that
// is not whole is no answer about what it lacks, which is asked again. Errors of
// Fetch are treated, and ctx ends it, as in Wait.
func (p *Poller[T]) Look(ctx context.Context, t Target[T]) error {
	if err := ctx.Err(); err != nil || len(t.IDs) == 0 {
		return err
	}
	return p.group(t.Group).watch(ctx, p.newLook(&t))
}

// Next returns when a Wait that has just looked at an ID of that class would look at
// it again; the zero time stands for an acceptance long ago. It is never less than 2 s
// from now. Nothing is asked and nothing left running.
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

// Interrupted is the end of a ctx that came while calls about IDs still open told
// nothing. It matches both errors.
type Interrupted struct {
	Err  error // ctx's
	Call error // what the latest of the calls came to
}

// Error says both.
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
			return g.cut(w, ctx.Err())
		case <-w.wake:
		}
		done, err := w.serve(ctx, g)
		switch {
		case !done:
		case err != nil && err == ctx.Err(): //nolint:errorlint // serve returns it as it is
			return g.cut(w, err)
		default:
			return err
		}
	}
}

// group returns the group of that name. Groups are kept when nobody waits, for
// the sake of a back-off that must outlive an impatient caller.
func (p *Poller[T]) group(name string) *group[T] {
	p.mu.Lock()
	defer p.mu.Unlock()
	g := p.groups[name]
	if g == nil {
		g = &group[T]{p: p, name: name, round: never, pause: never, nextAlone: never, listAgain: never}
		p.groups[name] = g
	}
	return g
}

// now is the current moment.
func (p *Poller[T]) now() time.Duration { return time.Since(p.base) }
