package main

import (
	"fmt"
	"math"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider"
)

// A million instances a day, in operations of 100.
const (
	perDay     = 1_000_000
	operation  = 100
	operations = perDay / operation
)

// What the benchmarks of BENCHMARKS.md counted for one operation of 100 instances.
const (
	fileSaves     = 4     // "What a store writes": 4,000 saves of 1,000 operations
	fileBytes     = 8_600 // 86 bytes an instance, the most of the four clouds
	sqlStatements = 16
	sqlBytes      = 6_470

	// temporalEvents are the events in the history of examples/temporal for a fleet of one group
	// that is created, awaited and released: its start, the signal and its end, four activities
	// (Submit, Create, Await, Release) of three events each, and a workflow task of three
	// events for the start, the signal and each activity. They are counted from its code.
	temporalEvents = 3 + 4*3 + (1+1+4)*3
)

// million returns the table of what a million instances a day cost.
func million(list []*provider.Client) string {
	var b strings.Builder
	b.WriteString("| a million instances a day | calls a day | busiest rate in use | accounts, at least |\n|---|--:|--:|--:|\n")
	l := launch{operation, 22.9}
	for _, c := range list {
		limits := c.Limits()
		for _, keep := range []bool{false, true}[:markers(&limits)] {
			u := l.use(&limits)
			name := c.Name()
			if keep {
				u.renames, name = 0, name+", `KeepMarker`"
			}
			calls := (u.creates + u.describes + u.renames + u.releases) * operations
			t := l.tightest(&limits, keep)
			share := perDay / 24 / t.hourly
			fmt.Fprintf(&b, "| %s | %s | %s: %.0f %% | %.0f |\n",
				name, thousands(int(calls)), t.what, share*100, math.Ceil(share))
		}
	}
	fmt.Fprintf(&b, "\n| store | writes a day | a second | MB a day |\n|---|--:|--:|--:|\n")
	store(&b, "file store: synced saves", fileSaves, fileBytes)
	store(&b, "SQL store: statements, with BEGIN and COMMIT", sqlStatements, sqlBytes)
	fmt.Fprintf(&b, "| Temporal: events of histories, beside a store | %s | %.1f | |\n",
		thousands(temporalEvents*operations), float64(temporalEvents*operations)/86_400)
	return b.String()
}

// markers returns how many lines a cloud has: two where names have markers.
func markers(limits *provider.Limits) int {
	if limits.NameMarker {
		return 2
	}
	return 1
}

func store(b *strings.Builder, name string, writes, bytes int) {
	fmt.Fprintf(b, "| %s | %s | %.1f | %d |\n",
		name, thousands(writes*operations), float64(writes*operations)/86_400, bytes*operations/1_000_000)
}
