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
// the create made.
func answerRules() []rule {
	const (
		few  = "Instances that an answer left out run, and no caller would look for them."
		many = "An instance of another operation must not die because an answer names it."
	)
	return []rule{
		{"an answer that names too few is asked for again", few, shortOnce(0)},
		{"an answer that names too few, but at least MinCount, is asked for again", few, shortOnce(1)},
		{"an answer without instances does not prove that none was created", few, namesNoInstance},
		{"if all answers name too few, the outcome stays open until Resume finds out", few, shortForEver},
		{"IDs of an answer that ended early are kept", few, keepsCutIDs},
		{"if all answers end early, the outcome stays open until Resume finds out", few, cutForEver},
		{"one ID too many is reported, and the operation has all instances that were created", many, longOnce},
		{"one ID too many in every answer releases no instance of another operation", many, longForEver},
		{"one ID too many in a failed operation releases no instance of another operation", many, longAndFailed},
		{"an ID of another operation in a failed operation is not released", many, foreignAndFailed},
		{"terminating an operation releases no instance of another operation", many, endsForeign},
		{
			"IDs that belong to no instance are reported",
			"They must neither hide running instances nor look released.", longInvented,
		},
	}
}

// shortOnce returns a rule: the first answer to a create names two of four instances,
// and the operation must still get all four. Least is MinCount.
func shortOnce(least int) func(*testing.T, *world) {
	return func(_ *testing.T, w *world) {
		if least > 0 && w.client.Support().Field("MinCount").Param == "" {
			return // the cloud creates all or nothing, and the spec cannot change that
		}
		spec := w.spec(4)
		spec.MinCount = least
		w.injectCreate(cloudsim.Fault{Kind: cloudsim.ShortList, Count: 2})
		w.wantWhole(&spec)
	}
}

// wantWhole creates the instances of a spec and checks that exactly these exist.
func (w *world) wantWhole(spec *provider.RunInstancesSpec) {
	w.t.Helper()
	op, err := w.client.RunInstances(w.ctx, *spec, nil)
	if err != nil {
		w.t.Errorf("the outcome of the create can be found out: want no error, got %v", err)
	}
	w.wantInHand(op, spec.Count)
	w.wantNames(spec)
	if w.marks() {
		w.wantCreates("its instances can be found", 1)
	}
}

func namesNoInstance(_ *testing.T, w *world) {
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

// openUntilResumed creates four instances under a fault that never ends; answers name
// only some of them. With a token the outcome stays open. After the fault has ended,
// Resume in another process gets all four. With a marker they are found.
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
		w.t.Errorf("want ErrOutcomeUnknown and the next step, got %v", err)
	}
	if ids := op.InstanceIDs(); len(ids) != named || len(minus(ids, w.alive())) > 0 {
		w.t.Errorf("InstanceIDs %v, want %d of %v", ids, named, w.alive())
	}
	token := w.token(op)
	_, err = w.resume(token, &provider.ResumeOptions{Spec: &spec})
	if !errors.Is(err, provider.ErrOutcomeUnknown) {
		w.t.Errorf("resumed under the same fault: want ErrOutcomeUnknown, got %v", err)
	}
	remove()
	again, err := w.resume(token, &provider.ResumeOptions{Spec: &spec})
	if err != nil {
		w.t.Errorf("resumed when answers are complete: %v", err)
	}
	w.wantInHand(again, 4)
}

// others creates instances of another operation, long ago.
func (w *world) others(n int) []string {
	ids := w.running(n)
	time.Sleep(time.Hour)
	return ids
}

// doubtful returns an error's list of instances that may belong to another operation.
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
	o := provider.RunOptions{OnFailure: provider.TerminateOnFailure, KeepMarker: true}
	op, err := w.client.RunInstances(w.ctx, w.spec(3), &o)
	if !slices.Equal(doubtful(err), others) || errors.Is(err, provider.ErrOutcomeUnknown) {
		t.Errorf("want an error that doubts %v and leaves nothing open, got %v", others, err)
	}
	w.wantInHand(op, 4) // also the foreign one: it is not known whose it is
	w.wantNoReleases("after a contradictory answer")
}

func longForEver(t *testing.T, w *world) {
	others := w.others(1)
	w.injectCreates(cloudsim.Fault{Kind: cloudsim.LongList})
	o := provider.RunOptions{OnFailure: provider.TerminateOnFailure, KeepMarker: true}
	op, err := w.client.RunInstances(w.ctx, w.spec(3), &o)
	if len(minus(others, doubtful(err))) > 0 {
		t.Errorf("want an error that doubts %v, got %v", others, err)
	}
	if open := errors.Is(err, provider.ErrOutcomeUnknown); open == w.marks() {
		t.Errorf("only a marker shows which instances were created, got %v", err)
	}
	w.wantInHand(op, 4)
	w.wantNoReleases("while every answer names one too many")
}

// failing creates instances by two calls of equal size; the call that comes second is
// refused. The fault applies to the first. It also returns the instances that the first
// call created.
func (w *world) failing(f cloudsim.Fault) (op *provider.Operation, made []string, err error) {
	w.t.Helper()
	before := w.alive()
	w.injectCreate(f)
	w.injectCreates(cloudsim.Fault{Kind: cloudsim.Quota, Skip: 1})
	spec := w.spec(2 * w.client.Limits().InstancesPerCreate)
	o := provider.RunOptions{OnFailure: provider.TerminateOnFailure, KeepMarker: true}
	op, err = w.client.RunInstances(w.ctx, spec, &o)
	if !errors.Is(err, provider.ErrQuota) {
		w.t.Errorf("want ErrQuota, got %v", err)
	}
	for _, i := range w.sim.Everything() {
		made = append(made, i.ID)
	}
	time.Sleep(10 * time.Minute) // releases take their time
	return op, minus(made, before), err
}

// wantOthersAlive checks that no instance of another operation died. Every instance of
// this operation must be released, or be in InstanceIDs and in an error.
func (w *world) wantOthersAlive(op *provider.Operation, others, made []string, err error) {
	w.t.Helper()
	alive := w.alive()
	if dead := minus(others, alive); len(dead) > 0 {
		w.t.Errorf("instances of another operation are gone: %v", dead)
	}
	for _, id := range made {
		if slices.Contains(alive, id) && !slices.Contains(op.InstanceIDs(), id) {
			w.t.Errorf("%s was created and runs, but InstanceIDs lacks it", id)
		}
	}
	if len(alive) > len(others) && err == nil {
		w.t.Errorf("%d more instances run than those of the other operation, but there is no error",
			len(alive)-len(others))
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

// foreignAndFailed is about a wrong answer without a contradiction: it names as many
// instances as were asked for. A driver cannot know the instance that it leaves out.
func foreignAndFailed(_ *testing.T, w *world) {
	others := w.others(1)
	op, _, err := w.failing(cloudsim.Fault{Kind: cloudsim.ForeignList})
	w.wantOthersAlive(op, others, nil, err)
	if !says(err, others[0]) {
		w.t.Errorf("the error does not name %s, which was not released: %v", others[0], err)
	}
	if left := op.InstanceIDs(); !slices.Equal(left, others) {
		w.t.Errorf("InstanceIDs %v, want only %v: the rest is released", left, others)
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
		t.Errorf("%v run, but InstanceIDs lacks them", lost)
	}
	list, err := op.Wait(w.ctx, nil)
	if len(list) != 3 || !says(err, unreal[0]) {
		t.Errorf("%d instances run, and the error does not name %v: %v", len(list), unreal, err)
	}
}
