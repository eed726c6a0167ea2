package providertest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// supersededRules are about a process whose journal reports that another process has
// resumed the operation, or whose journal cannot save.
func supersededRules() []rule {
	const why = "The other process uses these instances, and does not know what this process does to them."
	return []rule{
		{"a superseded process sends no create", why, supersededSendsNothing},
		{"a superseded process saves and sends nothing more, at whatever save it finds out", why, supersededStops},
		{"a superseded process releases nothing when its operation fails", why, supersededKeepsFailed},
		{"a superseded process releases nothing when its wait fails", why, supersededKeepsWaiting},
		{"a superseded process does not terminate the operation", why, supersededEndsNothing},
		{
			"a release is not sent unless its mark is saved",
			"After a crash, the old token would create all instances again.", unsavedReleasesNothing,
		},
	}
}

// superseding returns a journal that reports from its n-th save on (counted from 1)
// that another process has resumed the operation.
func superseding(n int) *notebook {
	return &notebook{refuse: func(k int) error {
		if k >= n {
			return fmt.Errorf("lease 4711 is not ours: %w", provider.ErrSuperseded)
		}
		return nil
	}}
}

// wantSuperseded checks that an error is ErrSuperseded.
func (w *world) wantSuperseded(when string, err error) {
	w.t.Helper()
	if !errors.Is(err, provider.ErrSuperseded) {
		w.t.Errorf("%s: want ErrSuperseded, got %v", when, err)
	}
}

func supersededSendsNothing(t *testing.T, w *world) {
	book := superseding(1)
	o := provider.RunOptions{Journal: book, OnFailure: provider.TerminateOnFailure}
	_, err := w.client.RunInstances(w.ctx, w.spec(2*w.client.Limits().InstancesPerCreate+1), &o)
	w.wantSuperseded("before the first create", err)
	if n := w.calls(); n != 0 {
		t.Errorf("%d requests reached the cloud, want none", n)
	}
	if n := book.count(); n != 1 {
		t.Errorf("%d saves, want 1", n)
	}
}

// supersededStops lets the journal refuse at each save of an operation in turn, while
// the cloud refuses the second create. Calls in flight at that moment may end.
func supersededStops(t *testing.T, w *world) {
	for n := 1; ; n++ {
		w.simulate(CloudOptions{})
		w.inject(cloudsim.Fault{Kind: cloudsim.Quota, Skip: 1})
		book := superseding(n)
		o := provider.RunOptions{Journal: book, OnFailure: provider.TerminateOnFailure, KeepMarker: true}
		op, err := w.client.RunInstances(w.ctx, w.spec(2*w.client.Limits().InstancesPerCreate), &o)
		if book.count() < n {
			if n < 4 {
				t.Fatalf("an operation of two creates saves %d times: the rule proves nothing", n-1)
			}
			return
		}
		when := fmt.Sprintf("at save %d", n)
		w.wantSuperseded(when, err)
		if got := book.count(); got != n {
			t.Errorf("%s: %d saves in total", when, got)
		}
		sent := w.calls()
		_, err = op.Terminate(w.ctx, nil)
		w.wantSuperseded(when+", terminated", err)
		if more := w.calls() - sent; more != 0 {
			t.Errorf("%s: %d more requests when it is terminated", when, more)
		}
		if n <= 5 { // two creates, two answers and the mark; after that the release may be sent
			w.wantNoReleases(when)
		}
	}
}

// supersededKeepsFailed finds out just before the release: the answers are saved.
func supersededKeepsFailed(_ *testing.T, w *world) {
	w.inject(cloudsim.Fault{Kind: cloudsim.Quota, Skip: 1})
	book := superseding(5) // two creates and their answers come before
	o := provider.RunOptions{Journal: book, OnFailure: provider.TerminateOnFailure, KeepMarker: true}
	op, err := w.client.RunInstances(w.ctx, w.spec(2*w.client.Limits().InstancesPerCreate), &o)
	w.wantSuperseded("a failed operation", err)
	if !errors.Is(err, provider.ErrQuota) {
		w.t.Errorf("want ErrQuota as well, got %v", err)
	}
	w.wantNoReleases("a failed operation")
	w.wantInHand(op, w.client.Limits().InstancesPerCreate)
}

// supersededKeepsWaiting lets an instance die after the wait has seen it.
func supersededKeepsWaiting(t *testing.T, w *world) {
	policies := w.policies()
	delete(policies, "nothing") // this policy releases nothing
	for name, o := range policies {
		w.simulate(CloudOptions{})
		w.injectCreate(cloudsim.Fault{Kind: cloudsim.LaunchFailure, Count: 1})
		successor := false
		book := &notebook{refuse: func(int) error {
			if successor {
				return provider.ErrSuperseded
			}
			return nil
		}}
		o.Journal, o.KeepMarker = book, true
		op := w.create(3, &o)
		w.describe(provider.Query{}) // what was never seen is not known to have died
		before := w.alive()
		successor = true
		_, err := op.Wait(w.ctx, nil)
		w.wantSuperseded(name, err)
		saves := book.count()
		_, err = op.Wait(w.ctx, nil)
		if more := book.count() - saves; more != 0 || err == nil {
			t.Errorf("%s: %d more saves by another wait, %v", name, more, err)
		}
		w.wantNoReleases(name)
		w.wantCreates(name, 1)
		w.wantAlive(name, before...)
	}
}

func supersededEndsNothing(t *testing.T, w *world) {
	book := superseding(3)
	op := w.create(3, &provider.RunOptions{Journal: book, KeepMarker: true})
	_, err := op.Terminate(w.ctx, nil)
	w.wantSuperseded("terminated", err)
	w.wantNoReleases("terminated")
	w.wantAlive("terminated", op.InstanceIDs()...)
	if n := book.count(); n != 3 {
		t.Errorf("%d saves, want 3", n)
	}
}

// unsavedReleasesNothing is about a journal that fails for a while.
func unsavedReleasesNothing(t *testing.T, w *world) {
	down := errors.New("the disk is full")
	full := false
	book := &notebook{refuse: func(int) error {
		if full {
			return down
		}
		return nil
	}}
	op := w.create(3, &provider.RunOptions{Journal: book, KeepMarker: true})
	full = true
	if _, err := op.Terminate(w.ctx, nil); !errors.Is(err, down) {
		t.Errorf("want the journal's error, got %v", err)
	}
	w.wantNoReleases("while the journal is down")
	w.wantAlive("while the journal is down", op.InstanceIDs()...)
	full = false
	if _, err := op.Terminate(w.ctx, nil); err != nil {
		t.Errorf("once the journal is back: %v", err)
	}
	time.Sleep(10 * time.Minute) // releases take their time
	w.wantAlive("once the journal is back")
	info, err := provider.ReadToken(book.last())
	if err != nil {
		t.Errorf("got error %v, want none", err)
	}
	if !info.Over {
		t.Errorf("the journal has %+v, want the operation's end", info)
	}
	if n := len(info.InstanceIDs); n > 0 {
		t.Errorf("the journal has %d instances, want none", n)
	}
}
