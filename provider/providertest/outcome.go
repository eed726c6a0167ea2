package providertest

import (
	"encoding/base64"
	"errors"
	"net/url"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

func outcomeRules() []rule {
	const why = "A lost answer is when machines are made twice, or lost."
	rules := []rule{
		{"fewer servers than asked", "IDs that exist must be in the caller's hands, also beside an error.", partialKeepsIDs},
	}
	for _, f := range []cloudsim.Fault{
		{Kind: cloudsim.ResetAfter, Times: 1},
		{Kind: cloudsim.ResetBefore, Times: 1},
		{Kind: cloudsim.ServerErrorAfter, Times: 1},
		{Kind: cloudsim.ServerErrorBefore, Times: 1},
		{Kind: cloudsim.Malformed, Times: 1, Body: ""},
		{Kind: cloudsim.Malformed, Times: 1, Body: "null"},
		{Kind: cloudsim.Malformed, Times: 1, Body: "{}"},
		{Kind: cloudsim.Malformed, Times: 1, Body: "<html>gateway</html>"},
		{Kind: cloudsim.Malformed, Times: 1, Body: `{"RequestId":"1","InstanceIdSets":{"Insta`},
	} {
		name := "a lost answer: " + string(f.Kind)
		if f.Kind == cloudsim.Malformed {
			name += " " + f.Body
		}
		rules = append(rules, rule{name, why, lostAnswer(f)})
	}
	return rules
}

// lostAnswer makes a rule: with a token the create is repeated and gives the
// same servers; without one it is never repeated, and the error says that the
// outcome is open.
func lostAnswer(f cloudsim.Fault) func(*testing.T, *world) {
	return func(t *testing.T, w *world) {
		for _, api := range []string{"RunInstances", "CreateInstance"} {
			g := f
			g.API = api
			w.inject(g)
		}
		op, err := w.client.RunInstances(w.ctx, w.spec(3), nil)
		if w.client.Limits().ClientToken {
			if err != nil {
				t.Fatalf("with a client token a lost answer is asked for again, got %v", err)
			}
			w.wantExactly(op.InstanceIDs(), 3)
			return
		}
		if !errors.Is(err, provider.ErrOutcomeUnknown) || op == nil {
			t.Errorf("want ErrOutcomeUnknown and the operation, got %v", err)
		}
		if n := w.creates(); n != 1 {
			t.Errorf("%d create calls, want 1: without a token a second one may make servers twice", n)
		}
	}
}

func partialKeepsIDs(t *testing.T, w *world) {
	w.inject(cloudsim.Fault{Kind: cloudsim.Partial, Count: 3})
	op, err := w.client.RunInstances(w.ctx, w.spec(5), nil)
	if err == nil || op == nil {
		t.Fatalf("3 of 5 servers is not what was asked for, and no error says so")
	}
	w.wantExactly(op.InstanceIDs(), 3)
	var e *provider.RunError
	if !errors.As(err, &e) || e.Asked != 5 || e.Created != 3 {
		t.Errorf("want a RunError that says 3 of 5, got %v", err)
	}
}

// forms are the ways a secret may be written: as it is, in a URL, in base64.
func forms(s string) []string {
	b := base64.StdEncoding.EncodeToString([]byte(s))
	return []string{s, url.QueryEscape(s), url.PathEscape(s), b[:len(b)-4]}
}
