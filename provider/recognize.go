package provider

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/account"
	"github.com/yunfan-cloud/yunfan/internal/ownership"
	"github.com/yunfan-cloud/yunfan/internal/wording"
)

// An answer may name an instance of another user. Before the operation releases an instance, a
// look finds its owner. What a wait or an earlier look has shown is not asked again.

// setOf returns a set of IDs.
func setOf(ids []string) map[string]bool {
	set := make(map[string]bool, len(ids))
	for _, id := range ids {
		set[id] = true
	}
	return set
}

// sortByOwner looks at instances for at most patience, and records their owners.
func (op *Operation) sortByOwner(ctx context.Context, ids []string, patience time.Duration) ownership.Sorted {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return op.sortByLook(ctx, ids, false)
}

// sortByLook is sortByOwner for as long as ctx lasts. With once, no call is repeated.
func (op *Operation) sortByLook(ctx context.Context, ids []string, once bool) (s ownership.Sorted) {
	known := setOf(op.ledger.Recognized())
	isNew := func(id string) bool { return !known[id] }
	ours := slices.DeleteFunc(slices.Clone(ids), isNew)
	rest := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return known[id] })
	if len(rest) == 0 {
		return ownership.Sorted{Ours: ours}
	}
	like := op.c.lists(&DescribeRequest{Region: op.region})
	like.Once = once
	seen, _, err := like.Find(ctx, rest)
	oldest := op.oldestPossible(seen)
	s = ownership.Sort(rest, func(id string) (shown, foreign bool) {
		i, shown := seen[id]
		return shown, shown && op.isForeign(&i, oldest)
	})
	op.ledger.Recognize(s.Ours)
	op.ledger.Doubt(s.Foreign)
	s.Ours, s.Err = append(ours, s.Ours...), err
	return s
}

// recordSighted records which instances a wait has seen, their owners, and which of them may have
// failed. It reports whether an instance was seen for the first time, or anything about a failure
// is new.
func (op *Operation) recordSighted(w *waiter) (fresh bool) {
	seen, before := w.sighted(), len(op.ledger.Seen())
	op.ledger.See(seen[ownership.Unclear])
	op.ledger.Recognize(seen[ownership.Own])
	op.ledger.See(seen[ownership.Foreign])
	op.ledger.Doubt(seen[ownership.Foreign])
	suspects := op.recordSuspects(w)
	return suspects || len(op.ledger.Seen()) > before
}

// How long a release looks for instances that were never seen.
const (
	ownerLook  = 20 * time.Second // at least
	ownerAgain = 5 * time.Second  // one try before each call, after a look that has failed
	ownerTries = 3                // of those
)

// lookPatience returns how long a look before a release may be repeated: as long as other
// calls, but at most half of the time that ctx leaves, so that the release can still go out.
func (op *Operation) lookPatience(ctx context.Context) time.Duration {
	d := max(ownerLook, op.c.opts.RetryFor)
	if end, ok := ctx.Deadline(); ok {
		d = min(d, time.Until(end)/2)
	}
	return d
}

// releaseRecognized releases instances that answers have named, and leaves out instances of
// other users: see [ownership.Release]. If a policy wants the release, the search for instances
// that were not seen lasts as long as new instances may be invisible, and instances that were
// never seen are kept. If the caller wants it, the search is short.
func (op *Operation) releaseRecognized(
	ctx context.Context, ids []string, by releaseWish,
) (all TerminateResult, kept, err error) {
	end := time.Now().Add(ownerLook)
	if visible := op.ledger.NamedAt().Add(op.c.opts.VisibleWithin); by.seenOnly && visible.After(end) {
		end = visible
	}
	r := ownership.Release{Until: end, SeenOnly: by.seenOnly}
	r.Look = func(ctx context.Context, ids []string) ownership.Sorted {
		return op.sortByOwner(ctx, ids, op.lookPatience(ctx))
	}
	r.Send = func(ctx context.Context, ids []string, lookAgain bool) (strangers []string) {
		var look func(context.Context, []string) []string
		if lookAgain { // before every call
			look = op.foreignOf
		}
		res, strangers, problem := op.c.terminate(ctx, op.region, ids, by, look)
		all.add(&res)
		err = wording.Paragraph(op.c.name, err, problem)
		return strangers
	}
	strangers, unseen := r.Run(ctx, ids)
	return all, wording.Paragraph(op.c.name, foreignError(strangers), unseenError(unseen)), err
}

// foreignOf returns the instances that a look shows to belong to other users. After the last
// failed try it does not pause: the service may come back during the pause, and the release
// would then go out without a look.
func (op *Operation) foreignOf(ctx context.Context, ids []string) []string {
	for n := 0; ; n++ {
		within, cancel := context.WithTimeout(ctx, ownerAgain)
		s := op.sortByLook(within, ids, true)
		cancel()
		if last := n == ownerTries-1; last || s.Err == nil || !passes(s.Err) || !account.Sleep(ctx, account.Pause(n)) {
			return s.Foreign
		}
	}
}

// add adds the results of further instances.
func (r *TerminateResult) add(more *TerminateResult) {
	r.Released = append(r.Released, more.Released...)
	r.Gone = append(r.Gone, more.Gone...)
	r.Unknown = append(r.Unknown, more.Unknown...)
}

func foreignError(ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	once := slices.Compact(slices.Sorted(slices.Values(ids)))
	return fmt.Errorf("not released, because they are older than the operation, named otherwise or another's,"+
		" although an answer named them: %s; look at them, and release them by ID", wording.Some(once))
}

func unseenError(ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	return fmt.Errorf("not released, because nobody has seen them (%w): %s; they may become visible late,"+
		" be in another region, or these credentials may not see what they created:"+
		" resume the operation, or terminate it", ErrNotFound, wording.Some(ids))
}
