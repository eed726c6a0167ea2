package poll

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestTargetsShareCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, a, b := newCloud(t), &log{}, &log{}
		p := known(c.poller(0), 16*time.Second)
		first := start(t.Context(), p, a.fresh(c.fleet("a", 60, 19*time.Second)...))
		second := start(t.Context(), p, b.fresh(c.fleet("b", 40, 19*time.Second)...))
		<-first
		<-second
		if got := c.sizes(); len(got) < 2 || slices.Min(got) != 100 {
			t.Errorf("calls named %v IDs, want all 100 each time", got)
		}
		if got := len(a.ends()); got != 60 {
			t.Errorf("the first Target was told about %d IDs, want 60", got)
		}
		if got := len(b.ends()); got != 40 {
			t.Errorf("the second Target was told about %d IDs, want 40", got)
		}
	})
}

func TestSameIDInTwoTargetsTakesOneSlot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, a, b := newCloud(t), &log{}, &log{}
		ids := c.fleet("i", 10, 17*time.Second)
		p := c.poller(16 * time.Second)
		first := start(t.Context(), p, a.fresh(ids...))
		second := start(t.Context(), p, b.fresh(ids...))
		<-first
		<-second
		if got, want := c.sizes(), []int{10, 10}; !slices.Equal(got, want) {
			t.Errorf("calls named %v IDs, want %v", got, want)
		}
		if !slices.Equal(a.events, b.events) {
			t.Error("two Targets of the same IDs heard different news")
		}
	})
}

func TestVerdictsOfTwoTargetsAreTheirOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, patient := newCloud(t), &log{}
		c.boot("a", 30*time.Second)
		p, began := c.poller(16*time.Second), time.Now()
		hasty := Target[bool]{IDs: []string{"a"}, Accepted: began, Observe: func(Event[bool]) Verdict { return Done }}
		second := start(t.Context(), p, patient.fresh("a"))
		mustWait(t, p, hasty)
		if took := time.Since(began); took != 16*time.Second {
			t.Errorf("the Target that any answer satisfies took %v, want 16s", took)
		}
		<-second
		if !patient.ends()["a"].Value {
			t.Error("the Target that wanted readiness did not get it")
		}
	})
}

// An instance is rebooted while a call about it is in flight. The answer to that call,
// "ready", is older than the reboot, and must not reach the Target that waits for it.
func TestAnOlderAnswerDoesNotReachALaterTarget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, early, late := newCloud(t), &log{}, &log{}
		c.latency = 2 * time.Second
		c.boot("a", 0)
		p := c.poller(3 * time.Second)
		first := start(t.Context(), p, early.fresh("a"))
		time.Sleep(4 * time.Second)
		second := start(t.Context(), p, Target[bool]{IDs: []string{"a"}, Observe: late.observe})
		<-first
		<-second
		if got, want := c.times("a"), seconds(3, 5); !slices.Equal(got, want) {
			t.Errorf("asked at %v, want %v: again for the later Target, as soon as the first call is back", got, want)
		}
	})
}

func TestALaterTargetDoesNotDelayARetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, early, late := newCloud(t), &log{}, &log{}
		c.latency = time.Second
		c.fail = func(n int, _ []string) error {
			if n == 1 {
				return errThrottled
			}
			return nil
		}
		c.boot("a", 0)
		p := c.poller(10 * time.Second)
		first := start(t.Context(), p, Target[bool]{IDs: []string{"a"}, Observe: early.observe})
		time.Sleep(500 * time.Millisecond)
		second := start(t.Context(), p, late.fresh("a")) // would first ask at 10.5 s
		<-first
		<-second
		if got, want := c.times("a"), seconds(0.02, 2.02); !slices.Equal(got, want) {
			t.Errorf("asked at %v, want %v", got, want)
		}
	})
}

func TestIDsThatAreNearlyDueJoinTheRound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		p := known(c.poller(0, func(cfg *Config[bool]) { cfg.Batch = 10 }), 16*time.Second)
		first := start(t.Context(), p, l.fresh(c.fleet("a", 10, 0)...))
		time.Sleep(100 * time.Millisecond)
		second := start(t.Context(), p, l.fresh(c.fleet("b", 10, 0)...))
		<-first
		<-second
		if got, want := c.times("b-00000"), seconds(16); !slices.Equal(got, want) {
			t.Errorf("IDs due 100 ms after a round were asked at %v, want with it, %v", got, want)
		}
	})
}

func TestManyTargetsStartedTogetherShareTheirFirstCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		p := c.poller(0)
		var waits []<-chan error
		for _, id := range c.fleet("i", 1000, 0) {
			waits = append(waits, start(t.Context(), p, Target[bool]{IDs: []string{id}, Observe: l.observe}))
		}
		for _, w := range waits {
			<-w
		}
		if n := c.count(); n != 10 {
			t.Errorf("1000 Targets of one ID each took %d calls, want 10", n)
		}
	})
}

func TestRoundsPackFullChunks(t *testing.T) {
	for n, want := range map[int][]int{
		1:   {1},
		100: {100},
		101: {100, 1},
		250: {100, 100, 50},
	} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, l := newCloud(t), &log{}
				mustWait(t, c.poller(0), l.fresh(c.fleet("i", n, 0)...))
				got := c.sizes()
				slices.Sort(got)
				slices.Reverse(got)
				if !slices.Equal(got, want) {
					t.Errorf("calls named %v IDs, want %v", got, want)
				}
			})
		})
	}
}

func TestSpareSlotsGoToTheNextDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		p := c.poller(16*time.Second, func(cfg *Config[bool]) { cfg.Batch = 10 })
		waits := []<-chan error{start(t.Context(), p, l.fresh(c.fleet("a", 7, 30*time.Second)...))}
		time.Sleep(5 * time.Second)
		waits = append(waits, start(t.Context(), p, l.fresh(c.fleet("b", 7, 30*time.Second)...)))
		time.Sleep(12 * time.Second)
		if got, want := c.sizes(), []int{10}; !slices.Equal(got, want) {
			t.Errorf("the first call named %v IDs, want %v: 7 that are due and 3 that fill the call", got, want)
		}
		// b's first look was due at 21 s. A call that later looks fill too waits until its looks are due
		// on average (sendAt): which of b were asked before decides how many those are.
		time.Sleep(5 * time.Second)
		if got := c.times("b-00006"); len(got) == 0 {
			t.Error("b was not asked within a second of its own first look at 21s")
		}
		for _, w := range waits {
			<-w
		}
	})
}

func TestFillingACallNeverAddsCalls(t *testing.T) {
	calls := func(young int) (n int) {
		synctest.Test(t, func(t *testing.T) {
			c, l := newCloud(t), &log{}
			p := c.poller(60 * time.Second)
			ctx, cancel := context.WithCancel(t.Context())
			old := start(ctx, p, Target[bool]{
				IDs: c.fleet("old", 1, time.Hour), Accepted: time.Now().Add(-10 * time.Minute), Observe: l.observe,
			})
			var more <-chan error
			if young > 0 {
				more = start(ctx, p, l.fresh(c.fleet("young", young, time.Hour)...))
			}
			time.Sleep(55 * time.Second)
			n = c.count()
			cancel()
			<-old
			if more != nil {
				<-more
			}
		})
		return n
	}
	if without, with := calls(0), calls(50); with != without {
		t.Errorf("50 IDs not due yet raised the calls from %d to %d", without, with)
	}
}

// IDs that were accepted at slightly different times must share calls after a while.
func TestCohortsDoNotDriftApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		p := c.poller(16*time.Second, jittery)
		ctx, cancel := context.WithCancel(t.Context())
		var waits []<-chan error
		for i := range 9 {
			waits = append(waits, start(ctx, p, l.fresh(c.fleet(fmt.Sprint("op", i), 10, time.Hour)...)))
			time.Sleep(300 * time.Millisecond)
		}
		time.Sleep(9 * time.Minute)
		cancel()
		for _, w := range waits {
			<-w
		}
		for _, k := range c.calls[len(c.calls)-10:] {
			if len(k.ids) != 90 {
				t.Errorf("a late call named %d of 90 IDs, want all", len(k.ids))
			}
		}
		if c.count() > 45 {
			t.Errorf("9 operations of one age cost %d calls in 9 minutes, want those of one", c.count())
		}
	})
}

func TestParallelBoundsCallsInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		c.latency = 500 * time.Millisecond
		p := c.poller(0, func(cfg *Config[bool]) { cfg.Parallel = 3 })
		mustWait(t, p, l.fresh(c.fleet("i", 2000, 12*time.Second)...))
		if c.most != 3 {
			t.Errorf("%d calls were in flight at once, want 3", c.most)
		}
	})
}

func TestAHangingCallHoldsUpOnlyItsOwnIDs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		c.hang = func(ctx context.Context, n int) {
			if n == 1 {
				<-ctx.Done()
			}
		}
		began := time.Now()
		mustWait(t, c.poller(16*time.Second), l.fresh(c.fleet("i", 300, 20*time.Second)...))
		late := 0
		for _, e := range l.ends() {
			if e.At.Sub(began) > 26*time.Second {
				late++
			}
		}
		if late != 100 {
			t.Errorf("%d IDs were late because of a call that hung for 100, want 100", late)
		}
		if took := time.Since(began); took > 50*time.Second {
			t.Errorf("Wait took %v, want the hung call given up after 30 s", took)
		}
	})
}

func TestGroupsDoNotShareCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mixed atomic.Bool
		c, l := newCloud(t), &log{}
		p := c.poller(0, func(cfg *Config[bool]) {
			cfg.Fetch = func(ctx context.Context, group string, ids []string) (map[string]bool, bool, error) {
				for _, id := range ids {
					if id[:len(group)] != group {
						mixed.Store(true)
					}
				}
				return c.fetch(ctx, group, ids)
			}
		})
		var waits []<-chan error
		for _, group := range []string{"north", "south"} {
			target := l.fresh(c.fleet(group, 10, 0)...)
			target.Group = group
			waits = append(waits, start(t.Context(), p, target))
		}
		for _, w := range waits {
			<-w
		}
		if mixed.Load() {
			t.Error("a call names IDs of two groups")
		}
		if got := c.count(); got != 2 {
			t.Errorf("%d calls, want 2, one per group", got)
		}
	})
}
