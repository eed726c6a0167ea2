package providertest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
)

func createRules() []rule {
	return []rule{
		{"one instance", "The simplest create must give one instance and its ID.", createsOne},
		{"several instances by one call", "One call must create the whole batch.", createsSeveral},
		{"more instances than one call may ask for", "Count has no limit for the caller.", createsMany},
		{"the names that were asked for", "People and programs find an instance by its name.", namesAreGiven},
		{
			"fifty creates at once",
			"A platform service creates in parallel; every instance must be in an operation.", createsInParallel,
		},
		{"a dry run creates nothing", "A caller that only checks a spec must not be billed.", dryRunMakesNothing},
		{
			"with an invalid spec nothing is sent",
			"The error must list all problems before any call.", invalidSendsNothing,
		},
		{
			"the same operation ID gives the same instances",
			"A program that crashed and starts again must not pay twice.", operationIDIsIdempotent,
		},
	}
}

func createsOne(t *testing.T, w *world) {
	op := w.run(1)
	w.wantExactly(op.InstanceIDs(), 1)
}

func createsSeveral(t *testing.T, w *world) {
	op := w.run(7)
	w.wantExactly(op.InstanceIDs(), 7)
	if n := w.creates(); n != 1 {
		t.Errorf("%d create calls for 7 instances, want 1", n)
	}
}

func createsMany(t *testing.T, w *world) {
	n := w.client.Limits().InstancesPerCreate*2 + 1
	op := w.run(n)
	w.wantExactly(op.InstanceIDs(), n)
	if got := w.creates(); got != 3 {
		t.Errorf("%d create calls for %d instances, want 3", got, n)
	}
}

// namesAreGiven is about clouds whose names carry a marker at first. Numbers continue
// over several creates, in the order of the IDs.
func namesAreGiven(t *testing.T, w *world) {
	if !w.marks() {
		return // the create sends the names: the rules of Fields check them
	}
	n := w.client.Limits().InstancesPerCreate + 2
	spec := w.spec(n)
	spec.Name, spec.UniqueSuffix = "web", w.client.Support().Field("UniqueSuffix").Param != ""
	op, err := w.client.RunInstances(w.ctx, spec, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := op.Wait(w.ctx, nil); err != nil { // many names are given while somebody waits
		t.Fatal(err)
	}
	names := map[string]string{}
	for _, i := range w.sim.Instances() {
		names[i.ID] = i.Name
	}
	for i, id := range op.InstanceIDs() {
		want := "web"
		if spec.UniqueSuffix {
			want = fmt.Sprintf("web%03d", i+1)
		}
		if names[id] != want {
			t.Errorf("instance %d of %d is named %q, want %q", i+1, n, names[id], want)
		}
	}
}

func createsInParallel(t *testing.T, w *world) {
	var mu sync.Mutex
	var ids []string
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			op, err := w.client.RunInstances(w.ctx, w.spec(1), nil)
			if err != nil {
				t.Errorf("one of 50 parallel creates: %v", err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			ids = append(ids, op.InstanceIDs()...)
		})
	}
	wg.Wait()
	w.wantExactly(ids, 50)
}

func dryRunMakesNothing(t *testing.T, w *world) {
	spec := w.spec(2)
	spec.DryRun = true
	op, err := w.client.RunInstances(w.ctx, spec, nil)
	if w.client.Support().Field("DryRun").Param == "" {
		if !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("the cloud has no dry run; want an error that says so, got %v", err)
		}
	} else if err != nil || len(op.InstanceIDs()) != 0 {
		t.Errorf("an approved dry run: want no error and no IDs, got %v", err)
	}
	if n := len(w.alive()); n != 0 {
		t.Errorf("%d instances exist after a dry run", n)
	}
}

func invalidSendsNothing(t *testing.T, w *world) {
	spec := w.spec(-3)
	spec.Billing.Mode = "gratis"
	op, err := w.client.RunInstances(w.ctx, spec, nil)
	var all provider.FieldErrors
	if op != nil || !errors.As(err, &all) || !errors.Is(err, provider.ErrInvalid) {
		t.Fatalf("want FieldErrors and no operation, got %v", err)
	}
	for _, want := range []string{"Count", "-3", "Billing.Mode", "gratis"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not name %q: %v", want, err)
		}
	}
	if n := w.calls(); n != 0 {
		t.Errorf("%d requests reached the cloud, want none", n)
	}
}

func operationIDIsIdempotent(t *testing.T, w *world) {
	if !w.client.Limits().ClientToken {
		return // without tokens the rules of operation IDs apply
	}
	var ids [2][]string
	for i := range ids {
		client := w.newClient(w.sim.Transport(), nil)
		op, err := client.RunInstances(w.ctx, w.spec(3), &provider.RunOptions{OperationID: "job-4711"})
		if err != nil {
			t.Fatalf("run %d: %v", i+1, err)
		}
		ids[i] = op.InstanceIDs()
	}
	if !slices.Equal(ids[0], ids[1]) || len(w.alive()) != 3 {
		t.Errorf("first %v, then %v, %d instances exist; want the same three", ids[0], ids[1], len(w.alive()))
	}
}

// wantExactly checks that there are n IDs without duplicates, and that they are all
// instances of the cloud.
func (w *world) wantExactly(ids []string, n int) {
	w.t.Helper()
	got, have := slices.Sorted(slices.Values(ids)), slices.Sorted(slices.Values(w.alive()))
	if len(got) != n || len(slices.Compact(slices.Clone(got))) != n {
		w.t.Errorf("%d IDs (%d distinct), want %d", len(got), len(slices.Compact(slices.Clone(got))), n)
	}
	if !slices.Equal(got, have) {
		w.t.Errorf("InstanceIDs and the cloud's instances differ\nlost: %v\nunreal: %v", minus(have, got),
			minus(got, have))
	}
}
