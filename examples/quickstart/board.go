package main

import (
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// phase is how far the run on one cloud is.
type phase int

const (
	creating phase = iota
	booting
	releasing
	released
	failed // nothing was created
)

// row is what is known of the run on one cloud.
type row struct {
	name, region string
	phase        phase
	asked        int
	running      int
	ids          []string // of what exists, or has existed
	accepted     int      // releases that the cloud has accepted
	gone         []string
	calls        tally
	elapsed      time.Duration // from the start to now, or to the end of the phase
}

// board is what is known of the runs on all clouds. It is safe for concurrent use.
type board struct {
	start time.Time

	mu    sync.Mutex
	lines []*line
}

// line is the row of one cloud on the board.
type line struct {
	board *board
	row   row
	still bool // the phase is over: its time stands still
}

func newBoard() *board { return &board{start: time.Now()} }

func (b *board) add(c cloud, asked int) *line {
	l := &line{board: b, row: row{name: c.name, asked: asked}}
	l.row.calls.counts = map[provider.API]int{}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lines = append(b.lines, l)
	return l
}

// rows returns a copy of the board.
func (b *board) rows() []row {
	b.mu.Lock()
	defer b.mu.Unlock()
	rows := make([]row, len(b.lines))
	for i, l := range b.lines {
		l.tick()
		rows[i] = l.row
		rows[i].ids = slices.Clone(l.row.ids)
		rows[i].gone = slices.Clone(l.row.gone)
		rows[i].calls.counts = maps.Clone(l.row.calls.counts)
		rows[i].calls.troubles = slices.Clone(l.row.calls.troubles)
	}
	return rows
}

// releasing begins the release on every cloud that has made something.
func (b *board) releasing() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, l := range b.lines {
		if l.row.phase != failed {
			l.row.phase, l.still = releasing, false
		}
	}
}

// update changes the row of one cloud.
func (l *line) update(change func(*row)) {
	l.board.mu.Lock()
	defer l.board.mu.Unlock()
	l.tick()
	change(&l.row)
	allRun := l.row.phase == booting && l.row.running == l.row.asked
	l.still = allRun || l.row.phase == released || l.row.phase == failed
}

func (l *line) tick() {
	if !l.still {
		l.row.elapsed = time.Since(l.board.start)
	}
}

// called counts a call of the cloud's client.
func (l *line) called(c call) {
	l.update(func(r *row) {
		r.calls.add(c)
		if c.api == provider.APITerminateInstances && c.outcome == "ok" {
			r.accepted += c.instances
		}
	})
}

// created records the IDs of the instances that exist, and their region.
func (l *line) created(region string, ids []string) {
	l.update(func(r *row) {
		r.region, r.ids = region, ids
		if len(ids) > 0 {
			r.calls.found()
		}
		if r.phase == creating {
			r.phase = booting
		}
	})
}

// failed records that nothing was created.
func (l *line) failed() { l.update(func(r *row) { r.phase = failed }) }

// runs records how many instances run.
func (l *line) runs(n int) { l.update(func(r *row) { r.running = n }) }

// terminated records the instances that are gone.
func (l *line) terminated(gone []string) { l.update(func(r *row) { r.gone = gone }) }

// released records the end of the release. It returns the instances that may still exist.
func (l *line) released() (left []string) {
	l.update(func(r *row) { r.phase, left = released, r.remaining() })
	return left
}

// remaining returns the IDs of the instances that may exist.
func (r *row) remaining() []string { return without(r.ids, r.gone) }

// underWay reports whether a create may have made instances whose IDs are not known.
func (r *row) underWay() bool {
	if r.phase == released {
		return false
	}
	isLost := func(b trouble) bool { return b.lost() && !b.mended() }
	return r.phase == creating || slices.ContainsFunc(r.calls.troubles, isLost)
}

// without returns the IDs that are not among the others.
func without(ids, others []string) []string {
	known := make(map[string]bool, len(others))
	for _, id := range others {
		known[id] = true
	}
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return known[id] })
}
