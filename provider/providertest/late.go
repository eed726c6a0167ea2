package providertest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// lateRules are about clouds without client tokens. An instance that becomes visible
// only after the search for it, and after another create has replaced it, exists twice.
func lateRules() []rule {
	const why = "The duplicate could not be prevented. If it is not found, it costs money for ever."
	rules := []rule{
		{"instances that become visible late are found by a wait", why, lateByWait},
		{"instances that become visible late are found by Resume", why, lateByResume},
		{"instances that become visible late are found by terminating the operation", why, lateByTerminate},
		{
			"instances that become visible late are kept unless OnFailure releases failed operations",
			"Only the caller knows which instances are in use.", lateByFailure,
		},
		{
			"instances of a create that was refused for lack of stock are found",
			"A refused create may still have created some instances.", stockRanOut,
		},
		{
			"after a refusal for lack of stock the alternative creates the missing instances only",
			"The caller did not ask for more instances.", stockRanOutAlternative,
		},
		{"instances of a create that was refused for lack of stock are found late", why, stockRanOutLate},
	}
	for i := range rules {
		check := rules[i].check
		rules[i].check = func(t *testing.T, w *world) {
			if !w.marks() {
				return // the client token finds them at any time
			}
			check(t, w)
		}
	}
	return rules
}

// late creates an operation of three whose first create is lost. Its instances become
// visible after 150 s: the search for them is over, and three others were created.
func (w *world) late(o *provider.RunOptions) (op *provider.Operation, first []string) {
	w.t.Helper()
	w.injectCreate(cloudsim.Fault{Kind: cloudsim.ResetAfter})
	w.injectCreate(cloudsim.Fault{Kind: cloudsim.LateVisibility, Delay: 150 * time.Second})
	op = w.create(3, o)
	w.wantCreates("after a search in vain", 2)
	first = minus(w.alive(), op.InstanceIDs())
	if len(first) != 3 {
		w.t.Fatalf("InstanceIDs lacks %d instances, want the 3 of the first create", len(first))
	}
	return op, first
}

// wantSurplus checks that an operation has all instances, and that an error names the
// surplus ones.
func (w *world) wantSurplus(op *provider.Operation, err error, first []string) {
	w.t.Helper()
	var e *provider.RunError
	if !errors.As(err, &e) || !slices.Equal(sorted(e.Surplus), sorted(first)) {
		w.t.Errorf("want a RunError whose surplus is %v, got %v", first, err)
	}
	if !slices.Equal(sorted(op.SurplusIDs()), sorted(first)) {
		w.t.Errorf("the surplus is %v, want %v", op.SurplusIDs(), first)
	}
	w.wantInHand(op, 6)
	w.wantNoReleases("a surplus")
}

func lateByWait(t *testing.T, w *world) {
	var found []string
	o := provider.RunOptions{OnFailure: provider.TerminateOnFailure, Progress: func(p provider.RunProgress) {
		if p.Kind == provider.FoundLate {
			found = append(found, p.InstanceIDs...)
		}
	}}
	op, first := w.late(&o)
	list, err := op.Wait(w.ctx, nil)
	if len(list) != 6 {
		t.Errorf("%d instances run, want all 6", len(list))
	}
	w.wantSurplus(op, err, first)
	if !slices.Equal(sorted(found), sorted(first)) {
		t.Errorf("reported as found late: %v, want %v", found, first)
	}
}

func lateByResume(_ *testing.T, w *world) {
	op, first := w.late(nil)
	token := w.token(op)
	time.Sleep(5 * time.Minute)
	spec := w.spec(3)
	again, err := w.resume(token, &provider.ResumeOptions{Spec: &spec})
	w.wantSurplus(again, err, first)
	w.wantCreates("resumed", 2)
}

func lateByTerminate(t *testing.T, w *world) {
	op, _ := w.late(nil)
	res, err := op.Terminate(w.ctx, &provider.TerminateOptions{Wait: true})
	if err != nil || len(res.Released) != 6 {
		t.Errorf("%+v, %v; want 6 released", res, err)
	}
	time.Sleep(10 * time.Minute) // releases take their time
	w.wantAlive("after Terminate")
}

// lateByFailure lets the cloud refuse the create that follows the search.
func lateByFailure(t *testing.T, w *world) {
	for _, policy := range []provider.OnFailure{provider.KeepOnFailure, provider.TerminateOnFailure} {
		w.simulate(CloudOptions{})
		w.injectCreate(cloudsim.Fault{Kind: cloudsim.ResetAfter})
		w.injectCreates(cloudsim.Fault{Kind: cloudsim.LateVisibility, Delay: 150 * time.Second, Times: 1})
		w.injectCreates(cloudsim.Fault{Kind: cloudsim.Quota, Skip: 1})
		spec, o := w.spec(3), provider.RunOptions{OnFailure: policy}
		op, err := w.client.RunInstances(w.ctx, spec, &o)
		if !errors.Is(err, provider.ErrQuota) {
			t.Fatalf("%s: want ErrQuota, got %v", policy, err)
		}
		time.Sleep(5 * time.Minute)
		again, err := w.resume(w.token(op), &provider.ResumeOptions{Spec: &spec, Run: &o})
		time.Sleep(10 * time.Minute) // releases take their time
		if lost := minus(w.alive(), again.InstanceIDs()); len(lost) > 0 {
			t.Errorf("%s: %v run, but InstanceIDs lacks them, %v", policy, lost, err)
		}
		w.wantCreates("resumed", 2)
	}
}

func stockRanOut(t *testing.T, w *world) {
	w.injectCreate(cloudsim.Fault{Kind: cloudsim.StockRanOut, Count: 2})
	spec := w.spec(3)
	var op *provider.Operation
	within(t, 30*time.Second, "a search after a refusal", func() {
		var err error
		op, err = w.client.RunInstances(w.ctx, spec, nil)
		if !errors.Is(err, provider.ErrNoStock) || errors.Is(err, provider.ErrOutcomeUnknown) {
			t.Errorf("want ErrNoStock and nothing left open, got %v", err)
		}
	})
	w.wantInHand(op, 2)
	w.wantNames(&spec)
	w.wantCreates("a definite refusal is not repeated", 1)
}

func stockRanOutAlternative(t *testing.T, w *world) {
	if w.Alternative == (provider.Alternative{}) {
		w.need(partAlternative)
	}
	w.injectCreate(cloudsim.Fault{Kind: cloudsim.StockRanOut, Count: 2})
	op, err := w.fallback(3)
	if err != nil {
		t.Errorf("the alternative creates the rest: want no error, got %v", err)
	}
	w.wantInHand(op, 3)
	if types := w.types(); types[w.Spec.InstanceType] != 2 || types[w.Alternative.InstanceType] != 1 {
		t.Errorf("%v, want 2 and 1", types)
	}
}

func stockRanOutLate(t *testing.T, w *world) {
	w.injectCreate(cloudsim.Fault{Kind: cloudsim.LateVisibility, Delay: time.Minute})
	w.injectCreate(cloudsim.Fault{Kind: cloudsim.StockRanOut, Count: 2})
	spec := w.spec(3)
	op, err := w.client.RunInstances(w.ctx, spec, nil)
	if !errors.Is(err, provider.ErrNoStock) {
		t.Errorf("want ErrNoStock, got %v", err)
	}
	token := w.token(op)
	time.Sleep(5 * time.Minute)
	again, err := w.resume(token, &provider.ResumeOptions{Spec: &spec})
	w.wantInHand(again, 2)
	if !says(err, "2 of 3") {
		t.Errorf("want an error that says 2 of 3, got %v", err)
	}
	w.wantCreates("resumed", 1)
}
