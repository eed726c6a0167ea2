package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

var update = flag.Bool("update", false, "rewrite the frames in testdata")

// instanceIDs returns n IDs.
func instanceIDs(n int) []string {
	var ids []string
	for i := range n {
		ids = append(ids, fmt.Sprintf("i-%03d", i))
	}
	return ids
}

// someCalls returns what a cloud was asked.
func someCalls(creates, describes, releases int, troubles ...trouble) tally {
	return tally{
		total: creates + describes + releases + len(troubles),
		counts: map[provider.API]int{
			provider.APIRunInstances: creates, provider.APIDescribeInstances: describes,
			provider.APITerminateInstances: releases,
		},
		troubles: troubles,
	}
}

func lostAnswer(n int, repeated bool) trouble {
	c := call{api: provider.APIRunInstances, instances: n, outcome: string(provider.OutcomeUnknown)}
	return trouble{call: c, repeated: repeated, found: !repeated}
}

// starting is a board on which n instances of each cloud are on their way.
func starting(n int) []row {
	ids := instanceIDs(n)
	throttled := trouble{repeated: true, call: call{
		api: provider.APIRunInstances, instances: n, outcome: string(provider.OutcomeThrottled),
	}}
	return []row{
		{
			name: "aliyun", phase: booting, asked: n, running: n * 2 / 3, ids: ids, elapsed: 4200 * time.Millisecond,
			calls: someCalls(1, 3, 0, lostAnswer(n, true)),
		},
		{name: "ens", asked: n, elapsed: 4200 * time.Millisecond, calls: someCalls(1, 1, 0, lostAnswer(n, false))},
		{
			name: "tencent", phase: booting, asked: n, running: n, ids: ids, elapsed: 3100 * time.Millisecond,
			calls: someCalls(1, 1, 0, throttled),
		},
		{name: "qingcloud", phase: failed, asked: n, elapsed: 100 * time.Millisecond, calls: someCalls(1, 0, 0)},
	}
}

// ending is a board on which n instances of each cloud are released.
func ending(n int) []row {
	rows := starting(n)
	ids := instanceIDs(n)
	for i := range rows[:3] {
		r := &rows[i]
		r.phase, r.running, r.ids = releasing, n, ids
		r.accepted, r.gone = n*(i+1)/3, ids[:n*i/3]
		r.elapsed = 112 * time.Second
		r.calls.counts[provider.APITerminateInstances] = 1
	}
	return rows
}

func TestFrames(t *testing.T) {
	for _, size := range [][2]int{{40, 20}, {80, 24}, {200, 60}} {
		var b strings.Builder
		for _, n := range []int{3, 100} {
			for _, rows := range [][]row{starting(n), ending(n)} {
				b.WriteString(strings.Join(frame(rows, size[0], size[1]), "\n") + "\n\n")
			}
		}
		path := filepath.Join("testdata", fmt.Sprintf("frames-%dx%d.txt", size[0], size[1]))
		if *update {
			if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := b.String(); got != string(want) {
			t.Errorf("%s: the frames are\n%s\nwant\n%s", path, got, want)
		}
	}
}

// A frame fits every terminal, whatever it shows.
func TestFramesFit(t *testing.T) {
	chinese := starting(100)
	chinese[0].name = "阿里云 专有云"
	for _, rows := range [][]row{starting(3), ending(3), starting(100), ending(100), ending(123456), chinese} {
		for width := 1; width <= 210; width++ {
			for _, height := range []int{1, 2, 4, 6, 7, 20, 60} {
				lines := frame(rows, width, height)
				if got := len(lines); got > height-1 {
					t.Errorf("%d x %d: the frame has %d lines, want fewer than the terminal", width, height, got)
				}
				for _, l := range lines {
					if got := columns(l); got >= max(width, 2) {
						t.Errorf("%d x %d: %q is %d columns wide, want the last one free", width, height, l, got)
					}
				}
			}
		}
	}
}

// Where the clouds have no room, their sum has.
func TestALowTerminalShowsTheHeadline(t *testing.T) {
	for _, height := range []int{2, 5} {
		got := frame(starting(3), 80, height)
		if want := []string{"Starting 12 instances: 5 running"}; !slices.Equal(got, want) {
			t.Errorf("the frame on %d lines is %q, want %q", height, got, want)
		}
	}
}

// Columns stay aligned below a name in Chinese.
func TestChineseNamesStayAligned(t *testing.T) {
	rows := starting(3)
	rows[0].name = "阿里云"
	var edges []int
	for _, l := range frame(rows, 80, 24)[1:] {
		before, _, _ := strings.Cut(l, "[")
		edges = append(edges, columns(before))
	}
	if got := slices.Compact(slices.Sorted(slices.Values(edges))); len(got) != 1 {
		t.Errorf("the bars begin in columns %v, want one column", edges)
	}
}

func TestBarsMove(t *testing.T) {
	r := row{asked: 4}
	for _, c := range []struct {
		what   string
		change func()
		want   string
	}{
		{"nothing yet", func() {}, "[        ]"},
		{"accepted", func() { r.ids = instanceIDs(4) }, "[--------]"},
		{"half run", func() { r.running = 2 }, "[####----]"},
		{"all run", func() { r.running = 4 }, "[########]"},
		{"release begins", func() { r.phase = releasing }, "[########]"},
		{"three accepted", func() { r.accepted = 3 }, "[##------]"},
		{"two gone", func() { r.gone = r.ids[:2] }, "[##--    ]"},
		{"all gone", func() { r.accepted, r.gone = 4, r.ids }, "[        ]"},
	} {
		c.change()
		if got := bar(&r, 8); got != c.want {
			t.Errorf("%s: the bar is %q, want %q", c.what, got, c.want)
		}
	}
}

func TestTablesFit(t *testing.T) {
	for _, n := range []int{3, 25} {
		var runs []*cloudRun
		for range 4 {
			runs = append(runs, &cloudRun{cloud: cloud{name: "qingcloud"}})
			for _, id := range instanceIDs(n) {
				last := runs[len(runs)-1]
				last.running = append(last.running, readyInstance{provider.Instance{ID: id + "-0123456789abcdef"}, time.Second})
			}
		}
		for _, size := range [][2]int{{40, 20}, {80, 24}, {200, 60}} {
			lines := strings.Split(table(size[0]-1, size[1], runs), "\n")
			if len(lines) > size[1] {
				t.Errorf("%d x %d: the table of %d has %d lines", size[0], size[1], n, len(lines))
			}
			for _, l := range lines {
				if columns(l) >= size[0] && !strings.HasPrefix(l, "and ") {
					t.Errorf("%d x %d: %q is %d columns wide", size[0], size[1], l, columns(l))
				}
			}
		}
	}
}
