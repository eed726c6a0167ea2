package account

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// Pauses between repetitions of a call.
const (
	firstPause = 500 * time.Millisecond

	// MaxPause is the longest, but for a fifth of jitter and for what the service asks
	// for.
	MaxPause = 15 * time.Second
)

// Again says whether a call that has failed is to be made again.
type Again struct {
	Worth bool          // it helps, and does no harm
	After time.Duration // how long the service wants to be left alone; 0 means it did not say

	// Until is when there is no more use in making the call, whatever patience is left.
	// The last repetition goes out exactly then. Zero means that patience decides.
	Until time.Time

	// Within bounds the time for failures of this kind, from the first call on. Zero means that
	// patience alone decides.
	Within time.Duration

	Observer Observer // is told when the call is made again; may be nil
}

// Observer is told what happens to calls. It is safe for concurrent use.
type Observer interface {
	// Repeats is told that a call has failed, and is made again after a pause. Attempt is the
	// number of the attempt that failed: 1 for the first.
	Repeats(ctx context.Context, attempt int, in time.Duration, err error)
}

// Repeat makes a call at least once, and again as long as judge says so. It does not
// make it again after stop, which the time in the library's own queue puts off. It
// returns the last error, together with ctx's when that ended the repetitions. The
// call must use the ctx it is given.
func Repeat(ctx context.Context, stop time.Time, judge func(error) Again, call func(context.Context) error) error {
	p := newPatience(ctx, stop)
	for {
		err := call(p.queue)
		if err == nil || p.none {
			return err
		}
		a := judge(err)
		d, worth := p.next(a)
		if !worth {
			return err
		}
		if a.Observer != nil {
			a.Observer.Repeats(ctx, p.n, d, err)
		}
		if !Sleep(ctx, d) {
			return Ended(ctx, err)
		}
	}
}

// patience is the time for the repetitions of one call.
type patience struct {
	began time.Time
	stop  time.Time
	queue *Queue // of the call: puts off stop
	none  bool   // the call is made once
	n     int    // repetitions so far
}

func newPatience(ctx context.Context, stop time.Time) *patience {
	return &patience{began: time.Now(), stop: stop, queue: CountQueued(ctx), none: !time.Now().Before(stop)}
}

// next returns the pause before the next repetition, and whether there is the time
// for it. What the service wishes (Retry-After) is kept to.
func (p *patience) next(a Again) (d time.Duration, worth bool) {
	over := a.Within > 0 && time.Since(p.began)-p.queue.Total() >= a.Within
	if p.none || over || !a.Worth {
		return 0, false
	}
	d = max(Pause(p.n), a.After)
	p.n++
	p.queue.repeat.Store(int32(p.n))
	if !a.Until.IsZero() {
		left := time.Until(a.Until)
		return min(d, left), left > 0
	}
	return d, !time.Now().Add(d).After(p.stop.Add(p.queue.Total()))
}

// Pause returns the time before repetition n: doubling, with a fifth of jitter so that
// callers that failed together do not return together.
func Pause(n int) time.Duration {
	d := min(firstPause<<min(n, 10), MaxPause)
	return d + time.Duration((rand.Float64()*0.4-0.2)*float64(d))
}

// Sleep waits and reports false when ctx ends first.
func Sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// Ended adds to the error of a call that ctx, which has ended, is why it was not
// repeated.
func Ended(ctx context.Context, err error) error {
	if errors.Is(err, ctx.Err()) {
		return err
	}
	return fmt.Errorf("%w; before that: %w", ctx.Err(), err)
}
