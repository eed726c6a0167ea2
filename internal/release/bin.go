package release

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/account"
)

// How instances are released, depending on their billing and on a recycle bin.

// lookUpKinds finds out the kind of each instance, where the cloud releases instances
// differently by billing, or when they are in a recycle bin. It uses at most half of the time
// that ctx leaves, so that the release can still go out.
func (r *Release) lookUpKinds(ctx context.Context, ids []string) error {
	if r.DefaultBilling == "" && r.BinBilling == "" {
		return nil
	}
	if end, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Until(end)/2)
		defer cancel()
	}
	r.kinds = make(map[string]Kind, len(ids))
	rows, whole, err := r.Look(ctx, ids)
	for _, row := range rows {
		r.recordKind(row)
	}
	r.lookFailed, r.lookShort = err != nil, !whole
	return err
}

func (r *Release) recordKind(row Row) {
	r.kinds[row.ID] = Kind{Billing: row.Billing, Recycled: row.Phase == Recycled}
}

// kind returns the kind of an instance, as far as the cloud's calls differ by it. Instances
// that are gone or too new to be seen are of the default billing.
func (r *Release) kind(id string) (k Kind) {
	if r.DefaultBilling != "" {
		k.Billing = cmp.Or(r.kinds[id].Billing, r.DefaultBilling)
	}
	k.Recycled = r.BinBilling != "" && r.kinds[id].Recycled
	return k
}

// recyclable returns the instances that the release may only have moved to the recycle bin:
// those of the billing that goes there, and those that a look did not show.
func (r *Release) recyclable(ids []string) []string {
	if r.BinBilling == "" {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		k, looked := r.kinds[id]
		goesToBin := k.Billing == r.BinBilling && !k.Recycled
		mayGo := !looked && !r.lookFailed
		return !r.taken[id] || !(goesToBin || mayGo)
	})
}

// emptyBin releases again the instances that the first call has only moved to the recycle bin.
// An instance that cannot be released does not stop the others. Where the look could not read an
// instance, later ones may not be able to either: the wait for it has a bound.
func (r *Release) emptyBin(ctx context.Context, ids []string) {
	ids = r.recyclable(ids)
	if len(ids) == 0 {
		return
	}
	within, cancel := ctx, func() {}
	if r.lookShort {
		within, cancel = context.WithTimeout(ctx, r.VisibleWithin)
	}
	rows, err := r.Leave(within, ids)
	cancel()
	left := make(map[string]bool, len(rows))
	var binned []string
	for _, row := range rows {
		left[row.ID] = true
		if row.Phase == Recycled {
			r.recordKind(row)
			binned = append(binned, row.ID)
		}
	}
	if err != nil {
		open := slices.DeleteFunc(ids, func(id string) bool { return left[id] })
		r.Calls.Fail(open, account.Failure{Err: fmt.Errorf("the release was accepted, and may have moved it no "+
			"further than the recycle bin, where it was not found in time: %w", err)})
	}
	r.all(ctx, binned)
}
