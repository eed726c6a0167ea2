package providertest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

func sweepRules() []rule {
	return []rule{
		{
			"a sweep finds instances that no operation knows",
			"A process that crashed leaves instances that cost money for ever.", sweepFinds,
		},
		{
			"a sweep finds more than a page",
			"A list that ends early leaves instances that cost money for ever.", sweepFindsMany,
		},
		{
			"a sweep with an incomplete list releases nothing",
			"An incomplete list does not prove that an instance is lost.", sweepInDoubt,
		},
	}
}

// owned creates instances with the mark of an owner: tags, or the marker in their names
// that stays when a process dies before it has their IDs.
func (w *world) owned(owner string, n int) *provider.Operation {
	w.t.Helper()
	op, err := w.client.RunInstances(w.ctx, w.spec(n), &provider.RunOptions{Owner: owner, KeepMarker: true})
	if err != nil {
		w.t.Fatal(err)
	}
	return op
}

// canSweep reports whether the driver's instances can be marked.
func (w *world) canSweep() bool {
	return w.client.Limits().NameMarker || w.client.Support().Field("Tags").Param != ""
}

func sweepFinds(t *testing.T, w *world) {
	if !w.canSweep() {
		return
	}
	lost, live := w.owned("suite", 3), w.owned("suite", 2)
	w.owned("suites", 1) // another owner
	w.run(1)
	time.Sleep(16 * time.Minute)
	w.owned("suite", 1) // too young
	o := provider.SweepOptions{Owner: "suite", Live: func(context.Context) ([]string, error) {
		return []string{live.ID()}, nil
	}}
	for _, terminate := range []bool{false, true} {
		o.Terminate = terminate
		found, err := w.client.Sweep(w.ctx, o)
		if err != nil || !slices.Equal(sorted(idsOf(found)), sorted(lost.InstanceIDs())) {
			t.Errorf("found %v, %v, want %v", idsOf(found), err, lost.InstanceIDs())
		}
	}
	time.Sleep(10 * time.Minute)
	if n := len(w.alive()); n != 5 {
		t.Errorf("%d instances exist, want the 5 that are not lost", n)
	}
}

func sweepFindsMany(t *testing.T, w *world) {
	if !w.canSweep() {
		return
	}
	lost := w.owned("suite", w.client.Limits().IDsPerDescribe+7).InstanceIDs()
	time.Sleep(time.Hour)
	found, err := w.client.Sweep(w.ctx, provider.SweepOptions{Owner: "suite", Terminate: true})
	if err != nil || !slices.Equal(idsOf(found), sorted(lost)) {
		t.Errorf("found %d of %d, %v", len(found), len(lost), err)
	}
	time.Sleep(10 * time.Minute)
	if left := w.alive(); len(left) != 0 {
		t.Errorf("%d instances are left", len(left))
	}
}

func sweepInDoubt(t *testing.T, w *world) {
	if !w.canSweep() {
		return
	}
	w.owned("suite", 2)
	time.Sleep(time.Hour)
	w.inject(cloudsim.Fault{Kind: cloudsim.ServerErrorBefore, API: w.facts.Describe})
	found, err := w.client.Sweep(w.ctx, provider.SweepOptions{Owner: "suite", Terminate: true})
	if !errors.Is(err, provider.ErrUnavailable) || len(found) != 0 || len(w.alive()) != 2 {
		t.Errorf("found %d, %v, %d instances left", len(found), err, len(w.alive()))
	}
}

func sorted(ids []string) []string { return slices.Sorted(slices.Values(ids)) }
