package store

import (
	"context"
	"iter"
	"time"
)

// Entries yields the entries that a query selects, by ascending ID, page by page as the loop
// goes on. The loop ends after the first error, which comes with a zero entry. Entries that are
// added or change meanwhile may be in the list or not. q.Limit is the size of a page.
func Entries(ctx context.Context, s Store, q Query) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for {
			page, err := s.List(ctx, q)
			if err != nil {
				yield(Entry{}, err)
				return
			}
			for _, e := range page.Entries {
				if !yield(e, nil) {
					return
				}
			}
			if page.Next == "" {
				return
			}
			q.After = page.Next
		}
	}
}

// Unfinished yields the entries that are not settled. See [Entries].
func Unfinished(ctx context.Context, s Store, q Query) iter.Seq2[Entry, error] {
	q.Unfinished = true
	return Entries(ctx, s, q)
}

// Forget removes an operation that nobody has, such as one that was settled long ago. Its
// instances stay: [Live] does not name the operation any more, so a sweep may take them for lost.
// On clouds with client tokens, its ID must not be used again for some days.
func Forget(ctx context.Context, s Store, id string) error {
	if _, _, err := s.Load(ctx, id); err != nil {
		return err
	}
	c, err := s.Claim(ctx, Entry{ID: id}, "forget", time.Minute)
	if err != nil {
		return err
	}
	return s.Delete(ctx, c)
}

// Live returns a function for [provider.SweepOptions].Live. It returns the IDs of all operations
// that a query selects, settled ones included: their instances are in somebody's hands.
func Live(s Store, q Query) func(context.Context) ([]string, error) {
	return func(ctx context.Context) (ids []string, err error) {
		for e, err := range Entries(ctx, s, q) {
			if err != nil {
				return nil, err
			}
			ids = append(ids, e.ID)
		}
		return ids, nil
	}
}
