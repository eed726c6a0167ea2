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

// oldTokenRules are about creates whose answer was lost and that are asked about much
// later, by another process, whose clock may differ.
func oldTokenRules() []rule {
	const why = "A cloud that has forgotten a client token creates everything a second time."
	return []rule{
		{"a create is never repeated by what a wrong clock says", why, distrustsClocks},
		{
			"a client token of minutes ago is asked again",
			"Who need not look at the cloud should not have to.", trustsFreshTokens,
		},
		{
			"a lost create of an owner is settled after hours and days",
			"What is tagged is there, and what is not was never made.", settlesByOwner,
		},
		{"a lost create that nobody can look for needs a person, who is told what to check", why, needsPerson},
		{
			"once a person says that nothing is there, the rest is created",
			"Somebody has to be able to go on.", noneMadeGoesOn,
		},
		{
			"a client token that is dead is followed by a new one",
			"The cloud says that it will never make anything.", deadTokenGoesOn,
		},
		{
			"a client token that is dead in another process is followed by a new one",
			"A crash between must not end the operation.", deadTokenResumes,
		},
	}
}

// sentAt returns a token whose creates were sent at another moment, by the clock of
// whoever sent them. Zero takes the moment away.
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

// clockErrors are moments before and after now that a clock may claim for a create of
// three minutes ago. Zero claims none.
var clockErrors = []time.Duration{
	-72 * time.Hour, -2 * time.Hour, -61 * time.Minute, 6 * time.Minute, 2 * time.Hour, 72 * time.Hour, 0,
}

// distrustsClocks resumes lost creates whose moment a clock got wrong, while the cloud
// forgets the client token before every call.
func distrustsClocks(t *testing.T, w *world) {
	for _, owner := range []string{"", "suite"} {
		for _, off := range clockErrors {
			w.simulate(cloudsim.Options{})
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
			if n := w.sim.Struck(w.Cloud, cloudsim.ForgetToken); n != 0 {
				t.Errorf("%s: %d calls with a token that the cloud has forgotten", what, n)
			}
		}
	}
}

func trustsFreshTokens(t *testing.T, w *world) {
	for _, off := range []time.Duration{-50 * time.Minute, -3 * time.Minute, 3 * time.Minute} {
		w.simulate(cloudsim.Options{})
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

// ages are how long a create is under way when it is resumed.
var ages = []time.Duration{time.Hour, 48 * time.Hour}

// losses are what became of a create whose answer was lost, and how many instances it
// made.
var losses = map[cloudsim.FaultKind]int{cloudsim.ResetAfter: 3, cloudsim.ResetBefore: 0}

func settlesByOwner(t *testing.T, w *world) {
	for _, age := range ages {
		for kind, made := range losses {
			w.simulate(cloudsim.Options{TokenLife: 30 * time.Minute})
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

// Where names bear a marker, the instances are found however long ago it was.
func needsPerson(t *testing.T, w *world) {
	for _, age := range ages {
		w.simulate(cloudsim.Options{TokenLife: 30 * time.Minute})
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

// noneMadeGoesOn also resumes what made instances after all: with a marker, which needs
// no person, nothing is made twice by a person who errs.
func noneMadeGoesOn(t *testing.T, w *world) {
	for kind, made := range losses {
		if made > 0 && !w.marks() {
			continue // the library cannot know better than the person
		}
		w.simulate(cloudsim.Options{TokenLife: 30 * time.Minute})
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

// Only ECS documents a code for it.
func deadTokenGoesOn(t *testing.T, w *world) {
	if w.Cloud != cloudsim.ECS {
		return
	}
	w.inject(cloudsim.Fault{Kind: cloudsim.DeadToken, Times: 1})
	op := w.run(3)
	if n := w.sim.Struck(w.Cloud, cloudsim.DeadToken); n != 1 {
		t.Fatalf("%d tokens died: the rule proves nothing", n)
	}
	w.wantInHand(op, 3)
	w.wantCreates("the first fails, its token is dead, and the next one makes all", 3)
}

func deadTokenResumes(t *testing.T, w *world) {
	if w.Cloud != cloudsim.ECS {
		return // see above
	}
	for _, age := range []time.Duration{time.Minute, time.Hour, 48 * time.Hour} {
		w.simulate(cloudsim.Options{})
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
