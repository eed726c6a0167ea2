package provider

import (
	"context"
	"slices"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/await"
	"github.com/yunfan-cloud/yunfan/internal/ledger"
	"github.com/yunfan-cloud/yunfan/internal/poll"
)

// Some failures are proved only by answers over a while: an instance that stays stopped, that
// runs without an address, or that has disappeared. A wait sees all of these answers. A look sees
// one, and the next look may be one of another process. So what each look has seen is kept with
// the operation and its token, and looks prove together what a wait would prove alone.

// What proves that an instance which was seen does not exist any more. Package poll has the same
// rule for waits.
const (
	goneMisses = 3 // answers in a row that lack it
	goneOver   = 20 * time.Second
	goneAlone  = 20 // so many at a time are asked about alone, as a last proof
)

// suspectedSince returns when the answers began that show an instance in this state; zero when
// the operation knows of none.
func (op *Operation) suspectedSince(id, state string) time.Time {
	if s, ok := op.ledger.Suspicion(id); ok && s.State == state {
		return s.Since
	}
	return time.Time{}
}

// recordSuspects records which of the instances that a wait or a look has seen may have failed.
// It reports whether that is new.
func (op *Operation) recordSuspects(w *waiter) (changed bool) {
	var ids []string
	found := map[string]ledger.Suspicion{}
	for o := range w.instances.Outcomes() {
		if !o.Seen {
			continue
		}
		ids = append(ids, o.ID)
		switch gone := o.Failure != nil && o.Failure.Kind == poll.Gone; {
		case gone:
			found[o.ID] = ledger.Suspicion{Since: time.Now().Add(-goneOver), Misses: goneMisses, Alone: true}
		case !o.Limited.IsZero():
			found[o.ID] = ledger.Suspicion{State: o.State, Since: o.Limited}
		}
	}
	return op.ledger.Suspect(ids, found)
}

// missing records which instances the answers to a look lacked, although they were shown before
// the look, which began at that moment. It returns those that are gone, with the cloud's words,
// which may be nil, and reports whether anything new was recorded.
func (op *Operation) missing(
	ctx context.Context, began time.Time, w *waiter, known map[string]bool,
) (gone map[string]error, changed bool) {
	var ids, proved []string
	found := map[string]ledger.Suspicion{}
	for o := range w.instances.Outcomes() {
		if o.Phase != await.Absent || !known[o.ID] {
			continue
		}
		s, ok := op.ledger.Suspicion(o.ID)
		inOrder := ok && s.State == "" && !s.Since.After(began)
		if !inOrder {
			s = ledger.Suspicion{Since: time.Now()}
		}
		s.Misses = min(s.Misses+1, goneMisses)
		ids, found[o.ID] = append(ids, o.ID), s
		if s.Misses == goneMisses && began.Sub(s.Since) >= goneOver {
			proved = append(proved, o.ID)
		}
	}
	gone = op.askAlone(ctx, proved, found)
	return gone, op.ledger.Suspect(ids, found)
}

// askAlone asks about each instance alone, unless that was done before or there are many: some
// clouds leave instances out of long answers. It returns those that are gone.
func (op *Operation) askAlone(ctx context.Context, ids []string, found map[string]ledger.Suspicion) (gone map[string]error) {
	gone = map[string]error{}
	for _, id := range ids {
		s := found[id]
		if s.Alone || len(ids) > goneAlone {
			gone[id] = nil
			continue
		}
		seen, whole, err := op.c.look(ctx, op.region, []string{id})
		unknown := err != nil && lookFailure(err) == poll.Missing
		_, shown := seen[id]
		switch {
		case shown:
			delete(found, id)
		case whole, unknown:
			s.Alone = true
			found[id], gone[id] = s, err
		}
	}
	return gone
}

// saveEvidence saves what a look has recorded of instances.
func (op *Operation) saveEvidence(ctx context.Context, changed ...bool) error {
	if !slices.Contains(changed, true) {
		return nil
	}
	return op.journal.SaveAnyway(ctx)
}
