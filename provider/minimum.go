package provider

import (
	"errors"
	"time"
)

// askForLess plans the creates that were refused for lack of stock once more,
// now content with any number, when the operation has fewer servers than are
// enough. MinCount is of the whole: the shares of its creates, of which each was
// refused as a whole, may keep out what would have been enough together. A refusal
// proves that there are fewer than its share: where even that would not be enough,
// nothing is created that nobody wants. It reports whether there are any.
func (op *Operation) askForLess() bool {
	spec := op.spec()
	if spec.MinCount == 0 || len(op.opts.Alternatives) > 0 || len(spec.Network.PrivateIPs) > 0 || op.gaveUp() {
		return false
	}
	op.mu.Lock()
	defer op.mu.Unlock()
	have, most := 0, 0 // most is what the refused creates may bring yet
	for i := range op.parts {
		p := &op.parts[i]
		if p.open() || p.err != nil && !errors.Is(p.err, ErrNoStock) {
			return false
		}
		have += len(p.IDs)
		if p.Status == partRejected && p.err != nil {
			most += p.MinCount - 1
		}
	}
	if have >= op.min || have+most < op.min {
		return false
	}
	planned := false
	for i := range op.parts {
		p := &op.parts[i]
		if p.Status == partRejected && p.err != nil && p.MinCount > 1 {
			op.scarce = p.err
			p.MinCount, p.Generation, p.Status, p.err, p.Sent = 1, p.Generation+1, partPlanned, nil, time.Time{}
			planned = true
		}
	}
	return planned
}
