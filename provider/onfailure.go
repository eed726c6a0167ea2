package provider

import (
	"context"
	"errors"
	"fmt"
)

// errReleased is what is left to say about an operation that OnFailure ended.
var errReleased = errors.New("the servers of the failed operation were released")

// allReleased tells whether an operation has no servers because it let them go.
func (op *Operation) allReleased() bool {
	op.mu.Lock()
	defer op.mu.Unlock()
	released := false
	for i := range op.parts {
		if len(op.parts[i].IDs) > 0 {
			return false
		}
		released = released || op.parts[i].Status == partReleased
	}
	return released
}

// releaseAll releases the servers of an operation that failed, and no others.
// Servers that cannot be released stay in the operation. Nobody may create for it
// meanwhile: while others may wait for it, callers have op.replacing.
func (op *Operation) releaseAll(ctx context.Context) error {
	ids := op.InstanceIDs()
	if len(ids) == 0 {
		return nil
	}
	if err := op.c.TerminateInstances(ctx, op.region, ids, nil); err != nil {
		return fmt.Errorf("releasing the servers of the failed operation: %w", err)
	}
	op.mu.Lock()
	op.released = append(op.released, ids...)
	for i := range op.parts {
		p := &op.parts[i]
		if p.IDs = nil; p.Status == partAccepted || p.Status == partReplaced {
			p.Status, p.late = partReleased, nil
		}
	}
	op.mu.Unlock()
	return op.saveAnswer(ctx)
}
