package provider

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/account"
	"github.com/yunfan-cloud/yunfan/internal/wording"
)

// TerminateOptions are for [Client.TerminateInstances]. Nil is the default.
type TerminateOptions struct {
	// Wait waits until the instances whose release the cloud accepted are gone.
	Wait bool

	// MissingOK means that instances which the region does not know are no error. They are
	// still in TerminateResult.Unknown: some may exist and keep running.
	MissingOK bool
}

// TerminateResult reports the result for each instance, in the requested order. An instance
// that is in none of the lists could not be released: the *[BatchError] beside the result has
// the reason.
type TerminateResult struct {
	// Released are those whose release the cloud accepted, now or shortly before.
	Released []string

	// Gone are those that existed and do not exist any more. The cloud says so, or it does not
	// know them any more after it accepted their release or showed them.
	Gone []string

	// Unknown are those that this region does not know, and that are not proven to be gone.
	// They may be in another region, invisible to these credentials, or not visible yet. They
	// are in the error as well.
	Unknown []string

	// MayAppear is how many instances may still become visible at most after
	// [Operation.Terminate]: creates that were given up in the last 15 minutes may have made
	// them. It is not an error, since most such creates made nothing. Keep the operation's
	// token until MayAppear is 0, and call Terminate again: that releases the instances that
	// have appeared. [Client.TerminateInstances] leaves it 0.
	MayAppear int
}

// TerminateInstances releases instances for good, in as few calls as the cloud allows, and
// reports the result for each. Where a release only moves instances to a recycle bin, as CVM
// does with prepaid ones, it waits for the move and releases them there too.
//
// A second release is no error: the instance is Released or Gone. An instance that the region
// does not know is an error that matches [ErrNotFound], unless TerminateOptions.MissingOK. An
// instance that was never seen never counts as gone. New instances that the cloud does not
// know yet are tried again for [Options].VisibleWithin. An instance that was seen and is not
// found any more is asked about for about half a minute before it counts as gone. Instances
// that are too new to be released are tried again for [Options].RetryFor.
//
// Failures are a *[BatchError]; the other instances are released. A release does not depend on
// a look. Some clouds release instances differently by billing mode. When such a cloud cannot
// be asked for the mode, the instances are released as on demand, which loses no prepaid
// money. Prepaid ones may then be refused, or stay in a recycle bin until the cloud empties
// it. Without IDs nothing is sent. An empty ID is an error, and nothing is released.
func (c *Client) TerminateInstances(
	ctx context.Context, region string, ids []string, o *TerminateOptions,
) (TerminateResult, error) {
	if o == nil {
		o = &TerminateOptions{}
	}
	region = c.region(region)
	ids = distinctIDs(ids)
	if err := checkIDs(ids); err != nil || len(ids) == 0 {
		return TerminateResult{}, err
	}
	res, err := c.terminate(ctx, region, ids)
	var b *BatchError
	if o.MissingOK && errors.As(err, &b) {
		err = b.without(res.Unknown)
	}
	if !o.Wait || len(res.Released) == 0 || ctx.Err() != nil {
		return res, err
	}
	return res, wording.Paragraph(c.name, err, c.waitReleased(ctx, region, res.Released))
}

// terminate releases instances, each named once, and reports the result for each. Its error is
// a *[BatchError] about all that are neither released nor gone.
func (c *Client) terminate(ctx context.Context, region string, ids []string) (TerminateResult, error) {
	return c.newRelease(region).run(ctx, ids)
}

// run makes the release.
func (r *release) run(ctx context.Context, ids []string) (TerminateResult, error) {
	lookErr := r.lookUpKinds(ctx, ids)
	if lookErr != nil {
		lookErr = fmt.Errorf("looking up how the instances are to be released: %w", lookErr)
	}
	if lookErr != nil && ctx.Err() != nil {
		r.calls.fail(ids, lookErr)
		return r.result(ids, nil)
	}
	r.all(ctx, ids)
	r.emptyBin(ctx, ids)
	return r.result(ids, lookErr)
}

// checkIDs refuses an empty ID: some clouds would treat it as no filter at all.
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

// tooNew reports whether an instance may be missing only because the cloud does not show its
// creation yet.
func (c *Client) tooNew(err error, id string) bool {
	return errors.Is(err, ErrNotFound) && c.recent.any([]string{id})
}

// notYetVisible returns the refusal for an instance that is too new to be found. It is
// transient as long as the instance is new.
func (c *Client) notYetVisible(id string, refusal error) account.Refusal {
	return account.Refusal{Left: []string{id}, Err: refusal, Transient: true, Until: c.visibleBy(id)}
}

// visibleBy returns until when a new instance may stay invisible, zero for others.
func (c *Client) visibleBy(id string) time.Time {
	born := c.recent.at(id)
	if born.IsZero() {
		return born
	}
	return born.Add(c.opts.VisibleWithin)
}
