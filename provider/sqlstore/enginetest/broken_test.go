//go:build unix

package enginetest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/sqlstore"
	"github.com/yunfan-cloud/yunfan/provider/store"
)

// oneCall returns the settings with which a driver needs one call for a statement.
func (e *engine) oneCall() string {
	if e.dialect == sqlstore.MySQL {
		return "?interpolateParams=true"
	}
	return e.modes[0].settings
}

// life uses every method that changes something, and checks what comes of each.
func life(ctx context.Context, t *testing.T, s store.Store, id string) {
	t.Helper()
	must := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: got %v, want nil", what, err)
		}
	}
	asked := store.Entry{ID: id, Cloud: "aliyun", Owner: "shop ", Definition: []byte{0, 1}, Counts: store.Counts{Asked: 2}}
	c, err := s.Claim(ctx, asked, "a", time.Hour)
	must("Claim", err)
	first := c.Fence
	must("Save", s.Save(ctx, c, store.Change{Records: []store.Record{{Seq: 1, Data: []byte("one")}, {Seq: 2, Data: []byte("two")}}}))
	must("Renew", s.Renew(ctx, c, time.Hour))
	must("Save", s.Save(ctx, c, store.Change{
		Counts: store.Counts{Asked: 2, Known: 1}, Records: []store.Record{{Seq: 3, Data: []byte("three")}}, Obsolete: 2,
	}))
	must("Save of nothing", s.Save(ctx, c, store.Change{Counts: store.Counts{Asked: 2, Known: 2}}))
	must("Release", s.Release(ctx, c))
	c, err = store.Take(ctx, s, store.Query{Owner: "shop "}, "b", time.Hour)
	must("Take", err)
	if c.Entry.ID != id || c.Fence != first+1 {
		t.Errorf("Take: got %s with fence %d, want %s with %d", c.Entry.ID, c.Fence, id, first+1)
	}
	e, records, err := s.Load(ctx, id)
	must("Load", err)
	texts := make([]string, 0, 2)
	for _, r := range records {
		texts = append(texts, string(r.Data))
	}
	if want := []string{"two", "three"}; !slices.Equal(texts, want) {
		t.Errorf("records: got %q, want %q", texts, want)
	}
	if e.Known != 2 || e.Holder != "b" || e.Owner != "shop " {
		t.Errorf("got %+v, want 2 known, held by b, and the owner as it was given", e)
	}
	must("Delete", s.Delete(ctx, c))
	if _, _, err := s.Load(ctx, id); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("after Delete: got %v, want ErrNotFound", err)
	}
	again, err := s.Claim(ctx, asked, "c", time.Hour)
	must("Claim again", err)
	if again.Fence <= c.Fence {
		t.Errorf("fence of the next of that ID: got %d after %d, want more", again.Fence, c.Fence)
	}
	must("Delete again", s.Delete(ctx, again))
}

// A connection that breaks before or after any statement, COMMIT included, changes nothing for the
// caller: what became of the statement is found out.
func TestBrokenConnection(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		p := e.place(t, e.oneCall())
		db, w := wired(t, p)
		s, err := sqlstore.Open(t.Context(), db, p.Dialect, &sqlstore.Options{Prefix: p.Prefix})
		if err != nil {
			t.Fatal(err)
		}
		for _, w.after = range []bool{false, true} {
			for n := int64(1); ; n++ {
				w.statements.Store(0)
				w.lost.Store(0)
				w.loseAt = n
				life(t.Context(), t, s, "web")
				if w.lost.Load() == 0 {
					if n < 30 {
						t.Errorf("%d statements, want more than 30: the test proves nothing", n-1)
					}
					break
				}
				if t.Failed() {
					t.Fatalf("the connection broke at statement %d, after it: %t", n, w.after)
				}
			}
		}
	})
}

// A connection that breaks while the tables are made leaves what the next attempt completes.
func TestBrokenMigration(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		for n := int64(1); ; n++ {
			p := e.place(t, e.oneCall())
			db, w := wired(t, p)
			w.loseAt, w.after = n, n%2 == 0
			s, err := sqlstore.Open(t.Context(), db, p.Dialect, &sqlstore.Options{Prefix: p.Prefix})
			if err != nil {
				t.Fatalf("the connection breaks at statement %d: got %v, want nil", n, err)
			}
			if w.lost.Load() == 0 {
				break
			}
			life(t.Context(), t, s, "web")
		}
	})
}

// When the database cannot be reached, the error comes after the patience, and says so.
func TestUnreachable(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		p := e.place(t, e.oneCall())
		db, w := wired(t, p)
		s, err := sqlstore.Open(t.Context(), db, p.Dialect, &sqlstore.Options{Prefix: p.Prefix, Patience: -1})
		if err != nil {
			t.Fatal(err)
		}
		w.loseAt = w.statements.Load() + 1
		if _, _, err := s.Load(t.Context(), "web"); !errors.Is(err, errLost) {
			t.Errorf("got %v, want the error of the connection", err)
		}
		_ = db.Close()
		began := time.Now()
		patient, err := sqlstore.Open(t.Context(), p.database(t), p.Dialect, &sqlstore.Options{Prefix: p.Prefix})
		if err != nil {
			t.Fatal(err)
		}
		_ = patient
		if _, _, err := s.Load(t.Context(), "web"); err == nil {
			t.Errorf("a database that was closed: got nil, want an error")
		}
		if d := time.Since(began); d > 10*time.Second {
			t.Errorf("a database that was closed: took %v, want no patience", d)
		}
	})
}
