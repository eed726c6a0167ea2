package provider

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/account"
	"github.com/yunfan-cloud/yunfan/internal/poll"
)

// Wait blocks until every instance of the operation runs, has failed, or ctx
// ends; ctx is the only deadline. It returns the instances that run, in the order
// of [Operation.InstanceIDs], and a *[WaitError] about the others. A failed or
// throttled describe call never fails a wait. Wait may be called again, and by
// several callers at once: they share the describe calls.
//
// An instance that no answer has shown within [Options].VisibleWithin ends its own wait
// as not visible ([WaitError].NotVisible). It stays in the operation, and is neither
// replaced nor released: wait again, or look for the reason the error names. So does one
// that vanishes before it was seen: with alternatives, or OnFailure terminate, all are
// looked at once as the wait begins.
//
// An instance that fails to launch counts as no stock for operations with
// [RunOptions].Alternatives: it is released, another is created from the next
// alternative, and the wait goes on. With OnFailure terminate, a wait that ends
// with instances that failed releases all instances of the operation.
//
// Instances that still bear a marker in place of their name get their name, unless the
// operation was resumed without its spec. A name that is refused is told once, by an
// error beside all that run.
//
// Where creates are found by a marker, an instance of a create that was given up may
// become visible late. Wait looks for such instances, at least until half of
// [Options].SearchFor has passed since the create was given up, and tells of them by a
// *[RunError] with Surplus beside all that run.
func (op *Operation) Wait(ctx context.Context, o *WaitOptions) ([]Instance, error) {
	running := map[string]Instance{}
	var trouble error   // of replacing instances, told when the wait is over
	var unnamed []error // of names, likewise
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
				unknown: len(op.openParts()) > 0,
			}
		case err == nil && op.lingerForLate(ctx) == nil && op.hasMore(running):
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

// endOfWait returns what a wait ends with: what went wrong, what is there beyond what
// was asked for, also what has become visible meanwhile, and instances that turned out to
// be somebody else's. Doubtful is how many of those were known before.
func (op *Operation) endOfWait(ctx context.Context, doubtful int, errs ...error) error {
	if len(compact(errs...)) > 0 && ctx.Err() == nil {
		errs = append(errs, op.findLate(ctx))
	}
	return oneParagraph(op.c.name, append(errs, op.beyondError(doubtful))...)
}

// waitFor waits for some instances of the operation, and writes down which of them were
// seen. Those that still bear a marker get their names, and nameErr is what went wrong
// with that.
func (op *Operation) waitFor(ctx context.Context, ids []string, o *WaitOptions) (list []Instance, nameErr, err error) {
	w := newWaiter(op.c, StateRunning, ids, o)
	w.proves = len(op.opts.Alternatives) > 0 || op.opts.OnFailure == TerminateServers
	owed := op.nameless()
	if owed {
		w.sightings = map[string]Instance{}
	}
	w.ownerOf = op.ownerByClock()
	list, err = w.wait(ctx, op.target())
	if owed && ctx.Err() == nil { // first, as long as parts have their strangers
		nameErr = op.nameSighted(ctx, w.sightings)
	}
	op.recordSighted(w)
	for n := range list {
		list[n].Name = op.nameGiven(&list[n])
	}
	return list, nameErr, err
}

// ownerByClock returns what tells whose an instance is from a sighting of it alone.
func (op *Operation) ownerByClock() func(*Instance) owner {
	oldest := op.oldestByClock()
	return func(i *Instance) owner { return op.ownerOf(i, oldest) }
}

// sighted returns the instances that a describe has shown, by whose they are.
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

// hasMore reports whether the operation has instances that are not among those that run.
func (op *Operation) hasMore(running map[string]Instance) bool {
	return slices.ContainsFunc(op.InstanceIDs(), func(id string) bool { return running[id].ID == "" })
}

// lingerForLate looks for what creates that were given up have made after all, until
// they have had time enough to show it. The end of ctx is no error of it.
func (op *Operation) lingerForLate(ctx context.Context) error {
	until, any := op.lateUntil()
	if !any {
		return nil
	}
	if err := op.findLate(ctx); err != nil || !time.Now().Before(until) || !account.Sleep(ctx, time.Until(until)) {
		return err
	}
	return op.findLate(ctx)
}

// beyondError says which instances there are beyond what was asked for, or more than
// some that are in doubt; or is nil.
func (op *Operation) beyondError(doubtful int) error {
	if len(op.ledger.Surplus()) == 0 && len(op.ledger.Doubtful()) <= doubtful {
		return nil
	}
	return op.runError()
}

// withTrouble adds to the end of a wait what went wrong beside it. A bare
// *[WaitError] stays one.
func (op *Operation) withTrouble(err, trouble error) error {
	return oneParagraph(op.c.name, err, trouble)
}

// mend replaces instances that failed, or releases all if that is wanted. It
// reports whether there is something new to wait for. Several may wait for the
// operation: one at a time mends it.
func (op *Operation) mend(ctx context.Context, failed []*LaunchError) (more bool, err error) {
	if err := op.mending.Lock(ctx); err != nil {
		return false, err
	}
	defer op.mending.Unlock()
	more, err = op.replaceFailed(ctx, failed)
	if err != nil || more || op.opts.OnFailure != TerminateServers {
		return more, err
	}
	late := op.findLate(ctx)
	_, err = op.releaseOurs(ctx, "releasing the instances of the failed operation", aPolicy)
	return false, oneParagraph(op.c.name, err, late)
}

// target is what the poller needs to know of the operation, beside the IDs.
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

// since returns what tells when each instance was accepted: creating many takes a
// while. A resumed operation knows the latest moment only.
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

// inOrder returns the instances that the operation still has, in order.
func (op *Operation) inOrder(running map[string]Instance) (list []Instance) {
	for _, id := range op.InstanceIDs() {
		if i, ok := running[id]; ok {
			list = append(list, i)
		}
	}
	return list
}
