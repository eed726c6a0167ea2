package recent_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/recent"
)

func TestInstancesAreRecentWithinAPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := recent.Instances{Within: time.Minute}
		r.Add([]string{"first"}, time.Now())
		time.Sleep(30 * time.Second)
		r.Add([]string{"of another clock"}, time.Now().Add(time.Hour))
		r.Add([]string{"resumed"}, time.Time{}) // its token does not tell when it was accepted
		second := time.Now()
		for id, want := range map[string]bool{"first": true, "of another clock": true, "resumed": false, "unknown": false} {
			if got := r.Any([]string{id}); got != want {
				t.Errorf("after half a minute the instance %q is recent: %v, want %v", id, got, want)
			}
		}
		if at, old := r.At("of another clock"), r.At("resumed"); !at.Equal(second) || !old.IsZero() {
			t.Errorf("an instance was created at %v and an older one at %v, want %v and nothing", at, old, second)
		}
		time.Sleep(31 * time.Second)
		if r.Any([]string{"first", "resumed"}) || !r.Any([]string{"of another clock"}) {
			t.Error("an instance that is a minute old still counts as recent, or a younger one does not")
		}
		r.Forget([]string{"of another clock"})
		if r.Any([]string{"of another clock"}) {
			t.Error("a released instance still counts as recent")
		}
	})
}

func TestARefusalIsRememberedForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		full := errors.New("full")
		r := recent.Refusals[string]{Within: time.Minute}
		r.Add("zone-1", full)
		for _, tc := range []struct {
			keys []string
			want error
		}{{[]string{"zone-1"}, full}, {[]string{"zone-2", "zone-1"}, full}, {[]string{"zone-2"}, nil}, {nil, nil}} {
			if got := r.Of(slices.Values(tc.keys)); !errors.Is(got, tc.want) {
				t.Errorf("%q were refused with %v, want %v", tc.keys, got, tc.want)
			}
		}
		time.Sleep(time.Minute + 1)
		if got := r.Of(slices.Values([]string{"zone-1"})); got != nil {
			t.Errorf("after more than a minute it is remembered still: %v", got)
		}
	})
}
