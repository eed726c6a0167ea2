package provider

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestInstancesAreRecentWithinAPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := recent{within: time.Minute}
		r.add([]string{"first"}, time.Now())
		time.Sleep(30 * time.Second)
		r.add([]string{"of another clock"}, time.Now().Add(time.Hour))
		r.add([]string{"resumed"}, time.Time{}) // its token does not tell when it was accepted
		second := time.Now()
		for id, want := range map[string]bool{"first": true, "of another clock": true, "resumed": false, "unknown": false} {
			if got := r.any([]string{id}); got != want {
				t.Errorf("after half a minute the server %q is recent: %v, want %v", id, got, want)
			}
		}
		if at, old := r.at("of another clock"), r.at("resumed"); !at.Equal(second) || !old.IsZero() {
			t.Errorf("a server was created at %v and an older one at %v, want %v and nothing", at, old, second)
		}
		time.Sleep(31 * time.Second)
		if r.any([]string{"first", "resumed"}) || !r.any([]string{"of another clock"}) {
			t.Error("a server that is a minute old still counts as recent, or a younger one does not")
		}
		r.forget([]string{"of another clock"})
		if r.any([]string{"of another clock"}) {
			t.Error("a released server still counts as recent")
		}
	})
}
