package ownership

import (
	"context"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/account"
)

// Sorted are instances grouped by what a look has shown about their owner.
type Sorted struct {
	Ours    []string // as far as the look shows
	Foreign []string
	Unseen  []string // the look has not shown them
	Err     error    // why the look failed: instances that it did not show are in Unseen
}

// Sort groups instances. Judge reports whether a look has shown an instance, and whether it is
// foreign.
func Sort(ids []string, judge func(id string) (shown, foreign bool)) (s Sorted) {
	for _, id := range ids {
		switch shown, foreign := judge(id); {
		case !shown:
			s.Unseen = append(s.Unseen, id)
		case foreign:
			s.Foreign = append(s.Foreign, id)
		default:
			s.Ours = append(s.Ours, id)
		}
	}
	return s
}

// Release releases instances that answers have named, and leaves out instances of other users.
// Instances that were seen are released at once. Other instances are looked for first. A look
// that fails keeps nothing back: a cleanup must not depend on a read.
type Release struct {
	// Look finds the owners of instances.
	Look func(ctx context.Context, ids []string) Sorted

	// Send releases instances. Where the look for their owners has failed, it looks again, and
	// returns the instances that it left out because they are foreign.
	Send func(ctx context.Context, ids []string, lookAgain bool) (foreign []string)

	// Until is how long instances that were not seen are looked for.
	Until time.Time

	// SeenOnly keeps instances that were never seen. Otherwise they are released when the
	// search for them is over.
	SeenOnly bool
}

// Run releases instances. It returns those that it left out: the foreign ones, and those that
// nobody has seen.
func (r *Release) Run(ctx context.Context, ids []string) (foreign, unseen []string) {
	for n := 0; len(ids) > 0; n++ {
		s := r.Look(ctx, ids)
		last := s.Err != nil || !time.Now().Before(r.Until)
		release := s.Ours
		if keep := r.SeenOnly && s.Err == nil; last && !keep {
			release, s.Unseen = append(release, s.Unseen...), nil
		}
		foreign = append(foreign, s.Foreign...)
		if len(release) > 0 {
			foreign = append(foreign, r.Send(ctx, release, s.Err != nil)...)
		}
		ids = s.Unseen
		if last || len(ids) == 0 || !account.Sleep(ctx, min(account.Pause(n+2), time.Until(r.Until))) {
			break
		}
	}
	return foreign, ids
}
