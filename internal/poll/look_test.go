package poll

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// glance runs a Look and returns the events, of which there must be one for each ID.
func glance(ctx context.Context, t *testing.T, p *Poller[bool], ids ...string) (map[string]Event[bool], error) {
	t.Helper()
	l := &log{}
	err := p.Look(ctx, Target[bool]{IDs: ids, Observe: l.observe})
	if events := l.ends(); len(events) != len(l.events) {
		t.Errorf("%d events about %d IDs, want one for each", len(l.events), len(events))
	}
	return l.ends(), err
}

func TestLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t)
		c.boot("ready", 0)
		c.boot("pending", time.Hour)
		c.instances["bad"] = instance{bad: true}
		began := time.Now()
		got, err := glance(t.Context(), t, c.poller(16*time.Second), "ready", "pending", "absent", "bad")
		if err != nil || len(got) != 4 {
			t.Fatalf("Look = %v with %d IDs, want nil with 4", err, len(got))
		}
		for id, want := range map[string]Kind{"ready": Seen, "pending": Seen, "absent": Absent, "bad": Failed} {
			if got[id].Kind != want {
				t.Errorf("%s is %v, want %v", id, got[id].Kind, want)
			}
		}
		if got["ready"].Value != true || got["pending"].Value != false {
			t.Errorf("ready and pending are shown as %v and %v", got["ready"].Value, got["pending"].Value)
		}
		if !errors.Is(got["bad"].Err, errBadID) {
			t.Errorf("the bad ID failed for %v, want the cloud's error", got["bad"].Err)
		}
		if took := time.Since(began); took > time.Second {
			t.Errorf("a look took %v, want it at once", took)
		}
	})
}

func TestLookAsksFullChunks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t)
		got, err := glance(t.Context(), t, c.poller(16*time.Second), c.fleet("i", 250, time.Hour)...)
		if err != nil {
			t.Errorf("Look = %v, want nil", err)
		}
		if len(got) != 250 {
			t.Errorf("Look reported %d IDs, want 250", len(got))
		}
		sizes := c.sizes()
		slices.Sort(sizes)
		if want := []int{50, 100, 100}; !slices.Equal(sizes, want) {
			t.Errorf("calls named %v IDs, want %v", sizes, want)
		}
	})
}

// A Look shares its calls with Waits, and they are told what it has seen. It changes
// neither their pace nor what is learned.
func TestLookSharesWithWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		c.boot("a", 40*time.Second)
		p := c.poller(16 * time.Second)
		wait := start(t.Context(), p, l.fresh("a", "b"))
		for _, at := range []time.Duration{5 * time.Second, 17 * time.Second} {
			time.Sleep(at - time.Since(c.start))
			got, err := glance(t.Context(), t, p, "a", "b", "c")
			if err != nil || got["a"].Kind != Seen || got["b"].Kind != Absent || got["c"].Kind != Absent {
				t.Errorf("at %v: Look = %v, %v", at, got, err)
			}
		}
		l.mu.Lock()
		if len(l.events) < 3 {
			t.Errorf("the wait heard %d times of a, want of the looks as well", len(l.events))
		}
		l.mu.Unlock()
		if err := <-wait; err != nil {
			t.Errorf("Wait = %v, want nil", err)
		}
		if got := l.ends(); !got["a"].Value || got["b"].Kind != Hidden {
			t.Errorf("they ended as %v and %v, want ready and hidden", got["a"], got["b"].Kind)
		}
		if took := l.ends()["a"].At.Sub(c.start); took > 45*time.Second {
			t.Errorf("a, ready at 40 s, was noticed after %v", took)
		}
		if c.count() > 45 {
			t.Errorf("%d calls", c.count())
		}
	})
}

// A Look that is under way does not change what a Wait does.
func TestAWaitThatJoinsALook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		c.latency = 2 * time.Second
		c.boot("a", 20*time.Second)
		p := c.poller(16 * time.Second)
		accepted := time.Now()
		time.Sleep(10 * time.Second)
		done := make(chan error, 1)
		go func() {
			_, err := glance(t.Context(), t, p, "a")
			done <- err
		}()
		time.Sleep(time.Second)
		mustWait(t, p, Target[bool]{IDs: []string{"a"}, Accepted: accepted, Observe: l.observe})
		if err := <-done; err != nil {
			t.Errorf("Look = %v, want nil", err)
		}
		if p.times.Class("", p.now()).Counts(0, time.Hour).Ready == 0 {
			t.Error("the wait has learned nothing of a boot that it saw")
		}
	})
}

func TestLookAsksAgainAfterAShortAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t)
		c.boot("a", 0)
		c.short = func(n int) bool { return n <= 3 }
		began := time.Now()
		got, err := glance(t.Context(), t, c.poller(16*time.Second), "a", "b")
		if err != nil || got["a"].Kind != Seen || got["b"].Kind != Absent {
			t.Errorf("Look = %v, %v; want a seen and b absent", got, err)
		}
		if c.count() != 4 || len(c.times("a")) != 1 {
			t.Errorf("%d calls, %d about a; want 4, and 1 since the first shows it", c.count(), len(c.times("a")))
		}
		if took := time.Since(began); took > 8*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

// An answer that is not whole is repeated soon for a Look, but not for a Wait.
func TestLookAtAnOldInstanceAfterAShortAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t)
		p := c.poller(16 * time.Second)
		ctx, cancel := context.WithCancel(t.Context())
		c.boot("a", time.Hour)
		c.answer = map[string]func(time.Time) bool{"a": hiddenBetween(10*time.Minute, 11*time.Minute)}
		c.short = func(int) bool { return time.Since(c.start) < 10*time.Minute+time.Second }
		wait := start(ctx, p, new(log).fresh("a"))
		time.Sleep(10 * time.Minute)
		began := time.Now()
		got, err := glance(t.Context(), t, p, "a")
		if err != nil || got["a"].Kind != Absent || time.Since(began) > 4*time.Second {
			t.Errorf("Look = %v, %v after %v; want absent within 4s", got, err, time.Since(began))
		}
		cancel()
		<-wait
	})
}

func TestLookRepeatsWhatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t)
		c.boot("a", 0)
		c.fail = func(n int, _ []string) error {
			if n <= 3 {
				return errThrottled
			}
			return nil
		}
		if got, err := glance(t.Context(), t, c.poller(0), "a"); err != nil || !got["a"].Value {
			t.Errorf("Look = %v, %v; want a ready", got, err)
		}
	})
}

func TestLookEnds(t *testing.T) {
	for name, tc := range map[string]struct {
		fail error
		want error
	}{
		"with its context": {errThrottled, context.DeadlineExceeded},
		"by refusals":      {errDenied, errDenied},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newCloud(t)
				c.fail = func(int, []string) error { return tc.fail }
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				_, err := glance(ctx, t, c.poller(0), "a")
				if !errors.Is(err, tc.want) || !errors.Is(err, tc.fail) {
					t.Errorf("Look = %v, want %v for %v", err, tc.want, tc.fail)
				}
			})
		})
	}
}

// A Look never reports that an ID is gone.
func TestLookNeverEndsAnID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t)
		p := c.poller(0)
		for range 30 {
			got, err := glance(t.Context(), t, p, "a")
			if err != nil || got["a"].Kind != Absent {
				t.Fatalf("Look = %v, %v; want absent", got, err)
			}
			time.Sleep(5 * time.Second)
		}
	})
}

func TestNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(24 * time.Hour)
		p := newCloud(t).poller(16 * time.Second)
		now := time.Now()
		for name, tc := range map[string]struct {
			accepted time.Time
			want     time.Duration
		}{
			"just now":          {now, 16 * time.Second},
			"before the first":  {now.Add(-10 * time.Second), 6 * time.Second},
			"close to it":       {now.Add(-15 * time.Second), 2 * time.Second},
			"young":             {now.Add(-18 * time.Second), 2 * time.Second},
			"a minute and more": {now.Add(-100 * time.Second), 10 * time.Second},
			"old":               {now.Add(-time.Hour), 30 * time.Second},
			"long ago":          {time.Time{}, 2 * time.Second},
			"by a clock ahead":  {now.Add(time.Hour), 16 * time.Second},
		} {
			if got := p.Next("", tc.accepted).Sub(now); got != tc.want {
				t.Errorf("%s: the next look is in %v, want %v", name, got, tc.want)
			}
		}
	})
}
