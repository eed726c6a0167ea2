package poll

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// BenchmarkWait compares schedules on the same launches: N instances that are accepted
// together and boot like lognormal, 100 IDs a call, answers at once. It reports the
// describe calls of one launch, and the delay between ready and seen over all instances of
// all launches. x-optimum is how many times the calls of an oracle that is. The oracle
// knows every boot time, and makes the fewest calls with which the mean delay is at most
// 1.5 s, however late some instances are seen. optimum-within-5s sees none later than that.
//
//   - yunfan is the real Poller, in fake time, and new for each launch: it knows no more
//     than the prior of the ECS adapter.
//
//   - yunfan-learned has seen a launch of a thousand instances before.
//
//   - yunfan-listing waits for an operation whose instances bear its tag, on a cloud that
//     filters by tag and state.
//
//   - known-by-id is no Poller. It is the best schedule that asks about pending instances by
//     ID, if the distribution of boot times is known exactly.
//
//     go test -run '^$' -bench Wait -benchtime 1x ./internal/poll
func BenchmarkWait(b *testing.B) {
	best := map[int]float64{} // calls of the oracle, by N
	for _, s := range []struct {
		name string
		run  func(b *testing.B, boots [][]time.Duration) cost
	}{
		{"yunfan", yunfan},
		{"yunfan-learned", learned},
		{"yunfan-listing", listing},
		{"known-by-id", knownByID},
		{"instance-every-5s", perInstance(every(5 * time.Second))},
		{"terraform-10-3-6-10", perInstance(pauses(10*time.Second, 3*time.Second, 6*time.Second, 10*time.Second))},
		{"terraform-0.5-1-2-4-8-10", perInstance(pauses(500*time.Millisecond, time.Second,
			2*time.Second, 4*time.Second, 8*time.Second, 10*time.Second))},
		{"aws-waiter", perInstance(awsWaiter)},
		{"batched-every-5s", batched(5 * time.Second)},
		{"optimum", optimum(distantFuture)},
		{"optimum-within-5s", optimum(5 * time.Second)},
	} {
		for _, n := range []int{1, 100, 1000, 10000} {
			boots := fleets(lognormal, n, max(3, min(500, 20000/n)))
			b.Run(fmt.Sprintf("strategy=%s/N=%d", s.name, n), func(b *testing.B) {
				var k cost
				for b.Loop() {
					k = s.run(b, boots)
				}
				if best[n] == 0 {
					one := optimum(distantFuture)(b, boots)
					best[n] = one.perLaunch()
				}
				b.ReportMetric(k.perLaunch(), "calls")
				b.ReportMetric(k.mean().Seconds(), "mean-delay-s")
				b.ReportMetric(k.quantile(99).Seconds(), "p99-delay-s")
				b.ReportMetric(k.quantile(100).Seconds(), "max-delay-s")
				b.ReportMetric(k.perLaunch()/best[n], "x-optimum")
			})
		}
	}
}

// BenchmarkQuick compares a poller that has learned nothing with a poll every 5 s, which asks
// about all pending instances together, in launches whose instances all take the same time
// to boot. It reports how long it takes until all instances are seen, the calls of both, and
// x-poll: the first time divided by the second.
//
//	go test -run '^$' -bench Quick -benchtime 1x ./internal/poll
func BenchmarkQuick(b *testing.B) {
	for _, boot := range []time.Duration{time.Second, 3 * time.Second, 5 * time.Second, 23 * time.Second} {
		for _, n := range []int{1, 50, 100, 1000} {
			same := func(*rand.Rand) time.Duration { return boot }
			boots := fleets(same, n, 8)
			b.Run(fmt.Sprintf("boot=%v/N=%d", boot, n), func(b *testing.B) {
				var own, other cost
				for b.Loop() {
					own, other = yunfan(b, boots), batched(5*time.Second)(b, boots)
				}
				wall, poll := boot+own.quantile(100), boot+other.quantile(100)
				b.ReportMetric(wall.Seconds(), "wall-s")
				b.ReportMetric(wall.Seconds()/poll.Seconds(), "x-poll")
				b.ReportMetric(own.perLaunch(), "calls")
				b.ReportMetric(other.perLaunch(), "poll-calls")
			})
		}
	}
}

// inTest runs f as a test of its own, because fake time is for tests only:
// synctest.Test wants a *testing.T, and a benchmark has none.
func inTest(b *testing.B, f func(t *testing.T)) {
	all := func(_, _ string) (bool, error) { return true, nil }
	if !testing.RunTests(all, []testing.InternalTest{{Name: b.Name(), F: f}}) {
		b.Fatal("the launch failed")
	}
}

func yunfan(b *testing.B, boots [][]time.Duration) (k cost) {
	inTest(b, func(t *testing.T) { k = cold(t, ecsPrior, boots...) })
	return k
}

func listing(b *testing.B, boots [][]time.Duration) (k cost) {
	inTest(b, func(t *testing.T) { k = coldListing(t, ecsPrior, boots...) })
	return k
}

func learned(b *testing.B, boots [][]time.Duration) cost {
	return learnedFrom(b, ecsPrior, lognormal, boots)
}

// schedule returns the pause before the look of that number, from 0.
type schedule func(look int, rnd *rand.Rand) time.Duration

func every(d time.Duration) schedule {
	return func(int, *rand.Rand) time.Duration { return d }
}

// pauses is a list of pauses of which the last repeats.
func pauses(list ...time.Duration) schedule {
	return func(look int, _ *rand.Rand) time.Duration { return list[min(look, len(list)-1)] }
}

// awsWaiter is the schedule of the AWS SDK's waiters with the values of EC2: the first look
// comes at once. Later pauses are drawn between 15 s and a bound, which doubles up to 120 s.
func awsWaiter(look int, rnd *rand.Rand) time.Duration {
	const least, most = 15 * time.Second, 120 * time.Second
	if look == 0 {
		return 0
	}
	bound := min(least<<min(look-1, 10), most)
	if bound == least {
		return least
	}
	return least + time.Duration(rnd.Int64N(int64(bound-least)))
}

// perInstance asks about each instance by itself.
func perInstance(s schedule) func(*testing.B, [][]time.Duration) cost {
	return func(_ *testing.B, boots [][]time.Duration) (k cost) {
		rnd := rand.New(rand.NewPCG(1, 9))
		for _, fleet := range boots {
			one := cost{launches: 1}
			for _, ready := range fleet {
				at := time.Duration(0)
				for look := 0; ; look++ {
					at += s(look, rnd)
					one.calls++
					if at >= ready {
						break
					}
				}
				one.delays = append(one.delays, at-ready)
			}
			k.add(one)
		}
		return k
	}
}

// batched asks about all pending instances together at a fixed pace.
func batched(pace time.Duration) func(*testing.B, [][]time.Duration) cost {
	return func(_ *testing.B, boots [][]time.Duration) (k cost) {
		for _, fleet := range boots {
			one, left := cost{launches: 1}, slices.Sorted(slices.Values(fleet))
			for at := pace; len(left) > 0; at += pace {
				one.calls += (len(left) + 99) / 100
				for len(left) > 0 && left[0] <= at {
					one.delays, left = append(one.delays, at-left[0]), left[1:]
				}
			}
			k.add(one)
		}
		return k
	}
}

// optimum is an oracle that knows every boot time. No schedule makes fewer calls with a
// mean delay of at most 1.5 s and no delay above the limit. A call goes out when the last
// of its instances becomes ready; it reports up to 100 instances, in the order in which they
// became ready. Dynamic programming cuts that order into calls, at the highest price of a
// call with which the mean delay of all launches keeps the bound.
func optimum(limit time.Duration) func(*testing.B, [][]time.Duration) cost {
	return func(_ *testing.B, boots [][]time.Duration) (best cost) {
		cheap, dear := 1.0, 1e14 // nanoseconds
		for dear > cheap*1.001 {
			price, k := math.Sqrt(cheap*dear), cost{}
			for _, fleet := range boots {
				k.add(oracle(fleet, time.Duration(price), limit))
			}
			if k.mean() <= 1500*time.Millisecond {
				best, cheap = k, price
			} else {
				dear = price
			}
		}
		return best
	}
}

// oracle makes the cheapest calls for a launch, if a call costs as much as a delay of that
// price. No call may report an instance that has been ready for longer than the limit.
func oracle(fleet []time.Duration, price, limit time.Duration) cost {
	sorted := slices.Sorted(slices.Values(fleet))
	n := len(sorted)
	sum, total, from := make([]time.Duration, n+1), make([]time.Duration, n+1), make([]int, n+1)
	for i, ready := range sorted {
		sum[i+1] = sum[i] + ready
	}
	for j := 1; j <= len(sorted); j++ { // calls that report the first j
		at := sorted[j-1]
		total[j] = distantFuture
		for i := j - 1; i >= max(j-100, 0) && at-sorted[i] <= limit; i-- {
			if v := total[i] + price + time.Duration(j-i)*at - (sum[j] - sum[i]); v < total[j] {
				total[j], from[j] = v, i
			}
		}
	}
	one := cost{launches: 1}
	for j := len(sorted); j > 0; j = from[j] {
		one.calls++
		for _, ready := range sorted[from[j]:j] {
			one.delays = append(one.delays, sorted[j-1]-ready)
		}
	}
	return one
}

// knownByID asks about all pending instances at the ages that dynamic programming finds
// best for the true distribution: they take the fewest calls with a mean delay of at most
// 1.5 s, and at most one instance in a hundred is seen later than 5 s.
func knownByID(_ *testing.B, boots [][]time.Duration) (k cost) {
	ages := bestAges(len(boots[0]))
	for _, fleet := range boots {
		one, left := cost{launches: 1}, slices.Sorted(slices.Values(fleet))
		for i := 0; len(left) > 0; i++ {
			at := ages[min(i, len(ages)-1)]
			if i >= len(ages) {
				at += time.Duration(i-len(ages)+1) * 5 * time.Second
			}
			one.calls += (len(left) + 99) / 100
			for len(left) > 0 && left[0] <= at {
				one.delays, left = append(one.delays, at-left[0]), left[1:]
			}
		}
		k.add(one)
	}
	return k
}
