package provider

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/account"
	"github.com/yunfan-cloud/yunfan/internal/wording"
)

// batches are the calls of one request about several instances. They know what errors mean and
// the words for them. [account.Batches] repeats and splits the calls.
type batches struct {
	account.Batches
	what   string // "terminate", for errors
	region string // for errors; "" where it does not matter

	// atMostOnce reports that a call that may have been carried out must not be repeated.
	atMostOnce bool
}

func (c *Client) newBatches(what string) *batches {
	r := &batches{what: what}
	r.RetryFor, r.Judge, r.Observer = c.opts.RetryFor, r.judge, c.tel
	return r
}

// newChange returns the calls of a request that changes instances. After a refusal for the
// state of instances, look returns those that still need the change, and whether all of them
// are on their way to another state.
func (c *Client) newChange(
	what string, look func(ctx context.Context, ids []string) (left []string, moving bool, err error),
) *batches {
	r := c.newBatches(what)
	account.Change{NewUntil: c.visibleBy, Look: look}.Prepare(&r.Batches)
	return r
}

// judge returns what the error of a call means for the instances named in the call.
func (r *batches) judge(err error) account.Verdict {
	v := verdictOf(err)
	v.MayBeDone = r.atMostOnce && errors.As(err, new(*APIError)) && mayBeDone(err, false)
	return v
}

// all makes one call for every perCall instances, and returns the failures as a *[BatchError].
// A *[FieldError] is about the options: it is the same for every instance, and nothing was sent.
func (r *batches) all(
	ctx context.Context, ids []string, perCall int, call func(ctx context.Context, ids []string) error,
) error {
	r.Run(ctx, account.Groups(ids, perCall, call))
	err := r.problems(ids).orNil()
	var field *FieldError
	if errors.As(err, &field) {
		return field
	}
	return err
}

// problems returns the failures of instances, in their order.
func (r *batches) problems(ids []string) *BatchError {
	e := &BatchError{Op: r.what, Region: r.region, Failed: map[string]error{}}
	for _, id := range ids {
		f := r.Failed(id)
		if f.Err == nil {
			continue
		}
		if f.MayBeDone {
			f.Err = fmt.Errorf("%w: %w", ErrOutcomeUnknown, f.Err)
		}
		e.ids = append(e.ids, id)
		e.Failed[id] = f.Err
	}
	for _, o := range r.RefusalsOfOtherIDs() {
		e.also = append(e.also, fmt.Errorf("%s %s: the cloud refused %q instead: %w",
			r.what, wording.Some(o.Asked), o.ID, o.Err))
	}
	return e
}

// visibleBy returns until when a new instance may stay invisible, zero for others.
func (c *Client) visibleBy(id string) time.Time {
	born := c.recent.At(id)
	if born.IsZero() {
		return born
	}
	return born.Add(c.opts.VisibleWithin)
}

// checkIDs refuses an empty ID: some clouds would treat it as no filter at all.
func checkIDs(ids []string) error {
	var k Checker
	k.NoneEmpty("IDs", ids)
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
