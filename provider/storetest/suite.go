package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/store"
)

// Config is the store to test.
type Config struct {
	// New returns a place where an empty store can be opened: a directory, the name of a
	// database. It is called once for each rule. The place is removed by t.Cleanup.
	New func(t *testing.T) (place string)

	// Open opens the store at a place. It is called several times for one place, also in other
	// processes. A store that has a method Close is closed by the suite.
	Open func(place string) (store.Store, error)

	// Later opens the store at a place with the clock of the store a day ahead. Nil means that
	// this is not possible: the suite then waits where time has to pass.
	Later func(place string) (store.Store, error)

	// OneProcess means that other processes cannot open the store, as one in memory. What is
	// about them is left out.
	OneProcess bool
}

// rule is a rule of the suite, and why it matters.
type rule struct {
	name, why string
	test      func(w *world)
}

// world is one rule at work.
type world struct {
	*testing.T
	Config
	place string
	store store.Store
}

// Run checks every rule. Each is a test of its own.
func Run(t *testing.T, c Config) {
	groups := [][]rule{claimRules(), fenceRules(), recordRules(), listRules(), takeRules(), brokenRules()}
	if !testing.Short() && !c.OneProcess {
		groups = append(groups, killRules(), stopRules())
	}
	for _, group := range groups {
		for _, r := range group {
			t.Run(r.name, func(t *testing.T) {
				defer func() {
					if t.Failed() {
						t.Logf("the rule: %s. %s", r.name, r.why)
					}
				}()
				w := &world{T: t, Config: c, place: c.New(t)}
				w.store = w.open(c.Open)
				r.test(w)
			})
		}
	}
}

// open opens a store at the place, until the test ends.
func (w *world) open(how func(string) (store.Store, error)) store.Store {
	w.Helper()
	s, err := how(w.place)
	if err != nil {
		w.Fatal(err)
	}
	if c, ok := s.(interface{ Close() error }); ok {
		w.Cleanup(func() { _ = c.Close() })
	}
	return s
}

// entry returns the entry of a new operation.
func entry(id string) store.Entry {
	return store.Entry{
		ID: id, Cloud: "aliyun", Region: "cn-hangzhou", Owner: "shop",
		Counts: store.Counts{Asked: 3, Open: 3}, Definition: []byte("version: 1\x00\xff"),
	}
}

// long is a lease that does not end during a test.
const long = time.Hour

// claim takes an operation.
func (w *world) claim(id, holder string) store.Claim {
	w.Helper()
	c, err := w.store.Claim(w.Context(), entry(id), holder, long)
	if err != nil {
		w.Fatalf("claiming %s for %s: %v", id, holder, err)
	}
	return c
}

// takeOver ends a claim as time would, and takes the operation.
func (w *world) takeOver(old store.Claim, holder string) store.Claim {
	w.Helper()
	if w.Later == nil { // its time is over at once
		if err := w.store.Renew(w.Context(), old, time.Millisecond); err != nil {
			w.Fatal(err)
		}
		return w.await(w.store, old.Entry.ID, holder)
	}
	later := w.open(w.Later)
	c, err := later.Claim(w.Context(), entry(old.Entry.ID), holder, long)
	if err != nil {
		w.Fatalf("claiming %s a day later: %v", old.Entry.ID, err)
	}
	return c
}

// await takes an operation as soon as nobody else has it.
func (w *world) await(s store.Store, id, holder string) store.Claim {
	w.Helper()
	for {
		c, err := s.Claim(w.Context(), entry(id), holder, long)
		var held *store.HeldError
		switch {
		case err == nil:
			return c
		case !errors.As(err, &held):
			w.Fatalf("claiming %s for %s: %v", id, holder, err)
		case held.Left > 10*time.Second:
			w.Fatalf("claiming %s for %s: %v, want that its time is over", id, holder, err)
		}
		pause(w.Context(), min(max(held.Left, time.Millisecond), 20*time.Millisecond))
	}
}

// pause waits in real time: processes and databases have no other.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// save saves records of the given texts, numbered from seq.
func (w *world) save(c store.Claim, seq int64, texts ...string) {
	w.Helper()
	if err := w.store.Save(w.Context(), c, change(seq, texts...)); err != nil {
		w.Fatalf("saving %d records: %v", len(texts), err)
	}
}

func change(seq int64, texts ...string) store.Change {
	ch := store.Change{Counts: store.Counts{Asked: 3, Known: 1, Open: 2}}
	for i, text := range texts {
		ch.Records = append(ch.Records, store.Record{Seq: seq + int64(i), Data: []byte(text)})
	}
	return ch
}

// texts returns the records of an operation.
func (w *world) texts(id string) (list []string) {
	w.Helper()
	_, records, err := w.store.Load(w.Context(), id)
	if err != nil {
		w.Fatalf("loading %s: %v", id, err)
	}
	for _, r := range records {
		list = append(list, string(r.Data))
	}
	return list
}

// wantError checks that an error matches a sentinel.
func (w *world) wantError(what string, err, want error) {
	w.Helper()
	if !errors.Is(err, want) {
		w.Errorf("%s: got error %v, want one that matches %q", what, err, want)
	}
}
