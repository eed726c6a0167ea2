package provider

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Look is what one look at an operation showed. See [Operation.Look].
type Look struct {
	Ready   []Instance        // they run
	Failed  []*LaunchError    // they will never run
	Pending []PendingInstance // they were shown, and do not run yet

	// NotVisible were missing from the answers. That proves nothing. Their Visible field
	// reports whether the operation has seen the instance before.
	NotVisible []PendingInstance

	// Unanswered are those that the error kept from being asked about.
	Unanswered []string

	// Next is when another look is useful; zero when all run or have failed.
	Next time.Time
}

// Done reports whether another look would show nothing new: all run or have failed.
func (l *Look) Done() bool { return len(l.Pending)+len(l.NotVisible)+len(l.Unanswered) == 0 }

// Look asks about every instance of the operation once, in calls that are shared with all
// waits. It is for callers that must not hold a goroutine, for example a job that runs again
// at Look.Next, or a reconciler. It replaces nothing and releases nothing: for that, call
// [Operation.Wait] or [Operation.Terminate]. Instances that still have a marker in place of
// their name get their name.
//
// Failed and throttled describes are repeated until ctx ends. Look then returns what is known
// beside the error.
func (op *Operation) Look(ctx context.Context) (Look, error) {
	late := op.maker.FindLate(ctx)
	w := newWaiter(op.c, StateRunning, op.InstanceIDs(), nil)
	w.ownerOf = op.ownerByClock()
	if op.nameless() {
		w.sightings = map[string]Instance{}
	}
	known := setOf(op.ledger.Seen())
	t := op.target()
	t.IDs, t.Observe = w.ids, w.observe
	err := op.c.poller.engine(op.c).Look(ctx, t)
	nameErr := op.nameSighted(ctx, w.sightings) // first, as long as parts have their strangers
	op.recordSighted(w)
	l := w.looked(known)
	for n := range l.Ready {
		l.Ready[n].Name = op.nameGiven(&l.Ready[n])
	}
	if !l.Done() {
		l.Next = op.c.poller.engine(op.c).Next(op.class, op.ledger.NamedAt())
	}
	return l, op.about("looking at it", err, late, nameErr)
}

// looked sorts the sightings of a single look.
func (w *waiter) looked(known map[string]bool) (l Look) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, id := range w.ids {
		s := &w.servers[i]
		p := PendingInstance{
			ID: id, State: s.state, RawState: s.raw, Visible: s.visible || known[id], NoAddress: s.noAddress,
		}
		switch {
		case s.ready:
			l.Ready = append(l.Ready, s.instance(id))
		case s.failed != nil:
			l.Failed = append(l.Failed, s.failed)
		case s.visible:
			l.Pending = append(l.Pending, p)
		case s.absent:
			l.NotVisible = append(l.NotVisible, p)
		default:
			l.Unanswered = append(l.Unanswered, id)
		}
	}
	return l
}

// String says how many instances are in which condition.
func (l *Look) String() string {
	var words []string
	for _, n := range []struct {
		count int
		word  string
	}{
		{len(l.Ready), "ready"},
		{len(l.Failed), "failed"},
		{len(l.Pending), "pending"},
		{len(l.NotVisible), "not visible"},
		{len(l.Unanswered), "unanswered"},
	} {
		if n.count > 0 {
			words = append(words, fmt.Sprintf("%d %s", n.count, n.word))
		}
	}
	return strings.Join(words, ", ")
}
