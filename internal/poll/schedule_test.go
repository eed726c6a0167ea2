package poll

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestKindReadsAsAWord(t *testing.T) {
	for kind, want := range map[Kind]string{Seen: "seen", Gone: "gone", Failed: "failed"} {
		if got := kind.String(); got != want {
			t.Errorf("Kind %d reads %q, want %q", int(kind), got, want)
		}
	}
}

// firstLooks launches 100 instances several times and returns when each launch was looked
// at first.
func firstLooks(t *testing.T, prior time.Duration, rounds int, boot func() time.Duration) (at []time.Duration) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		p := c.poller(prior, jittery)
		for range rounds {
			began, calls := time.Since(c.start), c.count()
			ids := names("i", 100)
			for _, id := range ids {
				c.boot(id, boot())
			}
			mustWait(t, p, l.fresh(ids...))
			at = append(at, c.calls[calls].at-began)
		}
	})
	return at
}

func TestFirstLookIsLearned(t *testing.T) {
	for name, prior := range map[string]time.Duration{
		"from a prior far too low":  3 * time.Second,
		"from a good prior":         16 * time.Second,
		"from a prior far too high": 60 * time.Second,
	} {
		t.Run(name, func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(3, 3))
			at := firstLooks(t, prior, 20, func() time.Duration { return lognormal(rnd) })
			t.Logf("first looks: %v", at)
			for _, d := range at[15:] {
				if d < 11*time.Second || d > 20*time.Second {
					t.Errorf("after 15 launches the first look came at %v, want it near the p10 of 16s", d)
				}
			}
		})
	}
}

func TestLearningIsPerClassAndNeedsTheWholeBoot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		p := c.poller(16 * time.Second)
		look := func(class string, age time.Duration, n int) time.Duration {
			began, calls := time.Now(), c.count()
			ids := c.fleet(class, n, 30*time.Second)
			target := l.fresh(ids...)
			target.Class, target.Accepted = class, began.Add(-age)
			mustWait(t, p, target)
			return c.calls[calls].at - began.Sub(c.start)
		}
		look("resumed", time.Hour, 20) // joined late: nobody knows when they booted
		if got := look("resumed", 0, 1); got != 16*time.Second {
			t.Errorf("first look after observing resumed instances at %v, want the prior, 16s", got)
		}
		look("slow", 0, 20)
		if got := look("slow", 0, 1); got < 25*time.Second || got > 32*time.Second {
			t.Errorf("first look of a class that takes 30 s at %v, want about that", got)
		}
		if got := look("other", 0, 1); got != 16*time.Second {
			t.Errorf("first look of another class at %v, want the prior, 16s", got)
		}
	})
}

// A prior may be far too high. Of a fleet that fills several calls some instances are
// looked at early. When those are ready, the others do not wait for the prior.
func TestScoutsMoveTheOtherLooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		rnd := rand.New(rand.NewPCG(4, 4))
		ids := names("i", 1000)
		for _, id := range ids {
			c.boot(id, lognormal(rnd)) // half are ready after 25 s, most after 36 s
		}
		p := c.poller(50*time.Second, jittery)
		ctx, cancel := context.WithCancel(t.Context())
		done := start(ctx, p, l.fresh(ids...))
		time.Sleep(40 * time.Second)
		cancel()
		<-done
		ready := 0
		for _, e := range l.ends() {
			if e.Value {
				ready++
			}
		}
		if got := c.calls[0].at; got > 31*time.Second {
			t.Errorf("the first call came at %v, want 30s", got)
		}
		if got := c.sizes()[0]; got != 100 {
			t.Errorf("the first call named %d IDs, want 100", got)
		}
		if ready < 700 {
			t.Errorf("%d of 1000 were noticed within 40 s, want most", ready)
		}
	})
}

// A fleet that fits into one call has no scouts: the prior decides about its first look.
func TestSmallFleetsHaveNoScouts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		mustWait(t, c.poller(16*time.Second), l.fresh(c.fleet("i", 100, 10*time.Second)...))
		if got, want := c.times("i-00000"), seconds(16); !slices.Equal(got, want) {
			t.Errorf("asked at %v, want %v", got, want)
		}
	})
}
