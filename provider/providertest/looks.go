package providertest

import (
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// looksAlone are the rules for callers that only look, and keep nothing but the token between
// two looks.
func looksAlone() []rule {
	return []rule{
		{
			"looks from tokens tell of an instance that dies, as a wait does",
			"A controller that starts anew between its looks would keep the dead instance as pending for ever.",
			looksTellOfADeath,
		},
		{
			"looks from tokens tell of no failure when describes leave instances out for a while",
			"An instance that is reported as failed is replaced, and the first one costs money.",
			looksSurviveFlaps,
		},
	}
}

// lookUntilDone resumes and looks every 5 seconds, each time with a new client, until no instance
// is pending. It gives up after a while.
func (w *world) lookUntilDone(op *provider.Operation, most time.Duration) (last provider.Look) {
	w.t.Helper()
	token, err := op.MarshalText()
	for start := time.Now(); err == nil && time.Since(start) < most; time.Sleep(5 * time.Second) {
		if op, err = w.newClient(w.sim.Transport(), nil).Resume(w.ctx, token, nil); err != nil {
			break
		}
		if last, err = op.Look(w.ctx); err != nil || last.Done() {
			break
		}
		token, err = op.MarshalText()
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return last
}

func looksTellOfADeath(t *testing.T, w *world) {
	w.inject(cloudsim.Fault{Kind: cloudsim.LaunchFailure, Count: 1})
	op := w.run(3)
	dead := op.InstanceIDs()[0]
	l := w.lookUntilDone(op, 5*time.Minute)
	if len(l.Ready) != 2 {
		t.Errorf("got %s, want 2 ready", l.String())
	}
	if never := w.facts.DropsFailed && len(l.NotVisible) == 1 && !l.NotVisible[0].Visible; never {
		return // it was gone before any look: nothing proves that it is dead
	}
	if len(l.Failed) != 1 {
		t.Fatalf("got %s, want 1 failed", l.String())
	}
	if got := l.Failed[0].InstanceID; got != dead {
		t.Errorf("got %s as failed, want %s", got, dead)
	}
}

func looksSurviveFlaps(t *testing.T, w *world) {
	op := w.run(3)
	w.lookUntilDone(op, time.Second)
	w.inject(cloudsim.Fault{Kind: cloudsim.Flap, API: w.facts.Describe, Times: 2})
	if l := w.lookUntilDone(op, 5*time.Minute); len(l.Ready) != 3 {
		t.Errorf("got %s, want 3 ready", l.String())
	}
}
