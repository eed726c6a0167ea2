package main

import (
	"fmt"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider"
)

// Widths from which a frame has more to show.
const (
	roomyFrame = 60
	wideFrame  = 120
)

// frame returns the progress of all clouds as lines for a terminal of this size: a headline, one line for
// each cloud, and, where those have no room for it, what the library did. No line is wider than the
// terminal, and there are fewer lines than it has. The last column stays free: terminals disagree about
// what happens after a rune there.
func frame(rows []row, width, height int) []string {
	width, height = max(width-1, 1), height-1
	lines := []string{cut(headline(rows), width)}
	if height > len(rows) {
		lines = append(lines, cloudLines(rows, width)...)
		if width < roomyFrame {
			lines = append(lines, fit(sumUp(rows), width))
		}
	}
	return lines[:min(len(lines), max(height, 0))]
}

// headline says how far all clouds together are.
func headline(rows []row) string {
	var asked, running, made, terminated int
	isReleasing := false
	for i := range rows {
		r := &rows[i]
		asked, running = asked+r.asked, running+r.running
		made, terminated = made+len(r.ids), terminated+len(r.gone)
		isReleasing = isReleasing || r.phase == releasing || r.phase == released
	}
	if isReleasing && made == 0 {
		return "Nothing to release"
	}
	if isReleasing {
		return fmt.Sprintf("Releasing %s: %d terminated", count(made, "instance"), terminated)
	}
	return fmt.Sprintf("Starting %s: %d running", count(asked, "instance"), running)
}

// sumUp returns what the library did on all clouds together.
func sumUp(rows []row) []string {
	counts, mended := map[provider.API]int{}, 0
	for i := range rows {
		t := &rows[i].calls
		for api, n := range t.counts {
			counts[api] += n
		}
		for _, b := range t.troubles {
			if b.mended() {
				mended++
			}
		}
	}
	parts := counted(counts)
	if mended > 0 {
		parts = append(parts, fmt.Sprintf("%d mended", mended))
	}
	return parts
}

// cloudLines returns one line for each cloud, in columns.
func cloudLines(rows []row, width int) []string {
	var times []string
	for i := range rows {
		times = append(times, seconds(&rows[i]))
	}
	var cells [][]string
	for i := range rows {
		r := &rows[i]
		elapsed := fmt.Sprintf("%*s", widest(times), times[i])
		cells = append(cells, []string{r.name, bar(r, barWidth(width)), progress(r, width), elapsed})
	}
	lines := aligned(cells, 1, nil)
	for i, l := range lines {
		what := fit(rows[i].calls.describe(), width-columns(l)-2)
		if what != "" && width >= roomyFrame {
			l += "  " + what
		}
		lines[i] = cut(l, width)
	}
	return lines
}

func barWidth(width int) int {
	switch {
	case width >= wideFrame:
		return 30
	case width >= roomyFrame:
		return 8
	}
	return 6
}

// bar shows instances that run as #, and those on their way up or down as -. It has ASCII only, because
// terminals in Chinese take two columns for block characters.
func bar(r *row, width int) string {
	up, moving, of := r.running, len(r.ids), max(r.asked, len(r.ids))
	if r.phase == releasing || r.phase == released {
		up, moving = len(r.ids)-max(r.accepted, len(r.gone)), len(r.ids)-len(r.gone)
	}
	full := max(up, 0) * width / of
	part := max(moving, up, 0) * width / of
	return "[" + strings.Repeat("#", full) + strings.Repeat("-", part-full) + strings.Repeat(" ", width-part) + "]"
}

// progress returns n of m, with a word where there is room for it.
func progress(r *row, width int) string {
	n, of, word := r.running, r.asked, "running"
	switch r.phase {
	case releasing, released:
		n, of, word = len(r.gone), len(r.ids), "terminated"
	case failed:
		return "failed"
	case creating, booting:
	}
	if width < roomyFrame {
		return fmt.Sprintf("%d/%d", n, of)
	}
	return fmt.Sprintf("%d of %d %s", n, of, word)
}

func seconds(r *row) string { return fmt.Sprintf("%.1fs", r.elapsed.Seconds()) }

// plain returns the lines of the clouds that have changed since last, for output that is not a terminal.
func plain(rows []row, last map[string]string) []string {
	var lines []string
	for i := range rows {
		r := &rows[i]
		text := fmt.Sprintf("%-10s %s; %s", r.name, progress(r, wideFrame), strings.Join(r.calls.describe(), ", "))
		if last[r.name] != text && r.calls.total > 0 {
			last[r.name] = text
			lines = append(lines, fmt.Sprintf("%6s  %s", seconds(r), text)) // the time alone is no news
		}
	}
	return lines
}
