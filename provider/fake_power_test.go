package provider_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// move is an instance on its way from one state to another.
type move struct {
	since    time.Time
	via, end provider.State
}

func (m move) state(takes time.Duration) (provider.State, string) {
	if time.Since(m.since) < takes {
		return m.via, "on its way"
	}
	return m.end, "there"
}

// apis are the calls of changes of power.
var apis = map[provider.PowerAction]provider.API{
	provider.PowerStart: provider.APIStartInstances, provider.PowerStop: provider.APIStopInstances, provider.PowerReboot: provider.APIRebootInstances,
}

func (f *fake) ChangePower(ctx context.Context, r *provider.PowerRequest) (*provider.PowerResult, error) {
	n, err := f.enter(ctx, call{api: apis[r.Action], ids: slices.Clone(r.IDs), power: *r})
	switch {
	case err != nil:
		return nil, err
	case f.power != nil:
		return f.power(n, r)
	default:
		return f.change(r)
	}
}

// change switches instances, all of them or none.
func (f *fake) change(r *provider.PowerRequest) (*provider.PowerResult, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, id := range r.IDs {
		if err := f.refuses(id, r.Action); err != nil {
			return nil, err
		}
	}
	f.begin(r)
	return &provider.PowerResult{RequestID: "req-power"}, nil
}

// changeSome switches the instances that it can, as some clouds do, and tells
// about the others.
func (f *fake) changeSome(r *provider.PowerRequest) (*provider.PowerResult, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	res, good := &provider.PowerResult{RequestID: "req-power", Failed: map[string]error{}}, *r
	good.IDs = nil
	for _, id := range r.IDs {
		if err := f.refuses(id, r.Action); err != nil {
			res.Failed[id] = err
			continue
		}
		good.IDs = append(good.IDs, id)
	}
	f.begin(&good)
	return res, nil
}

// refuses tells why an instance cannot be switched now, if it cannot.
func (f *fake) refuses(id string, a provider.PowerAction) error {
	i := slices.IndexFunc(f.instances, func(s provider.Instance) bool { return s.ID == id })
	if i < 0 {
		return refusal(provider.ErrNotFound, "InvalidInstanceId.NotFound")
	}
	want := provider.StateRunning
	if a == provider.PowerStart {
		want = provider.StateStopped
	}
	switch state, _ := f.stateOf(f.instances[i]); {
	case state == want:
		return nil
	case state == provider.StateRunning, state == provider.StateStopped, f.vague:
		return refusal(provider.ErrState, "IncorrectInstanceStatus")
	default:
		return inProgress()
	}
}

func (f *fake) begin(r *provider.PowerRequest) {
	m := move{time.Now(), f.starting, provider.StateRunning}
	if r.Action == provider.PowerStop {
		m.via, m.end = provider.StateStopping, provider.StateStopped
	}
	for _, id := range r.IDs {
		f.moves[id] = m
	}
}

// recycle moves an instance to the recycle bin, unless it lies there or does not
// belong there.
func (f *fake) recycle(s provider.Instance) bool {
	if !f.bin || s.Billing != provider.Prepaid || f.moves[s.ID].end == provider.StateRecycled {
		return false
	}
	f.moves[s.ID] = move{time.Now(), provider.StateRunning, provider.StateRecycled}
	return true
}

// in returns the IDs of the instances in a state.
func (f *fake) in(state provider.State) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var ids []string
	for _, s := range f.instances {
		if now, _ := f.stateOf(s); now == state {
			ids = append(ids, s.ID)
		}
	}
	return ids
}

// change makes one change of power.
func change(ctx context.Context, c *provider.Client, a provider.PowerAction, wait bool, ids ...string) error {
	switch a {
	case provider.PowerStart:
		return c.StartInstances(ctx, "", ids, &provider.StartOptions{Wait: wait})
	case provider.PowerStop:
		return c.StopInstances(ctx, "", ids, &provider.StopOptions{Wait: wait})
	default:
		return c.RebootInstances(ctx, "", ids, &provider.RebootOptions{Wait: wait})
	}
}

// changes makes one change of power, and fails the test on an error.
func changes(t *testing.T, c *provider.Client, a provider.PowerAction, wait bool, ids ...string) {
	t.Helper()
	if err := change(t.Context(), c, a, wait, ids...); err != nil {
		t.Errorf("%s %v: %v", a, ids, err)
	}
}

// stopped creates n instances that are off.
func stopped(t *testing.T, f *fake, n int) []string {
	t.Helper()
	ids := old(t, f, n)
	changes(t, f.client(), provider.PowerStop, false, ids...)
	time.Sleep(f.shift)
	f.calls = nil
	return ids
}

// ready creates n instances that an action is possible for.
func ready(t *testing.T, f *fake, a provider.PowerAction, n int) []string {
	t.Helper()
	if a == provider.PowerStart {
		return stopped(t, f, n)
	}
	return old(t, f, n)
}
