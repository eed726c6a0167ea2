package account

import (
	"context"
	"fmt"
	"time"
)

// Change settles the refusals of a request that changes what IDs stand for, such as
// their state. It is safe for concurrent use when its functions are.
type Change struct {
	// NewUntil returns until when an ID may be unknown because it is new; the zero time
	// for others.
	NewUntil func(id string) time.Time

	// Look finds the IDs that still need the change. It reports whether all of them may be
	// on their way to another state. Its error says what was looked at.
	Look func(ctx context.Context, ids []string) (left []string, moving bool, err error)
}

// Prepare makes batches settle their refusals like this. An ID that is new is waited for
// as long as it may be unknown. A refusal for the state of IDs stands for those that still
// need the change. It is transient when all of them are on their way to another state: not
// every service says so itself.
func (c Change) Prepare(b *Batches) {
	b.Settle = func(ctx context.Context, ids []string, err error) Refusal {
		v := b.Judge(err)
		if len(ids) == 1 && v.Unknown {
			if until := c.NewUntil(ids[0]); !until.IsZero() {
				return Refusal{Left: ids, Err: err, Transient: true, Until: until}
			}
		}
		if v.ByState {
			return c.afterLook(ctx, ids, err)
		}
		return Refusal{Left: ids, Err: err}
	}
}

// afterLook returns the refusal for the state of IDs, as far as a look shows that it stands.
func (c Change) afterLook(ctx context.Context, ids []string, refusal error) Refusal {
	left, moving, err := c.Look(ctx, ids)
	if err != nil {
		return Refusal{Left: ids, Err: fmt.Errorf("%w; %w", refusal, err)}
	}
	return Refusal{Left: left, Err: refusal, Transient: moving}
}
