package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/store"
)

func brokenRules() []rule {
	const dies = "A database dies in the middle."
	return append(onEach("a store that fails from any save on costs no instance", dies, brokenSave), []rule{
		{"an operation that was run is run again from the store alone", "It is what the store is for.", runTwice},
		{"an operation whose claim is taken sends nothing more", "Another process has it.", takenRun},
	}...)
}

var errDead = errors.New("the store is dead")

// breaking is a store that fails at a save, and at every one after it.
type breaking struct {
	store.Store
	at    int32 // from 1
	after bool  // the first save that fails has its effect
	saves atomic.Int32
}

// Save implements [store.Store].
func (b *breaking) Save(ctx context.Context, c store.Claim, ch store.Change) error {
	n := b.saves.Add(1)
	if n < b.at {
		return b.Store.Save(ctx, c, ch)
	}
	if n == b.at && b.after {
		return errors.Join(errDead, b.Store.Save(ctx, c, ch))
	}
	return errDead
}

func brokenSave(w *world, cloud string) {
	for n := int32(1); ; n++ {
		before := &breaking{Store: w.store, at: n}
		w.breakAt(newAccount(w, cloud), before, fmt.Sprintf("%s-%d-before", cloud, n))
		if before.saves.Load() < n {
			return
		}
		after := &breaking{Store: w.store, at: n, after: true}
		w.breakAt(newAccount(w, cloud), after, fmt.Sprintf("%s-%d-after", cloud, n))
	}
}

// breakAt runs an operation in a store that fails, and once more in the store that works.
func (w *world) breakAt(a *account, s *breaking, id string) {
	w.Helper()
	op, err := w.run(a, s, id, options())
	if op != nil {
		_ = op.Close()
	}
	if failed := s.saves.Load() >= s.at; failed && !errors.Is(err, errDead) && s.at <= 3 {
		w.Errorf("%s: got error %v, want that of the store", id, err)
	}
	op, err = w.run(a, w.store, id, options())
	w.wantExactly(a, op, err, id)
}

func runTwice(w *world) {
	for _, name := range cloudNames {
		a := newAccount(w, name)
		op, err := w.run(a, w.store, name, options())
		w.wantExactly(a, op, err, name)
		calls := a.sim.Calls(a.Sim, "")
		w.store = w.open(w.Open)
		op, err = w.run(a, w.store, name, options())
		w.wantExactly(a, op, err, name+" again")
		if more := a.sim.Calls(a.Sim, "") - calls; more != 0 {
			w.Errorf("%s: got %d more calls to the cloud, want none", name, more)
		}
	}
}

// takenRun takes an operation away at its second save.
func takenRun(w *world) {
	for _, name := range cloudNames {
		a := newAccount(w, name)
		s := &taking{Store: w.store, take: func(c store.Claim) {
			if next := w.takeOver(c, "another"); w.store.Release(w.Context(), next) != nil {
				w.Errorf("%s: the other process cannot give it back", name)
			}
		}}
		o := options()
		o.Run.OnFailure = provider.TerminateOnFailure
		op, err := w.run(a, s, name, o)
		w.wantError(name, err, provider.ErrSuperseded)
		_ = op.Close()
		if got := s.saves.Load(); got > 3 { // those on their way at that moment may still ask
			w.Errorf("%s: got %d saves, want none after the first that was refused", name, got)
		}
		op, err = w.run(a, w.store, name, options())
		w.wantExactly(a, op, err, name)
	}
}

// taking is a store from which another process takes the operation at the second save.
type taking struct {
	store.Store
	take  func(store.Claim)
	saves atomic.Int32
}

// Save implements [store.Store].
func (s *taking) Save(ctx context.Context, c store.Claim, ch store.Change) error {
	if s.saves.Add(1) == 2 {
		s.take(c)
	}
	return s.Store.Save(ctx, c, ch)
}
