package providertest

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

func waitRules() []rule {
	return []rule{
		{"until every instance runs", "An instance that is reported as running must run.", waitsForAll},
		{
			"an instance that dies is reported with the cloud's reason",
			"The others are fine. The caller must know which one is not, and why.", reportsLaunchFailure,
		},
		{
			"a throttled or failing describe does not fail a wait",
			"The instances are fine; only the describe call failed.", survivesBadDescribes,
		},
		{
			"an instance may be invisible at first",
			"Every cloud's describe lags behind its create.", toleratesLateVisibility,
		},
		{
			"an instance that is never shown is reported as not visible, not as dead",
			"If it counted as dead, it would be created again, and would run on and cost money.", tellsInvisible,
		},
		{"waits share describe calls", "The number of calls is limited for each account.", sharesCalls},
		{"a watch reports every change once", "A progress display must be correct and must end.", watches},
	}
}

func waitsForAll(t *testing.T, w *world) {
	op := w.run(12)
	list, err := op.Wait(w.ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, i := range list {
		ids = append(ids, i.ID)
		if i.State != provider.StateRunning {
			t.Errorf("%s is %s (%s)", i.ID, i.State, i.RawState)
		}
	}
	if !slices.Equal(ids, op.InstanceIDs()) {
		t.Errorf("waited for %v, got %v", op.InstanceIDs(), ids)
	}
	for _, i := range w.sim.Instances() {
		if i.Phase != cloudsim.Running {
			t.Errorf("the wait is over, and %s is %s at the cloud", i.ID, i.Phase)
		}
	}
}

func reportsLaunchFailure(t *testing.T, w *world) {
	w.inject(cloudsim.Fault{Kind: cloudsim.LaunchFailure, Count: 1, Message: "reason of the cloud"})
	op := w.run(3)
	start := time.Now()
	list, err := op.Wait(w.ctx, nil)
	var e *provider.WaitError
	var launch *provider.LaunchError
	if !errors.As(err, &e) {
		t.Fatalf("want a WaitError, got %v", err)
	}
	if id := op.InstanceIDs()[0]; w.facts.DropsFailed && len(e.NotVisible) == 1 && e.NotVisible[0].ID == id {
		return // it was gone before any describe showed it: nothing proves that it is dead
	}
	if !errors.As(err, &launch) || !errors.Is(err, provider.ErrLaunchFailed) {
		t.Fatalf("want a WaitError with a LaunchError, got %v", err)
	}
	if len(list) != 2 || len(e.Failed) != 1 || len(e.Pending) != 0 || launch.InstanceID != op.InstanceIDs()[0] {
		t.Errorf("%d run, %d failed, %d pending, failed is %s; want 2, 1, 0, %s", len(list), len(e.Failed),
			len(e.Pending), launch.InstanceID, op.InstanceIDs()[0])
	}
	if w.facts.ShowsReason && !strings.Contains(err.Error(), "reason of the cloud") {
		t.Errorf("the cloud's own reason is lost: %v", err)
	}
	if took := time.Since(start); took > 3*time.Minute {
		t.Errorf("the failure was reported after %v", took)
	}
}

func survivesBadDescribes(t *testing.T, w *world) {
	op := w.run(3)
	w.inject(cloudsim.Fault{API: w.facts.Describe, Kind: cloudsim.Throttle, Times: 2})
	w.inject(cloudsim.Fault{API: w.facts.Describe, Kind: cloudsim.ServerErrorBefore, Skip: 2, Times: 2})
	w.inject(cloudsim.Fault{API: w.facts.Describe, Kind: cloudsim.ResetBefore, Skip: 4, Times: 1})
	w.inject(cloudsim.Fault{API: w.facts.Describe, Kind: cloudsim.Malformed, Skip: 5, Times: 1, Body: "<html>"})
	list, err := op.Wait(w.ctx, nil)
	if err != nil || len(list) != 3 {
		t.Errorf("%d instances run, %v; want 3", len(list), err)
	}
}

func toleratesLateVisibility(t *testing.T, w *world) {
	w.inject(cloudsim.Fault{Kind: cloudsim.LateVisibility, Delay: 40 * time.Second})
	list, err := w.run(3).Wait(w.ctx, nil)
	if err != nil || len(list) != 3 {
		t.Errorf("%d instances run, %v; want 3", len(list), err)
	}
}

func tellsInvisible(t *testing.T, w *world) {
	w.inject(cloudsim.Fault{Kind: cloudsim.LateVisibility, Delay: 24 * time.Hour})
	// An invisible instance cannot be renamed; that would be another error.
	op, err := w.client.RunInstances(w.ctx, w.spec(1), &provider.RunOptions{KeepMarker: true})
	if err != nil {
		t.Fatal(err)
	}
	_, err = op.Wait(w.ctx, nil)
	var e *provider.WaitError
	if !errors.As(err, &e) || len(e.NotVisible) != 1 || e.NotVisible[0].ID != op.InstanceIDs()[0] {
		t.Errorf("want a WaitError with %v in NotVisible, got %v", op.InstanceIDs(), err)
	}
	if errors.Is(err, provider.ErrLaunchFailed) || !errors.Is(err, provider.ErrNotFound) {
		t.Errorf("want ErrNotFound and not ErrLaunchFailed, got %v", err)
	}
}

func sharesCalls(t *testing.T, w *world) {
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := w.run(2).Wait(w.ctx, nil); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := w.sim.Calls(w.facts.Describe); n > 20 {
		t.Errorf("20 waits for 2 instances each took %d describe calls, want them shared", n)
	}
}

func watches(t *testing.T, w *world) {
	op := w.run(4)
	running := map[string]int{}
	for e, err := range op.Watch(w.ctx) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Instance.State == provider.StateRunning {
			running[e.Instance.ID]++
		}
	}
	for _, id := range op.InstanceIDs() {
		if running[id] != 1 {
			t.Errorf("%s was reported running %d times, want once", id, running[id])
		}
	}
	op.Watch(w.ctx)(func(provider.Event, error) bool {
		return false // ends the watch; synctest would report a goroutine that is left
	})
}
