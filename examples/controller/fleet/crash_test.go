package fleet_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/examples/controller/api"
)

// A controller dies before or after every single step of making three instances and of releasing
// them: each write to the API server, and each call of the cloud. Another process goes on. There
// are never more instances than three, and none is left.
func TestTheControllerDiesAtEveryStep(t *testing.T) {
	for name := range accounts {
		for _, after := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s after=%t", name, after), func(t *testing.T) {
				t.Parallel()
				steps := 0
				for dieAt := 1; ; dieAt++ {
					died := false
					inWorld(t, name, 3, func(t *testing.T, w *world) { died = live(t, w, dieAt, after) })
					if t.Failed() {
						t.Fatalf("the process died at step %d", dieAt)
					}
					if !died {
						break
					}
					steps++
				}
				if steps < 10 {
					t.Errorf("%d steps, want many: the test proves nothing", steps)
				}
				t.Logf("%d steps", steps)
			})
		}
	}
}

// live makes and releases a fleet, with processes of which the first one dies at a step. It reports
// whether that step came.
func live(t *testing.T, w *world, dieAt int, after bool) (died bool) {
	p := w.start()
	p.dieAt, p.after = dieAt, after
	next := func(what string, wanted func(*api.Fleet) bool) {
		p.until(what, wanted)
		if p.dead() {
			died = true
			time.Sleep(20 * time.Second) // until another process leads
			p = w.start()
			p.until(what, wanted)
		}
	}
	next("three run", isReady(3))
	w.wantAlive(3)
	w.wantMade(3)
	w.remove()
	next("the fleet is gone", isGone)
	w.wantAlive(0)
	w.wantMade(3)
	return died
}
