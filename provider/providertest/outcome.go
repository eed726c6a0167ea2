package providertest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

func outcomeRules() []rule {
	const why = "After a lost answer instances may be created twice or be lost."
	rules := []rule{
		{
			"fewer instances than asked",
			"The caller must get the IDs of all existing instances, also with an error.", partialKeepsIDs,
		},
		{"a lost answer, and instances that are invisible for a minute", why, lostAndInvisible},
		{
			"with a negative RetryFor a lost answer is never a refusal",
			"A caller that believes a refusal creates again, and pays twice.", lostOnce,
		},
		{
			"a lost answer whose outcome cannot be found out",
			"An unknown outcome must be reported as unknown.", lostForGood,
		},
	}
	for _, f := range []cloudsim.Fault{
		{Kind: cloudsim.ResetAfter},
		{Kind: cloudsim.ResetBefore},
		{Kind: cloudsim.ServerErrorAfter},
		{Kind: cloudsim.ServerErrorBefore},
		{Kind: cloudsim.Malformed, Body: ""},
		{Kind: cloudsim.Malformed, Body: "null"},
		{Kind: cloudsim.Malformed, Body: "{}"},
		{Kind: cloudsim.Malformed, Body: "<html>gateway</html>"},
		{Kind: cloudsim.Malformed, Body: `{"RequestId":"1","InstanceIdSets":{"Insta`},
	} {
		name := "a lost answer: " + string(f.Kind)
		if f.Kind == cloudsim.Malformed {
			name += " " + f.Body
		}
		rules = append(rules, rule{name, why, lostAnswer(f)})
	}
	return rules
}

// injectCreate adds a fault for the next create call, whatever its name on the cloud.
func (w *world) injectCreate(f cloudsim.Fault) {
	f.Times = 1
	for _, api := range w.facts.Creates {
		f.API = api
		w.inject(f)
	}
}

// canFindOut reports whether the cloud has a way to find out the outcome of a create.
func (w *world) canFindOut() bool { return w.client.Limits().ClientToken || w.marks() }

// marks reports whether creates are found by a marker in the names of instances.
func (w *world) marks() bool { l := w.client.Limits(); return l.NameMarker && !l.ClientToken }

// lostAnswer returns a rule. With a token the create is repeated and gives the same
// instances. With a marker there is a search, and nothing is created while the
// instances may exist. With neither the create is never repeated, and the error reports
// that the outcome is open.
func lostAnswer(f cloudsim.Fault) func(*testing.T, *world) {
	return func(t *testing.T, w *world) {
		w.injectCreate(f)
		spec := w.spec(3)
		op, err := w.client.RunInstances(w.ctx, spec, nil)
		if !w.canFindOut() {
			w.wantUnknown(op, err)
			return
		}
		if err != nil {
			t.Fatalf("the outcome of the create can be found out: want no error, got %v", err)
		}
		w.wantExactly(op.InstanceIDs(), 3)
		w.wantNames(&spec)
		creates := 1
		if f.Kind == cloudsim.ResetBefore || f.Kind == cloudsim.ServerErrorBefore {
			creates = 2
		}
		if n := w.creates(); w.marks() && n != creates {
			t.Errorf("%d create calls, want %d", n, creates)
		}
	}
}

// wantUnknown checks that a create without an answer is reported as unknown.
func (w *world) wantUnknown(op *provider.Operation, err error) {
	w.t.Helper()
	if !errors.Is(err, provider.ErrOutcomeUnknown) || op == nil {
		w.t.Errorf("want ErrOutcomeUnknown and the operation, got %v", err)
	}
	if n := w.creates(); n != 1 {
		w.t.Errorf("%d create calls, want 1: a second one may create instances twice", n)
	}
}

// lostOnce creates instances whose answer is lost. The create is not repeated, so that only what
// the driver says about the call counts; with a marker there is a search.
func lostOnce(t *testing.T, w *world) {
	for _, kind := range []cloudsim.FaultKind{cloudsim.ResetAfter, cloudsim.ServerErrorAfter, cloudsim.Malformed} {
		w.simulate(CloudOptions{})
		w.injectCreate(cloudsim.Fault{Kind: kind, Body: "<html>"})
		client := w.newClient(w.sim.Transport(), &provider.Options{RetryFor: -1})
		op, err := client.RunInstances(w.ctx, w.spec(3), nil)
		inHand := op != nil && len(op.InstanceIDs()) == 3
		if !inHand && !errors.Is(err, provider.ErrOutcomeUnknown) {
			t.Errorf("%s: 3 instances exist: want them or ErrOutcomeUnknown, got %v", kind, err)
		}
	}
}

func lostAndInvisible(t *testing.T, w *world) {
	if !w.canFindOut() {
		return
	}
	w.injectCreate(cloudsim.Fault{Kind: cloudsim.ResetAfter})
	w.injectCreate(cloudsim.Fault{Kind: cloudsim.LateVisibility, Delay: time.Minute})
	spec := w.spec(3)
	op, err := w.client.RunInstances(w.ctx, spec, nil)
	if err != nil {
		t.Fatal(err)
	}
	w.wantExactly(op.InstanceIDs(), 3)
	w.wantNames(&spec)
}

// lostForGood is about clouds with markers only: with a token no search is needed.
func lostForGood(t *testing.T, w *world) {
	if !w.marks() {
		return
	}
	w.injectCreate(cloudsim.Fault{Kind: cloudsim.ResetAfter})
	w.inject(cloudsim.Fault{Kind: cloudsim.ServerErrorBefore, API: w.facts.Describe})
	spec := w.spec(3)
	op, err := w.client.RunInstances(w.ctx, spec, nil)
	w.wantUnknown(op, err)
	token, err := op.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	w.sim.ClearFaults()
	again, err := w.newClient(w.sim.Transport(), nil).Resume(w.ctx, token, &provider.ResumeOptions{Spec: &spec})
	if err != nil {
		t.Fatalf("the cloud answers again and shows the instances: want no error, got %v", err)
	}
	w.wantExactly(again.InstanceIDs(), 3)
	w.wantNames(&spec)
}

// partialKeepsIDs: with a marker the rest is created after it is certain that it does
// not exist.
func partialKeepsIDs(t *testing.T, w *world) {
	w.injectCreate(cloudsim.Fault{Kind: cloudsim.Partial, Count: 3})
	spec := w.spec(5)
	op, err := w.client.RunInstances(w.ctx, spec, nil)
	if w.marks() {
		if err != nil {
			t.Fatal(err)
		}
		w.wantExactly(op.InstanceIDs(), 5)
		w.wantNames(&spec)
		return
	}
	if err == nil || op == nil {
		t.Fatalf("3 of 5 instances were created, but there is no error")
	}
	w.wantExactly(op.InstanceIDs(), 3)
	var e *provider.RunError
	if !errors.As(err, &e) || e.Asked != 5 || e.Created != 3 {
		t.Errorf("want a RunError that says 3 of 5, got %v", err)
	}
}

// wantNames checks that every instance has the name of the spec. Clouds that need no
// marker may add numbers to names.
func (w *world) wantNames(spec *provider.RunInstancesSpec) {
	w.t.Helper()
	for _, i := range w.sim.Instances() {
		numbered := !w.marks() && strings.HasPrefix(i.Name, spec.Name)
		if i.Name != spec.Name && !numbered {
			w.t.Errorf("%s is named %q, want %q", i.ID, i.Name, spec.Name)
		}
	}
}
