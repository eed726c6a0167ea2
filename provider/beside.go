package provider

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/yunfan-cloud/yunfan/internal/marker"
	"github.com/yunfan-cloud/yunfan/internal/pages"
)

// Call is a call about something other than instances, such as a launch template. It is for
// packages beside this one, such as launchtemplate and placement. Its methods send the call
// under the rules for calls about instances:
//
//   - It waits for the budget of the account, and respects [Limits].Rates and [Options].Rates.
//   - Each attempt is one log record and one span.
//   - It is repeated for [Options].RetryFor, as long as a repetition is safe. What is safe
//     differs: see [Call.Read], [Call.Change], [Call.Delete] and [Call.Create].
//   - It ends with ctx.
//
// The function that a method gets is one attempt: it calls the driver once, with the ctx that
// it is given. It runs in the goroutine of the caller, once at a time.
type Call struct {
	Client *Client
	Region string // as the driver gets it; see [Client.Region]
	API    API    // for rates, records and errors: the name of the driver's method
}

// Read makes a call without effects. It may be repeated after every failure that passes.
func (c Call) Read(ctx context.Context, attempt func(ctx context.Context) (requestID string, err error)) error {
	return c.Client.repeat(ctx, passes, func(ctx context.Context) error { return c.once(ctx, attempt) })
}

// Change makes a call that has the same effect when it is made twice. It may be repeated after
// every failure that passes, also after a lost answer.
func (c Call) Change(ctx context.Context, attempt func(ctx context.Context) error) error {
	return c.Read(ctx, func(ctx context.Context) (string, error) { return "", attempt(ctx) })
}

// Delete is [Call.Change] for a call that deletes something. When an answer was lost, and a
// repetition finds nothing left to delete ([ErrNotFound]), the call has succeeded.
func (c Call) Delete(ctx context.Context, attempt func(ctx context.Context) error) error {
	maybe := false // an attempt may have been executed
	return c.Change(ctx, func(ctx context.Context) error {
		err := attempt(ctx)
		if maybe && errors.Is(err, ErrNotFound) {
			return nil
		}
		maybe = maybe || mayBeDone(err, false)
		return err
	})
}

// Create makes a call that creates something, and returns the ID of what was created, as the
// last attempt returned it. It repeats the call when it was certainly not executed. After a
// lost answer it repeats the call only if the cloud recognizes the repetition by its token.
// Otherwise the error is [ErrOutcomeUnknown].
//
// Token is the token of the user. If it is "", Create draws one where [Limits].Idempotent names
// the call; each attempt gets the same token. An attempt without an ID and without an error is
// an error that matches [ErrOutcomeUnknown]. RequestID is for this error and for the records.
func (c Call) Create(
	ctx context.Context, token string, attempt func(ctx context.Context, token string) (id, requestID string, err error),
) (id string, err error) {
	if token == "" && slices.Contains(c.Client.limits.Idempotent, c.API) {
		token = "yunfan-" + marker.RandomID()
	}
	byToken := token != ""
	again := func(err error) bool { return passes(err) && judge(err, byToken).MayRepeat(byToken) }
	maybe := false // an attempt may have been executed
	one := func(ctx context.Context) (requestID string, err error) {
		id, requestID, err = attempt(ctx, token)
		if id == "" && err == nil {
			err = c.nameless(requestID)
		}
		maybe = maybe || mayBeDone(err, byToken)
		return requestID, err
	}
	err = c.Client.repeat(ctx, again, func(ctx context.Context) error { return c.once(ctx, one) })
	if err != nil && maybe && !errors.Is(err, ErrOutcomeUnknown) {
		err = fmt.Errorf("%w: %w", ErrOutcomeUnknown, err)
	}
	return id, err
}

// once makes one attempt.
func (c Call) once(ctx context.Context, attempt func(context.Context) (requestID string, err error)) error {
	return c.Client.once(ctx, c.Region, c.API, 0, attempt)
}

// nameless returns the error of a create whose answer does not say what was created.
func (c Call) nameless(requestID string) error {
	return &APIError{
		Driver: c.Client.name, Op: string(c.API), RequestID: requestID,
		Message: "the answer does not name what was created", Outcome: OutcomeUnknown,
	}
}

// Page is one page of a list, as a driver returns it.
type Page[T any] struct {
	Items     []T
	NextPage  string // "" on the last page
	RequestID string
}

// ReadPages reads a list, page by page as the loop goes on. It gives each page the token of
// the page, "" for the first one. Each page is a [Call.Read]. The loop ends after the first
// error, which comes with a zero value. The loop may be run again.
func ReadPages[T any](
	ctx context.Context, c Call, page func(ctx context.Context, pageToken string) (*Page[T], error),
) iter.Seq2[T, error] {
	return pages.All(func(token string) ([]T, string, error) {
		var p *Page[T]
		err := c.Read(ctx, func(ctx context.Context) (requestID string, err error) {
			if p, err = page(ctx, token); err != nil {
				return "", err
			}
			return p.RequestID, nil
		})
		if err != nil {
			return nil, "", err
		}
		return p.Items, p.NextPage, nil
	})
}

// Batch is a change of many instances that is no change of their power, such as a move into a
// placement group. See [Call.EachInstance]. Several goroutines may call its functions at a time.
type Batch struct {
	What string // for errors: "move into pg-1"
	Size int    // instances in a call at most

	// AtMostOnce means that a call that may have been carried out is not repeated. Its
	// instances then have an error that matches [ErrOutcomeUnknown].
	AtMostOnce bool

	// Attempt is one call for some of the instances.
	Attempt func(ctx context.Context, ids []string) error

	// Changed reads which instances have changed already. It is asked after a refusal for the
	// state of instances ([ErrState]): some clouds refuse a change that is made already, also
	// by an earlier call whose answer was lost.
	Changed func(ctx context.Context) (ids []string, err error)
}

// EachInstance makes a change of instances in as few calls as possible. No ID is empty or given
// twice. One instance that cannot be changed does not stop the others. New instances that the
// cloud does not know yet are tried again for [Options].VisibleWithin. Instances on their way
// from one state to another are tried again for [Options].RetryFor. Failures are a
// *[BatchError]. A *[FieldError] of an attempt is about its options: it is returned alone.
func (c Call) EachInstance(ctx context.Context, ids []string, b Batch) error {
	r := c.Client.newChange(b.What, func(ctx context.Context, ids []string) ([]string, bool, error) {
		return c.unchanged(ctx, ids, b)
	})
	r.atMostOnce = b.AtMostOnce
	return r.all(ctx, ids, max(b.Size, 1), func(ctx context.Context, ids []string) error {
		return c.Client.once(ctx, c.Region, c.API, len(ids), func(ctx context.Context) (string, error) {
			return "", b.Attempt(ctx, ids)
		})
	})
}

// unchanged returns the instances that have not changed already, and whether all of them may
// be changing their state.
func (c Call) unchanged(ctx context.Context, ids []string, b Batch) (left []string, moving bool, err error) {
	changed, err := b.Changed(ctx)
	if err != nil {
		return nil, false, err
	}
	left = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return slices.Contains(changed, id) })
	if len(left) == 0 {
		return nil, false, nil
	}
	seen, whole, err := c.Client.seen(ctx, c.Region, left)
	return left, err == nil && allMoving(seen, left, whole), nil
}
