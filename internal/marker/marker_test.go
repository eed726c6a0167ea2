package marker_test

import (
	"testing"

	"github.com/yunfan-cloud/yunfan/internal/marker"
)

func TestAMarkerIsFoundInAName(t *testing.T) {
	m := marker.Of("me", "op-1", "op-1", 2, 0)
	if len(m) != marker.Length {
		t.Errorf("the marker %q has %d bytes, want %d", m, len(m), marker.Length)
	}
	for name, want := range map[string]string{"web" + m: m, "web" + m + "001": m, m: m, "web": "", "web-yfabc": ""} {
		if got := marker.In(name); got != want {
			t.Errorf("the marker in %q is %q, want %q", name, got, want)
		}
	}
	if got := marker.Of("me", "op-1", "op-1", 2, 1); got == m {
		t.Errorf("two generations have the marker %q", got)
	}
}

func TestOwnersAreToldApart(t *testing.T) {
	m := marker.Of("me", "op-1", "op-1", 0, 0)
	for _, tc := range []struct {
		name, owner string
		want        bool
	}{
		{"web" + m, "me", true},
		{"web" + m + "0012", "me", true},
		{"web" + m + "-copy", "me", false},
		{"web" + m, "you", false},
		{"web", "me", false},
	} {
		if got := marker.Owned(tc.name, tc.owner); got != tc.want {
			t.Errorf("%q is owned by %q: %t, want %t", tc.name, tc.owner, got, tc.want)
		}
	}
}

func TestANameMatchesThatOfItsCreate(t *testing.T) {
	m := marker.Of("me", "op-1", "op-1", 0, 0)
	for _, tc := range []struct {
		name, marked string
		numbered     bool
		want         bool
	}{
		{"web" + m, "web" + m, false, true},
		{"web" + m + "001", "web" + m, true, true},
		{"web" + m + "001", "web" + m, false, false},
		{"web" + m + "-copy", "web" + m, true, false},
		{"my-web" + m, "web" + m, false, false},
		{"?" + m, "很" + m, false, true},
	} {
		if got := marker.Matches(tc.name, tc.marked, tc.numbered); got != tc.want {
			t.Errorf("%q matches %q: %t, want %t", tc.name, tc.marked, got, tc.want)
		}
	}
}
