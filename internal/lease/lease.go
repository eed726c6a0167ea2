// Package lease keeps a claim that ends unless it is renewed, and says when it may not be relied
// on any more. It knows no store and nothing of what is claimed.
//
// A lease is counted from the moment before it was asked for. So it is over here before it is
// over where it was given, whatever the clocks say, as long as both run at the same speed. It
// is lost some time before that: see [Options].Margin.
package lease

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/permit"
)

// Options say how a lease is kept.
type Options struct {
	For    time.Duration // how long it lasts after each renewal
	Margin time.Duration // how long before its end it counts as lost; less than For

	// Renew renews it. Its ctx ends when the lease is lost.
	Renew func(ctx context.Context) error

	// Ends reports whether an error of Renew means that the lease is lost at once.
	Ends func(err error) bool

	// Lost makes the error of a lease that is lost. Cause is why it could not be renewed.
	Lost func(cause error) error

	// Wall is the clock that people see, which may jump and which goes on while the computer
	// sleeps. Nil is that of the process.
	Wall func() time.Time
}

// errNoAnswer is the reason of a lease whose latest renewal has not been answered.
var errNoAnswer = errors.New("no renewal was answered in time")

// Lease is a lease that a goroutine renews. Make one with [Hold]. It is safe for concurrent use.
type Lease struct {
	o       Options
	ctx     context.Context // ends when the lease does
	cancel  context.CancelCauseFunc
	done    chan struct{} // closed when the goroutine has ended
	timer   *time.Timer   // loses the lease
	renewal sync.Mutex    // one at a time

	mu      sync.Mutex
	since   time.Time // when what it has now was asked for
	wall    time.Time // the same by Wall
	trouble error     // of the latest renewal; nil when that succeeded
	over    error     // why it is not held any more
}

// Hold keeps a lease that was asked for at a moment and given since. End must be called.
func Hold(asked time.Time, o Options) *Lease {
	if o.Wall == nil {
		o.Wall = func() time.Time { return time.Now().Round(0) }
	}
	l := &Lease{o: o, done: make(chan struct{}), since: asked}
	l.wall = o.Wall().Add(-time.Since(asked))
	l.ctx, l.cancel = context.WithCancelCause(context.Background())
	l.timer = time.AfterFunc(l.left(), func() { _ = l.Check() })
	go l.keep()
	return l
}

// lasts is how long a lease can be relied on without a renewal.
func (l *Lease) lasts() time.Duration { return l.o.For - l.o.Margin }

// left returns for how long the lease can still be relied on.
func (l *Lease) left() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lasts() - time.Since(l.since)
}

// keep renews the lease until it ends.
func (l *Lease) keep() {
	defer close(l.done)
	pause := l.lasts() / 4
	for {
		select {
		case <-l.ctx.Done():
			return
		case <-time.After(pause):
		}
		pause = l.lasts() / 4
		if err := l.renew(); err != nil {
			pause = l.lasts() / 16
		}
	}
}

// renew renews the lease once.
func (l *Lease) renew() error {
	l.renewal.Lock()
	defer l.renewal.Unlock()
	asked, wall := time.Now(), l.o.Wall()
	err := l.o.Renew(l.ctx)
	l.mu.Lock()
	defer l.mu.Unlock()
	switch l.trouble = err; {
	case l.over != nil:
		return l.over
	case err == nil && time.Since(l.since) < l.lasts():
		l.since, l.wall = asked, wall
		l.timer.Reset(l.lasts() - time.Since(asked))
	case err != nil && l.o.Ends(err):
		return l.loseLocked(err)
	}
	return err
}

// Check returns nil while the lease is held, and otherwise why it is not. It is for the moment
// before something is sent: it looks at the clock, since a process that was stopped may be ahead
// of its timers. After a jump of the wall clock, as after a sleep of the computer, it renews the
// lease first.
func (l *Lease) Check() error {
	l.mu.Lock()
	err, since, wall := l.over, l.since, l.wall
	late := time.Since(since) >= l.lasts()
	if err == nil && late {
		err = l.loseLocked(l.trouble)
	}
	l.mu.Unlock()
	if jumped := l.o.Wall().Sub(wall) >= l.lasts(); err != nil || !jumped {
		return err
	}
	if err = l.renew(); err != nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		return l.loseLocked(err)
	}
	return nil
}

// loseLocked records that the lease is lost, once, and returns why it is not held.
func (l *Lease) loseLocked(cause error) error {
	if l.over == nil {
		if cause == nil {
			cause = errNoAnswer
		}
		l.over = l.o.Lost(cause)
		l.cancel(l.over)
	}
	return l.over
}

// Err returns why the lease is not held any more; nil while it is, as far as is known.
func (l *Lease) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.over
}

// Bind returns a ctx that ends with ctx and with the lease, and that permits nothing to be sent
// once the lease is lost: see package permit. The caller calls the function when it is done.
func (l *Lease) Bind(ctx context.Context) (context.Context, context.CancelFunc) {
	inner, cancel := context.WithCancelCause(permit.With(ctx, l.Check))
	stop := context.AfterFunc(l.ctx, func() { cancel(context.Cause(l.ctx)) })
	return inner, func() {
		stop()
		cancel(nil)
	}
}

// End ends the lease here: its goroutine ends, and nothing more is permitted. It does not wait
// longer than Renew takes to notice the end of its ctx. It may be called again.
func (l *Lease) End(why string) {
	l.mu.Lock()
	if l.over == nil {
		l.over = fmt.Errorf("%s: %w", why, errEnded)
		l.cancel(l.over)
	}
	l.mu.Unlock()
	l.timer.Stop()
	<-l.done
}

var errEnded = errors.New("its lease has been given back")
