package release_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/account"
	"github.com/yunfan-cloud/yunfan/internal/release"
)

var (
	errUnknown = errors.New("not found")
	errState   = errors.New("wrong state, for now")
	errDown    = errors.New("down")
)

// cloud releases instances. It refuses a whole call because of one instance.
type cloud struct {
	mu      sync.Mutex
	rows    map[string]release.Row
	hidden  map[string]bool // from releases and looks
	unfound map[string]bool // from releases only
	refuses bool            // the release of what has ended, for its state
	partial bool            // no look is whole
	slow    time.Duration   // what a call takes
	lookErr error
	seen    map[string]bool
	ended   map[string]bool
	born    map[string]time.Time
	bin     bool // a release moves prepaid instances to a recycle bin
	sent    []string
	looks   int
	calls   account.Batches
}

// newCloud returns a cloud with instances that are alive and were seen.
func newCloud(ids ...string) *cloud {
	c := &cloud{
		rows: map[string]release.Row{}, hidden: map[string]bool{}, unfound: map[string]bool{},
		seen: map[string]bool{}, ended: map[string]bool{}, born: map[string]time.Time{},
	}
	for _, id := range ids {
		c.rows[id], c.seen[id] = release.Row{ID: id}, true
	}
	return c
}

func (c *cloud) set(id string, phase release.Phase, billing string) {
	c.rows[id], c.seen[id] = release.Row{ID: id, Phase: phase, Billing: billing}, true
}

func (c *cloud) config() release.Config {
	c.calls = account.Batches{RetryFor: 2 * time.Minute, Judge: func(err error) account.Verdict {
		return account.Verdict{
			Passes:     errors.Is(err, errState),
			BlamesSome: errors.Is(err, errState) || errors.Is(err, errUnknown),
			ByState:    errors.Is(err, errState),
			Unknown:    errors.Is(err, errUnknown),
		}
	}}
	return release.Config{
		Calls: &c.calls, PerCall: 10, YoungFor: time.Minute, VisibleWithin: 2 * time.Minute,
		Send: c.send, Look: c.look, Leave: c.leave,
		HasSeen:  func(id string) bool { return c.read(c.seen, id) },
		HasEnded: func(id string) bool { return c.read(c.ended, id) },
		Born: func(id string) time.Time {
			c.mu.Lock()
			defer c.mu.Unlock()
			return c.born[id]
		},
	}
}

func (c *cloud) read(set map[string]bool, id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return set[id]
}

func (c *cloud) send(_ context.Context, kind release.Kind, ids []string) error {
	time.Sleep(c.slow)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sent = append(c.sent, strings.TrimSpace(fmt.Sprintf("%s %v %s", strings.Join(ids, ","), kind.Recycled, kind.Billing)))
	for _, id := range ids {
		row, there := c.rows[id]
		switch {
		case row.Phase == release.Pending, row.Phase == release.Ended && c.refuses:
			return errState
		case !there, c.hidden[id], c.unfound[id], row.Phase == release.Ended:
			return errUnknown
		}
	}
	for _, id := range ids {
		row := c.rows[id]
		c.ended[id] = true
		if row.Phase = release.Ended; c.bin && row.Billing == "prepaid" && !kind.Recycled {
			row.Phase = release.Recycled
		}
		c.rows[id] = row
	}
	return nil
}

func (c *cloud) look(_ context.Context, ids []string) (map[string]release.Row, bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.looks++
	rows := map[string]release.Row{}
	for _, id := range ids {
		if row, there := c.rows[id]; there && !c.hidden[id] {
			rows[id] = row
		}
	}
	return rows, !c.partial, c.lookErr
}

func (c *cloud) leave(ctx context.Context, ids []string) ([]release.Row, error) {
	rows, _, err := c.look(ctx, ids)
	return slices.Collect(maps.Values(rows)), err
}

// later does something to the cloud after a while.
func (c *cloud) later(d time.Duration, do func()) {
	time.AfterFunc(d, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		do()
	})
}

// want compares a list of IDs with what a release has reported.
func want(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}

// run runs a release of a cloud in fake time.
func run(t *testing.T, c *cloud, cfg release.Config, ids ...string) (res release.Result) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { res = release.New(cfg).Run(t.Context(), ids) })
	return res
}

// Instances of one kind share a call; a cloud that makes no difference is not even looked at.
func TestInstancesOfOneKindShareACall(t *testing.T) {
	c := newCloud("a", "b")
	res := run(t, c, c.config(), "a", "b")
	want(t, "released", res.Released, "a", "b")
	want(t, "sent", c.sent, "a,b false")
	if c.looks != 0 {
		t.Errorf("%d looks, want none", c.looks)
	}

	c = newCloud()
	c.set("a", release.Alive, "prepaid")
	c.set("b", release.Alive, "hourly")
	c.set("c", release.Recycled, "prepaid")
	cfg := c.config()
	cfg.DefaultBilling, cfg.BinBilling = "hourly", "prepaid"
	res = run(t, c, cfg, "a", "b", "c")
	want(t, "released of three kinds", res.Released, "a", "b", "c")
	slices.Sort(c.sent)
	want(t, "sent of three kinds", c.sent, "a false prepaid", "b false hourly", "c true prepaid")
}

// A release must not depend on a look: without one, the default billing counts.
func TestAFailedLookKeepsNothingBack(t *testing.T) {
	c := newCloud("a")
	c.lookErr = errDown
	cfg := c.config()
	cfg.DefaultBilling = "hourly"
	res := run(t, c, cfg, "a")
	want(t, "released", res.Released, "a")
	if res.Look != nil {
		t.Errorf("the look's error is %v, want none: everything was released", res.Look)
	}

	c = newCloud("a")
	c.set("b", release.Pending, "")
	c.lookErr = errDown
	cfg = c.config()
	cfg.DefaultBilling = "hourly"
	res = run(t, c, cfg, "a", "b")
	want(t, "released beside a refusal", res.Released, "a")
	if !errors.Is(res.Look, errDown) {
		t.Errorf("the look's error beside a refusal is %v, want %v", res.Look, errDown)
	}
	if err := c.calls.Failed("b").Err; !errors.Is(err, errState) {
		t.Errorf("the refused instance failed with %v, want %v", err, errState)
	}
}

// What a release only moves to the bin is released there too.
func TestTheBinIsEmptied(t *testing.T) {
	c := newCloud()
	c.bin = true
	c.set("a", release.Alive, "prepaid")
	c.set("b", release.Alive, "hourly")
	cfg := c.config()
	cfg.DefaultBilling, cfg.BinBilling = "hourly", "prepaid"
	res := run(t, c, cfg, "a", "b")
	want(t, "released", res.Released, "a", "b")
	want(t, "the second release", c.sent[2:], "a true prepaid")
	if phase := c.rows["a"].Phase; phase != release.Ended {
		t.Errorf("the prepaid instance is in phase %v, want %v", phase, release.Ended)
	}
}

// An instance that was not found in the bin has failed, with the reason of the wait.
func TestABinThatCannotBeReadIsAFailure(t *testing.T) {
	c := newCloud()
	c.set("a", release.Alive, "prepaid")
	cfg := c.config()
	cfg.BinBilling = "prepaid"
	cfg.Leave = func(context.Context, []string) ([]release.Row, error) { return nil, errDown }
	res := run(t, c, cfg, "a")
	want(t, "released", res.Released)
	if err := c.calls.Failed("a").Err; !errors.Is(err, errDown) {
		t.Errorf("the instance failed with %v, want %v", err, errDown)
	}
}

// What was found in the bin is released from it, although another instance was not found.
func TestABinThatIsReadInPartIsEmptied(t *testing.T) {
	c := newCloud()
	c.bin = true
	c.set("a", release.Alive, "prepaid")
	c.set("b", release.Alive, "prepaid")
	cfg := c.config()
	cfg.BinBilling = "prepaid"
	cfg.Leave = func(context.Context, []string) ([]release.Row, error) {
		return []release.Row{{ID: "a", Phase: release.Recycled, Billing: "prepaid"}}, errDown
	}
	res := run(t, c, cfg, "a", "b")
	want(t, "released", res.Released, "a")
	want(t, "sent", c.sent, "a,b false", "a true")
	if err := c.calls.Failed("b").Err; !errors.Is(err, errDown) {
		t.Errorf("the other instance failed with %v, want %v", err, errDown)
	}
}

// An instance that another program has released may lie in the bin as well.
func TestWhatAnotherProgramHasReleasedIsReleasedFromTheBin(t *testing.T) {
	c := newCloud()
	c.bin = true
	c.set("a", release.Alive, "prepaid")
	c.set("ended", release.Ended, "prepaid")
	c.set("leaving", release.Leaving, "prepaid")
	cfg := c.config()
	cfg.BinBilling = "prepaid"
	cfg.Leave = func(_ context.Context, ids []string) (rows []release.Row, err error) {
		for _, id := range ids {
			rows = append(rows, release.Row{ID: id, Phase: release.Recycled, Billing: "prepaid"})
		}
		return rows, nil
	}
	res := run(t, c, cfg, "a", "ended", "leaving")
	want(t, "released", res.Released, "a", "leaving")
	want(t, "the last release", c.sent[len(c.sent)-1:], "a,leaving true")
}

// Absence proves an end only of an instance whose release was accepted, or that was seen and
// is missing for a while.
func TestWhatProvesAnEnd(t *testing.T) {
	for name, tc := range map[string]struct {
		seen, ended   bool
		gone, unknown []string
		atLeast       time.Duration
		looks         bool
	}{
		"never seen":              {false, false, nil, []string{"a"}, 0, false},
		"seen":                    {true, false, []string{"a"}, nil, 20 * time.Second, true},
		"its release is accepted": {true, true, []string{"a"}, nil, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newCloud()
				c.seen["a"], c.ended["a"] = tc.seen, tc.ended
				begun := time.Now()
				res := release.New(c.config()).Run(t.Context(), []string{"a"})
				want(t, "gone", res.Gone, tc.gone...)
				want(t, "unknown", res.Unknown, tc.unknown...)
				if took := time.Since(begun); took < tc.atLeast {
					t.Errorf("it took %v, want at least %v", took, tc.atLeast)
				}
				if got := c.looks > 0; got != tc.looks {
					t.Errorf("looks are made: %v, want %v", got, tc.looks)
				}
			})
		})
	}
}

// A new instance that is not found is tried as long as it may be invisible.
func TestANewInstanceIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud("a")
		c.seen["a"], c.hidden["a"], c.born["a"] = false, true, time.Now()
		c.later(time.Minute, func() { c.hidden["a"] = false })
		res := release.New(c.config()).Run(t.Context(), []string{"a"})
		want(t, "released", res.Released, "a")
	})
}

// One instance that the cloud does not know keeps no other back, and costs no call for each.
func TestAnUnknownInstanceKeepsNoOtherBack(t *testing.T) {
	c := newCloud("a", "b", "c")
	c.seen["x"] = false
	res := run(t, c, c.config(), "a", "x", "b", "c")
	want(t, "released", res.Released, "a", "b", "c")
	want(t, "unknown", res.Unknown, "x")
	if !slices.Contains(c.sent, "a,b,c false") {
		t.Errorf("sent %q, want one call for all that a look shows", c.sent)
	}
}

// What has ended or is leaving already needs no call of its own.
func TestWhatIsReleasedAlreadyIsNoError(t *testing.T) {
	c := newCloud("a")
	c.set("b", release.Ended, "")
	c.set("c", release.Leaving, "")
	res := run(t, c, c.config(), "a", "b", "c")
	want(t, "released", res.Released, "a", "c")
	want(t, "gone", res.Gone, "b")
}

// An instance that is too new to be released is tried again until it can be.
func TestAPendingInstanceIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud("a")
		c.set("b", release.Pending, "")
		c.born["b"] = time.Now()
		c.later(30*time.Second, func() { c.rows["b"] = release.Row{ID: "b"} })
		res := release.New(c.config()).Run(t.Context(), []string{"a", "b"})
		want(t, "released", res.Released, "a", "b")
	})
}

// Instances of other users are left out of every call, and reported.
func TestInstancesOfOthersAreLeftOut(t *testing.T) {
	c := newCloud("a", "theirs")
	cfg := c.config()
	cfg.Foreign = func(context.Context, []string) []string { return []string{"theirs"} }
	res := run(t, c, cfg, "a", "theirs")
	want(t, "released", res.Released, "a")
	want(t, "left out", res.Foreign, "theirs")
	want(t, "sent", c.sent, "a false")
}

// A release whose look was cut by its context sends nothing.
func TestAReleaseThatIsCancelledSendsNothing(t *testing.T) {
	c := newCloud("a")
	cfg := c.config()
	cfg.DefaultBilling = "hourly"
	cfg.Look = func(ctx context.Context, _ []string) (map[string]release.Row, bool, error) {
		return nil, false, ctx.Err()
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	res := release.New(cfg).Run(ctx, []string{"a"})
	want(t, "released", res.Released)
	want(t, "sent", c.sent)
	if err := c.calls.Failed("a").Err; !errors.Is(err, context.Canceled) {
		t.Errorf("the instance failed with %v, want %v", err, context.Canceled)
	}
}

// A cloud that answers slowly gets no shorter hearing: a single answer may miss an instance.
func TestAnEndTakesSeveralAnswers(t *testing.T) {
	c := newCloud()
	c.seen["a"], c.slow = true, 25*time.Second
	res := run(t, c, c.config(), "a")
	want(t, "gone", res.Gone, "a")
	if len(c.sent) < 3 {
		t.Errorf("%d answers, want at least 3 before the instance counts as gone", len(c.sent))
	}
}

// Three answers over 20 s are enough.
func TestAnEndTakesNoMoreThanThreeAnswers(t *testing.T) {
	c := newCloud()
	c.seen["a"], c.slow = true, 10*time.Second
	res := run(t, c, c.config(), "a")
	want(t, "gone", res.Gone, "a")
	if got := len(c.sent); got != 3 {
		t.Errorf("%d answers, want 3", got)
	}
}

// An instance that is missing beside others is asked about alone before it counts as gone.
func TestAnInstanceThatIsMissingIsAskedAboutAlone(t *testing.T) {
	c := newCloud()
	c.seen["a"], c.seen["b"] = true, true
	res := run(t, c, c.config(), "a", "b")
	want(t, "gone", res.Gone, "a", "b")
	for _, alone := range []string{"a false", "b false"} {
		if !slices.Contains(c.sent, alone) {
			t.Errorf("sent %q, want %q among them", c.sent, alone)
		}
	}
}

// A look that is not whole proves nothing about what it lacks.
func TestALookThatIsNotWholeProvesNoEnd(t *testing.T) {
	c := newCloud()
	c.seen["a"], c.partial = true, true
	res := run(t, c, c.config(), "a")
	want(t, "gone", res.Gone)
	want(t, "unknown", res.Unknown, "a")
}

// The look for the kinds leaves half of the time to the release.
func TestTheLookLeavesTimeForTheRelease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud("a")
		cfg := c.config()
		cfg.DefaultBilling = "hourly"
		cfg.Look = func(ctx context.Context, _ []string) (map[string]release.Row, bool, error) {
			<-ctx.Done()
			return nil, false, ctx.Err()
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		res := release.New(cfg).Run(ctx, []string{"a"})
		want(t, "released", res.Released, "a")
	})
}

// An instance whose state forbids the release may have ended by itself.
func TestARefusalForTheStateOfWhatHasEnded(t *testing.T) {
	c := newCloud()
	c.set("a", release.Ended, "")
	c.refuses = true
	res := run(t, c, c.config(), "a")
	want(t, "gone", res.Gone, "a")
	want(t, "sent", c.sent, "a false")
}

// Instances that are too new are waited for together, not one by one.
func TestNewInstancesAreWaitedForTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud()
		for _, id := range []string{"a", "b"} {
			c.set(id, release.Pending, "")
			c.born[id] = time.Now()
			c.later(30*time.Second, func() { c.rows[id] = release.Row{ID: id} })
		}
		res := release.New(c.config()).Run(t.Context(), []string{"a", "b"})
		want(t, "released", res.Released, "a", "b")
		for _, sent := range c.sent {
			if sent != "a,b false" {
				t.Errorf("sent %q, want calls about both only", sent)
			}
		}
	})
}

// One new instance that stays as it is does not keep another.
func TestANewInstanceDoesNotKeepAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud("a")
		c.set("b", release.Pending, "")
		c.born["a"], c.born["b"] = time.Now(), time.Now()
		res := release.New(c.config()).Run(t.Context(), []string{"a", "b"})
		want(t, "released", res.Released, "a")
		if err := c.calls.Failed("b").Err; !errors.Is(err, errState) {
			t.Errorf("the other one failed with %v, want %v", err, errState)
		}
	})
}

// Instances that were never seen are tried one by one: one of them may exist.
func TestInstancesThatWereNeverSeenAreTriedOneByOne(t *testing.T) {
	c := newCloud()
	cfg := c.config()
	cfg.DefaultBilling = "hourly"
	cfg.Look = func(context.Context, []string) (map[string]release.Row, bool, error) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.looks++
		if c.looks == 1 {
			return nil, false, errDown
		}
		return nil, true, nil
	}
	res := run(t, c, cfg, "x", "y", "z")
	want(t, "unknown", res.Unknown, "x", "y", "z")
	slices.Sort(c.sent)
	want(t, "sent", c.sent, "x false hourly", "x,y,z false hourly", "y false hourly", "z false hourly")
	if res.Look != nil {
		t.Errorf("the look's error is %v, want none: nothing failed because of it", res.Look)
	}
}

// A new instance that a look shows and a release does not find is tried for longer than an
// old one.
func TestANewInstanceThatOnlyALookShows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud("a")
		c.unfound["a"], c.born["a"] = true, time.Now()
		c.later(90*time.Second, func() { c.unfound["a"] = false })
		res := release.New(c.config()).Run(t.Context(), []string{"a"})
		want(t, "released", res.Released, "a")
	})
}

// What lies in the bin already is released from it once.
func TestWhatLiesInTheBinIsReleasedOnce(t *testing.T) {
	c := newCloud()
	c.set("a", release.Recycled, "prepaid")
	cfg := c.config()
	cfg.BinBilling = "prepaid"
	res := run(t, c, cfg, "a")
	want(t, "released", res.Released, "a")
	want(t, "sent", c.sent, "a true")
	if c.looks != 1 {
		t.Errorf("%d looks, want 1: nothing goes to the bin", c.looks)
	}
}
