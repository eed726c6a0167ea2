package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
)

// release is one request to release servers.
type release struct {
	c      *Client
	region string
	calls  *batches
	seen   map[string]releaseKind // nil where one call fits all

	mu    sync.Mutex
	taken map[string]bool // the cloud has accepted their release
}

// releaseKind is what all servers of one call have in common.
type releaseKind struct {
	billing  BillingMode
	recycled bool
}

func (k releaseKind) compare(other releaseKind) int {
	return cmp.Or(cmp.Compare(k.billing, other.billing), cmp.Compare(fmt.Sprint(k.recycled), fmt.Sprint(other.recycled)))
}

func (c *Client) newRelease(region string) *release {
	r := &release{c: c, region: region, calls: c.newBatches("terminate"), taken: map[string]bool{}}
	r.calls.divides = true
	r.calls.settle = func(ctx context.Context, ids []string, err error) ([]string, error) {
		switch {
		case blamesOne(err, ids):
			return r.unreleased(ctx, ids, err)
		case len(ids) == 1 && errors.Is(err, ErrState) && !c.recent.any(ids): // it may have ended by itself
			return r.unreleased(ctx, ids, err)
		case len(ids) > 1 || !errors.Is(err, ErrNotFound):
			return ids, err
		case c.tooNew(err, ids[0]):
			return ids, passing{err}
		default:
			return nil, nil // gone already
		}
	}
	return r
}

// unreleased leaves out the servers that are released already, by us or by
// somebody else: one look instead of a call for each of them. A server counts as
// gone that the look does not show when the cloud did not find one of them
// either, unless it is too new to be seen. When all of them are too new to be
// released, the refusal is passing: they are waited for together.
func (r *release) unreleased(ctx context.Context, ids []string, refusal error) ([]string, error) {
	seen, err := r.c.seen(ctx, r.region, ids)
	if err != nil {
		return ids, refusal
	}
	left := slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		i, there := seen[id]
		if !there {
			return errors.Is(refusal, ErrNotFound) && !r.c.tooNew(refusal, id)
		}
		return i.State == StateTerminating || i.State == StateTerminated
	})
	settled := func(id string) bool { return !r.c.recent.any([]string{id}) && seen[id].State != StatePending }
	if errors.Is(refusal, ErrState) && safeAgain(refusal) && !slices.ContainsFunc(left, settled) {
		refusal = passing{refusal}
	}
	return left, refusal
}

// look finds out what kinds the servers are of, where the cloud releases them
// differently by how they are paid for, or when they lie in a recycle bin.
func (r *release) look(ctx context.Context, ids []string) error {
	if !r.c.limits.TerminateByBilling && !r.c.limits.RecycleBin {
		return nil
	}
	r.seen = make(map[string]releaseKind, len(ids))
	for i, err := range r.c.DescribeInstances(ctx, Query{Region: r.region, IDs: ids}) {
		if err != nil {
			return err
		}
		r.see(i)
	}
	return nil
}

func (r *release) see(i Instance) {
	r.seen[i.ID] = releaseKind{billing: i.Billing, recycled: i.State == StateRecycled}
}

// kind returns what a server has in common with others, as far as the cloud's
// calls tell it apart. Servers that are too new to be seen, or gone, count as on
// demand: the mode whose release cannot lose prepaid money.
func (r *release) kind(id string) (k releaseKind) {
	if r.c.limits.TerminateByBilling {
		k.billing = cmp.Or(r.seen[id].billing, OnDemand)
	}
	k.recycled = r.c.limits.RecycleBin && r.seen[id].recycled
	return k
}

// all releases the servers, packed into requests that one call may carry.
func (r *release) all(ctx context.Context, ids []string) error {
	kinds := map[releaseKind][]string{}
	for _, id := range ids {
		kinds[r.kind(id)] = append(kinds[r.kind(id)], id)
	}
	var list []batch
	for _, kind := range slices.SortedFunc(maps.Keys(kinds), releaseKind.compare) {
		call := func(ctx context.Context, ids []string) error { return r.once(ctx, kind, ids) }
		for chunk := range slices.Chunk(kinds[kind], r.c.limits.IDsPerTerminate) {
			list = append(list, batch{ids: chunk, call: call})
		}
	}
	return r.calls.all(ctx, list)
}

func (r *release) once(ctx context.Context, kind releaseKind, ids []string) error {
	req := TerminateRequest{Region: r.region, IDs: ids, Billing: kind.billing, Recycled: kind.recycled}
	err := r.c.once(ctx, r.region, APITerminateInstances, len(ids), func(ctx context.Context) (string, error) {
		return "", r.c.driver.TerminateInstances(ctx, &req)
	})
	if err == nil {
		r.c.recent.forget(ids)
		r.accepted(ids)
	}
	return err
}

func (r *release) accepted(ids []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range ids {
		r.taken[id] = true
	}
}

// recyclable returns the servers that their release may only have moved to the
// recycle bin: prepaid ones, and those that nobody has seen before.
func (r *release) recyclable(ids []string) []string {
	if !r.c.limits.RecycleBin {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		k, seen := r.seen[id]
		return !r.taken[id] || seen && (k.billing != Prepaid || k.recycled)
	})
}

// emptyBin releases once more what the first call has only moved to the recycle
// bin. A server that cannot be released keeps no other in the bin.
func (r *release) emptyBin(ctx context.Context, ids []string) error {
	ids = r.recyclable(ids)
	if len(ids) == 0 {
		return nil
	}
	w := newWaiter(r.c, StateTerminated, ids, nil)
	w.released = true
	ended, err := w.wait(ctx, r.c.leavingTarget(r.region))
	if err != nil {
		err = fmt.Errorf("releasing servers from the recycle bin: %w", err)
	}
	var left []string
	for _, i := range ended {
		if i.State == StateRecycled {
			r.see(i)
			left = append(left, i.ID)
		}
	}
	return errors.Join(err, r.all(ctx, left))
}
