package boot

import (
	"testing"
	"time"
)

// scouts returns how many scouts a schedule sends, by the age at which they are looked at.
func scouts(s *Schedule, first time.Duration) map[time.Duration]int {
	sent := make(map[time.Duration]int)
	for {
		age, ok := s.Scout(first)
		if !ok {
			return sent
		}
		sent[age]++
	}
}

// learned returns a class that knows a median, and a prior of 12 s.
func learned(median time.Duration) *Class {
	c := newClass(12 * time.Second)
	c.watch(0, drawBoots(median, 1000, 1), everyTwo(4*time.Second, 8*time.Minute)...)
	return c
}

func TestAPriorSendsTwoCallsOfScouts(t *testing.T) {
	const first = 50 * time.Second
	c := newClass(first)
	s := c.Schedule(0, Fleet{Size: 1000, Batch: 100})
	sent := scouts(&s, first)
	if got := sent[30*time.Second]; got != 100 {
		t.Errorf("%d scouts go at 30 s, want 100", got)
	}
	if got := sent[first]; got != 100 {
		t.Errorf("%d scouts go at %v, want 100", got, first)
	}
	if len(sent) != 2 {
		t.Errorf("scouts go at %v, want two ages", sent)
	}
}

func TestNoScoutsOf(t *testing.T) {
	unknown, known := newClass(50*time.Second), learned(25*time.Second)
	for name, s := range map[string]Schedule{
		"one call's worth":  unknown.Schedule(0, Fleet{Size: 100, Batch: 100}),
		"a listed fleet":    unknown.Schedule(0, Fleet{Size: 1000, Batch: 100, Listings: true}),
		"a look":            unknown.Schedule(0, Fleet{}),
		"a known class":     known.Schedule(0, Fleet{Size: 1000, Batch: 100}),
		"a plan just drawn": learned(90*time.Second).Schedule(time.Minute, Fleet{Size: 1000, Batch: 100}),
		"a plan near prior": known.Schedule(2*halfLife, Fleet{Size: 1000, Batch: 100}),
		"a look, by a plan": learned(90*time.Second).Schedule(2*halfLife, Fleet{}),
	} {
		if sent := scouts(&s, 50*time.Second); len(sent) > 0 {
			t.Errorf("%s sends scouts at %v, want none", name, sent)
		}
	}
}

func TestThePriorIsReplacedOnce(t *testing.T) {
	c := newClass(50 * time.Second)
	s := c.Schedule(0, Fleet{Size: 1000, Batch: 100})
	if s.PriorReplaced() {
		t.Error("the prior counts as replaced before anything was learned")
	}
	s.Learn(0, Looks{{At: 30 * time.Second, Ready: true, N: 60}, {At: 30 * time.Second, N: 40}})
	if !s.PriorReplaced() {
		t.Error("100 scouts have not replaced the prior")
	}
	if s.PriorReplaced() {
		t.Error("the prior was replaced twice")
	}
	if got := s.First(); got >= 50*time.Second {
		t.Errorf("60 of 100 were ready at 30 s, and the first look still comes at %v", got)
	}
}

func TestALatePlanIsCheckedOnceInTenMinutes(t *testing.T) {
	c := learned(90 * time.Second)
	checks := 0
	for now := halfLife; now < 3*halfLife; now += time.Minute {
		s := c.Schedule(now, Fleet{Size: 1, Batch: 100})
		if sent := scouts(&s, c.First()); len(sent) > 0 {
			checks++
			if sent[12*time.Second] != 1 {
				t.Errorf("scouts go at %v, want one at the prior's 12 s", sent)
			}
		}
	}
	if checks != 2 {
		t.Errorf("the plan was checked %d times in 20 minutes, want 2", checks)
	}
}

func TestAScoutThatIsReadyEndsThePlan(t *testing.T) {
	for name, tc := range map[string]struct {
		looks Looks
		late  bool
	}{
		"ready":                  {Looks{{At: 12 * time.Second, Ready: true, N: 1}}, true},
		"pending":                {Looks{{At: 12 * time.Second, N: 1}}, false},
		"one of its company":     {Looks{{At: 12 * time.Second, N: 9}, {At: 13 * time.Second, Ready: true, N: 1}}, true},
		"one in eleven":          {Looks{{At: 12 * time.Second, N: 10}, {At: 13 * time.Second, Ready: true, N: 1}}, false},
		"ready, but much later":  {Looks{{At: 40 * time.Second, Ready: true, N: 1}}, false},
		"ready at a second look": {Looks{{Before: 9 * time.Second, At: 12 * time.Second, Ready: true, N: 1}}, false},
	} {
		c := learned(90 * time.Second)
		s := c.Schedule(halfLife, Fleet{Size: 1, Batch: 100})
		s.Scout(s.First())
		if got := s.Learn(halfLife, tc.looks); got != tc.late {
			t.Errorf("%s: the plan is too late: %v, want %v", name, got, tc.late)
		}
		forgotten := c.plan.Load() == nil || c.First() < 40*time.Second
		if forgotten != tc.late {
			t.Errorf("%s: the plan is forgotten: %v, want %v", name, forgotten, tc.late)
		}
	}
}

// A check lasts until a look answers it.
func TestAScoutIsJudgedByTheFirstAnswer(t *testing.T) {
	ready := Looks{{At: 12 * time.Second, Ready: true, N: 1}}
	pending := Looks{{At: 12 * time.Second, N: 1}}
	c := learned(90 * time.Second)
	s := c.Schedule(halfLife, Fleet{Size: 2, Batch: 100})
	s.Scout(s.First())
	s.Learn(halfLife, nil)
	if !s.Learn(halfLife, ready) {
		t.Error("a scout that was ready is ignored")
	}
	c = learned(90 * time.Second)
	s = c.Schedule(halfLife, Fleet{Size: 2, Batch: 100})
	s.Scout(s.First())
	s.Learn(halfLife, pending)
	if s.Learn(halfLife, ready) {
		t.Error("the check goes on after a scout was pending")
	}
}

// An instance that was ready when it was looked at late may have been ready for long,
// and those that were launched with it may have left.
func TestALateFirstLookTeachesNothing(t *testing.T) {
	c := newClass(16 * time.Second)
	s := c.Schedule(0, Fleet{Size: 50, Batch: 100})
	s.Learn(0, Looks{{At: 25 * time.Second, Ready: true, N: 50}})
	if got := c.Counts(0, time.Hour).Looks; got != 0 {
		t.Errorf("%v late looks count, want none", got)
	}
	s.Learn(0, Looks{{At: 24 * time.Second, Ready: true, N: 50}})
	if got := c.Counts(0, time.Hour).Looks; got != 50 {
		t.Errorf("%v looks count, want 50", got)
	}
}

func TestListingsHaveAPlanOfTheirOwn(t *testing.T) {
	c := New(func(string) time.Duration { return 12 * time.Second }, true, 0).Class("", 0)
	s := c.Schedule(0, Fleet{Size: 1000, Batch: 100, Listings: true})
	if got := s.ReadyShare(25 * time.Second); got != 0.1 {
		t.Errorf("before anything is known a share of %v is ready, want 0.1", got)
	}
	c.watch(0, usual(5000, 1), everyTwo(4*time.Second, 2*time.Minute)...)
	if got := s.ReadyShare(25 * time.Second); got < 0.45 || got > 0.55 {
		t.Errorf("at the median a share of %v is ready, want about a half", got)
	}
	if c.listed.Load() == nil {
		t.Fatal("there is no plan for listings")
	}
	if got, want := s.First(), c.listed.Load().first; got != want {
		t.Errorf("the first look comes at %v, want that of the plan for listings, %v", got, want)
	}
	if got, limit := s.First(), c.First()-2*time.Second; got > limit {
		t.Errorf("the first listing comes at %v, want it by %v: while few are ready it is cheap", got, limit)
	}
	c.forget()
	if got, want := s.First(), 12*time.Second; got != want {
		t.Errorf("after the plans were forgotten the first look comes at %v, want the prior, %v", got, want)
	}
}

// What is learned after a plan was forgotten makes a new plan soon.
func TestAForgottenPlanIsReplaced(t *testing.T) {
	c := learned(90 * time.Second)
	c.forget()
	if got, want := c.First(), 12*time.Second; got != want {
		t.Errorf("the first look comes at %v, want the prior, %v", got, want)
	}
	c.watch(0, drawBoots(10*time.Second, 50, 2), everyTwo(4*time.Second, time.Minute)...)
	if c.plan.Load() == nil {
		t.Fatal("there is no new plan after 50 instances")
	}
	if got := c.First(); got > 12*time.Second {
		t.Errorf("with a median of 10 s the first look comes at %v, want at most 12s", got)
	}
}

func TestFewSeen(t *testing.T) {
	c := newClass(16 * time.Second)
	s := c.Schedule(0, Fleet{Size: 1000, Batch: 100})
	c.watch(0, usual(fewSeen/2, 1), everyTwo(4*time.Second, 2*time.Minute)...)
	if !s.FewSeen(16 * time.Second) {
		t.Errorf("%d instances count as many", fewSeen/2)
	}
	c.watch(0, usual(2*fewSeen, 2), everyTwo(4*time.Second, 2*time.Minute)...)
	if s.FewSeen(16 * time.Second) {
		t.Errorf("%d instances count as few", 2*fewSeen+fewSeen/2)
	}
}
