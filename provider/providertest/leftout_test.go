package providertest

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// whole returns a harness without problems. It is never run.
func whole() Harness {
	spec := provider.RunInstancesSpec{ImageID: "image-1"}
	return Harness{
		Cloud: Simulated(cloudsim.CVM),
		New: func(testing.TB, http.RoundTripper, provider.CredentialsSource, *provider.Options) *provider.Client {
			return nil
		},
		Spec: spec, Prepaid: &spec, Unpaid: &spec,
		ReadBack:    map[string]*provider.RunInstancesSpec{"one": &spec},
		Alternative: provider.Alternative{InstanceType: "other"},
		PerInstance: foreign{},
		LeftOut:     map[string]string{string(cloudsim.DeadToken): "no such code"},
	}
}

// poor is a cloud that cannot flap.
type poor struct{ Cloud }

func (p poor) Facts() Facts {
	f := p.Cloud.Facts()
	f.Kinds = slices.DeleteFunc(slices.Clone(f.Kinds), func(k cloudsim.FaultKind) bool { return k == cloudsim.Flap })
	f.Elsewhere = ""
	return f
}

func TestAHarnessSaysWhatItLeavesOut(t *testing.T) {
	for want, change := range map[string]func(*Harness){
		"": func(*Harness) {},
		"Harness.Cloud and Harness.New are required":        func(h *Harness) { h.Cloud = nil },
		"Harness.Prepaid is missing":                        func(h *Harness) { h.Prepaid = nil },
		"Harness.ReadBack is missing":                       func(h *Harness) { h.ReadBack = nil },
		"Harness.PerInstance is set, and LeftOut says":      func(h *Harness) { h.LeftOut["PerInstance"] = "none" },
		`LeftOut names "nonsense", which is neither`:        func(h *Harness) { h.LeftOut["nonsense"] = "none" },
		`LeftOut names "throttle", which cannot`:            func(h *Harness) { h.LeftOut["throttle"] = "none" },
		`LeftOut names "blind", which the cloud can`:        func(h *Harness) { h.LeftOut["blind"] = "none" },
		`the cloud cannot inject "flap", and no driver may`: makePoor,
		"Facts.Elsewhere must be a region":                  makePoor,
	} {
		h := whole()
		change(&h)
		problems := strings.Join(h.check(), "\n")
		if want == "" && problems != "" {
			t.Errorf("a whole harness has problems: %s", problems)
		}
		if !strings.Contains(problems, want) {
			t.Errorf("got %q, want a problem with %q", problems, want)
		}
	}
}

func makePoor(h *Harness) {
	h.Cloud = func(o CloudOptions) Cloud { return poor{Simulated(cloudsim.CVM)(o)} }
}

func TestARuleThatNeedsAMissingFaultIsLeftOut(t *testing.T) {
	w := &world{Harness: whole(), t: t, sim: Simulated(cloudsim.CVM)(cloudOptions())}
	w.facts = w.sim.Facts()
	r := rule{name: "dead", check: func(_ *testing.T, w *world) {
		w.inject(cloudsim.Fault{Kind: cloudsim.DeadToken})
		t.Error("the rule went on without its fault")
	}}
	left := r.checked(t, w, "Tokens")
	want := LeftOut{Rule: "Tokens/dead", Part: "dead-token", Reason: "no such code"}
	if left == nil || *left != want {
		t.Errorf("got %+v, want %+v", left, want)
	}
}

func TestResultListsWhatIsLeftOut(t *testing.T) {
	h := whole()
	h.Prepaid, h.LeftOut["Prepaid"] = nil, "on demand only"
	y := tally{total: 2}
	y.add(nil)
	y.add(&LeftOut{Rule: "Tokens/dead", Part: "dead-token", Reason: "no such code"})
	got := y.finish(t, &h)
	want := []LeftOut{
		{"Tokens/dead", "dead-token", "no such code"}, {"Prepaid", "Prepaid", "on demand only"},
	}
	if got.Rules != 1 {
		t.Errorf("got %d rules, want 1", got.Rules)
	}
	if !slices.Equal(got.LeftOut, want) {
		t.Errorf("got %+v, want %+v", got.LeftOut, want)
	}
}
