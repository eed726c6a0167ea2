package ledger_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/yunfan-cloud/yunfan/internal/ledger"
)

// written returns a written form as text.
func written(t *testing.T, s ledger.Saved) string {
	t.Helper()
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// reread returns changes as another process reads them.
func reread(t *testing.T, c ledger.Changes) (out ledger.Changes) {
	t.Helper()
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// sameMarks sorts the lists by ID: a whole ledger has them by part and instance as well, and a
// test must not depend on it.
func sameMarks(s ledger.Saved) ledger.Saved {
	for _, list := range [][]string{s.Shared, s.Doubtful, s.Releasing, s.Settled} {
		slices.Sort(list)
	}
	return s
}

// Every event in every state leaves changes that make the old written form the new one.
func TestEveryEventIsInTheChanges(t *testing.T) {
	for _, state := range slices.Sorted(maps.Keys(states)) {
		for _, event := range slices.Sorted(maps.Keys(events)) {
			l := states[state]()
			var r ledger.Replay
			whole, _ := l.Changes(true)
			r.Add(reread(t, whole))
			before := written(t, sameMarks(l.Save()))
			events[event](l)
			c, any := l.Changes(false)
			if after := written(t, sameMarks(l.Save())); after != before && !any {
				t.Errorf("%s, %s: the ledger has changed to %s, and reports no changes", state, event, after)
			}
			r.Add(reread(t, c))
			got, want := written(t, sameMarks(r.Saved())), written(t, sameMarks(l.Save()))
			if got != want {
				t.Errorf("%s, %s: got\n%s\nwant\n%s", state, event, got, want)
			}
		}
	}
}

// Changes that could not be saved are in the next ones, whatever events come in between.
func TestChangesSurviveAFailedSave(t *testing.T) {
	for seed := range uint64(100) {
		d := newDriver(t, seed)
		var r ledger.Replay
		whole, _ := d.l.Changes(true)
		r.Add(reread(t, whole))
		for range 40 {
			d.step()
			c, _ := d.l.Changes(false)
			if d.r.IntN(3) == 0 {
				d.l.KeepChanges(c)
				continue
			}
			r.Add(reread(t, c))
			got, want := written(t, sameMarks(r.Saved())), written(t, sameMarks(d.l.Save()))
			if got != want {
				t.Fatalf("seed %d, %v: got\n%s\nwant\n%s", seed, d.log, got, want)
			}
		}
	}
}

// What is left is counted as by Left.
func TestTally(t *testing.T) {
	for seed := range uint64(100) {
		d := newDriver(t, seed)
		for range 40 {
			d.step()
			named, left := d.l.Tally(2)
			if want := len(d.l.IDs()); named != want {
				t.Fatalf("seed %d, %v: got %d instances, want %d", seed, d.log, named, want)
			}
			if want := d.l.Left(2); left != want {
				t.Fatalf("seed %d, %v: got %d left, want %d", seed, d.log, left, want)
			}
		}
	}
}

// A look that shows nothing new changes nothing.
func TestASecondLookChangesNothing(t *testing.T) {
	l := ledger.New(1, plan())
	l.Send(0, start)
	l.Answer(0, answer(ledger.Verdict{Executed: ledger.Yes}, "a", "b", "c"), start)
	l.See([]string{"a", "b", "c"})
	l.Changes(false)
	l.See([]string{"a", "b", "c"})
	if c, any := l.Changes(false); any {
		t.Errorf("got %+v, want no changes", c)
	}
}
