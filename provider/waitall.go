package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/yunfan-cloud/yunfan/internal/await"
	"github.com/yunfan-cloud/yunfan/internal/wording"
)

// WaitProgress counts the instances of several operations by their progress.
type WaitProgress struct {
	Asked      int // known instances of all operations
	Ready      int
	Failed     int // without failed instances that were replaced
	NotVisible int // never shown within [Options].VisibleWithin
}

// Pending returns how many instances are still waited for.
func (p WaitProgress) Pending() int { return max(p.Asked-p.Ready-p.Failed-p.NotVisible, 0) }

// String returns the numbers, for example "12 of 250 ready, 1 failed, 237 pending".
func (p WaitProgress) String() string {
	others := wording.Counts(wording.Count{N: p.Failed, Word: "failed"},
		wording.Count{N: p.NotVisible, Word: "not visible"}, wording.Count{N: p.Pending(), Word: "pending"})
	return strings.TrimSuffix(fmt.Sprintf("%d of %d ready, %s", p.Ready, p.Asked, others), ", ")
}

// WaitResult is the result of [Operation.Wait] for one of several operations.
type WaitResult struct {
	Operation *Operation
	Instances []Instance
	Err       error
}

// WaitAll calls [Operation.Wait] for several operations at once, of one or several clouds,
// with one progress. It returns when all waits have ended, or ctx has ended. It returns a
// result for each operation in their order, and joins their errors. An operation that fails
// does not end the others. Operations of clients that share a [Poller] share describe calls.
//
// Progress is called for every change of the numbers, one call at a time, unless it is nil. It
// should return soon: the waits continue only afterwards.
func WaitAll(ctx context.Context, ops []*Operation, progress func(WaitProgress)) ([]WaitResult, error) {
	asked := 0
	for _, op := range ops {
		asked += len(op.InstanceIDs())
	}
	t := await.NewTally(asked, func(c await.Counts) {
		if progress != nil {
			progress(WaitProgress{Asked: c.Asked, Ready: c.Ready, Failed: c.Failed, NotVisible: c.Hidden})
		}
	})
	results, errs := make([]WaitResult, len(ops)), make([]error, len(ops))
	var g sync.WaitGroup
	for i, op := range ops {
		g.Go(func() {
			list, err := op.Wait(ctx, &WaitOptions{tally: t})
			results[i], errs[i] = WaitResult{op, list, err}, err
		})
	}
	g.Wait()
	return results, errors.Join(errs...)
}
