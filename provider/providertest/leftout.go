package providertest

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// Result is what a run of the suite has checked.
type Result struct {
	Rules   int       // rules that were checked to their end
	LeftOut []LeftOut // what was left out, in order; the log of the test shows it too
}

// LeftOut is a rule, or a whole group of rules, that a run left out.
type LeftOut struct {
	Rule   string // "Group/rule", or "Group" for all rules about a part
	Part   string // the part that is missing: a key of Harness.LeftOut
	Reason string // as the harness says
}

// requiredKinds are the faults that every simulated cloud must have. Without them the suite
// proves nothing about instances that are made twice or lost.
var requiredKinds = []cloudsim.FaultKind{
	cloudsim.Throttle, cloudsim.NoStock, cloudsim.Quota, cloudsim.Refuse,
	cloudsim.ServerErrorBefore, cloudsim.ServerErrorAfter, cloudsim.ResetBefore, cloudsim.ResetAfter,
	cloudsim.Slow, cloudsim.Malformed, cloudsim.LateVisibility, cloudsim.Flap,
}

// The parts of a harness that may be left out, by the name of their field.
const (
	partPrepaid     = "Prepaid"
	partReadBack    = "ReadBack"
	partAlternative = "Alternative"
	partUnpaid      = "Unpaid"
	partPerInstance = "PerInstance"
)

// has returns whether the harness has each of the parts that may be left out.
func (h *Harness) has() map[string]bool {
	return map[string]bool{
		partPrepaid:     h.Prepaid != nil,
		partReadBack:    len(h.ReadBack) > 0,
		partAlternative: h.Alternative != (provider.Alternative{}),
		partUnpaid:      h.Unpaid != nil,
		partPerInstance: h.PerInstance != nil,
	}
}

// check returns the problems of a harness: parts that are missing without a reason, parts that
// are there although they are said to be left out, and required faults that are missing.
func (h *Harness) check() (problems []string) {
	if h.Cloud == nil || h.New == nil {
		return []string{"Harness.Cloud and Harness.New are required"}
	}
	facts := h.Cloud(cloudOptions()).Facts()
	problems = facts.check()
	parts := h.has()
	for _, part := range slices.Sorted(maps.Keys(parts)) {
		reason := h.LeftOut[part]
		switch {
		case parts[part] && reason != "":
			problems = append(problems, fmt.Sprintf("Harness.%s is set, and LeftOut says that it is left out", part))
		case !parts[part] && reason == "":
			problems = append(problems, fmt.Sprintf("Harness.%s is missing: set it, or say in LeftOut why", part))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(h.LeftOut)) {
		if _, isPart := parts[key]; !isPart {
			problems = append(problems, checkLeftOutKind(cloudsim.FaultKind(key), &facts)...)
		}
	}
	return problems
}

func checkLeftOutKind(k cloudsim.FaultKind, f *Facts) []string {
	switch {
	case !slices.Contains(append(everyKind(), cloudsim.DeadToken), k):
		return []string{fmt.Sprintf("LeftOut names %q, which is neither a field of Harness nor a kind of fault", k)}
	case slices.Contains(requiredKinds, k):
		return []string{fmt.Sprintf("LeftOut names %q, which cannot be left out", k)}
	case slices.Contains(f.Kinds, k):
		return []string{fmt.Sprintf("LeftOut names %q, which the cloud can inject", k)}
	}
	return nil
}

// tally counts what a run checks and leaves out.
type tally struct {
	mu     sync.Mutex
	total  int // rules that the run has
	result Result
}

func (y *tally) add(left *LeftOut) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if left == nil {
		y.result.Rules++
		return
	}
	y.result.LeftOut = append(y.result.LeftOut, *left)
}

// finish adds the parts that the harness lacks as a whole, and reports what was left out.
func (y *tally) finish(t *testing.T, h *Harness) Result {
	t.Helper()
	parts := h.has()
	for _, part := range slices.Sorted(maps.Keys(parts)) {
		inRule := slices.ContainsFunc(y.result.LeftOut, func(l LeftOut) bool { return l.Part == part })
		if !parts[part] && !inRule {
			y.result.LeftOut = append(y.result.LeftOut, LeftOut{Rule: part, Part: part, Reason: h.LeftOut[part]})
		}
	}
	whole := y.result.Rules+y.inRules() == y.total // not filtered by -run
	for _, key := range slices.Sorted(maps.Keys(h.LeftOut)) {
		used := slices.ContainsFunc(y.result.LeftOut, func(l LeftOut) bool { return l.Part == key })
		if whole && !used {
			t.Errorf("LeftOut names %q, and no rule needs it", key)
		}
	}
	for _, l := range y.result.LeftOut {
		t.Logf("left out: %s: no %s: %s", l.Rule, l.Part, l.Reason)
	}
	return y.result
}

// inRules counts the single rules that were left out.
func (y *tally) inRules() (n int) {
	for _, l := range y.result.LeftOut {
		if l.Rule != l.Part {
			n++
		}
	}
	return n
}

// missing is what a rule panics with when it needs a part that the harness leaves out.
type missing struct{ part string }

// need ends a rule that needs a part which the harness leaves out. A rule that injects faults
// from other goroutines calls needKinds first.
func (w *world) need(part string) {
	w.t.Helper()
	if w.LeftOut[part] == "" {
		w.t.Fatalf("the rule needs %q, which the harness lacks: add it, or say in LeftOut why", part)
	}
	panic(missing{part})
}

// needKinds ends a rule that needs faults which the cloud does not have.
func (w *world) needKinds(kinds ...cloudsim.FaultKind) {
	w.t.Helper()
	for _, k := range kinds {
		if !slices.Contains(w.facts.Kinds, k) {
			w.need(string(k))
		}
	}
}
