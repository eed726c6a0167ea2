package provider

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"
)

// Pauses between repetitions of a call.
const (
	firstPause = 500 * time.Millisecond
	maxPause   = 15 * time.Second
)

// once makes one API call within the account's budget and records it. The time it
// waits for the budget is not spent by the repetition that it belongs to.
func (c *Client) once(ctx context.Context, region string, api API, n int, call func(context.Context) (requestID string, err error)) error {
	asked := time.Now()
	made, err := c.budget.wait(ctx, c, region, api)
	addQueued(ctx, time.Since(asked))
	if err != nil {
		return fmt.Errorf("%s: %w", c.name, err)
	}
	defer c.budget.done(api)
	err = c.tel.observe(ctx, region, api, n, call)
	c.budget.report(c, region, api, made, err)
	return err
}

// repeat makes a call until it succeeds, fails for good, or RetryFor is over, not
// counting the time in the library's own queue. It returns the last error, together
// with ctx's when that ended the repetitions. The call must use the ctx it is given.
func (c *Client) repeat(ctx context.Context, again func(error) bool, call func(context.Context) error) error {
	return repeatUntil(ctx, time.Now().Add(c.opts.RetryFor), again, call)
}

// repeatUntil makes a call at least once, and not again after stop, which the time
// in the library's own queue puts off.
func repeatUntil(ctx context.Context, stop time.Time, again func(error) bool, call func(context.Context) error) error {
	single := !time.Now().Before(stop)
	queue := countQueued(ctx)
	for n := 0; ; n++ {
		err := call(queue)
		if err == nil || single || !again(err) {
			return err
		}
		d, worth := nextPause(err, n, stop.Add(queue.total()))
		if !worth {
			return err
		}
		if !sleep(ctx, d) {
			return ended(ctx, err)
		}
	}
}

// nextPause returns the pause before repetition n, and whether there is the time
// for it before stop. The service's own wish (Retry-After) is kept to. A [passing]
// refusal with a time of its own is asked about until exactly then.
func nextPause(err error, n int, stop time.Time) (d time.Duration, worth bool) {
	d = max(pause(n), retryAfter(err))
	var p passing
	if errors.As(err, &p) && !p.until.IsZero() {
		left := time.Until(p.until)
		return min(d, left), left > 0
	}
	return d, !time.Now().Add(d).After(stop)
}

// retryAfter returns how long the service wants to be left alone. 0 means that it
// did not say.
func retryAfter(err error) time.Duration {
	var e *APIError
	if !errors.As(err, &e) {
		return 0
	}
	return max(e.RetryAfter, 0)
}

// queued is the context of a repetition. It adds up how long its calls have waited
// in the library's own queue. A repetition inside another one counts for both.
type queued struct {
	context.Context
	ns    atomic.Int64
	outer *queued
}

// queuedKey finds the *queued of a context.
type queuedKey struct{}

// Value implements [context.Context].
func (q *queued) Value(key any) any {
	if key == (queuedKey{}) {
		return q
	}
	return q.Context.Value(key)
}

func countQueued(ctx context.Context) *queued {
	outer, _ := ctx.Value(queuedKey{}).(*queued)
	return &queued{Context: ctx, outer: outer}
}

// addQueued records time that a call of the context has spent in the queue.
func addQueued(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	q, _ := ctx.Value(queuedKey{}).(*queued)
	for ; q != nil; q = q.outer {
		q.ns.Add(int64(d))
	}
}

func (q *queued) total() time.Duration { return time.Duration(q.ns.Load()) }

// ended adds to a call's error that ctx is why it was not repeated.
func ended(ctx context.Context, err error) error {
	if errors.Is(err, ctx.Err()) {
		return err
	}
	return fmt.Errorf("%w; before that: %w", ctx.Err(), err)
}

// pause is the time before repetition n: doubling, with a fifth of jitter so
// that callers who failed together do not return together.
func pause(n int) time.Duration {
	d := min(firstPause<<min(n, 10), maxPause)
	return d + time.Duration((rand.Float64()*0.4-0.2)*float64(d))
}

// sleep waits and reports false when ctx ends first.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
