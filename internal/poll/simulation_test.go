package poll

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/poll/boot"
)

// cost is what launches cost: calls, and for each instance the delay between ready and
// seen.
type cost struct {
	launches int
	calls    int
	delays   []time.Duration
}

func (k *cost) add(other cost) {
	k.launches += max(other.launches, 1)
	k.calls += other.calls
	k.delays = append(k.delays, other.delays...)
}

// perLaunch is the mean number of calls.
func (k *cost) perLaunch() float64 { return float64(k.calls) / float64(k.launches) }

func (k *cost) mean() time.Duration {
	var sum time.Duration
	for _, d := range k.delays {
		sum += d
	}
	return sum / time.Duration(len(k.delays))
}

// quantile returns a quantile by nearest rank, over the instances of all launches.
func (k *cost) quantile(percent int) time.Duration {
	slices.Sort(k.delays)
	return k.delays[(len(k.delays)*percent+99)/100-1]
}

// within checks the calls of a launch, and the delays.
func (k *cost) within(t *testing.T, calls float64, mean, p99 time.Duration) {
	t.Helper()
	if got := k.perLaunch(); got > calls {
		t.Errorf("%.1f calls, want at most %v", got, calls)
	}
	if got := k.mean(); got > mean {
		t.Errorf("a mean delay of %v, want at most %v", got, mean)
	}
	if got := k.quantile(99); got > p99 {
		t.Errorf("a p99 of the delay of %v, want at most %v", got, p99)
	}
}

// String returns the cost as a test shows it.
func (k *cost) String() string {
	const ms = time.Millisecond
	return fmt.Sprintf("%.1f calls, delay %v mean, %v p99, %v max", k.perLaunch(),
		k.mean().Round(10*ms), k.quantile(99).Round(10*ms), k.quantile(100).Round(100*ms))
}

// bootTime draws boot times.
type bootTime func(*rand.Rand) time.Duration

// scaled returns boot times that are distributed like lognormal, with another median.
func scaled(median time.Duration) bootTime {
	return func(r *rand.Rand) time.Duration {
		return time.Duration(float64(lognormal(r)) * median.Seconds() / 25)
	}
}

func (b bootTime) draw(n int, seed uint64) []time.Duration {
	rnd := rand.New(rand.NewPCG(seed, 7))
	all := make([]time.Duration, n)
	for i := range all {
		all[i] = b(rnd)
	}
	return all
}

// launch starts instances together, waits for all and returns what it took.
func (c *cloud) launch(t *testing.T, p *Poller[bool], boots []time.Duration) cost {
	return c.launchFor(t, p, boots, func(v Verdict) Verdict { return v })
}

// launchFor is like launch, and changes the verdicts of the observer.
func (c *cloud) launchFor(t *testing.T, p *Poller[bool], boots []time.Duration, change func(Verdict) Verdict) cost {
	l, before := &log{}, c.count()
	ids := names(fmt.Sprint("launch", before), len(boots))
	for i, id := range ids {
		c.boot(id, boots[i])
	}
	target := l.fresh(ids...)
	target.Observe = func(e Event[bool]) Verdict { return change(l.observe(e)) }
	target.Series = fmt.Sprint("launch", before, "-")
	mustWait(t, p, target)
	k := cost{launches: 1, calls: c.count() - before}
	for id, e := range l.ends() {
		k.delays = append(k.delays, e.At.Sub(c.instances[id].ready))
	}
	return k
}

// cold launches each of the fleets with a Poller of its own, which has only a prior.
func cold(t *testing.T, prior time.Duration, fleets ...[]time.Duration) (k cost) {
	for i, boots := range fleets {
		synctest.Test(t, func(t *testing.T) {
			c := newCloud(t)
			k.add(c.launch(t, c.poller(prior, seeded(i)), boots))
		})
	}
	return k
}

// coldListing is like cold, on a cloud that can list the ready instances of a launch.
func coldListing(t *testing.T, prior time.Duration, fleets ...[]time.Duration) (k cost) {
	for i, boots := range fleets {
		synctest.Test(t, func(t *testing.T) {
			c := newCloud(t)
			k.add(c.launch(t, c.poller(prior, seeded(i), c.listing), boots))
		})
	}
	return k
}

// seeded gives a poller its own jitter, and an early look and as many calls in flight as
// provider does.
func seeded(seed int) func(*Config[bool]) {
	return func(cfg *Config[bool]) {
		cfg.Early = 5 * time.Second
		cfg.Rand, cfg.Parallel = rand.New(rand.NewPCG(uint64(seed), 8)), 8
	}
}

// fleets draws several fleets of n instances.
func fleets(b bootTime, n, count int) (all [][]time.Duration) {
	for seed := range count {
		all = append(all, b.draw(n, uint64(seed)))
	}
	return all
}

// ecsPrior is the first look that the adapter for ECS asks for.
const ecsPrior = 12 * time.Second

// A Poller keeps these bounds from its first launch on, when it knows no more than a prior.
func TestSimulatedLaunches(t *testing.T) {
	for _, tc := range []struct {
		n, launches int
		calls       float64
	}{{1, 500, 9}, {100, 40, 24}, {1000, 30, 80}, {10000, 6, 640}} {
		if testing.Short() && tc.n > 100 {
			continue
		}
		t.Run(fmt.Sprint(tc.n), func(t *testing.T) {
			got := cold(t, ecsPrior, fleets(lognormal, tc.n, tc.launches)...)
			t.Logf("%d instances: %v", tc.n, &got)
			got.within(t, tc.calls, 1500*time.Millisecond, 5*time.Second)
		})
	}
}

// With a listing it takes fewer calls.
func TestSimulatedLaunchesWithListings(t *testing.T) {
	for _, tc := range []struct {
		n, launches int
		calls       float64
	}{{100, 20, 24}, {1000, 10, 65}, {10000, 2, 500}} {
		if testing.Short() && tc.n > 100 {
			continue
		}
		t.Run(fmt.Sprint(tc.n), func(t *testing.T) {
			got := coldListing(t, ecsPrior, fleets(lognormal, tc.n, tc.launches)...)
			t.Logf("%d instances: %v", tc.n, &got)
			got.within(t, tc.calls, 1500*time.Millisecond, 5*time.Second)
		})
	}
}

// Clouds, images and priors differ. The poller must not make too many calls for any boot
// time, and the delay must stay in proportion to it.
func TestSimulatedLaunchesOfAllKinds(t *testing.T) {
	two := func(r *rand.Rand) time.Duration { // two images in one class
		return scaled([]time.Duration{15 * time.Second, 60 * time.Second}[r.IntN(2)])(r)
	}
	for _, tc := range []struct {
		name  string
		prior time.Duration
		boots bootTime
		calls float64 // of the first launch of 1000
		mean  time.Duration
	}{
		{"median 5 s, good prior", 3 * time.Second, scaled(5 * time.Second), 80, 1500 * time.Millisecond},
		{"median 60 s, good prior", 38 * time.Second, scaled(60 * time.Second), 90, 4 * time.Second},
		{"median 120 s, good prior", 60 * time.Second, scaled(120 * time.Second), 100, 8 * time.Second},
		{"prior half of the truth", 8 * time.Second, lognormal, 95, 1800 * time.Millisecond},
		{"prior a quarter of the truth", 4 * time.Second, lognormal, 120, 1800 * time.Millisecond},
		{"prior twice the truth", 32 * time.Second, lognormal, 75, 2500 * time.Millisecond},
		{"median 120 s, prior far too low", 12 * time.Second, scaled(120 * time.Second), 120, 8 * time.Second},
		{"two peaks", 10 * time.Second, two, 150, 2500 * time.Millisecond},
		{"all at once", 12 * time.Second, func(*rand.Rand) time.Duration { return 25 * time.Second }, 60, 8 * time.Second},
	} {
		t.Run(tc.name, func(t *testing.T) {
			launches := 4
			if testing.Short() {
				launches = 1
			}
			got := cold(t, tc.prior, fleets(tc.boots, 1000, launches)...)
			t.Logf("%v", &got)
			got.within(t, tc.calls, tc.mean, distantFuture)
		})
	}
}

// experienced launches several fleets one after the other with one Poller.
func experienced(t *testing.T, prior time.Duration, seed int, fleets ...[]time.Duration) (costs []cost) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t)
		p := c.poller(prior, seeded(seed))
		for _, boots := range fleets {
			costs = append(costs, c.launch(t, p, boots))
		}
	})
	return costs
}

func TestTheSecondThousandIsCheaperThanTheFirst(t *testing.T) {
	priors := []time.Duration{4 * time.Second, 8 * time.Second, ecsPrior, 32 * time.Second}
	if testing.Short() {
		priors = priors[:1]
	}
	for _, prior := range priors {
		t.Run(prior.String(), func(t *testing.T) {
			var first, second cost
			for seed := range 8 {
				boots := bootTime(lognormal)
				k := experienced(t, prior, seed, boots.draw(1000, uint64(seed)), boots.draw(1000, uint64(1000+seed)))
				first.add(k[0])
				second.add(k[1])
			}
			t.Logf("first: %v; second: %v", &first, &second)
			if prior < 16*time.Second { // it made the first launch look too early
				if got, before := second.perLaunch(), first.perLaunch(); got >= before {
					t.Errorf("the second thousand takes %.1f calls, want fewer than the %.1f of the first", got, before)
				}
				if got, limit := second.mean(), first.mean()+100*time.Millisecond; got > limit {
					t.Errorf("the second thousand has a mean delay of %v, want at most %v", got, limit)
				}
				return
			}
			if got, before := second.mean(), first.mean(); got >= before {
				t.Errorf("the second thousand has a mean delay of %v, want less than the %v of the first", got, before)
			}
			if got, before := second.quantile(99), first.quantile(99); got >= before {
				t.Errorf("the second thousand has a p99 of %v, want less than the %v of the first", got, before)
			}
		})
	}
}

// Operations that begin one after the other share their calls.
func TestSimulatedCohorts(t *testing.T) {
	for _, gap := range []time.Duration{time.Second, 7 * time.Second} {
		t.Run(gap.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, l := newCloud(t), &log{}
				p := c.poller(ecsPrior, seeded(1))
				rnd := rand.New(rand.NewPCG(1, 7))
				var waits []<-chan error
				for i := range 50 {
					ids := names(fmt.Sprint("op", i), 20)
					for _, id := range ids {
						c.boot(id, lognormal(rnd))
					}
					waits = append(waits, start(t.Context(), p, l.fresh(ids...)))
					time.Sleep(gap)
				}
				for _, w := range waits {
					<-w
				}
				k := cost{launches: 1, calls: c.count()}
				for id, e := range l.ends() {
					k.delays = append(k.delays, e.At.Sub(c.instances[id].ready))
				}
				t.Logf("50 operations of 20, %v apart: %v", gap, &k)
			})
		})
	}
}

// Two launches of one size differ by more calls than a stuck instance costs. So the test
// counts the calls that are about it alone.
func TestOneStuckInstanceCostsFewCalls(t *testing.T) {
	for _, n := range []int{1, 100, 1000, 10000} {
		if testing.Short() && n > 1000 {
			continue
		}
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newCloud(t)
				all := bootTime(lognormal).draw(n, 1)
				all[0] = 10 * time.Minute
				k := c.launch(t, c.poller(ecsPrior, seeded(1)), all)
				extra := 0
				for _, call := range c.calls {
					if len(call.ids) == 1 && call.at > 25*time.Second {
						extra++
					}
				}
				t.Logf("%d instances, one stuck for 600 s: %d calls, %d of them for it alone; %v", n, k.calls, extra, &k)
				if extra > 45 {
					t.Errorf("an instance stuck for 600 s cost %d more calls, want at most 45", extra)
				}
				if got := k.quantile(100); got > boot.MaxInterval {
					t.Errorf("it was seen after %v, want at most %v", got, boot.MaxInterval)
				}
			})
		})
	}
}

// An instance that never becomes ready is older than all ages of a plan.
func TestAnInstanceStuckForHoursIsAskedTwiceAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t)
		all := bootTime(lognormal).draw(100, 1)
		all[0] = 3 * time.Hour
		c.launch(t, c.poller(ecsPrior, seeded(1)), all)
		last := 0
		for _, call := range c.calls {
			if call.at > 2*time.Hour {
				last++
			}
		}
		if last < 100 || last > 140 {
			t.Errorf("%d calls in the third hour, want about 120", last)
		}
	})
}

// When a cloud throttles one call in three, the same answers come a little later.
func TestThrottledCloudCostsDelayOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t)
		c.fail = func(n int, _ []string) error {
			if n%3 == 0 {
				return errThrottled
			}
			return nil
		}
		k := c.launch(t, c.poller(16*time.Second, jittery), bootTime(lognormal).draw(1000, 5))
		t.Logf("%v", &k)
		k.within(t, 130, 5*time.Second, distantFuture)
	})
}

// The first launch on a cloud that has become faster notices it: one look comes when the
// prior says, although the plan would look much later.
func TestAFasterCloudIsNoticed(t *testing.T) {
	for _, n := range []int{1, 100, 1000} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newCloud(t)
				p := c.poller(ecsPrior, seeded(1))
				for range 4 {
					c.launch(t, p, scaled(90*time.Second).draw(max(n, 30), 1))
					time.Sleep(15 * time.Minute)
				}
				for i := range 4 {
					got := c.launch(t, p, scaled(10*time.Second).draw(n, uint64(i+2)))
					t.Logf("launch %d: %v", i+1, &got)
					if got.mean() > 6*time.Second {
						t.Errorf("launch %d of %d instances is noticed %v late", i+1, n, got.mean())
					}
					time.Sleep(15 * time.Minute)
				}
			})
		})
	}
}
