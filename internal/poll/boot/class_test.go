package boot

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

func TestAFewInstancesAreNoDistribution(t *testing.T) {
	c := newClass(16 * time.Second)
	c.watch(0, usual(enough-1, 1), everyTwo(10*time.Second, time.Minute)...)
	if got, want := c.First(), 16*time.Second; got != want {
		t.Errorf("after %d instances the first look comes at %v, want the prior, %v", enough-1, got, want)
	}
	if got, want := c.Interval(50*time.Second), 5*time.Second; got != want {
		t.Errorf("after %d instances the pause at 50 s is %v, want the prior's, %v", enough-1, got, want)
	}
	c.watch(0, usual(1, 2), everyTwo(10*time.Second, time.Minute)...)
	if c.plan.Load() == nil {
		t.Errorf("%d instances teach nothing", enough)
	}
}

func TestTheFirstLookIsLearned(t *testing.T) {
	for name, prior := range map[string]time.Duration{
		"good": 16 * time.Second, "low": 4 * time.Second, "high": 60 * time.Second,
	} {
		c := newClass(prior)
		c.watch(0, usual(5000, 1), everyTwo(4*time.Second, 2*time.Minute)...)
		if got := c.First(); got < 12*time.Second || got > 18*time.Second {
			t.Errorf("%s prior: the first look comes at %v, want it near the p10 of 16s", name, got)
		}
	}
}

func TestPriorInterval(t *testing.T) {
	for _, tc := range []struct{ age, want time.Duration }{
		{-time.Second, 2 * time.Second},
		{0, 2 * time.Second},
		{20 * time.Second, 2 * time.Second},
		{50 * time.Second, 5 * time.Second},
		{5 * time.Minute, 30 * time.Second},
		{24 * time.Hour, 30 * time.Second},
	} {
		if got := PriorInterval(tc.age); got != tc.want {
			t.Errorf("an instance aged %v is looked at again after %v, want %v", tc.age, got, tc.want)
		}
	}
}

func TestThePriorHasLimitsAndADefault(t *testing.T) {
	for prior, want := range map[time.Duration]time.Duration{
		0: 10 * time.Second, time.Second: 3 * time.Second, 20 * time.Second: 20 * time.Second, time.Hour: time.Minute,
	} {
		if got := newClass(prior).First(); got != want {
			t.Errorf("with a prior of %v the first look comes at %v, want %v", prior, got, want)
		}
	}
	if got, want := New(nil, false, 0).Class("", 0).First(), 10*time.Second; got != want {
		t.Errorf("without a prior the first look comes at %v, want %v", got, want)
	}
}

func TestTheClassUsedLeastRecentlyIsForgotten(t *testing.T) {
	times, now := New(nil, false, 0), time.Duration(0)
	kept := times.Class("often", now)
	for i := range 3 * maxClasses {
		now += time.Second
		times.Class(fmt.Sprint("image ", i), now)
		if times.Class("often", now) != kept {
			t.Fatal("a class in use was forgotten")
		}
	}
	if got := len(times.classes); got != maxClasses {
		t.Errorf("%d classes are known, want %d", got, maxClasses)
	}
	if times.classes["image 0"] != nil {
		t.Error("the class used least recently is still known")
	}
}

// Instances of one launch become ready fastest first. The table must not prefer them,
// and it must count those that are still pending.
func TestAnUnfinishedLaunchDoesNotMislead(t *testing.T) {
	c := newClass(16 * time.Second)
	c.watch(0, usual(1000, 1), everyTwo(8*time.Second, 20*time.Second)...)
	if got := c.First(); got < 12*time.Second || got > 18*time.Second {
		t.Errorf("after 20 s of a launch the first look comes at %v, want it near the p10 of 16s", got)
	}
}

func TestAClassFollowsTheCloud(t *testing.T) {
	c := newClass(16 * time.Second)
	c.watch(0, usual(1000, 1), everyTwo(4*time.Second, 2*time.Minute)...)
	c.watch(5*halfLife, drawBoots(time.Minute, 1000, 2), everyTwo(4*time.Second, 6*time.Minute)...)
	if got := c.First(); got < 25*time.Second || got > 45*time.Second {
		t.Errorf("when boots take 60 s for a while the first look comes at %v, want about 35s", got)
	}
	c.Learn(10000*halfLife, Looks{{At: time.Minute, N: 1}}) // must not take long
}

// Looks are closest where most instances become ready.
func TestLooksAreDenseWhereInstancesBecomeReady(t *testing.T) {
	c := newClass(16 * time.Second)
	c.watch(0, usual(20000, 1), everyTwo(4*time.Second, 3*time.Minute)...)
	early, mode, tail := c.Interval(14*time.Second), c.Interval(25*time.Second), c.Interval(80*time.Second)
	if mode >= early || mode >= tail {
		t.Errorf("pauses of %v at 14 s, %v at 25 s and %v at 80 s, want the middle one shortest", early, mode, tail)
	}
}

// An instance that is older than the last bin is stuck.
func TestAPlanEndsWithTheLongestPause(t *testing.T) {
	c := newClass(16 * time.Second)
	c.watch(0, usual(1000, 1), everyTwo(4*time.Second, 3*time.Minute)...)
	const m = time.Minute
	for _, age := range []time.Duration{20 * m, 33 * m, 34 * m, 35 * m, 60 * m, 24 * 60 * m} {
		if d := c.Interval(age); d != MaxInterval {
			t.Errorf("an instance aged %v is looked at again after %v, want %v", age, d, MaxInterval)
		}
	}
}

// Whatever is learned, looks keep their distance and never stop.
func TestAPlanKeepsItsLimits(t *testing.T) {
	for seed := range uint64(50) {
		rnd := rand.New(rand.NewPCG(seed, 3))
		c := newClass(time.Duration(1+rnd.IntN(60)) * time.Second)
		for range 1 + rnd.IntN(20) {
			var looks Looks
			for range 1 + rnd.IntN(20) {
				at := time.Duration(rnd.Int64N(int64(time.Duration(1+rnd.IntN(4000)) * time.Second)))
				before := notAsked
				if rnd.IntN(3) > 0 {
					before = time.Duration(rnd.Int64N(int64(at) + 1))
				}
				looks = append(looks, Look{Before: before, At: at, Ready: rnd.IntN(2) == 0, N: 1 + rnd.IntN(50)})
			}
			c.Learn(time.Duration(rnd.IntN(40))*time.Minute, looks)
		}
		if c.First() < minFirst || c.First() > maxFirst {
			t.Errorf("seed %d: the first look comes at %v", seed, c.First())
		}
		for age := time.Duration(0); age < 3*time.Hour; age += time.Second {
			if d := c.Interval(age); d < MinInterval || d > MaxInterval {
				t.Fatalf("seed %d: the pause at %v is %v", seed, age, d)
			}
		}
	}
}

// Each instance becomes ready once, and is pending until then.
func TestEachInstanceCountsOnce(t *testing.T) {
	c := newClass(16 * time.Second)
	all := usual(500, 1)
	c.watch(0, all, everyTwo(4*time.Second, 3*time.Minute)...)
	var ready, pending float64
	for k := range bins {
		ready += c.seen.ready[k]
		pending += c.seen.pending[k]
	}
	var bootBins float64
	for _, b := range all {
		bootBins += binOf(b.Seconds())
	}
	if ready < 499.9 || ready > 500.1 {
		t.Errorf("500 instances count as %.1f that became ready", ready)
	}
	if pending < bootBins*0.95 || pending > bootBins*1.05 {
		t.Errorf("500 instances count as %.0f bins of pending time, want about %.0f", pending, bootBins)
	}
	got := c.Counts(0, time.Hour)
	if got.Instances != 500 {
		t.Errorf("500 instances count as %v", got.Instances)
	}
	if got.Ready != ready {
		t.Errorf("%v instances count as ready within an hour, want %v", got.Ready, ready)
	}
}

// An instance that becomes ready between two looks is pending for half of that time on
// average. When nobody looked before, the time begins at 0.6 of the age if all are ready.
func TestWhatOneLookCounts(t *testing.T) {
	const ten = 10 * time.Second
	at := binOf(20)
	for name, tc := range map[string]struct {
		look           Look
		ready, pending float64
	}{
		"pending":            {Look{At: 20 * time.Second, N: 1}, 0, at},
		"pending once more":  {Look{Before: ten, At: 20 * time.Second, N: 1}, 0, at - binOf(10)},
		"ready":              {Look{Before: ten, At: 20 * time.Second, Ready: true, N: 1}, 1, (at - binOf(10)) / 2},
		"ready at its first": {Look{At: 20 * time.Second, Ready: true, N: 1}, 1, binOf(12) + (at-binOf(12))/2},
	} {
		var table lifeTable
		table.addAll(Looks{tc.look})
		var ready, pending float64
		for k := range bins {
			ready += table.ready[k]
			pending += table.pending[k]
		}
		if math.Abs(ready-tc.ready) > 0.01 {
			t.Errorf("%s: %.2f instances count as ready, want %v", name, ready, tc.ready)
		}
		if math.Abs(pending-tc.pending) > 0.01*tc.pending {
			t.Errorf("%s: it counts as pending for %.2f bins, want %.2f", name, pending, tc.pending)
		}
	}
}

func TestLooksThatShowTheSameAreCountedTogether(t *testing.T) {
	a, b := Look{At: 5, N: 2}, Look{At: 5, Ready: true, N: 1}
	var looks Looks
	for _, l := range []Look{a, a, b, b, b, a} {
		looks = looks.Add(l)
	}
	if got, want := fmt.Sprint(looks), fmt.Sprint(Looks{{At: 5, N: 4}, {At: 5, Ready: true, N: 3}, a}); got != want {
		t.Errorf("the list is %v, want %v", got, want)
	}
}

// When all instances are ready at their first look, the first look of the next launch comes
// earlier, until it finds some pending.
func TestALatePriorIsForgottenSoon(t *testing.T) {
	c := newClass(time.Minute)
	for i := range uint64(5) {
		first := c.First()
		ages := append([]time.Duration{first}, everyTwo(first+2*time.Second, 3*time.Minute)...)
		c.watch(0, usual(100, i), ages...)
	}
	if got := c.First(); got > 22*time.Second {
		t.Errorf("after 5 launches with a p10 of 16s the first look comes at %v, want at most 22s", got)
	}
}

// The prior's pace is fitted to what was seen. When 100 instances are still pending at 30 s, a
// prior of 12 s is wrong.
func TestPendingInstancesSlowThePrior(t *testing.T) {
	c := newClass(12 * time.Second)
	c.Learn(0, Looks{{At: 30 * time.Second, N: 100}})
	if got := c.First(); got < 38*time.Second {
		t.Errorf("with 100 pending at 30 s the first look comes at %v, want at least 38s", got)
	}
}

func TestLooksComeEarlierWhileLittleIsKnown(t *testing.T) {
	c := newClass(16 * time.Second)
	c.watch(0, usual(5000, 1), everyTwo(4*time.Second, 2*time.Minute)...)
	few, many := draw(c.hazards(), enough, false), draw(c.hazards(), 1e6, false)
	if few.first >= many.first {
		t.Errorf("with few instances the first look comes at %v, want it before %v", few.first, many.first)
	}
}

// A hundred slow instances outweigh thousands of faster ones that were seen long ago.
func TestAPlanIsRenewedWhenItsReasonsHaveFaded(t *testing.T) {
	c := newClass(12 * time.Second)
	c.watch(0, usual(5000, 1), everyTwo(4*time.Second, 2*time.Minute)...)
	c.watch(10*halfLife, drawBoots(time.Minute, 100, 2), everyTwo(4*time.Second, 6*time.Minute)...)
	if got := c.First(); got < 20*time.Second {
		t.Errorf("the first look comes at %v, as if boots did not take 60 s now", got)
	}
}

func TestAnAssumedFirstLook(t *testing.T) {
	c := newClass(16 * time.Second)
	c.Assume(30 * time.Second)
	if got, want := c.First(), 30*time.Second; got != want {
		t.Errorf("the first look comes at %v, want %v", got, want)
	}
	for _, age := range []time.Duration{10 * time.Second, 50 * time.Second, 10 * time.Minute} {
		got, want := c.Interval(age).Round(100*time.Millisecond), PriorInterval(age)
		if got != want {
			t.Errorf("the pause at %v is %v, want the prior's, %v", age, got, want)
		}
	}
}

func BenchmarkPlan(b *testing.B) {
	c := newClass(16 * time.Second)
	c.watch(0, usual(5000, 1), everyTwo(4*time.Second, 2*time.Minute)...)
	b.ReportAllocs()
	for b.Loop() {
		draw(c.hazards(), c.seen.instances, false)
	}
}
