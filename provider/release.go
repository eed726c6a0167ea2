package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/yunfan-cloud/yunfan/internal/account"
	"github.com/yunfan-cloud/yunfan/internal/ledger"
	"github.com/yunfan-cloud/yunfan/internal/telemetry"
	"github.com/yunfan-cloud/yunfan/internal/wording"
)

// errReleased is the error of an operation whose instances OnFailure released.
var errReleased = errors.New("the instances of the failed operation were released")

// allReleased reports whether an operation has no instances because it released them.
func (op *Operation) allReleased() bool { return op.ledger.Over() && len(op.InstanceIDs()) == 0 }

// releaseAfterFailure releases the instances of an operation that failed, and returns its
// error together with the result of the release.
func (op *Operation) releaseAfterFailure(ctx context.Context) error {
	problem := op.maker.FindLate(ctx)
	_, err := op.releaseOurs(ctx, "releasing the instances of the failed operation", byPolicy())
	e := &RunError{}
	errors.As(op.runError(), &e)
	e.Errs = append(e.Errs, wording.Compact(err, problem)...)
	return e
}

// beginRelease records the end of the operation, if it can be saved.
func (op *Operation) beginRelease(ctx context.Context) error {
	began := op.ledger.BeginRelease()
	err := op.journal.SaveAnyway(ctx)
	if err == nil {
		return nil
	}
	if began {
		op.ledger.CancelRelease()
	}
	return fmt.Errorf("nothing was released: %w", err)
}

// releaseOurs releases the instances that are certainly the operation's, and no others.
// Instances that cannot be released stay in the operation. The end of the operation is saved
// first: a process that resumes it releases the rest, and creates nothing. If it cannot be
// saved, nothing is released, because another process may have the operation by now.
func (op *Operation) releaseOurs(ctx context.Context, what string, by releaseWish) (TerminateResult, error) {
	ids := op.ledger.Ours()
	if len(ids) == 0 {
		return TerminateResult{}, nil
	}
	if err := op.beginRelease(ctx); err != nil {
		return TerminateResult{}, err
	}
	res, kept, err := op.releaseRecognized(ctx, ids, by)
	if err != nil {
		err = fmt.Errorf("%s: %w", what, err)
	}
	if op.leave(&res) {
		err = wording.Paragraph(op.c.name, err, op.journal.SaveAnyway(ctx))
	}
	return res, wording.Paragraph(op.c.name, err, kept)
}

// leave removes released and gone instances from the operation, and reports whether there were
// any.
func (op *Operation) leave(res *TerminateResult) bool {
	op.ledger.See(res.Gone) // the client has seen them, or the cloud said that they ended
	left := op.ledger.Leave(res.Released, ledger.ReleaseAccepted)
	left = append(left, op.ledger.Leave(res.Gone, ledger.GoneForGood)...)
	op.mu.Lock()
	defer op.mu.Unlock()
	op.released = append(op.released, left...)
	return len(left) > 0
}

// Terminate releases what the operation has made, and ends it: nothing more is created for it,
// here or by [Client.Resume]. It first asks the cloud about creates whose outcome is unknown.
// That needs the spec: resume the operation with it. The journal holds the end of the
// operation before the first release goes out. So Resume, or another Terminate, continues with
// what is left.
//
// Instances that may not be the operation's (see [RunError].Doubtful) are kept; release them
// by ID with [Client.TerminateInstances]. The result lists each instance. A nil error means
// that no visible instance is left. Where a create was given up after a search
// ([TokenInfo].GivenUp), Terminate looks for its instances until half of [Options].SearchFor
// has passed since then. Instances that become visible later are found by another Terminate or
// Resume, and by [Client.Sweep].
func (op *Operation) Terminate(ctx context.Context, o *TerminateOptions) (res TerminateResult, err error) {
	defer op.c.tel.Begin(&ctx, telemetry.Terminate, op.id, op.region).End(&err)
	ctx, done := op.leased(ctx)
	defer done()
	res, err = op.terminate(ctx, o)
	return res, op.held.orLoss(err)
}

func (op *Operation) terminate(ctx context.Context, o *TerminateOptions) (res TerminateResult, err error) {
	if err := op.mending.Lock(ctx); err != nil {
		return TerminateResult{}, fmt.Errorf("%s: %w", op.c.name, err)
	}
	defer op.mending.Unlock()
	if err := op.beginRelease(ctx); err != nil {
		return TerminateResult{}, fmt.Errorf("%s: operation %s: %w", op.c.name, op.id, err)
	}
	open := op.settleOpen(ctx)
	late := op.maker.LingerForLate(ctx)
	res, err = op.releaseOurs(ctx, "releasing the instances of the operation", o.wish())
	if o != nil && o.Wait && len(res.Released) > 0 {
		err = wording.Paragraph(op.c.name, err, op.c.waitReleased(ctx, op.region, res.Released))
	}
	res.MayAppear = op.mayAppear()
	return res, op.about("terminating it", open, late, err, op.kept())
}

// about adds to errors what was being done to the operation.
func (op *Operation) about(doing string, errs ...error) error {
	if len(wording.Compact(errs...)) == 0 {
		return nil
	}
	what := fmt.Errorf("operation %s: %s", op.id, doing)
	return wording.Paragraph(op.c.name, append([]error{what}, errs...)...)
}

// settleOpen finds out what creates whose outcome is unknown have made.
func (op *Operation) settleOpen(ctx context.Context) error {
	if len(op.ledger.Open()) == 0 {
		return nil
	}
	if op.spec == nil {
		return fmt.Errorf("%w: creates were sent whose answer is not known;"+
			" resume the operation with its spec, and terminate it then", ErrOutcomeUnknown)
	}
	op.maker.Make(account.Serialize(ctx))
	var errs []error
	for _, i := range op.ledger.Open() {
		errs = append(errs, fmt.Errorf("%w: %w", ErrOutcomeUnknown, op.maker.Failure(i).Err))
	}
	return wording.Paragraph(op.c.name, errs...)
}

// kept returns an error that names the instances kept because they may not be the operation's.
func (op *Operation) kept() error {
	ids := op.ledger.NotOurs()
	if len(ids) == 0 {
		return nil
	}
	return fmt.Errorf("kept, because they may not be the operation's: %s; look at them, and release them by ID",
		wording.Some(ids))
}

// releaseOwed releases the instances that an earlier process had marked for release.
func (op *Operation) releaseOwed(ctx context.Context) error {
	res, kept, err := op.releaseRecognized(ctx, op.ledger.Releasing(), byPolicy())
	err = wording.Paragraph(op.c.name, err, kept)
	if left := op.ledger.LaunchFailed(append(res.Released, res.Gone...)); len(left) > 0 {
		err = wording.Paragraph(op.c.name, err, op.journal.SaveAnyway(ctx))
	}
	return err
}
