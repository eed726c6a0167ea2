package providertest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// fallbackRules are about alternatives, for drivers whose harness has one.
func fallbackRules(h Harness) []rule {
	rules := []rule{
		{"a failed operation releases what it made, and nothing else", "Half a cluster costs money and does nothing.", failureReleases},
	}
	if h.Alternative == (provider.Alternative{}) {
		return rules
	}
	return append(rules, []rule{
		{"what is out of stock comes from the next alternative", "Servers are needed more than a certain type.", fallsBack},
		{"only what is missing is asked of the next alternative", "Nobody asked for more servers.", fallsBackForTheRest},
		{"a server that fails to launch is replaced", "Stock also runs out after a create was accepted.", fallsBackLate},
		{"quota stops at once", "The next alternative would meet it again.", fallsBackForStockOnly},
		{"no stock anywhere is one error that names each alternative", "Somebody has to decide what to order instead.", fallsBackInVain},
	}...)
}

// fallback creates n servers with the harness's alternative.
func (w *world) fallback(n int) (*provider.Operation, error) {
	return w.client.RunInstances(w.ctx, w.spec(n), &provider.RunOptions{Alternatives: []provider.Alternative{w.Alternative}})
}

// types counts the servers that exist by machine type.
func (w *world) types() map[string]int {
	types := map[string]int{}
	for _, i := range w.sim.Instances(w.Cloud) {
		if i.Phase != cloudsim.Failed {
			types[i.InstanceType]++
		}
	}
	return types
}

func fallsBack(t *testing.T, w *world) {
	w.inject(cloudsim.Fault{Kind: cloudsim.NoStock, Times: 1})
	op, err := w.fallback(3)
	if err != nil {
		t.Fatal(err)
	}
	w.wantExactly(op.InstanceIDs(), 3)
	if w.types()[w.Alternative.InstanceType] != 3 || w.creates() != 2 {
		t.Errorf("%v after %d create calls", w.types(), w.creates())
	}
}

func fallsBackForTheRest(t *testing.T, w *world) {
	if w.marks() {
		return // such clouds make all of a create or nothing, as far as they document
	}
	w.injectCreate(cloudsim.Fault{Kind: cloudsim.Partial, Count: 2})
	op, err := w.fallback(5)
	if !w.client.Limits().PartialCreates { // the cloud breaks its own rule: all or nothing
		if !errors.Is(err, provider.ErrOutcomeUnknown) {
			t.Errorf("got %v, want ErrOutcomeUnknown", err)
		}
		w.wantExactly(op.InstanceIDs(), 2)
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	w.wantExactly(op.InstanceIDs(), 5)
	if types := w.types(); types[w.Spec.InstanceType] != 2 || types[w.Alternative.InstanceType] != 3 {
		t.Errorf("%v, want 2 and 3", types)
	}
}

func fallsBackLate(t *testing.T, w *world) {
	w.injectCreate(cloudsim.Fault{Kind: cloudsim.LaunchFailure, Count: 1})
	op, err := w.fallback(3)
	if err != nil {
		t.Fatal(err)
	}
	w.describe(provider.Query{}) // what was never seen is not known to have died
	list, err := op.Wait(w.ctx, nil)
	if err != nil || len(list) != 3 || len(op.InstanceIDs()) != 3 {
		t.Errorf("%d of %d servers run, %v", len(list), len(op.InstanceIDs()), err)
	}
	if types := w.types(); types[w.Spec.InstanceType] != 2 || types[w.Alternative.InstanceType] != 1 {
		t.Errorf("%v, want 2 and 1", types)
	}
}

func fallsBackForStockOnly(t *testing.T, w *world) {
	for _, f := range []struct {
		kind cloudsim.FaultKind
		want error
	}{{cloudsim.Quota, provider.ErrQuota}, {cloudsim.Balance, provider.ErrBalance}} {
		remove := w.inject(cloudsim.Fault{Kind: f.kind})
		before := w.creates()
		if _, err := w.fallback(2); !errors.Is(err, f.want) || w.creates() != before+1 || len(w.alive()) != 0 {
			t.Errorf("%v after %d create calls", err, w.creates()-before)
		}
		remove()
	}
}

func fallsBackInVain(t *testing.T, w *world) {
	w.inject(cloudsim.Fault{Kind: cloudsim.NoStock})
	for _, asked := range []int{2, 0} { // a moment later nothing is asked any more
		before := w.creates()
		_, err := w.fallback(2)
		var e *provider.RunError
		if !errors.Is(err, provider.ErrNoStock) || !errors.As(err, &e) || len(e.Tried) != 2 || w.creates() != before+asked {
			t.Errorf("after %d create calls, want %d: %v", w.creates()-before, asked, err)
		}
	}
}

// failureReleases has a second create refused: the servers of the first go, and
// those of another operation stay.
func failureReleases(t *testing.T, w *world) {
	other := w.run(2).InstanceIDs()
	time.Sleep(2 * time.Minute)
	w.inject(cloudsim.Fault{Kind: cloudsim.Quota, Skip: 1})
	spec := w.spec(w.client.Limits().InstancesPerCreate + 1)
	op, err := w.client.RunInstances(w.ctx, spec, &provider.RunOptions{OnFailure: provider.TerminateServers})
	var e *provider.RunError
	if !errors.Is(err, provider.ErrQuota) || !errors.As(err, &e) || len(e.Released) == 0 || len(op.InstanceIDs()) != 0 {
		t.Fatalf("%d servers are left, %v", len(op.InstanceIDs()), err)
	}
	time.Sleep(10 * time.Minute) // releases take their time
	if alive := w.alive(); !slices.Equal(alive, other) {
		t.Errorf("%d servers exist, want the %d of the other operation", len(alive), len(other))
	}
}
