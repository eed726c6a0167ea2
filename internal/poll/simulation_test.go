package poll

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// cost is what a simulated launch took.
type cost struct {
	calls     int
	mean, p99 time.Duration // from ready to observed
}

// plan is a schedule under test.
type plan struct {
	first    time.Duration
	interval func(age, first time.Duration) time.Duration // nil = the poller's own
}

// standard asks first when one machine in ten is ready.
var standard = plan{first: 16 * time.Second}

// tuned shows what Config.Interval is for: it spends fewer calls while few
// machines get ready, and more on the tail.
var tuned = plan{
	first: 14400 * time.Millisecond,
	interval: func(age, first time.Duration) time.Duration {
		d := interval(age, first)
		switch x := float64(age) / float64(first); {
		case x < 1.2:
			return d * 9 / 5
		case x < 1.45:
			return d * 13 / 10
		case x < 4.5:
			return min(d, max(minInterval, first*18/100))
		}
		return d
	},
}

// launch boots n machines at once and waits for all. The first of them take the
// boot times in stuck, the others draw theirs.
func launch(t *testing.T, n int, seed uint64, pl plan, stuck ...time.Duration) (k cost) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		rnd := rand.New(rand.NewPCG(seed, 7))
		p := c.poller(pl.first, func(cfg *Config[bool]) {
			cfg.Rand, cfg.Parallel, cfg.Interval = rnd, 16, pl.interval
		})
		ids := names("i", n)
		for i, id := range ids {
			boot := lognormal(rnd)
			if i < len(stuck) {
				boot = stuck[i]
			}
			c.boot(id, boot)
		}
		mustWait(t, p, l.fresh(ids...))
		k = c.cost(l)
	})
	return k
}

// cost sums up a finished launch.
func (c *cloud) cost(l *log) cost {
	var delays []time.Duration
	var sum time.Duration
	for id, e := range l.ends() {
		d := e.At.Sub(c.machines[id].ready)
		delays, sum = append(delays, d), sum+d
	}
	slices.Sort(delays)
	n := len(delays)
	return cost{c.count(), sum / time.Duration(n), delays[min(n*99/100, n-1)]}
}

// average launches n machines several times.
func average(t *testing.T, n, launches int, pl plan) cost {
	var sum cost
	for seed := range launches {
		k := launch(t, n, uint64(seed), pl)
		sum.calls, sum.mean, sum.p99 = sum.calls+k.calls, sum.mean+k.mean, sum.p99+k.p99
	}
	d := time.Duration(launches)
	return cost{(sum.calls + launches - 1) / launches, sum.mean / d, sum.p99 / d}
}

func TestSimulatedLaunches(t *testing.T) {
	for _, tc := range []struct {
		name        string
		plan        plan
		n, launches int
		most        cost
	}{
		{"standard", standard, 1, 100, cost{9, 2 * time.Second, 7 * time.Second}},
		{"standard", standard, 100, 10, cost{24, 1700 * time.Millisecond, 8 * time.Second}},
		{"standard", standard, 1000, 10, cost{80, 1700 * time.Millisecond, 7 * time.Second}},
		{"standard", standard, 10000, 2, cost{650, 1700 * time.Millisecond, 7 * time.Second}},
		{"tuned", tuned, 1, 100, cost{9, 2 * time.Second, 7 * time.Second}},
		{"tuned", tuned, 100, 10, cost{24, 1600 * time.Millisecond, 8 * time.Second}},
		{"tuned", tuned, 1000, 20, cost{80, 1500 * time.Millisecond, 5 * time.Second}},
		{"tuned", tuned, 10000, 2, cost{640, 1500 * time.Millisecond, 5 * time.Second}},
	} {
		t.Run(fmt.Sprintf("%s, %d", tc.name, tc.n), func(t *testing.T) {
			got := average(t, tc.n, tc.launches, tc.plan)
			t.Logf("%d machines: %d calls, delay %v mean, %v p99", tc.n, got.calls,
				got.mean.Round(10*time.Millisecond), got.p99.Round(10*time.Millisecond))
			if got.calls > tc.most.calls || got.mean > tc.most.mean || got.p99 > tc.most.p99 {
				t.Errorf("want at most %d calls, delay %v mean, %v p99", tc.most.calls, tc.most.mean, tc.most.p99)
			}
		})
	}
}

func TestOneStuckMachineCostsFewCalls(t *testing.T) {
	for _, n := range []int{1, 100, 1000} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			usual := launch(t, n, 1, standard).calls
			extra := launch(t, n, 1, standard, 10*time.Minute).calls - usual
			t.Logf("%d machines: %d calls, %d more when one is stuck for 600 s", n, usual, extra)
			if extra > 45 {
				t.Errorf("a machine stuck for 600 s cost %d more calls, want at most 45", extra)
			}
		})
	}
}

// The same answers must arrive, only a little later, through a cloud that throttles
// one call in three.
func TestThrottledCloudCostsDelayOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		rnd := rand.New(rand.NewPCG(5, 5))
		c.fail = func(n int, _ []string) error {
			if n%3 == 0 {
				return errThrottled
			}
			return nil
		}
		ids := names("i", 1000)
		for _, id := range ids {
			c.boot(id, lognormal(rnd))
		}
		mustWait(t, c.poller(16*time.Second, jittery), l.fresh(ids...))
		k := c.cost(l)
		t.Logf("%d calls, delay %v mean, %v p99", k.calls, k.mean, k.p99)
		if k.calls > 130 || k.mean > 5*time.Second {
			t.Errorf("%d calls and a mean delay of %v, want at most 130 and 5s", k.calls, k.mean)
		}
	})
}
