//go:build unix

package enginetest

import (
	"strings"
	"sync"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider/sqlstore"
)

// Several processes may find no tables at the same time.
func TestMigrationsAtOnce(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		for range 3 {
			p := e.place(t, "")
			var g sync.WaitGroup
			for range 8 {
				g.Go(func() {
					s, err := p.open(0)
					if err != nil {
						t.Errorf("got %v, want nil", err)
						return
					}
					_ = s.(closing).Close()
				})
			}
			g.Wait()
		}
	})
}

// Tables of a later version are refused, and nothing is changed.
func TestLaterVersion(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		_, p := opened(t, e)
		if _, err := p.database(t).ExecContext(t.Context(), "UPDATE "+p.Prefix+"meta SET version = 99"); err != nil {
			t.Fatal(err)
		}
		_, err := p.open(0)
		if err == nil || !strings.Contains(err.Error(), "version 99") {
			t.Errorf("got %v, want that version 99 is refused", err)
		}
	})
}

// Somebody who may make tables can run the statements by hand.
func TestMigrationsByHand(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		p := e.place(t, "")
		db, w := wired(t, p)
		list, err := sqlstore.Migrations(e.dialect, &sqlstore.Options{Prefix: p.Prefix})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			for _, text := range list {
				if _, err := db.ExecContext(t.Context(), text); err != nil {
					t.Fatalf("%s: %v", text, err)
				}
			}
		}
		before := w.statements.Load()
		s, err := sqlstore.Open(t.Context(), db, e.dialect, &sqlstore.Options{Prefix: p.Prefix})
		if err != nil {
			t.Fatal(err)
		}
		if n := w.statements.Load() - before; n > 3 {
			t.Errorf("Open took %d statements, want those that read settings and the version only", n)
		}
		life(t.Context(), t, s, "web")
	})
}

// The tables can be in a schema of their own.
func TestSchema(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		p := e.place(t, "")
		p.Schema = strings.TrimSuffix(p.Prefix, "_")
		db := p.database(t)
		db.SetMaxOpenConns(1) // what SQLite attaches is of the connection
		make, drop := "CREATE SCHEMA "+p.Schema, "DROP SCHEMA "+p.Schema
		switch e.dialect {
		case sqlstore.SQLite:
			make, drop = "ATTACH DATABASE ':memory:' AS "+p.Schema, "DETACH DATABASE "+p.Schema
		case sqlstore.PostgreSQL:
			drop += " CASCADE"
		}
		if _, err := db.ExecContext(t.Context(), make); err != nil {
			t.Fatal(err)
		}
		s, err := sqlstore.Open(t.Context(), db, e.dialect, &sqlstore.Options{Prefix: p.Prefix, Schema: p.Schema})
		if err != nil {
			t.Fatal(err)
		}
		life(t.Context(), t, s, "web")
		if _, err := db.ExecContext(t.Context(), drop); err != nil {
			t.Error(err)
		}
	})
}

// A database that is set to lose commits is refused, unless that is accepted.
func TestSettings(t *testing.T) {
	for _, c := range []struct {
		engine         int
		settings, want string
	}{
		{0, "?_pragma=synchronous(NORMAL)", "PRAGMA synchronous says 1"},
		{0, "?_pragma=synchronous(OFF)", "PRAGMA synchronous says 0"},
		{1, " synchronous_commit=off", "synchronous_commit') says off"},
		{2, "?autocommit=0", "autocommit is 0"},
	} {
		t.Run(c.want, func(t *testing.T) {
			e := &engines[c.engine]
			p := e.place(t, c.settings)
			_, err := p.open(0)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want that %s is refused", err, c.want)
			}
			if strings.HasPrefix(c.want, "autocommit") {
				return
			}
			db := p.database(t)
			if _, err := sqlstore.Open(t.Context(), db, e.dialect, &sqlstore.Options{Prefix: p.Prefix, AllowLoss: true}); err != nil {
				t.Errorf("AllowLoss: got %v, want nil", err)
			}
		})
	}
}
