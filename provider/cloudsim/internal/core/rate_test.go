package core

import (
	"testing"
	"time"
)

// A rate of all actions counts each of them, and a rate of a region only those of
// that region.
func TestWhatARateCountsTogether(t *testing.T) {
	all, region := Rate{Calls: 2, Per: time.Hour}, Rate{API: "List", Calls: 2, Per: time.Hour, PerRegion: true}
	for _, tc := range []struct {
		rate  Rate
		calls []Call
		last  bool // is refused
	}{
		{all, []Call{{Action: "List"}, {Action: "Make"}, {Action: "List"}}, true},
		{all, []Call{{Action: "List", Region: "a"}, {Action: "List", Region: "b"}, {Action: "Make", Region: "c"}},
			true},
		{region, []Call{{Action: "List", Region: "a"}, {Action: "List", Region: "a"}, {Action: "List", Region: "a"}},
			true},
		{region, []Call{{Action: "List", Region: "a"}, {Action: "List", Region: "a"}, {Action: "List", Region: "b"}},
			false},
		{region, []Call{{Action: "List", Region: "a"}, {Action: "List", Region: "a"}, {Action: "Make", Region: "a"}},
			false},
	} {
		c := unwired(Config{Rates: []Rate{tc.rate}})
		var got bool
		for i := range tc.calls {
			got = c.tooFast(&tc.calls[i])
		}
		if got != tc.last {
			t.Errorf("%+v after %+v: refused %v, want %v", tc.rate, tc.calls, got, tc.last)
		}
	}
}
