package scale_test

import (
	"context"
	"math/rand/v2"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/overhead"
	"github.com/yunfan-cloud/yunfan/internal/poll"
)

// drawn is a cloud that is nothing but boot times.
type drawn struct {
	start time.Time
	boots []time.Duration
	calls atomic.Int64
}

func newDrawn(n int) *drawn {
	d := &drawn{start: time.Now(), boots: make([]time.Duration, n)}
	r := rand.New(rand.NewPCG(1, 2))
	for i := range d.boots {
		d.boots[i] = bootTime(r)
	}
	return d
}

// ids are those of one operation.
func (d *drawn) ids(operation int) []string {
	out := make([]string, perOperation)
	for i := range out {
		out[i] = "i-" + strconv.Itoa(operation*perOperation+i)
	}
	return out
}

// describe tells of each instance whether it runs.
func (d *drawn) describe(_ context.Context, _ string, ids []string) (map[string]bool, bool, error) {
	d.calls.Add(1)
	age := time.Since(d.start)
	out := make(map[string]bool, len(ids))
	for _, id := range ids {
		n, err := strconv.Atoi(id[2:])
		if err != nil {
			return nil, false, err
		}
		out[id] = age >= d.boots[n]
	}
	return out, true, nil
}

// A million instances of ten thousand operations go through one poller.
func TestInstancesThroughThePollerAlone(t *testing.T) {
	n := 10_000
	if large() {
		n = 1_000_000
	}
	began, cpu := time.Now(), overhead.CPUTime()
	synctest.Test(t, func(t *testing.T) {
		cloud := newDrawn(n)
		p := poll.New(poll.Config[bool]{Fetch: cloud.describe, Parallel: 8, First: func(string) time.Duration { return 12 * time.Second }})
		lists := make([][]string, n/perOperation)
		for i := range lists {
			lists[i] = cloud.ids(i)
		}
		before, routines := liveHeap(), runtime.NumGoroutine()
		var ready atomic.Int64
		var wg sync.WaitGroup
		for _, ids := range lists {
			wg.Go(func() {
				err := p.Wait(t.Context(), poll.Target[bool]{IDs: ids, Accepted: cloud.start, Observe: func(e poll.Event[bool]) poll.Verdict {
					if !e.Value {
						return poll.Keep
					}
					ready.Add(1)
					return poll.Ready
				}})
				if err != nil {
					t.Error(err)
				}
			})
		}
		time.Sleep(soonest - time.Second)
		synctest.Wait()
		bytes, seen := (liveHeap()-before)/int64(n), cloud.calls.Load()
		routines = runtime.NumGoroutine() - routines
		wg.Wait()
		if int(ready.Load()) != n {
			t.Errorf("%d instances are reported to run, want %d", ready.Load(), n)
		}
		t.Logf("%d instances, %d operations: %d calls, %d of them before any instance ran", n, len(lists), cloud.calls.Load(), seen)
		t.Logf("%d bytes of heap per instance, %d goroutines", bytes, routines)
		if bytes > 300 {
			t.Errorf("an instance that is waited for takes %d bytes, want at most 300", bytes)
		}
		if most := len(lists) + 100; routines > most {
			t.Errorf("%d goroutines for %d operations, want at most %d", routines, len(lists), most)
		}
		runtime.KeepAlive(lists)
	})
	t.Logf("%.1f s real, %.1f s CPU", time.Since(began).Seconds(), (overhead.CPUTime() - cpu).Seconds())
}
