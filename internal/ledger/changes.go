package ledger

import (
	"maps"
	"slices"
	"time"
)

// A ledger of a thousand parts changes one part at a time. Changes are what is written then: 60
// bytes for each instance in all, where the whole ledger at each event would be 50 times as
// much (see BENCHMARKS.md). They hold whole parts, not events. So a change that is written
// twice, or whose write failed and is part of the next one, does no harm.

// Changes are the parts of a ledger that have changed, in their written form.
type Changes struct {
	Enough   int           `json:"min"`
	Accepted time.Time     `json:"accepted,omitzero"`
	Over     bool          `json:"over,omitempty"`
	Parts    []ChangedPart `json:"parts,omitempty"`
}

// ChangedPart is a part, and what [Saved] says about its instances.
type ChangedPart struct {
	Index int `json:"part"`
	SavedPart
	Shared    []string  `json:"shared,omitempty"`
	Doubtful  []string  `json:"doubtful,omitempty"`
	Releasing []string  `json:"releasing,omitempty"`
	Settled   []string  `json:"settled,omitempty"`
	Suspects  []Suspect `json:"suspects,omitempty"`
}

// itself stands among the changed parts for what the ledger says about no part.
const itself = -1

// touchLocked records that a part may have changed.
func (l *Ledger) touchLocked(i int) {
	if l.changed == nil {
		l.changed = map[int]bool{}
	}
	l.changed[i] = true
}

// partLocked returns a part that the caller is about to change.
func (l *Ledger) partLocked(i int) *part {
	l.touchLocked(i)
	return &l.parts[i]
}

// written returns what the written form of a ledger holds of an instance.
func (s instance) written() instance {
	s.own = false
	s.earlier = s.earlier && s.claim == Doubtful // of others the part has the number
	return s
}

// Changes returns the parts that have changed since the last call, or all parts, and whether
// anything has changed. When they cannot be saved, give them to [Ledger.KeepChanges].
func (l *Ledger) Changes(all bool) (c Changes, any bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	any = len(l.changed) > 0
	c = Changes{Enough: l.enough, Accepted: plain(l.accepted), Over: l.over}
	for i := range l.parts {
		if all || l.changed[i] {
			c.Parts = append(c.Parts, l.changedPartLocked(i))
		}
	}
	l.changed = nil
	return c, any
}

func (l *Ledger) changedPartLocked(i int) ChangedPart {
	var marks Saved
	p := &l.parts[i]
	for _, id := range p.ids {
		l.markLocked(&marks, id)
	}
	return ChangedPart{
		Index: i, SavedPart: l.savedPartLocked(p),
		Shared: marks.Shared, Doubtful: marks.Doubtful, Releasing: marks.Releasing, Settled: marks.Settled,
		Suspects: marks.Suspects,
	}
}

// KeepChanges makes changes part of the next ones, because they could not be saved.
func (l *Ledger) KeepChanges(c Changes) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.touchLocked(itself)
	for i := range c.Parts {
		l.touchLocked(c.Parts[i].Index)
	}
}

// Tally returns how many instances a ledger has, and how many may still be created, as
// [Ledger.Left] counts them. It reads open parts only.
func (l *Ledger) Tally(last int) (named, left int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range l.parts {
		p := &l.parts[i]
		replaceable := l.replaceableLocked(p) && p.Candidate < last
		wanted := p.status == Planned || replaceable
		if l.over {
			wanted = false
		}
		if wanted || p.status == Sent {
			left += p.Count - l.certainLocked(p)
		}
	}
	return len(l.instances), left
}

// Replay puts changes together. The zero value is empty.
type Replay struct {
	last  Changes
	parts map[int]ChangedPart
}

// Add applies changes to those before.
func (r *Replay) Add(c Changes) {
	if r.parts == nil {
		r.parts = map[int]ChangedPart{}
	}
	for _, p := range c.Parts {
		r.parts[p.Index] = p
	}
	r.last = c
}

// Saved returns the written form of the ledger whose changes were added. It may be damaged:
// [Restore] checks that.
func (r *Replay) Saved() Saved {
	s := Saved{Enough: r.last.Enough, Accepted: r.last.Accepted, Over: r.last.Over}
	for _, i := range slices.Sorted(maps.Keys(r.parts)) {
		p := r.parts[i]
		s.Parts = append(s.Parts, p.SavedPart)
		s.Shared = append(s.Shared, p.Shared...)
		s.Doubtful = append(s.Doubtful, p.Doubtful...)
		s.Releasing = append(s.Releasing, p.Releasing...)
		s.Settled = append(s.Settled, p.Settled...)
		s.Suspects = append(s.Suspects, p.Suspects...)
	}
	return s
}
