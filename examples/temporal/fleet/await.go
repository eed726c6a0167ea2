package fleet

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/sdk/temporal"

	"github.com/yunfan-cloud/yunfan/provider"
)

// Await waits until each instance of an operation runs or has failed. One attempt is one look:
// when instances still boot, it ends with an error that says when the next attempt is useful.
// So no worker holds the operation while machines boot, and a crash costs nothing.
func (a *Activities) Await(ctx context.Context, s Step) (r Ready, err error) {
	defer beat(ctx)()
	j, err := a.job(s)
	if err != nil {
		return Ready{}, err
	}
	op, err := j.run(ctx, submitted{a.Store})
	if op == nil {
		return Ready{}, classified(err)
	}
	defer func() { err = classified(errors.Join(err, op.Close())) }()
	look, err := op.Look(ctx)
	switch {
	case err != nil:
		return Ready{}, err
	case len(look.Pending)+len(look.Unanswered) > 0:
		return Ready{}, notYet(look)
	}
	return settled(ctx, op)
}

// notYet returns the error of an attempt that ends before all instances run.
func notYet(l provider.Look) error {
	return temporal.NewApplicationErrorWithOptions("not all run: "+l.String(), typeNotYet,
		temporal.ApplicationErrorOptions{
			NextRetryDelay: max(time.Until(l.Next), time.Second), Details: []any{Ready{Ready: len(l.Ready)}},
		})
}

// readyBy returns how many instances ran at the last attempt of a wait that ended too early.
func readyBy(err error) int {
	var r Ready
	if app := (*temporal.ApplicationError)(nil); errors.As(err, &app) && app.HasDetails() {
		_ = app.Details(&r) // another error has details of its own, and says nothing
	}
	return r.Ready
}

// settled is for when no instance boots any more. The library then looks for those that are not
// visible for two minutes more, and does what follows from failed launches: it replaces them by
// the alternatives of the group's file, or releases the operation, as the file says.
func settled(ctx context.Context, op *provider.Operation) (Ready, error) {
	list, waitErr := op.Wait(ctx, nil)
	made, err := madeBy(op)
	if err != nil {
		return Ready{}, err
	}
	r := Ready{Count: made.Count, Ready: len(list)}
	if waitErr != nil {
		r.Problem = waitErr.Error()
	}
	if again := waitErr != nil && !final(waitErr); again {
		return Ready{}, waitErr
	}
	return r, nil
}

// final reports whether a wait with this error has waited long enough for every instance.
func final(err error) bool {
	if ended := (*provider.WaitError)(nil); errors.As(err, &ended) {
		return ended.Err == nil && len(ended.Pending) == 0
	}
	return permanent(err)
}
