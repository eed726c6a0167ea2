package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/store"
)

// The errors of drivers, as they are.
type (
	pgError     struct{ Code string }
	mysqlError  struct{ Number uint16 }
	sqliteError struct{ code int }
	cgoError    struct{ Code, ExtendedCode int32 }
)

func (e *pgError) Error() string     { return "ERROR: (SQLSTATE " + e.Code + ")" }
func (e *pgError) SQLState() string  { return e.Code }
func (e *mysqlError) Error() string  { return fmt.Sprintf("Error %d", e.Number) }
func (e *sqliteError) Error() string { return "database is locked (5) (SQLITE_BUSY)" }
func (e *sqliteError) Code() int     { return e.code }
func (e cgoError) Error() string     { return "database is locked" }

func TestJudge(t *testing.T) {
	for _, c := range []struct {
		err  error
		want trouble
	}{
		{&pgError{"40001"}, conflict}, // serialization failure
		{&pgError{"40P01"}, conflict}, // deadlock
		{&pgError{"57P01"}, broken},   // the server is shut down
		{&pgError{"08006"}, broken},   // connection failure
		{&pgError{"42501"}, final},    // no permission
		{&pgError{"28P01"}, final},    // wrong password
		{&mysqlError{1213}, conflict}, // deadlock
		{&mysqlError{1205}, conflict}, // lock wait timeout
		{&mysqlError{1053}, broken},   // the server is shut down
		{&mysqlError{1153}, final},    // larger than max_allowed_packet
		{&sqliteError{5}, conflict},   // busy
		{&sqliteError{517}, conflict}, // busy, with an old snapshot
		{&sqliteError{13}, final},     // disk full
		{cgoError{5, 5}, conflict},
		{errors.Join(errors.New("x"), fmt.Errorf("y: %w", &mysqlError{1213})), conflict},
		{driver.ErrBadConn, broken},
		{io.ErrUnexpectedEOF, broken},
		{sql.ErrConnDone, final},
		{store.ErrSuperseded, final},
		{refuse("x"), final},
	} {
		if got := judge(c.err); got != c.want {
			t.Errorf("%v: got %d, want %d", c.err, got, c.want)
		}
	}
}

// Conflicts are tried again as long as ctx lasts, broken connections for the patience.
func TestTry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &Store{patience: 10 * time.Second}
		began := time.Now()
		err := s.try(t.Context(), "x", func(attempt) error { return driver.ErrBadConn })
		if !errors.Is(err, driver.ErrBadConn) {
			t.Errorf("a broken connection: got %v, want its error", err)
		}
		if d := time.Since(began); d < 10*time.Second || d > 11*time.Second {
			t.Errorf("a broken connection: ended after %v, want the patience", d)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		began = time.Now()
		err = s.try(ctx, "x", func(a attempt) error {
			if a.unknown {
				t.Errorf("after a conflict: got that its outcome is unknown, want that nothing has happened")
			}
			return &mysqlError{1213}
		})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a conflict: got %v, want the error of ctx", err)
		}
		if d := time.Since(began); d != time.Minute {
			t.Errorf("a conflict: ended after %v, want with ctx", d)
		}
	})
}

// A statement of MySQL takes what the smallest max_allowed_packet does, also when the driver puts
// the values into the text.
func TestChunk(t *testing.T) {
	record := func(n int) store.Record { return store.Record{Data: make([]byte, n)} }
	for _, c := range []struct {
		list []store.Record
		want int
	}{
		{[]store.Record{record(store.MaxRecord), record(store.MaxRecord)}, 1},
		{[]store.Record{record(chunkBytes), record(1)}, 1},
		{[]store.Record{record(100 << 10), record(100 << 10), record(0), record(300 << 10)}, 3},
		{make([]store.Record, 3*chunkRows), chunkRows},
	} {
		if got := chunk(c.list); got != c.want {
			t.Errorf("%d records: got %d in a statement, want %d", len(c.list), got, c.want)
		}
	}
}

// What an engine would cut off or not take is refused before it is sent.
func TestRefused(t *testing.T) {
	s := &Store{}
	long := strings.Repeat("x", 256)
	for what, e := range map[string]store.Entry{
		"no ID":                   {},
		"an ID with a space":      {ID: "a b"},
		"an ID of 65 bytes":       {ID: long[:65]},
		"an owner of 256 bytes":   {ID: "a", Owner: long},
		"a region that is binary": {ID: "a", Region: "\xff"},
		"an owner with a zero":    {ID: "a", Owner: "a\x00"},
		"a definition too long":   {ID: "a", Definition: make([]byte, store.MaxRecord+1)},
	} {
		if _, err := s.Claim(t.Context(), e, "a", time.Hour); !errors.Is(err, errRefused) {
			t.Errorf("%s: got %v, want that it is refused", what, err)
		}
	}
	ch := store.Change{Records: []store.Record{{Data: make([]byte, store.MaxRecord+1)}}}
	if err := s.Save(t.Context(), store.Claim{}, ch); !errors.Is(err, errRefused) {
		t.Errorf("a record too long: got %v, want that it is refused", err)
	}
	for _, o := range []Options{{Prefix: "A"}, {Prefix: "a;"}, {Schema: `a"`}, {Prefix: strings.Repeat("a", 33)}} {
		if _, err := Migrations(SQLite, &o); err == nil {
			t.Errorf("%+v: got nil, want an error", o)
		}
	}
	if _, err := Migrations(0, nil); err == nil {
		t.Errorf("no dialect: got nil, want an error")
	}
}
