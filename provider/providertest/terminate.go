package providertest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

func terminateRules() []rule {
	return []rule{
		{"instances that run", "A released instance must be gone and no longer billed.", terminatesRunning},
		{"instances that have just been created", "Cleaning up after a mistake must work at once.", terminatesFresh},
		{"twice", "A cleanup that is repeated must not fail.", terminatesTwice},
		{
			"some that are gone already",
			"One stale ID must not stop the release of the others.", terminatesAroundMissing,
		},
		{"in the wrong region", "Instances that run on somewhere else must not look released.", terminatesElsewhere},
		{
			"an unknown instance",
			"A mistyped ID must not look like success, unless the caller sets MissingOK.", terminatesUnknown,
		},
		{
			"an instance invisible for 10 minutes is never counted as released",
			"It runs, and no caller would look for it again.", terminatesInvisible,
		},
		{
			"an instance that another process has released",
			"An instance that was seen before and does not exist any more is gone.", terminatesVanished,
		},
		{"while every describe fails", "A cleanup must not depend on a read that can fail.", terminatesBlindly},
		{"when the answers are lost", "Repeating a release that was made has no effect.", terminatesThoughLost},
	}
}

func (w *world) terminate(ids []string) {
	w.t.Helper()
	if _, err := w.client.TerminateInstances(w.ctx, "", ids, &provider.TerminateOptions{Wait: true}); err != nil {
		w.t.Errorf("terminate: %v", err)
	}
}

func terminatesRunning(t *testing.T, w *world) {
	op := w.run(5)
	if _, err := op.Wait(w.ctx, nil); err != nil {
		t.Fatal(err)
	}
	w.terminate(op.InstanceIDs())
	if left := w.alive(); len(left) != 0 {
		t.Errorf("still there: %v", left)
	}
}

func terminatesFresh(t *testing.T, w *world) {
	w.inject(cloudsim.Fault{Kind: cloudsim.LateVisibility, Delay: 10 * time.Second})
	w.terminate(w.run(3).InstanceIDs())
	if left := w.alive(); len(left) != 0 {
		t.Errorf("still there: %v", left)
	}
}

func terminatesTwice(t *testing.T, w *world) {
	ids := w.run(2).InstanceIDs()
	w.terminate(ids)
	res, err := w.client.TerminateInstances(w.ctx, "", ids, nil)
	if err != nil || len(res.Unknown) != 0 || len(res.Released)+len(res.Gone) != 2 {
		t.Errorf("the second time: %+v, %v", res, err)
	}
}

// elsewhere is a region of the cloud in which the suite creates nothing.
func (w *world) elsewhere() string { return w.facts.Elsewhere }

// On ENS the region is no part of the call, so no region is wrong.
func terminatesElsewhere(t *testing.T, w *world) {
	ids := w.running(2)
	res, err := w.client.TerminateInstances(w.ctx, w.elsewhere(), ids, &provider.TerminateOptions{Wait: true})
	alive := w.alive()
	switch {
	case slices.Equal(res.Released, ids):
		if err != nil || len(alive) != 0 {
			t.Errorf("reported as released, %v, but %v still exist", err, alive)
		}
	case !errors.Is(err, provider.ErrNotFound) || !slices.Equal(res.Unknown, ids):
		t.Errorf("want ErrNotFound and all of %v unknown, got %+v, %v", ids, res, err)
	case len(alive) != 2:
		t.Errorf("reported as unknown, but only %v exist", alive)
	}
}

func terminatesUnknown(t *testing.T, w *world) {
	ids := w.running(2)
	unknown := w.unknownLike(ids[0])
	res, err := w.client.TerminateInstances(w.ctx, "", []string{ids[0], unknown}, nil)
	w.wantNamed("terminate", err, provider.ErrNotFound, unknown, ids...)
	wantAPIError(t, "terminate", err, provider.ErrNotFound)
	if !slices.Equal(res.Released, ids[:1]) || !slices.Equal(res.Unknown, []string{unknown}) {
		t.Errorf("got %+v, want %s released and %s unknown", res, ids[0], unknown)
	}
	res, err = w.client.TerminateInstances(w.ctx, "", []string{unknown, ids[1]},
		&provider.TerminateOptions{MissingOK: true})
	if err != nil || !slices.Equal(res.Released, ids[1:]) || !slices.Equal(res.Unknown, []string{unknown}) {
		t.Errorf("with MissingOK: %+v, %v", res, err)
	}
}

func terminatesInvisible(t *testing.T, w *world) {
	w.inject(cloudsim.Fault{Kind: cloudsim.LateVisibility, Delay: 10 * time.Minute})
	ids := w.run(3).InstanceIDs()
	res, err := w.client.TerminateInstances(w.ctx, "", ids, nil)
	for _, id := range ids {
		dead := w.phases()[id] == cloudsim.Gone || !slices.Contains(w.alive(), id)
		toldGone := slices.Contains(slices.Concat(res.Released, res.Gone), id)
		if toldGone && !dead {
			t.Errorf("%s runs and is called released: %+v, %v", id, res, err)
		}
	}
	if missing := len(res.Unknown) > 0; missing != errors.Is(err, provider.ErrNotFound) {
		t.Errorf("unknown are %v, and the error is %v", res.Unknown, err)
	}
	time.Sleep(10 * time.Minute)
	w.terminate(ids)
	if left := w.alive(); len(left) != 0 {
		t.Errorf("still there once they were visible: %v", left)
	}
}

func terminatesVanished(t *testing.T, w *world) {
	ids := w.running(3)
	other := w.newClient(w.sim.Transport(), nil)
	if _, err := other.TerminateInstances(w.ctx, "", ids[:2], &provider.TerminateOptions{Wait: true}); err != nil {
		t.Fatal(err)
	}
	time.Sleep(3 * time.Hour) // longer than any recycle bin keeps instances
	res, err := w.client.TerminateInstances(w.ctx, "", ids, nil)
	if err != nil || !slices.Equal(res.Gone, ids[:2]) || !slices.Equal(res.Released, ids[2:]) {
		t.Errorf("got %+v, %v; want %v gone and %v released", res, err, ids[:2], ids[2:])
	}
}

func terminatesBlindly(t *testing.T, w *world) {
	ids := w.running(3)
	w.inject(cloudsim.Fault{Kind: cloudsim.ServerErrorBefore, API: w.facts.Describe})
	res, err := w.client.TerminateInstances(w.ctx, "", ids, nil)
	if err != nil || !slices.Equal(res.Released, ids) {
		t.Errorf("got %+v, %v; want all released", res, err)
	}
	time.Sleep(10 * time.Minute)
	if left := w.alive(); len(left) != 0 {
		t.Errorf("still there: %v", left)
	}
}

func terminatesThoughLost(t *testing.T, w *world) {
	for _, kind := range []cloudsim.FaultKind{cloudsim.ResetAfter, cloudsim.ServerErrorAfter, cloudsim.ResetBefore} {
		ids := w.running(2)
		for _, api := range w.facts.Releases {
			w.inject(cloudsim.Fault{Kind: kind, API: api, Times: 1})
		}
		res, err := w.client.TerminateInstances(w.ctx, "", ids, nil)
		if err != nil || len(res.Released)+len(res.Gone) != 2 {
			t.Errorf("%s: %+v, %v", kind, res, err)
		}
		time.Sleep(10 * time.Minute)
		if left := w.alive(); len(left) != 0 {
			t.Errorf("%s: still there: %v", kind, left)
		}
		w.sim.ClearFaults()
	}
}

func terminatesAroundMissing(t *testing.T, w *world) {
	gone := w.run(1).InstanceIDs()
	w.terminate(gone)
	time.Sleep(2 * time.Minute) // fake time: the instances are no longer new
	op := w.run(3)
	if _, err := op.Wait(w.ctx, nil); err != nil {
		t.Fatal(err)
	}
	w.terminate(append(op.InstanceIDs(), gone...))
	if left := w.alive(); len(left) != 0 {
		t.Errorf("still there: %v", left)
	}
}
