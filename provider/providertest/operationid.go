package providertest

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// operationIDRules are about the caller's own operation IDs on clouds without client
// tokens. On clouds with tokens, the same ID gives the same tokens: see createRules.
func operationIDRules() []rule {
	const why = "A program that starts again after a crash must not pay twice or touch instances of another run."
	rules := []rule{
		{
			"an operation ID without KeepMarker is refused before any call",
			"If the ID has no effect, all instances are created twice.", idNeedsMarker,
		},
		{"the same operation ID adopts the instances of an earlier run", why, idAdopts},
		{"the same operation ID creates only the missing instances", why, idCreatesTheRest},
		{"the same operation ID reports surplus instances", "They cost money.", idTellsMore},
		{"a failed run releases no instance of an earlier run with its ID", why, idReleasesOwnOnly},
		{"parallel runs with one ID never take each other's instances", why, idKeepsApart},
	}
	for i := range rules {
		check := rules[i].check
		rules[i].check = func(t *testing.T, w *world) {
			if !w.marks() {
				return // the client token keeps this promise
			}
			check(t, w)
		}
	}
	return rules
}

// named returns options for a run with the caller's own operation ID.
func named() *provider.RunOptions {
	return &provider.RunOptions{OperationID: "job-4711", KeepMarker: true}
}

// later runs a spec for n instances in another process, once everything is visible.
func (w *world) later(n int, o *provider.RunOptions) (*provider.Operation, error) {
	time.Sleep(5 * time.Minute)
	return w.newClient(w.sim.Transport(), nil).RunInstances(w.ctx, w.spec(n), o)
}

func idNeedsMarker(t *testing.T, w *world) {
	_, err := w.client.RunInstances(w.ctx, w.spec(3), &provider.RunOptions{OperationID: "job-4711"})
	var f provider.FieldErrors
	if !errors.As(err, &f) || !says(err, "OperationID") || !says(err, "KeepMarker") {
		t.Errorf("want FieldErrors that name OperationID and KeepMarker, got %v", err)
	}
	if n := w.calls(); n != 0 {
		t.Errorf("%d requests reached the cloud, want none", n)
	}
}

func idAdopts(t *testing.T, w *world) {
	first := w.create(3, named())
	second, err := w.later(3, named())
	if err != nil || !slices.Equal(sorted(second.InstanceIDs()), sorted(first.InstanceIDs())) {
		t.Errorf("the second run has %v, %v; want %v", second.InstanceIDs(), err, first.InstanceIDs())
	}
	w.wantAlive("after both runs", first.InstanceIDs()...)
	w.wantCreates("after both runs", 1)
}

func idCreatesTheRest(t *testing.T, w *world) {
	first := w.create(3, named())
	second, err := w.later(5, named())
	if err != nil {
		t.Errorf("the second run: %v", err)
	}
	w.wantInHand(second, 5)
	if lost := minus(first.InstanceIDs(), second.InstanceIDs()); len(lost) > 0 {
		t.Errorf("%v of the first run were not adopted", lost)
	}
}

func idTellsMore(t *testing.T, w *world) {
	first := w.create(3, named())
	second, err := w.later(2, named())
	if ids := second.InstanceIDs(); len(ids) != 2 || len(minus(ids, first.InstanceIDs())) > 0 {
		t.Errorf("the second run has %v, want 2 of %v", ids, first.InstanceIDs())
	}
	for _, id := range minus(first.InstanceIDs(), second.InstanceIDs()) {
		if !says(err, id) {
			t.Errorf("%s exists too, but the error does not name it: %v", id, err)
		}
	}
	w.wantAlive("after both runs", first.InstanceIDs()...)
}

func idReleasesOwnOnly(t *testing.T, w *world) {
	first := w.create(3, named()).InstanceIDs()
	o := named()
	o.OnFailure = provider.TerminateOnFailure
	w.inject(cloudsim.Fault{Kind: cloudsim.Quota, Skip: 1})
	_, err := w.later(2*w.client.Limits().InstancesPerCreate, o)
	if !errors.Is(err, provider.ErrQuota) {
		t.Errorf("want ErrQuota, got %v", err)
	}
	time.Sleep(10 * time.Minute) // releases take their time
	w.wantAlive("after a later run failed and released its instances", first...)
}

// idKeepsApart loses the answer of one of two runs. Both began before either could see
// the other's instances.
func idKeepsApart(t *testing.T, w *world) {
	w.injectCreate(cloudsim.Fault{Kind: cloudsim.ResetAfter})
	w.injectCreates(cloudsim.Fault{Kind: cloudsim.LateVisibility, Delay: 20 * time.Second})
	var ids [2][]string
	var runs sync.WaitGroup
	for i := range ids {
		runs.Go(func() {
			op, err := w.newClient(w.sim.Transport(), nil).RunInstances(w.ctx, w.spec(3), named())
			if err != nil {
				t.Errorf("run %d: %v", i+1, err)
			}
			ids[i] = op.InstanceIDs()
		})
	}
	runs.Wait()
	for _, id := range ids[0] {
		if slices.Contains(ids[1], id) {
			t.Errorf("both runs have %s", id)
		}
	}
	w.wantExactly(slices.Concat(ids[0], ids[1]), 6)
}
