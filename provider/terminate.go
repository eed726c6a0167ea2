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

// parallelCalls is how many calls one request of the caller makes at a time.
// The account's budget decides how fast they really go.
const parallelCalls = 8

// TerminateOptions are for [Client.TerminateInstances]. Nil is the default.
type TerminateOptions struct {
	// Wait waits until the servers are gone.
	Wait bool
}

// TerminateInstances releases servers, in as few calls as the cloud allows.
// Servers that do not exist are skipped: releasing twice is no error. A server
// that is too new to be released is tried again for up to [Options].RetryFor.
// The error joins what went wrong and names the servers concerned; the others
// are released all the same, but not waited for. No IDs are no calls; an empty
// ID is an error, and nothing is released.
func (c *Client) TerminateInstances(ctx context.Context, region string, ids []string, o *TerminateOptions) error {
	region = c.region(region)
	ids = distinctIDs(ids)
	if err := checkIDs(ids); err != nil || len(ids) == 0 {
		return err
	}
	groups, err := c.terminateGroups(ctx, region, ids)
	if err != nil {
		return err
	}
	r := release{c: c, slots: make(chan struct{}, parallelCalls)}
	if err := r.all(ctx, groups); err != nil || o == nil || !o.Wait {
		return err
	}
	_, err = c.WaitInstances(ctx, region, ids, StateTerminated, nil)
	return err
}

// checkIDs refuses an empty ID: some clouds would take it for no filter at all.
func checkIDs(ids []string) error {
	var k Checker
	notEmpty(&k, "IDs", ids)
	return k.Err()
}

// distinctIDs returns the IDs, each once, in their order.
func distinctIDs(ids []string) []string {
	seen := make(map[string]bool, len(ids))
	var out []string
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	return out
}

// terminateGroups packs IDs into requests that one call may carry. Where the
// cloud wants servers of one billing mode together, it looks the modes up first.
func (c *Client) terminateGroups(ctx context.Context, region string, ids []string) ([]TerminateRequest, error) {
	byMode := map[BillingMode][]string{"": ids}
	if c.limits.TerminateByBilling {
		var err error
		if byMode, err = c.byBilling(ctx, region, ids); err != nil {
			return nil, fmt.Errorf("looking up how the servers are billed: %w", err)
		}
	}
	var out []TerminateRequest
	for _, mode := range slices.Sorted(maps.Keys(byMode)) {
		for chunk := range slices.Chunk(byMode[mode], c.limits.IDsPerTerminate) {
			out = append(out, TerminateRequest{Region: region, IDs: chunk, Billing: mode})
		}
	}
	return out, nil
}

// byBilling groups IDs, and no others, by how their servers are paid for.
// Servers that are too new to be seen, or gone, count as on demand: the mode
// whose release cannot lose prepaid money.
func (c *Client) byBilling(ctx context.Context, region string, ids []string) (map[BillingMode][]string, error) {
	modes := make(map[string]BillingMode, len(ids))
	for i, err := range c.DescribeInstances(ctx, Query{Region: region, IDs: ids}) {
		if err != nil {
			return nil, err
		}
		modes[i.ID] = i.Billing
	}
	byMode := map[BillingMode][]string{}
	for _, id := range ids {
		mode := cmp.Or(modes[id], OnDemand)
		byMode[mode] = append(byMode[mode], id)
	}
	return byMode, nil
}

// release is one TerminateInstances on its way.
type release struct {
	c     *Client
	slots chan struct{} // one for each call that may be in flight
}

// all makes the calls side by side. A server that has to be waited for holds up
// no other.
func (r *release) all(ctx context.Context, groups []TerminateRequest) error {
	var g sync.WaitGroup
	errs := make([]error, len(groups))
	for i := range groups {
		g.Go(func() { errs[i] = r.group(ctx, groups[i]) })
	}
	g.Wait()
	return errors.Join(errs...)
}

// group makes one call, repeats it while that helps, and takes the group apart
// when the cloud refuses all of it because of one.
func (r *release) group(ctx context.Context, req TerminateRequest) error {
	again := func(err error) bool {
		return r.tooNew(err, &req) || safeAgain(err) && !blamesOne(err, &req)
	}
	err := r.c.repeat(ctx, again, func() error { return r.call(ctx, &req) })
	switch {
	case err == nil:
		r.c.recent.forget(req.IDs)
		return nil
	case blamesOne(err, &req) && ctx.Err() == nil:
		half := len(req.IDs) / 2
		a, b := req, req
		a.IDs, b.IDs = req.IDs[:half], req.IDs[half:]
		return r.all(ctx, []TerminateRequest{a, b})
	case len(req.IDs) == 1 && errors.Is(err, ErrNotFound) && !r.tooNew(err, &req):
		return nil
	default:
		return fmt.Errorf("terminate %v: %w", req.IDs, err)
	}
}

// call makes one call.
func (r *release) call(ctx context.Context, req *TerminateRequest) error {
	select {
	case r.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-r.slots }()
	return r.c.once(ctx, req.Region, APITerminateInstances, len(req.IDs), func(ctx context.Context) (string, error) {
		return "", r.c.driver.TerminateInstances(ctx, req)
	})
}

// tooNew tells whether a server is not found because the cloud has not caught
// up with its creation.
func (r *release) tooNew(err error, req *TerminateRequest) bool {
	return len(req.IDs) == 1 && errors.Is(err, ErrNotFound) && r.c.recent.any(req.IDs)
}

// blamesOne tells whether an error of a batch may be the fault of a few of its IDs.
func blamesOne(err error, req *TerminateRequest) bool {
	return len(req.IDs) > 1 && (errors.Is(err, ErrNotFound) || errors.Is(err, ErrState) || errors.Is(err, ErrInvalid))
}
