package provider

import (
	"context"
	"errors"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/account"
	"github.com/yunfan-cloud/yunfan/internal/creating"
	"github.com/yunfan-cloud/yunfan/internal/ledger"
	"github.com/yunfan-cloud/yunfan/internal/telemetry"
)

// Package creating decides what happens when a create fails. Here is what it needs of the
// cloud: creates implements [creating.Cloud].

// create makes every unfinished part, and the alternatives for parts that are out of stock. It
// returns the failures as a *RunError.
func (op *Operation) create(ctx context.Context) error {
	ctx = account.Serialize(ctx)
	op.maker.SkipLacking()
	if err := op.maker.FindDead(ctx); err != nil {
		op.addProblem(err)
		return op.finish(ctx)
	}
	for more := true; more; more = ctx.Err() == nil && op.plansMore(ctx) {
		op.maker.Make(ctx)
	}
	return op.finish(ctx)
}

// plansMore reports whether there is more to create: under another token, from alternatives,
// or with a smaller minimum.
func (op *Operation) plansMore(ctx context.Context) bool {
	more, err := op.maker.RetryDead(ctx)
	op.addProblem(err)
	return more || op.maker.ReplaceMissing(ctx) || op.maker.AskForLess()
}

// finish gives the instances their names, or releases them if OnFailure says so, and returns
// the error of the operation. A name that cannot be given is not a reason to release. Neither
// is a journal that did not save an answer.
func (op *Operation) finish(ctx context.Context) error {
	var e *RunError
	failed := errors.As(op.runError(), &e) && e.failed
	if failed && op.opts.OnFailure == TerminateOnFailure && ctx.Err() == nil {
		return op.releaseAfterFailure(ctx)
	}
	if op.spec != nil {
		op.giveNames(ctx)
	}
	return op.runError()
}

// Call implements [creating.Cloud].
func (c creates) Call(i int, p ledger.Part) func(context.Context) error {
	s := c.op.request(i, &p, c.op.spec())
	return func(ctx context.Context) error { return c.op.send(ctx, i, s) }
}

// Searching implements [creating.Cloud].
func (c creates) Searching(ctx context.Context, i int, takes time.Duration) {
	c.op.tell(ctx, telemetry.MessageSearching,
		RunProgress{Kind: Searching, Create: i, For: takes})
}

// send makes one call for a part and records every ID it returns. An earlier call may have
// been executed. The part then stays so until an answer says which instances it has. A later
// call that was throttled, refused or never made proves nothing about the earlier one.
func (op *Operation) send(ctx context.Context, i int, s *RunInstancesSpec) error {
	return op.c.once(ctx, s.Region, APIRunInstances, s.Count, func(ctx context.Context) (string, error) {
		if err := op.maker.Announce(ctx, i); err != nil {
			return "", err
		}
		if err := mayChange(ctx, APIRunInstances); err != nil { // saving takes time
			return "", err
		}
		res, err := op.c.driver.RunInstances(ctx, s)
		if res == nil {
			res = &RunResult{}
		}
		var odd bool
		if res.InstanceIDs, odd = creating.IDs(res.InstanceIDs); odd && err == nil {
			err = op.senseless(res, "the answer names something that is no instance ID")
		}
		if err == nil && !s.DryRun {
			err = op.checkAnswer(res)
		}
		op.record(i, s, res, err)
		return res.RequestID, err
	})
}

// checkAnswer returns an error for an answer that has neither an error nor an instance, or nil
// where that is right.
func (op *Operation) checkAnswer(res *RunResult) error {
	switch {
	case len(res.InstanceIDs) > 0:
		return nil
	case res.OrderID != "":
		return &UnpaidError{Driver: op.c.name, OrderID: res.OrderID, RequestID: res.RequestID}
	}
	return op.senseless(res, "the answer names no instance")
}

// senseless returns the error of an answer that proves nothing.
func (op *Operation) senseless(res *RunResult, why string) error {
	return &APIError{
		Driver: op.c.name, Op: string(APIRunInstances), RequestID: res.RequestID, Message: why, Outcome: OutcomeUnknown,
	}
}
