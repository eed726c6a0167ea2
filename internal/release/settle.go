package release

import (
	"context"
	"slices"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/account"
)

// settle returns the instances for which the refusal of their release stands.
func (r *Release) settle(ctx context.Context, ids []string, err error) account.Refusal {
	v := r.Calls.Judge(err)
	alone := len(ids) == 1
	switch {
	case alone && v.Unknown && r.needsLook(ids[0]):
		return r.unreleased(ctx, ids, err)
	case alone && v.Unknown:
		return r.missed(ids, err)
	case !alone && v.BlamesSome:
		return r.unreleased(ctx, ids, err)
	case alone && v.ByState && time.Since(r.Born(ids[0])) > r.YoungFor:
		// It may have ended by itself.
		return r.unreleased(ctx, ids, err)
	default:
		return account.Refusal{Left: ids, Err: err}
	}
}

// unreleased leaves out the instances that are already released, by this or another program.
// One look replaces a call for each of them. When all the others are too new to be released,
// the refusal is transient: they are waited for together.
func (r *Release) unreleased(ctx context.Context, ids []string, refusal error) account.Refusal {
	rows, whole, err := r.Look(ctx, ids)
	if err != nil {
		return account.Refusal{Left: ids, Err: refusal}
	}
	left := r.recordLook(ids, rows)
	v := r.Calls.Judge(refusal)
	if v.Unknown {
		return r.unfound(left, rows, whole, refusal)
	}
	settled := func(id string) bool { return r.Born(id).IsZero() && rows[id].Phase != Pending }
	transient := v.ByState && v.Passes && !slices.ContainsFunc(left, settled)
	return account.Refusal{Left: left, Err: refusal, Transient: transient}
}

// recordLook records what a look has shown, and returns the instances that it does not show as
// released.
func (r *Release) recordLook(ids []string, rows map[string]Row) (left []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range ids {
		row, shown := rows[id]
		r.shown[id] = shown
		if shown {
			r.miss[id].found()
		}
		switch row.Phase {
		case Ended:
			r.gone[id] = true
		case Leaving:
			r.taken[id] = true
		default:
			left = append(left, id)
		}
	}
	return left
}

// unfound handles a call that failed because the cloud did not find one of its instances.
// Instances that a whole look shows are released by a call of their own. A look that is not
// whole proves nothing about the instances that it lacks.
func (r *Release) unfound(ids []string, rows map[string]Row, whole bool, refusal error) account.Refusal {
	var left, absent []string
	for _, id := range ids {
		_, shown := rows[id]
		if shown || !whole {
			left = append(left, id)
		} else {
			absent = append(absent, id)
		}
	}
	missed := r.missed(absent, refusal)
	switch {
	case len(left) == 0:
		return missed
	case len(ids) == 1:
		return r.contradicted(ids[0], refusal)
	}
	return account.Refusal{Left: append(left, missed.Left...), Err: refusal}
}
