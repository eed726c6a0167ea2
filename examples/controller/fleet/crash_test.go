package fleet_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/examples/controller/api"
)

// life is what a fleet goes through, in stages. The first process dies at a step of it.
type life struct {
	clouds []string
	first  int32 // how many run before the life begins; 0 begins without any
	stages []stage
	made   int // instances made in all
}

// stage is a change by a user, and what must come of it.
type stage struct {
	change func(*world)
	wanted func(*api.Fleet) bool
	alive  int
}

func scale(n int32) stage {
	change := func(w *world) { w.edit(func(s *api.FleetSpec) { s.Replicas = n }) }
	return stage{change, isReady(n), int(n)}
}

func deletion() stage { return stage{(*world).remove, isGone, 0} }

// A controller dies before or after every single step of what it does: each write to the API server,
// and each call of the cloud. Another process goes on. There are exactly as many instances as
// wanted, and none is left.
func TestTheControllerDiesAtEveryStep(t *testing.T) {
	for what, l := range map[string]life{
		"made and deleted": {[]string{"aliyun", "ens", "tencent", "qingcloud"}, 0, []stage{scale(3), deletion()}, 3},
		"scaled":           {[]string{"aliyun", "qingcloud"}, 3, []stage{scale(2), scale(4)}, 5},
	} {
		for _, cloud := range l.clouds {
			for _, after := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s on %s, after=%t", what, cloud, after), func(t *testing.T) {
					t.Parallel()
					dieAt := 1
					for died := true; died && !t.Failed(); dieAt++ {
						inWorld(t, cloud, l.first, func(t *testing.T, w *world) { died = l.live(t, w, dieAt, after) })
					}
					switch {
					case t.Failed():
						t.Errorf("the process died at step %d", dieAt-1)
					case dieAt < 10:
						t.Errorf("%d steps, want many: the test proves nothing", dieAt)
					}
				})
			}
		}
	}
}

// live lives once, with processes of which the first one dies at a step. It reports whether that step
// came.
func (l *life) live(t *testing.T, w *world, dieAt int, after bool) (died bool) {
	p := w.start()
	if l.first > 0 {
		p.until("the first run", isReady(l.first))
		p = w.start()
	}
	p.dieAt, p.after = dieAt, after
	for n, s := range l.stages {
		s.change(w)
		what := fmt.Sprintf("stage %d", n)
		if p.until(what, s.wanted); p.dead() {
			died = true
			time.Sleep(20 * time.Second) // until another process leads
			p = w.start()
			p.until(what, s.wanted)
		}
		w.wantAlive(s.alive)
	}
	w.wantMade(l.made)
	return died
}
