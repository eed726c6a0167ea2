package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/ledger"
)

// errReleased is what is left to say about an operation that OnFailure ended.
var errReleased = errors.New("the instances of the failed operation were released")

// allReleased reports whether an operation has no instances because it let them go.
func (op *Operation) allReleased() bool { return op.ledger.Over() && len(op.InstanceIDs()) == 0 }

// releaseAfterFailure releases the instances of an operation that failed, and returns
// its error with what became of them.
func (op *Operation) releaseAfterFailure(ctx context.Context) error {
	problem := op.findLate(ctx)
	_, err := op.releaseOurs(ctx, "releasing the instances of the failed operation")
	e := &RunError{}
	errors.As(op.runError(), &e)
	e.Errs = append(e.Errs, compact(err, problem)...)
	return e
}

// releaseOurs releases the instances that are certainly the operation's, and no others.
// Those that cannot be released stay in the operation. That it is over is
// written down first: whoever resumes it releases the rest, and creates nothing. What
// is not written down is not released: another process may have the operation by now.
func (op *Operation) releaseOurs(ctx context.Context, what string) (TerminateResult, error) {
	ids := op.ledger.Ours()
	if len(ids) == 0 {
		return TerminateResult{}, nil
	}
	began := op.ledger.BeginRelease()
	if err := op.saveAnswer(ctx); err != nil {
		if began {
			op.ledger.CancelRelease()
		}
		return TerminateResult{}, fmt.Errorf("nothing was released: %w", err)
	}
	ids, foreign := op.withoutForeign(ctx, ids)
	res, err := op.c.terminate(ctx, op.region, ids)
	if err != nil {
		err = fmt.Errorf("%s: %w", what, err)
	}
	if op.leave(&res) {
		err = oneParagraph(op.c.name, err, op.saveAnswer(ctx))
	}
	return res, oneParagraph(op.c.name, err, foreign)
}

// leave takes what was released, or is gone, out of the operation, and reports whether
// there was any.
func (op *Operation) leave(res *TerminateResult) bool {
	op.ledger.See(res.Gone) // the client has seen them, or the cloud said that they ended
	left := op.ledger.Leave(res.Released, ledger.ReleaseAccepted)
	left = append(left, op.ledger.Leave(res.Gone, ledger.GoneForGood)...)
	op.mu.Lock()
	defer op.mu.Unlock()
	op.released = append(op.released, left...)
	return len(left) > 0
}

// withoutForeign leaves out the instances that cannot be the operation's although an
// answer named them: those that bear the tag of another operation, and of those that do
// not bear its own tag or marker the ones that are older than the operation or have
// another name than it gave. A look that fails keeps nothing back.
func (op *Operation) withoutForeign(ctx context.Context, ids []string) (ours []string, err error) {
	ctx, cancel := context.WithTimeout(ctx, foreignLook)
	defer cancel()
	seen, _, lookErr := op.c.seen(ctx, op.region, ids)
	if lookErr != nil {
		return ids, nil
	}
	oldest := op.oldestPossible(seen)
	var foreign []string
	ours = slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		i, ok := seen[id]
		other := ok && op.isForeign(&i, oldest)
		if other {
			foreign = append(foreign, id)
		}
		return other
	})
	if len(foreign) == 0 {
		return ours, nil
	}
	op.ledger.Doubt(foreign)
	return ours, fmt.Errorf("not released, because they are older than the operation, named otherwise or another's,"+
		" although an answer named them: %s; look at them, and release them by ID", someOf(foreign))
}

// isForeign reports whether an instance that was seen cannot be the operation's.
func (op *Operation) isForeign(i *Instance, oldest time.Time) bool {
	tag := i.Tags[OperationTag]
	switch {
	case tag != "":
		return tag != op.id
	case op.c.marksByName() && strings.Contains(i.Name, markerStart(op.owner, op.id)):
		return false
	case op.c.marksByName() && markerIn(i.Name) != "": // of another operation
		return true
	case !i.CreatedAt.IsZero() && i.CreatedAt.Before(oldest):
		return true
	}
	return op.isMisnamed(i)
}

// isMisnamed reports whether an instance has another name than the operation gave. Only
// plain names count: how others come back no vendor says, and some count by themselves.
func (op *Operation) isMisnamed(i *Instance) bool {
	if op.spec == nil || i.Name == "" {
		return false
	}
	name := op.spec().Name
	return name != "" && isPlain(name) && !strings.HasPrefix(i.Name, name)
}

// foreignLook is how long a release waits for the look that leaves out what is not the
// operation's.
const foreignLook = 20 * time.Second

// createSpan is how long the creates of an operation may take, with room for clocks.
const createSpan = 10 * time.Minute

// ownClock is how much older than the operation an instance may seem to be by the clock of
// this process. Clouds refuse the signatures of clocks that are off by more than minutes.
const ownClock = time.Hour

// oldestPossible returns the moment before which no instance of the operation can have
// been created: by the clock of this process, where it began the operation, and measured
// against the youngest of its instances, since other clocks are not trusted.
func (op *Operation) oldestPossible(seen map[string]Instance) time.Time {
	var youngest, first time.Time
	for _, i := range seen {
		if i.CreatedAt.After(youngest) {
			youngest = i.CreatedAt
		}
	}
	for _, p := range op.ledger.All() {
		if p.Sent.IsZero() {
			continue
		}
		if first.IsZero() || p.Sent.Before(first) {
			first = p.Sent
		}
	}
	span := createSpan
	if named := op.ledger.NamedAt(); !first.IsZero() && named.After(first) {
		span += named.Sub(first)
	}
	oldest := op.began
	if !oldest.IsZero() {
		oldest = oldest.Add(-ownClock)
	}
	if relative := youngest.Add(-span); !youngest.IsZero() && relative.After(oldest) {
		oldest = relative
	}
	return oldest
}

// Terminate releases what the operation has made, and ends it: nothing more is created
// for it, here or by [Client.Resume]. Of creates whose outcome is unknown the cloud is
// asked first, which needs the spec: resume the operation with it. That the operation
// is over is in the journal before the first release goes out, so that Resume, or
// Terminate once more, goes on with what is left.
//
// Instances that may not be the operation's (see [RunError].Doubtful) are kept; release
// them by ID with [Client.TerminateInstances]. The result says per instance what became
// of it. A nil error means that nothing is left that anybody can see. Where a create was
// given up after a search ([TokenInfo].GivenUp), Terminate looks for what it made until
// half of [Options].SearchFor has passed since; what shows up later still is found by
// another Terminate or Resume, and by [Client.Sweep].
func (op *Operation) Terminate(ctx context.Context, o *TerminateOptions) (TerminateResult, error) {
	if err := op.mending.lock(ctx); err != nil {
		return TerminateResult{}, fmt.Errorf("%s: %w", op.c.name, err)
	}
	defer op.mending.unlock()
	began := op.ledger.BeginRelease()
	if err := op.saveAnswer(ctx); err != nil {
		if began {
			op.ledger.CancelRelease()
		}
		return TerminateResult{}, fmt.Errorf("%s: operation %s: nothing was released: %w", op.c.name, op.id, err)
	}
	open := op.settleOpen(ctx)
	late := op.lingerForLate(ctx)
	res, err := op.releaseOurs(ctx, "releasing the instances of the operation")
	if o != nil && o.Wait && len(res.Released) > 0 {
		err = oneParagraph(op.c.name, err, op.c.waitReleased(ctx, op.region, res.Released))
	}
	res.MayAppear = op.mayAppear()
	return res, op.about("terminating it", open, late, err, op.kept())
}

// about says of errors what was done to the operation when they came.
func (op *Operation) about(doing string, errs ...error) error {
	if len(compact(errs...)) == 0 {
		return nil
	}
	what := fmt.Errorf("operation %s: %s", op.id, doing)
	return oneParagraph(op.c.name, append([]error{what}, errs...)...)
}

// settleOpen finds out what creates whose outcome is unknown have made.
func (op *Operation) settleOpen(ctx context.Context) error {
	if len(op.openParts()) == 0 {
		return nil
	}
	if op.spec == nil {
		return fmt.Errorf("%w: creates were sent whose answer is not known;"+
			" resume the operation with its spec, and terminate it then", ErrOutcomeUnknown)
	}
	op.createParts(inLine(ctx))
	var errs []error
	for _, i := range op.openParts() {
		errs = append(errs, fmt.Errorf("%w: %w", ErrOutcomeUnknown, op.wordsOf(i).err))
	}
	return oneParagraph(op.c.name, errs...)
}

// kept says which instances were not released because they may not be the operation's.
func (op *Operation) kept() error {
	ids := op.ledger.NotOurs()
	if len(ids) == 0 {
		return nil
	}
	return fmt.Errorf("kept, because they may not be the operation's: %s; look at them, and release them by ID", someOf(ids))
}

// releaseOwed releases what a process that ended had marked for its release.
func (op *Operation) releaseOwed(ctx context.Context) error {
	ids := op.ledger.Releasing()
	if len(ids) == 0 {
		return nil
	}
	ids, foreign := op.withoutForeign(ctx, ids)
	res, err := op.c.terminate(ctx, op.region, ids)
	err = oneParagraph(op.c.name, err, foreign)
	if left := op.ledger.LaunchFailed(append(res.Released, res.Gone...)); len(left) > 0 {
		err = oneParagraph(op.c.name, err, op.saveAnswer(ctx))
	}
	return err
}
