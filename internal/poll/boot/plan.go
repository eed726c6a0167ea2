package boot

import (
	"math"
	"time"
)

// What a plan weighs, in proportion to the median boot time m. With these values
// simulated launches (see the tests of internal/poll) keep a mean delay of m*0.06 and a
// p99 of m*0.2.
const (
	lookPrice   = 0.0102 // one look at one instance costs as much as a delay of m times this
	listPrice   = 0.7    // listings make looks cheaper: their price is multiplied by this
	lateAfter   = 0.165  // a delay longer than m times this is late ...
	latePrice   = 0.6    // ... and costs as much as m times this more
	lateCaution = 0.5    // ... and m times this more while few instances have been seen
	experience  = 1000   // instances that halve this caution
	sharers     = 0.08   // looks at less than this share of all cost no less: their call is not full

	longStep = 0.17 // a plan may always leave m times this between two looks ...
	wideStep = 0.26 // ... but not more than this share of the age
	tailStep = 0.11 // at a high age it may leave this share of the age, if that is longer
)

// plan is the cheapest schedule for a class, as far as its boot times are known: for
// each age at which an instance may have been looked at, the age of the next look.
type plan struct {
	first     time.Duration
	next      [bins + 1]float64 // seconds, by position of the last look
	done      [bins + 1]float64 // share of instances that are ready, by position
	instances float64           // how many instances it rests on
}

// draw returns the plan with the lowest sum of the price of looks and the delays
// between ready and seen. Dynamic programming finds it, from the last bin back to the
// first.
func draw(hazards *[bins]float64, instances float64, listings bool) *plan {
	caution := 1 / (1 + instances/experience)
	d := drawing{listings: listings, lookPrice: lookPrice, latePrice: latePrice + lateCaution*caution}
	if listings {
		d.lookPrice *= listPrice
	}
	d.fill(hazards)
	p := &plan{done: d.done, instances: instances}
	for i := bins - 1; i >= 0; i-- {
		p.next[i], d.cost[i] = d.best(i, d.age[i]+MinInterval.Seconds(), d.age[i]+d.longest(d.age[i]))
	}
	p.next[bins] = d.age[bins] + MaxInterval.Seconds()
	first, _ := d.best(0, minFirst.Seconds(), maxFirst.Seconds())
	p.first = time.Duration(first * float64(time.Second))
	return p
}

// readyShare returns the share of all instances that are ready at that age.
func (p *plan) readyShare(age time.Duration) float64 {
	return p.done[min(int(binOf(age.Seconds()))+1, bins)]
}

// interval returns the pause after a look at that age.
func (p *plan) interval(age time.Duration) time.Duration {
	s := age.Seconds()
	pos := binOf(s)
	i := int(pos)
	if i >= bins { // older than the ages of the plan
		return MaxInterval
	}
	next := p.next[i] + (p.next[i+1]-p.next[i])*(pos-float64(i))
	d := time.Duration((next - s) * float64(time.Second))
	return min(max(d, MinInterval), MaxInterval)
}

// drawing holds the values from which a plan is drawn, by position.
type drawing struct {
	listings             bool // a look may be a listing of what is ready
	median               float64
	lookPrice, latePrice float64
	age                  [bins + 1]float64
	done                 [bins + 1]float64 // share of instances that are ready
	moment               [bins + 1]float64 // sum of the ages at which those became ready
	late                 [bins + 1]float64 // share that has been ready for so long that a look is late
	cost                 [bins + 1]float64 // of all that follows a look at this position
}

// fill computes the shares from the hazards.
func (d *drawing) fill(hazards *[bins]float64) {
	d.age[0] = binFrom
	for k := range bins {
		d.age[k+1] = d.age[k] * binRatio
		f := (1 - d.done[k]) * hazards[k]
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

// longest returns how far apart looks at that age may be, in seconds.
func (d *drawing) longest(age float64) float64 {
	step := max(min(longStep*d.median, wideStep*age), tailStep*age, MinInterval.Seconds()+1)
	return min(step, MaxInterval.Seconds())
}

// best returns the best age, within the limits, for the look after one at position i,
// and what that look and all later ones cost.
func (d *drawing) best(i int, from, to float64) (next, cost float64) {
	next, cost = to, math.Inf(1)
	for j := i + 1; j <= bins; j++ {
		if d.age[j] < from {
			continue
		}
		if v := d.price(i, j) + d.cost[j]; v < cost {
			next, cost = d.age[j], v
		}
		if d.age[j] >= to {
			break
		}
	}
	return min(next, to), cost
}

// price returns what a look at position j costs when the last one was at position i:
// the look itself, the delays of the instances that became ready in between, and what
// the late ones among them cost more.
func (d *drawing) price(i, j int) float64 {
	asked := 1 - d.done[i]
	if d.listings {
		asked = min(asked, d.done[j])
	}
	return d.lookPrice*d.median*max(asked, sharers) + d.age[j]*(d.done[j]-d.done[i]) - (d.moment[j] - d.moment[i]) +
		d.latePrice*d.median*max(d.late[j]-d.done[i], 0)
}
