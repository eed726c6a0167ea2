package providertest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// invisibleRules are about instances that exist but that no answer shows.
func invisibleRules() []rule {
	const why = "If they counted as dead, they would be forgotten or created again, and would run on and cost money."
	return []rule{
		{"instances invisible for 90 s are waited for", why, waitsNinetySeconds},
		{"instances invisible for 10 minutes are kept, reported, and found later", why, keepsInvisible},
		{
			"one invisible instance of several is reported by its ID",
			"The others run. The caller has to know which one to look for.", keepsOneInvisible,
		},
		{
			"how long an instance may be invisible is one option",
			"A caller that knows a cloud well must be able to wait longer or shorter.", keepsToPatience,
		},
		{
			"a release of invisible instances is never nil while they run",
			"It runs, and no caller would look for it again.", releasesInvisible,
		},
		{
			"terminating an operation names its invisible instances until the cloud accepts their release",
			why, endsInvisible,
		},
		{"a failed operation keeps invisible instances until it can release them", why, failsInvisible},
	}
}

// policies are the options that act when instances die.
func (w *world) policies() map[string]provider.RunOptions {
	all := map[string]provider.RunOptions{
		"nothing":   {},
		"terminate": {OnFailure: provider.TerminateOnFailure},
	}
	if w.Alternative != (provider.Alternative{}) {
		all["alternatives"] = provider.RunOptions{Alternatives: []provider.Alternative{w.Alternative}}
		all["both"] = provider.RunOptions{
			Alternatives: []provider.Alternative{w.Alternative}, OnFailure: provider.TerminateOnFailure,
		}
	}
	return all
}

// eachPolicy checks a rule under each of the policies, each in its own world. Names
// keep their marker: an invisible instance cannot be renamed, which would be another
// error.
func eachPolicy(w *world, check func(w *world, o provider.RunOptions)) {
	w.t.Helper()
	for name, o := range w.policies() {
		w.simulate(CloudOptions{})
		o.KeepMarker = true
		failed := w.t.Failed()
		check(w, o)
		if !failed && w.t.Failed() {
			w.t.Logf("with OnFailure and Alternatives: %s", name)
		}
	}
}

// create makes n instances with options, and fails the rule on any error.
func (w *world) create(n int, o *provider.RunOptions) *provider.Operation {
	w.t.Helper()
	op, err := w.client.RunInstances(w.ctx, w.spec(n), o)
	if err != nil {
		w.t.Fatalf("creating %d instances: %v", n, err)
	}
	return op
}

// wantNotVisible checks the error of a wait that never saw certain instances.
func (w *world) wantNotVisible(err error, ids ...string) {
	w.t.Helper()
	var e *provider.WaitError
	if !errors.As(err, &e) {
		w.t.Errorf("want a WaitError, got %v", err)
		return
	}
	var told []string
	for _, p := range e.NotVisible {
		told = append(told, p.ID)
	}
	if !slices.Equal(sorted(told), sorted(ids)) {
		w.t.Errorf("reported as not visible: %v, want %v", told, ids)
	}
	if len(e.Failed) > 0 || errors.Is(err, provider.ErrLaunchFailed) {
		w.t.Errorf("nothing proves that an instance is dead: want no launch failure, got %v", err)
	}
	if !errors.Is(err, provider.ErrNotFound) {
		w.t.Errorf("want ErrNotFound, got %v", err)
	}
	for _, reason := range []string{"not visible", "late", "another region", "these credentials"} {
		if !says(err, reason) {
			w.t.Errorf("the error does not say %q: %v", reason, err)
		}
	}
}

func waitsNinetySeconds(_ *testing.T, w *world) {
	eachPolicy(w, func(w *world, o provider.RunOptions) {
		w.injectCreate(cloudsim.Fault{Kind: cloudsim.LateVisibility, Delay: 90 * time.Second})
		op := w.create(3, &o)
		list, err := op.Wait(w.ctx, nil)
		if err != nil || len(list) != 3 {
			w.t.Errorf("%d instances run, %v; want 3", len(list), err)
		}
		w.wantInHand(op, 3)
		w.wantCreates("after the wait", 1)
		w.wantNoReleases("after the wait")
	})
}

func keepsInvisible(_ *testing.T, w *world) {
	eachPolicy(w, func(w *world, o provider.RunOptions) {
		w.injectCreate(cloudsim.Fault{Kind: cloudsim.LateVisibility, Delay: 10 * time.Minute})
		op := w.create(3, &o)
		ids := op.InstanceIDs()
		within(w.t, 5*time.Minute, "the wait", func() {
			_, err := op.Wait(w.ctx, nil)
			w.wantNotVisible(err, ids...)
			if !says(err, "may not see what they created") {
				w.t.Errorf("nothing was visible, but the error does not suspect the credentials: %v", err)
			}
		})
		w.wantInHand(op, 3)
		w.wantCreates("after they were reported as not visible", 1)
		w.wantNoReleases("after they were reported as not visible")
		token := w.token(op)
		time.Sleep(10 * time.Minute)
		list, err := op.Wait(w.ctx, nil)
		if err != nil || len(list) != 3 {
			w.t.Errorf("after they became visible, %d instances run, %v; want 3", len(list), err)
		}
		again, err := w.resume(token, nil)
		if err != nil || !slices.Equal(again.InstanceIDs(), ids) {
			w.t.Errorf("another process has %v, %v; want %v", again.InstanceIDs(), err, ids)
		}
		w.wantCreates("in the end", 1)
		w.wantNoReleases("in the end")
	})
}

func keepsOneInvisible(_ *testing.T, w *world) {
	eachPolicy(w, func(w *world, o provider.RunOptions) {
		w.injectCreate(cloudsim.Fault{Kind: cloudsim.LateVisibility, Delay: 10 * time.Minute, Count: 1})
		op := w.create(3, &o)
		ids := op.InstanceIDs()
		list, err := op.Wait(w.ctx, nil)
		w.wantNotVisible(err, ids[0])
		if says(err, "may not see what they created") {
			w.t.Errorf("two of three were visible, but the error suspects the credentials: %v", err)
		}
		if !slices.Equal(idsOf(list), sorted(ids[1:])) {
			w.t.Errorf("%v run, want the other two of %v", idsOf(list), ids)
		}
		w.wantInHand(op, 3)
		w.wantCreates("after the wait", 1)
		w.wantNoReleases("after the wait")
	})
}

// keepsToPatience measures the time since the create: the first look comes earlier.
func keepsToPatience(t *testing.T, w *world) {
	for _, patience := range []time.Duration{30 * time.Second, 5 * time.Minute} {
		w.simulate(CloudOptions{})
		w.client = w.newClient(w.sim.Transport(), &provider.Options{VisibleWithin: patience})
		w.injectCreate(cloudsim.Fault{Kind: cloudsim.LateVisibility, Delay: 10 * time.Minute})
		start := time.Now()
		op := w.create(2, &provider.RunOptions{KeepMarker: true})
		ids := op.InstanceIDs()
		_, err := op.Wait(w.ctx, nil)
		w.wantNotVisible(err, ids...)
		if took := time.Since(start); took < patience || took > patience+time.Minute {
			t.Errorf("reported as not visible after %v, want about %v", took, patience)
		}
	}
}

func releasesInvisible(t *testing.T, w *world) {
	w.inject(cloudsim.Fault{Kind: cloudsim.LateVisibility, Delay: 10 * time.Minute})
	ids := w.create(3, &provider.RunOptions{KeepMarker: true}).InstanceIDs()
	for _, client := range []*provider.Client{w.client, w.newClient(w.sim.Transport(), nil)} {
		res, err := client.TerminateInstances(w.ctx, "", ids, &provider.TerminateOptions{Wait: true})
		for _, id := range slices.Concat(res.Released, res.Gone) {
			if slices.Contains(w.alive(), id) {
				t.Errorf("%s runs but is reported as released: %+v, %v", id, res, err)
			}
		}
		if len(w.alive()) > 0 && !errors.Is(err, provider.ErrNotFound) {
			t.Errorf("%d instances run, and the error is %v", len(w.alive()), err)
		}
	}
	time.Sleep(10 * time.Minute)
	w.terminate(ids)
	w.wantAlive("released after they became visible")
}

func endsInvisible(t *testing.T, w *world) {
	w.inject(cloudsim.Fault{Kind: cloudsim.LateVisibility, Delay: 10 * time.Minute})
	op := w.create(3, &provider.RunOptions{KeepMarker: true})
	_, err := op.Terminate(w.ctx, &provider.TerminateOptions{Wait: true})
	if alive := w.alive(); (err == nil) != (len(alive) == 0) || !slices.Equal(sorted(op.InstanceIDs()), sorted(alive)) {
		t.Errorf("%v run, InstanceIDs are %v, and the error is %v", alive, op.InstanceIDs(), err)
	}
	again, err := w.resume(w.token(op), nil)
	if !slices.Equal(again.InstanceIDs(), op.InstanceIDs()) {
		t.Errorf("another process has %v of %v, %v", again.InstanceIDs(), op.InstanceIDs(), err)
	}
	time.Sleep(10 * time.Minute)
	if _, err := again.Terminate(w.ctx, &provider.TerminateOptions{Wait: true}); err != nil {
		t.Errorf("once they were visible: %v", err)
	}
	w.wantAlive("terminated after they became visible")
	w.wantCreates("a terminated operation", 1)
}

// failsInvisible lets the cloud refuse the second create while the instances of the
// first are invisible.
func failsInvisible(t *testing.T, w *world) {
	w.inject(cloudsim.Fault{Kind: cloudsim.LateVisibility, Delay: 10 * time.Minute})
	w.inject(cloudsim.Fault{Kind: cloudsim.Quota, Skip: 1})
	o := provider.RunOptions{OnFailure: provider.TerminateOnFailure, KeepMarker: true}
	spec := w.spec(w.client.Limits().InstancesPerCreate + 1)
	op, err := w.client.RunInstances(w.ctx, spec, &o)
	if !errors.Is(err, provider.ErrQuota) {
		t.Errorf("want ErrQuota, got %v", err)
	}
	w.wantInHand(op, len(w.alive()))
	w.wantCreates("after the failure", 2)
	time.Sleep(10 * time.Minute)
	again, err := w.resume(w.token(op), &provider.ResumeOptions{Spec: &spec, Run: &o})
	if err == nil || len(again.InstanceIDs()) != 0 {
		t.Errorf("resumed after they became visible: %d instances, %v; want none and an error",
			len(again.InstanceIDs()), err)
	}
	time.Sleep(10 * time.Minute) // releases take their time
	w.wantAlive("a failed operation, resumed once its instances were visible")
	w.wantCreates("in the end", 2)
}
