package cloudsim

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
		calls []call
		last  bool // is refused
	}{
		{all, []call{{action: "List"}, {action: "Make"}, {action: "List"}}, true},
		{all, []call{{action: "List", region: "a"}, {action: "List", region: "b"}, {action: "Make", region: "c"}}, true},
		{region, []call{{action: "List", region: "a"}, {action: "List", region: "a"}, {action: "List", region: "a"}}, true},
		{region, []call{{action: "List", region: "a"}, {action: "List", region: "a"}, {action: "List", region: "b"}}, false},
		{region, []call{{action: "List", region: "a"}, {action: "List", region: "a"}, {action: "Make", region: "a"}}, false},
	} {
		c := unwired(settings{Rates: []Rate{tc.rate}})
		var got bool
		for i := range tc.calls {
			got = c.tooFast(&tc.calls[i])
		}
		if got != tc.last {
			t.Errorf("%+v after %+v: refused %v, want %v", tc.rate, tc.calls, got, tc.last)
		}
	}
}
