package await

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/poll"
	"github.com/yunfan-cloud/yunfan/internal/sorted"
)

// Config says what a wait is for. I is what one answer says about one ID. IDs, Read and Gone
// are required.
type Config[I any] struct {
	IDs []string // a repetition counts once

	// Read returns what an answer means. It must not keep the pointer. OwnerKnown reports that
	// an earlier answer has proved the owner: then Owner of the Sighting does not count.
	Read func(value *I, ownerKnown bool) Sighting

	// Gone is what it means that an ID existed and does not exist any more. Its Phase is
	// Ready or Failed. Its Raw and its Reason do not count.
	Gone Sighting

	// Since returns when a run of sightings of an ID in phase Limited and this State began,
	// before this wait; zero if none did. It is asked when the wait first sees the ID so. Nil
	// means that nothing is known from before.
	Since func(id, state string) time.Time

	// Booting reports that the IDs are new, so that the wait teaches how long they take.
	Booting bool

	// LookFirst makes a wait look at all IDs once as it begins, for at most this time. Only an
	// ID that was seen can be told from one that is late. An ID that was accepted longer ago
	// is looked at without it. 0 means no such look.
	LookFirst time.Duration

	// Keep keeps the latest answer about pending IDs too, in Outcome.Last.
	Keep bool

	// Report is called for every change of State and for every failure, one call at a time.
	// The wait continues only afterwards. Nil means that nothing is reported.
	Report func(at time.Time, o Outcome[I])

	// Over is called when the wait for an ID ends, with its phase before and the phase Ready,
	// Failed or Hidden. Nil means that nobody is told.
	Over func(id string, before, p Phase)

	Tally *Tally // counts the IDs; nil means that they are not counted
}

// Wait is one wait for many IDs. It is not safe for concurrent use: its methods are called
// from one goroutine, and Config.Report too.
type Wait[I any] struct {
	cfg     Config[I]
	ids     []string
	byID    []int32 // indexes of ids, sorted by ID; nil for a single one
	entries []entry[I]
	words   words
	start   time.Time

	// event is the one that is recorded now. It stays here because what Config.Read is given
	// would be allocated anew for each event, and a wait has many.
	event poll.Event[I]

	patience  time.Duration // the shortest wait for a hidden ID
	hiddenErr error         // the latest error of the cloud about a hidden ID; may be nil
}

// New returns a wait that has not begun. Limits count from now on.
func New[I any](c Config[I]) *Wait[I] {
	w := &Wait[I]{cfg: c, start: time.Now()}
	if repeated := w.index(slices.Clone(c.IDs)); repeated { // rare, and so a set is made only then
		w.index(sorted.Distinct(c.IDs))
	}
	w.entries = make([]entry[I], len(w.ids))
	return w
}

// index takes over the IDs and reports whether one of them is repeated.
func (w *Wait[I]) index(ids []string) (repeated bool) {
	if w.ids = ids; len(ids) < 2 {
		return false
	}
	w.byID = make([]int32, len(ids))
	for i := range w.byID {
		w.byID[i] = int32(i)
	}
	slices.SortFunc(w.byID, func(a, b int32) int { return strings.Compare(ids[a], ids[b]) })
	for n := range len(ids) - 1 {
		repeated = repeated || ids[w.byID[n]] == ids[w.byID[n+1]]
	}
	return repeated
}

// entry returns what is known of an ID. The ID must be one of the wait.
func (w *Wait[I]) entry(id string) *entry[I] {
	if w.byID == nil {
		return &w.entries[0]
	}
	i, _ := slices.BinarySearchFunc(w.byID, id, func(i int32, id string) int { return strings.Compare(w.ids[i], id) })
	return &w.entries[w.byID[i]]
}

// Look asks about every ID once. It ends as poll.Poller.Look does. IDs and Observe of t do not
// count.
func (w *Wait[I]) Look(ctx context.Context, p *poll.Poller[I], t poll.Target[I]) error {
	t.IDs, t.Observe = w.ids, w.observe
	return p.Look(ctx, t)
}

// Run waits until the wait for every ID is over. It ends as poll.Poller.Wait does. IDs and
// Observe of t do not count.
func (w *Wait[I]) Run(ctx context.Context, p *poll.Poller[I], t poll.Target[I]) error {
	t.IDs, t.Observe = w.ids, w.observe
	if w.cfg.LookFirst == 0 || time.Since(t.Accepted) >= w.cfg.LookFirst {
		return p.Wait(ctx, t)
	}
	look, cancel := context.WithTimeout(ctx, w.cfg.LookFirst)
	err := w.Look(look, p, t)
	refused := err != nil && look.Err() == nil
	cancel()
	if refused { // the wait would be refused too
		return err
	}
	known := t.Known
	t.Known = func(id string) bool {
		if e := w.entry(id); e.seen || known == nil {
			return e.seen
		}
		return known(id)
	}
	t.IDs = slices.DeleteFunc(slices.Clone(w.ids), func(id string) bool { return w.entry(id).over() })
	return p.Wait(ctx, t)
}

// observe records one event, reports it, and says how to go on.
func (w *Wait[I]) observe(ev poll.Event[I]) poll.Verdict {
	e := w.entry(ev.ID)
	state, phase := w.words.of(e.word).state, e.phase
	w.event = ev
	w.record(e, &w.event)
	w.cfg.Tally.move(phase, e.phase)
	if w.cfg.Over != nil && e.phase.ends() && !phase.ends() {
		w.cfg.Over(ev.ID, phase, e.phase)
	}
	changed := e.failure != nil || w.words.of(e.word).state != state
	if changed && w.cfg.Report != nil {
		w.cfg.Report(ev.At, w.outcome(ev.ID, e))
	}
	switch {
	case e.phase == Ready && w.cfg.Booting:
		return poll.Ready
	case e.over():
		return poll.Done
	case w.cfg.Booting:
		return poll.Keep
	default:
		return poll.Again
	}
}
