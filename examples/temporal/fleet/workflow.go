package fleet

import (
	"cmp"
	"fmt"
	"strings"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// Workflow keeps a fleet: it creates what the groups want, follows resizes, and ends when the
// fleet is released or cancelled. A fleet that cannot be released ends with an error of the
// type NotReleased, whose details are the [Left] and the [Fleet] with which to try again. The
// details of the cancellation of a fleet that keeps its instances are the [Fleet] too.
func Workflow(ctx workflow.Context, f Fleet) (Progress, error) {
	if err := f.check(); err != nil {
		return Progress{}, err
	}
	f.ID = cmp.Or(f.ID, firstRun(workflow.GetInfo(ctx)))
	k := &keeper{fleet: &f}
	if err := workflow.SetQueryHandler(ctx, QueryProgress, func() (Progress, error) { return f.progress(), nil }); err != nil {
		return Progress{}, err
	}
	k.listen(ctx)
	err := k.keep(ctx)
	switch {
	case f.Releasing:
	case err == nil:
		k.drain(ctx) // a signal that is not read before the next run would be lost
		return f.progress(), workflow.NewContinueAsNewError(ctx, Workflow, f)
	case f.OnCancel != TerminateOnCancel:
		return f.progress(), temporal.NewCanceledError(f)
	}
	// A release that has begun goes on to its end, also when the workflow is cancelled.
	f.Releasing = true
	always, _ := workflow.NewDisconnectedContext(ctx)
	if left := k.release(always); len(left) > 0 {
		return f.progress(), notReleased(left, f)
	}
	return f.progress(), err
}

// firstRun returns the ID of the first run of a workflow, as it may begin the ID of an operation.
func firstRun(info *workflow.Info) string {
	return strings.ReplaceAll(cmp.Or(info.FirstRunID, info.WorkflowExecution.RunID), "-", "")
}

// keeper is one run of the workflow of a fleet.
type keeper struct {
	fleet *Fleet
	long  bool // the history is long: the next run takes over
}

// ending reports whether this run begins no further step.
func (k *keeper) ending(ctx workflow.Context) bool {
	k.long = k.long || workflow.GetInfo(ctx).GetContinueAsNewSuggested()
	return k.long || k.fleet.Releasing
}

// listen follows the signals.
func (k *keeper) listen(ctx workflow.Context) {
	workflow.Go(ctx, func(ctx workflow.Context) {
		s := workflow.NewSelector(ctx)
		s.AddReceive(workflow.GetSignalChannel(ctx, SignalResize), func(c workflow.ReceiveChannel, _ bool) {
			var r Resize
			c.Receive(ctx, &r)
			k.resize(ctx, r)
		})
		s.AddReceive(workflow.GetSignalChannel(ctx, SignalRelease), func(c workflow.ReceiveChannel, _ bool) {
			c.Receive(ctx, nil)
			k.fleet.Releasing = true
		})
		for {
			s.Select(ctx)
		}
	})
}

// drain reads the signals that have arrived.
func (k *keeper) drain(ctx workflow.Context) {
	for r := (Resize{}); workflow.GetSignalChannel(ctx, SignalResize).ReceiveAsync(&r); r = (Resize{}) {
		k.resize(ctx, r)
	}
	for workflow.GetSignalChannel(ctx, SignalRelease).ReceiveAsync(nil) {
		k.fleet.Releasing = true
	}
}

// resize sets what a group should have. A signal has no answer, so a bad one is only logged.
func (k *keeper) resize(ctx workflow.Context, r Resize) {
	g := k.fleet.group(r.Group)
	inRange := r.Want >= 0 && r.Want <= maxCount
	if g == nil || !inRange {
		workflow.GetLogger(ctx).Error("resize refused: no such group, or a bad number", "group", r.Group, "want", r.Want)
		return
	}
	g.Want, g.Stuck, g.Problem = r.Want, false, ""
}

// keep works on all groups, each at its own pace, until the fleet is to be released, or is
// cancelled, or the history is long. A release does not wait for creates and boots: they are
// cancelled.
func (k *keeper) keep(ctx workflow.Context) error {
	steps, cancel := workflow.WithCancel(ctx)
	groups := workflow.NewWaitGroup(ctx)
	for n := range k.fleet.Groups {
		g := &k.fleet.Groups[n]
		groups.Add(1)
		workflow.Go(steps, func(ctx workflow.Context) {
			defer groups.Done()
			for k.next(ctx, g) {
				k.step(ctx, g)
			}
		})
	}
	err := workflow.Await(ctx, func() bool { return k.ending(ctx) })
	if k.fleet.Releasing {
		cancel()
	}
	always, _ := workflow.NewDisconnectedContext(ctx)
	groups.Wait(always) // nothing is under way after this
	return err
}

// next waits for work on a group, and reports whether to go on.
func (k *keeper) next(ctx workflow.Context, g *Group) bool {
	err := workflow.Await(ctx, func() bool { return k.ending(ctx) || g.due() })
	cancelled := ctx.Err() != nil // which Await does not notice when there is work
	return err == nil && !cancelled && !k.ending(ctx)
}

// notReleased returns the error of a fleet that could not be released.
func notReleased(left []Left, f Fleet) error {
	text := make([]string, len(left))
	for n, l := range left {
		text[n] = l.String()
	}
	return temporal.NewApplicationErrorWithOptions(
		fmt.Sprintf("not released: %s. Mend the cause, and start the workflow again with the fleet in the details", strings.Join(text, "; ")),
		TypeNotReleased, temporal.ApplicationErrorOptions{NonRetryable: true, Details: []any{left, f}})
}
