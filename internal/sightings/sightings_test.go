package sightings_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/sightings"
)

func TestAnInstanceIsKnownInItsPlaceOnly(t *testing.T) {
	var m sightings.Memory
	here, there := sightings.Place{Driver: "a", Region: "1"}, sightings.Place{Driver: "a", Region: "2"}
	m.See(here, "i-1")
	m.End(there, []string{"i-2"})
	for _, tc := range []struct {
		at          sightings.Place
		id          string
		seen, ended bool
	}{
		{here, "i-1", true, false},
		{there, "i-1", false, false},
		{there, "i-2", true, true},
		{here, "i-2", false, false},
	} {
		if got := m.HasSeen(tc.at, tc.id); got != tc.seen {
			t.Errorf("%s in %v was seen: %t, want %t", tc.id, tc.at, got, tc.seen)
		}
		if got := m.HasEnded(tc.at, tc.id); got != tc.ended {
			t.Errorf("%s in %v has ended: %t, want %t", tc.id, tc.at, got, tc.ended)
		}
	}
}

func TestThePlaceThatShowedALivingInstanceIsRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m sightings.Memory
		at := sightings.Place{Driver: "a", Region: "1"}
		if got := m.LastShown(at); !got.IsZero() {
			t.Errorf("shown at %v, want never", got)
		}
		m.Show(at)
		want := time.Now()
		time.Sleep(time.Minute)
		if got := m.LastShown(at); !got.Equal(want) {
			t.Errorf("shown at %v, want %v", got, want)
		}
	})
}
