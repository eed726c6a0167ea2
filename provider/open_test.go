package provider_test

import (
	"context"
	"errors"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/store"
)

// What was submitted and is ended before it begins creates nothing, now or later.
func TestAnOperationIsEndedBeforeItBegins(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		var s store.Memory
		want := spec(3)
		if err := f.client().Submit(t.Context(), "web", &want, &s, nil); err != nil {
			t.Fatal(err)
		}
		op, err := f.client().Open(t.Context(), "web", &want, &s, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := op.Terminate(t.Context(), nil); err != nil {
			t.Errorf("ending it: %v", err)
		}
		if err := op.Close(); err != nil {
			t.Errorf("closing it: %v", err)
		}
		again, err := f.client().Run(t.Context(), "web", &want, &s, nil)
		if err == nil {
			t.Error("Run of an operation that was ended gives no error")
		}
		if err := again.Close(); err != nil {
			t.Errorf("closing it again: %v", err)
		}
		if got := len(f.calls); got != 0 {
			t.Errorf("got %d creates, want none", got)
		}
		for e, err := range store.Unfinished(t.Context(), &s, store.Query{}) {
			t.Errorf("operation %s is unfinished (%v)", e.ID, err)
		}
	})
}

// An operation that was interrupted is released without creating the rest of it.
func TestAnOpenedOperationIsReleasedAsItIs(t *testing.T) {
	type opener func(context.Context, *provider.Client, store.Store, []byte, *provider.RunInstancesSpec) (*provider.Operation, error)
	for name, open := range map[string]opener{
		"by its token": func(_ context.Context, c *provider.Client, _ store.Store, token []byte, s *provider.RunInstancesSpec) (*provider.Operation, error) {
			return c.Restore(token, &provider.ResumeOptions{Spec: s})
		},
		"from the store": func(ctx context.Context, c *provider.Client, st store.Store, _ []byte, s *provider.RunInstancesSpec) (*provider.Operation, error) {
			return c.Open(ctx, "web", s, st, nil)
		},
	} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			var s store.Memory
			want := spec(250) // several creates
			ctx, stop := context.WithCancel(t.Context())
			f.run = func(n int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
				if n > 1 {
					return nil, context.Canceled
				}
				defer stop()
				return f.create(s), nil
			}
			op, err := f.client().Run(ctx, "web", &want, &s, nil)
			if !errors.Is(err, context.Canceled) {
				t.Fatalf("%s: got %v, want an operation that was interrupted", name, err)
			}
			f.run = nil
			token, err := op.MarshalText()
			if err != nil {
				t.Fatal(err)
			}
			if err := op.Close(); err != nil {
				t.Fatal(err)
			}
			before := len(f.calls)
			again, err := open(t.Context(), f.client(), &s, token, &want)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if got := len(f.calls); got != before {
				t.Errorf("%s: opening sent %d creates", name, got-before)
			}
			if _, err := again.Terminate(t.Context(), nil); err != nil {
				t.Errorf("%s: releasing: %v", name, err)
			}
			if err := again.Close(); err != nil {
				t.Errorf("%s: closing: %v", name, err)
			}
			if got := len(f.alive()); got != 0 {
				t.Errorf("%s: %d instances are left", name, got)
			}
		})
	}
}

func TestRestoreRefusesAnotherSpec(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		op, err := f.client().RunInstances(t.Context(), spec(2), nil)
		if err != nil {
			t.Fatal(err)
		}
		token, err := op.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		other := spec(3)
		if op, err := f.client().Restore(token, &provider.ResumeOptions{Spec: &other}); !errors.Is(err, provider.ErrInvalid) || op != nil {
			t.Errorf("got %v, %v, want ErrInvalid and no operation", op, err)
		}
		if _, err := f.client().Restore([]byte("{"), nil); !errors.Is(err, provider.ErrInvalid) {
			t.Errorf("a damaged token: got %v, want ErrInvalid", err)
		}
	})
}
