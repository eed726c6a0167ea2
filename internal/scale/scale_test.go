package scale_test

import (
	"context"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/overhead"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// operations is the size of the tests.
func operations() int {
	if large() {
		return 1000
	}
	if testing.Short() {
		return 8
	}
	return 20
}

func simulator(boot func(*rand.Rand) time.Duration) *cloudsim.Sim {
	return cloudsim.New(&cloudsim.Options{Boot: func(_ cloudsim.Cloud, r *rand.Rand) time.Duration { return boot(r) }})
}

// described is how many describe calls the clouds have answered.
func described(sim *cloudsim.Sim) (n int) {
	for _, c := range cloudsim.Clouds() {
		n += sim.Calls(c, "DescribeInstances")
	}
	return n
}

// Every instance of every operation is created and awaited; nothing is timed, and
// what it took is printed.
func TestManyInstancesAreCreatedAndAwaited(t *testing.T) {
	began, cpu := time.Now(), overhead.CPUTime()
	var fake time.Duration
	sim := simulator(bootTime)
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var running atomic.Int64
		var wg sync.WaitGroup
		for _, op := range create(t.Context(), t, accounts(t, sim), operations()) {
			wg.Go(func() {
				list, err := op.Wait(t.Context(), nil)
				if err != nil {
					t.Error(err)
				}
				running.Add(int64(len(list)))
			})
		}
		wg.Wait()
		fake = time.Since(start)
		want := int64(operations() * perOperation)
		if got := running.Load(); got != want {
			t.Errorf("%d instances are reported to run, want %d", got, want)
		}
		if got := int64(len(sim.Instances())); got != want {
			t.Errorf("%d instances exist, want %d", got, want)
		}
	})
	t.Logf("%d instances, %d operations: %.1f s real, %.1f s CPU, %.0f s fake", operations()*perOperation, operations(),
		time.Since(began).Seconds(), (overhead.CPUTime() - cpu).Seconds(), fake.Seconds())
	for _, c := range cloudsim.Clouds() {
		t.Logf("%-10s %6d instances %6d creates %6d describes", c, len(sim.Instances(c)), sim.Calls(c, "RunInstances"), sim.Calls(c, "DescribeInstances"))
	}
}

// What waits for instances must not outgrow them. The measure: the heap with all
// waits pending and every instance seen, which boots long, less the heap when nothing
// but the simulator is left of it, less the text of the IDs. That leaves operations,
// clients, waits and the poller.
func TestWaitingTakesLittleMemory(t *testing.T) {
	sim := simulator(func(*rand.Rand) time.Duration { return time.Hour })
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		routines := runtime.NumGoroutine()
		list := accounts(t, sim)
		ops := create(ctx, t, list, operations())
		var texts int64
		for _, op := range ops {
			texts += stringBytes(op.InstanceIDs())
		}
		var waits sync.WaitGroup
		for _, op := range ops {
			waits.Go(func() { _, _ = op.Wait(ctx, nil) })
		}
		for described(sim) < 2*operations() { // the poller looks at some before it looks at all
			time.Sleep(time.Second)
			synctest.Wait()
		}
		var stack runtime.MemStats
		heap := liveHeap()
		runtime.ReadMemStats(&stack)
		routines = runtime.NumGoroutine() - routines
		seen := described(sim)
		runtime.KeepAlive(list)
		runtime.KeepAlive(ops)

		cancel()
		waits.Wait()
		synctest.Wait()
		rest := liveHeap()
		report(t, heap-rest-texts, routines, int64(stack.StackInuse), seen)
		runtime.KeepAlive(sim)
	})
}

func report(t *testing.T, bytes int64, routines int, stacks int64, describes int) {
	t.Helper()
	n := int64(operations() * perOperation)
	each := bytes / n
	t.Logf("%d instances, %d operations, %d describe calls so far", n, operations(), describes)
	t.Logf("%d bytes of heap per instance, %d goroutines, %d bytes of stack per operation", each, routines, stacks/int64(operations()))
	most := int64(1000) // a client's own tables are the same for a few instances
	if large() {
		most = 400
	}
	if each > most {
		t.Errorf("an instance that is waited for takes %d bytes, want at most %d", each, most)
	}
	if most := 2*operations() + 100; routines > most {
		t.Errorf("%d goroutines for %d operations, want at most %d", routines, operations(), most)
	}
}
