package account

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// receiver counts calls where they arrive, as a cloud does, and refuses what is too much.
type receiver struct {
	rate  Rate
	fixed bool // counts by the windows of a clock, and not any stretch of time

	mu       sync.Mutex
	accepted []time.Time
	refused  int
}

// throttles counts a call that arrives now, or refuses it.
func (r *receiver) throttles() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	now, n := time.Now(), 0
	for _, at := range r.accepted {
		within := now.Sub(at) < r.rate.Per
		if r.fixed {
			within = now.Truncate(r.rate.Per).Equal(at.Truncate(r.rate.Per))
		}
		if within {
			n++
		}
	}
	if n >= r.rate.Calls {
		r.refused++
		return true
	}
	r.accepted = append(r.accepted, now)
	return false
}

// transit returns an answer of the receiver to calls that take up to that time to reach it,
// and as long again to be carried out.
func (r *receiver) transit(most, takes time.Duration) func(int) bool {
	rnd := rand.New(rand.NewPCG(1, 2))
	var mu sync.Mutex
	return func(int) bool {
		mu.Lock()
		d := time.Duration(rnd.Int64N(int64(most) + 1))
		mu.Unlock()
		time.Sleep(d)
		throttled := r.throttles()
		time.Sleep(takes)
		return throttled
	}
}

// What is spaced where it is sent may arrive closer together. Whatever way the receiver
// counts, it refuses nothing.
func TestCallsThatBunchOnTheirWayAreNotRefused(t *testing.T) {
	for _, rate := range []Rate{
		{Calls: 10, Per: time.Second},
		{Calls: 40, Per: time.Second},
		{Calls: 10, Per: time.Second, Burst: 1},
		{Calls: 100, Per: time.Minute},
		{Calls: 20, Per: time.Minute, Burst: 20},
	} {
		for _, fixed := range []bool{false, true} {
			for _, transit := range []time.Duration{0, 10 * time.Millisecond, 150 * time.Millisecond, 240 * time.Millisecond} {
				for _, takes := range []time.Duration{0, 20 * time.Millisecond, 3 * time.Second} {
					inFakeTime(t, rate, func(t *testing.T, c *caller) {
						cloud := &receiver{rate: rate, fixed: fixed}
						c.answer = cloud.transit(transit, takes)
						took := c.all(5*rate.Calls) - takes
						if cloud.refused != 0 {
							t.Errorf("%+v, fixed %v, transit %v, answer after %v: %d of %d calls refused, want 0",
								rate, fixed, transit, takes, cloud.refused, 5*rate.Calls)
						}
						limit := 5 * (rate.Per + min(transit+takes, 250*time.Millisecond))
						if took > limit {
							t.Errorf("%+v, fixed %v, transit %v, answer after %v: %d calls took %v, want at most %v",
								rate, fixed, transit, takes, 5*rate.Calls, took, limit)
						}
					})
				}
			}
		}
	}
}

// The first calls of a connection take longer than the next ones: ten calls that were sent
// a second before the next ten arrived 0.85 s before them.
func TestASlowStartRefusesNothing(t *testing.T) {
	rate := Rate{Calls: 10, Per: time.Second}
	inFakeTime(t, rate, func(t *testing.T, c *caller) {
		cloud := &receiver{rate: rate}
		c.answer = func(n int) bool {
			if n <= 10 {
				time.Sleep(150 * time.Millisecond)
			}
			throttled := cloud.throttles()
			time.Sleep(2 * time.Second)
			return throttled
		}
		took := c.all(20) - 2*time.Second
		if cloud.refused != 0 {
			t.Errorf("%d calls refused, want 0", cloud.refused)
		}
		if limit := 1250 * time.Millisecond; took > limit {
			t.Errorf("20 calls were sent within %v, want at most %v", took, limit)
		}
	})
}

// An answer proves that its call has arrived: nothing is left to wait for.
func TestAQuickAnswerNeedsNoMargin(t *testing.T) {
	inFakeTime(t, Rate{Calls: 10, Per: time.Second}, func(t *testing.T, c *caller) {
		c.takes = 10 * time.Millisecond
		if took, limit := c.all(100), 9*1010*time.Millisecond+c.takes; took > limit {
			t.Errorf("100 calls took %v, want at most %v", took, limit)
		}
	})
}

// A rate per minute allows a burst: 50 of 500 calls go at once.
func TestARateOfAMinuteAllowsABurst(t *testing.T) {
	for _, tc := range []struct {
		rate   Rate
		atOnce int
	}{
		{Rate{Calls: 500, Per: time.Minute}, 100},
		{Rate{Calls: 300, Per: time.Minute}, 60},
		{Rate{Calls: 4, Per: time.Minute}, 1},
		{Rate{Calls: 500, Per: time.Minute, Burst: 7}, 7},
	} {
		inFakeTime(t, tc.rate, func(t *testing.T, c *caller) {
			c.all(2*tc.atOnce + 1)
			if got := c.most(time.Millisecond); got != tc.atOnce {
				t.Errorf("%+v: %d calls at once, want %d", tc.rate, got, tc.atOnce)
			}
		})
	}
}

// Most of ten calls are refused because they arrived together with those before. That
// costs little: the pace is halved once, and comes back when a few calls went well.
func TestABurstOfRefusalsCostsLittle(t *testing.T) {
	for _, takes := range []time.Duration{0, 100 * time.Millisecond} {
		inFakeTime(t, Rate{Calls: 10, Per: time.Second}, func(t *testing.T, c *caller) {
			start, refused := time.Now(), new(atomic.Int32)
			c.takes = takes
			c.answer = func(int) bool {
				sent := time.Since(start) - takes
				throttled := sent >= time.Second && sent < 1150*time.Millisecond
				if throttled {
					refused.Add(1)
				}
				return throttled
			}
			c.all(20)
			if n := refused.Load(); n < 4 {
				t.Fatalf("%d calls refused, want several", n)
			}
			if took, limit := c.all(100), 12500*time.Millisecond; took > limit {
				t.Errorf("calls of %v, %d refused: the next 100 took %v, want at most %v", takes, refused.Load(), took, limit)
			}
		})
	}
}

// Refusals that go on are no bunching: the rate comes back slowly, and few calls are
// refused.
func TestALowerRateThanDocumentedIsFound(t *testing.T) {
	inFakeTime(t, Rate{Calls: 10, Per: time.Second}, func(t *testing.T, c *caller) {
		cloud := &receiver{rate: Rate{Calls: 6, Per: time.Second}}
		c.answer = cloud.transit(10*time.Millisecond, 20*time.Millisecond)
		took := c.all(1000)
		if limit := 1000 / 5; cloud.refused > limit {
			t.Errorf("%d of 1000 calls refused, want at most %d", cloud.refused, limit)
		}
		if limit := 1000 * time.Second / 4; took > limit {
			t.Errorf("1000 calls took %v, want at most %v", took, limit)
		}
	})
}
