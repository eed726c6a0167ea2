package ledger_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/ledger"
)

// start is the time at which the tests begin.
var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// Verdicts.
var (
	fine      = ledger.Verdict{Executed: ledger.Yes, Final: true}
	lost      = ledger.Verdict{Executed: ledger.Maybe}
	throttled = ledger.Verdict{}
	refused   = ledger.Verdict{Final: true}
	scarce    = ledger.Verdict{Final: true, Scarce: true}
	dead      = ledger.Verdict{Final: true, TokenDead: true}
)

// plan is one part of three slots with a minimum of two.
func plan() []ledger.Plan { return []ledger.Plan{{First: 0, Count: 3, MinCount: 2}} }

// answer is how a call for three instances ended.
func answer(v ledger.Verdict, ids ...string) ledger.Answer {
	return ledger.Answer{IDs: ids, Asked: 3, Least: 2, Verdict: v}
}

// read returns a ledger as another process restores it.
func read(l *ledger.Ledger) *ledger.Ledger {
	again, err := ledger.Restore(l.Save())
	if err != nil {
		panic(err)
	}
	return again
}

// states creates a ledger in each state of a part.
var states = map[string]func() *ledger.Ledger{
	"planned": func() *ledger.Ledger { return ledger.New(2, plan()) },
	"sent": func() *ledger.Ledger {
		l := ledger.New(2, plan())
		l.Send(0, start)
		return l
	},
	"in doubt": func() *ledger.Ledger {
		l := ledger.New(2, plan())
		l.Send(0, start)
		l.Answer(0, answer(lost, "i-1"), start)
		return l
	},
	"short": func() *ledger.Ledger {
		l := ledger.New(2, plan())
		l.Send(0, start)
		l.Answer(0, answer(fine, "i-1", "i-2"), start)
		return l
	},
	"doubtful": func() *ledger.Ledger {
		l := ledger.New(2, plan())
		l.Send(0, start)
		l.Answer(0, answer(fine, "i-1", "i-2", "i-3", "i-4"), start)
		return l
	},
	"accepted": func() *ledger.Ledger {
		l := ledger.New(2, plan())
		l.Send(0, start)
		l.Answer(0, answer(fine, "i-1", "i-2", "i-3"), start)
		return l
	},
	"accepted short": func() *ledger.Ledger {
		l := ledger.New(2, plan())
		l.Send(0, start)
		l.Answer(0, answer(fine, "i-1", "i-2"), start)
		l.Agree(0)
		return l
	},
	"rejected": func() *ledger.Ledger {
		l := ledger.New(2, plan())
		l.Send(0, start)
		l.Answer(0, answer(scarce), start)
		l.Close(0, scarce)
		return l
	},
	"replaced": func() *ledger.Ledger {
		l := ledger.New(2, plan())
		l.Send(0, start)
		l.Answer(0, answer(fine, "i-1", "i-2"), start)
		l.Agree(0)
		l.Replace(0, 1, 4, 1)
		return l
	},
	"second generation": func() *ledger.Ledger {
		l := ledger.New(2, plan())
		l.Send(0, start)
		l.Answer(0, answer(lost, "i-1"), start)
		l.Looked(0, start)
		return l
	},
	"second generation sent": func() *ledger.Ledger {
		l := ledger.New(2, plan())
		l.Send(0, start)
		l.Answer(0, answer(lost, "i-1"), start)
		l.Looked(0, start)
		l.Send(0, start.Add(time.Minute))
		return l
	},
	"agreed": func() *ledger.Ledger {
		l := ledger.New(2, plan())
		l.Send(0, start)
		l.Answer(0, answer(fine, "i-1"), start)
		l.Answer(0, answer(fine, "i-1"), start)
		l.OweRelease([]string{"i-1"})
		return l
	},
	"adopted": func() *ledger.Ledger {
		l := ledger.New(2, plan())
		l.Deal([]int{0}, []string{"i-1"}, ledger.Shared, start)
		return l
	},
	"planned, of a token": func() *ledger.Ledger { return read(ledger.New(2, plan())) },
	"sent, of a token": func() *ledger.Ledger {
		l := ledger.New(2, plan())
		l.Send(0, start)
		return read(l)
	},
	"launch failed": func() *ledger.Ledger {
		l := ledger.New(2, plan())
		l.Send(0, start)
		l.Answer(0, answer(fine, "i-1", "i-2", "i-3"), start)
		l.OweRelease([]string{"i-3"})
		l.LaunchFailed([]string{"i-3"})
		return l
	},
	"in doubt, being released": func() *ledger.Ledger {
		l := ledger.New(2, plan())
		l.Send(0, start)
		l.Answer(0, answer(lost, "i-1"), start)
		l.BeginRelease()
		return l
	},
	"token dead": func() *ledger.Ledger {
		l := ledger.New(2, plan())
		l.Send(0, start)
		l.Answer(0, answer(dead), start)
		return l
	},
	"quota, of a token": func() *ledger.Ledger {
		l := ledger.New(2, plan())
		l.Send(0, start)
		l.Answer(0, answer(refused), start)
		l.Close(0, refused)
		return read(l)
	},
	"unpaid": func() *ledger.Ledger {
		l := ledger.New(2, plan())
		l.Send(0, start)
		a := answer(ledger.Verdict{Executed: ledger.Maybe, Final: true})
		a.Order = "order-7"
		l.Answer(0, a, start)
		return l
	},
	"owed": func() *ledger.Ledger {
		l := ledger.New(2, plan())
		l.Send(0, start)
		l.Answer(0, answer(fine, "i-1", "i-2", "i-3"), start)
		l.See([]string{"i-1"})
		l.OweRelease([]string{"i-1"})
		return l
	},
	"being released": func() *ledger.Ledger {
		l := ledger.New(2, plan())
		l.Send(0, start)
		l.Answer(0, answer(fine, "i-1", "i-2", "i-3"), start)
		l.See([]string{"i-1"})
		l.BeginRelease()
		return l
	},
	"quota": func() *ledger.Ledger {
		l := ledger.New(2, plan())
		l.Send(0, start)
		l.Answer(0, answer(refused), start)
		l.Close(0, refused)
		return l
	},
	"released": func() *ledger.Ledger {
		l := ledger.New(2, plan())
		l.Send(0, start)
		l.Answer(0, answer(fine, "i-1", "i-2", "i-3"), start)
		l.BeginRelease()
		l.Leave([]string{"i-1", "i-2", "i-3"}, ledger.ReleaseAccepted)
		return l
	},
}

// both are two results in one.
func both(a, b any) any { return []any{a, b} }

// events are all events of a part; each returns the results of the method.
var events = map[string]func(*ledger.Ledger) any{
	"send":        func(l *ledger.Ledger) any { return both(l.Send(0, start.Add(time.Minute))) },
	"take back":   func(l *ledger.Ledger) any { l.TakeBack(0); return nil },
	"answer: all": func(l *ledger.Ledger) any { return l.Answer(0, answer(fine, "i-1", "i-2", "i-3"), start) },
	"answer: two": func(l *ledger.Ledger) any { return l.Answer(0, answer(fine, "i-1", "i-2"), start) },
	"answer: too many": func(l *ledger.Ledger) any {
		return l.Answer(0, answer(fine, "i-1", "i-2", "i-3", "i-4"), start)
	},
	"answer: lost":       func(l *ledger.Ledger) any { return l.Answer(0, answer(lost), start) },
	"answer: lost, one":  func(l *ledger.Ledger) any { return l.Answer(0, answer(lost, "i-9"), start) },
	"answer: throttled":  func(l *ledger.Ledger) any { return l.Answer(0, answer(throttled), start) },
	"answer: refused":    func(l *ledger.Ledger) any { return l.Answer(0, answer(refused), start) },
	"answer: dead token": func(l *ledger.Ledger) any { return l.Answer(0, answer(dead), start) },
	"agree":              func(l *ledger.Ledger) any { return l.Agree(0) },
	"approve a dry run":  func(l *ledger.Ledger) any { l.ApproveDryRun(0); return nil },
	"find the rest": func(l *ledger.Ledger) any {
		return l.Find(0, []string{"i-1", "i-2", "i-3"}, ledger.Ours, start)
	},
	"deal one":        func(l *ledger.Ledger) any { return l.Deal([]int{0}, []string{"i-9"}, ledger.Shared, start) },
	"looked":          func(l *ledger.Ledger) any { return l.Looked(0, start) },
	"settle":          func(l *ledger.Ledger) any { l.Settle(0); return nil },
	"close: fine":     func(l *ledger.Ledger) any { l.Close(0, fine); return nil },
	"close: refused":  func(l *ledger.Ledger) any { l.Close(0, refused); return nil },
	"close: scarce":   func(l *ledger.Ledger) any { l.Close(0, scarce); return nil },
	"close: passing":  func(l *ledger.Ledger) any { l.Close(0, throttled); return nil },
	"skip":            func(l *ledger.Ledger) any { return l.Skip(0) },
	"replace":         func(l *ledger.Ledger) any { return both(l.Replace(0, 1, 4, 1)) },
	"plan for less":   func(l *ledger.Ledger) any { return l.PlanForLess() },
	"see":             func(l *ledger.Ledger) any { l.See([]string{"i-1", "i-2", "i-3"}); return nil },
	"recognize":       func(l *ledger.Ledger) any { l.Recognize([]string{"i-1", "i-2"}); return l.Recognized() },
	"keep looking":    func(l *ledger.Ledger) any { l.KeepLooking(0, start); return nil },
	"begin release":   func(l *ledger.Ledger) any { return l.BeginRelease() },
	"cancel release":  func(l *ledger.Ledger) any { l.CancelRelease(); return nil },
	"doubt":           func(l *ledger.Ledger) any { l.Doubt([]string{"i-1", "i-9"}); return nil },
	"owe release":     func(l *ledger.Ledger) any { return l.OweRelease([]string{"i-1"}) },
	"cancel owed":     func(l *ledger.Ledger) any { l.CancelOwed([]string{"i-1"}); return nil },
	"leave: accepted": func(l *ledger.Ledger) any { return l.Leave([]string{"i-1"}, ledger.ReleaseAccepted) },
	"leave: gone":     func(l *ledger.Ledger) any { return l.Leave([]string{"i-1"}, ledger.GoneForGood) },
	"launch failed":   func(l *ledger.Ledger) any { return l.LaunchFailed([]string{"i-1"}) },
	"answer: two, twice": func(l *ledger.Ledger) any {
		l.Answer(0, answer(fine, "i-2", "i-1"), start)
		return l.Answer(0, answer(fine, "i-1", "i-2"), start)
	},
	"answer: refused, one": func(l *ledger.Ledger) any { return l.Answer(0, answer(refused, "i-9"), start) },
	"answer: refused, too many": func(l *ledger.Ledger) any {
		return l.Answer(0, answer(refused, "i-1", "i-2", "i-3", "i-4"), start)
	},
	"looked, send, throttled": func(l *ledger.Ledger) any {
		l.Looked(0, start)
		l.Send(0, start)
		return l.Answer(0, answer(throttled), start)
	},
	"send, throttled": func(l *ledger.Ledger) any {
		l.Send(0, start)
		return l.Answer(0, answer(throttled), start)
	},
	"send, take back": func(l *ledger.Ledger) any {
		l.Send(0, start)
		l.TakeBack(0)
		return nil
	},
	"find the rest, looked": func(l *ledger.Ledger) any {
		l.Find(0, []string{"i-1", "i-2", "i-3"}, ledger.Ours, start)
		return l.Looked(0, start)
	},
	"settle, send, throttled": func(l *ledger.Ledger) any {
		l.Settle(0)
		l.Send(0, start)
		return l.Answer(0, answer(throttled), start)
	},
	"rename": func(l *ledger.Ledger) any { l.Rename(0); return nil },
	"suspect": func(l *ledger.Ledger) any {
		found := map[string]ledger.Suspicion{"i-1": {State: "stopped", Since: start}, "i-9": {Since: start}}
		return l.Suspect([]string{"i-1", "i-2", "i-9"}, found)
	},
	"suspect, clear": func(l *ledger.Ledger) any {
		l.Suspect([]string{"i-1"}, map[string]ledger.Suspicion{"i-1": {Misses: 1, Since: start}})
		return l.Suspect([]string{"i-1", "i-2"}, nil)
	},
	"suspect, leave": func(l *ledger.Ledger) any {
		l.Suspect([]string{"i-1"}, map[string]ledger.Suspicion{"i-1": {Misses: 1, Since: start}})
		return l.Leave([]string{"i-1"}, ledger.ReleaseAccepted)
	},
}

// update rewrites the table of transitions: go test ./internal/ledger -update.
var update = flag.Bool("update", false, "rewrite testdata/transitions.txt")

// Every event in every state does what testdata/transitions.txt lists. The file has one
// line for each pair, with "-" where nothing changes.
func TestEveryEventInEveryState(t *testing.T) {
	var b strings.Builder
	for _, state := range slices.Sorted(maps.Keys(states)) {
		before := describe(states[state]())
		fmt.Fprintf(&b, "%s: %s\n", state, before)
		for _, event := range slices.Sorted(maps.Keys(events)) {
			l := states[state]()
			result := events[event](l)
			after := describe(l)
			if after == before {
				after = "-"
			}
			fmt.Fprintf(&b, "\t%-22s %s\n", event+returned(result), after)
		}
	}
	file := filepath.Join("testdata", "transitions.txt")
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Split(b.String(), "\n")
	for i, line := range strings.Split(string(want), "\n") {
		if i >= len(got) || got[i] != line {
			t.Fatalf("line %d is\n%s\nwant\n%s", i+1, got[min(i, len(got)-1)], line)
		}
	}
}

// returned writes the results of a method, if it has any.
func returned(result any) string {
	if result == nil {
		return ""
	}
	return fmt.Sprintf(" = %v", result)
}

// describe writes a ledger in one line.
func describe(l *ledger.Ledger) string {
	var parts []string
	for _, p := range l.All() {
		parts = append(parts, describePart(&p))
	}
	text := strings.Join(parts, " + ")
	for _, list := range []struct {
		name string
		ids  []string
	}{{"seen", l.Seen()}, {"not ours", l.NotOurs()}, {"releasing", l.Releasing()}} {
		if len(list.ids) > 0 {
			text += fmt.Sprintf(" %s%v", list.name, list.ids)
		}
	}
	for _, id := range []string{"i-1", "i-2", "i-3", "i-9"} {
		if s, ok := l.Suspicion(id); ok {
			text += fmt.Sprintf(" suspect[%s %s]", id, s.State)
		}
	}
	flags := map[string]bool{
		"over": l.Over(), "complete": l.Complete(), "hopeless": l.Hopeless(),
		"agreed": l.Agreed(0), "replaceable": l.Replaceable(0),
	}
	for _, word := range slices.Sorted(maps.Keys(flags)) {
		if flags[word] {
			text += " " + word
		}
	}
	return text
}

func describePart(p *ledger.Part) string {
	text := fmt.Sprintf("%s %d of %d (least %d) %v", p.Status, p.Certain, p.Count, p.MinCount, p.IDs)
	if len(p.Extra) > 0 {
		text += fmt.Sprintf(" beyond%v", p.Extra)
	}
	if p.Generation > 0 {
		text += fmt.Sprintf(" generation %d after %d", p.Generation, p.Before)
	}
	if p.NumberOffset > 0 {
		text += fmt.Sprintf(" numbered from %d", p.First+p.NumberOffset)
	}
	if p.Order != "" {
		text += " order " + p.Order
	}
	if !p.Sent.IsZero() {
		text += " sent " + p.Sent.Format("15:04")
	}
	for _, g := range p.GivenUp {
		text += fmt.Sprintf(" gave up %d", g.Generation)
	}
	flags := map[string]bool{
		"out of stock": p.OutOfStock, "launch failed": p.LaunchFailed, "renamed": p.Renamed, "of a token": p.FromToken,
	}
	for _, word := range slices.Sorted(maps.Keys(flags)) {
		if flags[word] {
			text += ", " + word
		}
	}
	return text
}

// An instance that was found late in a replaced part may die as well. The ledger can
// still be restored.
func TestALateFindOfAReplacedPartThatDies(t *testing.T) {
	l := ledger.New(1, []ledger.Plan{{Count: 1, MinCount: 1}})
	l.Send(0, start)
	l.Looked(0, start)
	l.Close(0, ledger.Verdict{Scarce: true})
	if _, ok := l.Replace(0, 1, 0, 1); !ok {
		t.Fatal("a part that is out of stock was not replaced")
	}
	l.Find(0, []string{"i-1"}, ledger.Ours, start)
	l.OweRelease([]string{"i-1"})
	if left := l.LaunchFailed([]string{"i-1"}); len(left) != 1 {
		t.Errorf("removed %v, want the dead instance", left)
	}
	if _, err := ledger.Restore(l.Save()); err != nil {
		t.Errorf("reading it back: %v", err)
	}
}
