package provider_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
)

// mortal is a journal whose process dies at one save: before it is made, or right
// after it. A goroutine cannot die alone; so everything is stopped at that point.
type mortal struct {
	book  notebook
	left  int // saves until death
	after bool
	kill  context.CancelFunc
}

func (m *mortal) Save(ctx context.Context, token []byte) error {
	if m.left--; m.left == 0 && m.after {
		_ = m.book.Save(ctx, token)
	}
	if m.left <= 0 {
		m.kill()
		return context.Canceled
	}
	return m.book.Save(ctx, token)
}

// dying runs an operation in a process that dies at a save. It returns the token
// that is left, and whether the process died.
func dying(t *testing.T, c *provider.Client, s provider.RunInstancesSpec, o provider.RunOptions, at int, after bool) (token []byte, died bool) {
	t.Helper()
	ctx, kill := context.WithCancel(t.Context())
	defer kill()
	m := &mortal{left: at, after: after, kill: kill}
	o.Journal = m
	_, _ = c.RunInstances(ctx, s, &o)
	if n := len(m.book.saved); n > 0 {
		token = m.book.saved[n-1]
	}
	return token, m.left <= 0
}

// anywhere kills an operation at every save and hands what is left to check.
func anywhere(t *testing.T, prepare func(f *fake), check func(t *testing.T, f *fake, at string, run func() ([]byte, bool))) {
	t.Helper()
	for at, died := 1, true; died; at++ {
		if at > 100 {
			t.Fatal("an operation without end")
		}
		for _, after := range []bool{false, true} {
			inFakeTime(t, func(t *testing.T, f *fake) {
				prepare(f)
				check(t, f, fmt.Sprintf("save %d, dead after it: %v", at, after), func() ([]byte, bool) {
					s, o := fallback()
					var token []byte
					token, died = dying(t, f.client(), s, *o, at, after)
					return token, died
				})
			})
		}
	}
}

// fallback is an operation with two alternatives.
func fallback() (provider.RunInstancesSpec, *provider.RunOptions) { return inZone(5, "b", "c") }

// openStill reports whether a create that was sent, for all the journal knows, was
// refused when it was asked for again: the refusal does not prove what became of
// the first one, and an alternative might make instances twice.
func openStill(token []byte, err error) bool {
	return strings.Contains(string(token), `"sent"`) && errors.Is(err, provider.ErrOutcomeUnknown)
}

// An operation that falls back to an alternative does so in whatever process it
// goes on, and wherever the first one died: the refusal is in the journal.
func TestAlternativesAfterACrashAtAnyPoint(t *testing.T) {
	prepare := func(f *fake) {
		f.limits.PartialCreates = true
		f.stocked(shelf{"t1.small@a": 0, "t1.small@b": 2}, "")
	}
	anywhere(t, prepare, func(t *testing.T, f *fake, at string, run func() ([]byte, bool)) {
		token, _ := run()
		if token == nil {
			return
		}
		s, o := fallback()
		op, err := f.client().Resume(t.Context(), token, &provider.ResumeOptions{Spec: &s, Run: o})
		if openStill(token, err) {
			return
		}
		switch {
		case err != nil:
			t.Errorf("%s: got error %v, want none", at, err)
		case len(op.InstanceIDs()) != 5:
			t.Errorf("%s: number of IDs: got %v, want 5", at, len(op.InstanceIDs()))
		case !slices.Equal(op.InstanceIDs(), f.alive()):
			t.Errorf("%s: IDs of the operation: got %v, want %v", at, op.InstanceIDs(), f.alive())
		}
	})
}

// What was out of stock before a crash is in the report of the process after it.
func TestAnExhaustedFallbackIsReportedAfterACrash(t *testing.T) {
	prepare := func(f *fake) { f.stocked(shelf{"t1.small@a": 0, "t1.small@b": 0, "t1.small@c": 0}, "") }
	anywhere(t, prepare, func(t *testing.T, f *fake, at string, run func() ([]byte, bool)) {
		token, _ := run()
		if token == nil {
			return
		}
		s, o := fallback()
		op, err := f.client().Resume(t.Context(), token, &provider.ResumeOptions{Spec: &s, Run: o})
		if openStill(token, err) {
			return
		}
		want := []string{"t1.small@a", "t1.small@b", "t1.small@c"}
		switch {
		case !errors.Is(err, provider.ErrNoStock):
			t.Errorf("%s: got error %v, want %v", at, err, provider.ErrNoStock)
		case !slices.Equal(tried(err), want):
			t.Errorf("%s: alternatives tried: got %v, want %v", at, tried(err), want)
		case len(op.InstanceIDs()) != 0:
			t.Errorf("%s: number of IDs: got %v, want 0", at, len(op.InstanceIDs()))
		}
	})
}

// Quota, in the first process, is no reason for the second to go on elsewhere.
func TestARefusalStopsTheFallbackAfterACrash(t *testing.T) {
	prepare := func(f *fake) {
		f.limits.InstancesPerCreate = 3
		noStock := refusal(provider.ErrNoStock, "NoStock")
		f.run = func(_ int, r *provider.RunInstancesSpec) (*provider.RunResult, error) {
			if r.Count == 3 {
				return nil, refusal(provider.ErrQuota, "Quota")
			}
			return nil, noStock
		}
	}
	anywhere(t, prepare, func(t *testing.T, f *fake, at string, run func() ([]byte, bool)) {
		token, died := run()
		before := len(f.asked())
		if token == nil || !died || strings.Count(string(token), "rejected") < 2 {
			return
		}
		s, o := fallback()
		_, err := f.client().Resume(t.Context(), token, &provider.ResumeOptions{Spec: &s, Run: o})
		if err == nil || len(f.asked()) != before {
			t.Errorf("%s: %v after %v", at, err, f.asked())
		}
	})
}

// An operation that a crash cut off before anybody was told of a refusal is told
// of by Resume: instances that are missing are never missing silently.
func TestResumeTellsWhatIsMissing(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		refuseAfter(f, 2, provider.ErrQuota)
		op, _ := f.client().RunInstances(t.Context(), spec(6), nil)
		for _, s := range []*provider.RunInstancesSpec{nil, new(provider.RunInstancesSpec)} {
			if s != nil {
				*s = spec(6)
			}
			again, err := f.client().Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: s})
			var e *provider.RunError
			switch {
			case !errors.As(err, &e):
				t.Errorf("with a spec: %v: got error %v, want a %T", s != nil, err, e)
			case e.Asked != 6:
				t.Errorf("with a spec: %v: e.Asked: got %v, want 6", s != nil, e.Asked)
			case e.Created != 4:
				t.Errorf("with a spec: %v: e.Created: got %v, want 4", s != nil, e.Created)
			case errors.Is(err, provider.ErrOutcomeUnknown):
				t.Errorf("with a spec: %v: got error %v, which must not match %v", s != nil, err, provider.ErrOutcomeUnknown)
			case !slices.Equal(again.InstanceIDs(), op.InstanceIDs()):
				t.Errorf("with a spec: %v: IDs of the resumed operation: got %v, want %v", s != nil, again.InstanceIDs(), op.InstanceIDs())
			}
		}
		if len(f.made(provider.APIRunInstances)) != 3 {
			t.Error("a refused create was sent again")
		}
	})
}

// A dry run and an operation with enough instances miss nothing.
func TestResumeIsSilentWhenNothingIsMissing(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		refuseAfter(f, 2, provider.ErrNoStock)
		s := spec(6)
		s.MinCount = 4
		op, err := f.client().RunInstances(t.Context(), s, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.client().Resume(t.Context(), tokenOf(t, op), nil); err != nil {
			t.Error(err)
		}
		f.run = func(int, *provider.RunInstancesSpec) (*provider.RunResult, error) { return &provider.RunResult{}, nil }
		s = spec(2)
		s.DryRun = true
		op, err = f.client().RunInstances(t.Context(), s, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.client().Resume(t.Context(), tokenOf(t, op), nil); err != nil {
			t.Errorf("a dry run: %v", err)
		}
	})
}

// A process that dies after a refusal, before it has released what there is,
// leaves that to the next one.
func TestOnFailureAfterACrash(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		refuseAfter(f, 2, provider.ErrQuota)
		other := run(t, f.client(), 2).InstanceIDs()
		op, err := f.client().RunInstances(t.Context(), spec(6), nil) // as far as a dead process came
		if err == nil || len(op.InstanceIDs()) != 2 {
			t.Fatal(op.InstanceIDs(), err)
		}
		again, err := f.client().Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Run: &terminate})
		var e *provider.RunError
		switch {
		case !errors.As(err, &e):
			t.Errorf("got error %v, want a %T", err, e)
		case len(e.Released) != 2:
			t.Errorf("length of e.Released: got %v, want 2", len(e.Released))
		case len(again.InstanceIDs()) != 0:
			t.Errorf("number of IDs of the resumed operation: got %v, want 0", len(again.InstanceIDs()))
		case !slices.Equal(f.alive(), other):
			t.Errorf("instances that exist: got %v, want %v", f.alive(), other)
		}
	})
}
