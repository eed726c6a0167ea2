package provider

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/poll"
	"github.com/yunfan-cloud/yunfan/internal/wording"
)

// Wait blocks until every instance of the operation runs or has failed, or until ctx ends. ctx
// is the only deadline. Wait returns the instances that run, in the order of
// [Operation.InstanceIDs], and a *[WaitError] about the others. A failed or throttled describe
// call never fails a wait. Wait may be called again, and by several goroutines at once: they
// share the describe calls.
//
// An instance that no answer has shown within [Options].VisibleWithin ends its own wait as not
// visible ([WaitError].NotVisible). It stays in the operation, and is neither replaced nor
// released: wait again, or look for the reason in the error. An instance that vanishes before
// it was seen ends the same way. With alternatives, or OnFailure terminate, Wait looks at all
// instances once at its beginning, so that most are seen.
//
// With [RunOptions].Alternatives, an instance that fails to launch counts as no stock. It is
// released, another is created from the next alternative, and the wait continues. With
// OnFailure terminate, a wait that ends with failed instances releases all instances of the
// operation.
//
// Instances that still have a marker in place of their name get their name, unless the
// operation was resumed without its spec. A rename that is refused is reported once, by an
// error beside the instances that run.
//
// Where creates are found by a marker, instances of a create that was given up may become
// visible late. Wait looks for them until at least half of [Options].SearchFor has passed
// since the create was given up. It reports them by a *[RunError] with Surplus, beside the
// instances that run.
func (op *Operation) Wait(ctx context.Context, o *WaitOptions) ([]Instance, error) {
	running := map[string]Instance{}
	var trouble error   // of replacing instances, returned when the wait is over
	var unnamed []error // of names, returned when the wait is over
	doubtful := len(op.ledger.Doubtful())
	for {
		ids := slices.DeleteFunc(op.InstanceIDs(), func(id string) bool { return running[id].ID != "" })
		list, nameErr, err := op.waitFor(ctx, ids, o)
		unnamed = append(unnamed, nameErr)
		for _, i := range list {
			running[i.ID] = i
		}
		var w *WaitError
		failed := errors.As(err, &w) && len(w.Failed) > 0
		switch {
		case err == nil && trouble == nil && op.allReleased():
			return nil, &RunError{
				Driver: op.c.name, Operation: op.id, Asked: op.ledger.Count(), Errs: []error{errReleased},
				unknown: len(op.ledger.Open()) > 0,
			}
		case err == nil && op.maker.LingerForLate(ctx) == nil && op.hasMore(running):
			continue
		case !failed || ctx.Err() != nil:
			return op.inOrder(running), op.endOfWait(ctx, doubtful, append(unnamed, err, trouble)...)
		}
		more, mendErr := op.mend(ctx, w.Failed)
		if !more {
			return op.inOrder(running), op.endOfWait(ctx, doubtful, append(unnamed, err, trouble, mendErr)...)
		}
		o.replaced(len(w.Failed))
		trouble = mendErr
		if r := (*RunError)(nil); errors.As(mendErr, &r) && r.failed { // some of those that failed are not replaced
			trouble = op.withTrouble(err, mendErr)
		}
	}
}

// endOfWait returns the error of a wait. It joins the given errors, the surplus instances,
// including those that became visible during the wait, and the instances that turned out to be
// of another operation. Doubtful is how many such instances were known before.
func (op *Operation) endOfWait(ctx context.Context, doubtful int, errs ...error) error {
	if len(wording.Compact(errs...)) > 0 && ctx.Err() == nil {
		errs = append(errs, op.maker.FindLate(ctx))
	}
	return wording.Paragraph(op.c.name, append(errs, op.beyondError(doubtful))...)
}

// waitFor waits for some instances of the operation, and records which of them were seen.
// Instances that still have a marker get their names; nameErr is the error of that.
func (op *Operation) waitFor(ctx context.Context, ids []string, o *WaitOptions) (list []Instance, nameErr, err error) {
	w := newWaiter(op.c, StateRunning, ids, o)
	w.proves = len(op.opts.Alternatives) > 0 || op.opts.OnFailure == TerminateServers
	owed := op.nameless()
	if owed {
		w.sightings = map[string]Instance{}
	}
	w.ownerOf = op.ownerByClock()
	list, err = w.wait(ctx, op.target())
	if owed && ctx.Err() == nil { // first, while parts still have the instances of other users
		nameErr = op.nameSighted(ctx, w.sightings)
	}
	op.recordSighted(w)
	for n := range list {
		list[n].Name = op.nameGiven(&list[n])
	}
	return list, nameErr, err
}

// ownerByClock returns a function that judges the owner of an instance from one sighting.
func (op *Operation) ownerByClock() func(*Instance) owner {
	oldest := op.oldestByClock()
	return func(i *Instance) owner { return op.ownerOf(i, oldest) }
}

// sighted returns the instances that a describe has shown, grouped by owner.
func (w *waiter) sighted() (ids [foreign + 1][]string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, id := range w.ids {
		if s := &w.servers[i]; s.visible {
			ids[s.owner] = append(ids[s.owner], id)
		}
	}
	return ids
}

// hasMore reports whether the operation has instances that are not in running.
func (op *Operation) hasMore(running map[string]Instance) bool {
	return slices.ContainsFunc(op.InstanceIDs(), func(id string) bool { return running[id].ID == "" })
}

// beyondError returns an error about surplus instances, or about more doubtful instances than
// the given number. It returns nil when there are none.
func (op *Operation) beyondError(doubtful int) error {
	if len(op.ledger.Surplus()) == 0 && len(op.ledger.Doubtful()) <= doubtful {
		return nil
	}
	return op.runError()
}

// withTrouble joins the error of a wait with other errors. A lone *[WaitError] is returned
// unchanged.
func (op *Operation) withTrouble(err, trouble error) error {
	return wording.Paragraph(op.c.name, err, trouble)
}

// mend replaces instances that failed, or releases all instances if OnFailure says so. It
// reports whether there is something new to wait for. Several waits may run for the operation,
// but only one at a time mends it.
func (op *Operation) mend(ctx context.Context, failed []*LaunchError) (more bool, err error) {
	if err := op.mending.Lock(ctx); err != nil {
		return false, err
	}
	defer op.mending.Unlock()
	more, err = op.replaceFailed(ctx, failed)
	if err != nil || more || op.opts.OnFailure != TerminateServers {
		return more, err
	}
	late := op.maker.FindLate(ctx)
	_, err = op.releaseOurs(ctx, "releasing the instances of the failed operation", aPolicy)
	return false, wording.Paragraph(op.c.name, err, late)
}

// target returns what the poller needs to know about the operation, beside the IDs.
func (op *Operation) target() poll.Target[Instance] {
	t := op.c.newTarget(op.region)
	t.Class, t.Accepted, t.Since = op.class, op.ledger.NamedAt(), op.since()
	if op.owner != "" && op.listable() {
		t.Series = op.id // the value of their tag
	}
	return t
}

// listable reports whether a listing by tag may show all instances of the operation.
func (op *Operation) listable() bool {
	most := op.c.limits.TagFilterCap
	return most == 0 || len(op.InstanceIDs()) <= most
}

// since returns a function that returns when each instance was accepted: many creates take a
// while. A resumed operation knows only the latest moment.
func (op *Operation) since() func(id string) time.Time {
	parts := op.ledger.All()
	if len(parts) < 2 {
		return nil
	}
	at := map[string]time.Time{}
	for i := range parts {
		named := op.wordsOf(i).named
		for _, id := range parts[i].IDs {
			at[id] = named
		}
	}
	return func(id string) time.Time { return at[id] }
}

// inOrder returns the running instances that the operation still has, in its order.
func (op *Operation) inOrder(running map[string]Instance) (list []Instance) {
	for _, id := range op.InstanceIDs() {
		if i, ok := running[id]; ok {
			list = append(list, i)
		}
	}
	return list
}
