package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/account"
)

// An answer may name an instance of another user. Before the operation releases an instance, a
// look finds its owner. What a wait or an earlier look has shown is not asked again.

// owner is what a sighting of an instance proves about its owner.
type owner uint8

const (
	unclear owner = iota
	own           // it bears the operation's mark, or is as young as the operation and not named otherwise
	foreign       // it cannot be the operation's
)

// ownerOf returns the owner of an instance that was seen. No instance of the operation is
// older than oldest; zero means that their age is not known.
func (op *Operation) ownerOf(i *Instance, oldest time.Time) owner {
	tag := i.Tags[OperationTag]
	aged := !i.CreatedAt.IsZero() && !oldest.IsZero()
	switch {
	case tag == op.id:
		return own
	case tag != "":
		return foreign
	case op.c.marksByName() && strings.Contains(i.Name, markerStart(op.owner, op.id)):
		return own
	case op.c.marksByName() && markerIn(i.Name) != "": // of another operation
		return foreign
	case aged && i.CreatedAt.Before(oldest):
		return foreign
	case aged && !op.isMisnamed(i):
		return own
	}
	return unclear
}

// isForeign reports whether an instance that was seen cannot be the operation's, or has a name
// that the operation would not give.
func (op *Operation) isForeign(i *Instance, oldest time.Time) bool {
	whose := op.ownerOf(i, oldest)
	misnamed := whose == unclear && op.isMisnamed(i)
	return whose == foreign || misnamed
}

// setOf returns a set of IDs.
func setOf(ids []string) map[string]bool {
	set := make(map[string]bool, len(ids))
	for _, id := range ids {
		set[id] = true
	}
	return set
}

// isMisnamed reports whether an instance has another name than the operation gave. Only plain
// names are compared. No vendor says how other names are returned, and some names contain
// numbers of the cloud.
func (op *Operation) isMisnamed(i *Instance) bool {
	if op.spec == nil || i.Name == "" {
		return false
	}
	name := op.spec().Name
	return name != "" && isPlain(name) && !strings.HasPrefix(i.Name, name)
}

// createSpan is how long the creates of an operation may take, plus the error of clocks.
const createSpan = 10 * time.Minute

// ownClock is how much older than the operation an instance may seem to be by the clock of
// this process. Clouds refuse signatures when the clock is wrong by more than minutes.
const ownClock = time.Hour

// oldestByClock returns the earliest possible creation time of the operation's instances, by
// the clock of the process that began it. It returns zero in every other process.
func (op *Operation) oldestByClock() time.Time {
	if op.began.IsZero() {
		return op.began
	}
	return op.began.Add(-ownClock)
}

// oldestPossible returns the earliest possible creation time of the operation's instances. It
// uses the clock of this process, if that began the operation. It also uses the youngest of
// the instances, since other clocks are not trusted.
func (op *Operation) oldestPossible(seen map[string]Instance) time.Time {
	var youngest time.Time
	for _, i := range seen {
		if i.CreatedAt.After(youngest) {
			youngest = i.CreatedAt
		}
	}
	first := op.ledger.FirstSent()
	span := createSpan
	if named := op.ledger.NamedAt(); !first.IsZero() && named.After(first) {
		span += named.Sub(first)
	}
	oldest := op.oldestByClock()
	if relative := youngest.Add(-span); !youngest.IsZero() && relative.After(oldest) {
		oldest = relative
	}
	return oldest
}

// sortedByOwner are instances grouped by what a look has shown about their owner.
type sortedByOwner struct {
	ours    []string // as far as the look shows
	foreign []string
	unseen  []string // the look has not shown them
	err     error    // why the look failed: instances it did not show are in unseen
}

// sortByOwner looks at instances for at most patience, and records their owners.
func (op *Operation) sortByOwner(ctx context.Context, ids []string, patience time.Duration) sortedByOwner {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return op.sortByLook(ctx, ids, &listing{c: op.c, takesShort: true})
}

// sortByLook is sortByOwner with calls like those of a listing.
func (op *Operation) sortByLook(ctx context.Context, ids []string, like *listing) (s sortedByOwner) {
	known := setOf(op.ledger.Recognized())
	var rest []string
	for _, id := range ids {
		if known[id] {
			s.ours = append(s.ours, id)
		} else {
			rest = append(rest, id)
		}
	}
	if len(rest) == 0 {
		return s
	}
	like.req = &DescribeRequest{Region: op.region, IDs: rest}
	seen, _, err := op.c.seenBy(ctx, like)
	s.err = err
	oldest := op.oldestPossible(seen)
	var certain []string
	for _, id := range rest {
		i, shown := seen[id]
		switch {
		case !shown:
			s.unseen = append(s.unseen, id)
		case op.isForeign(&i, oldest):
			s.foreign = append(s.foreign, id)
		default:
			s.ours = append(s.ours, id)
			certain = append(certain, id)
		}
	}
	op.ledger.Recognize(certain)
	op.ledger.Doubt(s.foreign)
	return s
}

// recordSighted records which instances a wait has seen, and their owners.
func (op *Operation) recordSighted(w *waiter) {
	seen := w.sighted()
	op.ledger.See(seen[unclear])
	op.ledger.Recognize(seen[own])
	op.ledger.See(seen[foreign])
	op.ledger.Doubt(seen[foreign])
}

// authority is the origin of the wish to release instances of an operation.
type authority int

const (
	theCaller authority = iota // names the operation, and means all of it
	aPolicy                    // OnFailure, Alternatives: releases only instances that were seen
)

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
// other users. Instances that were seen are released at once. Other instances are looked for
// first. If a policy wants the release, the search lasts as long as new instances may be
// invisible, and instances that were never seen are kept. If the caller wants it, the search
// is short. A look that fails keeps nothing back: a cleanup must not depend on a read.
func (op *Operation) releaseRecognized(
	ctx context.Context, ids []string, by authority,
) (all TerminateResult, kept, err error) {
	end := time.Now().Add(ownerLook)
	if visible := op.ledger.NamedAt().Add(op.c.opts.VisibleWithin); by == aPolicy && visible.After(end) {
		end = visible
	}
	var foreign []string
	for n := 0; len(ids) > 0; n++ {
		s := op.sortByOwner(ctx, ids, op.lookPatience(ctx))
		last := s.err != nil || !time.Now().Before(end)
		release := s.ours
		if keep := by == aPolicy && s.err == nil; last && !keep {
			release, s.unseen = append(release, s.unseen...), nil
		}
		res, strangers, problem := op.releaseNow(ctx, release, s.err != nil)
		all.add(&res)
		foreign = append(append(foreign, s.foreign...), strangers...)
		err = oneParagraph(op.c.name, err, problem)
		if ids = s.unseen; last || len(ids) == 0 || !account.Sleep(ctx, min(account.Pause(n+2), time.Until(end))) {
			break
		}
	}
	return all, oneParagraph(op.c.name, foreignError(foreign), unseenError(ids)), err
}

// releaseNow releases instances. Where the look for their owners has failed, it is repeated
// before every call, and instances of other users are left out.
func (op *Operation) releaseNow(
	ctx context.Context, ids []string, lookAgain bool,
) (res TerminateResult, strangers []string, err error) {
	if len(ids) == 0 {
		return res, nil, nil
	}
	r := op.c.newRelease(op.region)
	if lookAgain {
		r.isForeign = op.foreignOf
	}
	res, err = r.run(ctx, ids)
	return res, r.leftOut(ids), err
}

// foreignOf returns the instances that a look shows to belong to other users. After the last
// failed try it does not pause: the service may come back during the pause, and the release
// would then go out without a look.
func (op *Operation) foreignOf(ctx context.Context, ids []string) []string {
	for n := 0; ; n++ {
		within, cancel := context.WithTimeout(ctx, ownerAgain)
		s := op.sortByLook(within, ids, &listing{c: op.c, takesShort: true, once: true})
		cancel()
		if last := n == ownerTries-1; last || s.err == nil || !passes(s.err) || !account.Sleep(ctx, account.Pause(n)) {
			return s.foreign
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
	return fmt.Errorf("not released, because they are older than the operation, named otherwise or another's,"+
		" although an answer named them: %s; look at them, and release them by ID", someOf(slices.Compact(slices.Sorted(slices.Values(ids)))))
}

func unseenError(ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	return fmt.Errorf("not released, because nobody has seen them (%w): %s; they may become visible late, be in another region,"+
		" or these credentials may not see what they created: resume the operation, or terminate it", ErrNotFound, someOf(ids))
}
