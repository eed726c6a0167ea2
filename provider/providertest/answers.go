package providertest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// answerRules are about creates whose answers name fewer, more or other instances than
// were made.
func answerRules() []rule {
	const (
		few  = "Instances that an answer left out run, and nobody would look for them."
		many = "An instance of somebody else must not die for an answer that names it."
	)
	return []rule{
		{"an answer that names too few is asked for again", few, shortOnce(0)},
		{"an answer that names too few, though fewer would do, is asked for again", few, shortOnce(1)},
		{"an answer that names no instance is no create of none", few, namesNobody},
		{"answers that go on naming too few leave the outcome open until Resume knows", few, shortForEver},
		{"IDs of an answer that ended early are kept", few, keepsCutIDs},
		{"answers that go on ending early leave the outcome open until Resume knows", few, cutForEver},
		{"one ID too many is told, and all that were made are in hand", many, longOnce},
		{"one ID too many in every answer releases nobody else's instance", many, longForEver},
		{"one ID too many, and a failed operation, release nobody else's instance", many, longAndFailed},
		{"another's ID, and a failed operation, release nobody else's instance", many, foreignAndFailed},
		{"ending an operation releases nobody else's instance", many, endsForeign},
		{
			"IDs that belong to nothing are told",
			"They must neither hide the instances that run nor look released.", longInvented,
		},
	}
}

// shortOnce makes a rule: of a create whose first answer names two of four, all four
// are in hand. Least is MinCount.
func shortOnce(least int) func(*testing.T, *world) {
	return func(_ *testing.T, w *world) {
		if least > 0 && w.client.Support().Field("MinCount").Param == "" {
			return // the cloud makes all or nothing, and the spec cannot say otherwise
		}
		spec := w.spec(4)
		spec.MinCount = least
		w.injectCreate(cloudsim.Fault{Kind: cloudsim.ShortList, Count: 2})
		w.wantWhole(&spec)
	}
}

// wantWhole creates what a spec asks for, and wants all of it and nothing more.
func (w *world) wantWhole(spec *provider.RunInstancesSpec) {
	w.t.Helper()
	op, err := w.client.RunInstances(w.ctx, *spec, nil)
	if err != nil {
		w.t.Errorf("what became of the create can be found out, got %v", err)
	}
	w.wantInHand(op, spec.Count)
	w.wantNames(spec)
	if w.marks() {
		w.wantCreates("its instances can be found", 1)
	}
}

func namesNobody(_ *testing.T, w *world) {
	w.injectCreate(cloudsim.Fault{Kind: cloudsim.ShortList})
	spec := w.spec(4)
	w.wantWhole(&spec)
}

func shortForEver(_ *testing.T, w *world) {
	w.openUntilResumed(cloudsim.Fault{Kind: cloudsim.ShortList, Count: 2}, 2)
}

func keepsCutIDs(_ *testing.T, w *world) {
	w.injectCreate(cloudsim.Fault{Kind: cloudsim.CutBody})
	spec := w.spec(4)
	w.wantWhole(&spec)
}

func cutForEver(_ *testing.T, w *world) {
	w.openUntilResumed(cloudsim.Fault{Kind: cloudsim.CutBody}, 2)
}

// openUntilResumed creates four instances under a fault that never ends and of which
// answers name a few. With a token the outcome stays open, and Resume in another
// process, once the fault is over, has all. With a marker they are found.
func (w *world) openUntilResumed(f cloudsim.Fault, named int) {
	w.t.Helper()
	remove := w.injectCreates(f)
	spec := w.spec(4)
	if w.marks() {
		w.wantWhole(&spec)
		return
	}
	op, err := w.client.RunInstances(w.ctx, spec, nil)
	if !errors.Is(err, provider.ErrOutcomeUnknown) || !says(err, "resume it; do not create again") {
		w.t.Errorf("want ErrOutcomeUnknown and what to do, got %v", err)
	}
	if ids := op.InstanceIDs(); len(ids) != named || len(minus(ids, w.alive())) > 0 {
		w.t.Errorf("in hand are %v, want %d of %v", ids, named, w.alive())
	}
	token := w.token(op)
	_, err = w.resume(token, &provider.ResumeOptions{Spec: &spec})
	if !errors.Is(err, provider.ErrOutcomeUnknown) {
		w.t.Errorf("resumed while nothing has changed: want ErrOutcomeUnknown, got %v", err)
	}
	remove()
	again, err := w.resume(token, &provider.ResumeOptions{Spec: &spec})
	if err != nil {
		w.t.Errorf("resumed when answers are whole: %v", err)
	}
	w.wantInHand(again, 4)
}

// others creates instances of another operation, long ago.
func (w *world) others(n int) []string {
	ids := w.running(n)
	time.Sleep(time.Hour)
	return ids
}

// doubtful returns the instances of an error that may not be the operation's.
func doubtful(err error) []string {
	var e *provider.RunError
	if !errors.As(err, &e) {
		return nil
	}
	return e.Doubtful
}

func longOnce(t *testing.T, w *world) {
	others := w.others(1)
	w.injectCreate(cloudsim.Fault{Kind: cloudsim.LongList})
	o := provider.RunOptions{OnFailure: provider.TerminateServers, KeepMarker: true}
	op, err := w.client.RunInstances(w.ctx, w.spec(3), &o)
	if !slices.Equal(doubtful(err), others) || errors.Is(err, provider.ErrOutcomeUnknown) {
		t.Errorf("want an error that doubts %v and leaves nothing open, got %v", others, err)
	}
	w.wantInHand(op, 4) // the other's too: nobody knows whose it is
	w.wantNoReleases("after an answer that cannot be true")
}

func longForEver(t *testing.T, w *world) {
	others := w.others(1)
	w.injectCreates(cloudsim.Fault{Kind: cloudsim.LongList})
	o := provider.RunOptions{OnFailure: provider.TerminateServers, KeepMarker: true}
	op, err := w.client.RunInstances(w.ctx, w.spec(3), &o)
	if len(minus(others, doubtful(err))) > 0 {
		t.Errorf("want an error that doubts %v, got %v", others, err)
	}
	if open := errors.Is(err, provider.ErrOutcomeUnknown); open == w.marks() {
		t.Errorf("only a marker tells which instances were made, and the error is %v", err)
	}
	w.wantInHand(op, 4)
	w.wantNoReleases("while every answer names one too many")
}

// failing creates instances by two calls of equal size, of which the second that comes is refused.
// The first is struck by a fault. It returns those that the first has made, too.
func (w *world) failing(f cloudsim.Fault) (op *provider.Operation, made []string, err error) {
	w.t.Helper()
	before := w.alive()
	w.injectCreate(f)
	w.injectCreates(cloudsim.Fault{Kind: cloudsim.Quota, Skip: 1})
	spec := w.spec(2 * w.client.Limits().InstancesPerCreate)
	o := provider.RunOptions{OnFailure: provider.TerminateServers, KeepMarker: true}
	op, err = w.client.RunInstances(w.ctx, spec, &o)
	if !errors.Is(err, provider.ErrQuota) {
		w.t.Errorf("want ErrQuota, got %v", err)
	}
	for _, i := range w.sim.Everything(w.Cloud) {
		made = append(made, i.ID)
	}
	time.Sleep(10 * time.Minute) // releases take their time
	return op, minus(made, before), err
}

// wantOthersAlive checks that nobody else's instance died, and that every instance of
// the operation was released or is in hand, where an error tells of it.
func (w *world) wantOthersAlive(op *provider.Operation, others, made []string, err error) {
	w.t.Helper()
	alive := w.alive()
	if dead := minus(others, alive); len(dead) > 0 {
		w.t.Errorf("instances of another operation are gone: %v", dead)
	}
	for _, id := range made {
		if slices.Contains(alive, id) && !slices.Contains(op.InstanceIDs(), id) {
			w.t.Errorf("%s was made and runs, and is not in hand", id)
		}
	}
	if len(alive) > len(others) && err == nil {
		w.t.Errorf("%d instances beside the others' run, and no error says so", len(alive)-len(others))
	}
}

func longAndFailed(_ *testing.T, w *world) {
	others := w.others(1)
	op, made, err := w.failing(cloudsim.Fault{Kind: cloudsim.LongList})
	w.wantOthersAlive(op, others, made, err)
	if len(minus(others, doubtful(err))) > 0 {
		w.t.Errorf("want an error that doubts %v, got %v", others, err)
	}
}

// foreignAndFailed is about an answer that nothing contradicts: it names as many as
// were asked for. What it leaves out no driver can know.
func foreignAndFailed(_ *testing.T, w *world) {
	others := w.others(1)
	op, _, err := w.failing(cloudsim.Fault{Kind: cloudsim.ForeignList})
	w.wantOthersAlive(op, others, nil, err)
	if !says(err, others[0]) {
		w.t.Errorf("the error does not name %s, which was not released: %v", others[0], err)
	}
	if left := op.InstanceIDs(); !slices.Equal(left, others) {
		w.t.Errorf("in hand are %v, want %v only: the rest is released", left, others)
	}
}

func endsForeign(t *testing.T, w *world) {
	others := w.others(2)
	for _, f := range []cloudsim.Fault{{Kind: cloudsim.LongList, Count: 2}, {Kind: cloudsim.ForeignList}} {
		w.injectCreate(f)
		op, _ := w.client.RunInstances(w.ctx, w.spec(3), &provider.RunOptions{KeepMarker: true})
		time.Sleep(2 * time.Minute)
		_, err := op.Terminate(w.ctx, &provider.TerminateOptions{Wait: true})
		w.wantOthersAlive(op, others, nil, err)
		for _, id := range op.InstanceIDs() {
			if !says(err, id) {
				t.Errorf("%s: %s is left, and the error does not name it: %v", f.Kind, id, err)
			}
		}
	}
}

func longInvented(t *testing.T, w *world) {
	w.injectCreate(cloudsim.Fault{Kind: cloudsim.LongList, Invented: true})
	op, err := w.client.RunInstances(w.ctx, w.spec(3), &provider.RunOptions{KeepMarker: true})
	unreal := minus(op.InstanceIDs(), w.alive())
	if !slices.Equal(doubtful(err), unreal) || len(unreal) != 1 {
		t.Fatalf("want an error that doubts %v, got %v", unreal, err)
	}
	if lost := minus(w.alive(), op.InstanceIDs()); len(lost) > 0 {
		t.Errorf("%v run and are not in hand", lost)
	}
	list, err := op.Wait(w.ctx, nil)
	if len(list) != 3 || !says(err, unreal[0]) {
		t.Errorf("%d instances run, and the error does not name %v: %v", len(list), unreal, err)
	}
}
