package provider

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// bucket limits the calls of one documented rate. The limiter sets the pace,
// which throttling lowers. The window makes sure that no stretch of time as long
// as the rate's own ever holds more calls than documented: a limiter alone lets
// a burst be followed by a full rate, and clouds count both together.
type bucket struct {
	turn  chan struct{} // holds a token while somebody waits for the next call
	full  rate.Limit
	burst int
	per   time.Duration

	// The latest calls, as many as one window may hold. They belong to whoever
	// has the turn.
	calls  []time.Time
	oldest int

	mu      sync.Mutex
	limiter *rate.Limiter
	changed time.Time // of the pace
	closed  time.Time // until when the cloud wants no call
}

// longestClosed bounds how long a bucket obeys one Retry-After: a cloud that asks
// for an hour is asked again before that.
const longestClosed = 2 * time.Minute

// longestWindow is the most calls a bucket remembers. A rate of more is kept by a
// shorter window of the same density.
const longestWindow = 4096

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
		turn: make(chan struct{}, 1), full: full, burst: burst, limiter: rate.NewLimiter(full, burst),
		per: time.Duration(float64(r.Per) * float64(window) / float64(r.Calls)), calls: make([]time.Time, window),
	}
}

// enter takes the turn and waits until the next call is due. A nil bucket has no
// turns, and every call is due.
func (k *bucket) enter(ctx context.Context, api API) error {
	if k == nil {
		return ctx.Err()
	}
	select {
	case k.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := k.wait(ctx, api); err != nil {
		k.passTurn()
		return err
	}
	return nil
}

func (k *bucket) passTurn() {
	if k != nil {
		<-k.turn
	}
}

// wait blocks until the next call is due. It fails at once, with a *[BudgetError],
// when ctx would end before.
func (k *bucket) wait(ctx context.Context, api API) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("waiting for the call budget of %s: %w", api, err)
	}
	now := time.Now()
	next := k.limiter.ReserveN(now, 1)
	if err := sleepWithin(ctx, api, next.DelayFrom(now)); err != nil {
		next.Cancel()
		return err
	}
	if err := sleepWithin(ctx, api, k.per-time.Since(k.calls[k.oldest])); err != nil {
		return err
	}
	for left := k.closedFor(); left > 0; left = k.closedFor() {
		if err := sleepWithin(ctx, api, left); err != nil {
			return err
		}
	}
	return nil
}

// sleepWithin waits for the budget of an API. It does not begin to wait when ctx
// would end first.
func sleepWithin(ctx context.Context, api API, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	if end, ok := ctx.Deadline(); ok && ctx.Err() == nil {
		if left := time.Until(end); left < d {
			return &BudgetError{API: api, FreesIn: d, EndsIn: max(left, 0)}
		}
	}
	if !sleep(ctx, d) {
		return fmt.Errorf("waiting for the call budget of %s: %w", api, ctx.Err())
	}
	return nil
}

// close lets no call out for a while: the cloud has asked for it.
func (k *bucket) close(d time.Duration) {
	if k == nil {
		return
	}
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

// note remembers a call. Only who has the turn may do so.
func (k *bucket) note(now time.Time) {
	if k == nil {
		return
	}
	k.calls[k.oldest] = now
	k.oldest = (k.oldest + 1) % len(k.calls)
}

// report changes the pace. Calls on their way together are throttled together:
// they count once.
func (k *bucket) report(made time.Time, throttled bool) {
	if k == nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	limit, now := k.limiter.Limit(), time.Now()
	switch {
	case throttled && !made.Before(k.changed):
		k.pace(max(limit/2, min(slowest, k.full)), now)
	case !throttled && limit < k.full && now.Sub(k.changed) >= calmTime:
		k.pace(min(limit+k.full/growSteps, k.full), now)
	}
}

// pace sets the rate, and the burst in proportion: a cloud that throttles ten
// calls a second does not want ten at once.
func (k *bucket) pace(limit rate.Limit, now time.Time) {
	k.limiter.SetLimitAt(now, limit)
	k.limiter.SetBurstAt(now, max(int(float64(k.burst)*float64(limit/k.full)), 1))
	k.changed = now
}
