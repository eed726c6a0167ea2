// Package wording builds the texts of errors.
package wording

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// AtMost is how many items of a kind the text of an error names.
const AtMost = 10

// OneLine removes line breaks, so that a vendor's text cannot look like several log records.
func OneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
}

// paragraph is several errors in one paragraph, which names the cloud once.
type paragraph struct {
	driver string
	errs   []error
}

// Paragraph joins errors, without the nil ones. A single error is returned unchanged.
func Paragraph(driver string, errs ...error) error {
	errs = Compact(errs...)
	switch len(errs) {
	case 0:
		return nil
	case 1:
		return errs[0]
	}
	return &paragraph{driver, errs}
}

// Error returns the texts of the errors in order.
func (p *paragraph) Error() string {
	texts := make([]string, len(p.errs))
	for i, err := range p.errs {
		texts[i] = Unnamed(p.driver, err.Error())
	}
	return p.driver + ": " + strings.Join(texts, "; ")
}

// Unwrap returns the errors.
func (p *paragraph) Unwrap() []error { return p.errs }

// Unnamed removes the name of the cloud before each part of a text. A name that is only the
// end of a word, as in "tokens: ", stays.
func Unnamed(driver, text string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, driver+": ")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		last, _ := utf8.DecodeLastRuneInString(before)
		if unicode.IsLetter(last) || unicode.IsDigit(last) {
			b.WriteString(driver + ": ")
		}
		text = after
	}
}

// Some names at most AtMost of many IDs.
func Some(ids []string) string {
	if len(ids) <= AtMost {
		return strings.Join(ids, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(ids[:AtMost], ", "), len(ids)-AtMost)
}

// Distinct returns the texts of errors, each once, with their number.
func Distinct(errs []error) []string {
	var texts []string
	count := map[string]int{}
	for _, err := range errs {
		t := err.Error()
		if count[t] == 0 {
			texts = append(texts, t)
		}
		count[t]++
	}
	for i, t := range texts {
		if n := count[t]; n > 1 {
			texts[i] = t + " (" + strconv.Itoa(n) + " times)"
		}
	}
	return texts
}

// Alike are items that have the same text.
type Alike[T any] struct {
	Name  string
	Items []T
}

// InGroups returns items in groups of the same key, in the order of their first items.
func InGroups[T any, K comparable](items []T, key func(T) K) (groups [][]T) {
	index := map[K]int{}
	for _, item := range items {
		k := key(item)
		i, ok := index[k]
		if !ok {
			i = len(groups)
			index[k], groups = i, append(groups, nil)
		}
		groups[i] = append(groups[i], item)
	}
	return groups
}

// Group groups items by name, the largest group first.
func Group[T any](items []T, name func(T) string) (groups []Alike[T]) {
	for _, g := range InGroups(items, name) {
		groups = append(groups, Alike[T]{Name: name(g[0]), Items: g})
	}
	slices.SortStableFunc(groups, func(a, b Alike[T]) int { return cmp.Compare(len(b.Items), len(a.Items)) })
	return groups
}

// Listed names items, up to AtMost of them.
func Listed[T any](items []T, name func(T) string) string {
	var names []string
	for _, item := range items[:min(len(items), AtMost)] {
		names = append(names, name(item))
	}
	text := strings.Join(names, ", ")
	if more := len(items) - AtMost; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// Compact returns the errors that are not nil.
func Compact(errs ...error) []error {
	out := make([]error, 0, len(errs))
	for _, err := range errs {
		if err != nil {
			out = append(out, err)
		}
	}
	return out
}

// Count is a number of items, and the word for them.
type Count struct {
	N    int
	Word string
}

// Counts names the numbers that are not zero, for example "1 failed, 237 pending".
func Counts(list ...Count) string {
	var texts []string
	for _, c := range list {
		if c.N > 0 {
			texts = append(texts, strconv.Itoa(c.N)+" "+c.Word)
		}
	}
	return strings.Join(texts, ", ")
}
