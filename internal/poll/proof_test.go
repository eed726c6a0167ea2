package poll

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"
)

// An ID that was never seen is never gone, so a caller can wait for it again.
func TestInvisibleForTenMinutesThenRunning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t)
		accepted := time.Now()
		ids := c.fleet("i", 10, 20*time.Second)
		for _, id := range ids[5:] {
			m := c.instances[id]
			m.visible = accepted.Add(10 * time.Minute)
			c.instances[id] = m
		}
		p := c.poller(16 * time.Second)
		left := ids
		for n := 1; len(left) > 0; n++ {
			l := &log{}
			mustWait(t, p, Target[bool]{IDs: left, Accepted: accepted, Observe: l.observe})
			var hidden []string
			for id, e := range l.ends() {
				switch {
				case e.Kind == Hidden:
					hidden = append(hidden, id)
					if e.Age < 2*time.Minute || e.Age > 10*time.Minute+time.Second {
						t.Errorf("%s is hidden at an age of %v", id, e.Age)
					}
				case !e.Value:
					t.Errorf("%s ended as %v, want ready or hidden", id, e.Kind)
				}
			}
			if n == 1 && len(hidden) != 5 {
				t.Errorf("%d of 5 invisible IDs are hidden after the first wait", len(hidden))
			}
			left = hidden
		}
		if took := time.Since(accepted); took < 10*time.Minute || took > 11*time.Minute {
			t.Errorf("all were ready after %v, want soon after the last is shown at 10m", took)
		}
	})
}

// Each answer leaves out one instance in ten, for hours.
func TestFlappingReadsAreNoLoss(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		dice := rand.New(rand.NewPCG(1, 3))
		c.lacks = func(string) bool { return dice.IntN(10) == 0 }
		hours := 4
		if testing.Short() {
			hours = 1
		}
		ids := c.fleet("i", 200, time.Duration(hours)*time.Hour)
		mustWait(t, c.poller(16*time.Second, jittery), l.fresh(ids...))
		for id, e := range l.ends() {
			if !e.Value {
				t.Errorf("%s ended as %v after %v, want ready", id, e.Kind, e.At.Sub(c.start))
			}
		}
		t.Logf("%d calls for 200 instances in %d hours", c.count(), hours)
		if n := c.count(); n > hours*480*5 { // twice a minute, two calls a time, and the calls about the IDs that were left out
			t.Errorf("%d calls for 200 instances in %d hours", n, hours)
		}
	})
}

func TestAMissByMistakeTeachesNothing(t *testing.T) {
	const at = 21500 * time.Millisecond // after the last sighting, before the last miss
	boots := func(hide bool) (ready float64) {
		synctest.Test(t, func(t *testing.T) {
			c, l := newCloud(t), &log{}
			c.boot("a", 25*time.Second)
			if hide {
				c.answer = map[string]func(time.Time) bool{"a": hiddenBetween(21*time.Second, 25*time.Second)}
			}
			p := c.poller(16 * time.Second)
			mustWait(t, p, l.fresh("a"))
			ready = p.times.Class("", p.now()).Counts(at, at).Ready
		})
		return ready
	}
	if steady := boots(false); steady != 0 {
		t.Fatalf("seen pending at 24 s, it counts %v as ready at 21.5 s", steady)
	}
	if flapped := boots(true); flapped == 0 {
		t.Error("an ID last seen at 20 s and missed until 25 s counts as pending until the last miss")
	}
}

// Answers that contradict themselves prove nothing about what they lack.
func TestShortAnswersProveNothing(t *testing.T) {
	for name, seenFirst := range map[string]bool{"never seen": false, "seen before": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, l := newCloud(t), &log{}
				c.boot("a", 2*time.Hour)
				c.boot("b", 30*time.Second)
				from := time.Duration(0)
				if seenFirst {
					from = 17 * time.Second
				}
				c.answer = map[string]func(time.Time) bool{"a": hiddenBetween(from, time.Hour)}
				c.short = func(int) bool { return time.Since(c.start) > from && time.Since(c.start) < time.Hour }
				ctx, cancel := context.WithTimeout(t.Context(), 50*time.Minute)
				defer cancel()
				err := c.poller(16*time.Second).Wait(ctx, l.fresh("a", "b"))
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("Wait = %v, want its deadline", err)
				}
				if !errors.Is(err, errNotWhole) {
					t.Errorf("Wait = %v, want that the answers are not whole", err)
				}
				if end := l.ends()["b"]; !end.Value {
					t.Errorf("b, which short answers show, ended as %v, want ready", end.Kind)
				}
				if end, told := l.ends()["a"]; told && end.Kind != Seen {
					t.Errorf("a ended as %v, though no whole answer lacks it", end.Kind)
				}
				if n := c.count(); n > 150 {
					t.Errorf("%d calls in 50 minutes, want the usual pace", n)
				}
			})
		})
	}
}

func TestShortAnswersBetweenMissesAreNotCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		c.boot("a", time.Hour)
		c.answer = map[string]func(time.Time) bool{"a": hiddenBetween(17*time.Second, 60*time.Second)}
		whole := 0
		c.short = func(int) bool { // while it is hidden, two answers are whole
			if now := time.Since(c.start); now < 17*time.Second || now > 60*time.Second {
				return false
			}
			whole++
			return whole > 2
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
		defer cancel()
		err := c.poller(16*time.Second).Wait(ctx, l.fresh("a"))
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Wait = %v, want its deadline", err)
		}
		if end := l.ends()["a"]; end.Kind != Seen {
			t.Errorf("a ended as %v, but only two whole answers lack it", end.Kind)
		}
	})
}

// Patience counts answers: time in an outage, or in the library's own queue, proves
// nothing.
func TestPatienceCountsAnswers(t *testing.T) {
	for name, tc := range map[string]struct {
		outage    time.Duration
		notBefore time.Duration
	}{
		"none":                   {0, 120 * time.Second},
		"until long after":       {5 * time.Minute, 5*time.Minute + proofTime},
		"until just before":      {115 * time.Second, 115*time.Second + proofTime},
		"over before the second": {60 * time.Second, 120 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, l := newCloud(t), &log{}
				c.fail = func(int, []string) error {
					if time.Since(c.start) < tc.outage {
						return errThrottled
					}
					return nil
				}
				mustWait(t, c.poller(16*time.Second), l.fresh("a"))
				end := l.ends()["a"]
				if end.Kind != Hidden {
					t.Errorf("it ended as %v, want hidden", end.Kind)
				}
				if at := end.At.Sub(c.start); at < tc.notBefore || at > tc.notBefore+35*time.Second {
					t.Errorf("it is hidden after %v, want soon after %v", at, tc.notBefore)
				}
			})
		})
	}
}

func TestACallFromBeforeThePatienceEndedProvesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		c.latency = 25 * time.Second // each answer is that old
		mustWait(t, c.poller(16*time.Second), l.fresh("a"))
		if at := l.ends()["a"].At.Sub(c.start); at < 145*time.Second {
			t.Errorf("it is hidden after %v by an answer to a question asked before its patience of 120 s was over", at)
		}
	})
}

func TestVisibleIsAnOption(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		p := c.poller(16*time.Second, func(cfg *Config[bool]) { cfg.Visible = 5 * time.Minute })
		mustWait(t, p, l.fresh("a"))
		if at := l.ends()["a"].At.Sub(c.start); at < 5*time.Minute || at > 5*time.Minute+5*time.Second {
			t.Errorf("it is hidden after %v, want 5m", at)
		}
	})
}

// An ID that was never seen is gone when its release was accepted and answers lack it.
func TestAReleasedIDThatWasNeverSeen(t *testing.T) {
	for name, missing := range map[string]bool{"left out": false, "an error": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, l := newCloud(t), &log{}
				c.fail = func(int, []string) error {
					if missing {
						return errMissing
					}
					return nil
				}
				mustWait(t, c.poller(0), Target[bool]{IDs: []string{"a"}, Leaving: true, Observe: l.observe})
				end := l.ends()["a"]
				if end.Kind != Gone {
					t.Errorf("it ended as %v, want gone", end.Kind)
				}
				if at := end.At.Sub(c.start); at < 5*time.Second || at > 7*time.Second {
					t.Errorf("it is gone after %v, want 5s", at)
				}
				if got := c.count(); got != 2 {
					t.Errorf("it took %d calls, want 2", got)
				}
				if missing != errors.Is(end.Err, errMissing) {
					t.Errorf("Err = %v, want the cloud's words where it has any", end.Err)
				}
			})
		})
	}
}

// A Wait is told once that an ID is hidden. It goes on for the other IDs.
func TestHiddenEndsThatIDOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		c.boot("slow", 10*time.Minute)
		mustWait(t, c.poller(16*time.Second), l.fresh("slow", "hidden"))
		l.mustEnd(t, map[string]Kind{"hidden": Hidden, "slow": Seen})
		if !l.ends()["slow"].Value {
			t.Error("the slow one ended as pending, want ready")
		}
		if at := c.times("hidden"); at[len(at)-1] > 125*time.Second {
			t.Errorf("asked about the hidden one at %v, after the end of its wait", at[len(at)-1])
		}
	})
}

func TestAnInterruptedWaitSaysWhy(t *testing.T) {
	for name, tc := range map[string]struct {
		fails func(n int, ids []string) error
		want  error
	}{
		"all fail":               {func(int, []string) error { return errThrottled }, errThrottled},
		"all are answered":       {func(int, []string) error { return nil }, nil},
		"they failed for a time": {func(n int, _ []string) error { return map[bool]error{true: errThrottled}[n < 4] }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, l := newCloud(t), &log{}
				c.boot("a", time.Hour)
				c.fail = tc.fails
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				err := c.poller(16*time.Second).Wait(ctx, l.fresh("a"))
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("Wait = %v, want its deadline", err)
				}
				var cut *Interrupted
				if got := errors.As(err, &cut); got != (tc.want != nil) {
					t.Errorf("Wait = %v, an Interrupted: %v", err, got)
				}
				if tc.want != nil && !errors.Is(err, tc.want) {
					t.Errorf("Wait = %v, want the reason why the calls gave no answer", err)
				}
			})
		})
	}
}

// A Fetch that gets no answer has its own deadline, which is not the caller's.
func TestTheDeadlineOfACallIsNotTheCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		c.hang = func(ctx context.Context, _ int) { <-ctx.Done() }
		ctx, cancel := context.WithCancel(t.Context())
		done := start(ctx, c.poller(3*time.Second), l.fresh("a"))
		time.Sleep(time.Minute)
		cancel()
		err := <-done
		if !errors.Is(err, context.Canceled) {
			t.Errorf("Wait = %v, want its cancellation", err)
		}
		if errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Wait = %v, want no deadline in it", err)
		}
		var cut *Interrupted
		if !errors.As(err, &cut) {
			t.Fatalf("Wait = %v, want an Interrupted", err)
		}
		if got, want := cut.Call.Error(), "no answer within 30s"; got != want {
			t.Errorf("the call ended with %q, want %q", got, want)
		}
	})
}

// There may be a hundred thousand entries.
func TestAnEntryIsSmall(t *testing.T) {
	if n := unsafe.Sizeof(entry[bool]{}); n != 64 {
		t.Errorf("an entry takes %d bytes, want 64", n)
	}
	if n := unsafe.Sizeof(subscription[bool]{}); n != 32 {
		t.Errorf("a subscription takes %d bytes, want 32", n)
	}
}

// Known belongs to the Target: it is called without locks, and once for each ID.
func TestKnownIsAskedOnceWithoutLocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		p := c.poller(0)
		var asked []string
		target := Target[bool]{IDs: []string{"a", "b"}, Observe: l.observe, Known: func(id string) bool {
			p.Next("", time.Now())
			if !p.group("").mu.TryLock() {
				t.Error("it is asked while a lock is held")
				return false
			}
			defer p.group("").mu.Unlock()
			asked = append(asked, id)
			return id == "b"
		}}
		mustWait(t, p, target)
		l.mustEnd(t, map[string]Kind{"a": Hidden, "b": Gone})
		if !slices.Equal(asked, []string{"a", "b"}) {
			t.Errorf("asked about %v, want each once", asked)
		}
	})
}

// The time between two misses counts from the first answer to when the second call is sent.
func TestSlowAnswersDoNotShortenTheProof(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		c.latency = 12 * time.Second
		c.boot("a", time.Hour)
		asked := 0
		c.answer = map[string]func(time.Time) bool{"a": func(time.Time) bool { asked++; return asked == 1 }}
		mustWait(t, c.poller(3*time.Second), l.fresh("a"))
		var missed []time.Duration // when the calls were sent whose answers lack it
		missed = append(missed, c.times("a")[1:]...)
		if end := l.ends()["a"]; end.Kind != Gone {
			t.Errorf("it ended as %v, want gone", end.Kind)
		}
		if last := missed[len(missed)-1]; last < missed[0]+c.latency+20*time.Second {
			t.Errorf("the last question came %v after the first answer that lacks it, want 20s", last-missed[0]-c.latency)
		}
	})
}

// A Wait that joins another has its own patience.
func TestALaterWaitHasItsOwnPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		p := c.poller(0)
		first := start(t.Context(), p, Target[bool]{IDs: []string{"a"}, Observe: new(log).observe})
		time.Sleep(18 * time.Second)
		began := time.Now()
		mustWait(t, p, Target[bool]{IDs: []string{"a"}, Observe: l.observe})
		if took := time.Since(began); took < 20*time.Second {
			t.Errorf("it ended after %v, want 20s at least", took)
		}
		l.mustEnd(t, map[string]Kind{"a": Hidden})
		<-first
	})
}

func TestAnIDThatIsSeenAgainSharesCallsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		ids := c.fleet("i", 5, 10*time.Minute)
		alone := time.Duration(0) // of the first call about it alone
		c.lacks = func(id string) bool { return id == ids[0] && alone == 0 && time.Since(c.start) > 20*time.Second }
		c.fail = func(_ int, asked []string) error {
			if len(asked) == 1 && alone == 0 {
				alone = time.Since(c.start)
			}
			return nil
		}
		mustWait(t, c.poller(16*time.Second), l.fresh(ids...))
		if alone == 0 {
			t.Fatal("it was never asked about alone")
		}
		if end := l.ends()[ids[0]]; !end.Value {
			t.Errorf("it ended as %v, want ready", end.Kind)
		}
		for _, k := range c.calls {
			if k.at > alone && len(k.ids) == 1 {
				t.Errorf("asked alone at %v, after it was seen again", k.at)
			}
		}
	})
}
