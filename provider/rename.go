package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/account"
	"github.com/yunfan-cloud/yunfan/internal/journal"
	"github.com/yunfan-cloud/yunfan/internal/wording"
)

// renameAll gives instances their names, several at a time, and records each result. A cloud
// that fails every rename is tried for as long as one call is repeated, not once for each
// instance. Time in the library's own queue does not count.
func (op *Operation) renameAll(ctx context.Context, r Renamer, list []owedName) {
	stop := time.Now().Add(op.c.opts.RetryFor)
	var next atomic.Int64
	var lanes sync.WaitGroup
	for range min(account.CallsAtOnce, len(list)) {
		lanes.Go(func() {
			queue := account.CountQueued(ctx) // of this lane, whose calls follow one another
			for n := next.Add(1); n <= int64(len(list)); n = next.Add(1) {
				o := &list[n-1]
				err := op.rename(queue, r, o, stop.Add(queue.Total()))
				op.nameOf(o.id, func(n *naming) { n.done, n.err = err == nil, err })
				if err == nil {
					op.nameOf(o.id, func(n *naming) { n.name = o.name })
					op.c.recent.Name(o.id, op.id)
				}
			}
		})
	}
	lanes.Wait()
}

// rename gives one instance its name. An instance that is gone needs no name: the wait reports
// the reason.
func (op *Operation) rename(ctx context.Context, r Renamer, o *owedName, stop time.Time) error {
	again := func(err error) bool { return passes(err) || op.unseen(err) }
	err := repeatUntil(ctx, stop, again, func(ctx context.Context) error {
		return op.c.once(ctx, op.region, APIRenameInstance, 1, func(ctx context.Context) (string, error) {
			op.nameOf(o.id, func(n *naming) { n.sent = true })
			return "", r.RenameInstance(ctx, op.region, o.id, o.name)
		})
	})
	lookedFor := time.Since(op.c.recent.at(o.id)) > youngFor && ctx.Err() == nil
	if errors.Is(err, ErrNotFound) && lookedFor {
		return nil
	}
	return err
}

// unseen reports whether an instance that the cloud has named, and does not find, may still
// become visible. That may take as long as the search for a lost create.
func (op *Operation) unseen(err error) bool {
	return errors.Is(err, ErrNotFound) && time.Since(op.ledger.NamedAt()) < op.c.opts.VisibleWithin
}

// numbered returns the name of the instance at an index of the operation.
func numbered(spec *RunInstancesSpec, index int) string {
	if !spec.UniqueSuffix {
		return spec.Name
	}
	digits := max(3, len(fmt.Sprint(spec.Count)))
	return fmt.Sprintf("%s%0*d", spec.Name, digits, index+1)
}

// clearNames drops the rename errors so far: all instances without their name are about to be
// tried again.
func (op *Operation) clearNames() {
	op.mu.Lock()
	defer op.mu.Unlock()
	for id, n := range op.names {
		n.err = nil
		op.names[id] = n
	}
}

// failNames records why instances did not get their names.
func (op *Operation) failNames(list []owedName, err error) {
	for i := range list {
		op.nameOf(list[i].id, func(n *naming) {
			if n.err == nil {
				n.err = err
			}
		})
	}
}

// failedNames reports whether a rename of one of the instances has failed.
func (op *Operation) failedNames(list []owedName) bool {
	op.mu.Lock()
	defer op.mu.Unlock()
	return slices.ContainsFunc(list, func(o owedName) bool { return op.names[o.id].err != nil })
}

// closeNames records which parts have all their names, and the errors of the others. It
// returns the errors about instances that were not reported to the caller before.
func (op *Operation) closeNames(spec *RunInstancesSpec) error {
	owed := op.owedNames(spec)
	var failed, news []error
	for i, p := range op.ledger.All() {
		if !lacksNames(&p) {
			continue
		}
		left := slices.DeleteFunc(slices.Clone(owed), func(o owedName) bool { return o.part != i })
		if len(left) == 0 {
			op.ledger.Rename(i)
			continue
		}
		fresh, err := op.nameTrouble(left)
		failed = append(failed, err)
		if fresh {
			news = append(news, err)
		}
	}
	op.mu.Lock()
	defer op.mu.Unlock()
	op.problems = slices.DeleteFunc(op.problems, func(err error) bool { return errors.As(err, new(*nameError)) })
	op.problems = append(op.problems, wording.Compact(failed...)...)
	return wording.Paragraph(op.c.name, news...)
}

// nameTrouble returns an error that names the instances which keep the marker because a rename
// failed, with the first reason, or nil. Fresh reports whether one of them was not reported to
// the caller before.
func (op *Operation) nameTrouble(left []owedName) (fresh bool, trouble error) {
	op.mu.Lock()
	defer op.mu.Unlock()
	var ids []string
	var why error
	for i := range left {
		n := op.names[left[i].id]
		if n.err == nil {
			continue
		}
		ids, why = append(ids, left[i].id), cmp.Or(why, n.err)
		fresh = fresh || !n.told
		n.told = true
		op.names[left[i].id] = n
	}
	if why == nil {
		return false, nil
	}
	return fresh, &nameError{fmt.Errorf("instances %s keep a marker in their name: %w", wording.Some(ids), why)}
}

// nameError is the error of renames that failed.
type nameError struct{ err error }

// Error names the instances.
func (e *nameError) Error() string { return e.err.Error() }

// Unwrap returns the reason.
func (e *nameError) Unwrap() error { return e.err }

// unsaved reports whether the journal has failed. The marker is then the only trace of
// instances whose IDs are not in the journal.
func (op *Operation) unsaved() bool {
	op.mu.Lock()
	defer op.mu.Unlock()
	return slices.ContainsFunc(op.problems, func(err error) bool { return errors.As(err, new(*journal.Error)) })
}
