package providertest

import (
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

func terminateRules() []rule {
	return []rule{
		{"servers that run", "What is released must be gone, and no longer billed.", terminatesRunning},
		{"servers that have just been created", "Cleaning up after a mistake must work at once.", terminatesFresh},
		{"twice", "A cleanup that is repeated must not fail.", terminatesTwice},
		{"some that are gone already", "One stale ID must not save the others.", terminatesAroundMissing},
	}
}

func (w *world) terminate(ids []string) {
	w.t.Helper()
	if _, err := w.client.TerminateInstances(w.ctx, "", ids, &provider.TerminateOptions{Wait: true}); err != nil {
		w.t.Errorf("terminate: %v", err)
	}
}

func terminatesRunning(t *testing.T, w *world) {
	op := w.run(5)
	if _, err := op.Wait(w.ctx, nil); err != nil {
		t.Fatal(err)
	}
	w.terminate(op.InstanceIDs())
	if left := w.alive(); len(left) != 0 {
		t.Errorf("still there: %v", left)
	}
}

func terminatesFresh(t *testing.T, w *world) {
	w.inject(cloudsim.Fault{Kind: cloudsim.LateVisibility, Delay: 10 * time.Second})
	w.terminate(w.run(3).InstanceIDs())
	if left := w.alive(); len(left) != 0 {
		t.Errorf("still there: %v", left)
	}
}

func terminatesTwice(t *testing.T, w *world) {
	op := w.run(2)
	w.terminate(op.InstanceIDs())
	w.terminate(op.InstanceIDs())
}

func terminatesAroundMissing(t *testing.T, w *world) {
	gone := w.run(1).InstanceIDs()
	w.terminate(gone)
	time.Sleep(2 * time.Minute) // inside a bubble: gone is no longer new
	op := w.run(3)
	if _, err := op.Wait(w.ctx, nil); err != nil {
		t.Fatal(err)
	}
	w.terminate(append(op.InstanceIDs(), gone...))
	if left := w.alive(); len(left) != 0 {
		t.Errorf("still there: %v", left)
	}
}
