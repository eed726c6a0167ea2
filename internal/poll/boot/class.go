package boot

import (
	"sync"
	"sync/atomic"
	"time"
)

// The limits of every schedule.
const (
	MinInterval = 2 * time.Second  // two looks at an instance are never closer than this ...
	MaxInterval = 30 * time.Second // ... or, at a stuck instance, further apart than this

	minFirst = 3 * time.Second  // the first look never comes before this age ...
	maxFirst = 60 * time.Second // ... or after this one
)

const (
	halfLife   = 10 * time.Minute // halves the weight of what was seen before
	enough     = 20               // instances before a plan replaces the prior
	fewSeen    = 400              // instances before first looks at many go out together
	moreLooks  = 1.05             // a plan is renewed when there are this many times the looks
	checkAfter = 15 * time.Second // a plan that begins this much later than the prior is checked
)

// Class is what is known of the boot times of one class. It is safe for concurrent
// use. The moments that its methods take count from one zero, which the caller
// chooses.
type Class struct {
	prior    time.Duration // age at which one instance in ten is ready
	early    time.Duration // age of the early look; 0 = there is none
	listings bool          // there are listings

	// nil until enough instances have been seen: the plan for looks by ID, and the plan
	// for looks that may be listings.
	plan, listed atomic.Pointer[plan]

	anyReady atomic.Bool // an instance was seen ready
	quick    atomic.Bool // without a plan: early looks have shown instances ready

	lastUsed time.Duration // guarded by the lock of Times

	mu          sync.Mutex
	seen        lifeTable
	plannedWith float64       // looks when the plan was made
	fadedAt     time.Duration // when the counts were halved
	lastChecked time.Duration // when a scout last checked the plan
	trial       trial
}

// First returns the age at which an instance is looked at first, by ID.
func (c *Class) First() time.Duration {
	if p := c.plan.Load(); p != nil {
		return p.first
	}
	if c.quick.Load() {
		return min(c.prior, c.early)
	}
	return c.prior
}

// Interval returns the pause between a look by ID at that age and the next one.
func (c *Class) Interval(age time.Duration) time.Duration {
	if p := c.plan.Load(); p != nil {
		return p.interval(age)
	}
	return PriorInterval(age)
}

// PriorFirst returns what First would return if nothing had been learned.
func (c *Class) PriorFirst() time.Duration { return c.prior }

// PriorInterval returns what Interval would return if nothing had been learned: a
// tenth of the age, between MinInterval and MaxInterval. A delay then stays in
// proportion to the wait, and the number of looks at a stuck instance grows with the
// logarithm of its age.
func PriorInterval(age time.Duration) time.Duration {
	return min(max(age/10, MinInterval), MaxInterval)
}

// Learn records looks. It draws a new plan when the looks add something to it.
func (c *Class) Learn(now time.Duration, looks Looks) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.trial.addRecent(looks.count())
	c.learnLocked(now, looks)
}

// learnLocked is Learn. The caller has c.mu.
func (c *Class) learnLocked(now time.Duration, looks Looks) {
	if len(looks) == 0 {
		return
	}
	c.fade(now)
	c.seen.addAll(looks)
	known := c.seen.instances >= enough
	if known && c.seen.looks >= c.plannedWith*moreLooks {
		c.drawPlans()
	}
}

// drawPlans replaces the plans.
func (c *Class) drawPlans() {
	c.plannedWith = c.seen.looks
	hazards := c.hazards()
	c.plan.Store(draw(hazards, c.seen.instances, false))
	if c.listings {
		c.listed.Store(draw(hazards, c.seen.instances, true))
	}
}

// fade reduces the weight of what was seen long ago, because clouds change.
func (c *Class) fade(now time.Duration) {
	for ; now >= c.fadedAt+halfLife; c.fadedAt += halfLife {
		if c.seen.looks < 1e-3 {
			c.fadedAt = now
			return
		}
		c.seen.scale(0.5)
		c.plannedWith /= 2
	}
}

// startCheck reports whether a scout should check a plan that begins at that age. It
// should when the plan begins much later than the prior: instances that are never
// looked at early cannot show that they have become faster. It does so once in ten
// minutes.
func (c *Class) startCheck(now, first time.Duration) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if first < c.prior+checkAfter || now < c.lastChecked+halfLife {
		return false
	}
	c.lastChecked = now
	return true
}

// forget drops the plans, which a scout has found to look too late, and most of what
// they were drawn from. What is learned next outweighs the rest.
func (c *Class) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen.scale(min(1, enough/(2*max(c.seen.instances, 1))))
	c.plannedWith = 0
	c.plan.Store(nil)
	c.listed.Store(nil)
}

// Counts is a part of what has been seen of a class, faded like the rest.
type Counts struct {
	Instances float64 // instances that were looked at
	Looks     float64 // looks at them
	Ready     float64 // instances that became ready at the ages that were asked for
}

// Counts returns how much has been seen so far; Ready counts the instances that became
// ready between two ages.
func (c *Class) Counts(from, to time.Duration) Counts {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := Counts{Instances: c.seen.instances, Looks: c.seen.looks}
	first, last := int(binOf(from.Seconds())), int(binOf(to.Seconds()))
	for k := first; k <= min(last, bins-1); k++ {
		n.Ready += c.seen.ready[k]
	}
	return n
}

// Assume makes the class look first at that age, and later at the prior's pace, until
// it learns something else. Tests use it to fix when looks come.
func (c *Class) Assume(first time.Duration) {
	p := &plan{first: first, instances: fewSeen}
	for i := range p.next {
		age := ageOf(float64(i))
		p.next[i] = age + PriorInterval(time.Duration(age*float64(time.Second))).Seconds()
	}
	c.plan.Store(p)
}
