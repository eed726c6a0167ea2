package poll

import (
	"math"
	"sync"
	"sync/atomic"
	"time"
)

// Boot times are kept in bins whose edges grow by a fixed factor, so that what is
// known has the same precision at every age.
const (
	bins     = 280
	binRatio = 1.025
	binFrom  = 2.0 // seconds; younger than this nothing is ready

	generation = 10 * time.Minute // halves the weight of what was seen before
	enough     = 20               // machines before they outweigh the prior schedule
	maxClasses = 256              // of about 14 KB each
	doubtful   = 15 * time.Second // later than the prior, a plan may miss that machines have become faster
)

// curve is what is known of a class's boot times: for each age how many machines
// were still pending then and how many of those became ready. Unlike a list of boot
// times it learns from machines that are not ready yet, and is not misled by a
// launch that reports its fastest machines first.
type curve struct {
	// Nil until there is enough to go by: the plan for asking by ID, and that for
	// IDs that a listing may tell of.
	plan, listed atomic.Pointer[plan]

	used time.Duration // when a Wait last asked for it; guarded by the poller's lock

	mu      sync.Mutex
	ready   [bins]float64
	risk    [bins]float64
	seen    float64       // machines, faded as well
	looks   float64       // at them
	planned float64       // looks when the plan was made
	faded   time.Duration // when the counts were last halved
	probed  time.Duration // when a scout last asked whether the plan is too late
	prior   float64       // p10 in seconds
	lists   bool          // there are listings
	shape   *shape
}

// look is what n machines of one age showed: pending at before (never = not asked
// before), and at the later age pending still or ready.
type look struct {
	before, at time.Duration
	ready      bool
	n          int
}

var binLog = math.Log(binRatio)

// binOf returns the position of an age among the bins.
func binOf(seconds float64) float64 {
	if seconds <= binFrom {
		return 0
	}
	return min(math.Log(seconds/binFrom)/binLog, bins)
}

// ageOf returns the age at a position among the bins.
func ageOf(pos float64) float64 { return binFrom * math.Exp(pos*binLog) }

// learn records looks and renews the plan when they add something to it.
func (c *curve) learn(now time.Duration, looks []look) {
	if len(looks) == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fade(now)
	share := readyAtOnce(looks)
	for _, l := range looks {
		c.add(l, share)
	}
	if c.seen >= enough && c.looks >= c.planned*1.05 {
		c.planned = c.looks
		hazards := c.hazards()
		c.plan.Store(c.draw(hazards, false))
		if c.lists {
			c.listed.Store(c.draw(hazards, true))
		}
	}
}

// fade lets the past count less: clouds change.
func (c *curve) fade(now time.Duration) {
	for ; now >= c.faded+generation; c.faded += generation {
		if c.looks < 1e-3 {
			c.faded = now
			return
		}
		for k := range bins {
			c.ready[k] /= 2
			c.risk[k] /= 2
		}
		c.seen, c.looks, c.planned = c.seen/2, c.looks/2, c.planned/2
	}
}

// doubts tells whether a scout should ask if a plan, whose first look is much later
// than the prior, is still right: once in a while of a class, since machines that are
// never asked early never tell that they have become faster.
func (c *curve) doubts(now, first time.Duration) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if first < c.early()+doubtful || now < c.probed+generation {
		return false
	}
	c.probed = now
	return true
}

// early is the first look that the prior wants.
func (c *curve) early() time.Duration { return time.Duration(c.prior * float64(time.Second)) }

// forget drops the plans, which a scout has found to be too late, and most of what
// they were drawn from: the machines to come outweigh it.
func (c *curve) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	share := min(1, enough/(2*max(c.seen, 1)))
	for k := range bins {
		c.ready[k] *= share
		c.risk[k] *= share
	}
	c.seen, c.looks, c.planned = c.seen*share, c.looks*share, 0
	c.plan.Store(nil)
	c.listed.Store(nil)
}

// readyAtOnce is the share of machines that were ready when they were first asked.
func readyAtOnce(looks []look) float64 {
	ready, all := 0, 0
	for _, l := range looks {
		if l.before < 0 {
			all += l.n
			if l.ready {
				ready += l.n
			}
		}
	}
	return float64(ready) / float64(max(all, 1))
}

// add records a look. Where nobody looked before, the truth may be anywhere below:
// near, when few are ready already. Where most are, guessing rather less makes the
// first look sink until it sees some that are not.
func (c *curve) add(l look, readyAtOnce float64) {
	n, from, to := float64(l.n), 0.0, binOf(l.at.Seconds())
	switch {
	case l.before >= 0:
		from = binOf(l.before.Seconds())
	case l.ready:
		from = binOf(l.at.Seconds() * (0.8 - 0.2*readyAtOnce))
		c.expose(0, from, n, n)
	}
	if to <= from {
		return
	}
	c.looks += n
	if l.before < 0 {
		c.seen += n
	}
	if !l.ready {
		c.expose(from, to, n, n)
		return
	}
	c.expose(from, to, n, 0)
	for k := int(from); k < bins && float64(k) < to; k++ {
		c.ready[k] += n * overlap(k, from, to) / (to - from)
	}
}

// expose counts machines as pending from one position to another, their number
// changing evenly.
func (c *curve) expose(from, to, n, left float64) {
	for k := int(from); k < bins && float64(k) < to; k++ {
		w := overlap(k, from, to)
		mid := max(float64(k), from) + w/2
		c.risk[k] += w * (n + (left-n)*(mid-from)/(to-from))
	}
}

// overlap is how much of bin k lies between two positions.
func overlap(k int, from, to float64) float64 {
	return min(float64(k+1), to) - max(float64(k), from)
}

// curve returns what is known of a class.
func (p *Poller[T]) curve(class string) *curve {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.boots[class]
	if c == nil {
		p.forgetClass()
		if p.shape == nil {
			p.shape = newShape()
		}
		c = &curve{prior: p.prior(class).Seconds(), faded: p.now(), probed: p.now(), shape: p.shape, lists: p.cfg.List != nil}
		p.boots[class] = c
	}
	c.used = p.now()
	return c
}

// forgetClass makes room for one more class: whoever makes an image a day, and waits
// for years, must not remember all of them.
func (p *Poller[T]) forgetClass() {
	if len(p.boots) < maxClasses {
		return
	}
	oldest := ""
	for class, c := range p.boots {
		if o := p.boots[oldest]; o == nil || c.used < o.used {
			oldest = class
		}
	}
	delete(p.boots, oldest) // waits that know it still have it
}

// prior is the first look at a class that nobody has watched yet.
func (p *Poller[T]) prior(class string) time.Duration {
	d := p.cfg.First(class)
	if d == 0 {
		d = 10 * time.Second
	}
	return min(max(d, minFirst), maxFirst)
}

// first is how long after acceptance an ID of the class is first asked.
func (c *curve) first() time.Duration {
	if pl := c.plan.Load(); pl != nil {
		return pl.first
	}
	return c.early()
}

// interval is the pause until an ID of that age is asked again.
func (c *curve) interval(age time.Duration) time.Duration {
	if pl := c.plan.Load(); pl != nil {
		return pl.interval(age)
	}
	return interval(age)
}
