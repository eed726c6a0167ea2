package provider

import (
	"context"
	"fmt"
)

// releaseAll releases the servers of an operation that failed, and no others.
// Servers that cannot be released stay in the operation.
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
