package ledger_test

import (
	"slices"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/ledger"
)

func TestSplitSpreadsTheMinimum(t *testing.T) {
	for _, tc := range []struct {
		count, least, most int
		counts, minimums   []int
	}{
		{1, 1, 100, []int{1}, []int{1}},
		{100, 100, 100, []int{100}, []int{100}},
		{250, 250, 100, []int{100, 100, 50}, []int{100, 100, 50}},
		{250, 125, 100, []int{100, 100, 50}, []int{50, 50, 25}},
		{250, 1, 100, []int{100, 100, 50}, []int{1, 1, 1}},
		{7, 5, 2, []int{2, 2, 2, 1}, []int{1, 1, 2, 1}},
	} {
		var counts, minimums []int
		first := 0
		for _, p := range ledger.Split(tc.count, tc.least, tc.most) {
			if p.First != first {
				t.Errorf("%+v: a part begins at %d, want %d", tc, p.First, first)
			}
			first += p.Count
			counts, minimums = append(counts, p.Count), append(minimums, p.MinCount)
		}
		if !slices.Equal(counts, tc.counts) {
			t.Errorf("%+v: got counts %v", tc, counts)
		}
		if !slices.Equal(minimums, tc.minimums) {
			t.Errorf("%+v: got minimums %v", tc, minimums)
		}
	}
}

// A part of each kind: planned, sent, with an order, given up, accepted.
func TestSummary(t *testing.T) {
	began := time.Unix(1000, 0)
	l := ledger.New(10, ledger.Split(10, 10, 2))
	for i := 1; i < 5; i++ {
		l.Send(i, began.Add(time.Duration(-i)*time.Minute))
	}
	maybe := ledger.Verdict{Executed: ledger.Maybe}
	l.Answer(2, ledger.Answer{Asked: 2, Order: "o-1", Verdict: maybe}, began)
	l.Answer(3, ledger.Answer{Asked: 2, Verdict: maybe}, began)
	l.Looked(3, began.Add(time.Minute))
	l.Answer(4, ledger.Answer{Asked: 2, IDs: []string{"a", "b"}, Verdict: ledger.Verdict{Executed: ledger.Yes}}, began)
	got := l.Summary()
	if want := 4; got.Planned != want {
		t.Errorf("%d are planned, want %d", got.Planned, want)
	}
	if want := 2; got.Unknown != want {
		t.Errorf("%d are unknown, want %d", got.Unknown, want)
	}
	if want := 1; got.GivenUp != want {
		t.Errorf("%d were given up, want %d", got.GivenUp, want)
	}
	if want := []string{"o-1"}; !slices.Equal(got.Orders, want) {
		t.Errorf("orders %v, want %v", got.Orders, want)
	}
	if got, want := l.Left(0), 8; got != want {
		t.Errorf("%d are left, want %d", got, want)
	}
	if got, want := l.Open(), []int{0, 1, 2, 3}; !slices.Equal(got, want) {
		t.Errorf("parts %v are open, want %v", got, want)
	}
	if got, want := l.FirstSent(), began.Add(-4*time.Minute); !got.Equal(want) {
		t.Errorf("the first was sent at %v, want %v", got, want)
	}
	if got, any := l.LastGivenUp(); !any || !got.Equal(began.Add(time.Minute)) {
		t.Errorf("the last was given up at %v (%v), want a minute later", got, any)
	}
	if got, want := l.MayAppear(began), 2; got != want {
		t.Errorf("%d may appear, want %d", got, want)
	}
	if got := l.MayAppear(began.Add(time.Minute)); got != 0 {
		t.Errorf("%d may appear after the minute, want 0", got)
	}
	if got, want := l.Stale(began, 90*time.Second), []int{2}; !slices.Equal(got, want) {
		t.Errorf("parts %v are stale, want %v", got, want)
	}
	l.BeginRelease()
	if got, want := l.Open(), []int{1, 2}; !slices.Equal(got, want) {
		t.Errorf("during the release parts %v are open, want %v", got, want)
	}
	if got, want := l.Left(0), 4; got != want {
		t.Errorf("during the release %d are left, want %d", got, want)
	}
}

// Missing instances of a part that is out of stock are left while there is another candidate.
func TestACandidateIsLeft(t *testing.T) {
	l := ledger.New(2, ledger.Split(2, 2, 2))
	l.Send(0, time.Unix(0, 0))
	l.Answer(0, ledger.Answer{Asked: 2, Verdict: ledger.Verdict{Scarce: true}}, time.Unix(1, 0))
	l.Close(0, ledger.Verdict{Scarce: true})
	for last, want := range []int{0, 2} {
		if got := l.Left(last); got != want {
			t.Errorf("%d candidates: %d are left, want %d", last, got, want)
		}
	}
}
