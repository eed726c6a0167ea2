package account

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// caller makes calls of one kind within a budget, and records when.
type caller struct {
	t      *testing.T
	budget *Budget
	kind   Kind
	takes  time.Duration                     // one call
	answer func(n int) (throttled bool)      // to call n, from 1; nil means never throttled
	after  func(n int) (after time.Duration) // what a throttle asks for

	mu   sync.Mutex
	made []time.Time
}

// inFakeTime runs a test with a caller whose calls have a rate of their own.
func inFakeTime(t *testing.T, own Rate, test func(t *testing.T, c *caller)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		test(t, &caller{t: t, budget: &Budget{}, kind: Kind{Cloud: "fake", Region: "r", API: "Read", Own: own}})
	})
}

// one makes one call.
func (c *caller) one(ctx context.Context) error {
	turn, err := c.budget.Wait(ctx, c.kind)
	if err != nil {
		return err
	}
	defer turn.Done()
	c.mu.Lock()
	c.made = append(c.made, time.Now())
	n := len(c.made)
	c.mu.Unlock()
	time.Sleep(c.takes)
	throttled := c.answer != nil && c.answer(n)
	var after time.Duration
	if throttled && c.after != nil {
		after = c.after(n)
	}
	turn.Report(throttled, after)
	return nil
}

// all makes n calls side by side and returns how long they took.
func (c *caller) all(n int) time.Duration {
	c.t.Helper()
	start := time.Now()
	var calls sync.WaitGroup
	for range n {
		calls.Go(func() {
			if err := c.one(c.t.Context()); err != nil {
				c.t.Error(err)
			}
		})
	}
	calls.Wait()
	return time.Since(start)
}

// most returns the largest number of calls in any stretch of time that long.
func (c *caller) most(per time.Duration) (n int) {
	for i := range c.made {
		j := i
		for j < len(c.made) && c.made[j].Sub(c.made[i]) < per {
			j++
		}
		n = max(n, j-i)
	}
	return n
}

// gap returns the time between the two latest calls.
func (c *caller) gap() time.Duration {
	n := len(c.made)
	return c.made[n-1].Sub(c.made[n-2])
}

func TestARateIsNeverExceeded(t *testing.T) {
	for _, r := range []Rate{
		{Calls: 10, Per: time.Second},
		{Calls: 5, Per: time.Second, Burst: 1},
		{Calls: 20, Per: time.Minute},
		{Calls: 20, Per: time.Minute, Burst: 20},
		{Calls: 1, Per: time.Second},
	} {
		inFakeTime(t, r, func(t *testing.T, c *caller) {
			took := c.all(3 * r.Calls)
			time.Sleep(r.Per / 2)
			c.all(3 * r.Calls)
			if n := c.most(r.Per); n > r.Calls {
				t.Errorf("%+v: %d calls within %v", r, n, r.Per)
			}
			if took > 3*r.Per+time.Millisecond {
				t.Errorf("%+v: %d calls took %v, which wastes the budget", r, 3*r.Calls, took)
			}
			burst := r.Burst > 0 && r.Burst < len(c.made)
			if burst && c.made[r.Burst].Equal(c.made[0]) {
				t.Errorf("%+v: more than the burst came at once", r)
			}
		})
	}
}

// Calls that the rate allowed while a slow cloud kept others under way must not all
// go in the moment it is quick again.
func TestARateHoldsWhenASlowCloudRecovers(t *testing.T) {
	inFakeTime(t, Rate{Calls: 40, Per: time.Second}, func(t *testing.T, c *caller) {
		c.kind.Read = true
		start := time.Now()
		c.answer = func(int) bool {
			if time.Since(start) < 30*time.Second {
				time.Sleep(5 * time.Second)
			}
			return false
		}
		c.all(400)
		if n := c.most(time.Second); n > 40 {
			t.Errorf("%d calls within a second, want 40 at most", n)
		}
	})
}

func TestReadsUnderWayAreBounded(t *testing.T) {
	inFakeTime(t, Rate{}, func(t *testing.T, c *caller) {
		c.kind.Read, c.takes = true, time.Second
		if took, want := c.all(20), 3*time.Second; took != want {
			t.Errorf("20 reads of a second each took %v, want %v", took, want)
		}
		if n := c.most(time.Second); n != ReadsAtOnce {
			t.Errorf("%d reads under way, want %d", n, ReadsAtOnce)
		}
	})
}

// Reads that hang take no place in the rate of all calls.
func TestReadsThatHangHoldUpNoOtherCall(t *testing.T) {
	inFakeTime(t, Rate{}, func(t *testing.T, c *caller) {
		c.kind.All, c.kind.Read, c.takes = Rate{Calls: 100, Per: time.Second}, true, time.Minute
		other := &caller{t: t, budget: c.budget, kind: Kind{Cloud: "fake", API: "Create", All: c.kind.All}}
		var hanging sync.WaitGroup
		hanging.Go(func() { c.all(20) })
		time.Sleep(time.Second)
		if took := other.all(1); took > time.Second {
			t.Errorf("another call took %v, want no wait", took)
		}
		hanging.Wait()
	})
}

func TestOneRateOfAllCalls(t *testing.T) {
	inFakeTime(t, Rate{}, func(t *testing.T, c *caller) {
		c.kind.All = Rate{Calls: 1, Per: time.Second}
		other := &caller{t: t, budget: c.budget, kind: Kind{Cloud: "fake", Region: "s", API: "Create", All: c.kind.All}}
		foreign := &caller{t: t, budget: c.budget, kind: Kind{Cloud: "another", API: "Create", All: c.kind.All}}
		c.all(1)
		if took := foreign.all(1); took != 0 {
			t.Errorf("a call of another cloud waited %v", took)
		}
		if took := other.all(1); took != time.Second {
			t.Errorf("a call of another kind waited %v, want %v", took, time.Second)
		}
	})
}

func TestARateOfMillionsCostsNoMemory(t *testing.T) {
	inFakeTime(t, Rate{Calls: 1 << 30, Per: time.Hour}, func(t *testing.T, c *caller) {
		c.all(100)
		own, _ := c.budget.bucketsOf(&c.kind)
		if n := len(own.window.calls); n != longestWindow {
			t.Errorf("the bucket remembers %d calls, want %d", n, longestWindow)
		}
	})
}

// A rate without a number or without a time is no rate.
func TestHalfARateIsNone(t *testing.T) {
	for _, r := range []Rate{{Calls: 1}, {Per: time.Minute}, {Calls: -1, Per: time.Minute}} {
		inFakeTime(t, r, func(t *testing.T, c *caller) {
			if took := c.all(5); took != 0 {
				t.Errorf("%+v: five calls took %v", r, took)
			}
		})
	}
}

// A rate of more than a second is spread after its burst: clouds count shorter stretches as
// well.
func TestARateOfAMinuteIsSpread(t *testing.T) {
	inFakeTime(t, Rate{Calls: 60, Per: time.Minute, Burst: 1}, func(t *testing.T, c *caller) {
		c.all(5)
		if n := c.most(time.Second); n != 1 {
			t.Errorf("%d calls within a second, want 1", n)
		}
	})
}

func TestAThrottleHalvesTheRateAndCalmRestoresIt(t *testing.T) {
	inFakeTime(t, Rate{Calls: 1, Per: time.Second}, func(t *testing.T, c *caller) {
		c.answer = func(n int) bool { return n == 3 || n == 4 }
		c.all(2)
		if c.gap() != time.Second {
			t.Fatalf("a call every %v, want every second", c.gap())
		}
		for range 4 {
			c.all(1)
		}
		if want := 4 * time.Second; c.gap() != want {
			t.Errorf("twice throttled, a call every %v, want every %v", c.gap(), want)
		}
		time.Sleep(calmTime)
		c.all(1) // its answer changes the rate: calls beside it may have taken their places before
		c.all(3)
		if want := 2857 * time.Millisecond; c.gap().Truncate(time.Millisecond) != want { // 0.25 + 0.1 calls a second
			t.Errorf("after one calm time a call every %v, want every %v", c.gap(), want)
		}
		for range 9 {
			time.Sleep(calmTime)
			c.all(1)
		}
		c.all(3)
		if c.gap() != time.Second {
			t.Errorf("after calm times a call every %v, want every second again", c.gap())
		}
	})
}

// A throttle slows down the rate of all calls as well.
func TestAThrottleSlowsDownAllCalls(t *testing.T) {
	inFakeTime(t, Rate{}, func(t *testing.T, c *caller) {
		c.kind.All = Rate{Calls: 1, Per: time.Second}
		other := &caller{t: t, budget: c.budget, kind: Kind{Cloud: "fake", API: "Create", All: c.kind.All}}
		c.answer = func(int) bool { return true }
		c.all(1)
		other.all(2)
		if want := 2 * time.Second; other.gap() != want {
			t.Errorf("a call of another kind every %v, want every %v", other.gap(), want)
		}
	})
}

// However low the rate, one call goes at a time, and not two.
func TestAThrottledRateHasASmallerBurst(t *testing.T) {
	for throttles, want := range map[int]int{1: 4, 2: 2, 3: 1, 4: 1} {
		inFakeTime(t, Rate{Calls: 8, Per: time.Second}, func(t *testing.T, c *caller) {
			c.answer = func(n int) bool { return n <= throttles }
			for range throttles {
				time.Sleep(time.Second) // so that they are not throttled together
				c.all(1)
			}
			time.Sleep(calmTime - time.Second)
			c.made = nil
			c.answer = nil
			c.all(4)
			if n := c.most(time.Millisecond); n != want {
				t.Errorf("throttled %d times: %d calls at once, want %d", throttles, n, want)
			}
		})
	}
}

func TestThrottlingNeverStopsTheCalls(t *testing.T) {
	inFakeTime(t, Rate{Calls: 1, Per: time.Second}, func(t *testing.T, c *caller) {
		c.answer = func(int) bool { return true }
		for range 20 {
			c.all(1)
		}
		if want := 10 * time.Second; c.gap() != want {
			t.Errorf("a call every %v, want every %v", c.gap(), want)
		}
	})
}

func TestCallsThrottledTogetherCountOnce(t *testing.T) {
	inFakeTime(t, Rate{Calls: 8, Per: time.Second}, func(t *testing.T, c *caller) {
		c.takes = 100 * time.Millisecond
		c.answer = func(n int) bool { return n <= 8 }
		c.all(8)
		if took, most := c.all(8), 4*time.Second; took > most {
			t.Errorf("eight calls throttled at once slowed the next eight down to %v, want half the rate", took)
		}
	})
}

// At the documented rate a success changes nothing, so that a throttle of an earlier
// call still counts.
func TestASuccessAtFullRateHidesNoThrottle(t *testing.T) {
	inFakeTime(t, Rate{Calls: 1, Per: time.Second}, func(t *testing.T, c *caller) {
		early, err := c.budget.Wait(t.Context(), c.kind)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * calmTime)
		c.all(1)
		early.Report(true, 0)
		early.Done()
		c.all(2)
		if want := 2 * time.Second; c.gap() != want {
			t.Errorf("a call every %v, want every %v", c.gap(), want)
		}
	})
}

// A throttle that says for how long holds back the calls behind it, but not for longer
// than two minutes.
func TestARetryAfterHoldsBackTheNextCalls(t *testing.T) {
	rate := Rate{Calls: 100, Per: time.Second}
	for asked, want := range map[time.Duration]time.Duration{time.Minute: time.Minute, time.Hour: longestClosed} {
		for name, kind := range map[string]Kind{
			"own rate":    {API: "Read", Own: rate},
			"common rate": {API: "Read", All: rate},
			"both":        {API: "Read", Own: rate, All: rate},
		} {
			inFakeTime(t, Rate{}, func(t *testing.T, c *caller) {
				c.kind = kind
				c.answer = func(n int) bool { return n == 1 }
				c.after = func(int) time.Duration { return asked }
				c.all(1)
				if took := c.all(1); took != want {
					t.Errorf("%s, asked for %v: the next call waited %v, want %v", name, asked, took, want)
				}
			})
		}
	}
}

// Only a throttle holds back further calls.
func TestARetryAfterOfAnotherErrorHoldsBackNothing(t *testing.T) {
	inFakeTime(t, Rate{Calls: 100, Per: time.Second}, func(t *testing.T, c *caller) {
		turn, err := c.budget.Wait(t.Context(), c.kind)
		if err != nil {
			t.Fatal(err)
		}
		turn.Report(false, time.Minute)
		turn.Done()
		if took := c.all(1); took != 0 {
			t.Errorf("the next call waited %v, want no wait", took)
		}
	})
}

// What one API is asked to wait for does not hold back others that share the rate of
// all calls.
func TestARetryAfterHoldsBackItsOwnKindOnly(t *testing.T) {
	all := Rate{Calls: 100, Per: time.Second}
	inFakeTime(t, Rate{Calls: 100, Per: time.Second}, func(t *testing.T, c *caller) {
		c.kind.All = all
		other := &caller{t: t, budget: c.budget, kind: Kind{Cloud: "fake", API: "Create", All: all}}
		c.answer = func(int) bool { return true }
		c.after = func(int) time.Duration { return time.Minute }
		c.all(1)
		if took := other.all(1); took > time.Second {
			t.Errorf("a call of another kind waited %v", took)
		}
	})
}

func TestABudgetThatIsTooSlowForTheDeadlineSaysSoAtOnce(t *testing.T) {
	inFakeTime(t, Rate{Calls: 1, Per: time.Hour}, func(t *testing.T, c *caller) {
		c.all(1)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		start := time.Now()
		err := c.one(ctx)
		if took := time.Since(start); took != 0 {
			t.Errorf("it took %v to say that there is no point in waiting", took)
		}
		var late *LateError
		if !errors.As(err, &late) {
			t.Fatalf("got %v, want a LateError", err)
		}
		if want := (LateError{FreesIn: time.Hour, EndsIn: time.Minute}); *late != want {
			t.Errorf("got %+v, want %+v", *late, want)
		}
	})
}

// Callers that gave up must not hold up those that come later.
func TestGivingUpCostsNobodyABudget(t *testing.T) {
	inFakeTime(t, Rate{Calls: 1, Per: time.Minute}, func(t *testing.T, c *caller) {
		c.all(1)
		ctx, cancel := context.WithCancel(t.Context())
		var waiting sync.WaitGroup
		for range 50 {
			waiting.Go(func() {
				if err := c.one(ctx); !errors.Is(err, context.Canceled) {
					t.Errorf("got %v, want %v", err, context.Canceled)
				}
			})
		}
		time.Sleep(30 * time.Second)
		cancel()
		waiting.Wait()
		if took := c.all(1); took > 61*time.Second {
			t.Errorf("the next call waited %v", took)
		}
	})
}

// A call whose ctx has ended never goes out, also when nothing limits it.
func TestACallWhoseContextHasEndedDoesNotGo(t *testing.T) {
	rate := Rate{Calls: 1, Per: time.Second}
	for _, kind := range []Kind{{API: "Create"}, {API: "Read", Read: true}, {API: "Read", Own: rate}} {
		inFakeTime(t, Rate{}, func(t *testing.T, c *caller) {
			c.kind = kind
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			if err := c.one(ctx); !errors.Is(err, context.Canceled) {
				t.Errorf("%+v: got %v, want %v", kind, err, context.Canceled)
			}
		})
	}
}
