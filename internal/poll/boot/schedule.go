package boot

import "time"

// Fleet is a number of instances that are waited for together.
type Fleet struct {
	Size     int  // instances; 0 = they are looked at without waiting
	Batch    int  // instances that one call can ask about
	Listings bool // a look at them may be a listing of those that are ready
	Leaving  bool // they are waited for to disappear
}

// Schedule says when the instances of one Fleet are looked at. It follows what is
// known of their class, also when that changes while they are waited for. First,
// Interval, FewSeen, ReadyShare and Class are safe for concurrent use; the other
// methods are not.
type Schedule struct {
	class    *Class
	listings bool

	firstReady time.Duration // what FirstReady is to return
	earlyLeft  int           // instances that are left to choose for the early look
	usingPrior bool          // the first looks were scheduled by the prior, and have not been moved since
	scouts     int           // scouts that are left to send
	batch      int           // as many of them, the last ones, go when the prior says
	check      planCheck
}

// planCheck says how far the check of a plan that may look too late has come.
type planCheck int

const (
	noCheck    planCheck = iota
	checkDue             // a scout is to be chosen
	checkAsked           // a scout was chosen, and no look has shown anything yet
)

// Schedule returns the schedule of a fleet, and decides whether it sends scouts.
func (c *Class) Schedule(now time.Duration, f Fleet) Schedule {
	s := Schedule{class: c, listings: f.Listings}
	if f.Size == 0 {
		return s
	}
	p := s.plan()
	severalCalls := f.Size > f.Batch
	if p == nil {
		s.earlyLeft = c.grantEarly(now, f)
	}
	switch {
	case p != nil && c.startCheck(now, p.first):
		s.check = checkDue
	case p == nil && severalCalls && !f.Listings:
		s.usingPrior, s.scouts, s.batch = true, 2*f.Batch, f.Batch
	}
	if s.earlyLeft >= f.Batch && s.scouts > 0 { // those that are looked at early are scouts at the prior's time
		s.scouts, s.batch = f.Batch, 0
	}
	return s
}

// Class returns the class of the instances.
func (s *Schedule) Class() *Class { return s.class }

// plan returns the plan for the instances, or nil.
func (s *Schedule) plan() *plan {
	if s.listings {
		return s.class.listed.Load()
	}
	return s.class.plan.Load()
}

// First returns the age at which an instance is looked at first.
func (s *Schedule) First() time.Duration {
	if p := s.plan(); p != nil {
		return p.first
	}
	return s.class.First()
}

// Interval returns the pause between a look at that age and the next one.
func (s *Schedule) Interval(age time.Duration) time.Duration {
	if p := s.plan(); p != nil {
		return p.interval(age)
	}
	return s.class.Interval(age)
}

// FewSeen reports whether so few instances have been seen that first looks at many, at
// that age, should go out one call after the other, so that each learns from the one
// before. There is no need to when most are expected to be ready.
func (s *Schedule) FewSeen(age time.Duration) bool {
	p := s.class.plan.Load()
	if p == nil {
		return true
	}
	return p.instances < fewSeen && p.readyShare(age) < 0.5
}

// ReadyShare returns the share of instances that are ready at that age, as far as it
// is known.
func (s *Schedule) ReadyShare(age time.Duration) float64 {
	if p := s.plan(); p != nil {
		return p.readyShare(age)
	}
	return 0.1 // so the prior is defined
}

// Scout makes an instance, whose first look would come at the age first, a scout if
// one is left to send. It returns the age at which the scout is to be looked at; that
// age is fixed, whatever is learned before. ok is false when no scout is left.
func (s *Schedule) Scout(first time.Duration) (age time.Duration, ok bool) {
	if s.check == checkDue {
		s.check = checkAsked
		return s.class.prior, true
	}
	if s.scouts == 0 {
		return 0, false
	}
	s.scouts--
	if s.scouts >= s.batch {
		return first * 3 / 5, true
	}
	return first, true
}

// PriorReplaced reports, once, that a plan has come since the first looks of a fleet
// that sent scouts were scheduled by the prior: they should be moved to First.
func (s *Schedule) PriorReplaced() bool {
	replaced := s.usingPrior && s.plan() != nil
	if replaced {
		s.usingPrior = false
	}
	return replaced
}

// Learn records looks at instances of the fleet, and at others of their class. It
// reports whether a scout has shown that the plan looks too late. The plan is then
// forgotten, and looks at all instances of the class should be moved to where the
// prior wants them.
//
// Looks that report instances as seen must go through this method. Looks that show
// only what is still pending may go to [Class.Learn] instead.
func (s *Schedule) Learn(now time.Duration, looks Looks) (planTooLate bool) {
	looks = timely(s.recordTrial(looks), s.class.First())
	planTooLate = s.finishCheck(looks)
	if planTooLate {
		s.class.forget()
	}
	s.class.mu.Lock()
	defer s.class.mu.Unlock()
	s.class.learnLocked(now, looks)
	return planTooLate
}

// timely returns the looks without those that were first looks and came much later
// than planned: other instances that were launched together may have become ready
// long before, and are not among them.
func timely(looks Looks, first time.Duration) Looks {
	kept := looks[:0]
	for _, l := range looks {
		firstLook := l.Before == notAsked
		if firstLook && l.At > first*3/2 {
			continue
		}
		kept = append(kept, l)
	}
	return kept
}

// finishCheck reports whether a scout, and the instances in the same call, show that
// the plan looks too late: one in ten is ready when the prior says so.
func (s *Schedule) finishCheck(looks Looks) bool {
	if s.check != checkAsked {
		return false
	}
	ready, all := looks.firstBefore(s.class.prior * 3 / 2)
	if all > 0 {
		s.check = noCheck
	}
	return ready > 0 && 10*ready >= all
}
