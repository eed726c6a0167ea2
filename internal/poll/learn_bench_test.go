package poll

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// BenchmarkLearning measures what package boot saves. It launches the same N instances with
// two pollers. The first has seen a launch of a thousand instances before. The observers of
// the second teach it nothing, so it has only the prior. The benchmark reports the describe
// calls and the mean delay of both, and how they compare: with learning, divided by without.
//
//	go test -run '^$' -bench Learning -benchtime 1x ./internal/poll
func BenchmarkLearning(b *testing.B) {
	for _, tc := range []struct{ prior, median time.Duration }{
		{4 * time.Second, 25 * time.Second},
		{ecsPrior, 25 * time.Second},
		{32 * time.Second, 25 * time.Second},
		{ecsPrior, 10 * time.Second},
		{ecsPrior, 60 * time.Second},
		{ecsPrior, 120 * time.Second},
	} {
		for _, n := range []int{1, 100, 1000} {
			boots := fleets(scaled(tc.median), n, max(8, min(200, 4000/n)))
			b.Run(fmt.Sprintf("prior=%v/median=%v/N=%d", tc.prior, tc.median, n), func(b *testing.B) {
				var with, without cost
				for b.Loop() {
					with = learnedFrom(b, tc.prior, scaled(tc.median), boots)
					without = unlearned(b, tc.prior, boots)
				}
				b.ReportMetric(with.perLaunch(), "calls")
				b.ReportMetric(with.mean().Seconds(), "mean-delay-s")
				b.ReportMetric(without.perLaunch(), "calls-without")
				b.ReportMetric(without.mean().Seconds(), "mean-delay-s-without")
				b.ReportMetric(with.perLaunch()/without.perLaunch(), "calls-ratio")
				b.ReportMetric(with.mean().Seconds()/without.mean().Seconds(), "delay-ratio")
			})
		}
	}
}

// learnedFrom launches each fleet with a poller that has seen a thousand instances.
func learnedFrom(b *testing.B, prior time.Duration, boots bootTime, fleets [][]time.Duration) (k cost) {
	inTest(b, func(t *testing.T) {
		k = cost{}
		for i, fleet := range fleets {
			before := boots.draw(1000, uint64(1000+i))
			k.add(experienced(t, prior, i, before, fleet)[1])
		}
	})
	return k
}

// unlearned launches each fleet with a poller that cannot learn.
func unlearned(b *testing.B, prior time.Duration, fleets [][]time.Duration) (k cost) {
	inTest(b, func(t *testing.T) {
		k = cost{}
		for i, fleet := range fleets {
			synctest.Test(t, func(t *testing.T) {
				c := newCloud(t)
				k.add(c.launchFor(t, c.poller(prior, seeded(i)), fleet, teachNothing))
			})
		}
	})
	return k
}

// teachNothing turns verdicts into those that teach the poller nothing.
func teachNothing(v Verdict) Verdict {
	if v == Ready {
		return Done
	}
	return Again
}
