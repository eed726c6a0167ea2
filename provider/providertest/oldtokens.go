package providertest

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// oldTokenRules are about creates whose answer was lost. Another process, whose clock
// may differ, asks about them much later.
func oldTokenRules() []rule {
	const why = "A cloud that has forgotten a client token creates all instances again."
	return []rule{
		{"a wrong clock never makes a create repeat", why, distrustsClocks},
		{
			"a client token that is minutes old is used again",
			"The token gives the answer without a search.", trustsFreshTokens,
		},
		{
			"a lost create with an owner is settled after hours and days",
			"Instances with the tag exist, and others were never created.", settlesByOwner,
		},
		{"a lost create that cannot be searched for needs a person; the error lists what to check", why, needsPerson},
		{
			"after a person confirms that nothing was created, the rest is created",
			"There must be a way to go on.", noneMadeGoesOn,
		},
		{
			"a dead client token is replaced by a new one",
			"The cloud reports that the token will never create instances.", deadTokenGoesOn,
		},
		{
			"a client token that is dead in another process is replaced by a new one",
			"A crash in between must not end the operation.", deadTokenResumes,
		},
	}
}

// sentAt returns a token whose creates have another send time, as a sender with a wrong
// clock would write it. Zero removes the time.
func (w *world) sentAt(token []byte, at time.Time) []byte {
	w.t.Helper()
	var saved map[string]any
	if err := json.Unmarshal(token, &saved); err != nil {
		w.t.Fatal(err)
	}
	parts, _ := saved["parts"].([]any)
	changed := 0
	for _, p := range parts {
		part, _ := p.(map[string]any)
		if _, sent := part["sent"]; !sent {
			continue
		}
		changed++
		part["sent"] = at.UTC().Format(time.RFC3339Nano)
		if at.IsZero() {
			delete(part, "sent")
		}
	}
	out, err := json.Marshal(saved)
	if err != nil || changed == 0 {
		w.t.Fatalf("%d creates of the token were sent, %v: the rule proves nothing", changed, err)
	}
	return out
}

// clockErrors are errors of a clock about a create that was sent three minutes ago.
// Zero removes the time.
var clockErrors = []time.Duration{
	-72 * time.Hour, -2 * time.Hour, -61 * time.Minute, 6 * time.Minute, 2 * time.Hour, 72 * time.Hour, 0,
}

// distrustsClocks resumes lost creates with a wrong send time. The cloud forgets the
// client token before every call.
func distrustsClocks(t *testing.T, w *world) {
	for _, owner := range []string{"", "suite"} {
		for _, off := range clockErrors {
			w.simulate(CloudOptions{})
			what := fmt.Sprintf("owner %q, a clock %v off", owner, off)
			spec, o := w.spec(3), provider.RunOptions{Owner: owner}
			w.injectCreate(cloudsim.Fault{Kind: cloudsim.ResetAfter})
			token := w.lose(&spec, &o)
			w.inject(cloudsim.Fault{Kind: cloudsim.ForgetToken})
			time.Sleep(3 * time.Minute) // past every lag
			at := time.Now().Add(off)
			if off == 0 {
				at = time.Time{}
			}
			op, err := w.resume(w.sentAt(token, at), &provider.ResumeOptions{Spec: &spec, Run: &o})
			if n := len(w.alive()); n != 3 {
				t.Errorf("%s: %d instances exist, want 3", what, n)
			}
			if findable := w.marks() || owner != ""; findable {
				w.wantInHand(op, 3)
			} else if !errors.Is(err, provider.ErrOutcomeUnknown) {
				t.Errorf("%s: want ErrOutcomeUnknown, got %v", what, err)
			}
			if n := w.sim.Struck(cloudsim.ForgetToken); n != 0 {
				t.Errorf("%s: %d calls with a token that the cloud has forgotten", what, n)
			}
		}
	}
}

func trustsFreshTokens(t *testing.T, w *world) {
	for _, off := range []time.Duration{-50 * time.Minute, -3 * time.Minute, 3 * time.Minute} {
		w.simulate(CloudOptions{})
		spec := w.spec(3)
		w.injectCreate(cloudsim.Fault{Kind: cloudsim.ResetAfter})
		token := w.lose(&spec, nil)
		time.Sleep(3 * time.Minute)
		op, err := w.resume(w.sentAt(token, time.Now().Add(off)), &provider.ResumeOptions{Spec: &spec})
		if err != nil {
			t.Errorf("a clock %v off: %v", off, err)
		}
		w.wantInHand(op, 3)
	}
}

// ages are times between a create and its resume.
var ages = []time.Duration{time.Hour, 48 * time.Hour}

// losses are outcomes of a create whose answer was lost, and how many instances each
// created.
var losses = map[cloudsim.FaultKind]int{cloudsim.ResetAfter: 3, cloudsim.ResetBefore: 0}

func settlesByOwner(t *testing.T, w *world) {
	for _, age := range ages {
		for kind, made := range losses {
			w.simulate(CloudOptions{TokenLife: 30 * time.Minute})
			spec, o := w.spec(3), provider.RunOptions{Owner: "suite"}
			w.injectCreate(cloudsim.Fault{Kind: kind})
			token := w.lose(&spec, &o)
			time.Sleep(age)
			if n := len(w.alive()); n != made {
				t.Fatalf("%s made %d instances, want %d", kind, n, made)
			}
			op, err := w.resume(token, &provider.ResumeOptions{Spec: &spec, Run: &o})
			if err != nil {
				t.Errorf("%s, resumed after %v: %v", kind, age, err)
			}
			w.wantInHand(op, 3)
			w.wantNames(&spec)
			w.wantCreates(string(kind), map[bool]int{true: 1, false: 2}[made == 3])
		}
	}
}

// If names carry a marker, the instances are found at any age.
func needsPerson(t *testing.T, w *world) {
	for _, age := range ages {
		w.simulate(CloudOptions{TokenLife: 30 * time.Minute})
		spec := w.spec(3)
		w.injectCreate(cloudsim.Fault{Kind: cloudsim.ResetAfter})
		token := w.lose(&spec, nil)
		sent := time.Now().UTC().Format("2006-01-02")
		time.Sleep(age)
		op, err := w.resume(token, &provider.ResumeOptions{Spec: &spec})
		w.wantCreates(fmt.Sprintf("resumed after %v", age), 1)
		if w.marks() {
			w.wantInHand(op, 3)
			continue
		}
		if !errors.Is(err, provider.ErrOutcomeUnknown) {
			t.Errorf("resumed after %v: want ErrOutcomeUnknown, got %v", age, err)
		}
		for _, word := range []string{op.Region(), spec.InstanceType, spec.Name, sent, "NoneMade"} {
			if !says(err, word) {
				t.Errorf("the error does not say %q, which a person needs: %v", word, err)
			}
		}
	}
}

// noneMadeGoesOn also resumes creates that did create instances. With a marker nothing
// is created twice, even if the person is wrong.
func noneMadeGoesOn(t *testing.T, w *world) {
	for kind, made := range losses {
		if made > 0 && !w.marks() {
			continue // the library cannot know better than the person
		}
		w.simulate(CloudOptions{TokenLife: 30 * time.Minute})
		spec := w.spec(3)
		w.injectCreate(cloudsim.Fault{Kind: kind})
		token := w.lose(&spec, nil)
		time.Sleep(48 * time.Hour)
		op, err := w.resume(token, &provider.ResumeOptions{Spec: &spec, NoneMade: true})
		if err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		w.wantInHand(op, 3)
	}
}

// Of the four clouds only ECS documents a code for it.
func deadTokenGoesOn(t *testing.T, w *world) {
	w.inject(cloudsim.Fault{Kind: cloudsim.DeadToken, Times: 1})
	op := w.run(3)
	if n := w.sim.Struck(cloudsim.DeadToken); n != 1 {
		t.Fatalf("%d tokens died: the rule proves nothing", n)
	}
	w.wantInHand(op, 3)
	w.wantCreates("the first fails, its token is dead, and the next one creates all", 3)
}

func deadTokenResumes(t *testing.T, w *world) {
	w.needKinds(cloudsim.DeadToken)
	for _, age := range []time.Duration{time.Minute, time.Hour, 48 * time.Hour} {
		w.simulate(CloudOptions{})
		w.inject(cloudsim.Fault{Kind: cloudsim.DeadToken, Times: 1})
		spec, o := w.spec(3), provider.RunOptions{Owner: "suite"}
		token := w.lose(&spec, &o)
		time.Sleep(age)
		op, err := w.resume(token, &provider.ResumeOptions{Spec: &spec, Run: &o})
		if err != nil {
			t.Errorf("resumed after %v: %v", age, err)
		}
		w.wantInHand(op, 3)
	}
}
