package cloudsim

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// Calls beyond a rate are refused with the vendor's code, in any span of that length,
// and do not count themselves.
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

// A fixed rate counts anew at each full minute of the clock.
func TestAFixedRateCountsByTheClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := fakeSim(&Options{Rates: map[Cloud][]Rate{QingCloud: {{API: "List", Calls: 3, Per: time.Minute, Fixed: true}}}})
		time.Sleep(time.Until(time.Now().Truncate(time.Minute).Add(2*time.Minute - time.Nanosecond)))
		if got := outcomes(t, s, 4); got != "...x" {
			t.Errorf("before the minute is over: %s", got)
		}
		time.Sleep(time.Nanosecond)
		if got := outcomes(t, s, 4); got != "...x" {
			t.Errorf("in the next minute: %s", got)
		}
	})
}

// The documented rates name existing actions.
func TestDocumentedRatesNameActions(t *testing.T) {
	for cloud, list := range DocumentedRates() {
		actions := actionsOf(New(nil), cloud)
		for _, r := range list {
			if r.API != "" && !slices.Contains(actions, r.API) {
				t.Errorf("%s: the rate of %s, want a known action", cloud, r.API)
			}
			if r.Calls < 1 || r.Per <= 0 {
				t.Errorf("%s: got %+v, want at least one call and a time", cloud, r)
			}
		}
	}
}
