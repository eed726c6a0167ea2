package soak_test

import (
	"math"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// meter notes when calls reach a cloud.
type meter struct {
	http.RoundTripper
	mu    sync.Mutex
	calls []time.Time
}

// RoundTrip implements [http.RoundTripper].
func (m *meter) RoundTrip(req *http.Request) (*http.Response, error) {
	m.mu.Lock()
	m.calls = append(m.calls, time.Now())
	m.mu.Unlock()
	return m.RoundTripper.RoundTrip(req)
}

// most returns the largest number of calls in any stretch of time that long.
func (m *meter) most(per time.Duration) (n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	from := 0
	for i, at := range m.calls {
		for at.Sub(m.calls[from]) >= per {
			from++
		}
		n = max(n, i-from+1)
	}
	return n
}

// fleet is an account with a small call budget, in fake time.
type fleet struct {
	service
	t      *testing.T
	sim    *cloudsim.Sim
	meter  *meter
	client *provider.Client
	rate   provider.Rate
	stuck  float64 // share of machines that take hours

	mu   sync.Mutex
	boot []time.Duration      // of each machine, in the order of creation
	seen map[string]time.Time // when a wait reported it running
}

// inFleet runs f in fake time on each cloud whose budget is documented and small.
func inFleet(t *testing.T, f func(f *fleet)) {
	for _, s := range services() {
		rate := provider.Rate{Calls: 2000, Per: time.Hour} // all calls of an account
		if s.cloud == cloudsim.CVM {
			rate = provider.Rate{Calls: 40, Per: time.Second} // describes
		} else if s.cloud != cloudsim.QingCloud {
			continue
		}
		t.Run(string(s.cloud), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x := &fleet{service: s, t: t, rate: rate, seen: map[string]time.Time{}}
				x.sim = cloudsim.New(&cloudsim.Options{Seed: 1, Boot: x.draw})
				x.meter = &meter{RoundTripper: x.sim.Transport()}
				x.client = x.connect(t, x.meter)
				f(x)
				x.keepsTheRate()
			})
		})
	}
}

// draw is the boot time of the next machine: lognormal, median 25 s.
func (f *fleet) draw(_ cloudsim.Cloud, r *rand.Rand) time.Duration {
	d := time.Duration(25 * math.Exp(0.35*r.NormFloat64()) * float64(time.Second))
	if r.Float64() < f.stuck {
		d = 3 * time.Hour
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.boot = append(f.boot, d)
	return d
}

// create makes n servers.
func (f *fleet) create(n int) *provider.Operation {
	spec := f.spec
	spec.Count = n
	op, err := f.client.RunInstances(f.t.Context(), spec, &provider.RunOptions{KeepMarker: f.cloud == cloudsim.QingCloud})
	if err != nil {
		f.t.Error(err)
	}
	return op
}

// noting keeps when servers were seen running.
func (f *fleet) noting() *provider.WaitOptions {
	return &provider.WaitOptions{Progress: func(e provider.Event) {
		if e.Instance.State == provider.StateRunning {
			f.mu.Lock()
			f.seen[e.Instance.ID] = e.Time
			f.mu.Unlock()
		}
	}}
}

// await waits for n servers, which must all run.
func (f *fleet) await(op *provider.Operation, n int) {
	list, err := op.Wait(f.t.Context(), f.noting())
	if err != nil || len(list) != n {
		f.t.Errorf("a wait for %d servers ended with %d and %v", n, len(list), err)
	}
}

// delays returns how long after they were ready the servers were seen, per ID.
func (f *fleet) delays() map[string]time.Duration {
	out := map[string]time.Duration{}
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, m := range f.sim.Everything(f.cloud) {
		if at, ok := f.seen[m.ID]; ok {
			out[m.ID] = at.Sub(m.Created.Add(f.boot[i]))
		}
	}
	return out
}

// keepsTheRate checks what reached the simulator.
func (f *fleet) keepsTheRate() {
	if n := f.meter.most(f.rate.Per); n > f.rate.Calls {
		f.t.Errorf("%d calls within %v, want at most %d", n, f.rate.Per, f.rate.Calls)
	}
}

// round is how long it takes to ask about n servers at full rate.
func (f *fleet) round(n int) time.Duration {
	return time.Duration((n+99)/100) * f.rate.Per / time.Duration(f.rate.Calls)
}

func TestWaitsOfAllSizesShareTheBudget(t *testing.T) {
	inFleet(t, func(f *fleet) {
		var wg sync.WaitGroup
		sizes := []int{10_000, 1000, 100, 1}
		total := 0
		for _, n := range sizes {
			total += n
			wg.Go(func() { f.await(f.create(n), n) })
		}
		var small []string
		for range 20 { // more operations of one server come while the others wait
			time.Sleep(f.round(total) / 10)
			op := f.create(1)
			small = append(small, op.InstanceIDs()...)
			wg.Go(func() { f.await(op, 1) })
		}
		wg.Wait()
		delays := f.delays()
		if len(delays) != total+20 {
			t.Errorf("%d of %d servers were seen", len(delays), total+20)
		}
		round, worst := f.round(total), time.Duration(0)
		for _, id := range small {
			worst = max(worst, delays[id])
		}
		all := slices.Sorted(func(yield func(time.Duration) bool) {
			for _, d := range delays {
				if !yield(d) {
					return
				}
			}
		})
		t.Logf("%d servers, round %v: %d calls, delay p50 %v p99 %v max %v; operations of one: at most %v", len(delays), round,
			len(f.meter.calls), all[len(all)/2], all[len(all)*99/100], all[len(all)-1], worst)
	})
}
