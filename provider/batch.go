package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/sorted"
)

// parallelCalls is how many calls one request of the caller makes at a time.
// The account's budget decides how fast they really go.
const parallelCalls = 8

// batch is a group of instances that one call is about.
type batch struct {
	ids  []string
	call func(ctx context.Context, ids []string) error

	// first is what an earlier call has said about the group already. It stands
	// for the first attempt.
	first error

	// settled reports that settle has seen the group, as part of a larger one.
	settled bool
}

// batches makes calls about groups of instances side by side: repeats what is
// worth it, and takes a group apart when the cloud refuses all of it because of
// one. An instance that has to be waited for holds up no other.
type batches struct {
	c      *Client
	what   string        // "terminate", for errors
	region string        // for errors; "" where it does not matter
	slots  chan struct{} // one for each call that may be in flight

	// atMostOnce reports that a call that may have been carried out must not be
	// made again.
	atMostOnce bool

	// divides reports that a group is taken apart also when a passing refusal has
	// not passed in time: some of its instances may be held up by another.
	divides bool

	// settle has the last word about instances that were refused together: it
	// returns those for whom the refusal stands, and the refusal, which is
	// [passing] if it is worth a repetition. Nil means that it stands for all.
	settle func(ctx context.Context, ids []string, err error) ([]string, error)

	// groups sorts instances that were refused together into groups to ask about
	// one by one. Nil, or one group of all, means halves.
	groups func(ids []string) [][]string

	mu     sync.Mutex
	failed map[string]error
	also   []error // what is not about one of the instances
}

// passing is a refusal for a reason that will pass by itself, though it does not
// say so.
type passing struct {
	error

	// until is when there is no more use in waiting for it to pass. Zero means until
	// RetryFor is over.
	until time.Time
}

// Unwrap returns the refusal.
func (p passing) Unwrap() error { return p.error }

func isPassing(err error) bool { return errors.As(err, new(passing)) }

func (c *Client) newBatches(what string) *batches {
	return &batches{c: c, what: what, slots: make(chan struct{}, parallelCalls), failed: map[string]error{}}
}

// partial is the error of a call that the cloud carried out for some of its
// instances only.
type partial struct{ failed map[string]error }

// Error counts the instances; their errors are told one by one.
func (e *partial) Error() string { return fmt.Sprintf("%d instances refused", len(e.failed)) }

// Is finds throttling, so that the budget slows down also when only a few
// instances of a call were throttled.
func (e *partial) Is(target error) bool {
	return target == ErrThrottled && slices.ContainsFunc(slices.Collect(maps.Values(e.failed)), func(err error) bool {
		return errors.Is(err, ErrThrottled)
	})
}

// all makes every call and returns what went wrong, as a *[BatchError].
func (r *batches) all(ctx context.Context, list []batch) error {
	r.run(ctx, list)
	var ids []string
	for _, b := range list {
		ids = append(ids, b.ids...)
	}
	return r.problems(ids).orNil()
}

// run makes every call.
func (r *batches) run(ctx context.Context, list []batch) {
	ctx = inLine(ctx)
	var g sync.WaitGroup
	for _, b := range list {
		g.Go(func() { r.one(ctx, b) })
	}
	g.Wait()
}

// problems returns what went wrong with instances, in their order.
func (r *batches) problems(ids []string) *BatchError {
	r.mu.Lock()
	defer r.mu.Unlock()
	e := &BatchError{Op: r.what, Region: r.region, Failed: map[string]error{}, also: slices.Clone(r.also)}
	for _, id := range ids {
		if err := r.failed[id]; err != nil {
			e.ids = append(e.ids, id)
			e.Failed[id] = err
		}
	}
	return e
}

// fail records the last word about instances.
func (r *batches) fail(ids []string, err error) {
	if p, ok := err.(passing); ok { //nolint:errorlint // what is around it says more
		err = p.error
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range ids {
		r.failed[id] = err
	}
}

// one makes one call, repeats it while that helps, and takes it apart.
func (r *batches) one(ctx context.Context, b batch) {
	left := b.ids
	again := func(err error) bool { return len(left) == len(b.ids) && r.worthwhile(err, b.ids) }
	err := r.c.repeat(ctx, again, func(ctx context.Context) (err error) {
		left, err = r.attempt(ctx, &b)
		return err
	})
	var p *partial
	switch {
	case err == nil || len(left) == 0:
	case errors.As(err, &p):
		r.rest(ctx, b, p)
	case len(left) < len(b.ids) || r.splits(ctx, err, left):
		r.run(ctx, r.apart(b, left))
	case r.mayBeDone(err):
		r.fail(left, fmt.Errorf("%w: %w", ErrOutcomeUnknown, err))
	default:
		r.fail(left, err)
	}
}

// splits reports whether a group that was refused is worth taking apart.
func (r *batches) splits(ctx context.Context, err error, left []string) bool {
	inTime := r.divides || !isPassing(err)
	return blamesOne(err, left) && inTime && !r.mayBeDone(err) && ctx.Err() == nil
}

// apart returns the calls about those of a group that are left. Halves of a group
// that was settled as a whole are not settled again.
func (r *batches) apart(b batch, left []string) (list []batch) {
	groups := [][]string{left}
	if r.groups != nil {
		groups = r.groups(left)
	}
	if halves := len(groups) == 1 && len(left) == len(b.ids); halves {
		half := len(left) / 2
		return []batch{{ids: left[:half], call: b.call, settled: true}, {ids: left[half:], call: b.call, settled: true}}
	}
	for _, ids := range groups {
		list = append(list, batch{ids: ids, call: b.call})
	}
	return list
}

// attempt makes one call and returns the instances that were refused. The parts of
// a group that was settled as a whole are not settled again, but for single
// instances: while their calls are repeated, their state may change.
func (r *batches) attempt(ctx context.Context, b *batch) ([]string, error) {
	err := r.call(ctx, b)
	if err == nil || r.settle == nil || ctx.Err() != nil || b.settled && len(b.ids) > 1 || errors.As(err, new(*partial)) {
		return b.ids, err
	}
	return r.settle(ctx, b.ids, err)
}

// rest goes on with the instances that a call left out, one by one.
func (r *batches) rest(ctx context.Context, b batch, p *partial) {
	r.addStrangers(b.ids, p)
	var alone, final []string
	for _, id := range b.ids {
		switch err := p.failed[id]; {
		case err == nil:
		case errors.Is(err, ErrState) && !passes(err):
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
	r.run(ctx, list)
}

// addStrangers records refusals of instances that the call did not name. They must
// not be lost: one of ours may hide behind another spelling.
func (r *batches) addStrangers(ids []string, p *partial) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range sorted.Keys(p.failed) {
		if !slices.Contains(ids, id) && p.failed[id] != nil {
			r.also = append(r.also, fmt.Errorf("%s %s: the cloud refused %q instead: %w", r.what, names(ids), id, p.failed[id]))
		}
	}
}

// worthwhile reports whether to make a failed call again as it was.
func (r *batches) worthwhile(err error, ids []string) bool {
	if r.mayBeDone(err) {
		return false
	}
	return isPassing(err) || passes(err) && !blamesOne(err, ids)
}

// mayBeDone reports, of calls that must not be made twice, whether this one may
// have been carried out.
func (r *batches) mayBeDone(err error) bool {
	return r.atMostOnce && errors.As(err, new(*APIError)) && mayBeDone(err, false)
}

// call makes one call when its turn comes.
func (r *batches) call(ctx context.Context, b *batch) error {
	if err := b.first; err != nil {
		b.first = nil
		return err
	}
	asked := time.Now()
	select {
	case r.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	addQueued(ctx, time.Since(asked))
	defer func() { <-r.slots }()
	err := b.call(ctx, b.ids)
	var p *partial
	if len(b.ids) == 1 && errors.As(err, &p) && p.failed[b.ids[0]] != nil {
		return p.failed[b.ids[0]]
	}
	return err
}

// blamesOne reports whether an error of a batch may be the fault of a few of its
// IDs. What the driver refused by itself, a *[FieldError], is not.
func blamesOne(err error, ids []string) bool {
	if len(ids) < 2 || !errors.As(err, new(*APIError)) {
		return false
	}
	return slices.ContainsFunc([]error{ErrNotFound, ErrState, ErrInvalid, errors.ErrUnsupported}, func(kind error) bool {
		return errors.Is(err, kind)
	})
}
