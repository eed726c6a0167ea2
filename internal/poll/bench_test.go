package poll

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
)

// fleetOf returns a Poller, and Targets of 100 instances each that are never ready.
func fleetOf(n int) (*Poller[bool], []Target[bool]) {
	p := New(Config[bool]{Fetch: func(_ context.Context, _ string, ids []string) (map[string]bool, bool, error) {
		answer := make(map[string]bool, len(ids))
		for _, id := range ids {
			answer[id] = false
		}
		return answer, true, nil
	}})
	var targets []Target[bool]
	for i := range n / 100 {
		targets = append(targets, Target[bool]{
			IDs:      names(fmt.Sprint("op", i), 100),
			Accepted: time.Now(),
			Observe:  func(Event[bool]) Verdict { return Keep },
		})
	}
	return p, targets
}

// BenchmarkRound asks 10,000 pending instances of 100 operations once per iteration.
func BenchmarkRound(b *testing.B) {
	p, targets := fleetOf(10_000)
	g := p.group("")
	var watches []*watch[bool]
	for i := range targets {
		w := p.newWatch(b.Context(), &targets[i])
		g.join(w)
		watches = append(watches, w)
	}
	b.ReportAllocs()
	for b.Loop() {
		g.mu.Lock()
		for len(g.shared) > 0 && g.shared.next() < distantFuture {
			chunk := g.takeChunk(g.p.now()) // also when it should wait for more IDs
			answer := make(map[string]bool, len(chunk))
			for _, e := range chunk {
				answer[e.id] = false
				e.pos = inFlight
			}
			g.callsSent++
			c := &call[bool]{entries: chunk, number: g.callsSent, roundStart: g.roundStart, jitter: 1}
			g.recordAnswer(c, outcome[bool]{answer: answer, whole: true})
		}
		g.mu.Unlock()
		for _, w := range watches {
			if _, err := w.observeEvents(b.Context(), g); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(10_000, "IDs/op")
}

// liveHeap returns the live heap in bytes.
func liveHeap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// A large fleet takes little memory, and no goroutine per instance.
func TestLargeFleetIsCheapToKeep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 20_000
		p, targets := fleetOf(n)
		ctx, cancel := context.WithCancel(t.Context())
		var waits []<-chan error
		before, routines := liveHeap(), runtime.NumGoroutine()
		for _, target := range targets {
			waits = append(waits, start(ctx, p, target))
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		bytes := (liveHeap() - before) / n
		routines = runtime.NumGoroutine() - routines
		t.Logf("%d bytes per instance, %d goroutines for %d operations", bytes, routines, len(targets))
		if bytes > 300 {
			t.Errorf("an instance that is waited for takes %d bytes, want at most 300", bytes)
		}
		if routines > len(targets)+10 {
			t.Errorf("%d goroutines for %d operations, want one each and a handful", routines, len(targets))
		}
		cancel()
		for _, w := range waits {
			<-w
		}
		if left := int64(liveHeap()) - int64(before); left > 100_000 {
			t.Errorf("%d bytes are kept after every Wait has ended", left)
		}
	})
}
