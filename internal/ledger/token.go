package ledger

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Saved is the written form of a ledger. Fields that a version-1 token does not have
// may be absent.
type Saved struct {
	Enough   int         `json:"min"`
	Accepted time.Time   `json:"accepted,omitzero"`
	Over     bool        `json:"over,omitempty"`
	Parts    []SavedPart `json:"parts"`

	// By instance ID; default values are left out.
	Shared    []string `json:"shared,omitempty"`
	Doubtful  []string `json:"doubtful,omitempty"`
	Releasing []string `json:"releasing,omitempty"`

	// Settled are the doubtful instances of earlier generations: they keep no later one open.
	Settled []string `json:"settled,omitempty"`

	Suspects []Suspect `json:"suspects,omitempty"`
}

// SavedPart is the written form of a part.
type SavedPart struct {
	First        int       `json:"first"`
	Count        int       `json:"count"`
	MinCount     int       `json:"min"`
	NumberOffset int       `json:"shift,omitempty"`
	Candidate    int       `json:"alternative,omitempty"`
	Generation   int       `json:"gen,omitempty"`
	Status       Status    `json:"status"`
	Sent         time.Time `json:"sent,omitzero"`
	IDs          []string  `json:"ids,omitempty"`
	Before       int       `json:"before,omitempty"`

	// Seen has a 1 for each of IDs that a describe has shown, and a 0 for the others.
	// Trailing zeros are left out.
	Seen string `json:"seen,omitempty"`

	Renamed    bool      `json:"named,omitempty"`
	OutOfStock bool      `json:"short,omitempty"`
	Order      string    `json:"order,omitempty"`
	Job        string    `json:"job,omitempty"`
	GivenUp    []GivenUp `json:"givenUp,omitempty"`
}

// Save returns the written form of the ledger.
func (l *Ledger) Save() Saved {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := Saved{Enough: l.enough, Accepted: plain(l.accepted), Over: l.over, Parts: make([]SavedPart, len(l.parts))}
	for i := range l.parts {
		p := &l.parts[i]
		s.Parts[i] = l.savedPartLocked(p)
		for _, id := range p.ids {
			l.markLocked(&s, id)
		}
	}
	return s
}

// savedPartLocked returns the written form of a part.
func (l *Ledger) savedPartLocked(p *part) SavedPart {
	return SavedPart{
		First: p.First, Count: p.Count, MinCount: p.MinCount, NumberOffset: p.numberOffset, Candidate: p.Candidate,
		Generation: p.generation, Status: p.status, Sent: plain(p.sent), IDs: slices.Clone(p.ids),
		Before: p.sentBefore(), Seen: l.bitsLocked(p),
		Renamed: p.renamed, OutOfStock: p.outOfStock, Order: p.order, Job: p.job,
		GivenUp: slices.Clone(p.givenUp),
	}
}

// bitsLocked returns the text for SavedPart.Seen.
func (l *Ledger) bitsLocked(p *part) string {
	bits := make([]byte, len(p.ids))
	for n, id := range p.ids {
		bits[n] = '0'
		if l.instances[id].seen {
			bits[n] = '1'
		}
	}
	return strings.TrimRight(string(bits), "0")
}

// markLocked adds what the ledger says about one instance.
func (l *Ledger) markLocked(s *Saved, id string) {
	i := l.instances[id]
	if i.claim == Shared {
		s.Shared = append(s.Shared, id)
	}
	if i.claim == Doubtful {
		s.Doubtful = append(s.Doubtful, id)
	}
	if i.claim == Doubtful && i.earlier {
		s.Settled = append(s.Settled, id)
	}
	if i.releasing {
		s.Releasing = append(s.Releasing, id)
	}
	if found, ok := l.suspects[id]; ok {
		s.Suspects = append(s.Suspects, Suspect{id, found})
	}
}

// sentBefore returns how many instances of a sent part belong to earlier generations.
func (p *part) sentBefore() int {
	if p.status == Sent {
		return p.before
	}
	return 0
}

// plain removes the monotonic part of a time: another process cannot use it.
func plain(t time.Time) time.Time { return t.UTC().Round(0) }

// Restore rebuilds a ledger from its written form. It returns an error if Save cannot
// have returned that form.
func Restore(s Saved) (*Ledger, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	l := &Ledger{enough: s.Enough, accepted: s.Accepted, over: s.Over, instances: map[string]instance{}}
	for i := range s.Parts {
		l.parts = append(l.parts, s.Parts[i].restored())
		p := &s.Parts[i]
		for n, id := range p.IDs {
			l.instances[id] = instance{part: i, seen: n < len(p.Seen) && p.Seen[n] == '1'}
		}
	}
	l.restoreEvidence(&s)
	l.restoreSuspects(s.Suspects)
	for i := range l.parts {
		l.restoreEarlier(&l.parts[i])
	}
	return l, nil
}

// restoreEarlier restores which instances were named before the current generation: as
// many certain ones as the written form says.
func (l *Ledger) restoreEarlier(p *part) {
	left := p.before
	for _, id := range p.ids {
		if left > 0 && l.instances[id].claim != Doubtful {
			l.changeLocked(id, func(s *instance) { s.earlier = true })
			left--
		}
	}
}

func (p *SavedPart) restored() part {
	return part{
		Plan:         Plan{First: p.First, Count: p.Count, MinCount: p.MinCount, Candidate: p.Candidate},
		numberOffset: p.NumberOffset, generation: p.Generation, status: p.Status, sent: p.Sent,
		ids: slices.Clone(p.IDs), before: p.Before,
		renamed: p.Renamed, outOfStock: p.OutOfStock, order: p.Order, job: p.Job, givenUp: slices.Clone(p.GivenUp),
		doubt: p.Status == Sent, fromToken: true,
	}
}

// restoreEvidence restores the marks of the instances. It ignores a mark of an instance
// that belongs to no part.
func (l *Ledger) restoreEvidence(s *Saved) {
	for _, mark := range []struct {
		ids []string
		set func(*instance)
	}{
		{s.Shared, func(i *instance) { i.claim = Shared }},
		{s.Doubtful, func(i *instance) { i.claim = Doubtful }},
		{s.Releasing, func(i *instance) { i.releasing = true }},
		{s.Settled, func(i *instance) { i.earlier = true }},
	} {
		for _, id := range mark.ids {
			l.changeLocked(id, mark.set)
		}
	}
}

// MostSlots bounds the instances of one part, and of an operation, in a written form.
const MostSlots = 100_000

func (s *Saved) check() error {
	if len(s.Parts) == 0 {
		return fmt.Errorf("no parts")
	}
	if !writable(s.Accepted) {
		return fmt.Errorf("accepted in the year %d", s.Accepted.UTC().Year())
	}
	for _, p := range s.Suspects {
		if p.Misses < 0 || !writable(p.Since) {
			return fmt.Errorf("impossible evidence about instance %q", p.ID)
		}
	}
	seen := map[string]bool{}
	for i := range s.Parts {
		if err := s.Parts[i].check(seen); err != nil {
			return err
		}
	}
	total, err := s.checkSlots()
	if err != nil {
		return err
	}
	if s.Enough < 1 || s.Enough > total {
		return fmt.Errorf("at least %d of %d instances", s.Enough, total)
	}
	return nil
}

// writable reports whether JSON can hold a time.
func writable(t time.Time) bool {
	y := t.UTC().Year()
	return y >= 1 && y <= 9999
}

// checkSlots checks that every slot of the operation belongs to one part.
func (s *Saved) checkSlots() (total int, err error) {
	list := slices.Clone(s.Parts)
	slices.SortStableFunc(list, func(a, b SavedPart) int {
		return cmp.Or(cmp.Compare(a.First, b.First), cmp.Compare(a.Count, b.Count))
	})
	for i := range list {
		if list[i].First != total {
			return 0, fmt.Errorf("a part begins at instance %d, but the part before it ends at %d", list[i].First,
				total)
		}
		total += list[i].Count
	}
	return total, nil
}

// check checks one part; seen holds the IDs of the parts before it.
func (p *SavedPart) check(seen map[string]bool) error {
	if err := p.checkCounts(); err != nil {
		return err
	}
	if !writable(p.Sent) {
		return fmt.Errorf("sent in the year %d", p.Sent.UTC().Year())
	}
	for _, g := range p.GivenUp {
		if g.Generation < 0 || g.Generation >= p.Generation || !writable(g.At) {
			return fmt.Errorf("impossible generation %d", g.Generation)
		}
		if g.Missing < 0 || g.Missing > MostSlots || g.Found < 0 || g.Found > MostSlots {
			return fmt.Errorf("impossible counts of generation %d", g.Generation)
		}
	}
	for _, id := range p.IDs {
		if id == "" || seen[id] {
			return fmt.Errorf("instance %q is empty or named twice", id)
		}
		seen[id] = true
	}
	return nil
}

func (p *SavedPart) checkCounts() error {
	switch p.Status {
	case Planned, Sent, Accepted, Rejected:
		if p.Count < 1 || p.MinCount < 1 || p.MinCount > p.Count {
			return fmt.Errorf("impossible counts")
		}
	case Released: // unreleased instances stay, possibly more than Count
	case Replaced:
		if p.Count > len(p.IDs) {
			return fmt.Errorf("a replaced part of %d instances has %d", p.Count, len(p.IDs))
		}
	default:
		return fmt.Errorf("unknown status %q", p.Status)
	}
	if p.Count < 0 || p.Count > MostSlots || p.Generation < 0 || p.Candidate < 0 || p.NumberOffset < 0 ||
		p.Before < 0 || p.Before > p.Count {
		return fmt.Errorf("impossible counts")
	}
	return nil
}
