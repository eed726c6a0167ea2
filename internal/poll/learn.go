package poll

import (
	"math/rand/v2"
	"slices"
	"time"
)

const (
	enough     = 10               // own observations that outweigh the prior
	generation = 10 * time.Minute // after it a sketch starts a fresh sample
)

// sketch remembers boot times of a class: a fair sample of the machines accepted in
// the latest generation and one of those before. Generations go by acceptance, and
// a sample is drawn from all of it: machines of one launch report in the order of
// their boot times, so keeping the latest reports would keep the slowest machines.
type sketch struct {
	latest, earlier sample
	since           time.Duration // the acceptance that opened the latest generation
}

// add records that a machine accepted at that moment took boot.
func (s *sketch) add(accepted, boot time.Duration, rnd *rand.Rand) {
	switch {
	case s.latest.n == 0:
		s.since = accepted
	case accepted >= s.since+generation:
		s.earlier, s.latest, s.since = s.latest, sample{}, accepted
	case accepted < s.since:
		s.earlier.add(boot, rnd)
		return
	}
	s.latest.add(boot, rnd)
}

// p10 is the boot time that one machine in ten undercuts; ok is false while there
// is too little to go by.
func (s *sketch) p10() (d time.Duration, ok bool) {
	all := slices.Concat(s.earlier.values(), s.latest.values())
	if len(all) < enough {
		return 0, false
	}
	slices.Sort(all)
	return all[len(all)/10], true
}

// sample holds a uniform choice of all values added.
type sample struct {
	kept [64]time.Duration
	n    int // ever added
}

func (s *sample) add(d time.Duration, rnd *rand.Rand) {
	i := s.n
	if s.n >= len(s.kept) {
		i = rnd.IntN(s.n + 1)
	}
	if i < len(s.kept) {
		s.kept[i] = d
	}
	s.n++
}

func (s *sample) values() []time.Duration { return s.kept[:min(s.n, len(s.kept))] }

// bootTime estimates when a machine accepted at 0 became ready that was found
// ready at found and not ready at before (never = it was not asked before).
// Without an earlier look the truth may be anywhere below; saying a bit less than
// found makes the p10 sink until the first look comes early enough to see some
// machines not yet ready. Taking found itself would be a trap: nothing would ever
// be learned below the first look.
func bootTime(before, found time.Duration) time.Duration {
	if before < 0 {
		return found * 4 / 5
	}
	return (before + found) / 2
}

// first is how long after acceptance an ID of class is first asked.
func (p *Poller[T]) first(class string) time.Duration {
	p.mu.Lock()
	d, ok := time.Duration(0), false
	if s := p.boots[class]; s != nil {
		d, ok = s.p10()
	}
	p.mu.Unlock()
	if !ok {
		d = p.cfg.First(class)
	}
	if d == 0 {
		d = 10 * time.Second
	}
	return min(max(d, minFirst), maxFirst)
}

// learn records the boot time of a machine that was accepted at that moment.
func (p *Poller[T]) learn(class string, accepted, boot time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.boots[class]
	if s == nil {
		s = new(sketch)
		p.boots[class] = s
	}
	s.add(accepted, boot, p.cfg.Rand)
}
