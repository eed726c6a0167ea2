package fleet_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/yunfan-cloud/yunfan/examples/temporal/fleet"
	"github.com/yunfan-cloud/yunfan/examples/temporal/workers"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

func TestACancelledFleetKeepsItsInstances(t *testing.T) {
	inFakeTime(t, func(t *testing.T, w *world) {
		w.after(time.Hour, w.CancelWorkflow)
		w.ExecuteWorkflow(fleet.Workflow, fleet.Fleet{Groups: workers.Groups(3), Timing: patient()})
		if err := w.GetWorkflowError(); !temporal.IsCanceledError(err) {
			t.Errorf("got %v, want a cancellation", err)
		}
		if got := len(w.sim.Instances()); got != 12 {
			t.Errorf("%d instances are left, want 12", got)
		}

		// The fleet in the error goes on.
		kept, f := (*temporal.CanceledError)(nil), fleet.Fleet{}
		if err := w.GetWorkflowError(); !errors.As(err, &kept) || kept.Details(&f) != nil {
			t.Fatalf("got %v, want the fleet in its details", err)
		}
		second := newWorld()
		second.use(w)
		second.after(time.Hour, second.release)
		second.ExecuteWorkflow(fleet.Workflow, f)
		if err := second.GetWorkflowError(); err != nil {
			t.Errorf("the fleet that goes on: %v", err)
		}
		if got := len(w.sim.Everything()); got != 12 {
			t.Errorf("%d instances were ever made, want 12", got)
		}
		if got := len(w.sim.Instances()); got != 0 {
			t.Errorf("%d instances are left, want 0", got)
		}
	})
}

func TestACancelledFleetTerminatesItsInstances(t *testing.T) {
	inFakeTime(t, func(t *testing.T, w *world) {
		w.after(time.Hour, w.CancelWorkflow)
		w.ExecuteWorkflow(fleet.Workflow, fleet.Fleet{
			Groups: workers.Groups(3), Timing: patient(), OnCancel: fleet.TerminateOnCancel,
		})
		if err := w.GetWorkflowError(); !temporal.IsCanceledError(err) {
			t.Errorf("got %v, want a cancellation", err)
		}
		if got := len(w.sim.Instances()); got != 0 {
			t.Errorf("%d instances are left, want 0", got)
		}
		if got := len(w.sim.Everything()); got != 12 {
			t.Errorf("%d instances were ever made, want 12", got)
		}
	})
}

// A fleet is cancelled, or released, while its creates have no answer yet.
func TestAFleetThatEndsDuringItsCreates(t *testing.T) {
	for how, end := range map[string]func(*world){
		"release": (*world).release,
		"cancel":  func(w *world) { w.CancelWorkflow() },
	} {
		t.Run(how, func(t *testing.T) {
			inFakeTime(t, func(t *testing.T, w *world) {
				w.sim.Inject(cloudsim.Fault{Kind: cloudsim.Slow, Delay: 20 * time.Second, Times: 4, API: "RunInstances"})
				w.after(10*time.Second, func() { end(w) })
				w.ExecuteWorkflow(fleet.Workflow, fleet.Fleet{
					Groups: workers.Groups(3), Timing: patient(), OnCancel: fleet.TerminateOnCancel,
				})
				err := w.GetWorkflowError()
				if cancelled := temporal.IsCanceledError(err); cancelled != (how == "cancel") {
					t.Errorf("got %v", err)
				}
				if got := len(w.sim.Instances()); got != 0 {
					t.Errorf("%d instances are left, want 0", got)
				}
				if got := len(w.sim.Everything()); got > 12 {
					t.Errorf("%d instances were ever made, want 12 at most", got)
				}
			})
		})
	}
}

// A long history ends in a new run, which goes on with the same fleet.
func TestALongHistoryGoesOnInANewRun(t *testing.T) {
	inFakeTime(t, func(t *testing.T, w *world) {
		w.after(time.Hour, func() {
			w.sim.Inject(cloudsim.Fault{Cloud: cloudsim.ECS, API: "RunInstances", Kind: cloudsim.Slow, Delay: time.Minute})
			w.resize("aliyun", 4)
		})
		w.after(time.Hour+10*time.Second, func() {
			w.SetContinueAsNewSuggested(true)
			w.resize("ens", 4) // for the next run: this one only ends its step on aliyun
		})
		w.ExecuteWorkflow(fleet.Workflow, fleet.Fleet{Groups: workers.Groups(3), Timing: patient()})
		if got := len(w.sim.Everything()); got != 13 {
			t.Errorf("the first run made %d instances, want 13", got)
		}
		second := newWorld()
		second.use(w)
		second.after(time.Hour, func() {
			if got := len(w.sim.Instances(cloudsim.ENS)); got != 4 {
				t.Errorf("%d instances on ENS after the new run, want 4", got)
			}
			second.release()
		})
		second.ExecuteWorkflow(fleet.Workflow, continued(t, w))
		if err := second.GetWorkflowError(); err != nil {
			t.Errorf("the new run: %v", err)
		}
		if got := len(w.sim.Everything()); got != 14 {
			t.Errorf("both runs made %d instances, want 14", got)
		}
		if got := len(w.sim.Instances()); got != 0 {
			t.Errorf("%d instances are left, want 0", got)
		}
	})
}

// continued returns the fleet that a run hands to the next one.
func continued(t *testing.T, w *world) (f fleet.Fleet) {
	t.Helper()
	again := (*workflow.ContinueAsNewError)(nil)
	if err := w.GetWorkflowError(); !errors.As(err, &again) {
		t.Fatalf("got %v, want a new run", err)
	}
	if err := converter.GetDefaultDataConverter().FromPayloads(again.Input, &f); err != nil {
		t.Fatal(err)
	}
	return f
}

// Of a fleet whose release is refused for good, the error names what is left. All the rest is
// released, and once the cause is mended the fleet in the error is released as well.
func TestAReleaseThatIsRefusedForGood(t *testing.T) {
	inFakeTime(t, func(t *testing.T, w *world) {
		w.sim.Inject(cloudsim.Fault{
			Cloud: cloudsim.ECS, API: "DeleteInstances", Kind: cloudsim.Refuse, Status: 403, Code: "Forbidden.RAM",
		})
		w.after(time.Hour, w.release)
		w.ExecuteWorkflow(fleet.Workflow, fleet.Fleet{Groups: workers.Groups(3), Timing: patient()})
		left, f := notReleased(t, w)
		var ids []string
		for _, i := range w.sim.Instances() {
			ids = append(ids, i.ID)
		}
		if len(left) != 1 || left[0].Account != "aliyun" || left[0].Count != 3 {
			t.Fatalf("left: got %+v, want the 3 instances of aliyun", left)
		}
		if got := slices.Sorted(slices.Values(left[0].IDs)); !slices.Equal(got, slices.Sorted(slices.Values(ids))) {
			t.Errorf("left: got %v, want %v", got, ids)
		}
		if err := w.GetWorkflowError().Error(); !strings.Contains(err, ids[0]) {
			t.Errorf("the error does not name %s: %v", ids[0], err)
		}

		w.sim.ClearFaults()
		second := newWorld()
		second.use(w)
		second.ExecuteWorkflow(fleet.Workflow, f)
		if err := second.GetWorkflowError(); err != nil {
			t.Errorf("once the cause is mended: %v", err)
		}
		if got := len(w.sim.Instances()); got != 0 {
			t.Errorf("%d instances are left, want 0", got)
		}
	})
}

// A release that fails in a way that may pass is tried for as long as the timing says.
func TestAReleaseIsNotTriedForEver(t *testing.T) {
	inFakeTime(t, func(t *testing.T, w *world) {
		w.sim.Inject(cloudsim.Fault{Cloud: cloudsim.CVM, API: "TerminateInstances", Kind: cloudsim.ServerErrorBefore})
		w.after(time.Hour, w.release)
		var began time.Time
		w.after(time.Hour, func() { began = time.Now() })
		w.ExecuteWorkflow(fleet.Workflow, fleet.Fleet{Groups: workers.Groups(3), Timing: patient()})
		if took := time.Since(began); took < 23*time.Hour || took > 25*time.Hour {
			t.Errorf("tried for %v, want about 24 h", took)
		}
		if left, _ := notReleased(t, w); len(left) != 1 || left[0].Account != "tencent" || len(left[0].IDs) != 3 {
			t.Errorf("left: got %+v, want the 3 instances of tencent", left)
		}
	})
}

// notReleased returns the details of the error of a fleet.
func notReleased(t *testing.T, w *world) (left []fleet.Left, f fleet.Fleet) {
	t.Helper()
	app := (*temporal.ApplicationError)(nil)
	err := w.GetWorkflowError()
	if !errors.As(err, &app) || app.Type() != fleet.TypeNotReleased {
		t.Fatalf("got %v, want the error %s", err, fleet.TypeNotReleased)
	}
	if err := app.Details(&left, &f); err != nil {
		t.Fatal(err)
	}
	return left, f
}
