package providertest

import (
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

func herdRules() []rule {
	return []rule{{
		"three hundred parallel creates end with an answer although half of the calls fail",
		"Time in the library's own queue must not count as waiting for the cloud.", herdEnds,
	}}
}

// spoil makes about half of the calls of an API fail, chosen by a seeded draw.
func (w *world) spoil(api string, calls int) {
	draw := rand.New(rand.NewPCG(2, 17))
	for n := range calls {
		switch p := draw.Float64(); {
		case p < 0.25:
			w.inject(cloudsim.Fault{API: api, Kind: cloudsim.Throttle, Skip: n, Times: 1})
		case p < 0.5:
			w.inject(cloudsim.Fault{API: api, Kind: cloudsim.ServerErrorBefore, Skip: n, Times: 1})
		}
	}
}

// herdEnds gives every create the time that the slowest rate needs for all calls of the
// herd: a call every ten seconds. That is far longer than the patience with one call.
func herdEnds(t *testing.T, w *world) {
	herd := 300
	if testing.Short() {
		herd = 60
	}
	w.spoil(w.facts.Creates[0], 4*herd)
	start := time.Now()
	var mu sync.Mutex
	var ids []string
	refused := 0
	var all sync.WaitGroup
	for range herd {
		all.Go(func() {
			op, err := w.client.RunInstances(w.ctx, w.spec(1), &provider.RunOptions{KeepMarker: true})
			mu.Lock()
			defer mu.Unlock()
			ids = append(ids, op.InstanceIDs()...)
			if errors.Is(err, provider.ErrOutcomeUnknown) {
				t.Errorf("a create ends without an answer: %v", err)
			}
			if err != nil {
				refused++
			}
		})
	}
	all.Wait()
	calls := w.creates()
	spoilt := w.sim.Struck(cloudsim.Throttle) + w.sim.Struck(cloudsim.ServerErrorBefore)
	if spoilt < calls*2/5 {
		t.Errorf("%d of %d calls failed: the rule proves nothing", spoilt, calls)
	}
	if took, most := time.Since(start), time.Duration(calls)*10*time.Second; took > most {
		t.Errorf("%d creates took %v, want at most %v", herd, took, most)
	}
	most := 0
	if w.marks() { // two lost calls in a row, and two searches that find nothing, end a create
		most = herd / 5
	}
	if refused > most {
		t.Errorf("%d of %d creates failed, want at most %d", refused, herd, most)
	}
	w.wantExactly(ids, herd-refused)
}
