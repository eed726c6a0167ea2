package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/yunfan-cloud/yunfan/internal/account"
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
	r.RetryFor, r.Judge = c.opts.RetryFor, r.judge
	return r
}

// judge returns what the error of a call means for the instances named in the call.
func (r *batches) judge(err error) account.Verdict {
	answered := errors.As(err, new(*APIError))
	v := account.Verdict{
		Passes:     passes(err),
		After:      retryAfter(err),
		BlamesSome: blamesSome(err),
		ByState:    errors.Is(err, ErrState),
		MayBeDone:  r.atMostOnce && answered && mayBeDone(err, false),
	}
	var p *partial
	if errors.As(err, &p) {
		v.Named = p.failed
	}
	return v
}

// partial is the error of a call that the cloud carried out for only some of its instances.
type partial struct{ failed map[string]error }

// Error counts the instances. Their errors are reported one by one.
func (e *partial) Error() string { return fmt.Sprintf("%d instances refused", len(e.failed)) }

// Is matches throttling, so that the budget also slows down when only a few instances of a
// call were throttled.
func (e *partial) Is(target error) bool {
	return target == ErrThrottled && slices.ContainsFunc(slices.Collect(maps.Values(e.failed)), func(err error) bool {
		return errors.Is(err, ErrThrottled)
	})
}

// all makes every call and returns the failures as a *[BatchError].
func (r *batches) all(ctx context.Context, list []account.Group) error {
	r.Run(ctx, list)
	var ids []string
	for _, b := range list {
		ids = append(ids, b.IDs...)
	}
	return r.problems(ids).orNil()
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
			r.what, names(o.Asked), o.ID, o.Err))
	}
	return e
}

// fail records why a call for instances failed.
func (r *batches) fail(ids []string, err error) { r.Fail(ids, account.Failure{Err: err}) }

// blamesSome reports whether only a few instances may have caused the error of a call. An
// error of the driver itself, a *[FieldError], is about the whole call.
func blamesSome(err error) bool {
	if !errors.As(err, new(*APIError)) {
		return false
	}
	kinds := []error{ErrNotFound, ErrState, ErrInvalid, errors.ErrUnsupported}
	return slices.ContainsFunc(kinds, func(kind error) bool {
		return errors.Is(err, kind)
	})
}
