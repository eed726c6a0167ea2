package fleet_test

import (
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"
	"go.uber.org/goleak"

	"github.com/yunfan-cloud/yunfan/examples/temporal/fleet"
	"github.com/yunfan-cloud/yunfan/examples/temporal/workers"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is a fleet with its workers, its simulated clouds and its store.
type world struct {
	*testsuite.TestWorkflowEnvironment
	sim     *cloudsim.Sim
	store   *store.Memory
	workers *workers.Workers
}

// patient is the timing of tests. The SDK's test environment takes all attempts of an activity
// for one: a heartbeat timeout would end it while it waits for its next attempt. So the
// workers say themselves when a process that was killed counts as dead.
func patient() fleet.Timing {
	return fleet.Timing{Heartbeat: 1000 * time.Hour, Attempt: 1000 * time.Hour}
}

// inFakeTime runs a test with a world in fake time.
func inFakeTime(t *testing.T, f func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { f(t, newWorld()) })
}

func newWorld() *world {
	w := &world{sim: cloudsim.New(nil), store: &store.Memory{}}
	suite := &testsuite.WorkflowTestSuite{}
	suite.SetLogger(quiet())
	w.TestWorkflowEnvironment = suite.NewTestWorkflowEnvironment()
	w.SetStartTime(time.Now())
	w.SetTestTimeout(100 * time.Hour) // of fake time
	w.workers = &workers.Workers{Transport: w.sim.Transport(), Store: w.store, Clock: w.Now, Silence: 30 * time.Second}
	w.RegisterWorkflow(fleet.Workflow)
	w.RegisterActivity(w.workers)
	return w
}

func quiet() log.Logger { return log.NewStructuredLogger(slog.New(slog.DiscardHandler)) }

// use lets a fleet go on where another one was: with its clouds and its store.
func (w *world) use(other *world) {
	w.sim, w.store = other.sim, other.store
	w.workers.Transport, w.workers.Store = other.sim.Transport(), other.store
}

// progress returns what the fleet says about itself.
func (w *world) progress(t *testing.T) (p fleet.Progress) {
	t.Helper()
	answer, err := w.QueryWorkflow(fleet.QueryProgress)
	if err == nil {
		err = answer.Get(&p)
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// after calls a function in the workflow's time.
func (w *world) after(d time.Duration, f func()) {
	w.RegisterDelayedCallback(func() {
		workers.CatchUp(w.workers)
		f()
	}, d)
}

func (w *world) resize(group string, want int) {
	w.SignalWorkflow(fleet.SignalResize, fleet.Resize{Group: group, Want: want})
}

func (w *world) release() { w.SignalWorkflow(fleet.SignalRelease, nil) }

func TestAFleetGrowsShrinksAndIsReleased(t *testing.T) {
	inFakeTime(t, func(t *testing.T, w *world) {
		w.after(1*time.Hour, func() {
			for _, g := range w.progress(t).Groups {
				if g.Have != 3 || g.Ready != 3 {
					t.Errorf("group %s: got %d, %d of them ready, want 3", g.Name, g.Have, g.Ready)
				}
			}
			w.resize("aliyun", 5)
			w.resize("qingcloud", 1)
		})
		w.after(2*time.Hour, func() {
			if got := len(w.sim.Instances()); got != 5+3+3+1 {
				t.Errorf("after the resize: %d instances, want 12", got)
			}
			w.resize("aliyun", 1)
		})
		w.after(3*time.Hour, func() {
			if got := len(w.sim.Instances(cloudsim.ECS)); got != 1 {
				t.Errorf("after the shrink: %d instances on ECS, want 1", got)
			}
			w.release()
		})
		w.ExecuteWorkflow(fleet.Workflow, fleet.Fleet{Groups: workers.Groups(3), Timing: patient()})
		if err := w.GetWorkflowError(); err != nil {
			t.Errorf("got %v, want no error", err)
		}
		if left := w.sim.Instances(); len(left) != 0 {
			t.Errorf("%d instances are left, want 0", len(left))
		}
		if got := len(w.sim.Everything()); got != 14 {
			t.Errorf("%d instances were ever made, want 14", got)
		}
	})
}
