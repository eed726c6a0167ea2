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
		{
			"a failed operation releases its own instances and no others",
			"Half a cluster costs money and is of no use.", failureReleases,
		},
	}
	if h.Alternative == (provider.Alternative{}) {
		return rules
	}
	return append(rules, []rule{
		{
			"if a type is out of stock, the next alternative is used",
			"The caller needs instances more than a certain type.", fallsBack,
		},
		{
			"the next alternative is asked for the missing instances only",
			"The caller did not ask for more instances.", fallsBackForTheRest,
		},
		{
			"an instance that fails to launch is replaced",
			"Stock also runs out after a create was accepted.", fallsBackLate,
		},
		{
			"exceeded quota ends the create at once",
			"The next alternative would meet the same limit.", fallsBackForStockOnly,
		},
		{
			"no stock anywhere is one error that names each alternative",
			"The caller has to decide what to order instead.", fallsBackInVain,
		},
	}...)
}

// fallback creates n instances with the harness's alternative.
func (w *world) fallback(n int) (*provider.Operation, error) {
	return w.client.RunInstances(w.ctx, w.spec(n),
		&provider.RunOptions{Alternatives: []provider.Alternative{w.Alternative}})
}

// types counts the instances that exist by instance type.
func (w *world) types() map[string]int {
	types := map[string]int{}
	for _, i := range w.sim.Instances() {
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
		return // such clouds create all instances of a call or none, by their documents
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
	w.describe(provider.Query{}) // an instance that was never seen cannot be known to have died
	list, err := op.Wait(w.ctx, nil)
	if err != nil || len(list) != 3 || len(op.InstanceIDs()) != 3 {
		t.Errorf("%d of %d instances run, %v", len(list), len(op.InstanceIDs()), err)
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
		_, err := w.fallback(2)
		if !errors.Is(err, f.want) {
			t.Errorf("got error %v, want %v", err, f.want)
		}
		if n := w.creates() - before; n != 1 {
			t.Errorf("%d create calls, want 1", n)
		}
		if alive := w.alive(); len(alive) != 0 {
			t.Errorf("instances that exist: got %v, want none", alive)
		}
		remove()
	}
}

func fallsBackInVain(t *testing.T, w *world) {
	w.inject(cloudsim.Fault{Kind: cloudsim.NoStock})
	for _, asked := range []int{2, 0} { // the second create comes while the lack of stock is remembered
		before := w.creates()
		_, err := w.fallback(2)
		var e *provider.RunError
		if !errors.Is(err, provider.ErrNoStock) || !errors.As(err, &e) || len(e.Tried) != 2 ||
			w.creates() != before+asked {
			t.Errorf("after %d create calls, want %d: %v", w.creates()-before, asked, err)
		}
	}
}

// failureReleases lets the cloud refuse a second create. The instances of the first are
// released, and those of another operation stay.
func failureReleases(t *testing.T, w *world) {
	other := w.run(2).InstanceIDs()
	time.Sleep(2 * time.Minute)
	w.inject(cloudsim.Fault{Kind: cloudsim.Quota, Skip: 1})
	spec := w.spec(w.client.Limits().InstancesPerCreate + 1)
	op, err := w.client.RunInstances(w.ctx, spec, &provider.RunOptions{OnFailure: provider.TerminateOnFailure})
	var e *provider.RunError
	if !errors.Is(err, provider.ErrQuota) || !errors.As(err, &e) || len(e.Released) == 0 || len(op.InstanceIDs()) != 0 {
		t.Fatalf("%d instances are left, %v", len(op.InstanceIDs()), err)
	}
	time.Sleep(10 * time.Minute) // releases take their time
	if alive := w.alive(); !slices.Equal(alive, other) {
		t.Errorf("%d instances exist, want the %d of the other operation", len(alive), len(other))
	}
}
