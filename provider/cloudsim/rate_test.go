package cloudsim

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// What exceeds a rate is refused by the vendor's code, in any stretch of time that
// long, and not counted itself.
func TestRatesAreEnforced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := fakeSim(&Options{Rates: map[Cloud][]Rate{QingCloud: {{API: "List", Calls: 3, Per: time.Minute}}}})
		if got := outcomes(t, s, 5); got != "...xx" {
			t.Errorf("3 calls a minute: %s", got)
		}
		time.Sleep(time.Minute - time.Nanosecond)
		if got := outcomes(t, s, 1); got != "x" {
			t.Errorf("a moment before the minute is over: %s", got)
		}
		time.Sleep(time.Nanosecond)
		if got := outcomes(t, s, 4); got != "...x" {
			t.Errorf("after a minute: %s", got)
		}
		if n := s.Struck(QingCloud, Throttle); n != 4 {
			t.Errorf("%d calls refused, want 4", n)
		}
	})
}

// The documented rates are of actions that exist.
func TestDocumentedRatesNameActions(t *testing.T) {
	for cloud, list := range DocumentedRates() {
		actions := actionsOf(New(nil), cloud)
		for _, r := range list {
			if r.API != "" && !slices.Contains(actions, r.API) || r.Calls < 1 || r.Per <= 0 {
				t.Errorf("%s: %+v", cloud, r)
			}
		}
	}
}
