package ledger

import "time"

// Summary is what a ledger leaves to do and to find out. Its fields count instances, but for
// GivenUp, which counts generations.
type Summary struct {
	Planned int // still to be created
	Unknown int // may exist, and their IDs are not known
	GivenUp int // see [GivenUp]

	// Orders are the unpaid orders.
	Orders []string
}

// Summary returns what is left.
func (l *Ledger) Summary() (s Summary) {
	for _, p := range l.All() {
		s.GivenUp += len(p.GivenUp)
		switch {
		case p.Order != "" && p.Missing() > 0:
			s.Orders = append(s.Orders, p.Order)
		case p.Status == Sent:
			s.Unknown += p.Missing()
		case p.Status == Planned:
			s.Planned += p.Missing()
		}
	}
	return s
}

// Left returns how many instances may still be created: the missing ones of unfinished parts,
// and those for which a candidate is left. Last is the last candidate.
func (l *Ledger) Left(last int) (n int) {
	over := l.Over()
	for i, p := range l.All() {
		replaceable := l.Replaceable(i) && p.Candidate < last
		wanted := p.Status == Planned || replaceable
		if over {
			wanted = false
		}
		if wanted || p.Status == Sent {
			n += max(p.Missing(), p.Count-len(p.IDs))
		}
	}
	return n
}

// LastGivenUp returns the latest moment at which a generation was given up, and whether there
// is one.
func (l *Ledger) LastGivenUp() (last time.Time, any bool) {
	for _, p := range l.All() {
		for _, g := range p.GivenUp {
			any = true
			if g.At.After(last) {
				last = g.At
			}
		}
	}
	return last, any
}

// FirstSent returns when the first call of a part was sent, as far as parts still know it;
// zero if none does.
func (l *Ledger) FirstSent() (first time.Time) {
	for _, p := range l.All() {
		if p.Sent.IsZero() {
			continue
		}
		if first.IsZero() || p.Sent.Before(first) {
			first = p.Sent
		}
	}
	return first
}

// MayAppear returns how many instances may still become visible, of generations that were
// given up after a moment.
func (l *Ledger) MayAppear(after time.Time) (n int) {
	for _, p := range l.All() {
		n += p.MayAppear(after)
	}
	return n
}

// Every returns all parts.
func (l *Ledger) Every() []int {
	parts := make([]int, l.Parts())
	for i := range parts {
		parts[i] = i
	}
	return parts
}

// Open returns the parts that have something left to do. If everything is being released,
// these are only sent parts, whose outcome is not known yet.
func (l *Ledger) Open() (open []int) {
	over := l.Over()
	for i := range l.Parts() {
		status := l.Status(i)
		planned := status == Planned && !over
		if planned || status == Sent {
			open = append(open, i)
		}
	}
	return open
}

// Stale returns the parts whose client tokens the cloud may have forgotten: see [Part.Stale].
func (l *Ledger) Stale(now time.Time, trust time.Duration) (list []int) {
	for i, p := range l.All() {
		if p.Stale(now, trust) {
			list = append(list, i)
		}
	}
	return list
}
