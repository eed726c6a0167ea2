// Package pages reads lists that come in pages.
package pages

import "iter"

// All returns a loop over everything that page returns, starting with the page token "". It
// ends after the first error, which comes with a zero value.
func All[T any](page func(token string) (list []T, next string, err error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for token := ""; ; {
			list, next, err := page(token)
			if err != nil {
				var zero T
				yield(zero, err)
				return
			}
			for _, v := range list {
				if !yield(v, nil) {
					return
				}
			}
			if next == "" {
				return
			}
			token = next
		}
	}
}

// Watch finds contradictions between the pages of a list. The zero value is for the first
// page.
type Watch struct {
	tokens map[string]bool // of the pages so far
	ids    map[string]bool // shown by them
	stale  int             // pages in a row that showed nothing new
}

// staleAtMost is how many pages in a row may show nothing new. Lists that are counted by
// offset shift by a few rows, not by whole pages.
const staleAtMost = 2

// Page records a page: how many rows it has, the ID of each, and the token of the next page,
// "" on the last one. It reports whether the page repeats a row of an earlier page. Wrong is
// what is wrong with the list, "" if nothing is.
func (w *Watch) Page(rows int, id func(row int) string, next string) (repeats bool, wrong string) {
	if w.ids == nil && next == "" {
		return false, "" // a list of one page
	}
	if w.ids == nil {
		w.tokens, w.ids = map[string]bool{}, map[string]bool{}
	}
	fresh := false
	for n := range rows {
		known := w.ids[id(n)]
		repeats = repeats || known
		fresh = fresh || !known
	}
	for n := range rows {
		w.ids[id(n)] = true
	}
	w.stale++
	if fresh || rows == 0 {
		w.stale = 0
	}
	again := next != "" && w.tokens[next]
	w.tokens[next] = true
	switch {
	case again:
		return repeats, "the pages of the list go in a circle"
	case w.stale > staleAtMost && next != "":
		return repeats, "the list goes on, and its pages show nothing new"
	}
	return repeats, ""
}
