package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/account"
	"github.com/yunfan-cloud/yunfan/internal/journal"
	"github.com/yunfan-cloud/yunfan/internal/naming"
	"github.com/yunfan-cloud/yunfan/internal/ownership"
	"github.com/yunfan-cloud/yunfan/internal/poll"
	"github.com/yunfan-cloud/yunfan/internal/wording"
)

// Clouds without client tokens: instances are created with a marker in their name, and get the
// name of the spec afterwards. Package naming does it; here is what it needs of the cloud.

// renaming returns the task of giving instances their names, or nil where nothing is to be
// renamed. Instances that the journal does not have keep their marker: it is their only trace.
func (op *Operation) renaming() *naming.Task {
	r, ok := op.c.driver.(Renamer)
	if !ok || !op.nameless() || op.unsaved() || op.ledger.Over() {
		return nil
	}
	s := op.spec()
	return &naming.Task{
		Cloud: renames{op, r}, Form: naming.Form{Name: s.Name, Numbered: s.UniqueSuffix, Count: s.Count},
		RetryFor: op.c.opts.RetryFor, VisibleWithin: op.c.opts.VisibleWithin,
	}
}

// unsaved reports whether the journal has failed. The marker is then the only trace of
// instances whose IDs are not in the journal.
func (op *Operation) unsaved() bool {
	op.mu.Lock()
	defer op.mu.Unlock()
	return slices.ContainsFunc(op.problems, func(err error) bool { return errors.As(err, new(*journal.Error)) })
}

// namesAtOnce is how many names a create gives before it returns. Each takes one call, and an
// hour of QingCloud has two thousand: a thousand names take half an hour.
const namesAtOnce = 20

// giveNames replaces the marker by the name of the spec, once the instances are known. It
// looks at them first, in calls shared with all waits. The rest, and all names of a large
// operation, are left to Wait, Look and Resume. Failures are reported with the operation's
// errors.
func (op *Operation) giveNames(ctx context.Context) {
	t := op.renaming()
	if t == nil || len(op.names.Owed(&t.Form)) > namesAtOnce {
		return
	}
	op.names.Give(ctx, t, func() {
		_ = op.closeNames(t) // the operation's error contains all of them
		op.addProblem(op.journal.SaveAnyway(ctx))
	})
}

// namingPause is the time between two rounds of names while a wait goes on.
const namingPause = 5 * time.Second

// nameMeanwhile gives names to instances as a wait sees them, while the wait goes on. It tries
// each instance once, and reports nothing: what fails is tried again when the wait is over. The
// function that it returns ends this, and waits for the end.
func (op *Operation) nameMeanwhile(ctx context.Context, seen *lastSights) (stop func()) {
	if seen == nil {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	var done sync.WaitGroup
	done.Go(func() {
		tried := map[string]bool{} // a name that is refused would use up the account's calls
		for account.Sleep(ctx, namingPause) {
			if t := op.renaming(); t != nil {
				op.nameOnce(ctx, t, seen.all(), tried)
			}
		}
	})
	return func() {
		cancel()
		done.Wait()
	}
}

// nameOnce gives names to instances that were seen with the marker and that were not tried
// before, and records those that it tries.
func (op *Operation) nameOnce(ctx context.Context, t *naming.Task, seen map[string]Instance, tried map[string]bool) {
	shown, now := op.shown(seen), map[string]bool{}
	marked := func(id string) naming.Sight { // doubts wait for the whole picture
		if tried[id] || shown(id) != naming.Marked {
			return naming.Nothing
		}
		now[id] = true
		return naming.Marked
	}
	op.names.GiveShown(ctx, t, marked, func() { maps.Copy(tried, now) })
}

// nameSighted gives names to instances that a wait or a look has just seen. It returns the
// failures, once for each instance.
func (op *Operation) nameSighted(ctx context.Context, seen map[string]Instance) (err error) {
	t := op.renaming()
	if t == nil || len(seen) == 0 {
		return nil
	}
	op.names.GiveShown(ctx, t, op.shown(seen), func() {
		err = wording.Paragraph(op.c.name, op.closeNames(t), op.journal.SaveAnyway(ctx))
	})
	return err
}

// closeNames records the errors of the parts that do not have all their names. It returns
// those about instances that were not reported to the caller before.
func (op *Operation) closeNames(t *naming.Task) error {
	failed, fresh := op.names.Close(&t.Form)
	op.mu.Lock()
	defer op.mu.Unlock()
	op.problems = slices.DeleteFunc(op.problems, func(err error) bool { return errors.As(err, new(*naming.Error)) })
	op.problems = append(op.problems, failed...)
	return wording.Paragraph(op.c.name, fresh...)
}

// nameGiven returns the name that an instance was given after it was seen, or else the name
// that was seen.
func (op *Operation) nameGiven(i *Instance) string {
	if name := op.names.Given(i.ID); name != "" && op.bearsMarker(i) {
		return name
	}
	return i.Name
}

// bearsMarker reports whether the name of an instance has the operation's marker.
func (op *Operation) bearsMarker(i *Instance) bool {
	m := op.mark()
	return m.Bears(i.Name)
}

// shown returns what a look has shown about the names of instances.
func (op *Operation) shown(seen map[string]Instance) naming.Shown {
	oldest := op.oldestPossible(seen)
	return func(id string) naming.Sight {
		i, ok := seen[id]
		switch {
		case !ok, i.Name == "" && !released(i.State):
			return naming.Nothing
		case op.bearsMarker(&i):
			return naming.Marked
		case op.isOthers(&i, oldest):
			return naming.Foreign
		}
		return naming.Named
	}
}

// isOthers reports whether an instance that was seen without the marker cannot be the
// operation's. In a resumed operation its name proves nothing: another process may have
// renamed it.
func (op *Operation) isOthers(i *Instance, oldest time.Time) bool {
	if resumed := op.began.IsZero(); resumed || released(i.State) {
		return false
	}
	by := op.c.recent.Namer(i.ID)
	another := by != "" && by != op.id
	return another || op.isForeign(i, oldest)
}

// slowestRate is how long the calls of one look may wait for each other. No cloud has a lower
// rate.
const slowestRate = 10 * time.Second

// lookAtNames looks once at instances, through the shared poller, and returns those that are
// visible.
func (op *Operation) lookAtNames(ctx context.Context, ids []string) (map[string]Instance, error) {
	w := newWaiter(op.c, StateRunning, ids, nil)
	w.sightings, w.ownerOf = &lastSights{}, op.ownerByClock()
	queued := time.Duration(len(ids)/op.c.limits.IDsPerDescribe) * slowestRate
	within, cancel := context.WithTimeout(ctx, max(op.c.opts.RetryFor, ownerLook)+queued)
	defer cancel()
	err := w.look(within, op.target())
	seen := w.sighted() // of strangers the parts are needed: see naming.Foreign
	op.ledger.See(append(seen[ownership.Unclear], seen[ownership.Foreign]...))
	op.ledger.Recognize(seen[ownership.Own])
	var cut *poll.Interrupted
	switch {
	case err == nil:
		return w.sightings.all(), nil
	case within.Err() == nil || ctx.Err() != nil:
	case errors.As(err, &cut): // calls have failed until the time was over
		err = cut.Call
	default:
		err = naming.ErrUnanswered
	}
	return w.sightings.all(), fmt.Errorf("looking at them: %w", err)
}

// renames are the calls that give instances of an operation their names.
type renames struct {
	op *Operation
	r  Renamer
}

// Look implements [naming.Cloud].
func (n renames) Look(ctx context.Context, ids []string) (naming.Shown, error) {
	seen, err := n.op.lookAtNames(ctx, ids)
	return n.op.shown(seen), err
}

// Rename implements [naming.Cloud]. An instance that is gone needs no name: the wait reports
// the reason.
func (n renames) Rename(ctx context.Context, o *naming.Owed, stop time.Time, sending func()) error {
	op := n.op
	again := func(err error) bool { return passes(err) || op.unseen(err) }
	err := op.c.repeatUntil(ctx, stop, again, func(ctx context.Context) error {
		return op.c.once(ctx, op.region, APIRenameInstance, 1, func(ctx context.Context) (string, error) {
			sending()
			return "", n.r.RenameInstance(ctx, op.region, o.ID, o.Name)
		})
	})
	lookedFor := time.Since(op.c.recent.At(o.ID)) > youngFor && ctx.Err() == nil
	gone := errors.Is(err, ErrNotFound) && lookedFor
	if err != nil && !gone {
		return err
	}
	op.c.recent.Name(o.ID, op.id)
	return nil
}

// unseen reports whether an instance that the cloud has named, and does not find, may still
// become visible. That may take as long as the search for a lost create.
func (op *Operation) unseen(err error) bool {
	return errors.Is(err, ErrNotFound) && time.Since(op.ledger.NamedAt()) < op.c.opts.VisibleWithin
}

// Adopt implements [naming.Cloud].
func (n renames) Adopt(ctx context.Context, part int) {
	if _, err := (creates{n.op}).FindMarked(ctx, part, true); err != nil {
		n.op.addProblem(fmt.Errorf("looking for instances that an answer may have left out: %w", err))
	}
}
