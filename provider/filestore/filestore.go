package filestore

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/store"
)

// Options are for [Open]. Nil is the default.
type Options struct {
	// Now is the clock of the store, for tests. Nil is the clock of the computer: on Linux the
	// one since the boot, which does not jump and which all processes share.
	Now func() time.Time
}

// Store keeps operations in a directory. It needs no closing, and is safe for concurrent use.
type Store struct {
	dir   string
	clock clock
	seed  maphash.Seed
	locks [64]sync.Mutex // of operations, by their hash: one change at a time in this process

	aliveOnce sync.Once
	alive     *os.File // locked as long as this process lives: see present
	aliveName string
}

var _ store.Store = (*Store)(nil)

// Open returns the store in a directory, which is made when it is missing. Only the user of the
// process can read what is in it.
func Open(dir string, o *Options) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("filestore: %w", err)
	}
	s := &Store{dir: dir, seed: maphash.MakeSeed()}
	if o != nil {
		s.clock.now = o.Now
	}
	return s, nil
}

// lock locks an operation within this process, and returns its place.
func (s *Store) lock(ctx context.Context, id string) (p place, unlock func(), err error) {
	if err := ctx.Err(); err != nil {
		return place{}, nil, err
	}
	name, err := fileName(id)
	if err != nil {
		return place{}, nil, err
	}
	mu := &s.locks[maphash.String(s.seed, id)%uint64(len(s.locks))]
	mu.Lock()
	return place{dir: filepath.Join(s.dir, name)}, mu.Unlock, nil
}

// tries is how often a claim is tried again after other processes have taken or deleted the
// operation meanwhile.
const tries = 10

// Claim implements [store.Store].
func (s *Store) Claim(ctx context.Context, e store.Entry, holder string, lease time.Duration) (store.Claim, error) {
	p, unlock, err := s.lock(ctx, e.ID)
	if err != nil {
		return store.Claim{}, err
	}
	defer unlock()
	for range tries {
		var c claim
		c, err = s.claimOnce(p, e, holder, lease)
		if err == nil {
			return s.claimed(p, &c)
		}
		if again := errors.Is(err, fs.ErrExist) || errors.Is(err, fs.ErrNotExist); !again || ctx.Err() != nil {
			break
		}
	}
	return store.Claim{}, err
}

// claimed returns a claim that was made.
func (s *Store) claimed(p place, c *claim) (store.Claim, error) {
	e, err := s.entry(p, c)
	return store.Claim{Entry: e, Holder: c.Owner, Fence: c.Fence}, err
}

func (s *Store) claimOnce(p place, e store.Entry, holder string, lease time.Duration) (claim, error) {
	c, err := p.latest()
	fresh := errors.Is(err, store.ErrNotFound)
	switch {
	case fresh:
		now := s.clock.wall()
		e.Created, e.Updated = now, now
		c = claim{Entry: e}
		c.Entry.Definition = nil
		if err := p.make(); err != nil {
			return claim{}, err
		}
		if c.Definition, err = p.define(e.Definition); err != nil {
			return claim{}, err
		}
	case err != nil:
		return claim{}, err
	default:
		left := s.clock.left(c.Lease)
		if held := left > 0 && c.Holder != ""; held && !s.isDead(c.Alive) {
			return claim{}, &store.HeldError{ID: e.ID, Holder: c.Holder, Until: s.clock.wall().Add(left), Left: left}
		}
	}
	c.Fence++
	c.Nonce, c.Holder, c.Lease = nonce(), holder, s.clock.lease(lease)
	c.Log, c.Size = 0, 0
	c.Owner, c.Alive = holder, s.present()
	if err = p.take(&c); err != nil && fresh && c.Definition != "" {
		p.remove([]string{c.Definition})
	}
	return c, err
}

// change changes what the latest claim file says, if it is the one of a claim.
func (s *Store) change(ctx context.Context, want store.Claim, how func(p place, c *claim) error) error {
	p, unlock, err := s.lock(ctx, want.Entry.ID)
	if err != nil {
		return err
	}
	defer unlock()
	c, err := p.latest()
	if taken := c.Fence != want.Fence || c.Owner != want.Holder; err == nil && taken {
		err = store.ErrSuperseded
	}
	if err == nil {
		before := c
		if err = how(p, &c); err == nil {
			err = p.proveLatest(&before)
		}
	}
	return p.supersededOr(err, want)
}

// Renew implements [store.Store].
func (s *Store) Renew(ctx context.Context, c store.Claim, lease time.Duration) error {
	return s.change(ctx, c, func(p place, own *claim) error {
		own.Holder, own.Lease = c.Holder, s.clock.lease(lease)
		return p.replace(own)
	})
}

// Release implements [store.Store].
func (s *Store) Release(ctx context.Context, c store.Claim) error {
	return s.change(ctx, c, func(p place, own *claim) error {
		own.Holder, own.Lease = "", until{}
		return p.replace(own)
	})
}

// Save implements [store.Store].
func (s *Store) Save(ctx context.Context, c store.Claim, ch store.Change) error {
	return s.change(ctx, c, func(p place, own *claim) error {
		if len(ch.Records) == 0 && ch.Obsolete == 0 && ch.Counts == own.Entry.Counts {
			return nil // that it is the latest claim is proven anyway
		}
		obsolete, err := p.append(own, ch)
		if err != nil {
			return err
		}
		own.Entry.Counts, own.Entry.Updated = ch.Counts, s.clock.wall()
		if err := p.replace(own); err != nil {
			return err
		}
		p.remove(obsolete)
		return nil
	})
}

// Load implements [store.Store].
func (s *Store) Load(ctx context.Context, id string) (store.Entry, []store.Record, error) {
	p, unlock, err := s.lock(ctx, id)
	if err != nil {
		return store.Entry{}, nil, err
	}
	defer unlock()
	for range tries {
		var c claim
		var list []store.Record
		if c, err = p.latest(); err != nil {
			break
		}
		if list, err = p.records(); err == nil {
			var e store.Entry
			if e, err = s.entry(p, &c); err == nil {
				return e, list, nil
			}
		}
		if !errors.Is(err, fs.ErrNotExist) { // a newer claim has removed a file meanwhile
			break
		}
	}
	return store.Entry{}, nil, fmt.Errorf("filestore: operation %s: %w", id, err)
}

// entry returns the entry of a claim file.
func (s *Store) entry(p place, c *claim) (e store.Entry, err error) {
	e, e.Holder = c.Entry, c.Holder
	if c.Holder != "" {
		e.Until = s.clock.wall().Add(s.clock.left(c.Lease))
	}
	if c.Definition != "" {
		e.Definition, err = os.ReadFile(filepath.Join(p.dir, c.Definition))
	}
	return e, err
}

// List implements [store.Store]. Each page reads the names of all operations: a directory is for
// some ten thousand.
func (s *Store) List(ctx context.Context, q store.Query) (page store.Page, err error) {
	names, err := os.ReadDir(s.dir)
	if err != nil {
		return page, fmt.Errorf("filestore: %w", err)
	}
	var ids []string
	for _, n := range names {
		if id, ok := idOf(n.Name()); ok && id > q.After {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	for _, id := range ids {
		if err := ctx.Err(); err != nil {
			return page, err
		}
		name, _ := fileName(id)
		p := place{dir: filepath.Join(s.dir, name)}
		c, err := p.latest()
		var e store.Entry
		if err == nil {
			e, err = s.entry(p, &c)
		}
		switch {
		case errors.Is(err, store.ErrNotFound), errors.Is(err, fs.ErrNotExist):
			continue // deleted, or being made
		case err != nil:
			return page, fmt.Errorf("filestore: operation %s: %w", id, err)
		case !q.Selects(&e):
			continue
		case len(page.Entries) == q.PageSize():
			page.Next = page.Entries[len(page.Entries)-1].ID
			return page, nil
		}
		page.Entries = append(page.Entries, e)
	}
	return page, nil
}

// Delete implements [store.Store].
func (s *Store) Delete(ctx context.Context, c store.Claim) error {
	deleted := false
	err := s.change(ctx, c, func(p place, _ *claim) error {
		trash := filepath.Join(s.dir, "deleted-"+nonce())
		if err := os.Rename(p.dir, trash); err != nil {
			return err
		}
		deleted = true
		return errors.Join(os.RemoveAll(trash), syncDir(s.dir))
	})
	if deleted && errors.Is(err, store.ErrSuperseded) {
		return nil // it is the latest claim no more, since there is none
	}
	return err
}
