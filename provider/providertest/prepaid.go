package providertest

import (
	"slices"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// prepaidRules are for clouds that release prepaid instances before their time is over:
// those with a [Harness.Prepaid].
func prepaidRules(h Harness) []rule {
	if h.Prepaid == nil {
		return nil
	}
	return []rule{
		{"prepaid instances", "An instance in a recycle bin still holds its addresses and its disks.", releasesPrepaid},
		{
			"prepaid instances and others by one request",
			"The caller need not know the billing mode of an instance.", releasesMixed,
		},
		{"prepaid instances twice", "A cleanup that is repeated must not fail.", releasesPrepaidTwice},
		{
			"prepaid instances beside a bad ID",
			"One stale ID must not leave other instances in the recycle bin.", releasesPrepaidAroundMissing,
		},
		{
			"a throttled release of prepaid instances",
			"The call was not executed; the client repeats it.", releasesPrepaidThrottled,
		},
	}
}

// prepaid creates n prepaid instances and waits until they run.
func (w *world) prepaid(n int) []string {
	w.t.Helper()
	spec := clone(w.Prepaid)
	spec.Count = n
	op, err := w.client.RunInstances(w.ctx, spec, nil)
	if err != nil {
		w.t.Fatalf("creating %d prepaid instances: %v", n, err)
	}
	list, err := op.Wait(w.ctx, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, i := range list {
		if i.Billing != provider.Prepaid {
			w.t.Fatalf("%s is %q: Harness.Prepaid makes no prepaid instances", i.ID, i.Billing)
		}
	}
	return op.InstanceIDs()
}

// wantGone checks that no instance is left, also in a recycle bin, after releases have
// had their time.
func (w *world) wantGone(ids ...string) {
	w.t.Helper()
	time.Sleep(time.Minute)
	for id, phase := range w.phases() {
		if phase != cloudsim.Gone && slices.Contains(ids, id) {
			w.t.Errorf("%s is still %s at the cloud", id, phase)
		}
	}
}

func releasesPrepaid(_ *testing.T, w *world) {
	ids := w.prepaid(3)
	w.terminate(ids)
	w.wantGone(ids...)
}

func releasesMixed(_ *testing.T, w *world) {
	ids := append(w.prepaid(2), w.running(2)...)
	w.terminate(ids)
	w.wantGone(ids...)
}

func releasesPrepaidTwice(_ *testing.T, w *world) {
	ids := w.prepaid(2)
	w.terminate(ids[:1])
	w.terminate(ids)
	w.terminate(ids)
	w.wantGone(ids...)
}

func releasesPrepaidAroundMissing(_ *testing.T, w *world) {
	ids := w.prepaid(3)
	unknown := w.unknownLike(ids[0])
	res, err := w.client.TerminateInstances(w.ctx, "", []string{ids[0], unknown, ids[1]},
		&provider.TerminateOptions{Wait: true})
	w.wantNamed("terminate", err, provider.ErrNotFound, unknown, ids...)
	if !slices.Equal(res.Released, ids[:2]) || !slices.Equal(res.Unknown, []string{unknown}) {
		w.t.Errorf("released %v, unknown %v; want %v and %s", res.Released, res.Unknown, ids[:2], unknown)
	}
	w.wantGone(ids[:2]...)
	w.wantPhase("not named", cloudsim.Running, ids[2])
}

func releasesPrepaidThrottled(_ *testing.T, w *world) {
	ids := w.prepaid(2)
	w.inject(cloudsim.Fault{Kind: cloudsim.Throttle, Times: 2})
	for _, api := range w.facts.Releases {
		w.inject(cloudsim.Fault{Kind: cloudsim.Throttle, API: api, Skip: 2, Times: 2})
	}
	w.terminate(ids)
	w.wantGone(ids...)
}
