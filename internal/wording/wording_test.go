package wording_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/internal/wording"
)

func TestAParagraphNamesTheCloudOnce(t *testing.T) {
	one, two := errors.New("cloud: no stock"), errors.New("tokens-cloud: cloud: gone")
	err := wording.Paragraph("cloud", one, nil, two)
	if got, want := err.Error(), "cloud: no stock; tokens-gone"; got != want {
		t.Errorf("the paragraph is %q, want %q", got, want)
	}
	if !errors.Is(err, one) || !errors.Is(err, two) {
		t.Errorf("%v does not match the errors that it is made of", err)
	}
	if got := wording.Paragraph("cloud", nil, one); got != one {
		t.Errorf("one error became %v, want it as it is", got)
	}
	if got := wording.Paragraph("cloud", nil); got != nil {
		t.Errorf("no errors became %v, want nil", got)
	}
}

func TestManyAreNamedInPart(t *testing.T) {
	ids := strings.Split("a b c d e f g h i j k l", " ")
	want := "a, b, c, d, e, f, g, h, i, j and 2 more"
	if got := wording.Some(ids); got != want {
		t.Errorf("some are %q, want %q", got, want)
	}
	if got := wording.Listed(ids, func(s string) string { return s }); got != want {
		t.Errorf("listed are %q, want %q", got, want)
	}
}

func TestTheLargestGroupComesFirst(t *testing.T) {
	var got []string
	for _, g := range wording.Group([]string{"a1", "b1", "b2"}, func(s string) string { return s[:1] }) {
		got = append(got, fmt.Sprint(g.Name, g.Items))
	}
	if want := []string{"b[b1 b2]", "a[a1]"}; !slices.Equal(got, want) {
		t.Errorf("the groups are %q, want %q", got, want)
	}
}

func TestTheSameTextIsToldOnce(t *testing.T) {
	got := wording.Distinct([]error{errors.New("a"), errors.New("b"), errors.New("a")})
	if want := []string{"a (2 times)", "b"}; !slices.Equal(got, want) {
		t.Errorf("the texts are %q, want %q", got, want)
	}
}

func TestALineHasNoBreaks(t *testing.T) {
	if got, want := wording.OneLine("a\nb\tc"), "a b c"; got != want {
		t.Errorf("the line is %q, want %q", got, want)
	}
}

// Items of one key stand together, in the order in which the keys come up.
func TestInGroupsKeepsTheOrder(t *testing.T) {
	got := wording.InGroups([]string{"b1", "a1", "b2", "c1", "a2"}, func(s string) byte { return s[0] })
	want := [][]string{{"b1", "b2"}, {"a1", "a2"}, {"c1"}}
	if !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("the groups are %q, want %q", got, want)
	}
}

func TestCountsLeaveOutZero(t *testing.T) {
	got := wording.Counts(wording.Count{N: 1, Word: "failed"}, wording.Count{Word: "hidden"}, wording.Count{N: 237, Word: "pending"})
	if want := "1 failed, 237 pending"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := wording.Counts(); got != "" {
		t.Errorf("got %q of nothing, want nothing", got)
	}
}
