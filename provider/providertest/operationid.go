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

// operationIDRules are about IDs of the caller's own on clouds without client tokens.
// Where there are tokens, the same ID gives the same tokens: see the rule of creates.
func operationIDRules() []rule {
	const why = "A program that crashed and repeats itself must neither pay twice nor touch what another run made."
	rules := []rule{
		{
			"an operation ID without KeepMarker is refused before any call",
			"An ID that is not honoured makes everything twice.", idNeedsMarker,
		},
		{"the same operation ID adopts what an earlier run made", why, idAdopts},
		{"the same operation ID creates only what is missing", why, idCreatesTheRest},
		{"the same operation ID tells what there is beyond", "Somebody pays for it.", idTellsMore},
		{"a failed run releases nothing that an earlier run with its ID made", why, idReleasesOwnOnly},
		{"runs with one ID at the same time never take each other's instances", why, idKeepsApart},
	}
	for i := range rules {
		check := rules[i].check
		rules[i].check = func(t *testing.T, w *world) {
			if !w.marks() {
				return // the client token does it
			}
			check(t, w)
		}
	}
	return rules
}

// named are options for a run with an ID of the caller's own.
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
			t.Errorf("%s is there beside, and the error does not name it: %v", id, err)
		}
	}
	w.wantAlive("after both runs", first.InstanceIDs()...)
}

func idReleasesOwnOnly(t *testing.T, w *world) {
	first := w.create(3, named()).InstanceIDs()
	o := named()
	o.OnFailure = provider.TerminateServers
	w.inject(cloudsim.Fault{Kind: cloudsim.Quota, Skip: 1})
	_, err := w.later(2*w.client.Limits().InstancesPerCreate, o)
	if !errors.Is(err, provider.ErrQuota) {
		t.Errorf("want ErrQuota, got %v", err)
	}
	time.Sleep(10 * time.Minute) // releases take their time
	w.wantAlive("a later run failed and released what it made", first...)
}

// idKeepsApart loses the answer of one of two runs that began before either could see
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
