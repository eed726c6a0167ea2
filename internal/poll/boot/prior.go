package boot

import (
	"math"
	"sync"
)

// The prior: what is believed before anything has been seen.
const (
	priorSigma  = 0.30   // of the logarithm of boot times
	priorTail   = 0.02   // share of instances that are slower than that
	priorWeight = 2      // instances that the prior counts as, in each bin
	paceSigma   = 0.5    // how far, in logarithms, the prior's pace may be wrong
	paces       = 60     // the same in bins, at most
	span        = bins   // how many bins a prior reaches to either side of its median
	tenPercent  = 1.2816 // the age at which 10 % are ready, in sigmas below the median
)

// hazards estimates for each bin the share of pending instances that become ready in
// it. Where little has been seen the prior decides, at the pace that fits best to all
// that has been seen.
func (c *Class) hazards() *[bins]float64 {
	var h [bins]float64
	prior := c.priorHazards()
	for k := range bins {
		var ready, pending float64
		for j := max(k-2, 0); j <= min(k+2, bins-1); j++ {
			ready += c.seen.ready[j]
			pending += c.seen.pending[j]
		}
		h[k] = min((ready+priorWeight*prior[k])/(pending+priorWeight), 0.999)
	}
	return &h
}

// priorHazards returns the prior's hazards: the mean over all paces, each of them
// weighted by how well it explains what has been seen.
func (c *Class) priorHazards() *[bins]float64 {
	center := int(binOf(c.prior.Seconds() * math.Exp(tenPercent*priorSigma)))
	from, to := max(center-paces, 0), min(center+paces, bins)
	weight := make([]float64, to-from+1)
	best := math.Inf(-1)
	for i := range weight {
		off := float64(from+i-center) * binLog / paceSigma
		weight[i] = c.logLikelihood(from+i) - off*off/2
		best = max(best, weight[i])
	}
	var q [bins]float64
	var sum float64
	shape := priorShape()
	for i, v := range weight {
		w := math.Exp(v - best)
		if w < 1e-4 {
			continue
		}
		sum += w
		for k := range q {
			q[k] += w * shape.q[span+k-from-i]
		}
	}
	for k := range q {
		q[k] /= sum
	}
	return &q
}

// logLikelihood returns the logarithm of how likely it is to see what has been seen
// when the prior's median is at that position.
func (c *Class) logLikelihood(median int) (v float64) {
	shape := priorShape()
	for k := range bins {
		ready, pending := c.seen.ready[k], c.seen.pending[k]
		if pending > 0 {
			at := span + k - median
			v += ready*shape.logQ[at] + max(pending-ready, 0)*shape.logRest[at]
		}
	}
	return v
}

// shape is the prior by position relative to its median: the share of pending
// instances that become ready in a bin, and the logarithms of it and of the rest.
type shape struct{ q, logQ, logRest [2*span + 1]float64 }

// priorShape returns the shape, which is computed when it is first needed.
var priorShape = sync.OnceValue(newShape)

func newShape() *shape {
	s := new(shape)
	for i := range s.q {
		pos := float64(i - span)
		q := min(max(1-survivor(pos+1)/survivor(pos), 1e-6), 0.9)
		s.q[i], s.logQ[i], s.logRest[i] = q, math.Log(q), math.Log1p(-q)
	}
	return s
}

// survivor returns the prior's share of instances that are not ready at a position.
func survivor(pos float64) float64 {
	x := pos * binLog
	fast := 0.5 * math.Erfc(x/(priorSigma*math.Sqrt2))
	slow := 1.0
	if x > 0 {
		slow = math.Exp(-1.5 * x)
	}
	return (1-priorTail)*fast + priorTail*slow
}
