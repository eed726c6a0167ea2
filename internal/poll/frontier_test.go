package poll

import (
	"math"
	"math/bits"
	"slices"
	"testing"
	"time"
)

// frontier computes what schedules cost that ask about all pending instances by ID and
// know the distribution lognormal. Moments lie on a grid of a tenth of a second.
type frontier struct {
	n    float64 // instances
	done []float64
	sum  []float64 // of done so far, times the grid
}

const (
	grid     = 0.1 // seconds
	lateGrid = 50  // 5 s
	longest  = 300 // 30 s
)

func newFrontier(n int) *frontier {
	f := &frontier{n: float64(n), done: make([]float64, 1221), sum: make([]float64, 1221)}
	for i := 1; i < len(f.done); i++ {
		t := float64(i) * grid
		f.done[i] = 0.99*0.5*math.Erfc(-math.Log(t/25)/(0.35*math.Sqrt2)) + 0.01*min(max((t-60)/60, 0), 1)
		f.sum[i] = f.sum[i-1] + grid*(f.done[i]+f.done[i-1])/2
	}
	return f
}

// calls returns how many calls one look takes after a look at moment i.
func (f *frontier) calls(i int) float64 {
	left := 1 - f.done[i]
	return max(1-math.Pow(1-left, f.n), f.n*left/100)
}

// delay returns the mean delay of the instances that become ready between looks at i and
// j, times their share, and the share that is seen later than 5 s after it was ready.
func (f *frontier) delay(i, j int) (delay, late float64) {
	delay = f.sum[j] - f.sum[i] - f.done[i]*float64(j-i)*grid
	if j-lateGrid > i {
		late = f.done[j-lateGrid] - f.done[i]
	}
	return delay, late
}

// best returns the looks with the lowest sum of the delays, the price of the calls and the
// price of late looks.
func (f *frontier) best(call, late float64) []int {
	last := len(f.done) - 1
	cost, next := make([]float64, last+1), make([]int, last+1)
	for i := last - 1; i >= 0; i-- {
		cost[i] = math.Inf(1)
		for j := i + 1; j <= min(i+longest, last); j++ {
			d, l := f.delay(i, j)
			if v := call*f.calls(i)*min(f.n, 100)/f.n + d + late*l + cost[j]; v < cost[i] {
				cost[i], next[i] = v, j
			}
		}
	}
	var looks []int
	for i := 0; i < last; i = next[i] {
		looks = append(looks, next[i])
	}
	return looks
}

// sums returns the calls, the mean delay and the share of late instances of a schedule.
func (f *frontier) sums(looks []int) (calls, delay, late float64) {
	at := 0
	for _, j := range looks {
		d, l := f.delay(at, j)
		calls, delay, late = calls+f.calls(at), delay+d, late+l
		at = j
	}
	return calls, delay, late
}

// bestAges returns the ages of the looks that take the fewest calls with a mean delay of at
// most 1.5 s and at most one instance in a hundred seen later than 5 s.
func bestAges(n int) (ages []time.Duration) {
	f := newFrontier(n)
	fewest := math.Inf(1)
	for _, price := range []float64{0, 5, 10, 20} {
		for call := 0.05; call < 0.5; call *= 1.08 {
			looks := f.best(call, price)
			calls, delay, late := f.sums(looks)
			if delay > 1.5 {
				break // dearer calls make it longer still
			}
			if late > 0.01 || calls >= fewest {
				continue
			}
			fewest, ages = calls, ages[:0]
			for _, j := range looks {
				ages = append(ages, time.Duration(float64(j)*grid*float64(time.Second)))
			}
		}
	}
	return ages
}

// No schedule that asks about pending instances by ID takes fewer calls on average, where
// parts of a call count as fractions. So 65 calls for 1,000 and 500 for 10,000 are out of
// its reach.
func TestFrontierOfAskingByID(t *testing.T) {
	for _, tc := range []struct {
		n     int
		least float64
	}{{1, 5}, {100, 16}, {1000, 63}, {10000, 540}} {
		if testing.Short() && tc.n != 100 {
			continue
		}
		var looks []int
		for _, at := range bestAges(tc.n) {
			looks = append(looks, int(math.Round(at.Seconds()/grid)))
		}
		calls, delay, late := newFrontier(tc.n).sums(looks)
		t.Logf("%d instances: %.1f calls at a mean delay of %.2f s, %.1f %% later than 5 s", tc.n, calls, delay, 100*late)
		if calls < tc.least {
			t.Errorf("%d instances: %.1f calls, want at least %v", tc.n, calls, tc.least)
		}
		if delay > 1.5 {
			t.Errorf("%d instances: a mean delay of %.2f s, want at most 1.5 s", tc.n, delay)
		}
		if late > 0.01 {
			t.Errorf("%d instances: a share of %.3f is late, want at most 0.01", tc.n, late)
		}
	}
}

// The oracle of the benchmark makes as few calls as the best of all schedules.
func TestOracleMakesTheFewestCalls(t *testing.T) {
	for seed := range uint64(50) {
		fleet := slices.Sorted(slices.Values(bootTime(lognormal).draw(10, seed)))
		fewest := len(fleet)
		for cuts := range 1 << (len(fleet) - 1) { // after which instances a call goes
			var sum, last time.Duration
			for i := len(fleet) - 1; i >= 0; i-- {
				if i == len(fleet)-1 || cuts>>i&1 == 1 {
					last = fleet[i]
				}
				sum += last - fleet[i]
			}
			if sum <= 15*time.Second {
				fewest = min(fewest, bits.OnesCount(uint(cuts))+1)
			}
		}
		got := optimum(distantFuture)(nil, [][]time.Duration{fleet})
		// It may take one more, because no price of a call yields some of the schedules.
		if got.calls < fewest || got.calls > fewest+1 {
			t.Errorf("seed %d: %d calls, want %d", seed, got.calls, fewest)
		}
		if got.mean() > 1500*time.Millisecond {
			t.Errorf("seed %d: a mean delay of %v, want at most 1.5s", seed, got.mean())
		}
	}
}
