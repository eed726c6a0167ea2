package account

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// longestClosed bounds how long a bucket obeys one Retry-After: a cloud that asks
// for an hour is asked again before that.
const longestClosed = 2 * time.Minute

// Rate is a number of calls in a time. One without calls or without a time is no
// limit.
type Rate struct {
	Calls int
	Per   time.Duration
	Burst int // calls that may come at once; 0 means Calls when Per is a second or less, else a fifth of Calls
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

// bucket limits the calls of one documented rate. The pace, which throttling lowers, says
// how fast they go. The window makes sure that the receiver never counts more than
// documented: a pace alone lets a burst be followed by a full rate, and clouds count both
// together.
//
// A nil bucket is no limit.
type bucket struct {
	turn   Mutex // held while a call waits to be the next
	pace   *pace
	window window

	mu     sync.Mutex
	closed time.Time // until when the cloud wants no call
}

// bucket returns a bucket for a rate for one of so many processes; see [Kind].Processes.
func (r Rate) bucket(processes int) *bucket {
	return &bucket{pace: r.pace(processes), window: r.window()}
}

// enter takes the turn and, where the bucket decides, waits until the next call is due. leave
// must follow.
func (k *bucket) enter(ctx context.Context, paced bool) error {
	if k == nil {
		return ctx.Err()
	}
	if err := k.turn.Lock(ctx); err != nil {
		return err
	}
	if !paced {
		return nil
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
// ctx would end before. The caller has the turn.
func (k *bucket) wait(ctx context.Context) error {
	if k == nil {
		return ctx.Err()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := k.pace.wait(ctx); err != nil {
		return err
	}
	if err := k.window.wait(ctx); err != nil {
		return err
	}
	for left := k.closedFor(); left > 0; left = k.closedFor() {
		if err := sleepWithin(ctx, left); err != nil {
			return err
		}
	}
	if alone := k.pace.asks(); alone > 0 {
		k.pause(alone)
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
	k.pause(min(d, longestClosed))
}

// pause lets no call out for a while.
func (k *bucket) pause(d time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if until := time.Now().Add(d); until.After(k.closed) {
		k.closed = until
	}
}

func (k *bucket) closedFor() time.Duration {
	k.mu.Lock()
	defer k.mu.Unlock()
	return time.Until(k.closed)
}

// record remembers a call that is sent, and returns its number. The caller has the turn.
func (k *bucket) record(now time.Time) (number uint64) {
	if k == nil {
		return 0
	}
	k.pace.first.sent()
	return k.window.record(now)
}

// report takes note of the answer to a call.
func (k *bucket) report(number uint64, made time.Time, throttled bool) {
	if k == nil {
		return
	}
	now := time.Now()
	k.window.answered(number, now, throttled)
	k.pace.first.answered(throttled)
	var own held
	if others := k.pace.share != nil; others && throttled {
		own = k.window.held(now)
	}
	if pause := k.pace.report(made, throttled, own); pause > 0 {
		k.pause(pause)
	}
}
