package creating_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/creating"
	"github.com/yunfan-cloud/yunfan/internal/journal"
	"github.com/yunfan-cloud/yunfan/internal/ledger"
)

// Errors of calls, and what they mean.
var (
	errLost      = errors.New("lost")
	errThrottled = errors.New("throttled")
	errRefused   = errors.New("refused")
	errNoStock   = errors.New("no stock")
	errDead      = errors.New("the token is dead")
	errScarce    = errors.New("no stock for all of them")
	errOrder     = errors.New("an order waits")
	errOdd       = errors.New("no error of the cloud")
)

func verdictOf(err error) creating.Verdict {
	v := creating.Verdict{Answered: true}
	switch {
	case err == nil:
		v.Executed, v.Final = ledger.Yes, true
	case errors.Is(err, errThrottled):
	case errors.Is(err, errRefused):
		v.Final = true
	case errors.Is(err, errNoStock):
		v.Final, v.Scarce, v.NoStock = true, true, true
	case errors.Is(err, errScarce): // it may have made some
		v.Executed, v.Scarce, v.NoStock = ledger.Maybe, true, true
	case errors.Is(err, errDead):
		v.TokenDead = true
	case errors.Is(err, errOrder):
		v.Executed, v.Final, v.Order = ledger.Maybe, true, "order-1"
	case errors.As(err, new(*creating.EndedError)):
		v.Final = true
	case errors.Is(err, errOdd):
		v.Executed, v.Answered = ledger.Maybe, false
	default:
		v.Executed = ledger.Maybe
	}
	return v
}

// explained is the error that the cloud makes of a reason.
type explained struct {
	why   creating.Reason
	cause error
}

func (e *explained) Error() string { return fmt.Sprintf("reason %d: %v", e.why, e.cause) }
func (e *explained) Unwrap() error { return e.cause }

// answer is what one call makes and says: n instances, and how many of them the answer names.
type answer struct {
	makes, names int
	err          error
	hide         time.Duration // how long the instances are invisible
}

// whole is the answer of a call that works.
func whole(n int) answer { return answer{makes: n, names: n} }

// lost is an answer that does not arrive, of a call that made n instances.
func lost(n int) answer { return answer{makes: n, err: errLost} }

// made is an instance of the cloud.
type made struct {
	id              string
	part, gen       int
	visible, tagged time.Time
}

// cloud is a cloud and the operation that creates on it.
type cloud struct {
	creating.Maker

	answers []answer // the next ones; afterwards every call works
	lookErr error

	mu                sync.Mutex
	sent              []string // "part/generation" of each call
	made              []made
	whole             []bool // of each look for a marker: everything was read
	searches          []time.Duration
	lacking           map[int]error // by candidate
	tried, remembered []string
	unsaved           []error
	finds             int
}

// newCloud returns an operation of parts with so many instances each.
func newCloud(rules creating.Rules, sizes ...int) *cloud {
	var plans []ledger.Plan
	first := 0
	for _, n := range sizes {
		plans = append(plans, ledger.Plan{First: first, Count: n, MinCount: n})
		first += n
	}
	rules.Driver, rules.RetryFor, rules.SearchFor, rules.TrustFor = "cloud", 2*time.Minute, 2*time.Minute, time.Hour
	c := &cloud{lacking: map[int]error{}}
	c.Maker = creating.Maker{Ledger: ledger.New(first, plans), Journal: &journal.Journal{}, Cloud: c, Rules: rules}
	return c
}

func (c *cloud) Call(i int, p ledger.Part) func(context.Context) error {
	asked := p.Count - p.Before
	return func(ctx context.Context) error {
		if err := c.Announce(ctx, i); err != nil {
			return err
		}
		ids, err := c.execute(i, p.Generation, asked)
		v := verdictOf(err)
		c.Ledger.Answer(i, ledger.Answer{IDs: ids, Asked: asked, Order: v.Order, Verdict: v.Verdict}, time.Now())
		return err
	}
}

// execute makes instances. A repeated token makes none, and names those that it has made.
func (c *cloud) execute(i, gen, asked int) (ids []string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sent = append(c.sent, fmt.Sprintf("%d/%d", i, gen))
	a := whole(asked)
	if len(c.answers) > 0 {
		a, c.answers = c.answers[0], c.answers[1:]
	}
	old := slices.ContainsFunc(c.made, func(m made) bool { return m.part == i && m.gen == gen })
	for n := range a.makes {
		if old && c.Rules.Tokens {
			break
		}
		at := time.Now().Add(a.hide)
		c.made = append(c.made, made{fmt.Sprintf("i-%d-%d-%d", i, gen, n), i, gen, at, at})
	}
	for _, m := range c.made {
		if m.part == i && m.gen == gen && len(ids) < a.names {
			ids = append(ids, m.id)
		}
	}
	return ids, a.err
}

// visible returns the visible instances of a create.
func (c *cloud) visible(wanted func(made) bool) (ids []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.finds++
	for _, m := range c.made {
		if wanted(m) && !time.Now().Before(m.visible) {
			ids = append(ids, m.id)
		}
	}
	return ids
}

func (c *cloud) FindMarked(_ context.Context, i int, everything bool) (int, error) {
	gen := c.Ledger.Part(i).Generation
	c.whole = append(c.whole, everything)
	ids := c.visible(func(m made) bool { return m.part == i && m.gen == gen })
	if c.lookErr != nil {
		return 0, c.lookErr
	}
	return len(c.Ledger.Find(i, ids, ledger.Ours, time.Now())), nil
}

func (c *cloud) FindTagged(_ context.Context, parts []int) error {
	ids := c.visible(func(made) bool { return true })
	if c.lookErr == nil {
		c.Ledger.Deal(parts, ids, ledger.Ours, time.Now())
	}
	return c.lookErr
}

func (c *cloud) FindLate(_ context.Context, list []creating.GivenUp) (fresh int, err error) {
	for _, g := range list {
		ids := c.visible(func(m made) bool { return m.part == g.Part && m.gen == g.Generation })
		fresh += len(c.Ledger.Find(g.Part, ids, ledger.Ours, time.Now()))
	}
	return fresh, c.lookErr
}

func (c *cloud) Judge(err error) creating.Verdict { return verdictOf(err) }

func (c *cloud) Searching(_ context.Context, _ int, takes time.Duration) {
	c.searches = append(c.searches, takes)
}

func (c *cloud) Explain(why creating.Reason, _ int, cause error) error { return &explained{why, cause} }

func (c *cloud) Lacking(n int) error { return c.lacking[n] }

func (c *cloud) Remember(n int, why error) {
	c.remembered = append(c.remembered, fmt.Sprintf("%d: %v", n, why))
}

func (c *cloud) Tried(n int, why error, skipped bool) {
	c.tried = append(c.tried, fmt.Sprintf("%d: %v (skipped %v)", n, why, skipped))
}

func (c *cloud) Least(int) int { return 1 }

func (c *cloud) Unsaved(err error) {
	if err != nil {
		c.unsaved = append(c.unsaved, err)
	}
}

var (
	tokens  = creating.Rules{Tokens: true}
	tagged  = creating.Rules{Tokens: true, Tags: true}
	markers = creating.Rules{Markers: true}
)

// run makes the creates of a cloud in fake time.
func run(t *testing.T, c func() *cloud, f func(t *testing.T, c *cloud)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		cloud := c()
		cloud.Make(t.Context())
		f(t, cloud)
	})
}

// wants are what must be true after the creates.
type wants struct {
	sent   []string
	status ledger.Status
	ids    int
	err    error
	reason creating.Reason // of an explained error
}

// check checks part 0 of a cloud.
func (w wants) check(t *testing.T, c *cloud) {
	t.Helper()
	if !slices.Equal(c.sent, w.sent) {
		t.Errorf("sent %v, want %v", c.sent, w.sent)
	}
	p := c.Ledger.Part(0)
	if p.Status != w.status {
		t.Errorf("the part is %s, want %s", p.Status, w.status)
	}
	if len(p.IDs) != w.ids {
		t.Errorf("it has %v, want %d instances", p.IDs, w.ids)
	}
	err := c.Failure(0).Err
	var e *explained
	switch explains := errors.As(err, &e); {
	case w.reason >= 0 && !explains:
		t.Errorf("it ended with %v, want reason %d", err, w.reason)
	case w.reason >= 0 && e.why != w.reason:
		t.Errorf("it ended with reason %d, want %d", e.why, w.reason)
	case w.reason < 0 && explains:
		t.Errorf("it ended with %v, want %v", err, w.err)
	case w.reason < 0 && !errors.Is(err, w.err):
		t.Errorf("it ended with %v, want %v", err, w.err)
	}
}

// none is no reason.
const none creating.Reason = -1
