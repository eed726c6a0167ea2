package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"
)

// nameless tells whether servers still bear the marker instead of their name.
func (op *Operation) nameless() bool {
	if !op.c.limits.NameMarker || op.c.limits.ClientToken || op.opts.KeepMarker || op.spec().Name == "" {
		return false
	}
	op.mu.Lock()
	defer op.mu.Unlock()
	for i := range op.parts {
		if p := &op.parts[i]; !p.Named && !p.open() && len(p.IDs) > 0 {
			return true
		}
	}
	return false
}

// giveNames gives servers the name of the spec in place of the marker, once it
// is known which they are. What fails is told with the operation's errors, and
// tried again by Resume.
func (op *Operation) giveNames(ctx context.Context, spec *RunInstancesSpec) {
	r, ok := op.c.driver.(Renamer)
	if !ok || !op.nameless() || ctx.Err() != nil || op.unsaved() {
		return
	}
	for i := range op.parts {
		p := op.part(i)
		if p.Named || p.open() || len(p.IDs) == 0 {
			continue
		}
		err := op.renameAll(ctx, r, spec, &p)
		if err != nil {
			op.note(&nameError{err})
			continue
		}
		op.change(i, func(p *part) { p.Named = true })
	}
	op.note(op.saveAnswer(ctx))
}

// nameError is a name that could not be given back.
type nameError struct{ err error }

// Error says so.
func (e *nameError) Error() string {
	return fmt.Sprintf("servers keep a marker in their name: %v", e.err)
}

// Unwrap returns the reason.
func (e *nameError) Unwrap() error { return e.err }

// renameAll gives the servers of a part their names and returns the first error.
func (op *Operation) renameAll(ctx context.Context, r Renamer, spec *RunInstancesSpec, p *part) error {
	g := new(errgroup.Group)
	g.SetLimit(parallelCalls)
	for n, id := range p.IDs {
		g.Go(func() error { return op.rename(ctx, r, id, numbered(spec, p.First+p.Shift+n)) })
	}
	return g.Wait()
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
func (op *Operation) rename(ctx context.Context, r Renamer, id, name string) error {
	again := func(err error) bool { return safeAgain(err) || op.c.tooNew(err, id) }
	err := op.c.repeat(ctx, again, func() error {
		return op.c.once(ctx, op.region, APIRenameInstance, 1, func(ctx context.Context) (string, error) {
			return "", r.RenameInstance(ctx, op.region, id, name)
		})
	})
	if errors.Is(err, ErrNotFound) && !op.c.tooNew(err, id) {
		return nil
	}
	return err
}

// unsaved tells whether the journal has failed. The marker is then the only
// trace of servers whose IDs it does not have.
func (op *Operation) unsaved() bool {
	op.mu.Lock()
	defer op.mu.Unlock()
	return slices.ContainsFunc(op.trouble, func(err error) bool { return errors.As(err, new(*journalError)) })
}
