package account

import (
	"context"
	"maps"
	"slices"
	"time"
)

// CallsAtOnce is how many calls one request makes at a time. The account's budget
// decides how fast they really go.
const CallsAtOnce = 8

// Group is a number of IDs that one call names.
type Group struct {
	IDs  []string // at least one, each once
	Call func(ctx context.Context, ids []string) error
}

// Groups packs IDs into groups of at most perCall. The same call is made for each.
func Groups(ids []string, perCall int, call func(ctx context.Context, ids []string) error) []Group {
	list := make([]Group, 0, (len(ids)+perCall-1)/perCall)
	for chunk := range slices.Chunk(ids, perCall) {
		list = append(list, Group{IDs: chunk, Call: call})
	}
	return list
}

// Verdict is what the error of a call about a group says.
type Verdict struct {
	// Passes reports that the reason is likely to be over soon: the same call is worth
	// another try.
	Passes bool

	// After is how long the service wants to be left alone. 0 means it did not say.
	After time.Duration

	// Within bounds the time for repetitions, as [Again.Within] does.
	Within time.Duration

	// BlamesSome reports that, of several IDs, only some may be the reason.
	BlamesSome bool

	// ByState reports that the call is impossible in the state of what an ID stands for:
	// a look may show that nothing is left to do.
	ByState bool

	// Unknown reports that the service does not know an ID of the call.
	Unknown bool

	// MayBeDone reports that the call may have been carried out and must not be made
	// twice.
	MayBeDone bool

	// Named are the IDs that the answer refuses by name, with the reasons. What the
	// call was for is done for the others. Nil means that the error is about all.
	Named map[string]error
}

// Refusal is the answer to a refused call, as far as it stands.
type Refusal struct {
	Left []string // the IDs for which it stands; none means that nothing is left to do
	Err  error

	// Transient reports that the reason will pass by itself, though it does not say so.
	Transient bool

	// Until is when there is no more use in waiting for a transient reason to pass. Zero
	// means as long as the call is repeated.
	Until time.Time
}

// Failure is why a call for an ID has failed.
type Failure struct {
	Err       error
	MayBeDone bool // the call may have been carried out
}

// OtherRefusal is the refusal of an ID that the call did not name.
type OtherRefusal struct {
	Asked []string // the IDs that it did name
	ID    string
	Err   error
}

// Batches makes calls about groups of IDs side by side: it repeats what is worth it,
// and takes a group apart when the cloud refuses all of it because of one. An ID that
// has to be waited for holds up no other. It is not safe for concurrent use; Run may be
// called again when it has returned.
type Batches struct {
	RetryFor time.Duration // how long one call is repeated; negative means never
	Judge    func(error) Verdict
	Observer Observer // is told of the calls that are repeated; may be nil

	// Settle looks at IDs that were refused together, and returns for which of them the
	// refusal stands. Nil means that it stands for all. It is called by several
	// goroutines.
	Settle func(ctx context.Context, ids []string, err error) Refusal

	// Divide sorts IDs that were refused together into groups to ask about next. Nil, or
	// one group of all, means halves.
	Divide func(ids []string) [][]string

	// DividesTransient reports that a group is taken apart also when a transient refusal
	// has not passed in time: some of its IDs may be held up by another.
	DividesTransient bool

	failed map[string]Failure
	others []OtherRefusal
}

// Run makes every call, and returns when nothing is left to do.
func (b *Batches) Run(ctx context.Context, list []Group) {
	ctx = Serialize(ctx)
	var todo []*task
	for _, g := range list {
		todo = append(todo, b.newTask(ctx, g))
	}
	slots := make(chan struct{}, CallsAtOnce)
	answered := make(chan *task)
	for open := 0; len(todo) > 0 || open > 0; {
		for _, t := range todo {
			open++
			go func() {
				t.carryOut(b, slots)
				answered <- t
			}()
		}
		t := <-answered
		open--
		todo = b.next(ctx, t)
	}
}

// Fail records why a call for IDs has failed. A later failure replaces it.
func (b *Batches) Fail(ids []string, f Failure) {
	if b.failed == nil {
		b.failed = map[string]Failure{}
	}
	for _, id := range ids {
		b.failed[id] = f
	}
}

// Failed returns why the call for an ID has failed. The error of the zero value is nil:
// it has not.
func (b *Batches) Failed(id string) Failure { return b.failed[id] }

// RefusalsOfOtherIDs returns what answers have refused without being asked for it. It
// must not be lost: one of the IDs asked for may hide behind another spelling.
func (b *Batches) RefusalsOfOtherIDs() []OtherRefusal { return b.others }

// next carries out the outcome of a step, and returns the tasks that follow from it.
func (b *Batches) next(ctx context.Context, t *task) []*task {
	switch b.outcomeOf(ctx, t) {
	case done:
	case settle:
		t.step = settling
		return []*task{t}
	case repeat:
		t.step = calling
		return []*task{t}
	case takeApart:
		return b.apart(ctx, t)
	case askAlone:
		return b.alone(ctx, t)
	case leaveOpen:
		b.Fail(t.answer.Left, Failure{Err: t.answer.Err, MayBeDone: true})
	case giveUp:
		b.Fail(t.answer.Left, Failure{Err: t.answer.Err})
	}
	return nil
}

// apart returns the calls about those of a group that are left. Halves of a group
// that was settled as a whole are not settled again.
func (b *Batches) apart(ctx context.Context, t *task) (list []*task) {
	left := t.answer.Left
	groups := [][]string{left}
	if b.Divide != nil {
		groups = b.Divide(left)
	}
	halves := len(groups) == 1 && len(left) == len(t.IDs)
	if halves {
		half := len(left) / 2
		groups = [][]string{left[:half], left[half:]}
	}
	for _, ids := range groups {
		part := b.newTask(ctx, Group{IDs: ids, Call: t.Call})
		part.isHalf = halves
		list = append(list, part)
	}
	return list
}

// alone returns the tasks about the IDs that an answer has refused by name, one each.
// Those that were refused for their state are settled together first: most of them may
// be where they should be.
func (b *Batches) alone(ctx context.Context, t *task) (list []*task) {
	b.recordOthers(t)
	var ids, byState []string
	for _, id := range t.answer.Left {
		err := t.named[id]
		if err == nil {
			continue
		}
		if v := b.Judge(err); v.ByState && !v.Passes {
			byState = append(byState, id)
		} else {
			ids = append(ids, id)
		}
	}
	together := len(byState) > 1 && b.Settle != nil && !t.isTogether
	if !together {
		ids, byState = append(ids, byState...), nil
	}
	for _, id := range ids {
		one := b.newTask(ctx, Group{IDs: []string{id}, Call: t.Call})
		one.heard = t.named[id]
		list = append(list, one)
	}
	if together {
		all := b.newTask(ctx, Group{IDs: byState, Call: t.Call})
		all.heard, all.named, all.isTogether = t.named[byState[0]], t.named, true
		list = append(list, all)
	}
	return list
}

// recordOthers records refusals of IDs that the call did not name.
func (b *Batches) recordOthers(t *task) {
	if t.isTogether { // recorded with the answer
		return
	}
	for _, id := range slices.Sorted(maps.Keys(t.named)) {
		if err := t.named[id]; err != nil && !slices.Contains(t.IDs, id) {
			b.others = append(b.others, OtherRefusal{Asked: t.IDs, ID: id, Err: err})
		}
	}
}
