package boot

import (
	"math"
	"time"
)

// Boot times are kept in bins whose edges grow by a fixed factor. So what is known has
// the same relative precision at every age.
const (
	bins     = 280
	binRatio = 1.025
	binFrom  = 2.0 // seconds; no instance is ready earlier
)

// notAsked stands for Look.Before of an instance that was not looked at before.
const notAsked = time.Duration(0)

// Look is what a look at N instances of one age has shown: they were pending at the
// age Before, and at the age At they are ready or still pending. Before is 0 when
// nobody looked at them before. Early looks are those that [Schedule.Early] has asked for.
type Look struct {
	Before, At time.Duration
	Ready      bool
	Early      bool
	N          int
}

// Looks is a list of looks.
type Looks []Look

// Add returns the list with one more look. It counts looks that show the same as one.
func (ls Looks) Add(l Look) Looks {
	if len(ls) > 0 {
		last := &ls[len(ls)-1]
		same := *last
		same.N = l.N
		if same == l {
			last.N += l.N
			return ls
		}
	}
	return append(ls, l)
}

// readyAtFirst returns the share of instances that were ready at the first look.
func (ls Looks) readyAtFirst() float64 {
	ready, all := 0, 0
	for _, l := range ls {
		if l.Before != notAsked {
			continue
		}
		all += l.N
		if l.Ready {
			ready += l.N
		}
	}
	return float64(ready) / float64(max(all, 1))
}

// count returns how many instances the looks are about, and how many were ready.
func (ls Looks) count() (ready, all int) {
	for _, l := range ls {
		all += l.N
		if l.Ready {
			ready += l.N
		}
	}
	return ready, all
}

// readyBy returns the highest age at which an instance was seen ready.
func (ls Looks) readyBy() (age time.Duration) {
	for _, l := range ls {
		if l.Ready {
			age = max(age, l.At)
		}
	}
	return age
}

// early returns how many instances early looks were about, and how many of them were ready.
func (ls Looks) early() (ready, all int) {
	for _, l := range ls {
		if !l.Early {
			continue
		}
		all += l.N
		if l.Ready {
			ready += l.N
		}
	}
	return ready, all
}

// firstBefore returns how many instances first looks up to an age were about, and how many
// of them were ready.
func (ls Looks) firstBefore(age time.Duration) (ready, all int) {
	for _, l := range ls {
		first := l.Before == notAsked
		if !first || l.At > age {
			continue
		}
		all += l.N
		if l.Ready {
			ready += l.N
		}
	}
	return ready, all
}

// lifeTable counts by age how many instances were pending and how many of those became
// ready. Unlike a list of boot times it learns from instances that are not ready yet.
// So a launch that is under way, whose fastest instances are ready first, does not
// mislead it.
type lifeTable struct {
	ready     [bins]float64
	pending   [bins]float64
	instances float64
	looks     float64
}

// addAll records looks of one moment.
func (t *lifeTable) addAll(looks Looks) {
	share := looks.readyAtFirst()
	for _, l := range looks {
		t.add(l, share)
	}
}

// add records a look. An instance that is ready at its first look may have become
// ready at any age below. If few are ready at their first look, the true age is near.
// If most are, the table guesses an earlier age: then the first look moves forward
// until it finds some instances pending.
func (t *lifeTable) add(l Look, readyAtFirst float64) {
	n, from, to := float64(l.N), 0.0, binOf(l.At.Seconds())
	first := l.Before == notAsked
	switch {
	case !first:
		from = binOf(l.Before.Seconds())
	case l.Ready:
		from = binOf(l.At.Seconds() * (0.8 - 0.2*readyAtFirst))
		t.addPending(0, from, n, n)
	}
	if to <= from {
		return
	}
	t.looks += n
	if first {
		t.instances += n
	}
	if !l.Ready {
		t.addPending(from, to, n, n)
		return
	}
	t.addPending(from, to, n, 0)
	for k := int(from); k < bins && float64(k) < to; k++ {
		t.ready[k] += n * overlap(k, from, to) / (to - from)
	}
}

// addPending counts instances as pending from one position to another. Their number
// changes evenly from n to left.
func (t *lifeTable) addPending(from, to, n, left float64) {
	for k := int(from); k < bins && float64(k) < to; k++ {
		w := overlap(k, from, to)
		mid := max(float64(k), from) + w/2
		t.pending[k] += w * (n + (left-n)*(mid-from)/(to-from))
	}
}

// scale multiplies all counts.
func (t *lifeTable) scale(factor float64) {
	for k := range bins {
		t.ready[k] *= factor
		t.pending[k] *= factor
	}
	t.instances *= factor
	t.looks *= factor
}

var binLog = math.Log(binRatio)

// binOf returns the position of an age among the bins.
func binOf(seconds float64) float64 {
	if seconds <= binFrom {
		return 0
	}
	return min(math.Log(seconds/binFrom)/binLog, bins)
}

// ageOf returns the age at a position among the bins, in seconds.
func ageOf(pos float64) float64 { return binFrom * math.Exp(pos*binLog) }

// overlap returns how much of bin k lies between two positions.
func overlap(k int, from, to float64) float64 {
	return min(float64(k+1), to) - max(float64(k), from)
}
