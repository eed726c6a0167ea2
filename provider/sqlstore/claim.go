package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/store"
)

// errChanged means that somebody else has changed a row after it was read.
var errChanged = errors.New("another process has changed the operation meanwhile")

// Claim implements [store.Store].
//
// It takes no locks: it reads the row, decides, and changes the row if its revision is still the
// same. The nonce tells whether an attempt has had its effect whose answer was lost.
func (s *Store) Claim(ctx context.Context, e store.Entry, holder string, lease time.Duration) (c store.Claim, err error) {
	if err := checkEntry(&e, holder); err != nil {
		return c, err
	}
	t := taking{holder: holder, lease: lease, nonce: newNonce()}
	err = s.try(ctx, "claiming operation "+e.ID, func(attempt) error {
		for n := 0; ; n++ {
			if c, err = s.claimOnce(ctx, &e, &t); !errors.Is(err, errChanged) {
				return err
			}
			if err := rest(ctx, n, conflict); err != nil {
				return err
			}
		}
	})
	return c, err
}

// taking is a claim that is being made.
type taking struct {
	holder string
	lease  time.Duration
	nonce  string
}

func (s *Store) claimOnce(ctx context.Context, e *store.Entry, t *taking) (c store.Claim, err error) {
	r, err := s.find(ctx, s.db, e.ID)
	if err != nil {
		return c, err
	}
	if r == nil {
		if err := s.insert(ctx, e, t); err != nil {
			return c, err
		}
		return c, errChanged // read it as all others do
	}
	own := r.nonce == t.nonce
	left := time.Duration(r.until-r.now) * time.Microsecond
	switch {
	case own && r.fence > 0: // the answer to an earlier attempt was lost
		return store.Claim{Entry: r.entry(), Holder: t.holder, Fence: r.fence}, nil
	case !own && r.holder != "" && left > 0:
		return c, &store.HeldError{ID: e.ID, Holder: r.holder, Until: micros(r.until), Left: left}
	}
	return s.take(ctx, s.db, r, t)
}

// find returns the row of an operation, and nil when there is none.
func (s *Store) find(ctx context.Context, q querier, id string) (*row, error) {
	return s.findRow(ctx, q, "o.id = ?", id)
}

func (s *Store) findRow(ctx context.Context, q querier, where string, args ...any) (found *row, err error) {
	text := s.write("SELECT {columns}, o.definition, {now}, {floor} FROM {operations} o WHERE " + where)
	err = each(ctx, q, text, args, func(rows *sql.Rows) error {
		found = &row{}
		return rows.Scan(append(found.targets(), &found.definition, &found.now, &found.floor)...)
	})
	return found, err
}

// insert adds an operation, unless it is there. Its fence is 0 until [Store.take]: what the floor
// of all fences is can be known for certain only after the row is there, since an operation of
// the same ID may have been deleted just before.
func (s *Store) insert(ctx context.Context, e *store.Entry, t *taking) error {
	text := s.write(`INSERT INTO {operations} (id, cloud, region, owner, n_asked, n_known, n_open, settled, definition,
	created, updated, holder, held_until, fence, revision, nonce)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, {now}, {now}, ?, {now} + ?, 0, 1, ?) ` + s.noOp)
	var definition any // without a type, since nil bytes are not null for every driver
	if e.Definition != nil {
		definition = e.Definition
	}
	_, err := exec(ctx, s.db, text, e.ID, e.Cloud, e.Region, e.Owner, e.Asked, e.Known, e.Open, bit(e.Settled),
		definition, nameOf(t.holder), t.lease.Microseconds(), t.nonce)
	return err
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// take takes an operation that nobody has, if its row is as it was read.
func (s *Store) take(ctx context.Context, q querier, r *row, t *taking) (c store.Claim, err error) {
	fence := max(r.fence, r.floor) + 1
	text := s.write(`UPDATE {operations} SET fence = ?, holder = ?, held_until = {now} + ?, nonce = ?, revision = revision + 1
WHERE id = ? AND revision = ? AND (nonce = ? OR holder = '' OR held_until <= {now})`)
	n, err := exec(ctx, q, text, fence, nameOf(t.holder), t.lease.Microseconds(), t.nonce, r.id, r.revision, t.nonce)
	if err == nil && n == 0 {
		err = errChanged
	}
	if err != nil {
		return c, err
	}
	taken := *r
	taken.holder, taken.until = nameOf(t.holder), r.now+t.lease.Microseconds()
	return store.Claim{Entry: taken.entry(), Holder: t.holder, Fence: fence}, nil
}

// Take implements [store.Taker]. The operation that has waited longest is taken first. Several
// processes do not wait for each other: each skips the rows that others are taking.
func (s *Store) Take(ctx context.Context, q store.Query, holder string, lease time.Duration) (c store.Claim, err error) {
	if err := checkName("holder", holder); err != nil {
		return c, err
	}
	q.Unfinished = true
	t := taking{holder: holder, lease: lease, nonce: newNonce()}
	where, args := selects(&q)
	where += " AND o.held_until <= {now} ORDER BY o.held_until, o.id LIMIT 1 " + s.skipLocked
	picked := ""
	err = s.try(ctx, "taking an operation", func(a attempt) error {
		if a.unknown && picked != "" {
			r, err := s.find(ctx, s.db, picked)
			if err == nil && r != nil && r.nonce == t.nonce {
				c = store.Claim{Entry: r.entry(), Holder: holder, Fence: r.fence}
				return nil
			}
			if err != nil {
				return err
			}
		}
		for {
			err := s.inTx(ctx, func(tx querier) error {
				r, err := s.findRow(ctx, tx, where, args...)
				if err != nil {
					return err
				}
				if r == nil {
					return fmt.Errorf("every unfinished operation is held: %w", store.ErrNotFound)
				}
				picked = r.id
				c, err = s.take(ctx, tx, r, &t)
				return err
			})
			if !errors.Is(err, errChanged) {
				return err
			}
			if err := rest(ctx, 0, conflict); err != nil {
				return err
			}
		}
	})
	return c, err
}
