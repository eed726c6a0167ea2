package driverkit

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/yunfan-cloud/yunfan/internal/adapter"
	"github.com/yunfan-cloud/yunfan/provider"
)

// Create sends a create once, and returns what [provider.Driver].RunInstances must return. Decode
// of the call fills result from whatever arrived; for an answer that ended early,
// [Answer.IDs] finds the IDs. Spec of the call must be set. The rules are:
//
//   - IDs count beside an error. They contradict it, so the outcome is then unknown.
//   - An answer without an error that names no instance proves nothing: the outcome is unknown.
//     Exceptions are an approved dry run, and an answer with an order that is not paid yet.
//   - Fewer IDs than asked for are no error where the create has a client token: the client asks
//     again. Without a token the outcome is unknown, unless MinCount allows for so few.
func (c *Caller) Create(ctx context.Context, call Call, result *provider.RunResult) (*provider.RunResult, error) {
	call.Effect = Creates
	err := c.Do(ctx, call)
	result.InstanceIDs = adapter.Distinct(slices.Clone(result.InstanceIDs))
	n, spec := len(result.InstanceIDs), call.Spec
	if e := (*provider.APIError)(nil); n > 0 && errors.As(err, &e) {
		e.Outcome = provider.OutcomeUnknown
		return result, err
	}
	if err != nil {
		return nil, err
	}
	named := n > 0 || spec.DryRun || result.OrderID != ""
	least := spec.Count
	if spec.MinCount > 0 {
		least = spec.MinCount
	}
	enough := n >= least || spec.ClientToken != ""
	isInstances := n > 0
	switch {
	case !named:
		return nil, c.incomplete(&call, spec.Count, result)
	case isInstances && !enough:
		return result, c.incomplete(&call, spec.Count, result)
	}
	return result, nil
}

// incomplete is the error of a create whose answer does not name what it made.
func (c *Caller) incomplete(call *Call, count int, r *provider.RunResult) error {
	return &provider.APIError{
		Driver: c.cfg.Driver, Op: call.Op, RequestID: r.RequestID,
		Outcome: provider.OutcomeUnknown, Kind: provider.ErrUnavailable,
		Message: fmt.Sprintf("the answer names %d of %d instances", len(r.InstanceIDs), count),
	}
}
