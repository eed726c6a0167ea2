package fleet

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"go.temporal.io/sdk/temporal"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/store"
)

// Release releases every instance of an operation and returns when they are gone.
func (a *Activities) Release(ctx context.Context, s Step) error {
	defer beat(ctx)()
	j, err := a.job(s)
	if err != nil {
		return err
	}
	token, _, err := provider.StoredToken(ctx, a.Store, s.Operation)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil
	case err != nil:
		return classified(err)
	case token == nil: // nothing was sent: an operation that the store does not have cannot begin
		return classified(store.Forget(ctx, a.Store, s.Operation))
	}
	return classified(j.terminate(ctx))
}

// appearsWithin is when to look again for instances that may still appear.
const appearsWithin = 3 * time.Minute

func (j *job) terminate(ctx context.Context) (err error) {
	s := &withholding{Store: j.a.Store}
	op, err := j.run(ctx, s)
	if op == nil {
		return err
	}
	defer func() { err = errors.Join(err, op.Close()) }()
	s.open.Store(true)
	res, err := op.Terminate(ctx, &provider.TerminateOptions{Wait: true})
	if late := res.MayAppear > 0 && !j.step.IgnoreLate; err == nil && late {
		return temporal.NewApplicationErrorWithOptions(
			fmt.Sprintf("up to %d instances of creates without an answer may still appear", res.MayAppear), typeNotYet,
			temporal.ApplicationErrorOptions{NextRetryDelay: appearsWithin})
	}
	return err
}

// withholding is a store that saves nothing until it is open. The library sends no create that it
// could not save, so an operation that was half created is not completed just to be released.
type withholding struct {
	store.Store
	open atomic.Bool
}

var errWithheld = errors.New("the operation is being released: it creates nothing more")

// Save implements store.Store.
func (w *withholding) Save(ctx context.Context, c store.Claim, change store.Change) error {
	if !w.open.Load() {
		return errWithheld
	}
	return w.Store.Save(ctx, c, change)
}

// Remains returns what the store knows of an operation that could not be released. It needs no
// client, and so no cloud.
func (a *Activities) Remains(ctx context.Context, s Step) (Left, error) {
	l := Left{Operation: s.Operation, Account: s.Account}
	token, e, err := provider.StoredToken(ctx, a.Store, s.Operation)
	if err != nil {
		return l, classified(err)
	}
	info, err := provider.ReadToken(token)
	if err != nil {
		return l, classified(err)
	}
	l.Region, l.Count, l.IDs = e.Region, len(info.InstanceIDs), info.InstanceIDs
	l.IDs = l.IDs[:min(len(l.IDs), maxLeft)]
	l.Unknown = info.Planned + info.Unknown
	return l, nil
}

// Shrink releases the last instances of an operation, from the number that stays to the number
// that the group had. The instances of an operation have a fixed order, and so every attempt
// names the same ones. Those that an earlier attempt has released are not known any more.
func (a *Activities) Shrink(ctx context.Context, s Step) error {
	defer beat(ctx)()
	j, err := a.job(s)
	if err != nil {
		return err
	}
	token, e, err := provider.StoredToken(ctx, a.Store, s.Operation)
	if err != nil {
		return classified(err)
	}
	info, err := provider.ReadToken(token)
	if err != nil {
		return classified(err)
	}
	to := min(s.Kept, len(info.InstanceIDs))
	from := min(s.Keep, to)
	_, err = j.client.TerminateInstances(ctx, e.Region, info.InstanceIDs[from:to],
		&provider.TerminateOptions{Wait: true, MissingOK: true})
	return classified(err)
}
