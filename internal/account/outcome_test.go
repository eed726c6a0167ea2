package account

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// fault is an error that says itself what it means.
type fault struct{ Verdict }

func (f *fault) Error() string { return "fault" }

// Faults of the tests.
var (
	lasting  = &fault{}
	passes   = &fault{Verdict{Passes: true}}
	some     = &fault{Verdict{BlamesSome: true}}
	someSoon = &fault{Verdict{BlamesSome: true, Passes: true}}
	byState  = &fault{Verdict{BlamesSome: true, ByState: true}}
	open     = &fault{Verdict{MayBeDone: true, Passes: true, BlamesSome: true}}
)

// byName is the error of a call whose answer names what it refuses.
func byName(refused map[string]error) error { return &fault{Verdict{Named: refused}} }

// judgeFault returns what a fault says.
func judgeFault(err error) Verdict {
	var f *fault
	if !errors.As(err, &f) {
		return Verdict{}
	}
	return f.Verdict
}

// standing settles nothing: the refusal stands for all.
func standing(_ context.Context, ids []string, err error) Refusal {
	return Refusal{Left: ids, Err: err}
}

// outcomeCase is a task after a step, and what follows. The task is about a and b, and
// all of them are left, unless it says otherwise.
type outcomeCase struct {
	name string
	err  error
	task task
	left []string

	settles    bool // Batches.Settle is not nil
	divides    bool // Batches.DividesTransient
	cancelled  bool // ctx has ended
	noPatience bool // calls are not repeated

	want outcome
}

var (
	single    = Group{IDs: []string{"a"}}
	settled   = task{step: settling}
	together  = task{step: settling, isTogether: true}
	transient = task{answer: Refusal{Transient: true}}
	aByName   = byName(map[string]error{"a": some})
)

// Every case of the rule, with the cases that come before it left out.
var outcomeCases = []outcomeCase{
	{name: "carried out", want: done},
	{name: "carried out, though ctx has ended", cancelled: true, want: done},
	{name: "nothing is left", err: some, left: []string{}, task: settled, want: done},

	{name: "cut off by ctx", err: passes, task: task{cut: true}, settles: true, want: giveUp},

	{name: "refused by name", err: aByName, settles: true, want: askAlone},
	{name: "refused by name, ctx ended", err: aByName, cancelled: true, want: askAlone},

	{name: "can be settled", err: lasting, settles: true, want: settle},
	{name: "can be settled, though it passes", err: passes, settles: true, want: settle},
	{name: "a single one of a half", err: lasting, settles: true, task: task{Group: single, isHalf: true}, want: settle},
	{name: "a half is not settled again", err: lasting, settles: true, task: task{isHalf: true}, want: giveUp},
	{name: "not settled after ctx", err: lasting, settles: true, cancelled: true, want: giveUp},

	{name: "settled together", err: byState, settles: true, task: together, want: askAlone},
	{name: "settled together in part", err: byState, left: single.IDs, settles: true, task: together, want: askAlone},
	{name: "together, after ctx", err: byState, settles: true, cancelled: true, task: together, want: askAlone},

	{name: "passes", err: passes, want: repeat},
	{name: "passes, after it was settled", err: passes, settles: true, task: settled, want: repeat},
	{name: "passes, a single one", err: someSoon, task: task{Group: single}, want: repeat},
	{name: "passes, but patience is over", err: passes, noPatience: true, want: giveUp},
	{name: "transient", err: lasting, task: transient, want: repeat},
	{name: "transient, though some are the reason", err: some, task: transient, want: repeat},

	{name: "stands for some", err: lasting, left: single.IDs, task: settled, want: takeApart},
	{name: "stands for some, though it passes", err: passes, left: single.IDs, task: settled, want: takeApart},
	{name: "passes for the others", err: someSoon, want: takeApart},
	{name: "some are the reason", err: some, want: takeApart},
	{name: "some are the reason, after ctx", err: some, cancelled: true, want: giveUp},
	{name: "a single one is the reason", err: some, task: task{Group: single}, want: giveUp},
	{name: "transient for too long", err: some, noPatience: true, task: transient, want: giveUp},
	{name: "transient too long, divided", err: some, noPatience: true, divides: true, task: transient, want: takeApart},

	{name: "may be done", err: open, want: leaveOpen},
	{name: "may be done, a single one", err: open, task: task{Group: single}, want: leaveOpen},
	{name: "may be done, and is transient", err: open, task: transient, want: leaveOpen},

	{name: "refused for good", err: lasting, want: giveUp},
}

func TestOutcomes(t *testing.T) {
	for _, tc := range outcomeCases {
		t.Run(tc.name, func(t *testing.T) { synctest.Test(t, tc.test) })
	}
}

func (tc outcomeCase) test(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if tc.cancelled {
		cancel()
	}
	b := &Batches{Judge: judgeFault, DividesTransient: tc.divides, RetryFor: time.Minute}
	if tc.settles {
		b.Settle = standing
	}
	if tc.noPatience {
		b.RetryFor = -1
	}
	w := tc.task
	if w.IDs == nil {
		w.IDs = []string{"a", "b"}
	}
	w.patience = newPatience(ctx, time.Now().Add(b.RetryFor))
	w.answer.Err, w.answer.Left = tc.err, w.IDs
	if tc.left != nil {
		w.answer.Left = tc.left
	}
	got := b.outcomeOf(ctx, &w)
	if got != tc.want {
		t.Errorf("got %q, want %q", got, tc.want)
	}
	if pauses := w.pause > 0; pauses != (got == repeat) {
		t.Errorf("%q, with a pause of %v", got, w.pause)
	}
}

// An outcome leads to further tasks, to a failure, or to nothing more.
func TestEveryOutcomeLeadsSomewhere(t *testing.T) {
	ctx := t.Context()
	newTask := func(b *Batches) *task {
		w := b.newTask(ctx, Group{IDs: []string{"a", "b"}})
		w.named = map[string]error{"a": lasting, "b": lasting}
		return w
	}
	for want, tc := range map[outcome]struct {
		answer Refusal
		next   [][]string // of the tasks that follow
		failed []string
	}{
		done:      {answer: Refusal{}},
		settle:    {answer: Refusal{Left: []string{"a", "b"}, Err: lasting}, next: [][]string{{"a", "b"}}},
		repeat:    {answer: Refusal{Left: []string{"a", "b"}, Err: passes}, next: [][]string{{"a", "b"}}},
		takeApart: {answer: Refusal{Left: []string{"a", "b"}, Err: some}, next: [][]string{{"a"}, {"b"}}},
		askAlone:  {answer: Refusal{Left: []string{"a", "b"}, Err: aByName}, next: [][]string{{"a"}, {"b"}}},
		leaveOpen: {answer: Refusal{Left: []string{"a", "b"}, Err: open}, failed: []string{"a", "b"}},
		giveUp:    {answer: Refusal{Left: []string{"a", "b"}, Err: lasting}, failed: []string{"a", "b"}},
	} {
		b := &Batches{Judge: judgeFault, RetryFor: time.Minute}
		if want == settle {
			b.Settle = standing
		}
		w := newTask(b)
		w.answer = tc.answer
		if got := b.outcomeOf(ctx, w); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		var next [][]string
		for _, n := range b.next(ctx, w) {
			next = append(next, n.IDs)
		}
		if !slices.EqualFunc(next, tc.next, slices.Equal) {
			t.Errorf("%s: the tasks that follow are about %v, want %v", want, next, tc.next)
		}
		for _, id := range w.IDs {
			f := b.Failed(id)
			if failed := f.Err != nil; failed != slices.Contains(tc.failed, id) {
				t.Errorf("%s: %s has failed with %v", want, id, f.Err)
			}
			if f.MayBeDone != (want == leaveOpen) {
				t.Errorf("%s: %s may be done: %v", want, id, f.MayBeDone)
			}
		}
	}
}
