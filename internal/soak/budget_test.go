package soak_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// meter notes when calls reach a cloud.
type meter struct {
	http.RoundTripper
	action string // of the calls that count, in Tencent's header; "" counts all

	mu    sync.Mutex
	calls []time.Time
}

// RoundTrip implements [http.RoundTripper].
func (m *meter) RoundTrip(req *http.Request) (*http.Response, error) {
	if m.action == "" || m.action == req.Header.Get("X-TC-Action") {
		m.mu.Lock()
		m.calls = append(m.calls, time.Now())
		m.mu.Unlock()
	}
	return m.RoundTripper.RoundTrip(req)
}

// count returns how many calls there were. A wait that its context ended may still
// have one on the way.
func (m *meter) count() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.calls)
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
	stuck  float64 // share of instances that take hours

	mu   sync.Mutex
	boot []time.Duration      // of each instance, in the order of creation
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
				x.sim = cloudsim.New(&cloudsim.Options{Seed: 1, Boot: x.draw, Regions: manyZones()})
				x.meter = &meter{RoundTripper: x.sim.Transport()}
				if s.cloud == cloudsim.CVM {
					x.meter.action = "DescribeInstances" // creates have a rate of their own
				}
				x.client = x.connect(t, x.meter)
				f(x)
				x.keepsTheRate()
			})
		})
	}
}

// slow gives the account a smaller budget than the cloud documents.
func (f *fleet) slow(api provider.API, r provider.Rate) {
	f.rate = r
	f.client = provider.NewClient(f.client.Driver(), &provider.Options{
		Region: f.spec.Region, Rates: map[provider.API]provider.Rate{api: r},
	})
}

// draw is the boot time of the next instance: lognormal, median 25 s.
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

// create makes n instances.
func (f *fleet) create(n int) *provider.Operation {
	spec := f.spec
	spec.Count = n
	op, err := f.client.RunInstances(f.t.Context(), spec, &provider.RunOptions{KeepMarker: f.cloud == cloudsim.QingCloud})
	if err != nil {
		f.t.Error(err)
	}
	return op
}

// noting keeps when instances were seen running.
func (f *fleet) noting() *provider.WaitOptions {
	return &provider.WaitOptions{Progress: func(e provider.Event) {
		if e.Instance.State == provider.StateRunning {
			f.mu.Lock()
			f.seen[e.Instance.ID] = e.Time
			f.mu.Unlock()
		}
	}}
}

// await waits for n instances, which must all run.
func (f *fleet) await(op *provider.Operation, n int) {
	list, err := op.Wait(f.t.Context(), f.noting())
	if err != nil || len(list) != n {
		f.t.Errorf("a wait for %d instances ended with %d and %v", n, len(list), err)
	}
}

// delays returns how long after they were ready the instances were seen, per ID.
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

// round is how long it takes to ask about n instances at full rate.
func (f *fleet) round(n int) time.Duration {
	return time.Duration((n+99)/100) * f.rate.Per / time.Duration(f.rate.Calls)
}

// sorted returns the delays from the shortest on.
func sorted(delays map[string]time.Duration) []time.Duration {
	return slices.Sorted(maps.Values(delays))
}

// Waits of 10,000, 1,000, 100 and one instance, and more of one that come while those
// are under way: none of the small ones waits longer than two rounds over everybody.
func TestWaitsOfAllSizesShareTheBudget(t *testing.T) {
	inFleet(t, func(f *fleet) {
		var wg sync.WaitGroup
		total, ones := 0, []string{}
		sizes := []int{10_000, 1000, 100, 1}
		rate := provider.Rate{Calls: 10, Per: time.Second}
		if small() {
			sizes[0] = 2000
		}
		if testing.Short() {
			sizes, rate.Calls = []int{200, 100, 1}, 2
		}
		if small() && f.cloud == cloudsim.CVM { // a round over fewer instances takes as long
			f.slow(provider.APIDescribeInstances, rate)
		}
		for _, n := range sizes {
			total += n
			wg.Go(func() { f.await(f.create(n), n) })
		}
		for range 20 {
			time.Sleep(f.round(total) / 10)
			op := f.create(1)
			ones = append(ones, op.InstanceIDs()...)
			wg.Go(func() { f.await(op, 1) })
		}
		wg.Wait()
		delays, round, worst := f.delays(), f.round(total), time.Duration(0)
		for _, id := range ones {
			worst = max(worst, delays[id])
		}
		all := sorted(delays)
		f.t.Logf("%d instances, a round takes %v: %d calls, up to %d within %v; delay %v p50, %v p99, %v max; of operations of one at most %v", len(all), round,
			f.meter.count(), f.meter.most(f.rate.Per), f.rate.Per, all[len(all)/2], all[len(all)*99/100], all[len(all)-1], worst)
		if len(all) != total+20 {
			f.t.Errorf("%d of %d instances were seen", len(all), total+20)
		}
		// 5 s are the delay that a wait has alone.
		if limit := 2*round + 5*time.Second; worst > limit {
			f.t.Errorf("a wait for one instance noticed it after %v, want at most %v", worst, limit)
		}
	})
}

// manyZones are the zones pek0a to pek29a of QingCloud.
func manyZones() map[cloudsim.Cloud][]cloudsim.Region {
	var list []cloudsim.Region
	for i := range 30 {
		list = append(list, cloudsim.Region{ID: fmt.Sprintf("pek%da", i)})
	}
	return map[cloudsim.Cloud][]cloudsim.Region{cloudsim.QingCloud: list}
}

// Instances that never come up, in many zones that share no call, keep the poller at
// the limit for longer than the rate's own time. The meter checks that; the waits
// end with what is left.
func TestStuckInstancesNeverExceedTheBudget(t *testing.T) {
	inFleet(t, func(f *fleet) {
		if f.cloud != cloudsim.QingCloud {
			return // its rate counts all calls of an account
		}
		const zones, each = 30, 4
		patience := 75 * time.Minute
		if testing.Short() { // a fifth of everything
			patience /= 5
			f.slow(provider.AnyAPI, provider.Rate{Calls: 400, Per: 12 * time.Minute, Burst: 20})
		}
		f.stuck = 0.8
		ctx, cancel := context.WithTimeout(f.t.Context(), patience)
		defer cancel()
		var wg sync.WaitGroup
		var running, pending atomic.Int64
		for i := range zones {
			f.spec.Region = fmt.Sprintf("pek%da", i)
			op := f.create(each)
			wg.Go(func() {
				list, err := op.Wait(ctx, nil)
				running.Add(int64(len(list)))
				var w *provider.WaitError
				if errors.As(err, &w) {
					pending.Add(int64(len(w.Pending)))
				}
			})
		}
		wg.Wait()
		f.t.Logf("%d calls in %v, at most %d within %v", f.meter.count(), patience, f.meter.most(f.rate.Per), f.rate.Per)
		if got := running.Load() + pending.Load(); got != zones*each || pending.Load() < zones*each/2 {
			f.t.Errorf("%d running and %d pending of %d instances", running.Load(), pending.Load(), zones*each)
		}
		if n := f.meter.count(); n < f.rate.Calls {
			f.t.Errorf("%d calls, too few to test the limit of %d", n, f.rate.Calls)
		}
	})
}

// A cloud that refuses every call for a minute while everybody waits costs that
// minute and the time to speed up again, but no instance and no wait.
func TestAThrottlingBurstLosesNobody(t *testing.T) {
	inFleet(t, func(f *fleet) {
		sizes, total := []int{2000, 1000, 100, 1, 1, 1}, 0
		if testing.Short() {
			sizes = []int{100, 1, 1}
		}
		var wg sync.WaitGroup
		for _, n := range sizes {
			total += n
			op := f.create(n)
			wg.Go(func() { f.await(op, n) })
		}
		time.Sleep(20 * time.Second)
		calm := f.sim.Inject(cloudsim.Fault{Cloud: f.cloud, Kind: cloudsim.Throttle})
		before := f.sim.Calls(f.cloud, "")
		time.Sleep(time.Minute)
		refused := f.sim.Calls(f.cloud, "") - before
		calm()
		over := time.Now()
		wg.Wait()
		all := sorted(f.delays())
		f.t.Logf("%d calls refused in a minute; everybody noticed %v after it", refused, time.Since(over))
		if len(all) != total {
			f.t.Errorf("%d of %d instances were seen", len(all), total)
		}
		if refused > 60 {
			f.t.Errorf("%d calls in a minute in which all were refused", refused)
		}
		// The rate grows by a tenth each 10 s, from as little as a call in 10 s.
		if limit := 3*time.Minute + 2*f.round(total); time.Since(over) > limit {
			f.t.Errorf("the waits ended %v after the throttling did, want at most %v", time.Since(over), limit)
		}
	})
}
