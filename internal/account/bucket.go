package account

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Steps of the additive increase and multiplicative decrease of a call rate.
const (
	calmTime  = 10 * time.Second // without a throttle, before the rate grows
	slowest   = rate.Limit(0.1)  // calls a second, however often it is throttled
	growSteps = 10               // calm times from nothing back to the documented rate
)

// longestClosed bounds how long a bucket obeys one Retry-After: a cloud that asks
// for an hour is asked again before that.
const longestClosed = 2 * time.Minute

// longestWindow is the most calls a bucket remembers. A rate of more is kept by a
// shorter window of the same density.
const longestWindow = 4096

// Rate is a number of calls in a time. One without calls or without a time is no
// limit.
type Rate struct {
	Calls int
	Per   time.Duration
	Burst int // calls that may come at once; 0 means Calls when Per is a second or less, else 1
}

// LateError is a call that was not made: the budget would have let it go only after
// the deadline of its ctx.
type LateError struct {
	FreesIn time.Duration // until the budget has room for the call
	EndsIn  time.Duration // until ctx's deadline
}

// Error says when the budget has room and when ctx ends.
func (e *LateError) Error() string {
	return fmt.Sprintf("the budget has room in %v, ctx ends in %v", e.FreesIn, e.EndsIn)
}

// bucket limits the calls of one documented rate. The limiter sets the pace,
// which throttling lowers. The window makes sure that no stretch of time as long
// as the rate's own ever holds more calls than documented: a limiter alone lets
// a burst be followed by a full rate, and clouds count both together.
//
// A nil bucket is no limit.
type bucket struct {
	turn  Mutex // held while a call waits to be the next
	full  rate.Limit
	burst int
	per   time.Duration

	// The latest calls, as many as one window may hold. Guarded by turn.
	calls  []time.Time
	oldest int

	mu      sync.Mutex
	limiter *rate.Limiter
	changed time.Time // of the pace
	closed  time.Time // until when the cloud wants no call
}

// bucket returns a full bucket for a rate.
func (r Rate) bucket() *bucket {
	full := rate.Limit(float64(r.Calls) / r.Per.Seconds())
	window := min(r.Calls, longestWindow)
	burst := r.Burst
	if burst == 0 {
		burst = 1
		if r.Per <= time.Second {
			burst = r.Calls
		}
	}
	return &bucket{
		full: full, burst: burst, limiter: rate.NewLimiter(full, burst),
		per: time.Duration(float64(r.Per) * float64(window) / float64(r.Calls)), calls: make([]time.Time, window),
	}
}

// enter takes the turn and waits until the next call is due. leave must follow.
func (k *bucket) enter(ctx context.Context) error {
	if k == nil {
		return ctx.Err()
	}
	if err := k.turn.Lock(ctx); err != nil {
		return err
	}
	if err := k.wait(ctx); err != nil {
		k.leave()
		return err
	}
	return nil
}

// leave gives the turn to the next call.
func (k *bucket) leave() {
	if k != nil {
		k.turn.Unlock()
	}
}

// wait blocks until the next call is due. It fails at once, with a *[LateError], when
// ctx would end before.
func (k *bucket) wait(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	now := time.Now()
	next := k.limiter.ReserveN(now, 1)
	if err := sleepWithin(ctx, next.DelayFrom(now)); err != nil {
		next.Cancel()
		return err
	}
	if err := sleepWithin(ctx, k.per-time.Since(k.calls[k.oldest])); err != nil {
		return err
	}
	for left := k.closedFor(); left > 0; left = k.closedFor() {
		if err := sleepWithin(ctx, left); err != nil {
			return err
		}
	}
	return nil
}

// sleepWithin waits, but does not begin to when ctx would end first.
func sleepWithin(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	if end, ok := ctx.Deadline(); ok && ctx.Err() == nil {
		if left := time.Until(end); left < d {
			return &LateError{FreesIn: d, EndsIn: max(left, 0)}
		}
	}
	if !Sleep(ctx, d) {
		return ctx.Err()
	}
	return nil
}

// close lets no call out for a while: the cloud has asked for it.
func (k *bucket) close(d time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if until := time.Now().Add(min(d, longestClosed)); until.After(k.closed) {
		k.closed = until
	}
}

func (k *bucket) closedFor() time.Duration {
	k.mu.Lock()
	defer k.mu.Unlock()
	return time.Until(k.closed)
}

// record remembers a call. The caller has the turn.
func (k *bucket) record(now time.Time) {
	if k == nil {
		return
	}
	k.calls[k.oldest] = now
	k.oldest = (k.oldest + 1) % len(k.calls)
}

// report changes the pace after the answer to a call that was made at the given time.
// Calls on their way together are throttled together: they count once.
func (k *bucket) report(made time.Time, throttled bool) {
	if k == nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	limit, now := k.limiter.Limit(), time.Now()
	calm := now.Sub(k.changed) >= calmTime
	switch {
	case throttled && !made.Before(k.changed):
		k.setPace(max(limit/2, min(slowest, k.full)), now)
	case !throttled && calm && limit < k.full:
		k.setPace(min(limit+k.full/growSteps, k.full), now)
	}
}

// setPace sets the rate, and the burst in proportion: a cloud that throttles ten calls
// a second does not want ten at once.
func (k *bucket) setPace(limit rate.Limit, now time.Time) {
	k.limiter.SetLimitAt(now, limit)
	k.limiter.SetBurstAt(now, max(int(float64(k.burst)*float64(limit/k.full)), 1))
	k.changed = now
}
