package provider_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// A thousand creates at once stay below the documented rate, and all succeed.
func TestHerdOfCreates(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.rates(provider.APIRunInstances, provider.Rate{Calls: 10, Per: time.Second})
		f.delay = 300 * time.Millisecond
		budget := &provider.Budget{}
		var clients []*provider.Client
		for range 4 { // of one account
			clients = append(clients, f.client(func(o *provider.Options) { o.Budget = budget }))
		}
		start := time.Now()
		var herd sync.WaitGroup
		for n := range 1000 {
			herd.Go(func() { run(t, clients[n%len(clients)], 1) })
		}
		herd.Wait()
		if n := most(f.made(provider.APIRunInstances), time.Second); n > 10 {
			t.Errorf("%d creates within a second, 10 are allowed", n)
		}
		if took := time.Since(start); took > 110*time.Second || len(f.alive()) != 1000 {
			t.Errorf("%d instances after %v, want 1000 after about 100 s", len(f.alive()), took)
		}
	})
}

// A small create beside a huge one does not wait until that is done.
func TestSmallOperationsAreNotStarved(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.rates(provider.APIRunInstances, provider.Rate{Calls: 1, Per: time.Second})
		f.delay = 300 * time.Millisecond
		c := f.client()
		var huge sync.WaitGroup
		huge.Go(func() { run(t, c, 10_000) })
		time.Sleep(5 * time.Second)
		start := time.Now()
		run(t, c, 1)
		if took := time.Since(start); took > 15*time.Second {
			t.Errorf("one instance took %v beside a create of 10,000", took)
		}
		huge.Wait()
		if took := time.Since(start); took < 90*time.Second || len(f.alive()) != 10_001 {
			t.Errorf("%d instances after %v: the rate was not kept", len(f.alive()), took)
		}
	})
}

// A small create beside dozens of huge ones waits for one call of each of them
// at most, not for all that they have side by side: each request stands in line
// once.
func TestAHerdOfHugeOperationsStarvesNobody(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.rates(provider.APIRunInstances, provider.Rate{Calls: 10, Per: time.Second})
		f.rates(provider.APITerminateInstances, provider.Rate{Calls: 10, Per: time.Second})
		f.limits.InstancesPerCreate, f.limits.IDsPerTerminate = 1, 1
		c := f.client()
		var herd sync.WaitGroup
		quick := func(what string, call func()) {
			time.Sleep(5 * time.Second)
			start := time.Now()
			call()
			if took := time.Since(start); took > 7*time.Second {
				t.Errorf("%s one instance took %v beside 60 requests at 10 calls a second", what, took)
			}
			herd.Wait()
		}
		ops := make([]*provider.Operation, 60)
		for n := range ops {
			herd.Go(func() { ops[n] = run(t, c, 16) })
		}
		var small *provider.Operation
		quick("creating", func() { small = run(t, c, 1) })
		for _, op := range ops {
			herd.Go(func() {
				if _, err := c.TerminateInstances(t.Context(), "", op.InstanceIDs(), nil); err != nil {
					t.Error(err)
				}
			})
		}
		quick("releasing", func() {
			if _, err := c.TerminateInstances(t.Context(), "", small.InstanceIDs(), nil); err != nil {
				t.Error(err)
			}
		})
		if n := len(f.alive()); n != 0 {
			t.Errorf("%d instances left", n)
		}
	})
}

// Clients that share a budget keep the rate together; others have one each.
func TestBudgetsAreSharedOnlyOnDemand(t *testing.T) {
	for _, shared := range []bool{true, false} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			f.rates(provider.APIRunInstances, provider.Rate{Calls: 5, Per: time.Second})
			budget := &provider.Budget{}
			var all sync.WaitGroup
			for range 2 {
				c := f.client(func(o *provider.Options) {
					if shared {
						o.Budget = budget
					}
				})
				for range 20 {
					all.Go(func() { run(t, c, 1) })
				}
			}
			all.Wait()
			want := 10
			if shared {
				want = 5
			}
			if n := most(f.made(provider.APIRunInstances), time.Second); n != want {
				t.Errorf("shared %v: %d creates within a second, want %d", shared, n, want)
			}
		})
	}
}

// Rates of an account's own replace the documented ones, and none at all can be
// asked for.
func TestRatesOfTheAccount(t *testing.T) {
	for _, tc := range []struct {
		rates map[provider.API]provider.Rate
		most  int
	}{
		{nil, 2},
		{map[provider.API]provider.Rate{provider.APIRunInstances: {Calls: 7, Per: time.Second}}, 7},
		{map[provider.API]provider.Rate{provider.APIRunInstances: {}}, 30},
		{map[provider.API]provider.Rate{provider.APIRunInstances: {}, provider.AnyAPI: {Calls: 3, Per: time.Second}}, 3},
	} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			f.rates(provider.APIRunInstances, provider.Rate{Calls: 2, Per: time.Second})
			c := f.client(func(o *provider.Options) { o.Rates = tc.rates })
			var all sync.WaitGroup
			for range 30 {
				all.Go(func() { run(t, c, 1) })
			}
			all.Wait()
			if n := most(f.made(provider.APIRunInstances), time.Second); n != tc.most {
				t.Errorf("rates %v: %d creates within a second, want %d", tc.rates, n, tc.most)
			}
		})
	}
}

// A cloud that throttles gets fewer calls, and the full rate again once it does
// not.
func TestThrottledCreatesSlowDown(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.rates(provider.APIRunInstances, provider.Rate{Calls: 10, Per: time.Second})
		f.run = func(_ int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
			calls := f.made(provider.APIRunInstances)
			if most(calls[max(len(calls)-5, 0):], time.Second) > 4 { // really it takes four a second
				return nil, throttled()
			}
			return f.create(s), nil
		}
		c := f.client()
		start := time.Now()
		var all sync.WaitGroup
		for range 200 {
			all.Go(func() { run(t, c, 1) })
		}
		all.Wait()
		refused := len(f.made(provider.APIRunInstances)) - len(f.alive())
		if took := time.Since(start); len(f.alive()) != 200 || took > 150*time.Second || refused > 60 {
			t.Errorf("%d instances after %v and %d throttled calls", len(f.alive()), took, refused)
		}
	})
}

// A request whose calls are refused and taken apart still stands in line once, with all the
// pieces together.
func TestARequestThatIsTakenApartStandsInLineOnce(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.IDsPerPower = 2
		f.rates(provider.APIStopInstances, provider.Rate{Calls: 60, Per: time.Minute, Burst: 1})
		ids := old(t, f, 33)
		f.power = func(_ int, r *provider.PowerRequest) (*provider.PowerResult, error) {
			if len(r.IDs) > 1 {
				return nil, refusal(provider.ErrState, "IncorrectInstanceStatus")
			}
			return f.change(r)
		}
		c := f.client()
		var many sync.WaitGroup
		many.Go(func() { changes(t, c, provider.PowerStop, false, ids[:32]...) })
		time.Sleep(35 * time.Second) // the pairs were refused, and the single ones have their turn
		start := time.Now()
		changes(t, c, provider.PowerStop, false, ids[32])
		if took := time.Since(start); took > 3*time.Second {
			t.Errorf("stopping one took %v beside one request at a call a second, want two turns", took)
		}
		many.Wait()
	})
}

// Readers who give up while they wait for the rate of all calls hold up no later reader.
func TestReadersWhoGiveUpHoldUpNobody(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.rates(provider.AnyAPI, provider.Rate{Calls: 1, Per: time.Minute})
		c := f.client()
		read(t, c, 1)
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				for _, err := range c.DescribeInstances(ctx, provider.Query{}) {
					if !errors.Is(err, context.Canceled) {
						t.Errorf("got %v, want the end of ctx", err)
					}
				}
			})
		}
		time.Sleep(30 * time.Second)
		cancel()
		wg.Wait()
		start := time.Now()
		read(t, c, 1)
		if took := time.Since(start); took > 61*time.Second {
			t.Errorf("the next call waited %v, want a minute", took)
		}
	})
}
