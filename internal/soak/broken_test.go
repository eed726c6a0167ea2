package soak_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// broken is a driver with a mistake. Nil functions leave the driver as it is.
type broken struct {
	provider.Driver
	run       createFunc
	describe  func(ctx context.Context, d provider.Driver, r *provider.DescribeRequest) (*provider.DescribePage, error)
	terminate func(ctx context.Context, d provider.Driver, r *provider.TerminateRequest) error
}

// createFunc is a create with a mistake.
type createFunc func(ctx context.Context, d provider.Driver, s *provider.RunInstancesSpec) (*provider.RunResult, error)

// RunInstances implements provider.Driver.
func (b *broken) RunInstances(ctx context.Context, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
	if b.run == nil {
		return b.Driver.RunInstances(ctx, s)
	}
	return b.run(ctx, b.Driver, s)
}

// DescribeInstances implements provider.Driver.
func (b *broken) DescribeInstances(ctx context.Context, r *provider.DescribeRequest) (*provider.DescribePage, error) {
	if b.describe == nil {
		return b.Driver.DescribeInstances(ctx, r)
	}
	return b.describe(ctx, b.Driver, r)
}

// TerminateInstances implements provider.Driver.
func (b *broken) TerminateInstances(ctx context.Context, r *provider.TerminateRequest) error {
	if b.terminate == nil {
		return b.Driver.TerminateInstances(ctx, r)
	}
	return b.terminate(ctx, b.Driver, r)
}

// tokenless drops the client token.
func tokenless(ctx context.Context, d provider.Driver, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
	bare := *s
	bare.ClientToken = ""
	return d.RunInstances(ctx, &bare)
}

// impatient sends a create again on its own when the answer was lost, and forgets
// the token then.
func impatient(ctx context.Context, d provider.Driver, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
	res, err := d.RunInstances(ctx, s)
	var e *provider.APIError
	if errors.As(err, &e) && e.Outcome == provider.OutcomeUnknown {
		return tokenless(ctx, d, s)
	}
	return res, err
}

// forgetful takes a create that brought fewer instances than asked for as failed.
func forgetful() createFunc {
	var mu sync.Mutex
	refused := map[string]bool{} // tokens
	return func(ctx context.Context, d provider.Driver, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
		mu.Lock()
		done := refused[s.ClientToken]
		mu.Unlock()
		refusal := &provider.APIError{Driver: d.Name(), Op: "RunInstances", Message: "too few", Outcome: provider.OutcomeRejected, Kind: provider.ErrNoStock}
		if done {
			return nil, refusal
		}
		res, err := d.RunInstances(ctx, s)
		if res != nil && len(res.InstanceIDs) > 0 && len(res.InstanceIDs) < s.Count {
			mu.Lock()
			defer mu.Unlock()
			refused[s.ClientToken] = true
			return nil, refusal
		}
		return res, err
	}
}

// blindfolded takes "not visible" for gone: what an answer lacks it shows as terminated.
func blindfolded(ctx context.Context, d provider.Driver, r *provider.DescribeRequest) (*provider.DescribePage, error) {
	page, err := d.DescribeInstances(ctx, r)
	if err != nil {
		return nil, err
	}
	for _, id := range r.IDs {
		if !slices.ContainsFunc(page.Instances, func(i provider.Instance) bool { return i.ID == id }) {
			gone := provider.Instance{ID: id, Region: r.Region, State: provider.StateTerminated, RawState: "gone"}
			page.Instances = append(page.Instances, gone)
		}
	}
	return page, nil
}

// gullible believes short answers: what the first answer under a token names is all
// there is, in any process that asks again.
func gullible() createFunc {
	var mu sync.Mutex
	first := map[string]*provider.RunResult{} // by token
	return func(ctx context.Context, d provider.Driver, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
		mu.Lock()
		known := first[s.ClientToken]
		mu.Unlock()
		if known != nil {
			return known, nil
		}
		res, err := d.RunInstances(ctx, s)
		if res == nil || len(res.InstanceIDs) == 0 {
			return res, err
		}
		mu.Lock()
		defer mu.Unlock()
		first[s.ClientToken] = res
		return res, nil
	}
}

// reckless releases every instance that an answer of a create named, together with any
// of them.
func reckless(d provider.Driver) provider.Driver {
	var mu sync.Mutex
	named := map[string][]string{} // what was named beside an instance
	return &broken{
		Driver: d,
		run: func(ctx context.Context, d provider.Driver, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
			res, err := d.RunInstances(ctx, s)
			if res != nil {
				mu.Lock()
				defer mu.Unlock()
				for _, id := range res.InstanceIDs {
					named[id] = append(named[id], res.InstanceIDs...)
				}
			}
			return res, err
		},
		terminate: func(ctx context.Context, d provider.Driver, r *provider.TerminateRequest) error {
			all := slices.Clone(r.IDs)
			mu.Lock()
			for _, id := range r.IDs {
				all = append(all, named[id]...)
			}
			mu.Unlock()
			for _, id := range slices.Compact(slices.Sorted(slices.Values(all))) {
				if !slices.Contains(r.IDs, id) {
					_ = d.TerminateInstances(ctx, &provider.TerminateRequest{Region: r.Region, IDs: []string{id}, Billing: r.Billing})
				}
			}
			return d.TerminateInstances(ctx, r)
		},
	}
}

// seeing is a driver that takes "not visible" for gone.
func seeing(d provider.Driver) provider.Driver { return &broken{Driver: d, describe: blindfolded} }

// creating is a driver with a mistake in its create.
func creating(run createFunc) func(provider.Driver) provider.Driver {
	return func(d provider.Driver) provider.Driver { return &broken{Driver: d, run: run} }
}

// plainMix is the storm without a wish of the environment.
func plainMix(t *testing.T) mix {
	t.Helper()
	t.Setenv("YUNFAN_SOAK_MIX", "")
	m, err := mixFromEnvironment()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Who breaks one of the rules that the promises rest on is found out by the
// soak: a test of the soak itself.
func TestBrokenDriversFailTheSoak(t *testing.T) {
	tests := []struct {
		name  string
		wrap  func(provider.Driver) provider.Driver
		wants string
		more  cloudsim.FaultKind // what the mistake needs, more often than usual
	}{
		{"token dropped", creating(tokenless), "instances more than were asked for", ""},
		{"retry without token", creating(impatient), "instances more than were asked for", ""},
		{"IDs dropped on partial success", creating(forgetful()), "instances that nobody was told of", ""},
		{"not visible is gone", seeing, "instances that were released and live on", ""},
		{"short answers are believed", creating(gullible()), "instances that nobody was told of", cloudsim.ShortList},
		{"everything named is released", reckless, "instances of others that were released", cloudsim.LongList},
	}
	for _, s := range services() {
		if leftOut := small() && s.cloud != cloudsim.ECS; leftOut || !s.tokens {
			continue
		}
		operations := 150
		if small() { // it finds something, in any case; the drivers are no product, whose races matter
			tests, operations = tests[:1], 16
		}
		for _, tt := range tests {
			t.Run(string(s.cloud)+"/"+tt.name, func(t *testing.T) {
				s.wrap = tt.wrap
				m := plainMix(t)
				m[tt.more] *= 20
				var problems []string
				found := false
				for seed := uint64(1); seed <= 4 && !found; seed++ { // one storm may miss a rare fault
					problems = blown(t, s, setup{operations: operations, seed: seed, mix: m}).problems()
					found = slices.ContainsFunc(problems, func(p string) bool { return strings.Contains(p, tt.wants) })
				}
				if !found {
					t.Errorf("the soak found %q, want %s", problems, tt.wants)
				}
			})
		}
	}
}

// A mix of one's own is read as it says, and a mistake in it is told.
func TestMixOfTheEnvironment(t *testing.T) {
	t.Setenv("YUNFAN_SOAK_MIX", "reset-after=50,quota=0,calm-create=7")
	m, err := mixFromEnvironment()
	if err != nil || m["reset-after"] != 50 || m["quota"] != 0 || m[calmCreate] != 7 || m["balance"] != 10 {
		t.Errorf("%v, %v", m, err)
	}
	for _, bad := range []string{"reset", "reset-after=-1", "reset-after=x", "nonsense=1"} {
		t.Setenv("YUNFAN_SOAK_MIX", bad)
		if _, err := mixFromEnvironment(); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}
