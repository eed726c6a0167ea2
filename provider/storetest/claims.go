package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/store"
)

func claimRules() []rule {
	return []rule{
		{"a new operation is kept as it was given", "Lists and sweeps read nothing else.", claimKeeps},
		{"the first claim decides what the entry is", "Another process may know less.", claimIgnores},
		{"an operation that somebody has is refused with the holder", "People must find the process.", claimRefused},
		{"a holder has no claim by its name", "Two processes may have the same name.", claimByName},
		{"an operation that was given back can be claimed at once", "A restart must not wait.", claimReleased},
		{"an operation whose time is over can be claimed", "Its holder may be dead.", claimOver},
		{"a claim that was renewed is not over", "Its holder works.", claimRenewed},
		{"a claim whose time is over and that nobody took is still good", "A short outage ends nothing.", claimLate},
		{"of many claims at once one succeeds", "Two holders would create twice.", claimRace},
		{"IDs that differ in case are two operations", "A file system may not know the difference.", claimCase},
		{"an operation that is not there is ErrNotFound", "Callers begin it then.", loadMissing},
		{"a ctx that has ended ends every call", "A caller must not hang.", ctxEnds},
	}
}

func claimKeeps(w *world) {
	before := time.Now().Add(-10 * time.Minute) // the clock of a store may be another one
	c := w.claim("web", "a")
	again := w.open(w.Open)
	got, records, err := again.Load(w.Context(), "web")
	if err != nil {
		w.Fatal(err)
	}
	want := entry("web")
	same := got.ID == want.ID && got.Cloud == want.Cloud && got.Region == want.Region && got.Owner == want.Owner
	if !same || got.Counts != want.Counts {
		w.Errorf("got %+v, want %+v", got, want)
	}
	if !bytes.Equal(got.Definition, want.Definition) {
		w.Errorf("definition: got %q, want %q", got.Definition, want.Definition)
	}
	if got.Created.Before(before) || got.Updated.Before(before) {
		w.Errorf("created %v, updated %v, want now", got.Created, got.Updated)
	}
	if got.Holder != "a" {
		w.Errorf("holder: got %q, want a", got.Holder)
	}
	if c.Fence < 1 {
		w.Errorf("fence: got %d, want at least 1", c.Fence)
	}
	if len(records) != 0 {
		w.Errorf("got %d records, want none", len(records))
	}
}

func claimIgnores(w *world) {
	old := w.claim("web", "a")
	if err := w.store.Release(w.Context(), old); err != nil {
		w.Fatal(err)
	}
	c, err := w.store.Claim(w.Context(), store.Entry{ID: "web", Cloud: "ens"}, "b", long)
	if err != nil {
		w.Fatal(err)
	}
	if c.Entry.Cloud != "aliyun" {
		w.Errorf("cloud: got %q, want that of the first claim", c.Entry.Cloud)
	}
	if !bytes.Equal(c.Entry.Definition, entry("").Definition) {
		w.Errorf("definition: got %q, want that of the first claim", c.Entry.Definition)
	}
	if c.Fence <= old.Fence {
		w.Errorf("fence: got %d after %d, want more", c.Fence, old.Fence)
	}
}

func claimRefused(w *world) {
	w.claim("web", "a")
	_, err := w.open(w.Open).Claim(w.Context(), entry("web"), "b", long)
	w.wantError("a second claim", err, store.ErrHeld)
	var held *store.HeldError
	if !errors.As(err, &held) {
		w.Fatalf("got %T, want a HeldError", err)
	}
	if held.ID != "web" || held.Holder != "a" {
		w.Errorf("got %s held by %q, want web held by a", held.ID, held.Holder)
	}
	if held.Left <= long-time.Minute || held.Left > long {
		w.Errorf("left: got %v, want almost %v", held.Left, long)
	}
}

func claimByName(w *world) {
	w.claim("web", "a")
	_, err := w.store.Claim(w.Context(), entry("web"), "a", long)
	w.wantError("a second claim of the same name", err, store.ErrHeld)
}

func claimReleased(w *world) {
	old := w.claim("web", "a")
	w.save(old, 1, "one")
	if err := w.store.Release(w.Context(), old); err != nil {
		w.Fatal(err)
	}
	e, _, err := w.store.Load(w.Context(), "web")
	if err != nil {
		w.Fatal(err)
	}
	if e.Holder != "" {
		w.Errorf("holder: got %q, want nobody", e.Holder)
	}
	w.claim("web", "b")
	if got := w.texts("web"); len(got) != 1 {
		w.Errorf("got the records %q, want the one that was saved", got)
	}
}

func claimOver(w *world) {
	old, err := w.store.Claim(w.Context(), entry("web"), "a", 30*time.Millisecond)
	if err != nil {
		w.Fatal(err)
	}
	c := w.await(w.store, "web", "b")
	if c.Fence <= old.Fence {
		w.Errorf("fence: got %d after %d, want more", c.Fence, old.Fence)
	}
}

func claimRenewed(w *world) {
	c, err := w.store.Claim(w.Context(), entry("web"), "a", 20*time.Millisecond)
	if err != nil {
		w.Fatal(err)
	}
	if err := w.store.Renew(w.Context(), c, long); err != nil {
		w.Fatal(err)
	}
	pause(w.Context(), 40*time.Millisecond)
	_, err = w.store.Claim(w.Context(), entry("web"), "b", long)
	w.wantError("after the first time is over", err, store.ErrHeld)
}

func claimLate(w *world) {
	c, err := w.store.Claim(w.Context(), entry("web"), "a", time.Millisecond)
	if err != nil {
		w.Fatal(err)
	}
	pause(w.Context(), 20*time.Millisecond)
	w.save(c, 1, "one")
	if err := w.store.Renew(w.Context(), c, long); err != nil {
		w.Errorf("renewing: got %v, want nil", err)
	}
	_, err = w.store.Claim(w.Context(), entry("web"), "b", long)
	w.wantError("after that", err, store.ErrHeld)
}

func claimRace(w *world) {
	for round := range 5 {
		id := fmt.Sprint("web-", round)
		var won, lost atomic.Int32
		var g sync.WaitGroup
		for n := range 8 {
			s := w.store
			if n%2 == 0 {
				s = w.open(w.Open)
			}
			g.Go(func() {
				_, err := s.Claim(w.Context(), entry(id), fmt.Sprint("p", n), long)
				switch {
				case err == nil:
					won.Add(1)
				case errors.Is(err, store.ErrHeld):
					lost.Add(1)
				default:
					w.Errorf("got error %v, want ErrHeld or none", err)
				}
			})
		}
		g.Wait()
		if won.Load() != 1 || lost.Load() != 7 {
			w.Errorf("%d claims succeeded and %d were refused, want 1 and 7", won.Load(), lost.Load())
		}
	}
}

func claimCase(w *world) {
	a, b := w.claim("web", "a"), w.claim("WEB", "b")
	w.save(a, 1, "small")
	w.save(b, 1, "large")
	if got := w.texts("web"); len(got) != 1 || got[0] != "small" {
		w.Errorf("got the records %q, want those of web", got)
	}
	if got := w.texts("WEB"); len(got) != 1 || got[0] != "large" {
		w.Errorf("got the records %q, want those of WEB", got)
	}
}

func loadMissing(w *world) {
	_, _, err := w.store.Load(w.Context(), "web")
	w.wantError("loading", err, store.ErrNotFound)
}

func ctxEnds(w *world) {
	c := w.claim("web", "a")
	ctx, cancel := context.WithCancel(w.Context())
	cancel()
	_, claimed := w.store.Claim(ctx, entry("other"), "a", long)
	_, _, loaded := w.store.Load(ctx, "web")
	_, listed := w.store.List(ctx, store.Query{})
	for what, err := range map[string]error{
		"Claim": claimed, "Load": loaded, "List": listed, "Renew": w.store.Renew(ctx, c, long),
		"Save": w.store.Save(ctx, c, change(1, "one")), "Release": w.store.Release(ctx, c),
		"Delete": w.store.Delete(ctx, c),
	} {
		w.wantError(what, err, context.Canceled)
	}
	if got := w.texts("web"); len(got) != 0 {
		w.Errorf("got the records %q, want none", got)
	}
}
