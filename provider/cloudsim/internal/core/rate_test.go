package core

import (
	"testing"
	"time"
)

// A rate without an API counts all actions together. A rate per region counts each
// region by itself.
func TestRatesOfAllActionsAndOfRegions(t *testing.T) {
	all, region := Rate{Calls: 2, Per: time.Hour}, Rate{API: "List", Calls: 2, Per: time.Hour, PerRegion: true}
	for _, tc := range []struct {
		rate  Rate
		calls []Call
		last  bool // is refused
	}{
		{all, []Call{{Action: "List"}, {Action: "Make"}, {Action: "List"}}, true},
		{
			all,
			[]Call{{Action: "List", Region: "a"}, {Action: "List", Region: "b"}, {Action: "Make", Region: "c"}},
			true,
		},
		{
			region,
			[]Call{{Action: "List", Region: "a"}, {Action: "List", Region: "a"}, {Action: "List", Region: "a"}},
			true,
		},
		{
			region,
			[]Call{{Action: "List", Region: "a"}, {Action: "List", Region: "a"}, {Action: "List", Region: "b"}},
			false,
		},
		{
			region,
			[]Call{{Action: "List", Region: "a"}, {Action: "List", Region: "a"}, {Action: "Make", Region: "a"}},
			false,
		},
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
