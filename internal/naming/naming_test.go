package naming_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/account"
	"github.com/yunfan-cloud/yunfan/internal/ledger"
	"github.com/yunfan-cloud/yunfan/internal/naming"
)

var errDown = errors.New("down")

// cloud is a cloud whose instances can be renamed.
type cloud struct {
	mu      sync.Mutex
	began   time.Time
	visible map[string]time.Duration // when instances are shown; at once by default
	sights  map[string]naming.Sight  // Marked by default
	refuse  map[string]error
	lookErr error
	takes   time.Duration // one rename
	looks   int
	names   map[string]string
	adopted []int
	active  int
	most    int
}

func (c *cloud) shown(id string) naming.Sight {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch s, ok := c.sights[id]; {
	case time.Since(c.began) < c.visible[id]:
		return naming.Nothing
	case ok:
		return s
	case c.names[id] != "":
		return naming.Named
	}
	return naming.Marked
}

func (c *cloud) Look(context.Context, []string) (naming.Shown, error) {
	c.looks++
	return c.shown, c.lookErr
}

func (c *cloud) Rename(_ context.Context, o *naming.Owed, _ time.Time, sending func()) error {
	c.mu.Lock()
	c.active++
	c.most = max(c.most, c.active)
	c.mu.Unlock()
	sending()
	time.Sleep(c.takes)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.active--
	if err := c.refuse[o.ID]; err != nil {
		return err
	}
	c.names[o.ID] = o.Name
	return nil
}

func (c *cloud) Adopt(_ context.Context, part int) { c.adopted = append(c.adopted, part) }

// made returns a ledger whose parts of the given sizes have all their instances: i-0, i-1, ...
func made(sizes ...int) *ledger.Ledger {
	var plans []ledger.Plan
	first := 0
	for _, n := range sizes {
		plans = append(plans, ledger.Plan{First: first, Count: n, MinCount: n})
		first += n
	}
	l := ledger.New(first, plans)
	for i, p := range plans {
		var ids []string
		for n := range p.Count {
			ids = append(ids, fmt.Sprintf("i-%d", p.First+n))
		}
		l.Send(i, time.Now())
		l.Answer(i, ledger.Answer{IDs: ids, Asked: p.Count, Verdict: ledger.Verdict{Executed: ledger.Yes}}, time.Now())
	}
	return l
}

// try runs f with a namer of a ledger, a cloud and a task.
func try(t *testing.T, sizes []int, f func(ctx context.Context, n *naming.Namer, c *cloud, task *naming.Task)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c := &cloud{began: time.Now(), names: map[string]string{}, visible: map[string]time.Duration{}}
		task := &naming.Task{
			Cloud: c, Form: naming.Form{Name: "web", Numbered: true, Count: 3},
			RetryFor: time.Minute, VisibleWithin: 2 * time.Minute,
		}
		f(t.Context(), &naming.Namer{Ledger: made(sizes...)}, c, task)
	})
}

func nothing() {}

func TestNumbers(t *testing.T) {
	for _, tc := range []struct {
		form  naming.Form
		index int
		want  string
	}{
		{naming.Form{Name: "web", Count: 5}, 3, "web"},
		{naming.Form{Name: "web", Numbered: true, Count: 5}, 0, "web001"},
		{naming.Form{Name: "web", Numbered: true, Count: 12345}, 41, "web00042"},
	} {
		if got := tc.form.At(tc.index); got != tc.want {
			t.Errorf("%+v at %d: %s, want %s", tc.form, tc.index, got, tc.want)
		}
	}
}

func TestEveryInstanceGetsItsName(t *testing.T) {
	try(t, []int{2, 1}, func(ctx context.Context, n *naming.Namer, c *cloud, task *naming.Task) {
		c.visible["i-1"] = 20 * time.Second
		closed := 0
		n.Give(ctx, task, func() { closed++ })
		if want := map[string]string{"i-0": "web001", "i-1": "web002", "i-2": "web003"}; !maps.Equal(c.names, want) {
			t.Errorf("names %v, want %v", c.names, want)
		}
		if took := time.Since(c.began); took < 20*time.Second || took > 40*time.Second {
			t.Errorf("took %v, want 20 to 40 s", took)
		}
		if closed != 1 {
			t.Errorf("closing was called %d times, want once", closed)
		}
		if got := n.Given("i-1"); got != "web002" {
			t.Errorf("i-1 was given %q, want web002", got)
		}
		if failed, _ := n.Close(&task.Form); len(failed) != 0 {
			t.Errorf("failed: %v, want none", failed)
		}
		if n.Lacking() {
			t.Error("instances lack names after all were given")
		}
	})
}

// An ID that is never shown may stand in the place of another: once for each part.
func TestPatienceEnds(t *testing.T) {
	try(t, []int{1, 3}, func(ctx context.Context, n *naming.Namer, c *cloud, task *naming.Task) {
		c.visible["i-1"], c.visible["i-2"] = time.Hour, time.Hour
		n.Give(ctx, task, nothing)
		if took := time.Since(c.began); took > time.Minute {
			t.Errorf("took %v, want a minute at most", took)
		}
		if want := []int{1}; !slices.Equal(c.adopted, want) {
			t.Errorf("looked for others in the place of parts %v, want %v", c.adopted, want)
		}
		if failed, _ := n.Close(&task.Form); len(failed) != 0 {
			t.Errorf("an instance that is not visible yet has failed: %v", failed)
		}
		if got := n.Owed(&task.Form); len(got) != 2 {
			t.Errorf("%v are owed, want i-1 and i-2", got)
		}
	})
}

func TestForeignInstancesAreNotRenamed(t *testing.T) {
	try(t, []int{3}, func(ctx context.Context, n *naming.Namer, c *cloud, task *naming.Task) {
		c.sights = map[string]naming.Sight{"i-1": naming.Foreign, "i-2": naming.Named}
		n.Give(ctx, task, nothing)
		if want := map[string]string{"i-0": "web001"}; !maps.Equal(c.names, want) {
			t.Errorf("names %v, want %v", c.names, want)
		}
		if got, want := n.Ledger.Doubtful(), []string{"i-1"}; !slices.Equal(got, want) {
			t.Errorf("doubtful %v, want %v", got, want)
		}
		if want := []int{0}; !slices.Equal(c.adopted, want) {
			t.Errorf("looked for others in the place of parts %v, want %v", c.adopted, want)
		}
	})
}

// A rename that failed may have been executed: the name that is shown proves nothing.
func TestAfterARenameANameProvesNothing(t *testing.T) {
	try(t, []int{1}, func(ctx context.Context, n *naming.Namer, c *cloud, task *naming.Task) {
		c.refuse = map[string]error{"i-0": errDown}
		n.Give(ctx, task, nothing)
		c.sights = map[string]naming.Sight{"i-0": naming.Foreign}
		n.Give(ctx, task, nothing)
		if got := n.Ledger.Doubtful(); len(got) != 0 {
			t.Errorf("doubtful %v, want none", got)
		}
	})
}

func TestAFailureIsFreshOnce(t *testing.T) {
	try(t, []int{2}, func(ctx context.Context, n *naming.Namer, c *cloud, task *naming.Task) {
		c.refuse = map[string]error{"i-1": errDown}
		for round, wantFresh := range []int{1, 0} {
			n.Give(ctx, task, nothing)
			failed, fresh := n.Close(&task.Form)
			const want = "instances i-1 keep a marker in their name: down"
			if len(failed) != 1 || failed[0].Error() != want {
				t.Errorf("round %d: failed %v, want %s", round, failed, want)
			}
			if len(fresh) != wantFresh {
				t.Errorf("round %d: fresh %v, want %d", round, fresh, wantFresh)
			}
		}
		c.refuse = nil
		n.GiveShown(ctx, task, c.shown, nothing)
		if failed, _ := n.Close(&task.Form); len(failed) != 0 {
			t.Errorf("after the rename: %v, want none", failed)
		}
	})
}

func TestALookThatFails(t *testing.T) {
	for _, tc := range []struct {
		err  error
		want int
	}{{errDown, 1}, {fmt.Errorf("looking: %w", naming.ErrUnanswered), 0}} {
		try(t, []int{1}, func(ctx context.Context, n *naming.Namer, c *cloud, task *naming.Task) {
			c.lookErr = tc.err
			c.visible["i-0"] = time.Hour
			n.Give(ctx, task, nothing)
			if failed, _ := n.Close(&task.Form); len(failed) != tc.want {
				t.Errorf("%v: failed %v, want %d", tc.err, failed, tc.want)
			}
			if c.looks != 1 {
				t.Errorf("%v: %d looks, want 1", tc.err, c.looks)
			}
		})
	}
}

func TestTheEndOfTheContextIsAFailure(t *testing.T) {
	try(t, []int{1}, func(ctx context.Context, n *naming.Namer, c *cloud, task *naming.Task) {
		c.visible["i-0"] = time.Hour
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		n.Give(ctx, task, nothing)
		failed, _ := n.Close(&task.Form)
		if err := errors.Join(failed...); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("failed %v, want %v", err, context.DeadlineExceeded)
		}
	})
}

func TestRenamesGoOutInLanes(t *testing.T) {
	try(t, []int{100}, func(ctx context.Context, n *naming.Namer, c *cloud, task *naming.Task) {
		c.takes = time.Second
		n.GiveShown(ctx, task, c.shown, nothing)
		if c.most != account.CallsAtOnce {
			t.Errorf("%d renames at once, want %d", c.most, account.CallsAtOnce)
		}
		if got := len(c.names); got != 100 {
			t.Errorf("%d names, want 100", got)
		}
	})
}

// One call at a time gives names: another one leaves them to it.
func TestOneCallGivesNames(t *testing.T) {
	try(t, []int{1}, func(ctx context.Context, n *naming.Namer, c *cloud, task *naming.Task) {
		c.takes = time.Second
		go n.Give(ctx, task, nothing)
		synctest.Wait()
		n.GiveShown(ctx, task, c.shown, func() { t.Error("a second call gave names") })
		time.Sleep(2 * time.Second)
		if c.most != 1 {
			t.Errorf("%d renames at once, want 1", c.most)
		}
	})
}
