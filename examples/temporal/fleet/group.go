package fleet

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// step brings a group nearer to what it wants. A failure stops the group until the next
// resize: repeating a refused create at once would only be refused again.
func (k *keeper) step(ctx workflow.Context, g *Group) {
	var err error
	switch op := g.unfinished(); {
	case g.have() > g.Want:
		err = k.shrink(ctx, g)
	case op != nil: // before a new operation: its instances may exist
		err = k.create(ctx, g, op)
	default:
		err = k.grow(ctx, g)
	}
	if err != nil && !temporal.IsCanceledError(err) {
		g.Stuck, g.Problem = true, err.Error()
	}
}

// grow begins an operation for the instances that are missing.
func (k *keeper) grow(ctx workflow.Context, g *Group) error {
	n := g.Want - g.have()
	op := Operation{ID: fmt.Sprintf("%s-%s-%d", k.fleet.ID, g.Name, g.Made), Asked: n, Open: true, Kept: n}
	g.Made++
	g.Operations = append(g.Operations, op)
	return k.create(ctx, g, &g.Operations[len(g.Operations)-1])
}

// create creates the instances of an operation and waits until they run. It continues an
// operation that was begun before. What the cloud refused is the error.
func (k *keeper) create(ctx workflow.Context, g *Group, op *Operation) error {
	a, t := (*Activities)(nil), k.fleet.timing()
	s := k.fleet.step(g, op)
	var made Made
	var ready Ready
	if op.Open {
		if err := k.do(ctx, t.Create, a.Submit, s, nil); err != nil {
			return err
		}
		if err := k.do(ctx, t.Create, a.Create, s, &made); err != nil {
			return err
		}
		op.created(made)
	}
	if op.Boots {
		if err := k.do(ctx, t.Ready, a.Await, s, &ready); err != nil {
			op.Ready = readyBy(err)
			return err
		}
		op.booted(ready)
	}
	return problem(made.Problem, ready.Problem)
}

// created records what the creates have come to. While more may follow, the operation stands
// for all instances that it was asked for.
func (op *Operation) created(m Made) {
	op.Open, op.Boots = m.Open, m.Count > 0
	if !m.Open {
		op.Kept = m.Count
	}
}

func (op *Operation) booted(r Ready) {
	op.Boots, op.Ready = false, r.Ready
	if !op.Open {
		op.Kept = r.Count
	}
}

// problem returns an error of the texts that are not empty, or nil.
func problem(texts ...string) error {
	texts = slices.DeleteFunc(texts, func(s string) bool { return s == "" })
	if len(texts) == 0 {
		return nil
	}
	return errors.New(strings.Join(texts, "; "))
}

// shrink releases instances of the newest operation: all, or its last ones. The first ones
// of an operation stay, so the number of those that stay names them, also for an attempt
// that follows a crash.
func (k *keeper) shrink(ctx workflow.Context, g *Group) error {
	a, last := (*Activities)(nil), len(g.Operations)-1
	op := &g.Operations[last]
	s := k.fleet.step(g, op)
	keep := op.Kept - (g.have() - g.Want)
	if whole := op.Open || keep <= 0; whole {
		if err := k.do(ctx, k.fleet.timing().Release, a.Release, s, nil); err != nil {
			return err
		}
		g.Operations = slices.Delete(g.Operations, last, last+1)
		return nil
	}
	s.Keep, s.Kept = keep, op.Kept
	if err := k.do(ctx, k.fleet.timing().Release, a.Shrink, s, nil); err != nil {
		return err
	}
	op.Kept, op.Ready, op.Boots = keep, min(op.Ready, keep), false
	return nil
}

// release releases all operations of all groups at once, and returns what is left.
func (k *keeper) release(ctx workflow.Context) (left []Left) {
	all := workflow.NewWaitGroup(ctx)
	for n := range k.fleet.Groups {
		g := &k.fleet.Groups[n]
		g.Problem = ""
		kept := make([]bool, len(g.Operations))
		group := workflow.NewWaitGroup(ctx)
		for n, op := range g.Operations {
			group.Add(1)
			workflow.Go(ctx, func(ctx workflow.Context) {
				defer group.Done()
				s := k.fleet.step(g, &op)
				if err := k.do(ctx, k.fleet.timing().Release, (*Activities)(nil).Release, s, nil); err != nil {
					left, kept[n] = append(left, k.remains(ctx, s, err)), true
				}
			})
		}
		all.Add(1)
		workflow.Go(ctx, func(ctx workflow.Context) {
			defer all.Done()
			group.Wait(ctx)
			g.Operations = only(g.Operations, kept)
		})
	}
	all.Wait(ctx)
	return left
}

// remainsWithin is short: without a worker that answers, the error says less.
const remainsWithin = 10 * time.Minute

// remains returns what a release that failed for good has left.
func (k *keeper) remains(ctx workflow.Context, s Step, cause error) Left {
	l := Left{Operation: s.Operation, Account: s.Account}
	if err := k.do(ctx, remainsWithin, (*Activities)(nil).Remains, s, &l); err != nil {
		workflow.GetLogger(ctx).Error("the store was not read", "operation", s.Operation, "error", err)
	}
	l.Reason = cause.Error()
	return l
}

// only returns the operations that are marked.
func only(list []Operation, marked []bool) (out []Operation) {
	for n, op := range list {
		if marked[n] {
			out = append(out, op)
		}
	}
	return out
}

// step returns the argument of activities for an operation.
func (f *Fleet) step(g *Group, op *Operation) Step {
	return Step{
		Operation: op.ID, Account: g.Account, File: g.File, Count: op.Asked, IgnoreLate: f.Timing.IgnoreLate,
	}
}

// timing returns the timing of a fleet, with its defaults.
func (f *Fleet) timing() Timing {
	t := f.Timing
	for _, d := range []struct {
		of    *time.Duration
		value time.Duration
	}{
		{&t.Heartbeat, 30 * time.Second},
		{&t.Attempt, 30 * time.Minute},
		{&t.Create, 2 * time.Hour},
		{&t.Ready, time.Hour},
		{&t.Release, 24 * time.Hour},
	} {
		if *d.of == 0 {
			*d.of = d.value
		}
	}
	return t
}

// do executes an activity for at most a time. Attempts are not counted: a cloud that fails
// for an hour costs as many attempts as it costs. WaitForCancellation lets a cancelled
// activity end before the workflow goes on, so that a release never meets a create.
func (k *keeper) do(ctx workflow.Context, within time.Duration, activity any, s Step, result any) error {
	t := k.fleet.timing()
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		ScheduleToCloseTimeout: within,
		StartToCloseTimeout:    min(t.Attempt, within),
		HeartbeatTimeout:       t.Heartbeat,
		WaitForCancellation:    true,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: time.Minute,
			MaximumAttempts: math.MaxInt32, // 0 means no limit for a server, and 10 for the SDK's test environment
		},
	})
	return workflow.ExecuteActivity(ctx, activity, s).Get(ctx, result)
}
