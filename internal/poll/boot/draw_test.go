package boot

import (
	"math"
	"math/rand/v2"
	"time"
)

// drawBoots returns boot times: median m, sigma 0.35, and one instance in a hundred takes
// 2.4 to 4.8 times as long as the median. Of a median of 25 s one in ten is ready
// after 16 s. The tests of internal/poll draw in the same way; a package for these few
// lines would not pay.
func drawBoots(m time.Duration, n int, seed uint64) []time.Duration {
	rnd := rand.New(rand.NewPCG(seed, 7))
	all := make([]time.Duration, n)
	for i := range all {
		s := math.Exp(0.35 * rnd.NormFloat64())
		if rnd.Float64() < 0.01 {
			s = 2.4 + 2.4*rnd.Float64()
		}
		all[i] = time.Duration(s * float64(m))
	}
	return all
}

// usual draws n boot times with a median of 25 s.
func usual(n int, seed uint64) []time.Duration { return drawBoots(25*time.Second, n, seed) }

// newClass returns a class with a prior.
func newClass(prior time.Duration) *Class {
	return New(func(string) time.Duration { return prior }, false, 0).Class("", 0)
}

// watch lets a class see a launch of instances that are looked at at those ages.
func (c *Class) watch(now time.Duration, boots []time.Duration, ages ...time.Duration) {
	before := notAsked
	for _, at := range ages {
		var looks Looks
		left := boots[:0:0]
		for _, b := range boots {
			looks = append(looks, Look{Before: before, At: at, Ready: b <= at, N: 1})
			if b > at {
				left = append(left, b)
			}
		}
		c.Learn(now, looks)
		boots, before = left, at
	}
}

// everyTwo returns the ages of looks every 2 s.
func everyTwo(from, to time.Duration) (ages []time.Duration) {
	for at := from; at <= to; at += 2 * time.Second {
		ages = append(ages, at)
	}
	return ages
}
