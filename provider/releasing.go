package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/account"
)

// release is one request to release instances.
type release struct {
	c      *Client
	region string
	calls  *batches

	kinds      map[string]releaseKind // as looked up; nil where one call fits all
	lookFailed bool                   // the look has failed: kinds lacks some

	// isForeign returns the given instances that belong to other users. It is called before
	// each release call; nil where the owners are known.
	isForeign func(ctx context.Context, ids []string) []string

	mu      sync.Mutex
	foreign map[string]bool     // of other users: left out
	taken   map[string]bool     // the cloud has accepted their release
	gone    map[string]bool     // it is proven that they have ended
	miss    map[string]*absence // of those that the cloud did not find
	shown   map[string]bool     // whether the last look has shown them
}

// releaseKind is what all instances of one call have in common.
type releaseKind struct {
	billing  BillingMode
	recycled bool
}

func (k releaseKind) compare(other releaseKind) int {
	return cmp.Or(cmp.Compare(k.billing, other.billing),
		cmp.Compare(fmt.Sprint(k.recycled), fmt.Sprint(other.recycled)))
}

// youngFor is how long a new instance may refuse its release because it is still being
// created. Until then, a refusal for its state needs no look.
const youngFor = time.Minute

func (c *Client) newRelease(region string) *release {
	r := &release{
		c: c, region: region, calls: c.newBatches("terminate"),
		foreign: map[string]bool{}, taken: map[string]bool{}, gone: map[string]bool{},
		miss: map[string]*absence{}, shown: map[string]bool{},
	}
	r.calls.region, r.calls.DividesTransient = region, true
	r.calls.Settle, r.calls.Divide = r.settle, r.groups
	return r
}

// settle returns the instances for which the refusal of their release stands.
func (r *release) settle(ctx context.Context, ids []string, err error) account.Refusal {
	alone := len(ids) == 1
	switch {
	case alone && errors.Is(err, ErrNotFound) && r.needsLook(ids[0]):
		return r.unreleased(ctx, ids, err)
	case alone && errors.Is(err, ErrNotFound):
		return r.missed(ids, err)
	case !alone && blamesSome(err):
		return r.unreleased(ctx, ids, err)
	case alone && errors.Is(err, ErrState) && time.Since(r.c.recent.at(ids[0])) > youngFor:
		// It may have ended by itself.
		return r.unreleased(ctx, ids, err)
	default:
		return account.Refusal{Left: ids, Err: err}
	}
}

// unreleased leaves out the instances that are already released, by this or another program.
// One look replaces a call for each of them. When all the others are too new to be released,
// the refusal is transient: they are waited for together.
func (r *release) unreleased(ctx context.Context, ids []string, refusal error) account.Refusal {
	seen, whole, err := r.c.seen(ctx, r.region, ids)
	if err != nil {
		return account.Refusal{Left: ids, Err: refusal}
	}
	left := r.recordLook(ids, seen)
	if errors.Is(refusal, ErrNotFound) {
		return r.unfound(left, seen, whole, refusal)
	}
	settled := func(id string) bool { return !r.c.recent.any([]string{id}) && seen[id].State != StatePending }
	transient := errors.Is(refusal, ErrState) && passes(refusal) && !slices.ContainsFunc(left, settled)
	return account.Refusal{Left: left, Err: refusal, Transient: transient}
}

// recordLook records what a look has shown, and returns the instances that it does not show as
// released.
func (r *release) recordLook(ids []string, seen map[string]Instance) (left []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range ids {
		i, shown := seen[id]
		r.shown[id] = shown
		if shown {
			r.miss[id].found()
		}
		switch i.State {
		case StateTerminated:
			r.gone[id] = true
		case StateTerminating:
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
func (r *release) unfound(ids []string, seen map[string]Instance, whole bool, refusal error) account.Refusal {
	var left, absent []string
	for _, id := range ids {
		_, shown := seen[id]
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

// all releases the instances, packed into as few requests as the cloud allows.
func (r *release) all(ctx context.Context, ids []string) {
	kinds := map[releaseKind][]string{}
	for _, id := range ids {
		kinds[r.kind(id)] = append(kinds[r.kind(id)], id)
	}
	var list []account.Group
	for _, kind := range slices.SortedFunc(maps.Keys(kinds), releaseKind.compare) {
		call := func(ctx context.Context, ids []string) error { return r.once(ctx, kind, ids) }
		for chunk := range slices.Chunk(kinds[kind], r.c.limits.IDsPerTerminate) {
			list = append(list, account.Group{IDs: chunk, Call: call})
		}
	}
	r.calls.Run(ctx, list)
}

func (r *release) once(ctx context.Context, kind releaseKind, ids []string) error {
	if ids = r.withoutForeign(ctx, ids); len(ids) == 0 {
		return nil
	}
	req := TerminateRequest{Region: r.region, IDs: ids, Billing: kind.billing, Recycled: kind.recycled}
	err := r.c.once(ctx, r.region, APITerminateInstances, len(ids), func(ctx context.Context) (string, error) {
		return "", r.c.driver.TerminateInstances(ctx, &req)
	})
	if err == nil {
		r.c.recent.forget(ids)
		r.c.markEnded(r.region, ids)
		r.accepted(ids)
	}
	return err
}

// withoutForeign returns the instances that are not known to belong to other users.
func (r *release) withoutForeign(ctx context.Context, ids []string) []string {
	if r.isForeign == nil {
		return ids
	}
	found := r.isForeign(ctx, ids)
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range found {
		r.foreign[id] = true
	}
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return r.foreign[id] })
}

// leftOut returns the given instances that were left out because they belong to other users.
func (r *release) leftOut(ids []string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !r.foreign[id] })
}

func (r *release) accepted(ids []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range ids {
		r.taken[id] = true
	}
}

// result reports the result for each instance. It reports a failed look only when that may be
// the reason why an instance was not released.
func (r *release) result(ids []string, lookErr error) (res TerminateResult, err error) {
	e := r.calls.problems(ids)
	for _, id := range ids {
		switch failed := e.Failed[id]; {
		case r.foreign[id]:
		case errors.Is(failed, ErrNotFound):
			res.Unknown = append(res.Unknown, id)
		case failed != nil:
		case r.gone[id]:
			res.Gone = append(res.Gone, id)
		default:
			res.Released = append(res.Released, id)
		}
	}
	if other := len(e.Failed) > len(res.Unknown); other && lookErr != nil {
		e.also = append(e.also, lookErr)
	}
	return res, e.orNil()
}
