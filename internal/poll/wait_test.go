package poll

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/poll/boot"
)

func TestWaitReturnsWhenTheLastIDIsReady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		c.boot("a", 5*time.Second)
		c.boot("b", 21*time.Second)
		began := time.Now()
		mustWait(t, c.poller(16*time.Second), l.fresh("a", "b"))
		if took := time.Since(began); took != 22*time.Second {
			t.Errorf("Wait returned after %v, want 22s, when the poll after b's readiness answers", took)
		}
		if got, want := c.times("a"), seconds(16); !slices.Equal(got, want) {
			t.Errorf("a, ready at the first look, was asked at %v, want %v only", got, want)
		}
		if got, want := c.times("b"), seconds(16, 18, 20, 22); !slices.Equal(got, want) {
			t.Errorf("b was asked at %v, want %v", got, want)
		}
	})
}

func TestWaitForNothingAsksNothing(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for name, tc := range map[string]struct {
		ctx  context.Context
		ids  []string
		want error
	}{
		"no IDs":        {t.Context(), nil, nil},
		"context ended": {ended, []string{"a"}, context.Canceled},
		"ended, no IDs": {ended, nil, context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCloud(t)
			err := c.poller(0).Wait(tc.ctx, Target[bool]{IDs: tc.ids, Observe: new(log).observe})
			if !errors.Is(err, tc.want) {
				t.Errorf("Wait = %v, want %v", err, tc.want)
			}
			if c.count() != 0 {
				t.Errorf("the cloud was asked %d times, want 0", c.count())
			}
		})
	}
}

func TestFirstLook(t *testing.T) {
	const atOnce = 20 * time.Millisecond
	for name, tc := range map[string]struct {
		prior, accepted time.Duration // accepted: how long ago
		want            time.Duration
	}{
		"at the prior":                {16 * time.Second, 0, 16 * time.Second},
		"a tenth of a second is spam": {100 * time.Millisecond, 0, 3 * time.Second},
		"an hour is too late":         {time.Hour, 0, time.Minute},
		"no prior":                    {0, 0, 10 * time.Second},
		"accepted a while ago":        {16 * time.Second, 10 * time.Second, 6 * time.Second},
		"accepted long ago":           {16 * time.Second, time.Hour, atOnce},
		"accepted by a clock ahead":   {16 * time.Second, -time.Minute, 16 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, l := newCloud(t), &log{}
				c.boot("a", 0)
				target := l.fresh("a")
				target.Accepted = time.Now().Add(-tc.accepted)
				mustWait(t, c.poller(tc.prior), target)
				if got := c.times("a"); !slices.Equal(got, []time.Duration{tc.want}) {
					t.Errorf("asked at %v, want [%v]", got, tc.want)
				}
			})
		})
	}
}

func TestEachIDIsAskedByItsOwnAge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		ids := append(c.fleet("old", 100, 0), c.fleet("new", 100, 0)...)
		target := l.fresh(ids...)
		target.Since = func(id string) time.Time {
			if id[:3] == "old" {
				return c.start.Add(-10 * time.Second)
			}
			return time.Time{}
		}
		mustWait(t, known(c.poller(0), 16*time.Second), target)
		if got, want := c.times("old-00000"), seconds(6); !slices.Equal(got, want) {
			t.Errorf("asked at %v about the older half, want %v", got, want)
		}
		if got, want := c.times("new-00000"), seconds(16); !slices.Equal(got, want) {
			t.Errorf("asked at %v about the other half, want %v", got, want)
		}
	})
}

func TestUnknownAcceptanceIsAskedAtOnceAndThenAtAYoungPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		c.boot("a", 5*time.Second)
		mustWait(t, c.poller(16*time.Second), Target[bool]{IDs: []string{"a"}, Observe: l.observe})
		if got, want := c.times("a"), seconds(0.02, 2.02, 4.02, 6.02); !slices.Equal(got, want) {
			t.Errorf("asked at %v, want %v", got, want)
		}
	})
}

func TestPaceSlowsWithAge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		c.boot("a", 10*time.Minute)
		mustWait(t, c.poller(16*time.Second), l.fresh("a"))
		at := c.times("a")
		for i := 1; i < len(at); i++ {
			want, got := boot.PriorInterval(at[i-1]), at[i]-at[i-1]
			if (got - want).Abs() > 20*time.Millisecond {
				t.Errorf("pause after %v was %v, want %v", at[i-1], got, want)
			}
		}
		if len(at) > 45 {
			t.Errorf("an instance stuck for 600 s cost %d calls, want at most 45", len(at))
		}
	})
}

func TestPaceCountsFromTheQuestionNotFromTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		c.latency = 700 * time.Millisecond
		c.boot("a", 21*time.Second)
		mustWait(t, c.poller(16*time.Second), l.fresh("a"))
		if got, want := c.times("a"), seconds(16, 18, 20, 22); !slices.Equal(got, want) {
			t.Errorf("asked at %v, want %v", got, want)
		}
	})
}

func TestSameIDTwiceInATargetCountsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		c.boot("a", 0)
		mustWait(t, c.poller(0), l.fresh("a", "a"))
		if len(l.events) != 1 {
			t.Errorf("the observer heard %d times of one ID, want once", len(l.events))
		}
	})
}

func TestCancelEndsWaitAtOnceWhileACallHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		var callEnded error
		c.hang = func(ctx context.Context, _ int) { <-ctx.Done(); callEnded = ctx.Err() }
		ctx, cancel := context.WithCancel(t.Context())
		done := start(ctx, c.poller(5*time.Second), l.fresh("a"))
		time.Sleep(6 * time.Second)
		if got := c.count(); got != 1 {
			t.Fatalf("after 6 s there were %d calls, want 1", got)
		}
		if callEnded != nil {
			t.Fatalf("the call was ended by %v, want it hanging", callEnded)
		}
		cancel()
		began := time.Now()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("Wait = %v, want context.Canceled", err)
		}
		if took := time.Since(began); took > 100*time.Millisecond {
			t.Errorf("Wait took %v to notice its context ended", took)
		}
		synctest.Wait()
		if !errors.Is(callEnded, context.Canceled) {
			t.Errorf("the call was ended by %v, want it cancelled, since nobody waits for it", callEnded)
		}
	})
}

func TestCancelOfOneLeavesTheOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, mine, other := newCloud(t), &log{}, &log{}
		c.latency = 3 * time.Second
		ids := c.fleet("i", 10, 20*time.Second)
		p := c.poller(16 * time.Second)
		ctx, cancel := context.WithCancel(t.Context())
		first := start(ctx, p, mine.fresh(ids...))
		second := start(t.Context(), p, other.fresh(ids[5:]...))
		time.Sleep(17 * time.Second) // a call for both is in flight
		cancel()
		if err := <-first; !errors.Is(err, context.Canceled) {
			t.Errorf("first Wait = %v, want context.Canceled", err)
		}
		if err := <-second; err != nil {
			t.Errorf("second Wait = %v, want nil", err)
		}
		if got := len(mine.events); got != 0 {
			t.Errorf("the cancelled Wait's observer ran %d times after its return", got)
		}
		if got := len(other.ends()); got != 5 {
			t.Errorf("the other Wait heard of %d IDs, want 5", got)
		}
		if got, want := c.times(ids[0]), seconds(16); !slices.Equal(got, want) {
			t.Errorf("an ID nobody waits for any more was asked at %v, want %v", got, want)
		}
	})
}

func TestLastLookBeforeTheDeadline(t *testing.T) {
	for name, tc := range map[string]struct {
		timeout time.Duration
		want    []time.Duration
	}{
		"between two rounds":    {25 * time.Second, seconds(16, 18, 20, 22, 24)},
		"long pauses":           {145 * time.Second, nil},
		"before the first look": {9 * time.Second, seconds(8)},
		"hardly any time":       {500 * time.Millisecond, seconds(0.02)},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, l := newCloud(t), &log{}
				c.boot("a", time.Hour)
				ctx, cancel := context.WithTimeout(t.Context(), tc.timeout)
				defer cancel()
				err := c.poller(16*time.Second).Wait(ctx, l.fresh("a"))
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("Wait = %v, want context.DeadlineExceeded", err)
				}
				at := c.times("a")
				if tc.want != nil && !slices.Equal(at, tc.want) {
					t.Errorf("asked at %v, want %v", at, tc.want)
				}
				if left := tc.timeout - at[len(at)-1]; left > 1500*time.Millisecond {
					t.Errorf("last asked %v before the deadline, want about 1s", left)
				}
			})
		})
	}
}

func TestObserverRunsWithoutLocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, inner := newCloud(t), &log{}
		c.boot("a", 0)
		c.boot("b", 0)
		p := c.poller(0)
		mustWait(t, p, Target[bool]{IDs: []string{"a"}, Observe: func(Event[bool]) Verdict {
			if err := <-start(t.Context(), p, Target[bool]{IDs: []string{"b"}, Observe: inner.observe}); err != nil {
				t.Errorf("a Wait from inside an observer = %v, want nil", err)
			}
			return Done
		}})
		if len(inner.events) == 0 {
			t.Error("the inner Wait heard nothing")
		}
	})
}

func TestSlowObserverDelaysNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		ids := c.fleet("i", 8, 20*time.Second) // too few to learn from
		p := c.poller(16 * time.Second)
		var running atomic.Int32
		slow := start(t.Context(), p, Target[bool]{IDs: ids, Accepted: time.Now(), Observe: func(e Event[bool]) Verdict {
			if running.Add(1) > 1 {
				t.Error("two observers of one Target run at once")
			}
			defer running.Add(-1)
			time.Sleep(3 * time.Second)
			return l.observe(e)
		}})
		began, fast := time.Now(), &log{}
		mustWait(t, p, fast.fresh(ids...))
		if took := time.Since(began); took != 20*time.Second {
			t.Errorf("the fast Target took %v beside a slow one, want 20s", took)
		}
		if err := <-slow; err != nil {
			t.Errorf("slow Wait = %v, want nil", err)
		}
		if got := len(l.ends()); got != 8 {
			t.Errorf("the slow observer heard of %d IDs, want 8", got)
		}
		// There are 16 observations of 3 s each. They may cause one call per second at most.
		if c.count() > 100 {
			t.Errorf("a slow observer caused %d calls", c.count())
		}
	})
}

func TestSlowObserverHearsNothingMoreOfWhatItEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, fast := newCloud(t), &log{}
		ids := c.fleet("i", 3, 40*time.Second)
		p := c.poller(16 * time.Second)
		other := start(t.Context(), p, fast.fresh(ids...))
		heard := make(map[string]int)
		mustWait(t, p, Target[bool]{IDs: ids, Accepted: time.Now(), Observe: func(e Event[bool]) Verdict {
			heard[e.ID]++
			time.Sleep(7 * time.Second)
			if e.ID == ids[2] && !e.Value {
				return Keep
			}
			return Done
		}})
		for _, id := range ids[:2] {
			if heard[id] != 1 {
				t.Errorf("the observer was told %d times about %s, which it ended at once; want once", heard[id], id)
			}
		}
		<-other
	})
}

func TestSlowObserverDoesNotCauseACallPerID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		ids := c.fleet("i", 100, time.Hour)
		slow := func(Event[bool]) Verdict {
			time.Sleep(100 * time.Millisecond) // 10 s for the events of a round
			return Keep
		}
		_ = c.poller(3*time.Second).Wait(ctx, Target[bool]{IDs: ids, Accepted: time.Now(), Observe: slow})
		if c.count() > 60 {
			t.Errorf("an observer that takes 100 ms caused %d calls in a minute, want at most one a second", c.count())
		}
	})
}

func TestPanickingObserverLeavesThePollerUsable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		c.boot("a", 0)
		p := c.poller(0)
		func() {
			defer func() { _ = recover() }()
			_ = p.Wait(t.Context(), Target[bool]{IDs: []string{"a"}, Observe: func(Event[bool]) Verdict { panic("boom") }})
		}()
		mustWait(t, p, l.fresh("a"))
	})
}

func TestNewWithoutFetchPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("New accepted a Config that cannot ask anything")
		}
	}()
	New(Config[bool]{})
}
