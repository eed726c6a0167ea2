package providertest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// lateRules are about clouds without client tokens: what becomes visible after it was
// looked for, and after another create went out in its place, exists twice.
func lateRules() []rule {
	const why = "It exists twice, which nobody could prevent; unseen it would be paid for for ever."
	rules := []rule{
		{"what shows up late is found by a wait", why, lateByWait},
		{"what shows up late is found by Resume", why, lateByResume},
		{"what shows up late is found by ending the operation", why, lateByTerminate},
		{
			"what shows up late is kept, unless the caller wants failed operations released",
			"Only the caller knows which of them are in use.", lateByFailure,
		},
		{
			"what a create made that was refused for stock is found",
			"Not every refusal is the whole truth.", stockRanOut,
		},
		{
			"only the rest of what was refused for stock comes from an alternative",
			"Nobody asked for more instances.", stockRanOutAlternative,
		},
		{"what a create made that was refused for stock is found late", why, stockRanOutLate},
	}
	for i := range rules {
		check := rules[i].check
		rules[i].check = func(t *testing.T, w *world) {
			if !w.marks() {
				return // the client token names them, however late
			}
			check(t, w)
		}
	}
	return rules
}

// late makes an operation of three whose first create was lost, and shows its instances
// after 150 s only: when the search for them is over, and three others were made.
func (w *world) late(o *provider.RunOptions) (op *provider.Operation, first []string) {
	w.t.Helper()
	w.injectCreate(cloudsim.Fault{Kind: cloudsim.ResetAfter})
	w.injectCreate(cloudsim.Fault{Kind: cloudsim.LateVisibility, Delay: 150 * time.Second})
	op = w.create(3, o)
	w.wantCreates("after a search in vain", 2)
	first = minus(w.alive(), op.InstanceIDs())
	if len(first) != 3 {
		w.t.Fatalf("%d instances are not in hand, want the 3 of the first create", len(first))
	}
	return op, first
}

// wantSurplus checks that an operation has all instances, and that an error names those
// beyond what was asked for.
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
	w.wantNoReleases("a surplus is the caller's business")
}

func lateByWait(t *testing.T, w *world) {
	var found []string
	o := provider.RunOptions{OnFailure: provider.TerminateServers, Progress: func(p provider.RunProgress) {
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
		t.Errorf("told as found late are %v, want %v", found, first)
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
	w.wantAlive("the operation has ended")
}

// lateByFailure has the create refused that follows the search.
func lateByFailure(t *testing.T, w *world) {
	for _, policy := range []provider.OnFailure{provider.KeepServers, provider.TerminateServers} {
		w.simulate(cloudsim.Options{})
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
			t.Errorf("%s: %v run and are not in hand, %v", policy, lost, err)
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
		return // the harness has none
	}
	w.injectCreate(cloudsim.Fault{Kind: cloudsim.StockRanOut, Count: 2})
	op, err := w.fallback(3)
	if err != nil {
		t.Errorf("the rest comes from the alternative, got %v", err)
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
