package storetest

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/store"
)

func takeRules() []rule {
	const why = "Many workers ask for any work there is."
	return []rule{
		{"work is an unfinished operation that nobody has", why, takeFree},
		{"work is selected as a list is", why, takeSelects},
		{"of many workers each takes another operation", why, takeAtOnce},
		{"work whose holder is dead is taken when its time is over", why, takeOver},
		{"an operation that was taken is claimed with that", "Client.Run claims by itself.", takeThenClaim},
	}
}

// given adds an operation that nobody has.
func (w *world) given(id string, ch store.Change) {
	w.Helper()
	c := w.claim(id, "a")
	if err := w.store.Save(w.Context(), c, ch); err != nil {
		w.Fatal(err)
	}
	if err := w.store.Release(w.Context(), c); err != nil {
		w.Fatal(err)
	}
}

// take takes an operation, and returns its claim.
func (w *world) take(q store.Query) store.Claim {
	w.Helper()
	c, err := store.Take(w.Context(), w.store, q, "worker", long)
	if err != nil {
		w.Fatalf("taking: %v", err)
	}
	return c
}

func takeFree(w *world) {
	_, err := store.Take(w.Context(), w.store, store.Query{}, "worker", long)
	w.wantError("an empty store", err, store.ErrNotFound)
	w.claim("held", "a")
	w.given("done", store.Change{Counts: store.Counts{Asked: 3, Known: 3, Settled: true}})
	_, err = store.Take(w.Context(), w.store, store.Query{}, "worker", long)
	w.wantError("one that is held and one that is settled", err, store.ErrNotFound)
	w.given("free", change(1, "one"))
	c := w.take(store.Query{})
	if c.Entry.ID != "free" || c.Holder != "worker" {
		w.Errorf("got %s for %q, want free for worker", c.Entry.ID, c.Holder)
	}
	if string(c.Entry.Definition) != string(entry("").Definition) {
		w.Errorf("definition: got %q, want that of the first claim", c.Entry.Definition)
	}
	w.save(c, c.Fence<<32, "two")
	_, err = w.open(w.Open).Claim(w.Context(), entry("free"), "b", long)
	w.wantError("claiming what was taken", err, store.ErrHeld)
	if err := w.store.Release(w.Context(), c); err != nil {
		w.Fatal(err)
	}
	if next := w.take(store.Query{}); next.Fence <= c.Fence {
		w.Errorf("fence: got %d after %d, want more", next.Fence, c.Fence)
	}
}

func takeSelects(w *world) {
	for n := range 6 {
		id := fmt.Sprint("web-", n)
		e := store.Entry{ID: id, Cloud: []string{"aliyun", "ens"}[n%2], Owner: []string{"shop", "mail"}[n/3]}
		c, err := w.store.Claim(w.Context(), e, "a", long)
		if err != nil {
			w.Fatal(err)
		}
		if err := w.store.Release(w.Context(), c); err != nil {
			w.Fatal(err)
		}
	}
	q := store.Query{Cloud: "ens", Owner: "shop"}
	if c := w.take(q); c.Entry.ID != "web-1" {
		w.Errorf("got %s, want web-1", c.Entry.ID)
	}
	_, err := store.Take(w.Context(), w.store, q, "worker", long)
	w.wantError("another one of these", err, store.ErrNotFound)
}

func takeAtOnce(w *world) {
	const workers, each = 6, 4
	var want, got []string
	for n := range workers * each {
		id := fmt.Sprintf("web-%02d", n)
		w.given(id, change(1, "one"))
		want = append(want, id)
	}
	var mu sync.Mutex
	var g sync.WaitGroup
	for range workers {
		s := w.open(w.Open)
		g.Go(func() {
			for range each {
				c, err := store.Take(w.Context(), s, store.Query{}, "worker", long)
				if err != nil {
					w.Errorf("got error %v, want an operation: there is one for each", err)
					return
				}
				mu.Lock()
				got = append(got, c.Entry.ID)
				mu.Unlock()
			}
		})
	}
	g.Wait()
	if slices.Sort(got); !slices.Equal(got, want) {
		w.Errorf("got %q, want each once: %q", got, want)
	}
}

func takeOver(w *world) {
	old, err := w.store.Claim(w.Context(), entry("web"), "dead", time.Millisecond)
	if err != nil {
		w.Fatal(err)
	}
	pause(w.Context(), 20*time.Millisecond)
	c := w.take(store.Query{})
	if c.Entry.ID != "web" || c.Fence <= old.Fence {
		w.Errorf("got %s with fence %d, want web with more than %d", c.Entry.ID, c.Fence, old.Fence)
	}
	w.wantPowerless(old)
}

func takeThenClaim(w *world) {
	w.given("web", change(1, "one"))
	c := w.take(store.Query{})
	s := store.WithClaim(w.store, c)
	got, err := s.Claim(w.Context(), entry("web"), "run", long)
	if err != nil {
		w.Fatal(err)
	}
	if got.Fence != c.Fence || got.Holder != c.Holder {
		w.Errorf("got the fence %d of %q, want that of the claim: %d of %q", got.Fence, got.Holder, c.Fence, c.Holder)
	}
	_, err = s.Claim(w.Context(), entry("web"), "run", long)
	w.wantError("claiming once more", err, store.ErrHeld)
	next := w.takeOver(got, "b")
	if err := w.store.Release(w.Context(), next); err != nil {
		w.Fatal(err)
	}
	got, err = store.WithClaim(w.store, c).Claim(w.Context(), entry("web"), "run", long)
	if err != nil {
		w.Fatalf("a claim that was lost: got %v, want a new one", err)
	}
	if got.Fence <= next.Fence {
		w.Errorf("fence: got %d after %d, want more", got.Fence, next.Fence)
	}
}
