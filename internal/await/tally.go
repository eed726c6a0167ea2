package await

import "sync"

// Counts are the numbers of a Tally.
type Counts struct {
	Asked  int // all IDs
	Ready  int
	Failed int // without failed IDs that were replaced
	Hidden int
}

// Tally counts the IDs of several waits. It is safe for concurrent use. Nil counts nothing.
type Tally struct {
	mu     sync.Mutex
	counts Counts
	report func(Counts)
}

// NewTally returns a tally of so many IDs. It calls report for every change of the numbers, one
// call at a time, unless report is nil.
func NewTally(asked int, report func(Counts)) *Tally {
	return &Tally{counts: Counts{Asked: asked}, report: report}
}

// Replaced takes back failed IDs, because other IDs are waited for instead.
func (t *Tally) Replaced(failed int) {
	if t != nil {
		t.change(func(c *Counts) { c.Failed -= failed })
	}
}

// move counts an ID in another phase.
func (t *Tally) move(from, to Phase) {
	if t == nil || from == to {
		return
	}
	t.change(func(c *Counts) {
		c.add(from, -1)
		c.add(to, 1)
	})
}

// add changes the number of a phase. Pending IDs have none.
func (c *Counts) add(p Phase, n int) {
	switch p {
	case Ready:
		c.Ready += n
	case Failed:
		c.Failed += n
	case Hidden:
		c.Hidden += n
	default:
	}
}

// change changes the numbers, and reports them unless they stay the same.
func (t *Tally) change(how func(*Counts)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	before := t.counts
	how(&t.counts)
	if t.report != nil && t.counts != before {
		t.report(t.counts)
	}
}
