package poll

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

var (
	errThrottled = errors.New("throttled")
	errBadID     = errors.New("malformed ID")
	errMissing   = errors.New("no such ID")
	errDenied    = errors.New("access denied")
)

func classify(err error) Failure {
	switch {
	case errors.Is(err, errBadID):
		return BadID
	case errors.Is(err, errMissing):
		return Missing
	case errors.Is(err, errDenied):
		return Fatal
	}
	return Transient
}

// steady is a source of randomness that always draws the middle: no jitter.
type steady struct{}

func (steady) Uint64() uint64 { return 1 << 52 }

// instance is one simulated instance. It is mentioned from visible until gone.
type instance struct {
	ready, visible, gone time.Time
	bad                  bool // any call that names it is refused
}

// received is one Fetch that the cloud received.
type received struct {
	at  time.Duration // since the test began
	ids []string
}

// cloud answers Fetches from a table of instances and records them.
type cloud struct {
	t       *testing.T
	start   time.Time
	latency time.Duration

	mu        sync.Mutex
	instances map[string]instance
	calls     []received
	inFlight  int
	most      int                                 // most calls in flight at once
	fail      func(n int, ids []string) error     // n counts calls from 1; nil = never
	hang      func(ctx context.Context, n int)    // blocks a call; nil = never
	short     func(n int) bool                    // whether an answer is not whole; nil = never
	unlisted  map[string]bool                     // what listings leave out
	lacks     func(id string) bool                // whether an answer leaves out what it should show; nil = never
	shown     map[string]bool                     // what some answer mentioned
	answer    map[string]func(now time.Time) bool // whether an ID is mentioned
}

func newCloud(t *testing.T) *cloud {
	return &cloud{t: t, start: time.Now(), instances: make(map[string]instance), shown: make(map[string]bool)}
}

// poller returns a Poller that asks the cloud, with prior as the first look.
func (c *cloud) poller(prior time.Duration, change ...func(*Config[bool])) *Poller[bool] {
	cfg := Config[bool]{
		Fetch:    c.fetch,
		Classify: classify,
		First:    func(string) time.Duration { return prior },
		Rand:     rand.New(steady{}),
	}
	for _, f := range change {
		f(&cfg)
	}
	return New(cfg)
}

// known makes a Poller look first at that age, and then at the prior's pace, as if it had
// learned that.
func known(p *Poller[bool], first time.Duration) *Poller[bool] {
	p.times.Class("", p.now()).Assume(first)
	return p
}

// boot adds an instance that is visible at once and ready after d.
func (c *cloud) boot(id string, d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.instances[id] = instance{ready: time.Now().Add(d)}
}

// fetch is the describe call. Its value says whether the instance is ready.
func (c *cloud) fetch(ctx context.Context, _ string, ids []string) (map[string]bool, bool, error) {
	n, err := c.enter(ids)
	defer c.exit()
	if c.hang != nil {
		c.hang(ctx, n)
	}
	if c.latency > 0 {
		select {
		case <-time.After(c.latency):
		case <-ctx.Done():
		}
	}
	if err := cmp.Or(ctx.Err(), err); err != nil {
		return nil, false, err
	}
	answer, err := c.describe(ids)
	return answer, c.short == nil || !c.short(n), err
}

// list answers a listing of the ready instances whose IDs begin with series, 100 a page.
func (c *cloud) list(ctx context.Context, _, series, page string) (map[string]bool, string, bool, error) {
	_, err := c.enter([]string{"list " + series + " " + page})
	defer c.exit()
	if c.latency > 0 {
		time.Sleep(c.latency)
	}
	if err := cmp.Or(ctx.Err(), err); err != nil {
		return nil, "", false, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	var ready []string
	for id, m := range c.instances {
		if strings.HasPrefix(id, series) && !time.Now().Before(m.ready) && !c.unlisted[id] {
			ready = append(ready, id)
		}
	}
	slices.Sort(ready)
	from, _ := strconv.Atoi(page)
	answer := make(map[string]bool)
	for _, id := range ready[min(from, len(ready)):min(from+100, len(ready))] {
		answer[id] = true
	}
	if from+100 < len(ready) {
		return answer, strconv.Itoa(from + 100), true, nil
	}
	return answer, "", true, nil
}

// lastAbout returns the IDs of the latest call that named id. There may be later calls
// about other IDs.
func (c *cloud) lastAbout(id string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, call := range slices.Backward(c.calls) {
		if slices.Contains(call.ids, id) {
			return call.ids
		}
	}
	return nil
}

// listing gives a poller the listing.
func (c *cloud) listing(cfg *Config[bool]) { cfg.List = c.list }

func (c *cloud) enter(ids []string) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls = append(c.calls, received{time.Since(c.start), slices.Clone(ids)})
	c.inFlight++
	c.most = max(c.most, c.inFlight)
	if c.fail == nil {
		return len(c.calls), nil
	}
	return len(c.calls), c.fail(len(c.calls), ids)
}

func (c *cloud) exit() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.inFlight--
}

func (c *cloud) describe(ids []string) (map[string]bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now, found := time.Now(), make(map[string]bool)
	for _, id := range ids {
		m, ok := c.instances[id]
		if m.bad {
			return nil, fmt.Errorf("%w: %s", errBadID, id)
		}
		if mentioned := c.answer[id]; mentioned != nil && !mentioned(now) {
			continue
		}
		exists := m.gone.IsZero() || now.Before(m.gone)
		if ok && exists && !now.Before(m.visible) {
			if c.lacks != nil && c.lacks(id) {
				continue
			}
			found[id], c.shown[id] = !now.Before(m.ready), true
		}
	}
	return found, nil
}

// wasShown reports whether some answer has mentioned an ID.
func (c *cloud) wasShown(id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.shown[id]
}

// count returns how many calls there were.
func (c *cloud) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.calls)
}

// times returns when the calls that named id came, rounded to 10 ms.
func (c *cloud) times(id string) []time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	var at []time.Duration
	for _, k := range c.calls {
		if slices.Contains(k.ids, id) {
			at = append(at, k.at.Round(10*time.Millisecond))
		}
	}
	return at
}

// sizes returns how many IDs each call named.
func (c *cloud) sizes() []int {
	c.mu.Lock()
	defer c.mu.Unlock()
	var n []int
	for _, k := range c.calls {
		n = append(n, len(k.ids))
	}
	return n
}

// fleet adds n instances that are ready after d and returns their IDs.
func (c *cloud) fleet(prefix string, n int, d time.Duration) []string {
	ids := names(prefix, n)
	for _, id := range ids {
		c.boot(id, d)
	}
	return ids
}

// log is an observer that ends an ID when it is ready and keeps all events.
type log struct {
	mu     sync.Mutex
	events []Event[bool]
}

func (l *log) observe(e Event[bool]) Verdict {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events = append(l.events, e)
	if e.Value {
		return Ready
	}
	return Keep
}

// ends returns the last event of each ID.
func (l *log) ends() map[string]Event[bool] {
	l.mu.Lock()
	defer l.mu.Unlock()
	last := make(map[string]Event[bool])
	for _, e := range l.events {
		last[e.ID] = e
	}
	return last
}

// mustEnd checks how IDs ended.
func (l *log) mustEnd(t *testing.T, want map[string]Kind) {
	t.Helper()
	ends := l.ends()
	for id, kind := range want {
		got, ok := ends[id]
		if !ok {
			t.Errorf("nothing was reported of %s, want %v", id, kind)
		} else if got.Kind != kind {
			t.Errorf("%s ended as %v, want %v", id, got.Kind, kind)
		}
	}
}

// names returns n IDs.
func names(prefix string, n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf("%s-%05d", prefix, i)
	}
	return ids
}

// lognormal draws a boot time: median 25 s, sigma 0.35, and one instance in a
// hundred takes 60 to 120 s. One in ten is ready after 16 s.
func lognormal(r *rand.Rand) time.Duration {
	s := 25 * math.Exp(0.35*r.NormFloat64())
	if r.Float64() < 0.01 {
		s = 60 + 60*r.Float64()
	}
	return time.Duration(s * float64(time.Second))
}

// fresh is a Target of instances that were accepted just now.
func (l *log) fresh(ids ...string) Target[bool] {
	return Target[bool]{IDs: ids, Accepted: time.Now(), Observe: l.observe}
}

// start calls Wait in a goroutine of its own and returns where its error will be.
func start(ctx context.Context, p *Poller[bool], t Target[bool]) <-chan error {
	done := make(chan error, 1)
	go func() { done <- p.Wait(ctx, t) }()
	return done
}

// mustWait fails the test when Wait does.
func mustWait(t *testing.T, p *Poller[bool], target Target[bool]) {
	t.Helper()
	if err := p.Wait(t.Context(), target); err != nil {
		t.Fatalf("Wait = %v, want nil", err)
	}
}

// seconds is short for expectations.
func seconds(s ...float64) []time.Duration {
	var d []time.Duration
	for _, x := range s {
		d = append(d, time.Duration(x*float64(time.Second)).Round(10*time.Millisecond))
	}
	return d
}

// jittery gives a poller real jitter, the same in every run.
func jittery(cfg *Config[bool]) { cfg.Rand = rand.New(rand.NewPCG(1, 2)) }
