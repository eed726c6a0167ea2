package poll

import (
	"context"
	"errors"
	"maps"
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

// mustLook runs a Look at IDs, and checks what it reports of each.
func mustLook(t *testing.T, p *Poller[bool], want map[string]Kind) map[string]Event[bool] {
	t.Helper()
	got, err := glance(t.Context(), t, p, slices.Sorted(maps.Keys(want))...)
	if err != nil {
		t.Fatalf("Look = %v, want nil", err)
	}
	if len(got) != len(want) {
		t.Errorf("Look reports %d IDs, want %d", len(got), len(want))
	}
	for id, kind := range want {
		if got[id].Kind != kind {
			t.Errorf("Look reports %s as %v, want %v", id, got[id].Kind, kind)
		}
	}
	return got
}

func TestLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t)
		c.boot("ready", 0)
		c.boot("pending", time.Hour)
		c.instances["bad"] = instance{bad: true}
		began := time.Now()
		got, err := glance(t.Context(), t, c.poller(16*time.Second), "ready", "pending", "absent", "bad")
		if err != nil {
			t.Fatalf("Look = %v, want nil", err)
		}
		if len(got) != 4 {
			t.Errorf("Look reported %d IDs, want 4", len(got))
		}
		for id, want := range map[string]Kind{"ready": Seen, "pending": Seen, "absent": Absent, "bad": Failed} {
			if got[id].Kind != want {
				t.Errorf("%s is %v, want %v", id, got[id].Kind, want)
			}
		}
		if !got["ready"].Value {
			t.Error("the ready instance is shown as pending")
		}
		if got["pending"].Value {
			t.Error("the pending instance is shown as ready")
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
			mustLook(t, p, map[string]Kind{"a": Seen, "b": Absent, "c": Absent})
		}
		l.mu.Lock()
		if len(l.events) < 3 {
			t.Errorf("the wait heard %d times of a, want of the looks as well", len(l.events))
		}
		l.mu.Unlock()
		if err := <-wait; err != nil {
			t.Errorf("Wait = %v, want nil", err)
		}
		l.mustEnd(t, map[string]Kind{"a": Seen, "b": Hidden})
		if !l.ends()["a"].Value {
			t.Error("a ended as pending, want ready")
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
		mustLook(t, c.poller(16*time.Second), map[string]Kind{"a": Seen, "b": Absent})
		if got := c.count(); got != 4 {
			t.Errorf("%d calls, want 4", got)
		}
		if got := len(c.times("a")); got != 1 {
			t.Errorf("%d calls about a, want 1: the first shows it", got)
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
		mustLook(t, p, map[string]Kind{"a": Absent})
		if took := time.Since(began); took > 4*time.Second {
			t.Errorf("the Look took %v, want at most 4s", took)
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
		if got := mustLook(t, c.poller(0), map[string]Kind{"a": Seen}); !got["a"].Value {
			t.Error("a is shown as pending, want ready")
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
				if !errors.Is(err, tc.want) {
					t.Errorf("Look = %v, want %v", err, tc.want)
				}
				if !errors.Is(err, tc.fail) {
					t.Errorf("Look = %v, want the cloud's error, %v, in it", err, tc.fail)
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
			mustLook(t, p, map[string]Kind{"a": Absent})
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
