package poll

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// fate is how an ID must end.
type fate int

const (
	boots fate = iota
	vanishes
	refused
)

// chaos is a cloud with instances of all fates, hiccups and failures of all kinds.
type chaos struct {
	*cloud
	rnd   *rand.Rand
	fates map[string]fate
}

func newChaos(t *testing.T, rnd *rand.Rand, n int) *chaos {
	x := &chaos{newCloud(t), rnd, make(map[string]fate)}
	x.latency = time.Duration(rnd.IntN(800)) * time.Millisecond
	for _, id := range names("i", n) {
		x.add(id)
	}
	dice := rand.New(rand.NewPCG(rnd.Uint64(), 1)) // used under the cloud's lock only
	x.fail = func(int, []string) error {
		switch dice.IntN(12) {
		case 0:
			return errThrottled
		case 1:
			return errors.New("connection reset")
		}
		return nil
	}
	// Answers leave out an ID rarely: three misses in a row are proof, and while calls fail and
	// hang there may be no other answer in between. Both functions are called under the lock.
	x.lacks = func(string) bool { return dice.IntN(200) == 0 }
	x.short = func(n int) bool { return n%7 == 0 }
	x.hang = func(ctx context.Context, n int) {
		if n%41 == 0 {
			<-ctx.Done()
		}
	}
	return x
}

func (x *chaos) add(id string) {
	now := time.Now()
	m := instance{ready: now.Add(lognormal(x.rnd)), visible: now.Add(time.Duration(x.rnd.IntN(20)) * time.Second)}
	switch x.rnd.IntN(20) {
	case 0:
		x.fates[id], m.gone, m.ready = vanishes, now.Add(time.Duration(x.rnd.IntN(60))*time.Second), now.Add(time.Hour)
	case 1:
		x.fates[id], m.bad = refused, true
	}
	x.instances[id] = m
}

// verdicts counts final events per ID for one Target.
type verdicts struct {
	t     *testing.T
	mu    sync.Mutex
	over  bool // Wait returned
	final map[string]Event[bool]
	seen  map[string]bool
}

func (v *verdicts) observe(e Event[bool]) Verdict {
	v.mu.Lock()
	defer v.mu.Unlock()
	if old, ok := v.final[e.ID]; ok {
		v.t.Errorf("%s: %v after it had ended as %v", e.ID, e.Kind, old.Kind)
	}
	if v.over {
		v.t.Errorf("%s: observed after Wait returned", e.ID)
	}
	v.seen[e.ID] = v.seen[e.ID] || e.Kind == Seen
	if e.Kind != Seen || e.Value {
		v.final[e.ID] = e
	}
	if e.Value {
		return Ready
	}
	return Keep
}

// wait runs one Target and checks its end.
func (x *chaos) wait(t *testing.T, p *Poller[bool], target Target[bool], timeout time.Duration) {
	v := &verdicts{t: t, final: make(map[string]Event[bool]), seen: make(map[string]bool)}
	target.Observe = v.observe
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	defer cancel()
	err := p.Wait(ctx, target)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.over = true
	switch {
	case err != nil && timeout > 10*time.Minute:
		t.Errorf("Wait = %v, want nil", err)
	case err != nil && !errors.Is(err, context.DeadlineExceeded):
		t.Errorf("Wait = %v, want nil or its deadline", err)
	case err == nil && len(v.final) != len(target.IDs):
		t.Errorf("Wait returned nil with %d of %d IDs at an end", len(v.final), len(target.IDs))
	}
	for id, e := range v.final {
		want := map[fate]bool{boots: e.Value, vanishes: e.Kind == Gone || e.Kind == Hidden, refused: e.Kind == Failed}
		if !want[x.fates[id]] {
			t.Errorf("%s, fate %d, ended as %v (ready: %v)", id, x.fates[id], e.Kind, e.Value)
		}
		if e.Kind == Gone && !x.wasShown(id) {
			t.Errorf("%s, which no answer has shown, ended as gone", id)
		}
		if e.Kind == Hidden && v.seen[id] {
			t.Errorf("%s, which this Target saw, ended as hidden", id)
		}
	}
}

// Every ID of every Target ends exactly once, as its fate says, unless the context of the
// Target ends first.
func TestEveryIDEndsExactlyOnce(t *testing.T) {
	for seed := range uint64(30) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rnd := rand.New(rand.NewPCG(seed, 11))
				n := 1 + rnd.IntN(300)
				x, ids := newChaos(t, rnd, n), names("i", n)
				p := x.poller(16*time.Second, jittery, func(cfg *Config[bool]) { cfg.Batch = 1 + int(seed)*7%100 })
				accepted := time.Now()
				var all sync.WaitGroup
				for range 1 + rnd.IntN(8) {
					from := rnd.IntN(n)
					target := Target[bool]{IDs: ids[from : from+1+rnd.IntN(n-from)], Accepted: accepted}
					pause, timeout := time.Duration(rnd.IntN(30))*time.Second, time.Hour
					if rnd.IntN(3) == 0 {
						timeout = time.Duration(1+rnd.IntN(90)) * time.Second
					}
					all.Go(func() {
						time.Sleep(pause)
						x.wait(t, p, target, timeout)
					})
				}
				all.Wait()
				if got := len(p.groups[""].entries); got != 0 {
					t.Errorf("%d IDs are still scheduled after every Wait returned", got)
				}
			})
		})
	}
}

// The real clock and real goroutines, for the race detector.
func TestConcurrentTargets(t *testing.T) {
	c := newCloud(t)
	p := c.poller(0)
	var all sync.WaitGroup
	for i := range 50 {
		ids := c.fleet(fmt.Sprint("op", i/2), 20, 0)
		all.Go(func() {
			l := &log{}
			if err := p.Wait(t.Context(), Target[bool]{Group: fmt.Sprint(i % 3), IDs: ids, Observe: l.observe}); err != nil {
				t.Errorf("Wait = %v, want nil", err)
			}
			if len(l.ends()) != 20 {
				t.Errorf("heard of %d IDs, want 20", len(l.ends()))
			}
		})
	}
	all.Wait()
}
