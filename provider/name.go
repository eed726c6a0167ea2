package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/yunfan-cloud/yunfan/internal/ledger"
)

// nameless reports whether instances still bear the marker instead of their name.
func (op *Operation) nameless() bool {
	if !op.c.marksByName() || op.opts.KeepMarker || op.spec().Name == "" {
		return false
	}
	return slices.ContainsFunc(op.ledger.All(), func(p ledger.Part) bool { return lacksNames(&p) })
}

// lacksNames reports whether the instances of a part are known and bear its marker. What
// may not be the operation's keeps the name it has.
func lacksNames(p *ledger.Part) bool { return !p.Renamed && !p.Open() && p.Certain > 0 }

// giveNames gives instances the name of the spec in place of the marker, once it
// is known which they are. What fails is told with the operation's errors, also
// that ctx has ended, and tried again by Resume. A cloud that renames nothing is
// tried for as long as one call is repeated, not once for each instance.
func (op *Operation) giveNames(ctx context.Context, spec *RunInstancesSpec) {
	r, ok := op.c.driver.(Renamer)
	if !ok || !op.nameless() || op.unsaved() {
		return
	}
	op.forgetNames()
	stop := time.Now().Add(op.c.opts.RetryFor)
	for i, p := range op.ledger.All() {
		if !lacksNames(&p) {
			continue
		}
		if err := op.renameAll(ctx, r, spec, &p, stop); err != nil {
			op.addProblem(&nameError{err})
			continue
		}
		op.ledger.Rename(i)
	}
	op.addProblem(op.saveAnswer(ctx))
}

// forgetNames drops what went wrong with names so far: all that lack theirs are
// about to be tried again.
func (op *Operation) forgetNames() {
	op.mu.Lock()
	defer op.mu.Unlock()
	op.problems = slices.DeleteFunc(op.problems, func(err error) bool { return errors.As(err, new(*nameError)) })
}

// nameError is names that could not be given back.
type nameError struct{ err error }

// Error says whose.
func (e *nameError) Error() string { return e.err.Error() }

// Unwrap returns the reason.
func (e *nameError) Unwrap() error { return e.err }

// renameAll gives the servers of a part their names. Its error names the servers
// that keep the marker, with the first reason.
func (op *Operation) renameAll(ctx context.Context, r Renamer, spec *RunInstancesSpec, p *ledger.Part, stop time.Time) error {
	g := new(errgroup.Group)
	g.SetLimit(parallelCalls)
	ids := p.IDs[:p.Certain]
	failed := make([]bool, len(ids))
	for n, id := range ids {
		g.Go(func() error {
			err := op.rename(ctx, r, id, numbered(spec, p.First+p.NumberOffset+n), stop)
			failed[n] = err != nil
			return err
		})
	}
	err := g.Wait()
	if err == nil {
		return nil
	}
	var left []string
	for n, id := range ids {
		if failed[n] {
			left = append(left, id)
		}
	}
	return fmt.Errorf("servers %v keep a marker in their name: %w", left, err)
}

// numbered is the name of the server at an index of the operation.
func numbered(spec *RunInstancesSpec, index int) string {
	if !spec.UniqueSuffix {
		return spec.Name
	}
	digits := max(3, len(fmt.Sprint(max(spec.Count, 1))))
	return fmt.Sprintf("%s%0*d", spec.Name, digits, index+1)
}

// rename gives one server its name. One that is gone already needs none: whoever
// waits for it is told why.
func (op *Operation) rename(ctx context.Context, r Renamer, id, name string, stop time.Time) error {
	again := func(err error) bool { return passes(err) || op.unseen(err) }
	err := repeatUntil(ctx, stop, again, func(ctx context.Context) error {
		return op.c.once(ctx, op.region, APIRenameInstance, 1, func(ctx context.Context) (string, error) {
			return "", r.RenameInstance(ctx, op.region, id, name)
		})
	})
	if errors.Is(err, ErrNotFound) && time.Since(op.c.recent.at(id)) > youngFor && ctx.Err() == nil { // else it was not looked for to the end
		return nil
	}
	return err
}

// unseen tells of a server that the cloud has named and does not find that it may
// yet show up: for as long as servers of a lost create are looked for.
func (op *Operation) unseen(err error) bool {
	return errors.Is(err, ErrNotFound) && time.Since(op.ledger.NamedAt()) < op.c.opts.VisibleWithin
}

// unsaved tells whether the journal has failed. The marker is then the only
// trace of servers whose IDs it does not have.
func (op *Operation) unsaved() bool {
	op.mu.Lock()
	defer op.mu.Unlock()
	return slices.ContainsFunc(op.problems, func(err error) bool { return errors.As(err, new(*journalError)) })
}
