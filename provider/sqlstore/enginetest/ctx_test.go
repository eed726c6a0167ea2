//go:build unix

package enginetest

import (
	"context"
	"database/sql"
	"errors"
	"syscall"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/sqlstore"
	"github.com/yunfan-cloud/yunfan/provider/store"
)

// wantPrompt checks that every method that the database does not answer ends with its ctx.
func wantPrompt(t *testing.T, s store.Store, c store.Claim, reads bool) {
	t.Helper()
	calls := map[string]func(context.Context) error{
		"Claim": func(ctx context.Context) error {
			_, err := s.Claim(ctx, store.Entry{ID: "other"}, "b", time.Hour)
			return err
		},
		"Renew":   func(ctx context.Context) error { return s.Renew(ctx, c, time.Hour) },
		"Release": func(ctx context.Context) error { return s.Release(ctx, c) },
		"Save": func(ctx context.Context) error {
			return s.Save(ctx, c, store.Change{Records: []store.Record{{Seq: 9}}})
		},
		"Delete": func(ctx context.Context) error { return s.Delete(ctx, c) },
	}
	if reads {
		calls["Take"] = func(ctx context.Context) error {
			_, err := store.Take(ctx, s, store.Query{}, "b", time.Hour)
			return err
		}
		calls["Load"] = func(ctx context.Context) error {
			_, _, err := s.Load(ctx, "web")
			return err
		}
		calls["List"] = func(ctx context.Context) error {
			_, err := s.List(ctx, store.Query{})
			return err
		}
	}
	for name, call := range calls {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		began := time.Now()
		err := call(ctx)
		took := time.Since(began) - 100*time.Millisecond
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: got %v, want the error of ctx", name, err)
		}
		if took > 100*time.Millisecond {
			t.Errorf("%s: ended %v after its ctx, want 100 ms at most", name, took)
		}
	}
}

// claimed returns a claim of a new operation.
func claimed(t *testing.T, s store.Store) store.Claim {
	t.Helper()
	c, err := s.Claim(t.Context(), store.Entry{ID: "web"}, "a", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Another transaction has locked the tables, and does not end.
func TestLockedTables(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		s, p := opened(t, e)
		c := claimed(t, s)
		lock := map[sqlstore.Dialect][]string{
			sqlstore.SQLite:     {"BEGIN IMMEDIATE"},
			sqlstore.PostgreSQL: {"BEGIN", "LOCK TABLE " + p.Prefix + "operations, " + p.Prefix + "meta IN ACCESS EXCLUSIVE MODE"},
			sqlstore.MySQL:      {"LOCK TABLES " + p.Prefix + "operations WRITE, " + p.Prefix + "meta WRITE, " + p.Prefix + "records WRITE"},
		}[e.dialect]
		conn, err := p.database(t).Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range lock {
			if _, err := conn.ExecContext(t.Context(), text); err != nil {
				t.Fatal(err)
			}
		}
		wantPrompt(t, s, c, e.dialect != sqlstore.SQLite)
		unlock(t, e, conn)
		if err := s.Renew(t.Context(), c, time.Hour); err != nil {
			t.Errorf("afterwards: got %v, want nil", err)
		}
	})
}

func unlock(t *testing.T, e *engine, conn *sql.Conn) {
	t.Helper()
	text := "ROLLBACK"
	if e.dialect == sqlstore.MySQL {
		text = "UNLOCK TABLES"
	}
	if _, err := conn.ExecContext(t.Context(), text); err != nil {
		t.Error(err)
	}
	_ = conn.Close()
}

// The server has stopped, as a frozen virtual machine does, and answers nothing.
func TestFrozenServer(t *testing.T) {
	onEachServer(t, func(t *testing.T, e *engine) {
		server := e.server(t)
		s, _ := opened(t, e)
		c := claimed(t, s)
		server.signal(syscall.SIGSTOP)
		defer server.signal(syscall.SIGCONT)
		<-time.After(100 * time.Millisecond) // until the signal has stopped all its threads
		wantPrompt(t, s, c, true)
		server.signal(syscall.SIGCONT)
		if err := s.Renew(t.Context(), c, time.Hour); err != nil {
			t.Errorf("afterwards: got %v, want nil", err)
		}
	})
}
