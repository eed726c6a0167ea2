package scale_test

import (
	"context"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/clouds"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// large reports whether the tests have their full size.
func large() bool { return os.Getenv("YUNFAN_SCALE") == "large" }

// perOperation is how many instances one operation makes.
const perOperation = 100

// soonest is before any instance runs. Until then all waits are pending.
const soonest = 15 * time.Second

// bootTime is lognormal with a median of 25 s, and at times a minute or two.
func bootTime(r *rand.Rand) time.Duration {
	seconds := 25 * math.Exp(0.35*r.NormFloat64())
	if r.IntN(100) == 0 {
		seconds = 60 + 60*r.Float64()
	}
	return max(time.Duration(seconds*float64(time.Second)), soonest)
}

// account is one client with what it creates.
type account struct {
	client *provider.Client
	spec   provider.RunInstancesSpec
}

// accounts returns a client of each cloud, with call rates that hold up nobody:
// the documented ones would only make the hours of fake time longer.
func accounts(t testing.TB, sim *cloudsim.Sim) (list []account) {
	t.Helper()
	fast := provider.Rate{Calls: 1000, Per: time.Second}
	for _, c := range clouds.All() {
		client, err := c.New(clouds.Config{Transport: sim.Transport(), Options: &provider.Options{
			FirstLook: 12 * time.Second,
			Rates: map[provider.API]provider.Rate{
				provider.AnyAPI: fast, provider.APIRunInstances: fast, provider.APIDescribeInstances: fast,
			},
		}})
		if err != nil {
			t.Fatal(err)
		}
		spec := c.Spec
		spec.Name = "many"
		list = append(list, account{client, spec})
	}
	return list
}

// create starts operations on all clouds in turns.
func create(ctx context.Context, t testing.TB, accounts []account, operations int) []*provider.Operation {
	t.Helper()
	ops := make([]*provider.Operation, operations)
	var wg sync.WaitGroup
	for i := range ops {
		wg.Go(func() {
			a := accounts[i%len(accounts)]
			spec := a.spec
			spec.Count = perOperation
			var err error
			// Renaming would be one call an instance.
			if ops[i], err = a.client.RunInstances(ctx, spec, &provider.RunOptions{KeepMarker: true}); err != nil {
				t.Errorf("%s: %v", a.client.Name(), err)
			}
		})
	}
	wg.Wait()
	return ops
}

// liveHeap is what is left on the heap when nothing is garbage.
func liveHeap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// stringBytes is what the text of an ID takes: the allocator rounds up.
func stringBytes(ids []string) (sum int64) {
	for _, id := range ids {
		for _, class := range []int{8, 16, 24, 32, 48, 64} {
			if len(id) <= class {
				sum += int64(class)
				break
			}
		}
	}
	return sum
}
