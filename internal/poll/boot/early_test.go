package boot

import (
	"testing"
	"time"
)

const early = 5 * time.Second

// untried returns a class with a prior and early looks.
func untried(prior time.Duration) *Class {
	return New(func(string) time.Duration { return prior }, false, early).Class("", 0)
}

// chosen returns how many instances a schedule looks at early.
func chosen(s *Schedule) (n int) {
	for {
		age, ok := s.Early()
		if !ok {
			return n
		}
		if age != early {
			return -1
		}
		n++
	}
}

// shown returns early looks that have shown so many instances ready, and so many pending.
func shown(ready, pending int) (looks Looks) {
	for range ready {
		looks = looks.Add(Look{At: early, Ready: true, Early: true, N: 1})
	}
	for range pending {
		looks = looks.Add(Look{At: early, Early: true, N: 1})
	}
	return looks
}

func TestHowManyInstancesAreLookedAtEarly(t *testing.T) {
	learned := untried(12 * time.Second)
	learned.watch(0, usual(1000, 1), everyTwo(4*time.Second, 2*time.Minute)...)
	for name, tc := range map[string]struct {
		class *Class
		fleet Fleet
		want  int
	}{
		"one":               {untried(12 * time.Second), Fleet{Size: 1, Batch: 100}, 1},
		"one call":          {untried(12 * time.Second), Fleet{Size: 100, Batch: 100}, 100},
		"a few calls":       {untried(12 * time.Second), Fleet{Size: 300, Batch: 100}, 300},
		"many calls":        {untried(12 * time.Second), Fleet{Size: 100_000, Batch: 100}, 100},
		"a look":            {untried(12 * time.Second), Fleet{}, 0},
		"a departure":       {untried(12 * time.Second), Fleet{Size: 1, Batch: 100, Leaving: true}, 0},
		"an early prior":    {untried(early), Fleet{Size: 1, Batch: 100}, 0},
		"a known class":     {learned, Fleet{Size: 1, Batch: 100}, 0},
		"where there is no": {newClass(12 * time.Second), Fleet{Size: 1, Batch: 100}, 0},
	} {
		s := tc.class.Schedule(0, tc.fleet)
		if got := chosen(&s); got != tc.want {
			t.Errorf("%s: %d instances are looked at early, want %d", name, got, tc.want)
		}
	}
}

// However many fleets begin together, a few calls go ahead. Those that begin later have some
// of their own, as long as there is no plan.
func TestEarlyLooksOfManyFleets(t *testing.T) {
	c := untried(12 * time.Second)
	sum := 0
	for range 1000 {
		s := c.Schedule(0, Fleet{Size: 100, Batch: 100})
		sum += chosen(&s)
	}
	if want := 300; sum != want {
		t.Errorf("%d instances of 1000 fleets are looked at early, want %d", sum, want)
	}
	s := c.Schedule(2*early, Fleet{Size: 100, Batch: 100})
	if got, want := chosen(&s), 100; got != want {
		t.Errorf("%d instances of a later fleet are looked at early, want %d", got, want)
	}
}

func TestTheLookAfterAnEarlyOne(t *testing.T) {
	for _, tc := range []struct {
		prior, age, want time.Duration
		early            bool
	}{
		{12 * time.Second, early, 12 * time.Second, false},
		{6 * time.Second, early, 7 * time.Second, false},
		{9 * time.Second, early, 8 * time.Second, false},   // so that there is one at 10 s
		{24 * time.Second, early, 23 * time.Second, false}, // the same at 25 s
		{28 * time.Second, 17 * time.Second, 28 * time.Second, false},
		{40 * time.Second, early, 24 * time.Second, true},
		{40 * time.Second, 24 * time.Second, 40 * time.Second, false},
	} {
		c := untried(tc.prior)
		s := c.Schedule(0, Fleet{Size: 1, Batch: 100})
		if got, early := s.AfterEarly(tc.age); got != tc.want || early != tc.early {
			t.Errorf("prior %v: after a look at %v the next one comes at %v, early %v; want %v, %v",
				tc.prior, tc.age, got, early, tc.want, tc.early)
		}
	}
}

// Where nothing was ready, all goes on as if there had been no early look.
func TestAnEarlyLookAtPendingInstancesTeachesNothing(t *testing.T) {
	c := untried(12 * time.Second)
	s := c.Schedule(0, Fleet{Size: 100, Batch: 100})
	s.Learn(0, shown(0, 100))
	if got := c.Counts(0, time.Hour).Looks; got != 0 {
		t.Errorf("%v looks count, want none", got)
	}
	if got, want := c.First(), 12*time.Second; got != want {
		t.Errorf("the first look comes at %v, want %v", got, want)
	}
	if _, ok := s.FirstReady(); ok {
		t.Error("others are to be looked at, want that nothing changes")
	}
}

func TestAnEarlyLookAtReadyInstancesIsTrusted(t *testing.T) {
	for name, tc := range map[string]struct {
		fleet int
		looks Looks
		quick bool
	}{
		"one ready":            {1, shown(1, 0), true},
		"all ready":            {100, shown(100, 0), true},
		"a tenth ready":        {100, shown(10, 90), true},
		"few ready":            {100, shown(5, 95), false},
		"one of many, so far":  {100, shown(1, 0), false},
		"one of a pair":        {2, shown(1, 1), true},
		"none":                 {1, shown(0, 1), false},
		"ready, but not early": {100, Looks{{At: 12 * time.Second, Ready: true, N: 10}, {At: 12 * time.Second, N: 90}}, false},
	} {
		c := untried(12 * time.Second)
		s := c.Schedule(0, Fleet{Size: tc.fleet, Batch: 100})
		s.Learn(0, tc.looks)
		age, ok := s.FirstReady()
		if ok != tc.quick {
			t.Errorf("%s: others are to be looked at: %v, want %v", name, ok, tc.quick)
		}
		if ok && age != early {
			t.Errorf("%s: others are to be looked at at %v, want %v", name, age, early)
		}
		if _, again := s.FirstReady(); again {
			t.Errorf("%s: it is reported twice", name)
		}
		if got := c.quick.Load(); got != tc.quick {
			t.Errorf("%s: the class is quick: %v, want %v", name, got, tc.quick)
		}
		if first := c.First(); tc.quick && first > early {
			t.Errorf("%s: the first look comes at %v, want it by %v", name, first, early)
		}
	}
}

// Most of what was looked at is ready: the others are likely to be ready as well.
func TestMostInstancesReadyAtOnce(t *testing.T) {
	const at = 23 * time.Second
	for _, tc := range []struct {
		ready, pending int
		want           bool
	}{{100, 0, true}, {60, 40, true}, {30, 70, false}, {0, 100, false}} {
		c := untried(12 * time.Second)
		s := c.Schedule(0, Fleet{Size: 1000, Batch: 100})
		s.Learn(0, Looks{{At: 12 * time.Second, N: 100}})
		s.Learn(0, Looks{
			{Before: 12 * time.Second, At: at, Ready: true, N: tc.ready},
			{Before: 12 * time.Second, At: at, N: tc.pending},
		})
		age, ok := s.FirstReady()
		if ok != tc.want {
			t.Errorf("%d ready, %d pending: others are to be looked at: %v, want %v", tc.ready, tc.pending, ok, tc.want)
		}
		if ok && age != at {
			t.Errorf("%d ready, %d pending: others are to be looked at at %v, want %v", tc.ready, tc.pending, age, at)
		}
	}
}

// As long as nothing was ready, looks keep up with a poll every 5 s until 25 s, and until 40 s
// without a plan.
func TestLatestLook(t *testing.T) {
	c := untried(12 * time.Second)
	s := c.Schedule(0, Fleet{Size: 1, Batch: 100})
	for _, tc := range []struct{ age, want time.Duration }{
		{early, 12 * time.Second},
		{11 * time.Second, 13 * time.Second},
		{12 * time.Second, 15 * time.Second},
		{13 * time.Second, 15 * time.Second},
		{13100 * time.Millisecond, 20 * time.Second},
		{22900 * time.Millisecond, 25 * time.Second},
		{23100 * time.Millisecond, 30 * time.Second}, // no schedule looks then
		{25 * time.Second, 30 * time.Second},
		{38 * time.Second, 40 * time.Second},
		{40 * time.Second, Never},
		{time.Minute, Never},
	} {
		if got := s.Latest(tc.age); got != tc.want {
			t.Errorf("after a look at %v the next one comes by %v, want %v", tc.age, got, tc.want)
		}
	}
	for _, tc := range []struct{ age, wanted, want time.Duration }{
		{12 * time.Second, 14 * time.Second, 15 * time.Second},
		{12 * time.Second, 16 * time.Second, 15 * time.Second},
		{15 * time.Second, 16900 * time.Millisecond, 17500 * time.Millisecond},
		{20 * time.Second, 22200 * time.Millisecond, 22500 * time.Millisecond},
		{21 * time.Second, 22900 * time.Millisecond, 23 * time.Second},
		{21 * time.Second, 23500 * time.Millisecond, 23 * time.Second},
		{22500 * time.Millisecond, 24700 * time.Millisecond, 25 * time.Second},
		{35 * time.Second, 39 * time.Second, 37500 * time.Millisecond},
		{41 * time.Second, 45 * time.Second, 45 * time.Second},
	} {
		if got := s.Fit(tc.age, tc.wanted); got != tc.want {
			t.Errorf("after a look at %v, one that is wanted at %v comes at %v, want %v",
				tc.age, tc.wanted, got, tc.want)
		}
	}
	c.Learn(0, Looks{{At: 12 * time.Second, N: enough}})
	if got, want := s.Fit(21*time.Second, 23500*time.Millisecond), 25*time.Second; got != want {
		t.Errorf("by a plan, a look that is wanted at 23.5 s comes at %v, want %v", got, want)
	}
	if got, want := s.Fit(20*time.Second, 22200*time.Millisecond), 22200*time.Millisecond; got != want {
		t.Errorf("by a plan, a look that is wanted at 22.2 s comes at %v, want %v", got, want)
	}
	if got := s.Latest(25 * time.Second); got != Never {
		t.Errorf("by a plan, a look after one at 25 s comes by %v, want no limit", got)
	}
	s.Learn(0, Looks{{At: 14 * time.Second, Ready: true, N: 1}})
	if got := s.Latest(12 * time.Second); got != Never {
		t.Errorf("after one was ready a look comes by %v, want no limit", got)
	}
}
