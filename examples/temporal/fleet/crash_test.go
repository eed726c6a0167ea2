package fleet_test

import (
	"sync"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/examples/temporal/fleet"
	"github.com/yunfan-cloud/yunfan/examples/temporal/workers"
)

// crash kills the worker process once, at one of the moments of a life.
type crash struct {
	mu   sync.Mutex
	at   int // the number of the moment, from 0
	seen int
	when workers.Moment // the moment of the crash
}

func (c *crash) moment(m workers.Moment) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	hit := c.seen == c.at
	if c.seen++; hit {
		c.when = m
	}
	return hit
}

// once returns true the first time that it is called.
func (c *crash) once() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen++
	return c.seen == 1
}

// happened reports whether the life had that many moments.
func (c *crash) happened() bool { return c.seen > c.at }

// A worker is killed at every moment of the life of a group, before and after each call to the
// cloud, each access to the store and each attempt. The instances are those that were asked for,
// at every stage, and each create has made its instances once.
func TestAWorkerThatIsKilledAtAnyMoment(t *testing.T) {
	for _, g := range workers.Groups(3) {
		t.Run(g.Name, func(t *testing.T) {
			t.Parallel()
			steps := map[string]int{}
			every := 1
			if testing.Short() {
				every = 7
			}
			for at := 0; ; at += every {
				c := &crash{at: at}
				inFakeTime(t, func(t *testing.T, w *world) { live(t, w, c, g) })
				if !c.happened() {
					break
				}
				steps[c.when.Step]++
			}
			for _, name := range []string{"Submit", "Create", "Await", "Shrink", "Release"} {
				if steps[name] == 0 && !testing.Short() {
					t.Errorf("no worker was killed in %s: %v", name, steps)
				}
			}
			t.Logf("killed in %v", steps)
		})
	}
}

// live is the life of a group: 3 instances, then 5, then 1 of them, then none.
func live(t *testing.T, w *world, c *crash, g fleet.Group) {
	t.Helper()
	w.workers.Moment = c.moment
	has := func(stage string, want int) {
		if got := len(w.sim.Instances()); got != want {
			t.Errorf("killed at moment %d, %+v: %d instances after the %s, want %d", c.at, c.when, got, stage, want)
		}
		if p := w.progress(t).Groups[0]; p.Problem != "" || p.Ready != want {
			t.Errorf("killed at moment %d, %+v: progress after the %s is %+v, want %d ready", c.at, c.when, stage, p, want)
		}
	}
	w.after(1*time.Hour, func() { has("create", 3); w.resize(g.Name, 5) })
	w.after(2*time.Hour, func() { has("grow", 5); w.resize(g.Name, 1) })
	w.after(3*time.Hour, func() { has("shrink", 1); w.release() })
	w.ExecuteWorkflow(fleet.Workflow, fleet.Fleet{Groups: []fleet.Group{g}, Timing: patient()})
	if err := w.GetWorkflowError(); err != nil {
		t.Errorf("killed at moment %d, %+v: %v", c.at, c.when, err)
	}
	if got := len(w.sim.Instances()); got != 0 {
		t.Errorf("killed at moment %d, %+v: %d instances are left", c.at, c.when, got)
	}
	if got := len(w.sim.Everything()); got != 5 {
		t.Errorf("killed at moment %d, %+v: %d instances were ever made, want 5", c.at, c.when, got)
	}
}
