package provider

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sync/errgroup"
)

// RunOptions are for [Client.RunInstances]. Nil is the default.
type RunOptions struct {
	// OperationID names the operation: 1 to 64 letters, digits, "-" and "_".
	// On clouds with client tokens (ECS, CVM) the same ID and spec give the
	// same tokens, so that a program which crashed may call RunInstances again
	// and gets the servers it already has. Never give an ID to two specs: ECS
	// refuses the second with [ErrTokenMismatch], and what CVM does with it is
	// not documented. Empty draws a random ID.
	OperationID string
}

// RunInstances creates servers as the spec says and returns once the cloud has
// accepted them; [Operation.Wait] waits until they run.
//
// The spec is checked first: rules of every cloud, then the support table of
// this one, then its documented limits. A bad spec is [FieldErrors] and a nil
// operation, and nothing was sent.
//
// After that the operation is never nil. It holds every ID the cloud has told,
// also beside an error, which is a *[RunError]. Check an error with errors.Is:
// [ErrOutcomeUnknown] means that servers may exist whose IDs are not known.
// Creates that were throttled are repeated, and so are creates whose answer was
// lost, but only where a client token makes that safe. When ctx ends, what is
// known so far comes back with its error.
func (c *Client) RunInstances(ctx context.Context, spec RunInstancesSpec, o *RunOptions) (*Operation, error) {
	if o == nil {
		o = &RunOptions{}
	}
	spec.Region = c.region(spec.Region)
	if err := join(checkOperationID(o.OperationID), c.check(&spec)); err != nil {
		return nil, err
	}
	op := newOperation(c, o.OperationID, &spec)
	return op, op.create(ctx, &spec)
}

// Preview returns the requests that RunInstances would send, secrets masked. It
// does no I/O. A spec that RunInstances would refuse is the same error here. A
// client token that would be drawn is shown as "drawn-for-each-operation".
func (c *Client) Preview(spec RunInstancesSpec) ([]Request, error) {
	spec.Region = c.region(spec.Region)
	if err := c.check(&spec); err != nil {
		return nil, err
	}
	p, ok := c.driver.(RunPreviewer)
	if !ok {
		return nil, fmt.Errorf("%s: preview: %w", c.name, errors.ErrUnsupported)
	}
	var out []Request
	for _, part := range c.split(&spec) {
		s := part.spec(&spec)
		if c.limits.ClientToken && s.ClientToken == "" {
			s.ClientToken = "drawn-for-each-operation"
		}
		r, err := p.PreviewRun(s)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// check applies every rule that needs no network. Rules of one layer are
// reported together; a layer whose rules presume the one before is not reached
// when that one failed.
func (c *Client) check(spec *RunInstancesSpec) error {
	region := Checker{Driver: c.name}
	region.Require(spec.Region != "", "Region", nil, "required: neither the spec nor the client names one")
	if err := join(region.Err(), spec.Validate(), c.support.Check(spec), c.checkSplit(spec)); err != nil {
		return err
	}
	if v, ok := c.driver.(RunValidator); ok {
		return v.ValidateRun(spec)
	}
	return nil
}

// checkSplit refuses what has no meaning once a create takes several calls.
func (c *Client) checkSplit(spec *RunInstancesSpec) error {
	k := Checker{Driver: c.name}
	if spec.Count > c.limits.InstancesPerCreate {
		rule := fmt.Sprintf("works only within one call of the cloud, of at most %d servers", c.limits.InstancesPerCreate)
		k.Require(spec.ClientToken == "", "ClientToken", spec.ClientToken, rule)
		k.Require(!spec.UniqueSuffix, "UniqueSuffix", nil, rule+": each call would count from 001 again")
	}
	return k.Err()
}

// join makes one FieldErrors of several. An error of another kind, which a
// validator should not return, is not lost.
func join(errs ...error) error {
	var all FieldErrors
	for _, err := range errs {
		var many FieldErrors
		var one *FieldError
		switch {
		case errors.As(err, &many):
			all = append(all, many...)
		case errors.As(err, &one):
			all = append(all, one)
		case err != nil:
			return errors.Join(errs...)
		}
	}
	if len(all) == 0 {
		return nil
	}
	return all
}

func checkOperationID(id string) error {
	bad := strings.IndexFunc(id, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && r != '-' && r != '_'
	})
	if len(id) > 64 || bad >= 0 {
		return &FieldError{Path: "RunOptions.OperationID", Value: id, Reason: "must be 1 to 64 letters, digits, - and _"}
	}
	return nil
}

// split divides a spec into creates that one call each can carry, and spreads
// MinCount over them. No create can ask for less than one server, so the shares
// of a MinCount below the number of creates add up to more than it; whether the
// operation has enough is decided by the whole, see runError.
func (c *Client) split(spec *RunInstancesSpec) []part {
	count, limit := max(spec.Count, 1), c.limits.InstancesPerCreate
	minCount := spec.MinCount
	if minCount == 0 {
		minCount = count
	}
	n := (count + limit - 1) / limit
	parts := make([]part, n)
	first := 0
	for i := range parts {
		p := &parts[i]
		p.First, p.Count = first, min(limit, count-first)
		// Each share is what the first i+1 parts owe less what the first i owe.
		p.MinCount = max(minCount*(first+p.Count)/count-minCount*first/count, 1)
		first += p.Count
	}
	return parts
}

// create carries out every part that is not finished and returns what went
// wrong, as a *RunError.
func (op *Operation) create(ctx context.Context, spec *RunInstancesSpec) error {
	g := new(errgroup.Group)
	g.SetLimit(parallelCalls)
	for i := range op.parts {
		g.Go(func() error {
			op.createPart(ctx, i, spec)
			return nil
		})
	}
	_ = g.Wait()
	return op.runError(spec)
}

// createPart makes one create, again and again only while that is safe.
func (op *Operation) createPart(ctx context.Context, i int, spec *RunInstancesSpec) {
	p := op.part(i)
	if p.Status == partAccepted || p.Status == partRejected {
		return
	}
	if p.Status == partSent && !op.c.limits.ClientToken {
		op.settle(i, fmt.Errorf("a create was sent and its answer is not known: %w", ErrOutcomeUnknown))
		return
	}
	s := p.spec(spec)
	if op.c.limits.ClientToken && s.ClientToken == "" {
		s.ClientToken = clientToken(op.id, i, p.Generation)
	}
	again := func(err error) bool { return op.c.createAgain(err, len(op.part(i).IDs) > 0) }
	err := op.c.repeat(ctx, again, func() error { return op.send(ctx, i, s) })
	op.settle(i, err)
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
		return c.limits.ClientToken && e.Temporary || errors.Is(err, ErrUnavailable)
	default:
		return c.limits.ClientToken
	}
}

// send makes one call for a part and records every ID it brings. A part that may
// have been executed by an earlier call stays so until an answer says which
// servers it has: a later call that was throttled, refused or never made tells
// nothing about the earlier one.
func (op *Operation) send(ctx context.Context, i int, s *RunInstancesSpec) error {
	before := op.part(i).Status
	err := op.c.once(ctx, s.Region, APIRunInstances, s.Count, func(ctx context.Context) (string, error) {
		op.setStatus(i, partSent)
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
	case p.Status != partSent || before != partPlanned || !op.c.harmless(err):
	case len(p.IDs) > 0:
		op.setStatus(i, partAccepted)
	default:
		op.setStatus(i, partPlanned)
	}
	return err
}

// harmless tells whether an error proves that a create had no effect beyond the
// IDs beside it. A temporary refusal of a token may be about an earlier create
// with the same token, of this process or another, that is still being carried
// out.
func (c *Client) harmless(err error) bool {
	var e *APIError
	var f *FieldError
	if errors.As(err, &e) {
		inProgress := c.limits.ClientToken && e.Temporary
		return e.Outcome == OutcomeThrottled || e.Outcome == OutcomeRejected && !inProgress
	}
	return errors.As(err, &f)
}

// randomID draws the name of an operation.
func randomID() string { return strings.ToLower(rand.Text()) }
