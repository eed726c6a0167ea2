package poll

import (
	"context"
	"sync"
	"time"
)

// Poller asks about IDs on behalf of everybody who waits for them. It is safe for
// concurrent use and needs no Close: while nobody waits it runs nothing.
type Poller[T any] struct {
	cfg  Config[T]
	base time.Time // zero of all moments

	mu     sync.Mutex // guards what follows and cfg.Rand; taken after a group's lock
	groups map[string]*group[T]
	boots  map[string]*curve
	shape  *shape
}

// New returns a Poller. It panics when c.Fetch is nil.
func New[T any](c Config[T]) *Poller[T] {
	return &Poller[T]{
		cfg:    c.withDefaults(),
		base:   time.Now(),
		groups: make(map[string]*group[T]),
		boots:  make(map[string]*curve),
	}
}

// Wait blocks until t.Observe has said Done or Ready about every ID, or an ID's
// end was reported to it (Gone, Failed); it then returns nil at once. It returns
// ctx.Err() when ctx ends first, at once even while a Fetch hangs (though not
// before a running Observe returns). It returns an error that wraps Fetch's own
// when the group answered three times in a row that asking again will not help.
// No other error of Fetch ends a Wait: what is temporary is retried until ctx
// ends. When ctx has a deadline, IDs still open are asked once more shortly
// before it.
func (p *Poller[T]) Wait(ctx context.Context, t Target[T]) error {
	if err := ctx.Err(); err != nil || len(t.IDs) == 0 {
		return err
	}
	g, w := p.group(t.Group), p.newWatch(ctx, &t)
	g.join(w)
	defer g.leave(w)
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-w.wake:
		}
		if done, err := w.serve(ctx, g); done {
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
