package await_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/await"
	"github.com/yunfan-cloud/yunfan/internal/poll"
)

// thing is what an answer says about one ID. Its word says what it means.
type thing struct{ word, raw string }

// errRefused is a refusal of one ID, errFatal one of all calls.
var (
	errRefused = errors.New("no such form of an ID")
	errFatal   = errors.New("no right to look")
)

// cloud answers questions about IDs. Life returns what an ID shows after a time; an empty word
// leaves the ID out of the answer.
type cloud struct {
	start time.Time
	life  func(id string, after time.Duration) string
}

func newCloud(life func(id string, after time.Duration) string) *cloud {
	return &cloud{start: time.Now(), life: life}
}

// fetch is one describe call. The word "refused" refuses the call because of that ID, "fatal"
// refuses every call.
func (c *cloud) fetch(_ context.Context, _ string, ids []string) (map[string]thing, bool, error) {
	seen := map[string]thing{}
	for _, id := range ids {
		switch word := c.life(id, time.Since(c.start)); word {
		case "":
		case "refused":
			return nil, false, errRefused
		case "fatal":
			return nil, false, errFatal
		default:
			seen[id] = thing{word, "RAW-" + word}
		}
	}
	return seen, true, nil
}

func (c *cloud) poller() *poll.Poller[thing] {
	return poll.New(poll.Config[thing]{Fetch: c.fetch, Classify: func(err error) poll.Failure {
		switch {
		case errors.Is(err, errRefused):
			return poll.BadID
		case errors.Is(err, errFatal):
			return poll.Fatal
		}
		return poll.Transient
	}})
}

// read is what a thing means in these tests: it should come "up", must not be "off" for a
// minute, and never recovers from "dead".
func read(t *thing, _ bool) await.Sighting {
	s := await.Sighting{State: t.word, Raw: t.raw, Phase: await.Pending, NoAddress: t.word != "up"}
	switch t.word {
	case "up":
		s.Phase = await.Ready
	case "off":
		s.Phase, s.Limit, s.Reason = await.Limited, time.Minute, "stays off"
	case "dead":
		s.Phase, s.Reason = await.Failed, "died"
	}
	return s
}

func config(ids ...string) await.Config[thing] {
	return await.Config[thing]{
		IDs: ids, Read: read, Gone: await.Sighting{State: "gone", Phase: await.Failed}, Booting: true,
	}
}

// target is one of IDs that were accepted now.
func target() poll.Target[thing] { return poll.Target[thing]{Accepted: time.Now()} }

// stages returns a life in stages: the word of the last one whose time has come.
func stages(at ...any) func(string, time.Duration) string {
	return func(_ string, after time.Duration) (word string) {
		for n := 0; n < len(at); n += 2 {
			if after >= at[n].(time.Duration) {
				word = at[n+1].(string)
			}
		}
		return word
	}
}

// only returns the single outcome of a wait.
func only(t *testing.T, w *await.Wait[thing]) await.Outcome[thing] {
	t.Helper()
	list := slices.Collect(w.Outcomes())
	if len(list) != 1 {
		t.Fatalf("%d outcomes, want 1", len(list))
	}
	return list[0]
}

const second = time.Second

func TestLivesOfAnID(t *testing.T) {
	for _, tc := range []struct {
		what   string
		life   func(string, time.Duration) string
		by     time.Duration // when the wait is over at the latest
		phase  await.Phase
		reason string
	}{
		{"comes up", stages(0*second, "new", 20*second, "up"), 25 * second, await.Ready, ""},
		{"is invisible at first", stages(40*second, "up"), 50 * second, await.Ready, ""},
		{"is off for less than a minute", stages(0*second, "off", 50*second, "up"), 60 * second, await.Ready, ""},
		{
			"is off twice", stages(0*second, "off", 45*second, "new", 60*second, "off", 100*second, "up"),
			120 * second, await.Ready, "",
		},
		{"stays off", stages(0*second, "off"), 90 * second, await.Failed, "stays off"},
		{"dies", stages(0*second, "new", 20*second, "dead"), 25 * second, await.Failed, "died"},
		{"is never seen", stages(), 150 * second, await.Hidden, ""},
		{"vanishes", stages(0*second, "new", 20*second, ""), 50 * second, await.Failed, ""},
		{"is refused", stages(0*second, "refused"), 20 * second, await.Failed, ""},
	} {
		t.Run(tc.what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, begin := await.New(config("a")), time.Now()
				if err := w.Run(t.Context(), newCloud(tc.life).poller(), target()); err != nil {
					t.Fatalf("got %v, want no error", err)
				}
				if took := time.Since(begin); took > tc.by {
					t.Errorf("took %v, want at most %v", took, tc.by)
				}
				o := only(t, w)
				if o.Phase != tc.phase {
					t.Errorf("got phase %d, want %d", o.Phase, tc.phase)
				}
				if failed := o.Failure != nil; failed != (tc.phase == await.Failed) {
					t.Fatalf("a failure is told: %t, want %t", failed, !failed)
				}
				if o.Failure != nil && o.Failure.Reason != tc.reason {
					t.Errorf("got reason %q, want %q", o.Failure.Reason, tc.reason)
				}
			})
		})
	}
}

// A limit counts from the first sighting in a state. Another state that has a limit too begins
// a new one.
func TestALimitCountsForOneState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := config("a")
		c.Read = func(x *thing, _ bool) await.Sighting {
			return await.Sighting{State: x.word, Phase: await.Limited, Limit: time.Minute, Reason: x.word + " for too long"}
		}
		w, begin := await.New(c), time.Now()
		life := newCloud(stages(0*second, "off", 50*second, "bare"))
		if err := w.Run(t.Context(), life.poller(), target()); err != nil {
			t.Fatal(err)
		}
		if got, want := only(t, w).Failure.Reason, "bare for too long"; got != want {
			t.Errorf("got reason %q, want %q", got, want)
		}
		if took := time.Since(begin); took < 110*second {
			t.Errorf("failed after %v, want a whole minute in the second state", took)
		}
	})
}

func TestGoneIsWhatTheUserSays(t *testing.T) {
	for _, phase := range []await.Phase{await.Ready, await.Failed} {
		synctest.Test(t, func(t *testing.T) {
			c := config("a")
			c.Booting, c.Keep, c.Gone.Phase = false, true, phase
			w := await.New(c)
			life := newCloud(stages(0*second, "new", 20*second, ""))
			if err := w.Run(t.Context(), life.poller(), target()); err != nil {
				t.Fatal(err)
			}
			o := only(t, w)
			if o.Phase != phase {
				t.Errorf("got phase %d, want %d", o.Phase, phase)
			}
			if o.State != "gone" {
				t.Errorf("got state %q, want %q", o.State, "gone")
			}
			if o.Raw != "RAW-new" {
				t.Errorf("got raw state %q, want the last word of the cloud", o.Raw)
			}
			if !o.Seen {
				t.Error("it counts as never seen, want seen")
			}
			if o.Last == nil {
				t.Error("the latest answer was not kept")
			}
			if phase == await.Failed && o.Failure.Kind != poll.Gone {
				t.Errorf("failed by %v, want gone", o.Failure.Kind)
			}
		})
	}
}

func TestOutcomesComeInOrderAndOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := await.New(config("c", "a", "c", "b", "a"))
		life := newCloud(func(id string, _ time.Duration) string {
			return map[string]string{"a": "up", "b": "dead", "c": "up"}[id]
		})
		if err := w.Run(t.Context(), life.poller(), target()); err != nil {
			t.Fatal(err)
		}
		var ids []string
		var phases []await.Phase
		for o := range w.Outcomes() {
			ids, phases = append(ids, o.ID), append(phases, o.Phase)
		}
		if want := []string{"c", "a", "b"}; !slices.Equal(ids, want) {
			t.Errorf("got %v, want %v", ids, want)
		}
		if want := []await.Phase{await.Ready, await.Ready, await.Failed}; !slices.Equal(phases, want) {
			t.Errorf("got phases %v, want %v", phases, want)
		}
		for o := range w.Outcomes() {
			if o.ID != "c" {
				t.Errorf("the loop goes on to %s after its end", o.ID)
			}
			break
		}
	})
}

func TestAWaitThatIsCutShortKnowsWhatItHasSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := await.New(config("a", "b"))
		life := newCloud(func(id string, _ time.Duration) string { return map[string]string{"a": "new"}[id] })
		ctx, cancel := context.WithTimeout(t.Context(), 30*second)
		defer cancel()
		if err := w.Run(ctx, life.poller(), target()); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want the end of ctx", err)
		}
		list := slices.Collect(w.Outcomes())
		switch a := list[0]; {
		case a.Phase != await.Pending:
			t.Errorf("a.Phase: got %v, want %v", a.Phase, await.Pending)
		case a.State != "new":
			t.Errorf("a.State: got %q, want %q", a.State, "new")
		case a.Raw != "RAW-new":
			t.Errorf("a.Raw: got %q, want %q", a.Raw, "RAW-new")
		case !a.Seen:
			t.Error("a.Seen is false, want true")
		case !a.NoAddress:
			t.Error("a.NoAddress is false, want true")
		}
		if b := list[1]; b.Phase != await.Unanswered || b.State != "" || b.Seen {
			t.Errorf("got %+v, want nothing known", b)
		}
	})
}

func TestHiddenIDsTellTheShortestPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := await.New(config("a", "b"))
		old := time.Now()
		time.Sleep(time.Minute)
		to := target()
		to.Since = func(id string) time.Time {
			if id == "a" {
				return old
			}
			return time.Time{}
		}
		if got, _ := w.Hidden(); got != 0 {
			t.Errorf("before the wait: got %v, want 0", got)
		}
		if err := w.Run(t.Context(), newCloud(stages()).poller(), to); err != nil {
			t.Fatal(err)
		}
		if got, _ := w.Hidden(); got < 2*time.Minute || got > 150*second {
			t.Errorf("got %v, want about two minutes", got)
		}
	})
}

func TestALookSortsWhatItWasToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := await.New(config("a", "b", "c", "d"))
		life := newCloud(func(id string, _ time.Duration) string {
			return map[string]string{"a": "up", "b": "new", "c": "dead"}[id]
		})
		if err := w.Look(t.Context(), life.poller(), target()); err != nil {
			t.Fatal(err)
		}
		var got []await.Phase
		for o := range w.Outcomes() {
			got = append(got, o.Phase)
		}
		if want := []await.Phase{await.Ready, await.Pending, await.Failed, await.Absent}; !slices.Equal(got, want) {
			t.Errorf("got phases %v, want %v", got, want)
		}
	})
}

// Only an ID that was seen can be told from one that is late. So an early look makes the
// difference between one that died and one that is hidden.
func TestALookAtTheBeginningSeesWhatDiesSoon(t *testing.T) {
	life := stages(0*second, "new", 5*second, "")
	for look, want := range map[time.Duration]await.Phase{0: await.Hidden, 10 * second: await.Failed} {
		synctest.Test(t, func(t *testing.T) {
			c := config("a")
			c.LookFirst = look
			w := await.New(c)
			if err := w.Run(t.Context(), newCloud(life).poller(), target()); err != nil {
				t.Fatal(err)
			}
			if got := only(t, w).Phase; got != want {
				t.Errorf("with a look of %v: got phase %d, want %d", look, got, want)
			}
		})
	}
}

func TestAnEarlyLookThatIsRefusedEndsTheWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := config("a")
		c.LookFirst = 10 * second
		calls := 0
		life := newCloud(func(string, time.Duration) string {
			calls++
			return "fatal"
		})
		if err := await.New(c).Run(t.Context(), life.poller(), target()); !errors.Is(err, errFatal) {
			t.Errorf("got %v, want %v", err, errFatal)
		}
		if calls != 3 {
			t.Errorf("%d calls, want the three of one refusal", calls)
		}
	})
}

func TestEveryChangeIsReportedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := config("a", "b")
		c.Keep = true
		got := map[string][]string{}
		c.Report = func(at time.Time, o await.Outcome[thing]) {
			if at.IsZero() {
				t.Errorf("%s changed at no time", o.ID)
			}
			if o.Last == nil {
				t.Errorf("%s changed without its latest answer", o.ID)
			}
			got[o.ID] = append(got[o.ID], o.State)
		}
		life := newCloud(func(id string, after time.Duration) string {
			if id == "b" {
				return stages(0*second, "new", 40*second, "dead")(id, after)
			}
			return stages(0*second, "new", 30*second, "off", 60*second, "up")(id, after)
		})
		if err := await.New(c).Run(t.Context(), life.poller(), target()); err != nil {
			t.Fatal(err)
		}
		if want := []string{"new", "off", "up"}; !slices.Equal(got["a"], want) {
			t.Errorf("a: got %v, want %v", got["a"], want)
		}
		if want := []string{"new", "dead"}; !slices.Equal(got["b"], want) {
			t.Errorf("b: got %v, want %v", got["b"], want)
		}
	})
}

// The owner is asked until it is known, and then no more.
func TestTheOwnerIsAskedUntilItIsKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := config("a")
		var asked []string
		c.Read = func(x *thing, known bool) await.Sighting {
			s := read(x, known)
			if !known {
				asked = append(asked, x.word)
			}
			s.Owner = map[string]uint8{"named": 2, "up": 1}[x.word]
			return s
		}
		w := await.New(c)
		life := newCloud(stages(0*second, "new", 20*second, "named", 60*second, "up"))
		if err := w.Run(t.Context(), life.poller(), target()); err != nil {
			t.Fatal(err)
		}
		if got := only(t, w).Owner; got != 2 {
			t.Errorf("got owner %d, want 2", got)
		}
		if last := asked[len(asked)-1]; last != "named" {
			t.Errorf("asked last when it was %q, want %q", last, "named")
		}
	})
}

// A limit counts on from what an earlier wait has seen, as long as the ID is still in that state.
func TestALimitCountsOnFromAnEarlierWait(t *testing.T) {
	for name, tc := range map[string]struct {
		before time.Duration // when it came into the state, before the wait
		life   func(string, time.Duration) string
		failed time.Duration // at the latest; 0 when it comes up
	}{
		"most of the limit": {50 * second, stages(0*second, "off"), 25 * second},
		"all of it":         {time.Hour, stages(0*second, "off"), 11 * second},
		"by a clock ahead":  {-time.Hour, stages(0*second, "off", 50*second, "up"), 0},
		"and it moves":      {50 * second, stages(0*second, "new", 30*second, "off", 80*second, "up"), 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				c := config("a")
				c.Since = func(_, state string) time.Time {
					if state != "off" {
						return time.Time{}
					}
					return start.Add(-tc.before)
				}
				w := await.New(c)
				if err := w.Run(t.Context(), newCloud(tc.life).poller(), target()); err != nil {
					t.Fatal(err)
				}
				o, took := only(t, w), time.Since(start)
				if failed := o.Phase == await.Failed; failed != (tc.failed > 0) {
					t.Fatalf("got phase %v after %v", o.Phase, took)
				}
				if tc.failed > 0 && took > tc.failed {
					t.Errorf("failed after %v, want at most %v", took, tc.failed)
				}
				if want := start.Add(-tc.before); tc.failed > 0 && !o.Limited.Equal(want) {
					t.Errorf("limited since %v, want %v", o.Limited, want)
				}
			})
		})
	}
}
