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

// broken is a driver with a mistake in its create.
type broken struct {
	provider.Driver
	run func(ctx context.Context, d provider.Driver, s *provider.RunInstancesSpec) (*provider.RunResult, error)
}

// RunInstances implements provider.Driver.
func (b *broken) RunInstances(ctx context.Context, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
	return b.run(ctx, b.Driver, s)
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

// forgetful takes a create that brought fewer servers than asked for as failed.
func forgetful() func(context.Context, provider.Driver, *provider.RunInstancesSpec) (*provider.RunResult, error) {
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
		run   func(context.Context, provider.Driver, *provider.RunInstancesSpec) (*provider.RunResult, error)
		wants string
	}{
		{"token dropped", tokenless, "servers more than were asked for"},
		{"retry without token", impatient, "servers more than were asked for"},
		{"IDs dropped on partial success", forgetful(), "servers that nobody was told of"},
	}
	for _, s := range services() {
		if !s.tokens || raced && s.cloud != cloudsim.ECS {
			continue
		}
		for _, tt := range tests {
			t.Run(string(s.cloud)+"/"+tt.name, func(t *testing.T) {
				s.wrap = func(d provider.Driver) provider.Driver { return &broken{Driver: d, run: tt.run} }
				problems := blown(t, s, setup{operations: 250, seed: 1, mix: plainMix(t)}).problems()
				if !slices.ContainsFunc(problems, func(p string) bool { return strings.Contains(p, tt.wants) }) {
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
