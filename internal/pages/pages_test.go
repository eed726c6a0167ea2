package pages_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/yunfan-cloud/yunfan/internal/pages"
)

func TestAllReadsEveryPageUntilTheFirstError(t *testing.T) {
	broken := errors.New("broken")
	list := map[string][]string{"": {"a", "b"}, "2": {}, "3": {"c"}}
	next := map[string]string{"": "2", "2": "3", "3": "4"}
	var got []string
	var last error
	for v, err := range pages.All(func(token string) ([]string, string, error) {
		if token == "4" {
			return []string{"never"}, "", broken
		}
		return list[token], next[token], nil
	}) {
		got, last = append(got, v), err
	}
	if want := []string{"a", "b", "c", ""}; !slices.Equal(got, want) {
		t.Errorf("the loop yielded %q, want %q", got, want)
	}
	if !errors.Is(last, broken) {
		t.Errorf("the loop ended with %v, want %v", last, broken)
	}
}

func TestPagesThatContradictEachOtherAreNoticed(t *testing.T) {
	type page struct {
		ids  []string
		next string
	}
	for name, tc := range map[string]struct {
		list    []page
		repeats bool
		wrong   string
	}{
		"one page":      {[]page{{[]string{"a", "a"}, ""}}, false, ""},
		"two pages":     {[]page{{[]string{"a"}, "2"}, {[]string{"b"}, ""}}, false, ""},
		"a row twice":   {[]page{{[]string{"a"}, "2"}, {[]string{"a", "b"}, ""}}, true, ""},
		"a circle":      {[]page{{[]string{"a"}, "2"}, {[]string{"b"}, "2"}}, false, "the pages of the list go in a circle"},
		"nothing new":   {[]page{{[]string{"a"}, "2"}, {[]string{"a"}, "3"}, {[]string{"a"}, "4"}, {[]string{"a"}, "5"}}, true, "the list goes on, and its pages show nothing new"},
		"empty between": {[]page{{[]string{"a"}, "2"}, {nil, "3"}, {nil, "4"}, {nil, "5"}, {[]string{"b"}, ""}}, false, ""},
	} {
		var w pages.Watch
		var repeats bool
		var wrong string
		for _, p := range tc.list {
			repeats, wrong = w.Page(len(p.ids), func(n int) string { return p.ids[n] }, p.next)
		}
		if repeats != tc.repeats {
			t.Errorf("%s: the last page repeats: %t, want %t", name, repeats, tc.repeats)
		}
		if wrong != tc.wrong {
			t.Errorf("%s: the list is wrong: %q, want %q", name, wrong, tc.wrong)
		}
	}
}
