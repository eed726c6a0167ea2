package poll

import (
	"math"
	"time"
)

// What a plan weighs, in proportion to the median boot time m. What is known of few
// machines is taken with caution: they are looked at earlier. The values are such
// that simulated launches (see the tests) keep a mean delay of m*0.06 and a p99 of
// m*0.2.
const (
	lookPrice   = 0.0102 // asking one machine once costs as much as a delay of m times this ...
	listPrice   = 0.7    // ... times this where listings make looks cheap: some of that goes into delay
	lateAfter   = 0.165  // a delay beyond m times this is felt ...
	latePrice   = 0.6    // ... as much as m times this more
	lateCaution = 0.5    // ... and this while little is known
	experience  = 1000   // machines that halve the caution
	fewSeen     = 400    // machines before first looks at many go out together
	sharers     = 0.08   // a look at less than this share of all costs no less: its call is not full

	longStep = 0.17 // of m: a plan may space looks that far at any age ...
	wideStep = 0.26 // ... but by no more than this share of it
	tailStep = 0.11 // the most in a tail longer than that

	priorSigma  = 0.30 // of the logarithm of boot times
	priorTail   = 0.02 // share of machines that are slow beyond that
	priorWeight = 2    // machines that the prior counts as, in each bin
	shiftSigma  = 0.5  // how far, in logarithms, the prior's pace may be off
)

// plan is the cheapest schedule for a class, as far as its boot times are known:
// for each age at which an ID may have been asked, the age at which to ask next.
type plan struct {
	first time.Duration
	next  [bins + 1]float64 // seconds, by position of the last look
	done  [bins + 1]float64 // share of machines ready, by position
	seen  float64           // machines it rests on
}

// draw finds the plan that minimizes the price of looks plus the delay between
// ready and seen, by dynamic programming from the last bin back.
func (c *curve) draw(hazards *[bins]float64, listed bool) *plan {
	d := drawing{listed: listed}
	caution := 1 / (1 + c.seen/experience)
	d.lookPrice, d.latePrice = lookPrice, latePrice+lateCaution*caution
	if listed {
		d.lookPrice *= listPrice
	}
	d.survive(hazards)
	pl := &plan{done: d.done, seen: c.seen}
	for i := bins - 1; i >= 0; i-- {
		pl.next[i], d.cost[i] = d.best(i, d.age[i]+minInterval.Seconds(), d.age[i]+d.longest(d.age[i]))
	}
	pl.next[bins] = d.age[bins] + maxInterval.Seconds()
	first, _ := d.best(0, minFirst.Seconds(), maxFirst.Seconds())
	pl.first = time.Duration(first * float64(time.Second))
	return pl
}

// young reports whether too little is known to send many calls at once by it.
func (c *curve) young() bool {
	pl := c.plan.Load()
	return pl == nil || pl.seen < fewSeen
}

// longest is how far apart looks at that age may be, in seconds.
func (d *drawing) longest(age float64) float64 {
	step := max(min(longStep*d.median, wideStep*age), tailStep*age, minInterval.Seconds()+1)
	return min(step, maxInterval.Seconds())
}

// drawing is the work sheet of a plan, by position.
type drawing struct {
	listed               bool // a look may be a listing of what is ready
	median               float64
	lookPrice, latePrice float64
	age                  [bins + 1]float64
	done                 [bins + 1]float64 // share of machines ready by then
	moment               [bins + 1]float64 // sum over those of when
	late                 [bins + 1]float64 // share ready longer ago than is fine
	cost                 [bins + 1]float64 // of all that follows a look
}

// survive works out the shares from the hazards.
func (d *drawing) survive(hazard *[bins]float64) {
	d.age[0] = binFrom
	for k := range bins {
		d.age[k+1] = d.age[k] * binRatio
		f := (1 - d.done[k]) * hazard[k]
		d.done[k+1] = d.done[k] + f
		d.moment[k+1] = d.moment[k] + f*(d.age[k]+d.age[k+1])/2
		if d.done[k] < 0.5 && d.done[k+1] >= 0.5 {
			d.median = d.age[k+1]
		}
	}
	if d.median == 0 {
		d.median = d.age[bins]
	}
	back := 0
	for j := range d.late {
		for back < bins && d.age[back+1] <= d.age[j]-lateAfter*d.median {
			back++
		}
		d.late[j] = d.done[back]
	}
}

// best returns when to look after a look at position i, within the limits.
func (d *drawing) best(i int, from, to float64) (next, cost float64) {
	next, cost = to, math.Inf(1)
	for j := i + 1; j <= bins; j++ {
		if d.age[j] < from {
			continue
		}
		asked := 1 - d.done[i]
		if d.listed {
			asked = min(asked, d.done[j])
		}
		v := d.lookPrice*d.median*max(asked, sharers) + d.age[j]*(d.done[j]-d.done[i]) - (d.moment[j] - d.moment[i]) +
			d.latePrice*d.median*max(d.late[j]-d.done[i], 0) + d.cost[j]
		if v < cost {
			next, cost = d.age[j], v
		}
		if d.age[j] >= to {
			break
		}
	}
	return min(next, to), cost
}

// hazards estimates for each bin the share of pending machines that become ready
// in it: what was observed, and where that is little the prior at the pace that
// fits what was observed best.
func (c *curve) hazards() *[bins]float64 {
	var h [bins]float64
	prior := c.expected()
	for k := range bins {
		var ready, risk float64
		for j := max(k-2, 0); j <= min(k+2, bins-1); j++ {
			ready += c.ready[j]
			risk += c.risk[j]
		}
		h[k] = min((ready+priorWeight*prior[k])/(risk+priorWeight), 0.999)
	}
	return &h
}

// expected is the prior's hazard, at the paces that explain the observations, each
// as far as it does.
func (c *curve) expected() *[bins]float64 {
	center := int(binOf(c.prior * math.Exp(1.2816*priorSigma)))
	from, to := max(center-paces, 0), min(center+paces, bins)
	weight := make([]float64, to-from+1)
	best := math.Inf(-1)
	for i := range weight {
		off := float64(from+i-center) * binLog / shiftSigma
		weight[i] = c.fit(from+i) - off*off/2
		best = max(best, weight[i])
	}
	var q [bins]float64
	var sum float64
	for i, v := range weight {
		w := math.Exp(v - best)
		if w < 1e-4 {
			continue
		}
		sum += w
		for k := range q {
			q[k] += w * c.shape.q[span+k-from-i]
		}
	}
	for k := range q {
		q[k] /= sum
	}
	return &q
}

// fit is the logarithm of how likely the observations are when the prior's median
// is at that position.
func (c *curve) fit(pos int) (v float64) {
	for k := range bins {
		if c.risk[k] > 0 {
			at := span + k - pos
			v += c.ready[k]*c.shape.lq[at] + max(c.risk[k]-c.ready[k], 0)*c.shape.lp[at]
		}
	}
	return v
}

// paces is how many bins the prior's pace may be off.
const paces = 60

// span is how many bins a prior reaches to either side of its median.
const span = bins

// shape is the prior by position relative to its median: the share of pending
// machines that become ready in a bin, and the logarithms of it and of the rest.
type shape struct{ q, lq, lp [2*span + 1]float64 }

func newShape() *shape {
	s := new(shape)
	for i := range s.q {
		pos := float64(i - span)
		q := min(max(1-survivor(pos+1)/survivor(pos), 1e-6), 0.9)
		s.q[i], s.lq[i], s.lp[i] = q, math.Log(q), math.Log1p(-q)
	}
	return s
}

// survivor is the prior's share of machines not ready at a position.
func survivor(pos float64) float64 {
	x := pos * binLog
	fast := 0.5 * math.Erfc(x/(priorSigma*math.Sqrt2))
	slow := 1.0
	if x > 0 {
		slow = math.Exp(-1.5 * x)
	}
	return (1-priorTail)*fast + priorTail*slow
}

// share is how many of all machines are ready at that age.
func (pl *plan) share(age time.Duration) float64 {
	return pl.done[min(int(binOf(age.Seconds()))+1, bins)]
}

// interval is the pause after a look at that age.
func (pl *plan) interval(age time.Duration) time.Duration {
	s := age.Seconds()
	pos := binOf(s)
	i := int(pos)
	if i >= bins { // older than anything a plan is about
		return maxInterval
	}
	next := pl.next[i] + (pl.next[i+1]-pl.next[i])*(pos-float64(i))
	d := time.Duration((next - s) * float64(time.Second))
	return min(max(d, minInterval), maxInterval)
}
