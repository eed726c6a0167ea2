package ledger

import (
	"testing"
	"time"
)

// A given-up generation may still show its missing instances, less those that were
// found since. An instance that a search finds for the current generation is not a late
// find.
func TestMayAppear(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	l := New(3, []Plan{{Count: 3, MinCount: 3}})
	want := func(when string, after time.Time, n int) {
		t.Helper()
		p := l.Part(0)
		if got := p.MayAppear(after); got != n {
			t.Errorf("%s: %d may appear, want %d", when, got, n)
		}
	}
	l.Send(0, now)
	l.Find(0, []string{"i-1"}, Ours, now)
	l.Looked(0, now)
	before := now.Add(-time.Second)
	want("two of three were not found", before, 2)
	want("it was given up too long ago", now, 0)
	l.Send(0, now)
	l.Find(0, []string{"i-2"}, Ours, now)
	want("one of the next was found", before, 2)
	l.Looked(0, now.Add(time.Minute))
	want("one of the next was not found", before, 3)
	want("only the next counts", now, 1)
	kept := l.Part(0)
	l.Find(0, []string{"i-3", "i-4"}, Ours, now)
	want("two were found late", before, 1)
	if got := kept.MayAppear(before); got != 3 {
		t.Errorf("an earlier copy of the part: %d may appear, want 3", got)
	}
	l.Find(0, []string{"i-4", "i-5", "i-6"}, Ours, now)
	want("more were found than were missing", before, 0)
	again, err := Restore(l.Save())
	if err != nil {
		t.Fatal(err)
	}
	p := again.Part(0)
	if got := p.MayAppear(before); got != 0 {
		t.Errorf("restored: %d may appear, want 0", got)
	}
}

// An old token does not record how many instances were missing: it may have been all.
func TestMayAppearOfAnOldToken(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	l, err := Restore(Saved{Enough: 2, Parts: []SavedPart{
		{Count: 2, MinCount: 2, Generation: 1, Status: Planned, GivenUp: []GivenUp{{At: at}}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	p := l.Part(0)
	if got := p.MayAppear(at.Add(-time.Second)); got != 2 {
		t.Errorf("%d may appear, want 2", got)
	}
}

// An instance that fills a slot after a part was renamed still needs its own name.
func TestALateFindIsOwedItsName(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	l := New(1, []Plan{{Count: 2, MinCount: 1}})
	l.Send(0, now)
	l.Answer(0, Answer{IDs: []string{"i-1"}, Asked: 2, Least: 1, Verdict: Verdict{Executed: Yes, Final: true}}, now)
	l.Agree(0)
	l.Rename(0)
	l.Find(0, []string{"i-1"}, Ours, now)
	if p := l.Part(0); !p.Renamed {
		t.Error("a known instance: Renamed is false, want true")
	}
	l.Find(0, []string{"i-2"}, Ours, now)
	if p := l.Part(0); p.Renamed {
		t.Error("a new instance in a slot: Renamed is true, want false")
	}
	l.Rename(0)
	l.Find(0, []string{"i-3"}, Ours, now)
	if p := l.Part(0); !p.Renamed {
		t.Error("an instance beyond the slots: Renamed is false, want true")
	}
}
