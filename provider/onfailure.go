package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// errReleased is what is left to say about an operation that OnFailure ended.
var errReleased = errors.New("the servers of the failed operation were released")

// allReleased tells whether an operation has no servers because it let them go.
func (op *Operation) allReleased() bool { return op.gaveUp() && len(op.InstanceIDs()) == 0 }

// gaveUp tells whether the operation has released its servers, or was about to.
func (op *Operation) gaveUp() bool {
	op.mu.Lock()
	defer op.mu.Unlock()
	return op.over || slices.ContainsFunc(op.parts, func(p part) bool { return p.Status == partReleased })
}

// releaseAll releases the servers of an operation that failed, and no others.
// Servers that cannot be released stay in the operation. That it is over is
// written down first: whoever resumes it releases the rest, and creates nothing.
// Nobody may create for it meanwhile: while others may wait for it, callers have
// op.replacing.
func (op *Operation) releaseAll(ctx context.Context) error {
	ids := op.InstanceIDs()
	if len(ids) == 0 {
		return nil
	}
	op.mu.Lock()
	op.over = true
	op.mu.Unlock()
	unsaved := op.saveAnswer(ctx)
	res, err := op.c.terminate(ctx, op.region, ids)
	left := res.left(ids)
	if err != nil {
		err = fmt.Errorf("releasing the servers of the failed operation: %w", err)
	}
	if len(left) < len(ids) {
		op.forget(left)
		unsaved = op.saveAnswer(ctx)
	}
	return errors.Join(err, unsaved)
}

// forget takes the servers that were released out of the operation.
func (op *Operation) forget(left []string) {
	kept := make(map[string]bool, len(left))
	for _, id := range left {
		kept[id] = true
	}
	op.mu.Lock()
	defer op.mu.Unlock()
	for i := range op.parts {
		p := &op.parts[i]
		var have []string
		for _, id := range p.IDs {
			if kept[id] {
				have = append(have, id)
			} else {
				op.released = append(op.released, id)
			}
		}
		if p.IDs = have; p.Status == partAccepted || p.Status == partReplaced {
			p.Status, p.late = partReleased, nil
		}
	}
}
