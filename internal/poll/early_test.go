package poll

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// early gives a poller early looks.
func early(cfg *Config[bool]) { cfg.Early = 5 * time.Second }

// wall launches operations of n instances each, all of which are ready after the same time,
// and returns how long it takes until all are seen.
func (c *cloud) wall(t *testing.T, p *Poller[bool], ops, n int, ready time.Duration) time.Duration {
	t.Helper()
	began := time.Now()
	var waits []<-chan error
	for i := range ops {
		ids := c.fleet(fmt.Sprint("op", i), n, ready)
		waits = append(waits, start(t.Context(), p, new(log).fresh(ids...)))
	}
	for _, w := range waits {
		if err := <-w; err != nil {
			t.Error(err)
		}
	}
	return time.Since(began)
}

// An instance is looked at once before the prior wants it, and then as if it had not been.
func TestTheEarlyLook(t *testing.T) {
	for ready, want := range map[time.Duration][]time.Duration{
		time.Second:      seconds(5),
		5 * time.Second:  seconds(5),
		6 * time.Second:  seconds(5, 16),
		17 * time.Second: seconds(5, 16, 18),
	} {
		synctest.Test(t, func(t *testing.T) {
			c, l := newCloud(t), &log{}
			mustWait(t, c.poller(16*time.Second, early), l.fresh(c.fleet("i", 10, ready)...))
			if got := c.times("i-00000"); !slices.Equal(got, want) {
				t.Errorf("ready after %v: asked at %v, want %v", ready, got, want)
			}
			if got := len(c.sizes()); got != len(want) {
				t.Errorf("ready after %v: %d calls, want %d", ready, got, len(want))
			}
		})
	}
}

// A prior of 40 s is far away: there is one look on the way to it.
func TestALongWayToThePrior(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		mustWait(t, c.poller(40*time.Second, early, jittery), l.fresh(c.fleet("i", 10, 41*time.Second)...))
		if got, want := c.times("i-00000")[:3], seconds(5, 24, 40); !slices.Equal(got, want) {
			t.Errorf("asked at %v, want %v first", got, want)
		}
	})
}

// A hundred thousand instances are not all looked at early.
func TestTheEarlyLookAtManyInstancesIsOneCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l, n := newCloud(t), &log{}, 100_000
		if testing.Short() {
			n = 10_000
		}
		mustWait(t, c.poller(16*time.Second, early), l.fresh(c.fleet("i", n, 17*time.Second)...))
		calls := 0
		for _, call := range c.calls {
			if call.at < 9*time.Second {
				calls++
			}
		}
		if calls != 1 {
			t.Errorf("%d calls before the scouts of the prior, want 1", calls)
		}
	})
}

// Instances that are accepted a moment after each other are looked at together, and none of
// them before its time: a look a moment too early would cost it the time to the next one.
func TestEarlyLooksComeInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t)
		p := c.poller(16*time.Second, early, jittery)
		var waits []<-chan error
		for i := range 50 {
			ids := c.fleet(fmt.Sprint("op", i), 1, 5*time.Second)
			waits = append(waits, start(t.Context(), p, new(log).fresh(ids...)))
			time.Sleep(5 * time.Millisecond)
		}
		for _, w := range waits {
			<-w
		}
		if got, want := time.Since(c.start), 49*5*time.Millisecond+5*time.Second; got != want {
			t.Errorf("all are seen after %v, want %v", got, want)
		}
		if got := c.count(); got != 1 {
			t.Errorf("%d calls, want 1", got)
		}
	})
}

// An answer that came before the time of an early look does not stand for it.
func TestAnEarlyLookThatFilledACallIsStillMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		p := c.poller(16*time.Second, early)
		start(t.Context(), p, l.fresh(c.fleet("other", 1, time.Hour)...))
		time.Sleep(3 * time.Second)
		mustWait(t, p, l.fresh(c.fleet("i", 1, 5*time.Second)...))
		if got, want := c.times("i-00000"), seconds(5, 8); !slices.Equal(got, want) {
			t.Errorf("asked at %v, want %v", got, want)
		}
	})
}

// What early looks show of some instances moves the looks at all of their class.
func TestQuickInstancesMoveTheLooksAtOthers(t *testing.T) {
	for _, n := range []struct{ ops, count int }{{1, 1000}, {10, 100}, {1000, 1}} {
		synctest.Test(t, func(t *testing.T) {
			c := newCloud(t)
			p := c.poller(16*time.Second, early, jittery)
			if got, limit := c.wall(t, p, n.ops, n.count, 3*time.Second), 5100*time.Millisecond; got > limit {
				t.Errorf("%d operations of %d: all are seen after %v, want at most %v", n.ops, n.count, got, limit)
			}
			if got, limit := c.count(), n.ops*n.count/100+3; got > limit {
				t.Errorf("%d operations of %d: %d calls, want at most %d", n.ops, n.count, got, limit)
			}
		})
	}
}

// A departure has no early look.
func TestADepartureIsNotLookedAtEarly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		target := l.fresh(c.fleet("i", 1, 17*time.Second)...)
		target.Leaving = true
		mustWait(t, c.poller(16*time.Second, early), target)
		if got, want := c.times("i-00000")[0], 16*time.Second; got != want {
			t.Errorf("asked at %v first, want %v", got, want)
		}
	})
}

// With nothing learned, no launch is seen later than by a poll every 5 s, at boots of 1, 5
// and 23 s: of one call exactly, of several within the time that the first goes ahead.
func TestNoLaterThanAPollEveryFiveSeconds(t *testing.T) {
	seeds := 5
	if testing.Short() {
		seeds = 1
	}
	for _, prior := range []time.Duration{8 * time.Second, ecsPrior, 15 * time.Second, 40 * time.Second} {
		for _, ready := range []time.Duration{time.Second, 5 * time.Second, 23 * time.Second} {
			for _, n := range []struct{ ops, count int }{{1, 1}, {50, 1}, {1, 100}, {1, 250}, {10, 100}} {
				for seed := range seeds {
					synctest.Test(t, func(t *testing.T) {
						c := newCloud(t)
						got := c.wall(t, c.poller(prior, seeded(seed), early), n.ops, n.count, ready)
						limit := (ready + 5*time.Second - 1).Truncate(5 * time.Second)
						if n.ops*n.count > 100 {
							limit += 100 * time.Millisecond
						}
						if got > limit {
							t.Errorf("prior %v, %d operations of %d, ready after %v: seen after %v, want at most %v",
								prior, n.ops, n.count, ready, got, limit)
						}
					})
				}
			}
		}
	}
}

// From the prior's first look until 25 s this holds for an instance of every boot time and for
// every jitter: a look at 24 s must not put off the one at 25 s.
func TestOneInstanceIsSeenNoLaterThanByAPollEveryFiveSeconds(t *testing.T) {
	seeds := 20
	if testing.Short() {
		seeds = 1
	}
	for _, prior := range []time.Duration{8 * time.Second, 9 * time.Second, ecsPrior, 15 * time.Second, 24 * time.Second} {
		for ready := prior; ready <= 25*time.Second; ready += 500 * time.Millisecond {
			for seed := range seeds {
				synctest.Test(t, func(t *testing.T) {
					c := newCloud(t)
					got := c.wall(t, c.poller(prior, seeded(seed), early), 1, 1, ready)
					limit := (ready + 5*time.Second - 1).Truncate(5 * time.Second)
					if got > limit {
						t.Errorf("prior %v, seed %d, ready after %v: seen after %v, want at most %v", prior, seed, ready, got, limit)
					}
					if calls, most := c.count(), 2*int(limit/(5*time.Second)); calls > most {
						t.Errorf("prior %v, seed %d, ready after %v: %d calls, want at most %d", prior, seed, ready, calls, most)
					}
				})
			}
		}
	}
}
