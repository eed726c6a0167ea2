package listing

import (
	"context"
	"slices"
)

// Reader says how lists of rows of type T are read. It keeps no state: every method reads anew,
// and may be called by several goroutines.
type Reader[T any] struct {
	// Page makes one call: for rows by their IDs, or without IDs for the page of a token, ""
	// being the first. Its answer was checked with [Page.Wrong].
	Page func(ctx context.Context, ids []string, token string) (Page[T], error)

	// ID returns the ID of a row.
	ID func(row *T) string

	// Passes reports whether the call of an error is worth another try. Unknown reports that
	// the service refused a call because it does not know one of the IDs.
	Passes, Unknown func(error) bool

	// Repeat makes a call, and repeats it while again says so and patience lasts.
	Repeat func(ctx context.Context, again func(error) bool, call func(context.Context) error) error

	// Wrong returns the error about a page that cannot be true, for the given reason.
	Wrong func(p *Page[T], why string) error

	// PerCall is how many IDs one call may name.
	PerCall int

	// Once repeats no call.
	Once bool

	// Strict refuses pages that repeat rows of earlier ones: they may lack others. It is for
	// lists that prove absence.
	Strict bool
}

// Cap is the limit at which a service may cut a list without a word.
type Cap[T any] struct {
	Rows int // the list may be cut when it has that many

	// Countable reports that the rows which the loop sees are those that the service counts.
	// It is false when the service applies another filter behind the cut.
	Countable bool

	// Whole reads a list that holds all rows of the cut one, and that is not cut.
	Whole *Reader[T]

	// Matches selects the rows of Whole.
	Matches func(row *T) bool
}

// All yields every row of the list once, page by page. It ends after the first error, which
// comes with a zero row. It returns false when the loop is over.
func (r *Reader[T]) All(ctx context.Context, yield func(T, error) bool) (goesOn bool) {
	l := reading[T]{r: r, yield: yield}
	return l.read(ctx)
}

// Capped is All for a list that the service may cut. When it may have done so, the list is
// completed from the whole one.
func (r *Reader[T]) Capped(ctx context.Context, c Cap[T], yield func(T, error) bool) (goesOn bool) {
	shown := map[string]struct{}{}
	if c.Countable {
		l := reading[T]{r: r, yield: yield, takesShort: true, shown: shown}
		goesOn := l.read(ctx)
		whole := len(shown) < c.Rows && !l.short
		if !goesOn || whole {
			return goesOn
		}
	}
	l := reading[T]{r: c.Whole, shown: shown, yield: func(row T, err error) bool {
		if err == nil && !c.Matches(&row) {
			return true
		}
		return yield(row, err)
	}}
	return l.read(ctx)
}

// ByIDs yields the rows of the given IDs, in calls of at most PerCall. Rows that the service
// does not know are absent. It ends after the first error, and returns false when the loop is
// over.
func (r *Reader[T]) ByIDs(ctx context.Context, ids []string, yield func(T, error) bool) (goesOn bool) {
	for chunk := range slices.Chunk(ids, r.PerCall) {
		if _, goesOn := r.chunk(ctx, chunk, false, yield); !goesOn {
			return false
		}
	}
	return true
}

// Find returns the rows of the given IDs. A row that is missing means something only when whole
// is true: no answer contradicted itself. An error comes with the rows that were read before.
func (r *Reader[T]) Find(ctx context.Context, ids []string) (rows map[string]T, whole bool, err error) {
	rows, whole = make(map[string]T, len(ids)), true
	keep := func(row T, e error) bool {
		if err = e; err == nil {
			rows[r.ID(&row)] = row
		}
		return err == nil
	}
	for chunk := range slices.Chunk(ids, r.PerCall) {
		short, _ := r.chunk(ctx, chunk, true, keep)
		if err != nil {
			return rows, false, err
		}
		whole = whole && !short
	}
	return rows, whole, nil
}

// chunk yields the rows of one call. When the service refuses the whole call because it does
// not know one of the IDs, they are split in halves. It reports whether an answer was short.
func (r *Reader[T]) chunk(
	ctx context.Context, ids []string, takesShort bool, yield func(T, error) bool,
) (short, goesOn bool) {
	refused := false
	l := reading[T]{r: r, ids: ids, takesShort: takesShort, yield: func(row T, err error) bool {
		if refused = err != nil && len(ids) > 1 && r.Unknown(err); refused {
			return false
		}
		return yield(row, err)
	}}
	if goesOn = l.read(ctx); !refused {
		return l.short, goesOn
	}
	half := len(ids) / 2
	first, goesOn := r.chunk(ctx, ids[:half], takesShort, yield)
	if !goesOn {
		return first, false
	}
	second, goesOn := r.chunk(ctx, ids[half:], takesShort, yield)
	return first || second, goesOn
}
