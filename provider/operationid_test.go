package provider_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// An operation ID on a cloud without tokens is honoured with KeepMarker, and refused
// without.
func TestOperationIDsWithoutTokens(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		_, err := m.client().RunInstances(t.Context(), named(2, "web"), &provider.RunOptions{OperationID: "nightly"})
		if got := paths(t, err); !slices.Equal(got, []string{"RunOptions.OperationID"}) {
			t.Errorf("refused are %v, want RunOptions.OperationID", got)
		}
		keep := &provider.RunOptions{OperationID: "nightly", KeepMarker: true, OnFailure: provider.TerminateOnFailure}
		first, err := m.client().RunInstances(t.Context(), named(2, "web"), keep)
		if err != nil {
			t.Fatal(err)
		}
		second, err := m.client().RunInstances(t.Context(), named(3, "web"), keep)
		if err != nil {
			t.Fatal(err)
		}
		if got := second.InstanceIDs(); len(got) != 3 || !slices.Equal(got[:2], first.InstanceIDs()) {
			t.Errorf("the second run has %v, want those of the first %v and one more", got, first.InstanceIDs())
		}
		if n := len(m.alive()); n != 3 {
			t.Errorf("%d instances exist, want 3", n)
		}
	})
}

// What an earlier run made is adopted, and never released by the policy of a later one.
func TestAdoptedInstancesAreNotReleased(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		keep := &provider.RunOptions{OperationID: "nightly", KeepMarker: true, OnFailure: provider.TerminateOnFailure}
		first, err := m.client().RunInstances(t.Context(), named(2, "web"), keep)
		if err != nil {
			t.Fatal(err)
		}
		m.limits.InstancesPerCreate = 3
		m.run = func(n int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
			if s.Count > 1 {
				return nil, refusal(provider.ErrQuota, "Quota")
			}
			return m.create(s), nil
		}
		if _, err = m.client().RunInstances(t.Context(), named(6, "web"), keep); !errors.Is(err, provider.ErrQuota) {
			t.Fatalf("got %v, want the quota", err)
		}
		if got := m.alive(); !slices.Equal(got, first.InstanceIDs()) {
			t.Errorf("alive are %v, want those of the first run %v", got, first.InstanceIDs())
		}
	})
}

// A lost answer of one run is not settled with what another run of the same ID has just
// made.
func TestRunsWithOneIDDoNotAdoptEachOthers(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		keep := &provider.RunOptions{OperationID: "nightly", KeepMarker: true}
		other := make(chan error, 1)
		m.run = func(n int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
			if n == 1 { // while its answer is under way, and lost, another run begins
				go func() {
					_, err := m.client().RunInstances(t.Context(), named(2, "web"), keep)
					other <- err
				}()
				time.Sleep(time.Second)
				return nil, lost()
			}
			return m.create(s), nil
		}
		op, err := m.client().RunInstances(t.Context(), named(2, "web"), keep)
		if err != nil {
			t.Fatal(err)
		}
		if err := <-other; err != nil {
			t.Fatal(err)
		}
		if got := m.alive(); len(got) != 4 || !slices.Equal(got[2:], op.InstanceIDs()) {
			t.Errorf("this run has %v of %v, want two of its own", op.InstanceIDs(), got)
		}
	})
}

// What an earlier run made beyond what is asked for now is told, and left alone.
func TestMoreOfAnEarlierRunIsTold(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		keep := &provider.RunOptions{OperationID: "nightly", KeepMarker: true}
		if _, err := m.client().RunInstances(t.Context(), named(3, "web"), keep); err != nil {
			t.Fatal(err)
		}
		op, err := m.client().RunInstances(t.Context(), named(2, "web"), keep)
		if err == nil || !strings.Contains(err.Error(), "1 instances more than asked for (i-003)") {
			t.Errorf("got %v, want the one too many", err)
		}
		if got := op.InstanceIDs(); len(got) != 2 || len(m.alive()) != 3 {
			t.Errorf("in hand are %v of %v, want two and nothing created", got, m.alive())
		}
	})
}

// An operation ID has 1 to 64 letters, digits, "-" and "_", and nothing that merely stands
// beside those in the alphabet of computers.
func TestHowAnOperationIDIsWritten(t *testing.T) {
	for _, tc := range []struct {
		id   string
		fine bool
	}{
		{"AZaz09-_", true},
		{strings.Repeat("a", 64), true},
		{strings.Repeat("a", 65), false},
		{"a@", false},
		{"a[", false},
		{"a`", false},
		{"a{", false},
		{"a/", false},
		{"a:", false},
		{"云", false},
	} {
		err := newFake().client().Validate(spec(1), &provider.RunOptions{OperationID: tc.id})
		if err != nil && !strings.Contains(err.Error(), "64 letters, digits, - and _") {
			t.Errorf("%q: got %v, want what an ID is made of", tc.id, err)
		}
		if (err == nil) != tc.fine {
			t.Errorf("%q: fine %v, want %v: %v", tc.id, err == nil, tc.fine, err)
		}
	}
}

// A token of the caller's own is for one call of the cloud, however full.
func TestAnOwnTokenIsForOneCall(t *testing.T) {
	c := newFake().client() // 100 instances a call
	for count, want := range map[int][]string{99: nil, 100: nil, 101: {"ClientToken"}} {
		s := spec(count)
		s.ClientToken = "mine"
		if err := c.Validate(s, nil); want == nil && err != nil {
			t.Errorf("%d instances: %v", count, err)
		} else if want != nil && !slices.Equal(paths(t, err), want) {
			t.Errorf("%d instances: got %v, want %v refused", count, err, want)
		}
	}
}
