package poll

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// hiddenBetween returns whether an ID is mentioned: at all times but those in [from, to).
func hiddenBetween(from, to time.Duration) func(time.Time) bool {
	began := time.Now()
	return func(now time.Time) bool {
		d := now.Sub(began)
		return d < from || d >= to
	}
}

// absentCase is an ID that answers lack for a while, and how the Wait for it must end.
type absentCase struct {
	boot     time.Duration
	from, to time.Duration // hidden
	oldID    bool          // accepted at an unknown time
	known    bool          // somebody saw it before
	want     Kind
	min, max time.Duration // when it ends
}

func TestAbsentIDs(t *testing.T) {
	const s = time.Second
	for name, tc := range map[string]absentCase{
		"visible late":              {boot: 20 * s, to: 50 * s, want: Seen, min: 50 * s, max: 56 * s},
		"visible before a minute":   {boot: 20 * s, to: 59 * s, want: Seen, min: 59 * s, max: 66 * s},
		"invisible for 90 s":        {boot: 20 * s, to: 90 * s, want: Seen, min: 90 * s, max: 100 * s},
		"never visible":             {boot: 20 * s, to: time.Hour, want: Hidden, min: 120 * s, max: 123 * s},
		"an old ID that is unknown": {boot: 20 * s, to: time.Hour, oldID: true, want: Hidden, min: 20 * s, max: 23 * s},
		"an old ID, shown in time":  {boot: 5 * s, to: 15 * s, oldID: true, want: Seen, min: 15 * s, max: 18 * s},
		"a known, old ID": {
			boot: 20 * s, to: time.Hour, oldID: true, known: true, want: Gone, min: 20 * s, max: 23 * s,
		},
		"a known, new ID":            {boot: 20 * s, to: time.Hour, known: true, want: Gone, min: 36 * s, max: 39 * s},
		"vanished after a sighting":  {boot: time.Hour, from: 19 * s, to: time.Hour, want: Gone, min: 39 * s, max: 43 * s},
		"one miss is forgiven":       {boot: 40 * s, from: 19 * s, to: 21 * s, want: Seen, min: 40 * s, max: 45 * s},
		"out of sight for 18 s":      {boot: 20 * s, from: 19 * s, to: 37 * s, want: Seen, min: 37 * s, max: 43 * s},
		"vanished when it was older": {boot: time.Hour, from: 90 * s, to: time.Hour, want: Gone, min: 110 * s, max: 123 * s},
		"a short gap of an old one":  {boot: 5 * s, from: 1 * s, to: 4 * s, oldID: true, want: Seen, min: 5 * s, max: 10 * s},
	} {
		t.Run(name, func(t *testing.T) { synctest.Test(t, tc.run) })
	}
}

func (tc absentCase) run(t *testing.T) {
	c, l := newCloud(t), &log{}
	c.fleet("other", 3, time.Hour) // so that "alone" means something
	c.boot("a", tc.boot)
	c.answer = map[string]func(time.Time) bool{"a": hiddenBetween(tc.from, tc.to)}
	ctx, cancel := context.WithCancel(t.Context())
	p := c.poller(16 * time.Second)
	company := start(ctx, p, new(log).fresh(names("other", 3)...))
	target := l.fresh("a")
	if tc.oldID {
		target.Accepted = time.Time{}
	}
	if tc.known {
		target.Known = func(id string) bool { return id == "a" }
	}
	began := time.Now()
	mustWait(t, p, target)
	took := time.Since(began)
	end := l.ends()["a"]
	if end.Kind != tc.want {
		t.Errorf("a ended as %v, want %v", end.Kind, tc.want)
	}
	if ready := tc.want == Seen; end.Value != ready {
		t.Errorf("a ended as ready: %v, want %v", end.Value, ready)
	}
	if took < tc.min || took > tc.max {
		t.Errorf("a ended after %v, want between %v and %v", took, tc.min, tc.max)
	}
	if last := c.lastAbout("a"); tc.want == Gone && !slices.Equal(last, []string{"a"}) {
		t.Errorf("the last question named %v, want a alone", last)
	}
	cancel()
	<-company
}

func TestSightingBetweenTwoMissesResets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		c.boot("a", 100*time.Second)
		asked := 0
		c.answer = map[string]func(time.Time) bool{"a": func(time.Time) bool { asked++; return asked%2 == 1 }}
		mustWait(t, c.poller(16*time.Second), l.fresh("a"))
		if end := l.ends()["a"]; end.Kind != Seen {
			t.Errorf("an ID that every second answer mentions ended as %v, want seen", end.Kind)
		}
	})
}

// A cloud may answer an unknown ID with an error instead of leaving it out.
func TestMissingErrorCountsAsAbsent(t *testing.T) {
	for name, tc := range map[string]struct {
		visible time.Duration
		want    Kind
	}{
		"visible late":  {30 * time.Second, Seen},
		"never visible": {time.Hour, Hidden},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, l := newCloud(t), &log{}
				began := time.Now()
				ids := c.fleet("i", 8, 20*time.Second)
				c.fail = func(_ int, asked []string) error {
					if slices.Contains(asked, ids[3]) && time.Since(began) < tc.visible {
						return errMissing
					}
					return nil
				}
				mustWait(t, c.poller(16*time.Second), l.fresh(ids...))
				for id, e := range l.ends() {
					if want := Kind(Seen); id != ids[3] && e.Kind != want {
						t.Errorf("%s ended as %v, want %v: it only shared calls with a missing ID", id, e.Kind, want)
					}
				}
				end := l.ends()[ids[3]]
				if end.Kind != tc.want {
					t.Errorf("the missing ID ended as %v, want %v", end.Kind, tc.want)
				}
				if end.Kind == Hidden && !errors.Is(end.Err, errMissing) {
					t.Errorf("Err = %v, want the cloud's own words", end.Err)
				}
				// When it is known it is asked about alone, so the call is split only once.
				if c.count() > 35 {
					t.Errorf("one missing ID among 8 cost %d calls", c.count())
				}
			})
		})
	}
}

// Two Targets know different things about an ID. The one that knows that it is new is
// right.
func TestYoungestAcceptanceDecidesAboutAbsence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, old, young := newCloud(t), &log{}, &log{}
		c.boot("a", 20*time.Second)
		c.answer = map[string]func(time.Time) bool{"a": hiddenBetween(0, 30*time.Second)}
		p := c.poller(16 * time.Second)
		first := start(t.Context(), p, Target[bool]{IDs: []string{"a"}, Observe: old.observe})
		synctest.Wait() // the other comes second
		second := start(t.Context(), p, young.fresh("a"))
		<-first
		<-second
		if end := old.ends()["a"]; end.Kind != Seen {
			t.Errorf("an ID known to be new ended as %v for a Target that did not know, want seen", end.Kind)
		}
	})
}

func TestNewTargetDoesNotHastenAConfirmation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, a, b := newCloud(t), &log{}, &log{}
		c.boot("a", time.Hour)
		c.answer = map[string]func(time.Time) bool{"a": hiddenBetween(17*time.Second, 22*time.Second)}
		p := c.poller(16 * time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		first := start(ctx, p, a.fresh("a"))
		time.Sleep(19 * time.Second) // missed at 18 s
		second := start(ctx, p, Target[bool]{IDs: []string{"a"}, Observe: b.observe})
		<-first
		<-second
		for _, l := range []*log{a, b} {
			if end := l.ends()["a"]; end.Kind != Seen {
				t.Errorf("an ID hidden for 5 s ended as %v, want it seen again", end.Kind)
			}
		}
	})
}

// lose runs a Wait for n instances that are seen, and disappear together at 60 s.
func lose(t *testing.T, n int) (*cloud, *log) {
	t.Helper()
	c, l := newCloud(t), &log{}
	c.latency = 50 * time.Millisecond
	ids := c.fleet("lost", n, time.Hour)
	for _, id := range ids {
		m := c.instances[id]
		m.gone = c.start.Add(time.Minute)
		c.instances[id] = m
	}
	mustWait(t, c.poller(16*time.Second), Target[bool]{IDs: ids, Observe: l.observe})
	for id, e := range l.ends() {
		if e.Kind != Gone {
			t.Errorf("%s ended as %v, want gone", id, e.Kind)
		}
		if after := e.At.Sub(c.start); after < 80*time.Second || after > 95*time.Second {
			t.Errorf("%s, which vanished at 60 s, is gone after %v, want proof of 20 s and little more", id, after)
		}
	}
	return c, l
}

func TestAFewThatVanishAreConfirmedOneByOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := lose(t, 15)
		alone, last := 0, -time.Hour
		for _, k := range c.calls {
			if len(k.ids) != 1 {
				continue
			}
			alone++
			if k.at-last < alonePace {
				t.Fatalf("two single questions within %v, want at least %v apart", k.at-last, alonePace)
			}
			last = k.at
		}
		if alone != 15 {
			t.Errorf("%d single questions, want 15", alone)
		}
		if c.most != 1 {
			t.Errorf("%d calls were in flight at once, want 1", c.most)
		}
	})
}

// When a zone fails there must not be one call for each of its instances.
func TestMassLossIsConfirmedTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := lose(t, 3000)
		asked := 0
		for _, k := range c.calls {
			if k.at > time.Minute {
				asked++
			}
		}
		t.Logf("%d calls after they vanished", asked)
		if asked > 400 { // ten rounds of all take 300
			t.Errorf("3000 instances that vanished together took %d calls, want at most 400", asked)
		}
	})
}

// A Wait for many IDs to disappear needs no call for each of them.
func TestMassDepartureIsConfirmedTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		ids := c.fleet("i", 1000, time.Hour)
		c.latency = 100 * time.Millisecond
		gone, first := c.start.Add(20*time.Second), map[string]time.Time{}
		c.answer = map[string]func(time.Time) bool{}
		for _, id := range ids {
			c.answer[id] = func(now time.Time) bool { // called under the cloud's lock
				if now.Before(gone) {
					return true
				}
				if first[id].IsZero() {
					first[id] = now
				}
				return false
			}
		}
		mustWait(t, c.poller(16*time.Second), Target[bool]{IDs: ids, Leaving: true, Observe: l.observe})
		took := time.Since(gone)
		t.Logf("%d calls, the last after %v", c.count(), took)
		if took > 15*time.Second {
			t.Errorf("1000 instances that disappeared together took %v, want at most 15s", took)
		}
		if got := c.count(); got > 200 {
			t.Errorf("they took %d calls, want at most 200", got)
		}
		for id, e := range l.ends() {
			if e.Kind != Gone {
				t.Fatalf("%s ended as %v, want gone", id, e.Kind)
			}
			if after := e.At.Sub(first[id]); after < leavingTime {
				t.Fatalf("%s is gone %v after its first miss, want at least %v", id, after, leavingTime)
			}
		}
	})
}

// One answer may leave out by mistake an ID that was released. And another Target may not
// know of the release.
func TestAReleasedIDNeedsProofToo(t *testing.T) {
	for name, tc := range map[string]struct {
		hidden  time.Duration
		company bool
		want    Kind
		alone   bool
	}{
		"a short gap":       {4 * time.Second, false, Seen, false},
		"gone":              {time.Hour, false, Gone, false},
		"others want it":    {time.Hour, true, Gone, true},
		"others, short gap": {4 * time.Second, true, Seen, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, l := newCloud(t), &log{}
				c.fleet("other", 50, time.Hour)
				c.boot("a", 60*time.Second)
				c.answer = map[string]func(time.Time) bool{"a": hiddenBetween(21*time.Second, 21*time.Second+tc.hidden)}
				p := c.poller(16 * time.Second)
				ctx, cancel := context.WithCancel(t.Context())
				waits := []<-chan error{start(ctx, p, new(log).fresh(names("other", 50)...))}
				time.Sleep(10 * time.Second)
				if tc.company {
					waits = append(waits, start(ctx, p, new(log).fresh("a")))
				}
				mustWait(t, p, Target[bool]{IDs: []string{"a"}, Leaving: true, Observe: l.observe})
				end := l.ends()["a"]
				if end.Kind != tc.want {
					t.Errorf("it ended as %v, want %v", end.Kind, tc.want)
				}
				if at := end.At.Sub(c.start); tc.want == Gone && at < 26*time.Second {
					t.Errorf("it is gone after %v, want 26s at least", at)
				}
				if last := c.lastAbout("a"); tc.want == Gone && slices.Equal(last, []string{"a"}) != tc.alone {
					t.Errorf("the last question named %d IDs, alone is %v", len(last), tc.alone)
				}
				cancel()
				for _, w := range waits {
					<-w
				}
			})
		})
	}
}

// Calls about single IDs must not delay the others, even if only one call at a time is
// allowed.
func TestConfirmationsTakeTurnsWithRounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, lost, l := newCloud(t), &log{}, &log{}
		c.latency = time.Second
		p := c.poller(3*time.Second, func(cfg *Config[bool]) { cfg.Parallel = 1 })
		ctx, cancel := context.WithCancel(t.Context())
		vanished := start(ctx, p, Target[bool]{IDs: names("lost", 100), Observe: lost.observe})
		began := time.Now()
		mustWait(t, p, l.fresh(c.fleet("i", 50, 10*time.Second)...))
		if took := time.Since(began); took > 16*time.Second {
			t.Errorf("a fleet ready after 10 s was noticed after %v beside 100 confirmations", took)
		}
		cancel()
		<-vanished
	})
}
