package main

import (
	"context"
	"log/slog"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider"
)

// call is one call to a cloud, as the client logs it.
type call struct {
	api       provider.API
	instances int    // how many instances it is about
	outcome   string // "ok", or one of [provider.Outcome]
}

// callLog is a logger that reports each call of a client. It is how a program learns what the library
// does: see provider.Options.Logger.
type callLog struct{ report func(call) }

func (*callLog) Enabled(context.Context, slog.Level) bool { return true }

func (h *callLog) Handle(_ context.Context, r slog.Record) error {
	if r.Message != "cloud call" {
		return nil
	}
	var c call
	r.Attrs(func(a slog.Attr) bool {
		switch a.Key {
		case "call":
			c.api = provider.API(a.Value.String())
		case "instances":
			c.instances = int(a.Value.Int64())
		case "outcome":
			c.outcome = a.Value.String()
		}
		return true
	})
	h.report(c)
	return nil
}

func (h *callLog) WithAttrs([]slog.Attr) slog.Handler { return h }
func (h *callLog) WithGroup(string) slog.Handler      { return h }

// trouble is a call that did not succeed.
type trouble struct {
	call
	repeated bool // the same call was sent again
	found    bool // a create: its instances were found without a repetition
}

// tally counts the calls to one cloud.
type tally struct {
	total    int
	counts   map[provider.API]int // without repetitions
	troubles []trouble
}

// add counts a call. A call after one that failed is its repetition.
func (t *tally) add(c call) {
	t.total++
	if !t.repeats(c.api) {
		t.counts[c.api]++
	}
	if c.outcome != "ok" {
		t.troubles = append(t.troubles, trouble{call: c})
	}
}

// repeats reports whether a call repeats an earlier one, which it marks as repeated.
func (t *tally) repeats(api provider.API) bool {
	for i := range t.troubles {
		if b := &t.troubles[i]; b.api == api && !b.repeated {
			b.repeated = true
			return true
		}
	}
	return false
}

// describe returns what was done, the most remarkable last.
func (t *tally) describe() []string {
	parts := counted(t.counts)
	var kinds []kind
	times := map[kind]int{}
	for _, b := range t.troubles {
		k := b.kind()
		if times[k] == 0 {
			kinds = append(kinds, k)
		}
		times[k]++
	}
	for _, k := range kinds {
		parts = append(parts, strings.TrimSpace(count(times[k], k.what)+" "+k.did))
	}
	return parts
}

// counted returns numbers of calls in words.
func counted(counts map[provider.API]int) []string {
	var parts []string
	for _, k := range []struct {
		api  provider.API
		what string
	}{
		{provider.APIRunInstances, "create"},
		{provider.APIDescribeInstances, "describe"},
		{provider.APITerminateInstances, "release"},
	} {
		if n := counts[k.api]; n > 0 {
			parts = append(parts, count(n, k.what))
		}
	}
	return parts
}

// found records that the instances of creates exist whose answers were lost.
func (t *tally) found() {
	for i := range t.troubles {
		b := &t.troubles[i]
		if b.lost() && !b.repeated {
			b.found = true
		}
	}
}

// lost reports whether the trouble is a create whose answer was lost.
func (b *trouble) lost() bool {
	return b.api == provider.APIRunInstances && b.outcome == string(provider.OutcomeUnknown)
}

// mended reports whether the library has made good for the trouble.
func (b *trouble) mended() bool { return b.repeated || b.found }

// kind is what a trouble was, and what the library did about it.
type kind struct{ what, did string }

func (b *trouble) kind() kind {
	k := kind{what: "failed call"}
	switch {
	case b.lost():
		k.what = "lost answer"
	case b.outcome == string(provider.OutcomeThrottled):
		k.what = "throttled call"
	case b.outcome == string(provider.OutcomeRejected):
		k.what = "refused call"
	}
	switch {
	case b.repeated:
		k.did = "repeated"
	case b.found:
		k.did = "found again"
	}
	return k
}
