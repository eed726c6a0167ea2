package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/yunfan-cloud/yunfan/internal/sorted"
)

// parallelCalls is how many calls one request of the caller makes at a time.
// The account's budget decides how fast they really go.
const parallelCalls = 8

// batch is a group of servers that one call is about.
type batch struct {
	ids  []string
	call func(ctx context.Context, ids []string) error

	// first is what an earlier call has said about the group already. It stands
	// for the first attempt.
	first error

	// settled tells that settle has seen the group, as part of a larger one.
	settled bool
}

// batches makes calls about groups of servers side by side: repeats what is
// worth it, and takes a group apart when the cloud refuses all of it because of
// one. A server that has to be waited for holds up no other.
type batches struct {
	c     *Client
	what  string        // "terminate", for errors
	slots chan struct{} // one for each call that may be in flight

	// atMostOnce tells that a call that may have been carried out must not be
	// made again.
	atMostOnce bool

	// divides tells that a group is taken apart also when a passing refusal has
	// not passed in time: some of its servers may be held up by another.
	divides bool

	// settle has the last word about servers that were refused together: it
	// returns those for whom the refusal stands, and the refusal, which is
	// [passing] if it is worth a repetition. Nil means that it stands for all.
	settle func(ctx context.Context, ids []string, err error) ([]string, error)
}

// passing is a refusal for a reason that will pass by itself, though it does not
// say so.
type passing struct{ error }

// Unwrap returns the refusal.
func (p passing) Unwrap() error { return p.error }

func isPassing(err error) bool { return errors.As(err, new(passing)) }

func (c *Client) newBatches(what string) *batches {
	return &batches{c: c, what: what, slots: make(chan struct{}, parallelCalls)}
}

// partial is the error of a call that the cloud carried out for some of its
// servers only.
type partial struct{ failed map[string]error }

// Error counts the servers; their errors are told one by one.
func (e *partial) Error() string { return fmt.Sprintf("%d servers refused", len(e.failed)) }

// Is finds throttling, so that the budget slows down also when only a few
// servers of a call were throttled.
func (e *partial) Is(target error) bool {
	return target == ErrThrottled && slices.ContainsFunc(slices.Collect(maps.Values(e.failed)), func(err error) bool {
		return errors.Is(err, ErrThrottled)
	})
}

// all makes every call and joins what went wrong.
func (r *batches) all(ctx context.Context, list []batch) error {
	ctx = inLine(ctx)
	var g sync.WaitGroup
	errs := make([]error, len(list))
	for i := range list {
		g.Go(func() { errs[i] = r.one(ctx, list[i]) })
	}
	g.Wait()
	return errors.Join(errs...)
}

// one makes one call, repeats it while that helps, and takes it apart.
func (r *batches) one(ctx context.Context, b batch) error {
	left := b.ids
	again := func(err error) bool { return len(left) == len(b.ids) && r.worthwhile(err, b.ids) }
	err := r.c.repeat(ctx, again, func() (err error) {
		left, err = r.attempt(ctx, &b)
		return err
	})
	var p *partial
	switch {
	case err == nil || len(left) == 0:
		return nil
	case errors.As(err, &p):
		return r.rest(ctx, b, p)
	case len(left) < len(b.ids):
		return r.one(ctx, batch{ids: left, call: b.call})
	case blamesOne(err, left) && (r.divides || !isPassing(err)) && !r.mayBeDone(err) && ctx.Err() == nil:
		half := len(left) / 2
		return r.all(ctx, []batch{
			{ids: left[:half], call: b.call, settled: true},
			{ids: left[half:], call: b.call, settled: true},
		})
	case r.mayBeDone(err):
		err = fmt.Errorf("%w: %w", ErrOutcomeUnknown, err)
	}
	return fmt.Errorf("%s %v: %w", r.what, left, err)
}

// attempt makes one call and returns the servers that were refused. The parts of
// a group that was settled as a whole are not settled again, but for single
// servers: while their calls are repeated, their state may change.
func (r *batches) attempt(ctx context.Context, b *batch) ([]string, error) {
	err := r.call(ctx, b)
	if err == nil || r.settle == nil || ctx.Err() != nil || b.settled && len(b.ids) > 1 || errors.As(err, new(*partial)) {
		return b.ids, err
	}
	return r.settle(ctx, b.ids, err)
}

// rest goes on with the servers that a call left out, one by one.
func (r *batches) rest(ctx context.Context, b batch, p *partial) error {
	var alone, final []string
	for _, id := range b.ids {
		switch err := p.failed[id]; {
		case err == nil:
		case errors.Is(err, ErrState) && !safeAgain(err):
			final = append(final, id)
		default:
			alone = append(alone, id)
		}
	}
	if len(final) > 1 && r.settle != nil && ctx.Err() == nil { // together first: most of them may be settled
		final, _ = r.settle(ctx, final, p.failed[final[0]])
	}
	var list []batch
	for _, id := range append(alone, final...) {
		list = append(list, batch{ids: []string{id}, call: b.call, first: p.failed[id]})
	}
	return errors.Join(r.all(ctx, list), r.strangers(b.ids, p))
}

// strangers is about refusals of servers that the call did not name. They must
// not be lost: one of ours may hide behind another spelling.
func (r *batches) strangers(ids []string, p *partial) error {
	var errs []error
	for _, id := range sorted.Keys(p.failed) {
		if !slices.Contains(ids, id) && p.failed[id] != nil {
			errs = append(errs, fmt.Errorf("%s %v: the cloud refused %q instead: %w", r.what, ids, id, p.failed[id]))
		}
	}
	return errors.Join(errs...)
}

// worthwhile tells whether to make a failed call again as it was.
func (r *batches) worthwhile(err error, ids []string) bool {
	if r.mayBeDone(err) {
		return false
	}
	return isPassing(err) || safeAgain(err) && !blamesOne(err, ids)
}

// mayBeDone tells of calls that must not be made twice whether this one may
// have been carried out.
func (r *batches) mayBeDone(err error) bool {
	var e *APIError
	return r.atMostOnce && errors.As(err, &e) && e.Outcome != OutcomeRejected && e.Outcome != OutcomeThrottled
}

// call makes one call when its turn comes.
func (r *batches) call(ctx context.Context, b *batch) error {
	if err := b.first; err != nil {
		b.first = nil
		return err
	}
	select {
	case r.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-r.slots }()
	err := b.call(ctx, b.ids)
	var p *partial
	if len(b.ids) == 1 && errors.As(err, &p) && p.failed[b.ids[0]] != nil {
		return p.failed[b.ids[0]]
	}
	return err
}

// blamesOne tells whether an error of a batch may be the fault of a few of its
// IDs. What the driver refused by itself, a *[FieldError], is not.
func blamesOne(err error, ids []string) bool {
	if len(ids) < 2 || !errors.As(err, new(*APIError)) {
		return false
	}
	return slices.ContainsFunc([]error{ErrNotFound, ErrState, ErrInvalid, errors.ErrUnsupported}, func(kind error) bool {
		return errors.Is(err, kind)
	})
}
