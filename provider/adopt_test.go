package provider_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// others makes instances as somebody else does, long before they are adopted.
func others(t *testing.T, f *fake, n int) (ids []string) {
	t.Helper()
	op, err := f.client().RunInstances(t.Context(), spec(n), &provider.RunOptions{Owner: "somebody"})
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(30 * 24 * time.Hour)
	return op.InstanceIDs()
}

func TestAdoptedInstancesAreAnOperationLikeAnyOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		ids := others(t, f, 3)
		var token []byte
		o := &provider.RunOptions{Journal: provider.JournalFunc(func(_ context.Context, text []byte) error {
			token = text
			return nil
		})}
		op, err := f.client().Adopt(t.Context(), provider.Query{IDs: ids[:2]}, o)
		if err != nil {
			t.Fatal(err)
		}
		list, err := op.Wait(t.Context(), nil)
		if err != nil {
			t.Fatalf("waiting for instances that run: %v", err)
		}
		if len(list) != 2 {
			t.Errorf("%d instances run, want 2", len(list))
		}
		op, err = f.client().Resume(t.Context(), token, nil)
		if err != nil {
			t.Fatalf("resuming an adopted operation: %v", err)
		}
		if _, err := op.Wait(t.Context(), nil); err != nil {
			t.Errorf("waiting after a restart: %v", err)
		}
		res, err := op.Terminate(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(res.Released) != 2 {
			t.Errorf("%v were released, want the two that were adopted", res.Released)
		}
		if left := f.alive(); len(left) != 1 {
			t.Errorf("%v are left, want the one that was not adopted", left)
		}
		if n := len(f.made(provider.APIRunInstances)); n != 1 {
			t.Errorf("%d creates were sent, want the one of before", n)
		}
	})
}

func TestNothingIsAdoptedUnlessEveryInstanceExists(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		ids := others(t, f, 1)
		_, err := f.client().Adopt(t.Context(), provider.Query{IDs: append(ids, "i-absent")}, nil)
		if !errors.Is(err, provider.ErrNotFound) {
			t.Errorf("the error is %v, want one that matches ErrNotFound", err)
		}
		if err == nil || !strings.Contains(err.Error(), "i-absent") {
			t.Errorf("the error does not name the instance: %v", err)
		}
	})
}

func TestAnAdoptionThatWouldTakeEverythingIsRefused(t *testing.T) {
	f := newFake()
	o := &provider.RunOptions{OnFailure: provider.TerminateOnFailure, Alternatives: []provider.Alternative{{Zone: "b"}}}
	_, err := f.client().Adopt(t.Context(), provider.Query{}, o)
	for _, want := range []string{"Query: must name instances", "RunOptions.OnFailure", "RunOptions.Alternatives"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q: %v", want, err)
		}
	}
}

// An instance that dies must not take the others with it, also when a later process says so.
func TestNoPolicyReleasesAdoptedInstances(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		ids := others(t, f, 2)
		op, err := f.client().Adopt(t.Context(), provider.Query{IDs: ids}, nil)
		if err != nil {
			t.Fatal(err)
		}
		token, err := op.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		f.state = func(id string, _ time.Duration) (provider.State, string) {
			if id == ids[0] {
				return provider.StateFailed, "broken"
			}
			return "", ""
		}
		o := &provider.ResumeOptions{Run: &provider.RunOptions{OnFailure: provider.TerminateOnFailure}}
		op, err = f.client().Resume(t.Context(), token, o)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = op.Wait(t.Context(), nil) // it fails: one instance is broken
		if n := len(f.made(provider.APITerminateInstances)); n != 0 {
			t.Errorf("%d releases were sent, want none", n)
		}
	})
}
