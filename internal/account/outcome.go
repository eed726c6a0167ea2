package account

import (
	"context"
	"time"
)

// outcome is what the last step of a task leads to.
type outcome string

const (
	done      outcome = "done"       // nothing is left to do
	settle    outcome = "settle"     // look at the refused IDs before the refusal is judged
	repeat    outcome = "repeat"     // make the same call again after a pause
	takeApart outcome = "take apart" // ask about smaller groups
	askAlone  outcome = "ask alone"  // ask about each ID that the answer refuses by name
	leaveOpen outcome = "leave open" // the call may have been carried out: it is not made again
	giveUp    outcome = "give up"    // the refusal stands
)

// step is what a task does next.
type step int

const (
	calling step = iota
	settling
)

// task is a group on the work list of [Batches]. It belongs to one goroutine at a
// time: the loop, or its own step.
type task struct {
	Group
	step     step
	patience *patience
	pause    time.Duration // before the step

	// isHalf reports that the group is half of one that was settled as a whole.
	isHalf bool

	// heard is what an earlier answer has said about the group. It stands for the first
	// call.
	heard error

	// named is what an answer says of IDs by name.
	named map[string]error

	// isTogether reports that the group was refused by name. It is settled together, and
	// what is left then is asked for alone.
	isTogether bool

	answer Refusal // to the last step; no error means that the call was carried out
	cut    bool    // ctx has ended before a repetition
}

func (b *Batches) newTask(ctx context.Context, g Group) *task {
	return &task{Group: g, patience: newPatience(ctx, time.Now().Add(b.RetryFor))}
}

// carryOut carries out the next step of a task.
func (t *task) carryOut(b *Batches, slots chan struct{}) {
	ctx := t.patience.queue
	wait := t.pause
	t.pause = 0
	if wait > 0 && !Sleep(ctx, wait) {
		t.answer = Refusal{Left: t.IDs, Err: Ended(ctx, t.answer.Err)}
		t.cut = true
		return
	}
	if t.step == settling {
		t.answer = b.Settle(ctx, t.IDs, t.answer.Err)
		return
	}
	t.answer = Refusal{Left: t.IDs, Err: t.call(ctx, b, slots)}
}

// call makes the call when it is its turn. What an answer says by name about the only
// ID of the call is the error of the call.
func (t *task) call(ctx context.Context, b *Batches, slots chan struct{}) error {
	if err := t.heard; err != nil {
		t.heard = nil
		return err
	}
	asked := time.Now()
	select {
	case slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-slots }()
	addQueued(ctx, time.Since(asked))
	err := t.Call(ctx, t.IDs)
	if err == nil {
		return nil
	}
	t.named = b.Judge(err).Named
	if own := t.named[t.IDs[0]]; own != nil && len(t.IDs) == 1 {
		t.named, err = nil, own
	}
	return err
}

// outcomeOf decides what the last step of a task leads to. The order of the cases is
// the rule.
func (b *Batches) outcomeOf(ctx context.Context, t *task) outcome {
	a := &t.answer
	if a.Err == nil || len(a.Left) == 0 {
		return done
	}
	v := b.Judge(a.Err)
	whole := len(a.Left) == len(t.IDs)
	switch {
	case t.cut:
		return giveUp
	case len(v.Named) > 0:
		return askAlone
	case b.settles(ctx, t):
		return settle
	case t.isTogether:
		return askAlone
	case whole && b.repeats(ctx, t, &v):
		return repeat
	case !whole, b.divides(ctx, t, &v):
		return takeApart
	case v.MayBeDone:
		return leaveOpen
	}
	return giveUp
}

// settles reports whether a refused group is to be settled. A half of a group that was
// settled is not, but a single ID is: while its call is repeated, its state may change.
func (b *Batches) settles(ctx context.Context, t *task) bool {
	seen := t.isHalf && len(t.IDs) > 1
	return b.Settle != nil && t.step == calling && !seen && ctx.Err() == nil
}

// repeats reports whether to make a failed call again as it was, and sets the pause
// before it.
func (b *Batches) repeats(ctx context.Context, t *task, v *Verdict) (worth bool) {
	blamesSome := v.BlamesSome && len(t.IDs) > 1
	helps := v.Passes && !blamesSome
	passes := t.answer.Transient || helps
	again := Again{Worth: passes && !v.MayBeDone, After: v.After, Within: v.Within}
	if t.answer.Transient {
		again.Until = t.answer.Until
	}
	t.pause, worth = t.patience.next(again)
	if worth && b.Observer != nil {
		b.Observer.Repeats(ctx, t.patience.n, t.pause, t.answer.Err)
	}
	return worth
}

// divides reports whether a group that was refused as a whole is worth taking apart.
func (b *Batches) divides(ctx context.Context, t *task, v *Verdict) bool {
	inTime := b.DividesTransient || !t.answer.Transient
	blamesSome := v.BlamesSome && len(t.IDs) > 1
	return blamesSome && inTime && !v.MayBeDone && ctx.Err() == nil
}
