package account

import (
	"context"
	"sync"
	"time"
)

// firstBurst holds back most of the first burst of a process that shares a rate: a restarted
// process does not know what it used up before, nor what others use. One more call of the
// burst may go for each call that goes well, until the first refusal. A nil firstBurst holds
// back nothing.
type firstBurst struct {
	woken chan struct{} // a call of the burst may go

	mu       sync.Mutex
	unproven int // calls of the burst that wait for others to go well
	ready    int // calls of the burst that may go
	underWay int // calls without an answer
}

// firstPart returns which part of its burst a new process has at once: half, and a tenth
// where the rate is long, because a burst too many is then felt for an hour.
func (r Rate) firstPart() int {
	if r.isLong() {
		return 10
	}
	return 2
}

// hold returns a firstBurst that holds back so many calls.
func hold(calls int) *firstBurst {
	return &firstBurst{unproven: calls, woken: make(chan struct{}, 1)}
}

// take takes a call of the burst, where one may go.
func (b *firstBurst) take() bool {
	if b == nil {
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ready == 0 {
		return false
	}
	b.ready--
	return true
}

// sleep waits like [sleepWithin], and returns early when a call of the burst may go.
func (b *firstBurst) sleep(ctx context.Context, d time.Duration) (woken bool, err error) {
	if d <= 0 || !b.mayWake() {
		return false, sleepWithin(ctx, d)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return false, nil
	case <-b.woken:
		return true, nil
	case <-ctx.Done():
		return false, ctx.Err()
	}
}

// mayWake reports whether a call of the burst may soon go.
func (b *firstBurst) mayWake() bool {
	if b == nil {
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	proofIsComing := b.unproven > 0 && b.underWay > 0
	return b.ready > 0 || proofIsComing
}

// sent counts a call that is sent.
func (b *firstBurst) sent() {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.underWay++
}

// answered lets the next call of the burst go after one that went well. A refusal ends the
// burst.
func (b *firstBurst) answered(throttled bool) {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.underWay--
	if b.unproven == 0 {
		return
	}
	if throttled {
		b.unproven, b.ready = 0, 0
	} else {
		b.unproven--
		b.ready++
	}
	select { // after a refusal too: the caller who waits then waits for the pace alone
	case b.woken <- struct{}{}:
	default:
	}
}
