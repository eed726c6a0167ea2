package provider

import (
	"context"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/await"
	"github.com/yunfan-cloud/yunfan/internal/poll"
	"github.com/yunfan-cloud/yunfan/internal/wording"
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
// Some failures take several looks: an instance that stays stopped for a minute, that runs for
// two minutes without its address, or that was seen and is missing from three answers in a row
// over 20 s. The looks may be those of several processes. What each has seen is in the token
// ([Operation.MarshalText]) and, when it is new, is saved in the journal or the store. A caller
// without these should keep the token after each look.
//
// Failed and throttled describes are repeated until ctx ends. Look then returns what is known
// beside the error.
func (op *Operation) Look(ctx context.Context) (Look, error) {
	ctx, done := op.leased(ctx)
	defer done()
	l, err := op.look(ctx)
	if !l.Done() {
		return l, op.held.orLoss(err)
	}
	return l, op.held.note(ctx, err == nil, err)
}

func (op *Operation) look(ctx context.Context) (Look, error) {
	late := op.maker.FindLate(ctx)
	w := op.newWaiter(op.InstanceIDs(), nil)
	known, began := setOf(op.ledger.Seen()), time.Now()
	err := w.look(ctx, op.target())
	nameErr := op.nameSighted(ctx, w.sightings.all()) // first, as long as parts have their strangers
	fresh := op.recordSighted(w)
	gone, missed := op.missing(ctx, began, w, known)
	l := w.looked(known, gone)
	op.failByJobs(ctx, &l)
	for n := range l.Ready {
		l.Ready[n].Name = op.nameGiven(&l.Ready[n])
	}
	if !l.Done() {
		l.Next = op.c.engine().Next(op.class, op.ledger.NamedAt())
	}
	return l, op.about("looking at it", err, late, nameErr, op.saveEvidence(ctx, fresh, missed))
}

// looked sorts the sightings of a single look. Known are the instances that were seen before it,
// and gone are those of them that do not exist any more.
func (w *waiter) looked(known map[string]bool, gone map[string]error) (l Look) {
	for i := range w.instances.Outcomes() {
		if why, ok := gone[i.ID]; ok {
			i.Phase, i.Failure = await.Failed, &await.Failure{Kind: poll.Gone, Err: why}
		}
		switch i.Phase {
		case await.Ready:
			l.Ready = append(l.Ready, lastSeen(&i))
		case await.Failed:
			l.Failed = append(l.Failed, w.launchError(&i))
		case await.Pending:
			l.Pending = append(l.Pending, pendingInstance(&i))
		case await.Absent:
			i.Seen = known[i.ID]
			l.NotVisible = append(l.NotVisible, pendingInstance(&i))
		default:
			l.Unanswered = append(l.Unanswered, i.ID)
		}
	}
	return l
}

// String says how many instances are in which condition.
func (l *Look) String() string {
	return wording.Counts(
		wording.Count{N: len(l.Ready), Word: "ready"},
		wording.Count{N: len(l.Failed), Word: "failed"},
		wording.Count{N: len(l.Pending), Word: "pending"},
		wording.Count{N: len(l.NotVisible), Word: "not visible"},
		wording.Count{N: len(l.Unanswered), Word: "unanswered"},
	)
}
