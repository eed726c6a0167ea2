package poll

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestThrottlingMakesTheRoundLateAndNobodyFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		c.fail = func(n int, _ []string) error {
			if n <= 6 {
				return errThrottled
			}
			return nil
		}
		mustWait(t, c.poller(16*time.Second), l.fresh(c.fleet("i", 10, 5*time.Second)...))
		// 1, 2, 4, 8, 16 and 30 s of pause.
		if got, want := c.times("i-00000"), seconds(16, 17, 19, 23, 31, 47, 77); !slices.Equal(got, want) {
			t.Errorf("asked at %v, want %v", got, want)
		}
	})
}

func TestCallsThatFailTogetherCountOnceAndOneProbeFollows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		c.latency = 100 * time.Millisecond
		c.fail = func(int, []string) error {
			if time.Since(c.start) < 20*time.Second {
				return errThrottled
			}
			return nil
		}
		mustWait(t, known(c.poller(0), 16*time.Second), l.fresh(c.fleet("i", 1000, 5*time.Second)...))
		// 4 at once, then single calls after 1, 2 and 4 s. The last one succeeds, and is one of
		// the 10 that ask about all.
		if c.count() != 4+2+10 {
			t.Errorf("a burst of throttling cost %d calls, want 16", c.count())
		}
		if took := time.Since(c.start); took > 25*time.Second {
			t.Errorf("the fleet was noticed after %v, want soon after the cloud recovers at 20 s", took)
		}
	})
}

func TestSuccessEndsTheBackOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		c.fail = func(n int, _ []string) error {
			if n%2 == 1 {
				return errThrottled
			}
			return nil
		}
		c.boot("a", 20*time.Second)
		mustWait(t, c.poller(16*time.Second), l.fresh("a"))
		if got, want := c.times("a"), seconds(16, 17, 19, 20); !slices.Equal(got, want) {
			t.Errorf("asked at %v, want %v: every pause starts over at 1 s", got, want)
		}
	})
}

func TestServersWishForAPauseWins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		c.fail = func(n int, _ []string) error {
			if n == 1 {
				return errThrottled
			}
			return nil
		}
		c.boot("a", 0)
		p := c.poller(16*time.Second, func(cfg *Config[bool]) {
			cfg.RetryAfter = func(error) time.Duration { return 45 * time.Second }
		})
		mustWait(t, p, l.fresh("a"))
		if got, want := c.times("a"), seconds(16, 61); !slices.Equal(got, want) {
			t.Errorf("asked at %v, want %v", got, want)
		}
	})
}

// A caller that gives up and comes again must not shorten the pause.
func TestBackOffOutlivesItsWaiters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		c.fail = func(int, []string) error { return errThrottled }
		p := c.poller(0)
		for range 60 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			_ = p.Wait(ctx, Target[bool]{IDs: []string{"a"}, Observe: l.observe})
			cancel()
		}
		if c.count() > 8 {
			t.Errorf("60 Waits of a second each got %d calls through a throttled minute", c.count())
		}
	})
}

func TestTimedOutFetchIsTransient(t *testing.T) {
	for name, obeys := range map[string]bool{"returns at its deadline": true, "ignores its deadline": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, l := newCloud(t), &log{}
				release := make(chan struct{})
				c.hang = func(ctx context.Context, n int) {
					switch {
					case n > 1:
					case obeys:
						<-ctx.Done()
					default:
						<-release
					}
				}
				c.boot("a", 0)
				p := c.poller(16*time.Second, func(cfg *Config[bool]) {
					cfg.FetchTimeout = 5 * time.Second
					cfg.Classify = func(error) Failure { return Fatal }
				})
				mustWait(t, p, l.fresh("a"))
				if got, want := c.times("a"), seconds(16, 22); !slices.Equal(got, want) {
					t.Errorf("asked at %v, want %v", got, want)
				}
				close(release)
				synctest.Wait()
				if len(l.events) != 1 {
					t.Errorf("the observer ran %d times, want once: a late answer is dropped", len(l.events))
				}
			})
		})
	}
}

func TestBadIDsHarmNobodyElse(t *testing.T) {
	for _, tc := range []struct {
		n, bad, most int
	}{
		{n: 1, bad: 1, most: 1},
		{n: 2, bad: 1, most: 3},
		{n: 100, bad: 1, most: 15},
		{n: 100, bad: 3, most: 41},
		{n: 250, bad: 2, most: 33},
		{n: 16, bad: 16, most: 31},
	} {
		t.Run(fmt.Sprintf("%d of %d", tc.bad, tc.n), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, l := newCloud(t), &log{}
				ids := c.fleet("i", tc.n, 0)
				for i := range tc.bad {
					c.instances[ids[i*tc.n/tc.bad]] = instance{bad: true}
				}
				mustWait(t, c.poller(3*time.Second), l.fresh(ids...))
				for id, e := range l.ends() {
					bad := c.instances[id].bad
					if bad && e.Kind != Failed {
						t.Errorf("the bad ID %s ended as %v, want failed", id, e.Kind)
					}
					if bad && !errors.Is(e.Err, errBadID) {
						t.Errorf("the bad ID %s failed with %v, want the cloud's error", id, e.Err)
					}
					if !bad && !e.Value {
						t.Errorf("%s ended as %v, want ready: another ID was bad", id, e.Kind)
					}
				}
				if len(l.events) != tc.n {
					t.Errorf("%d events for %d IDs, want one each", len(l.events), tc.n)
				}
				if c.count() > tc.most {
					t.Errorf("finding %d of %d cost %d calls, want at most %d", tc.bad, tc.n, c.count(), tc.most)
				}
			})
		})
	}
}

func TestSplitSurvivesThrottlingAndCancellation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l, gone := newCloud(t), &log{}, &log{}
		c.latency = time.Second
		ids := c.fleet("i", 64, 0)
		c.instances[ids[10]] = instance{bad: true}
		c.fail = func(n int, _ []string) error {
			if n == 3 || n == 5 {
				return errThrottled
			}
			return nil
		}
		p := c.poller(3 * time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), 4500*time.Millisecond)
		defer cancel()
		leaver := start(ctx, p, gone.fresh(ids[32:]...))
		mustWait(t, p, l.fresh(ids[:32]...))
		if err := <-leaver; !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the cut-off Wait = %v, want context.DeadlineExceeded", err)
		}
		ends := l.ends()
		if len(ends) != 32 {
			t.Errorf("%d IDs ended, want 32", len(ends))
		}
		if got := ends[ids[10]].Kind; got != Failed {
			t.Errorf("the bad ID ended as %v, want failed", got)
		}
		if !ends[ids[11]].Value {
			t.Errorf("another ID ended as %v, want ready", ends[ids[11]].Kind)
		}
	})
}

func TestPartsThatNobodyWaitsForAreNotAskedAbout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l, gone := newCloud(t), &log{}, &log{}
		c.latency = time.Second
		ids := c.fleet("i", 64, 0)
		c.instances[ids[10]] = instance{bad: true}
		p := c.poller(3*time.Second, func(cfg *Config[bool]) { cfg.Parallel = 1 })
		ctx, cancel := context.WithTimeout(t.Context(), 5600*time.Millisecond)
		defer cancel()
		second := start(t.Context(), p, l.fresh(ids[:32]...))
		first := start(ctx, p, gone.fresh(ids[32:]...))
		<-first
		calls := c.count()
		if err := <-second; err != nil {
			t.Errorf("Wait = %v, want nil", err)
		}
		for _, k := range c.calls[calls:] {
			for _, id := range ids[32:] {
				if slices.Contains(k.ids, id) {
					t.Fatalf("%s was asked at %v, after its Wait ended", id, k.at)
				}
			}
		}
	})
}

func TestThreeFatalAnswersEndEveryTarget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		c.latency = 100 * time.Millisecond
		c.fail = func(int, []string) error { return errDenied }
		p := known(c.poller(0), 3*time.Second)
		a := start(t.Context(), p, l.fresh(c.fleet("a", 900, 0)...))
		b := start(t.Context(), p, l.fresh(c.fleet("b", 5, 0)...))
		for _, done := range []<-chan error{a, b} {
			if err := <-done; !errors.Is(err, errDenied) {
				t.Errorf("Wait = %v, want one that wraps the cloud's refusal", err)
			}
		}
		if got := c.count(); got != 4+1+1 {
			t.Errorf("it took %d calls to give up, want 6: 4 at once are one refusal", got)
		}
		if len(l.events) != 0 {
			t.Errorf("observers heard %d events, want none", len(l.events))
		}
		c.fail = nil // the credentials were renewed
		mustWait(t, p, l.fresh("a-00000"))
	})
}

func TestFewerThanThreeFatalAnswersInARowAreForgiven(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		c.fail = func(n int, _ []string) error {
			if n%3 != 0 {
				return errDenied
			}
			return nil
		}
		c.boot("a", time.Minute)
		mustWait(t, c.poller(16*time.Second), l.fresh("a"))
	})
}

func TestFatalInOneGroupLeavesTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		c.boot("a", 30*time.Second)
		p := c.poller(3*time.Second, func(cfg *Config[bool]) {
			cfg.Fetch = func(ctx context.Context, group string, ids []string) (map[string]bool, bool, error) {
				if group == "forbidden" {
					return nil, false, errDenied
				}
				return c.fetch(ctx, group, ids)
			}
		})
		target := l.fresh("a")
		good := start(t.Context(), p, target)
		target.Group = "forbidden"
		if err := p.Wait(t.Context(), target); !errors.Is(err, errDenied) {
			t.Errorf("Wait in the forbidden group = %v, want the refusal", err)
		}
		if err := <-good; err != nil {
			t.Errorf("Wait in another group = %v, want nil", err)
		}
	})
}
