package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
)

// create carries out every part that is not finished, and the alternatives of
// what is out of stock, and returns what went wrong, as a *RunError.
func (op *Operation) create(ctx context.Context) error {
	ctx = inLine(ctx)
	spec := op.spec()
	op.startElsewhere()
	for more := true; more; more = ctx.Err() == nil && (op.replaceMissing() || op.askForLess()) {
		op.createParts(ctx, spec)
	}
	return op.finish(ctx)
}

// finish gives the servers their names, or releases them if that is wanted, and
// returns what went wrong. A name that cannot be given is no reason to release, and
// neither is a journal that did not take an answer.
func (op *Operation) finish(ctx context.Context) error {
	var e *RunError
	if op.opts.OnFailure == TerminateServers && ctx.Err() == nil && errors.As(op.runError(), &e) && e.failed {
		return op.giveUp(ctx, e)
	}
	if op.spec != nil {
		op.giveNames(ctx, op.spec())
	}
	return op.runError()
}

// giveUp releases the servers of an operation that failed, and adds to its error
// what became of them.
func (op *Operation) giveUp(ctx context.Context, e *RunError) error {
	if err := op.releaseAll(ctx); err != nil {
		e.Errs = append(e.Errs, err)
	}
	op.mu.Lock()
	e.Released = slices.Clone(op.released)
	op.mu.Unlock()
	e.Created = len(op.InstanceIDs())
	return e
}

func (op *Operation) createParts(ctx context.Context, spec *RunInstancesSpec) {
	open := op.openParts() // createPart adds none
	one := func(i int) {
		if ctx.Err() != nil {
			op.settle(i, fmt.Errorf("%s: %w", op.c.name, ctx.Err()))
			return
		}
		op.settle(i, op.createPart(ctx, i, spec))
		op.note(op.saveAnswer(ctx))
	}
	if len(open) == 1 { // most operations: a goroutine would cost more than it brings
		one(open[0])
		return
	}
	g := new(errgroup.Group)
	g.SetLimit(parallelCalls)
	for _, i := range open {
		g.Go(func() error {
			one(i)
			return nil
		})
	}
	_ = g.Wait()
}

// openParts are those with something left to do. Of an operation that released its
// servers, only the outcome of creates that were sent is left to find out.
func (op *Operation) openParts() (open []int) {
	over := op.gaveUp()
	for i := range op.parts {
		if p := op.part(i); p.Status == partSent || p.open() && !over {
			open = append(open, i)
		}
	}
	return open
}

// createPart makes one create, again and again only while that is safe.
func (op *Operation) createPart(ctx context.Context, i int, spec *RunInstancesSpec) error {
	p := op.part(i)
	switch {
	case op.c.limits.NameMarker && !op.c.limits.ClientToken:
		return op.createMarked(ctx, i, spec)
	case p.Status == partSent && !op.c.limits.ClientToken:
		return fmt.Errorf("a create was sent and its answer is not known: %w", ErrOutcomeUnknown)
	case p.tooOld():
		return op.findByTag(ctx, i)
	}
	return op.repeatCreate(ctx, i, spec)
}

// repeatCreate makes the same call while that is safe.
func (op *Operation) repeatCreate(ctx context.Context, i int, spec *RunInstancesSpec) error {
	p := op.part(i)
	s := op.request(i, &p, spec)
	again := func(err error) bool {
		now := op.part(i)
		return op.c.createAgain(err, len(now.IDs) > len(p.IDs)) && !now.tooOld()
	}
	send := func(ctx context.Context) error { return op.send(ctx, i, s) }
	err := op.c.repeat(ctx, again, send)
	if err == nil && !s.DryRun && op.c.limits.ClientToken && len(op.part(i).IDs) < s.MinCount {
		// Fewer than the cloud says it makes: an answer that lost some of them
		// names all when it is asked for again.
		err = op.c.repeat(ctx, again, send)
	}
	return err
}

// createAgain tells whether the same create, with the same token if there is
// one, may be sent once more: throttled creates were not executed; lost answers
// are safe to ask for again only by token. A create that brought IDs had an
// effect, whatever its error says.
func (c *Client) createAgain(err error, effect bool) bool {
	var e *APIError
	if !errors.As(err, &e) || effect && !c.limits.ClientToken {
		return false
	}
	switch e.Outcome {
	case OutcomeThrottled:
		return true
	case OutcomeRejected:
		return c.limits.ClientToken && e.Temporary || errors.Is(err, ErrUnavailable) && !e.Lasting
	default:
		return c.limits.ClientToken
	}
}

// send makes one call for a part and records every ID it brings. A part that may
// have been executed by an earlier call stays so until an answer says which
// servers it has: a later call that was throttled, refused or never made tells
// nothing about the earlier one.
func (op *Operation) send(ctx context.Context, i int, s *RunInstancesSpec) error {
	before := op.part(i)
	err := op.c.once(ctx, s.Region, APIRunInstances, s.Count, func(ctx context.Context) (string, error) {
		if err := op.announce(ctx, i); err != nil {
			return "", err
		}
		res, err := op.c.driver.RunInstances(ctx, s)
		if res == nil {
			res = &RunResult{}
		}
		op.accept(i, res)
		if err == nil && len(res.InstanceIDs) == 0 && !s.DryRun {
			err = &APIError{
				Driver: op.c.name, Op: string(APIRunInstances), RequestID: res.RequestID,
				Message: "the answer names no server", Outcome: OutcomeUnknown,
			}
		}
		return res.RequestID, err
	})
	p := op.part(i)
	switch {
	case p.Status != partSent || before.Status != partPlanned || !op.c.harmless(err):
	case len(p.IDs) > len(before.IDs):
		op.setStatus(i, partAccepted)
	default:
		op.setStatus(i, partPlanned)
	}
	return err
}

// announce writes down that a create is about to be sent, before it is. When it
// cannot be written down, nothing is sent.
func (op *Operation) announce(ctx context.Context, i int) error {
	before := op.part(i)
	op.change(i, func(p *part) {
		if p.Status != partSent {
			p.Status, p.Sent = partSent, time.Now()
		}
	})
	err := op.save(ctx)
	if err != nil && before.Status != partSent {
		op.change(i, func(p *part) { p.Status, p.Sent = before.Status, before.Sent })
	}
	return err
}

// harmless tells whether an error proves that a create had no effect beyond the
// IDs beside it. A temporary refusal of a token may be about an earlier create
// with the same token, of this process or another, that is still being carried
// out.
func (c *Client) harmless(err error) bool {
	if err == nil {
		return false
	}
	var e *APIError
	if errors.As(err, &e) {
		inProgress := c.limits.ClientToken && e.Temporary
		return e.Outcome == OutcomeThrottled || e.Outcome == OutcomeRejected && !inProgress
	}
	return errors.As(err, new(*FieldError)) || errors.As(err, new(*journalError))
}
