package provider

import (
	"context"
	"errors"
	"iter"

	"github.com/yunfan-cloud/yunfan/internal/await"
	"github.com/yunfan-cloud/yunfan/internal/telemetry"
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
func (op *Operation) Wait(ctx context.Context, o *WaitOptions) (list []Instance, err error) {
	defer op.c.tel.Begin(&ctx, telemetry.WaitOperation, op.id, op.region).End(&err)
	ctx, done := op.leased(ctx)
	defer done()
	list, err = op.wait(ctx, o)
	return list, op.held.noteWait(ctx, err)
}

func (op *Operation) wait(ctx context.Context, o *WaitOptions) ([]Instance, error) {
	var running await.Gathered[Instance]
	var trouble error   // of replacing instances, returned when the wait is over
	var unnamed []error // of names, returned when the wait is over
	doubtful := len(op.ledger.Doubtful())
	for {
		list, nameErr, err := op.waitFor(ctx, running.Missing(op.InstanceIDs()), o)
		unnamed = append(unnamed, nameErr)
		for _, i := range list {
			running.Add(i.ID, i)
		}
		var w *WaitError
		failed := errors.As(err, &w) && len(w.Failed) > 0
		switch {
		case err == nil && trouble == nil && op.allReleased():
			return nil, &RunError{
				Driver: op.c.name, Operation: op.id, Asked: op.ledger.Count(), Errs: []error{errReleased},
				unknown: len(op.ledger.Open()) > 0,
			}
		case err == nil && op.maker.LingerForLate(ctx) == nil && len(running.Missing(op.InstanceIDs())) > 0:
			continue
		case !failed || ctx.Err() != nil:
			return running.Of(op.InstanceIDs()), op.endOfWait(ctx, doubtful, append(unnamed, err, trouble)...)
		}
		more, mendErr := op.mend(ctx, w.Failed)
		if !more {
			return running.Of(op.InstanceIDs()), op.endOfWait(ctx, doubtful, append(unnamed, err, trouble, mendErr)...)
		}
		if o != nil {
			o.tally.Replaced(len(w.Failed))
		}
		trouble = mendErr
		if r := (*RunError)(nil); errors.As(mendErr, &r) && r.failed { // some of those that failed are not replaced
			trouble = wording.Paragraph(op.c.name, err, mendErr)
		}
	}
}

// Watch yields every change of state of every instance once, until all of them run or have
// failed. An instance that fails is yielded with its *[LaunchError]. The last pair has a zero
// Event and the other errors of [Operation.Wait]: an early end (ctx, credentials), instances
// that were never visible, instances that could not be replaced or released. Breaking out of
// the loop ends the watch.
func (op *Operation) Watch(ctx context.Context) iter.Seq2[Event, error] {
	run := func(ctx context.Context, report func(Event)) error {
		_, err := op.Wait(ctx, &WaitOptions{Progress: report})
		if w, ok := err.(*WaitError); ok { //nolint:errorlint // alone it is about instances that were yielded
			return w.besideFailures()
		}
		return err
	}
	return await.Stream(ctx, run, func(e Event) error { return e.Err })
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
	w := op.newWaiter(ids, o)
	w.proves = len(op.opts.Alternatives) > 0 || op.opts.OnFailure == TerminateOnFailure
	stop := op.nameMeanwhile(ctx, w.sightings)
	list, err = op.waitWithJobs(ctx, w)
	stop()
	if ctx.Err() == nil { // first, while parts still have the instances of other users
		nameErr = op.nameSighted(ctx, w.sightings.all())
	}
	op.recordSighted(w)
	for n := range list {
		list[n].Name = op.nameGiven(&list[n])
	}
	return list, nameErr, err
}

// beyondError returns an error about surplus instances, or about more doubtful instances than
// the given number. It returns nil when there are none.
func (op *Operation) beyondError(doubtful int) error {
	if len(op.ledger.Surplus()) == 0 && len(op.ledger.Doubtful()) <= doubtful {
		return nil
	}
	return op.runError()
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
	if err != nil || more || op.opts.OnFailure != TerminateOnFailure {
		return more, err
	}
	late := op.maker.FindLate(ctx)
	_, err = op.releaseOurs(ctx, "releasing the instances of the failed operation", byPolicy())
	return false, wording.Paragraph(op.c.name, err, late)
}
