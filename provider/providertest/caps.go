package providertest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// capRules are about lists by tags that the cloud cuts off without notice. On clouds
// without a documented cap nothing shows that a list is incomplete.
func capRules() []rule {
	const why = "Instances that a list leaves out without an error are never looked for again."
	rules := []rule{
		{"a list by tags includes instances beyond the cloud's cap", why, listsBeyondCap},
		{"a sweep finds instances beyond the cloud's cap", why, sweepsBeyondCap},
		{
			"a lost create with an owner is found beyond the cloud's cap",
			"Instances that are not found would be created again.", settlesBeyondCap,
		},
	}
	for i := range rules {
		check := rules[i].check
		rules[i].check = func(t *testing.T, w *world) {
			if w.client.Limits().TagFilterCap == 0 {
				return // no documented cap
			}
			check(t, w)
		}
	}
	return rules
}

// beyondCap returns a number of instances that exceeds the cap of a list by tags.
func (w *world) beyondCap() int {
	w.inject(cloudsim.Fault{Kind: cloudsim.ListCap, Count: w.client.Limits().TagFilterCap})
	return w.client.Limits().TagFilterCap + 3
}

// wantCapped checks that a list was really cut off.
func (w *world) wantCapped() {
	w.t.Helper()
	if w.sim.Struck(cloudsim.ListCap) == 0 {
		w.t.Error("no list was cut off: the rule proves nothing")
	}
}

func listsBeyondCap(t *testing.T, w *world) {
	spec := w.spec(w.beyondCap())
	spec.Tags = map[string]string{"team": "a"}
	op, err := w.client.RunInstances(w.ctx, spec, nil)
	if err != nil {
		t.Fatal(err)
	}
	w.run(1)
	time.Sleep(10 * time.Minute) // tags may come late
	got := idsOf(w.describe(provider.Query{Tags: spec.Tags}))
	if !slices.Equal(got, sorted(op.InstanceIDs())) {
		t.Errorf("%d instances bear the tag, the list has %d; missing %v", spec.Count, len(got),
			minus(op.InstanceIDs(), got))
	}
	w.wantCapped()
}

func sweepsBeyondCap(t *testing.T, w *world) {
	lost := w.owned("suite", w.beyondCap()).InstanceIDs()
	live := w.run(2).InstanceIDs()
	time.Sleep(time.Hour)
	found, err := w.client.Sweep(w.ctx, provider.SweepOptions{Owner: "suite", Terminate: true})
	if err != nil || !slices.Equal(idsOf(found), sorted(lost)) {
		t.Errorf("found %d of %d, %v", len(found), len(lost), err)
	}
	time.Sleep(10 * time.Minute)
	w.wantAlive("after the sweep", live...)
	w.wantCapped()
}

// settlesBeyondCap loses the answers of the last creates. Their instances lie beyond
// the cap.
func settlesBeyondCap(t *testing.T, w *world) {
	spec, o := w.spec(w.beyondCap()), provider.RunOptions{Owner: "suite"}
	known := w.client.Limits().TagFilterCap/w.client.Limits().InstancesPerCreate - 1
	w.injectCreates(cloudsim.Fault{Kind: cloudsim.ResetAfter, Skip: known})
	op, err := w.newClient(w.sim.Transport(), &provider.Options{RetryFor: -1}).RunInstances(w.ctx, spec, &o)
	if !errors.Is(err, provider.ErrOutcomeUnknown) {
		t.Fatalf("want ErrOutcomeUnknown, got %v", err)
	}
	before := w.creates()
	time.Sleep(48 * time.Hour)
	again, err := w.resume(w.token(op), &provider.ResumeOptions{Spec: &spec, Run: &o})
	if err != nil {
		t.Errorf("all instances exist: want no error, got %v", err)
	}
	w.wantInHand(again, spec.Count)
	w.wantCreates("all instances exist", before)
	w.wantCapped()
}
