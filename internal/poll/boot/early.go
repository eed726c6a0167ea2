package boot

import (
	"math"
	"slices"
	"time"
)

// Before anything is known of a class, one early look catches instances that are quick. With
// boots of 1 to 5 s a launch is seen after 5 s then, and not at the prior's 12 or 15 s. It
// costs a call: a launch of a thousand with a median boot of 25 s takes 79 calls instead of
// 78. One of a single instance takes 7.9 calls, because its other looks are 2.5 s apart.
const (
	earlyCalls = 3 // that early looks may take, at most, whatever the number of instances

	// Of a long time between the early look and the prior's first look, another look comes
	// at three fifths of the prior: a prior of 40 s is looked at after 24 s, too.
	longGap = 10 * time.Second

	// As long as no instance of a class has been seen ready, instances that were looked at
	// early are looked at whenever a poll every 5 s looks at them, from the prior's first look
	// up to closeUntil. So no boot time up to 25 s is seen later than by such a poll. Without
	// a plan, which fewer than 20 instances never have, they go on until fewUntil: else the mean
	// delay of a single instance is 1.51 s instead of 1.44 s, for 0.1 calls less.
	closeStep  = 5 * time.Second
	closeUntil = 25 * time.Second
	fewUntil   = 40 * time.Second
)

// Never is an age that no instance reaches.
const Never = time.Duration(math.MaxInt64)

// trial is what is known of a class before there is a plan: what early looks have shown, and
// whether the other instances are as far as those that were looked at. Guarded by Class.mu.
type trial struct {
	since      time.Duration // when early looks were last granted
	sent       int           // how many since then
	ready, all int           // instances that they have shown ready, and at all
	recent     struct{ ready, all float64 }
	told       bool // FirstReady has reported
}

// grantEarly returns how many instances of a fleet are looked at early: all of a fleet that
// fits into a few calls, else one call's worth. The few calls are for all fleets of the
// class together that begin within two early looks.
func (c *Class) grantEarly(now time.Duration, f Fleet) int {
	if c.early == 0 || c.prior <= c.early || f.Leaving {
		return 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if t := &c.trial; t.sent == 0 || now >= t.since+2*c.early {
		*t = trial{since: now}
	}
	n := max(earlyCalls*f.Batch-c.trial.sent, 0)
	if f.Size > n {
		n = min(n, f.Batch)
	}
	n = min(n, f.Size)
	c.trial.sent += n
	return n
}

// Early makes an instance one that is looked at early, if one is left to choose, and returns
// the age of that look. The look is not to come before: an instance may be ready just then.
func (s *Schedule) Early() (age time.Duration, ok bool) {
	if s.earlyLeft == 0 {
		return 0, false
	}
	s.earlyLeft--
	return s.class.early, true
}

// AfterEarly returns the age of the next look at an instance that was looked at early, at
// that age, and was pending. early reports that the next look is of the same kind.
func (s *Schedule) AfterEarly(age time.Duration) (next time.Duration, early bool) {
	first := s.First()
	if middle := first * 3 / 5; s.plan() == nil && middle >= age+longGap {
		return middle, true
	}
	return max(beforeStep(first), age+MinInterval), false
}

// nextStep returns the age at which a poll every 5 s looks next at an instance of an age.
func nextStep(age time.Duration) time.Duration { return (age/closeStep + 1) * closeStep }

// beforeStep returns the age of a first look that is wanted at an age. It is earlier where
// the look of a poll every 5 s would come too soon after it.
func beforeStep(age time.Duration) time.Duration {
	step := nextStep(age)
	if step > closeUntil || step-age >= MinInterval {
		return age
	}
	return step - MinInterval
}

// Latest returns the age by which an instance that was looked at early must be looked at again
// after a look at an age.
func (s *Schedule) Latest(age time.Duration) time.Duration {
	next := nextStep(age + MinInterval - 1)
	if first := beforeStep(s.class.prior); age < first {
		next = max(first, age+MinInterval)
	}
	until := closeUntil
	if s.plan() == nil {
		until = fewUntil
	}
	if next > until || s.listings || s.class.anyReady.Load() {
		return Never
	}
	return next
}

// Fit returns the age of the next look at an instance that was looked at early, after a look
// at an age, where the schedule wants one at another age. No look comes so shortly before
// that of a poll every 5 s that there could not be another one then: by a plan, whose pauses
// are long, it waits until then; else the looks divide the time until then.
func (s *Schedule) Fit(age, wanted time.Duration) time.Duration {
	latest := s.Latest(age)
	left := latest - age
	switch {
	case latest == Never:
		return wanted
	case age < beforeStep(s.class.prior):
		return min(wanted, latest)
	case s.plan() == nil:
		pauses := math.Ceil(left.Seconds() / (wanted - age).Seconds())
		return age + left/time.Duration(max(min(int64(pauses), int64(left/MinInterval)), 1))
	case latest-wanted < MinInterval:
		return latest
	}
	return wanted
}

// recordTrial records what looks have shown about a class of which little is known. It returns
// the looks that teach something: where nothing was ready at an early look, all goes on as
// if there had been none.
func (s *Schedule) recordTrial(looks Looks) Looks {
	c := s.class
	if c.early == 0 {
		return looks
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	t := &c.trial
	ready, all := looks.count()
	c.anyReady.Store(c.anyReady.Load() || ready > 0)
	t.addRecent(ready, all)
	early, earlyAll := looks.early()
	t.ready, t.all = t.ready+early, t.all+earlyAll
	if earlyAll > 0 {
		c.quick.Store(t.isQuick())
	}
	mostReady := t.mostReady() && !s.listings // a listing shows only what is ready
	likely := mostReady || t.isQuick()
	if ready > 0 && likely && !t.told {
		t.told, s.firstReady = true, looks.readyBy()
	}
	if early > 0 || earlyAll == 0 {
		return looks
	}
	return slices.DeleteFunc(looks, func(l Look) bool { return l.Early })
}

// addRecent adds looks to the latest ones, whose weight is that of one full call.
func (t *trial) addRecent(ready, all int) {
	const weight = 100
	r := &t.recent
	if sum := r.all + float64(all); sum > weight {
		keep := max(weight-float64(all), 0) / max(r.all, 1)
		r.ready, r.all = r.ready*keep, r.all*keep
	}
	r.ready, r.all = r.ready+float64(ready), r.all+float64(all)
}

// isQuick reports whether early looks have shown a tenth of the instances ready.
func (t *trial) isQuick() bool {
	several := t.all >= min(enough, t.sent)
	return several && t.ready > 0 && 10*t.ready >= t.all
}

// mostReady reports whether the latest looks have shown half of the instances ready.
func (t *trial) mostReady() bool {
	several := t.sent > 0 && t.recent.all >= float64(min(enough, t.sent))
	return several && 2*t.recent.ready >= t.recent.all
}

// FirstReady returns, once, an age at which most of the instances were seen ready, when none
// had been before. The others are likely to be ready by that age as well: they should be
// looked at then.
func (s *Schedule) FirstReady() (age time.Duration, ok bool) {
	age = s.firstReady
	s.firstReady = 0
	return age, age > 0
}
