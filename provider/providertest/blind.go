package providertest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// blindRules are about reads that do not show everything: because of the credentials,
// because rows are left out, or because the answers contradict themselves.
func blindRules() []rule {
	const why = "A list that lacks an instance does not prove that the instance is gone. A second purchase costs money."
	return []rule{
		{"with a key that may not describe, nothing is created twice or released", why, blindKeepsAll},
		{"a key that sees a part of the account keeps the rest", why, halfBlindKeepsAll},
		{
			"the right to describe is checked once",
			"An empty list does not say why it is empty, and calls are few.", blindAsksOnce,
		},
		{
			"with a key that loses its rights after a lost create, nothing is created twice",
			"Instances that the search does not find may still run.", blindBuysNothingTwice,
		},
		{"a key that may not describe still releases", "A cleanup must not depend on a read.", blindReleases},
		{"answers that leave out healthy instances do not fail a wait", why, missingRowsFailNoWait},
		{"answers that contradict themselves do not fail a wait", why, contradictionFailsNoWait},
		{
			"a list that contradicts itself is an error",
			"The instances that it leaves out would be lost without an error.", contradictoryListIsAnError,
		},
		{
			"answers that lack instances do not make an instance look released",
			"That an instance is gone needs proof.", releasesDespiteWrongLists,
		},
	}
}

func blindKeepsAll(_ *testing.T, w *world) {
	eachPolicy(w, func(w *world, o provider.RunOptions) {
		w.inject(cloudsim.Fault{Kind: cloudsim.Blind})
		op := w.create(3, &o)
		ids := op.InstanceIDs()
		_, err := op.Wait(w.ctx, nil)
		w.wantNotVisible(err, ids...)
		if !says(err, "may not see what they created") {
			w.t.Errorf("the error does not suspect the credentials: %v", err)
		}
		w.wantInHand(op, 3)
		w.wantCreates("with a key that may not describe", 1)
		w.wantNoReleases("with a key that may not describe")
		w.sim.ClearFaults()
		if _, err := op.Wait(w.ctx, nil); err != nil {
			w.t.Errorf("with the right to describe: %v", err)
		}
	})
}

func halfBlindKeepsAll(_ *testing.T, w *world) {
	eachPolicy(w, func(w *world, o provider.RunOptions) {
		w.inject(cloudsim.Fault{Kind: cloudsim.Blind, Count: 2})
		op := w.create(5, &o)
		ids := op.InstanceIDs()
		list, err := op.Wait(w.ctx, nil)
		w.wantNotVisible(err, ids[:2]...)
		if len(list) != 3 {
			w.t.Errorf("%d instances run, want the 3 that are shown", len(list))
		}
		w.wantInHand(op, 5)
		w.wantCreates("with a key that sees a part", 1)
		w.wantNoReleases("with a key that sees a part")
	})
}

// Only ECS documents a dry run of its describe; other drivers do not implement it.
func blindAsksOnce(t *testing.T, w *world) {
	_, can := w.client.Driver().(provider.AccessProber)
	if documented := w.facts.ProbesDescribe; can != documented {
		t.Errorf("the driver asks by a dry run: %v, want %v", can, documented)
	}
	wire := &tap{next: w.sim.Transport()}
	w.client = w.newClient(wire, nil)
	w.inject(cloudsim.Fault{Kind: cloudsim.Blind})
	_, err := w.create(3, &provider.RunOptions{KeepMarker: true}).Wait(w.ctx, nil)
	var e *provider.WaitError
	if !errors.As(err, &e) || !e.NothingVisible {
		t.Fatalf("want a WaitError with NothingVisible, got %v", err)
	}
	asked := wire.count(func(r *Wire) bool {
		return strings.HasPrefix(r.Action, "Describe") && r.Params["DryRun"] == "true"
	})
	if want := map[bool]int{true: 1}[can]; asked != want {
		t.Errorf("%d dry runs of the describe, want %d", asked, want)
	}
	if refused := e.Access != nil && errors.Is(err, provider.ErrPermission); refused != can {
		t.Errorf("the refusal of the dry run is in the error: %v, want %v: %v", refused, can, err)
	}
}

// blindBuysNothingTwice loses the answer to a create. The list of the region was not
// empty before, and is empty now.
func blindBuysNothingTwice(t *testing.T, w *world) {
	w.running(1)
	w.describe(provider.Query{})
	remove := w.inject(cloudsim.Fault{Kind: cloudsim.Blind})
	w.injectCreate(cloudsim.Fault{Kind: cloudsim.ResetAfter})
	spec := w.spec(2)
	op, err := w.client.RunInstances(w.ctx, spec, nil)
	if n := len(w.alive()); n != 3 {
		t.Errorf("%d instances run, want the one before and 2", n)
	}
	remove()
	if w.marks() {
		if !errors.Is(err, provider.ErrOutcomeUnknown) || !says(err, "may not see what they created") {
			t.Errorf("want ErrOutcomeUnknown that suspects the credentials, got %v", err)
		}
		op, err = w.resume(w.token(op), &provider.ResumeOptions{Spec: &spec})
	}
	if err != nil {
		t.Errorf("once the key sees again: %v", err)
	}
	if ids := op.InstanceIDs(); len(ids) != 2 {
		t.Errorf("InstanceIDs %v, want both", ids)
	}
}

func blindReleases(t *testing.T, w *world) {
	op := w.create(3, &provider.RunOptions{KeepMarker: true})
	time.Sleep(5 * time.Minute)
	w.inject(cloudsim.Fault{Kind: cloudsim.Blind})
	if _, err := op.Terminate(w.ctx, &provider.TerminateOptions{Wait: true}); err != nil {
		t.Errorf("the cloud accepts every release: want no error, got %v", err)
	}
	time.Sleep(10 * time.Minute) // releases take their time
	w.wantAlive("released by a key that may not describe")
}

// slowly gives instances a boot time of some minutes, so that a wait asks about each
// many times.
func (w *world) slowly() { w.simulate(CloudOptions{Boot: 6 * time.Minute}) }

// missingRowsFailNoWait leaves every instance out of two consecutive answers, again and
// again, after all of them have been seen.
func missingRowsFailNoWait(_ *testing.T, w *world) {
	w.needKinds(cloudsim.Flap)
	eachPolicy(w, func(w *world, o provider.RunOptions) {
		w.slowly()
		op := w.create(4, &o)
		w.describe(provider.Query{})
		for n := range 20 {
			time.AfterFunc(time.Duration(n)*17*time.Second, func() {
				w.inject(cloudsim.Fault{Kind: cloudsim.Flap, Times: 2})
			})
		}
		w.wantAllRun(op, 4)
		if n := w.sim.Struck(cloudsim.Flap); n < 4 {
			w.t.Errorf("%d answers left out instances: the rule proves nothing", n)
		}
	})
}

func contradictionFailsNoWait(_ *testing.T, w *world) {
	eachPolicy(w, func(w *world, o provider.RunOptions) {
		w.slowly()
		op := w.create(4, &o)
		w.describe(provider.Query{})
		for _, f := range []cloudsim.Fault{{Kind: cloudsim.Flap}, {Kind: cloudsim.WrongTotal, Total: 25}} {
			time.AfterFunc(4*time.Minute, w.inject(f)) // no rows, and a total of 25
		}
		w.wantAllRun(op, 4)
		if n := w.sim.Struck(cloudsim.WrongTotal); n < 4 {
			w.t.Errorf("%d answers contradicted themselves: the rule proves nothing", n)
		}
	})
}

// wantAllRun waits for an operation whose instances are all healthy.
func (w *world) wantAllRun(op *provider.Operation, n int) {
	w.t.Helper()
	list, err := op.Wait(w.ctx, nil)
	if err != nil || len(list) != n {
		w.t.Errorf("%d instances run, %v; want %d", len(list), err, n)
	}
	w.wantInHand(op, n)
	w.wantCreates("after the wait", 1)
	w.wantNoReleases("after the wait")
}

func contradictoryListIsAnError(t *testing.T, w *world) {
	w.run(5)
	remove := w.inject(cloudsim.Fault{Kind: cloudsim.WrongTotal, Count: 3, Total: 25})
	var last error
	for _, err := range w.client.DescribeInstances(w.ctx, provider.Query{}) {
		last = err
	}
	if !errors.Is(last, provider.ErrUnavailable) {
		t.Errorf("the answers count 25 instances and show 3: want ErrUnavailable, got %v", last)
	}
	remove()
	w.inject(cloudsim.Fault{Kind: cloudsim.WrongTotal, Count: 3, Total: 25, Times: 2})
	if got := w.describe(provider.Query{}); len(got) != 5 {
		t.Errorf("whole after two bad answers, the list has %d instances, want 5", len(got))
	}
}

func releasesDespiteWrongLists(t *testing.T, w *world) {
	for _, f := range []cloudsim.Fault{
		{Kind: cloudsim.Flap, Times: 2},
		{Kind: cloudsim.WrongTotal, Count: 1, Total: 25, Times: 4},
		{Kind: cloudsim.WrongTotal},
	} {
		ids := w.running(3)
		remove := w.inject(f)
		res, err := w.client.TerminateInstances(w.ctx, "", ids, nil)
		if err != nil || len(res.Released) != 3 {
			t.Errorf("%s: %+v, %v; want all released", f.Kind, res, err)
		}
		remove()
		time.Sleep(10 * time.Minute)
		w.wantAlive(string(f.Kind))
	}
}
