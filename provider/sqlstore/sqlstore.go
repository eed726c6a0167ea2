package sqlstore

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/store"
)

// Store keeps operations in a database. It needs no closing, does not close the *sql.DB, and is
// safe for concurrent use.
type Store struct {
	grammar
	db       *sql.DB
	prefix   string
	patience time.Duration
}

var (
	_ store.Store = (*Store)(nil)
	_ store.Taker = (*Store)(nil)
)

// Open returns the store in a database. It makes or updates the tables where they are missing or
// of an earlier version, also when several processes do so at once, and refuses those of a later
// version. Db must stay open, and its pool must allow at least one connection.
func Open(ctx context.Context, db *sql.DB, d Dialect, o *Options) (*Store, error) {
	opts, err := o.withDefaults(d)
	if err != nil {
		return nil, err
	}
	s := &Store{grammar: newGrammar(d, &opts), db: db, prefix: opts.Prefix, patience: opts.Patience}
	if err := s.checkSettings(ctx, opts.AllowLoss); err != nil {
		return nil, err
	}
	if err := s.migrate(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// Renew implements [store.Store].
func (s *Store) Renew(ctx context.Context, c store.Claim, lease time.Duration) error {
	if err := checkName("holder", c.Holder); err != nil {
		return err
	}
	return s.change(ctx, "renewing", &c, "holder = ?, held_until = {now} + ?", nameOf(c.Holder), lease.Microseconds())
}

// Release implements [store.Store].
func (s *Store) Release(ctx context.Context, c store.Claim) error {
	return s.change(ctx, "releasing", &c, "holder = '', held_until = {now}")
}

// change changes the operation of a claim in one statement.
func (s *Store) change(ctx context.Context, what string, c *store.Claim, set string, args ...any) error {
	return s.try(ctx, what+" operation "+c.Entry.ID, func(attempt) error {
		return s.set(ctx, s.db, c, set, args...)
	})
}

// set changes the row of a claim. The revision makes it a change in any case: MySQL does not
// count rows that are as they were.
func (s *Store) set(ctx context.Context, q querier, c *store.Claim, set string, args ...any) error {
	text := s.write("UPDATE {operations} SET " + set + ", revision = revision + 1 WHERE id = ? AND fence = ?")
	n, err := exec(ctx, q, text, append(args, c.Entry.ID, c.Fence)...)
	if err != nil {
		return err
	}
	if n == 0 || c.Fence < 1 {
		return superseded(c)
	}
	return nil
}

func superseded(c *store.Claim) error {
	return fmt.Errorf("fence %d: %w", c.Fence, store.ErrSuperseded)
}

// Load implements [store.Store]. It is one statement, so that the entry and the records are of
// one moment.
func (s *Store) Load(ctx context.Context, id string) (e store.Entry, list []store.Record, err error) {
	text := s.write(`SELECT {columns}, CASE WHEN r.seq IS NULL OR r.seq = (SELECT MIN(seq) FROM {records} WHERE id = ?)
	THEN o.definition END, r.seq, r.data
FROM {operations} o LEFT JOIN {records} r ON r.id = o.id WHERE o.id = ? ORDER BY r.seq`)
	err = s.try(ctx, "loading operation "+id, func(attempt) error {
		e, list = store.Entry{}, nil
		found := false
		err := each(ctx, s.db, text, []any{id, id}, func(rows *sql.Rows) error {
			var r row
			var seq sql.NullInt64
			var data []byte
			if err := rows.Scan(append(r.targets(), &r.definition, &seq, &data)...); err != nil {
				return err
			}
			if !found {
				e, found = r.entry(), true
			}
			if seq.Valid {
				list = append(list, store.Record{Seq: seq.Int64, Data: data})
			}
			return nil
		})
		if err == nil && !found {
			return store.ErrNotFound
		}
		return err
	})
	if err != nil {
		return store.Entry{}, nil, err
	}
	return e, list, nil
}

// List implements [store.Store].
func (s *Store) List(ctx context.Context, q store.Query) (page store.Page, err error) {
	where, args := selects(&q)
	size := q.PageSize()
	text := s.write("SELECT {columns}, o.definition FROM {operations} o WHERE " + where + " ORDER BY o.id LIMIT ?")
	args = append(args, int64(size)+1)
	err = s.try(ctx, "listing operations", func(attempt) error {
		page = store.Page{}
		return each(ctx, s.db, text, args, func(rows *sql.Rows) error {
			var r row
			if err := rows.Scan(append(r.targets(), &r.definition)...); err != nil {
				return err
			}
			if len(page.Entries) == size {
				page.Next = page.Entries[size-1].ID
				return nil
			}
			page.Entries = append(page.Entries, r.entry())
			return nil
		})
	})
	if err != nil {
		return store.Page{}, err
	}
	return page, nil
}

// selects returns the condition of a query.
func selects(q *store.Query) (where string, args []any) {
	where, args = "o.id > ?", []any{q.After}
	for _, c := range []struct{ column, value string }{{"cloud", q.Cloud}, {"region", q.Region}, {"owner", q.Owner}} {
		if c.value != "" {
			where += " AND o." + c.column + " = ?"
			args = append(args, c.value)
		}
	}
	if q.Unfinished {
		where += " AND o.settled = 0"
	}
	return where, args
}

// Delete implements [store.Store].
func (s *Store) Delete(ctx context.Context, c store.Claim) error {
	// An operation of the same ID, made later, must not have a fence that was given before. So
	// the floor of all fences is raised, and committed, before the row goes.
	floor := s.write("UPDATE {meta} SET fence = ? WHERE id = 1 AND fence < ?")
	return s.try(ctx, "deleting operation "+c.Entry.ID, func(a attempt) error {
		if _, err := exec(ctx, s.db, floor, c.Fence, c.Fence); err != nil {
			return err
		}
		return s.inTx(ctx, func(q querier) error {
			n, err := exec(ctx, q, s.write("DELETE FROM {operations} WHERE id = ? AND fence = ?"), c.Entry.ID, c.Fence)
			if err == nil && n == 0 && a.unknown {
				return s.mustBeGone(ctx, q, &c)
			}
			if err == nil && n == 0 {
				return superseded(&c)
			}
			if err == nil {
				_, err = exec(ctx, q, s.write("DELETE FROM {records} WHERE id = ?"), c.Entry.ID)
			}
			return err
		})
	})
}

// mustBeGone returns nil if an operation is gone: an earlier attempt has deleted it.
func (s *Store) mustBeGone(ctx context.Context, q querier, c *store.Claim) error {
	r, err := s.find(ctx, q, c.Entry.ID)
	if err == nil && r != nil {
		return superseded(c)
	}
	return err
}

// newNonce names one call of Claim or Take, so that it recognizes its own work.
func newNonce() string { return rand.Text() }
