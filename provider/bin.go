package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// How instances are released, depending on their billing mode and on a recycle bin.

// lookUpKinds finds out the kind of each instance, where the cloud releases instances
// differently by billing mode, or when they are in a recycle bin. It uses at most half of the
// time that ctx leaves, so that the release can still go out.
func (r *release) lookUpKinds(ctx context.Context, ids []string) error {
	if !r.c.limits.TerminateByBilling && !r.c.limits.RecycleBin {
		return nil
	}
	if end, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Until(end)/2)
		defer cancel()
	}
	r.kinds = make(map[string]releaseKind, len(ids))
	seen, _, err := r.c.seen(ctx, r.region, ids)
	for _, i := range seen {
		r.recordKind(i)
	}
	r.lookFailed = err != nil
	return err
}

func (r *release) recordKind(i Instance) {
	r.kinds[i.ID] = releaseKind{billing: i.Billing, recycled: i.State == StateRecycled}
}

// kind returns the kind of an instance, as far as the cloud's calls differ by it. Instances
// that are gone or too new to be seen count as on demand: the release of that mode cannot lose
// prepaid money.
func (r *release) kind(id string) (k releaseKind) {
	if r.c.limits.TerminateByBilling {
		k.billing = cmp.Or(r.kinds[id].billing, OnDemand)
	}
	k.recycled = r.c.limits.RecycleBin && r.kinds[id].recycled
	return k
}

// recyclable returns the instances that the release may only have moved to the recycle bin:
// prepaid ones, and those that a look did not show.
func (r *release) recyclable(ids []string) []string {
	if !r.c.limits.RecycleBin {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		k, looked := r.kinds[id]
		goesToBin := k.billing == Prepaid && !k.recycled
		mayGo := !looked && !r.lookFailed
		return !r.taken[id] || !(goesToBin || mayGo)
	})
}

// emptyBin releases again the instances that the first call has only moved to the recycle bin.
// An instance that cannot be released does not stop the others.
func (r *release) emptyBin(ctx context.Context, ids []string) {
	ids = r.recyclable(ids)
	if len(ids) == 0 {
		return
	}
	w := newWaiter(r.c, StateTerminated, ids, nil)
	w.released = true
	ended, err := w.wait(ctx, r.c.leavingTarget(r.region))
	open := make(map[string]bool, len(ids))
	for _, id := range ids {
		open[id] = true
	}
	var binned []string
	for _, i := range ended {
		delete(open, i.ID)
		if i.State == StateRecycled {
			r.recordKind(i)
			binned = append(binned, i.ID)
		}
	}
	if err != nil {
		r.calls.fail(slices.DeleteFunc(ids, func(id string) bool { return !open[id] }), binError(err))
	}
	r.all(ctx, binned)
}

// binError is the reason why it is not known whether instances are in the recycle bin. The
// error around it names the instances.
func binError(err error) error {
	var w *WaitError
	if errors.As(err, &w) && w.Err != nil {
		err = w.Err
	}
	return fmt.Errorf("the release was accepted, and may have moved it no further than the recycle bin, "+
		"where it was not found in time: %w", err)
}
