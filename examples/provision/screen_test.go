package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/mattn/go-runewidth"
)

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		text  string
		width int
		want  []string
	}{
		{"", 20, []string{""}},
		{"one two", 20, []string{"one two"}},
		{"one two three", 10, []string{"one two", "three"}},
		{"0123456789abcdef x", 10, []string{"0123456789", "abcdef x"}},
		{"一二三四五六", 10, []string{"一二三四五", "六"}}, // five letters of two columns
		{"实例 正在运行", 10, []string{"实例", "正在运行"}},
	} {
		if got := wrap(c.text, c.width); !slices.Equal(got, c.want) {
			t.Errorf("wrap(%q, %d) = %q, want %q", c.text, c.width, got, c.want)
		}
	}
}

// The columns of a list begin at the same place, although Chinese letters are wider.
func TestChineseStaysAligned(t *testing.T) {
	var out bytes.Buffer
	s := newScreen(&out)
	s.instances([]instanceResult{
		{ID: "i-1", State: "running", Name: "甲"},
		{ID: "实例二", State: "等待", Name: "乙"},
		{ID: "i-long-3", State: "pending", Name: "丙"},
	})
	var at []int
	for line := range strings.Lines(out.String()) {
		before, _, _ := strings.Cut(line, strings.Fields(line)[2])
		at = append(at, runewidth.StringWidth(before))
	}
	if len(slices.Compact(at)) != 1 {
		t.Errorf("the names begin at columns %v\n%s", at, out.String())
	}
}

func TestColoursAreForTerminalsOnly(t *testing.T) {
	s := newScreen(&bytes.Buffer{})
	if got := s.bold("web") + s.red("x"); got != "webx" {
		t.Errorf("got %q, want no colours", got)
	}
	s.colours = true
	if got, want := s.green("x"), "\x1b[32mx\x1b[0m"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
