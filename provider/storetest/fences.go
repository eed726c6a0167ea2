package storetest

import (
	"time"

	"github.com/yunfan-cloud/yunfan/provider/store"
)

func fenceRules() []rule {
	const why = "A process that was stopped wakes, and does not know that another one has the operation."
	return []rule{
		{"a claim that was taken over can do nothing", why, fenceOld},
		{"a claim of an operation that was deleted can do nothing", why, fenceDeleted},
		{"a claim of an operation that was deleted and made again can do nothing", why, fenceMadeAgain},
		{"an operation that nobody has can be forgotten", "A store must not grow for ever.", forgotten},
		{"a clock that jumps ahead ends a claim, and its fence with it", "The clock of a server may be set.", jumpAhead},
		{"a clock that was ahead leaves the claims it gave", "The clock of a server may be set back.", jumpBack},
	}
}

// wantPowerless checks that a claim can do nothing.
func (w *world) wantPowerless(c store.Claim) {
	w.Helper()
	for _, s := range []store.Store{w.store, w.open(w.Open)} {
		w.wantError("Save", s.Save(w.Context(), c, change(c.Fence<<32+1, "late")), store.ErrSuperseded)
		w.wantError("Save of nothing", s.Save(w.Context(), c, change(0)), store.ErrSuperseded)
		w.wantError("Renew", s.Renew(w.Context(), c, long), store.ErrSuperseded)
		w.wantError("Release", s.Release(w.Context(), c), store.ErrSuperseded)
		w.wantError("Delete", s.Delete(w.Context(), c), store.ErrSuperseded)
	}
}

func fenceOld(w *world) {
	old := w.claim("web", "a")
	w.save(old, old.Fence<<32, "one")
	c := w.takeOver(old, "b")
	ch := change(c.Fence<<32, "two")
	ch.Obsolete = c.Fence << 32
	if err := w.store.Save(w.Context(), c, ch); err != nil {
		w.Fatal(err)
	}
	w.wantPowerless(old)
	list := w.texts("web")
	if n := len(list); n == 0 || list[n-1] != "two" {
		w.Errorf("got the records %q, want that the last is what the new holder saved", list)
	}
	e, _, err := w.store.Load(w.Context(), "web")
	if err != nil {
		w.Fatal(err)
	}
	if e.Holder != "b" {
		w.Errorf("holder: got %q, want b", e.Holder)
	}
}

func fenceDeleted(w *world) {
	c := w.claim("web", "a")
	w.save(c, 1, "one")
	if err := w.store.Delete(w.Context(), c); err != nil {
		w.Fatal(err)
	}
	_, _, err := w.store.Load(w.Context(), "web")
	w.wantError("loading", err, store.ErrNotFound)
	w.wantPowerless(c)
}

func fenceMadeAgain(w *world) {
	old := w.claim("web", "a")
	w.save(old, 1, "one")
	if err := w.store.Delete(w.Context(), old); err != nil {
		w.Fatal(err)
	}
	w.claim("web", "b")
	if got := w.texts("web"); len(got) != 0 {
		w.Errorf("got the records %q, want none of the deleted operation", got)
	}
	w.wantPowerless(old)
	if got := w.texts("web"); len(got) != 0 {
		w.Errorf("got the records %q, want none of the old claim", got)
	}
}

func forgotten(w *world) {
	w.wantError("one that is not there", store.Forget(w.Context(), w.store, "web"), store.ErrNotFound)
	c := w.claim("web", "a")
	w.wantError("one that somebody has", store.Forget(w.Context(), w.store, "web"), store.ErrHeld)
	w.save(c, 1, "one")
	if err := w.store.Release(w.Context(), c); err != nil {
		w.Fatal(err)
	}
	if err := store.Forget(w.Context(), w.store, "web"); err != nil {
		w.Errorf("got %v, want nil", err)
	}
	_, _, err := w.store.Load(w.Context(), "web")
	w.wantError("afterwards", err, store.ErrNotFound)
}

func jumpAhead(w *world) {
	if w.Later == nil {
		w.Log("the clock of this store cannot be set: not tried")
		return
	}
	old := w.claim("web", "a")
	later := w.open(w.Later)
	c, err := later.Claim(w.Context(), entry("web"), "b", long)
	if err != nil {
		w.Fatalf("got %v, want the claim: the clock of the store counts", err)
	}
	if c.Fence <= old.Fence {
		w.Errorf("fence: got %d after %d, want more", c.Fence, old.Fence)
	}
	w.wantPowerless(old)
}

func jumpBack(w *world) {
	if w.Later == nil {
		w.Log("the clock of this store cannot be set: not tried")
		return
	}
	c, err := w.open(w.Later).Claim(w.Context(), entry("web"), "a", long)
	if err != nil {
		w.Fatal(err)
	}
	_, err = w.store.Claim(w.Context(), entry("web"), "b", long)
	w.wantError("another claim", err, store.ErrHeld)
	w.save(c, 1, "one")
	if err := w.store.Renew(w.Context(), c, time.Millisecond); err != nil {
		w.Errorf("renewing: got %v, want nil", err)
	}
	w.await(w.store, "web", "b")
}
