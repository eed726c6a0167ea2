package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/clouds"
	"github.com/yunfan-cloud/yunfan/provider"
)

// launch is an operation of a size, and how many describe calls its wait takes: the table of
// BENCHMARKS.md, strategy yunfan.
type launch struct {
	instances int
	describes float64
}

func launches() []launch { return []launch{{1, 7.9}, {100, 22.9}, {1000, 78}} }

// clients returns a client of each cloud. Nothing is sent.
func clients() (list []*provider.Client, err error) {
	for _, c := range clouds.All() {
		client, err := c.New(clouds.Config{})
		if err != nil {
			return nil, err
		}
		list = append(list, client)
	}
	return list, nil
}

// use is how many calls of each kind a launch takes, from the first create to the last release.
type use struct{ creates, describes, renames, releases float64 }

func (l launch) use(limits *provider.Limits) use {
	n := float64(l.instances)
	u := use{
		creates: ceil(l.instances, limits.InstancesPerCreate), describes: l.describes,
		releases: ceil(l.instances, limits.IDsPerTerminate),
	}
	if limits.NameMarker {
		u.renames = n // unless RunOptions.KeepMarker
	}
	return u
}

func ceil(n, size int) float64 { return float64((n + size - 1) / size) }

// bound is how many instances an hour a rate lets through, and which rate it is.
type bound struct {
	hourly float64
	what   string
}

// tightest returns the rate that lets through the fewest instances.
func (l launch) tightest(limits *provider.Limits, keepMarker bool) bound {
	u := l.use(limits)
	if keepMarker {
		u.renames = 0
	}
	best := bound{what: "nothing"}
	try := func(what string, calls float64, r provider.Rate) {
		if calls == 0 || r.Calls == 0 {
			return
		}
		hourly := float64(r.Calls) * float64(time.Hour) / float64(r.Per) / calls * float64(l.instances)
		if best.hourly == 0 || hourly < best.hourly {
			best = bound{hourly, what}
		}
	}
	try("creates", u.creates, limits.Rates[provider.APIRunInstances])
	try("describes", u.describes, limits.Rates[provider.APIDescribeInstances])
	try("releases", u.releases, limits.Rates[provider.APITerminateInstances])
	try("renames", u.renames, limits.Rates[provider.APIRenameInstance])
	all := limits.Rates[provider.AnyAPI]
	try("all calls", u.creates+u.describes+u.renames+u.releases, all)
	all.Calls = all.Calls * 3 / 4 // see Budgets
	try("renames", u.renames, all)
	return best
}

// accounts returns the table of what one account lets through.
func accounts(list []*provider.Client) string {
	var b strings.Builder
	b.WriteString("| instances an hour, at most | operations of 1 | of 100 | of 1,000 |\n|---|--:|--:|--:|\n")
	for _, c := range list {
		limits := c.Limits()
		line(&b, c.Name(), &limits, false)
		if limits.NameMarker {
			line(&b, c.Name()+", `KeepMarker`", &limits, true)
		}
	}
	return b.String()
}

func line(b *strings.Builder, name string, limits *provider.Limits, keepMarker bool) {
	b.WriteString("| " + name)
	for _, l := range launches() {
		t := l.tightest(limits, keepMarker)
		fmt.Fprintf(b, " | %s: %s", thousands(int(t.hourly)), t.what)
	}
	b.WriteString(" |\n")
}

// thousands writes a number with commas, two digits being exact: these are estimates.
func thousands(n int) string {
	unit := 1
	for n/unit >= 100 {
		unit *= 10
	}
	s := strconv.Itoa(n / unit * unit)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
