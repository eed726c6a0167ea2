package listing

import (
	"context"

	"github.com/yunfan-cloud/yunfan/internal/pages"
)

// reading reads every page of a list, and yields every row once.
type reading[T any] struct {
	r     *Reader[T]
	ids   []string // nil for all rows of the list
	yield func(T, error) bool

	// takesShort yields the rows of a short answer, and records that it was short. Without it
	// a short answer is repeated, and then becomes an error.
	takesShort bool
	short      bool
	behind     bool // the short answer was a page behind others

	// shown holds the yielded IDs, where a row may come twice: pages counted by offset shift
	// while rows come and go.
	shown map[string]struct{}
}

// read reads every page. A later page that is short may lack rows that an earlier page should
// have shown. The list is then read again from its beginning. It returns false when the loop
// is over.
func (l *reading[T]) read(ctx context.Context) (goesOn bool) {
	again := func(error) bool { return l.behind }
	err := l.repeat(ctx, again, func(ctx context.Context) (err error) {
		l.behind = false
		goesOn, err = l.pages(ctx)
		return err
	})
	if err != nil {
		var zero T
		l.yield(zero, err)
		return false
	}
	return goesOn
}

// repeat makes a call, and repeats it while that helps, unless nothing is to be repeated.
func (l *reading[T]) repeat(ctx context.Context, again func(error) bool, call func(context.Context) error) error {
	if l.r.Once {
		return call(ctx)
	}
	return l.r.Repeat(ctx, again, call)
}

// pages reads every page once. It returns false when the loop is over.
func (l *reading[T]) pages(ctx context.Context) (goesOn bool, err error) {
	var watch pages.Watch
	for token := ""; ; {
		page, err := l.page(ctx, token)
		if err != nil {
			return false, err
		}
		if page.Next != "" && l.shown == nil {
			l.shown = map[string]struct{}{}
		}
		repeats, wrong := watch.Page(len(page.Rows), func(n int) string { return l.r.ID(&page.Rows[n]) }, page.Next)
		if repeats && l.r.Strict && wrong == "" {
			wrong = "a page shows instances of an earlier one: it may lack others"
		}
		if wrong != "" {
			l.behind = true
			return false, l.r.Wrong(&page, wrong)
		}
		for n := range page.Rows {
			if !l.show(&page.Rows[n]) {
				return false, nil
			}
		}
		if token = page.Next; token == "" {
			return true, nil
		}
	}
}

// page reads one page, and repeats the call while that helps.
func (l *reading[T]) page(ctx context.Context, token string) (page Page[T], err error) {
	again := func(err error) bool { return l.r.Passes(err) && !l.behind }
	err = l.repeat(ctx, again, func(ctx context.Context) (err error) {
		page, err = l.r.Page(ctx, l.ids, token)
		lacks := err == nil && page.lacks(l.ids, l.r.ID)
		if !lacks {
			return err
		}
		l.short = true
		if l.takesShort {
			return nil
		}
		l.behind = token != ""
		return l.r.Wrong(&page, "the answer counts more instances than it shows: it is not the whole list")
	})
	return page, err
}

// show yields a row that was not yielded before. It returns false when the loop is over.
func (l *reading[T]) show(row *T) bool {
	if l.shown != nil {
		id := l.r.ID(row)
		if _, again := l.shown[id]; again {
			return true
		}
		l.shown[id] = struct{}{}
	}
	return l.yield(*row, nil)
}
