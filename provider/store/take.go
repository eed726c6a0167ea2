package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// Taker is a [Store] that finds work by itself, such as one in a database. Use it through [Take].
type Taker interface {
	// Take claims an operation that a query selects, that is not settled, and that nobody has.
	// The one that has waited longest should be the first. When there is none, the error matches
	// ErrNotFound. It does not wait for other calls of Take. q.Limit means nothing.
	Take(ctx context.Context, q Query, holder string, lease time.Duration) (Claim, error)
}

// Take claims any operation that a query selects, that is not settled, and that nobody has: the
// next one for a worker of many. When there is none, the error matches [ErrNotFound]: try again
// later. Give the claim to [provider.Client.Run] with [WithClaim]. An operation that is not to be
// tried again soon is better not released: its lease is the pause.
//
// A store without [Taker] is listed, which reads all that is unfinished.
func Take(ctx context.Context, s Store, q Query, holder string, lease time.Duration) (Claim, error) {
	if t, ok := s.(Taker); ok {
		return t.Take(ctx, q, holder, lease)
	}
	q.Unfinished = true
	for {
		page, err := s.List(ctx, q)
		if err != nil {
			return Claim{}, err
		}
		c, err := takeOne(ctx, s, page.Entries, holder, lease)
		if !errors.Is(err, ErrNotFound) {
			return c, err
		}
		if page.Next == "" {
			return Claim{}, fmt.Errorf("every unfinished operation is held: %w", ErrNotFound)
		}
		q.After = page.Next
	}
}

// madeByTake is the definition of an operation that was deleted after it was listed, and that
// the claim has made again.
const madeByTake = "store.Take: this operation does not exist"

// takeOne claims any of some operations: first those that nobody seems to have, in any order, so
// that several workers try different ones.
func takeOne(ctx context.Context, s Store, list []Entry, holder string, lease time.Duration) (Claim, error) {
	rand.Shuffle(len(list), func(i, k int) { list[i], list[k] = list[k], list[i] })
	for _, held := range []bool{false, true} {
		for _, e := range list {
			if (e.Holder != "") != held {
				continue
			}
			c, err := s.Claim(ctx, Entry{ID: e.ID, Definition: []byte(madeByTake)}, holder, lease)
			switch {
			case errors.Is(err, ErrHeld):
				continue
			case err != nil:
				return Claim{}, err
			case string(c.Entry.Definition) == madeByTake:
				err = s.Delete(ctx, c)
			case c.Entry.Settled:
				err = s.Release(ctx, c)
			default:
				return c, nil
			}
			if err != nil && !errors.Is(err, ErrSuperseded) {
				return Claim{}, err
			}
		}
	}
	return Claim{}, ErrNotFound
}

// WithClaim returns a store whose next Claim of the operation of c is c itself, renewed. It is
// for calls that claim by themselves, such as [provider.Client.Run], after [Take].
func WithClaim(s Store, c Claim) Store { return &withClaim{Store: s, claim: c} }

type withClaim struct {
	Store
	claim Claim
	once  sync.Once
}

// Claim implements [Store].
func (w *withClaim) Claim(ctx context.Context, e Entry, holder string, lease time.Duration) (Claim, error) {
	first := false
	if e.ID == w.claim.Entry.ID {
		w.once.Do(func() { first = true })
	}
	if !first {
		return w.Store.Claim(ctx, e, holder, lease)
	}
	err := w.Renew(ctx, w.claim, lease)
	if errors.Is(err, ErrSuperseded) { // it was over, and somebody has taken it
		return w.Store.Claim(ctx, e, holder, lease)
	}
	return w.claim, err
}
