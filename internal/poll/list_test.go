package poll

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// listings returns how many calls were listings.
func (c *cloud) listings() (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, k := range c.calls {
		if strings.HasPrefix(k.ids[0], "list ") {
			n++
		}
	}
	return n
}

// series returns a Target of n instances that can be listed. Every tenth is ready early,
// and the others late.
func (c *cloud) series(l *log, n int) Target[bool] {
	ids := c.fleet("s", n, 40*time.Second)
	for i := 0; i < n; i += 10 {
		c.boot(ids[i], 15*time.Second)
	}
	target := l.fresh(ids...)
	target.Series = "s"
	return target
}

func TestAListingShowsTheEarlyInstances(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		mustWait(t, c.poller(16*time.Second, c.listing), c.series(l, 1000))
		if c.listings() == 0 {
			t.Error("nothing was listed though few of many were ready")
		}
		if len(l.ends()) != 1000 {
			t.Errorf("heard of %d IDs, want 1000", len(l.ends()))
		}
		for _, e := range l.events {
			if !e.Value && e.At.Sub(c.start) < 17*time.Second {
				t.Fatal("an ID that a listing does not mention is news")
			}
		}
	})
}

func TestFewInstancesAreNotListed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		mustWait(t, c.poller(16*time.Second, c.listing), c.series(l, 100))
		if n := c.listings(); n > 0 {
			t.Errorf("%d listings for instances that fit into one call", n)
		}
	})
}

// An instance that listings leave out, because its tag is late or removed, is asked about
// by ID.
func TestWhatAListingLeavesOutIsAskedAbout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		target := c.series(l, 1000)
		c.unlisted = map[string]bool{}
		for _, id := range target.IDs {
			c.unlisted[id] = true
		}
		began := time.Now()
		mustWait(t, c.poller(16*time.Second, c.listing), target)
		if took := time.Since(began); took > 60*time.Second {
			t.Errorf("instances that no listing mentions were noticed after %v", took)
		}
	})
}

func TestAListingThatFailsIsNotRepeated(t *testing.T) {
	for name, err := range map[string]error{"refused": errDenied, "bad": errBadID, "missing": errMissing} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, l := newCloud(t), &log{}
				c.fail = func(_ int, ids []string) error {
					if strings.HasPrefix(ids[0], "list ") {
						return err
					}
					return nil
				}
				mustWait(t, c.poller(16*time.Second, c.listing), c.series(l, 1000))
				if n := c.listings(); n != 1 {
					t.Errorf("%d listings, want one: it is refused", n)
				}
				if at := c.times("s-00005"); at[0] > 17*time.Second {
					t.Errorf("asked by ID at %v, want at once after the refusal", at[0])
				}
			})
		})
	}
}

func TestAThrottledListingIsLateAndNobodyFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		c.fail = func(n int, _ []string) error {
			if n < 5 {
				return errThrottled
			}
			return nil
		}
		mustWait(t, c.poller(16*time.Second, c.listing), c.series(l, 1000))
		if c.count() > 100 {
			t.Errorf("%d calls", c.count())
		}
	})
}

func TestCancelDuringAListing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, a, b := newCloud(t), &log{}, &log{}
		c.latency = 3 * time.Second
		p := c.poller(16*time.Second, c.listing)
		target := c.series(a, 1000)
		ctx, cancel := context.WithTimeout(t.Context(), 17*time.Second)
		defer cancel()
		first := start(ctx, p, target)
		second := start(t.Context(), p, b.fresh(target.IDs...)) // the same IDs, without a listing
		if err := <-first; !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Wait = %v, want its deadline", err)
		}
		if err := <-second; err != nil {
			t.Errorf("the other Wait = %v, want nil", err)
		}
		if got := len(b.ends()); got != 1000 {
			t.Errorf("the other Wait was told about %d IDs, want 1000", got)
		}
	})
}
