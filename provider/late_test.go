package provider_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// late makes the instances of the first create visible after 150 s, when it was given up.
func late(m *marking) {
	first := map[string]time.Time{}
	m.run = func(n int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
		res := m.create(s)
		if n > 1 {
			return res, nil
		}
		for _, id := range res.InstanceIDs {
			first[id] = time.Now().Add(150 * time.Second)
		}
		return nil, lost()
	}
	m.state = func(id string, age time.Duration) (provider.State, string) {
		if at, ok := first[id]; ok && time.Now().Before(at) {
			return "", ""
		}
		return provider.StateRunning, "Running"
	}
}

// What becomes visible after the search gave up is told by the wait, and kept.
func TestLateFindsAreToldByTheWait(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		late(m)
		op, err := m.client().RunInstances(t.Context(), named(2, "web"), nil)
		if err != nil {
			t.Fatal(err)
		}
		list, err := op.Wait(t.Context(), nil)
		var e *provider.RunError
		if !errors.As(err, &e) || len(e.Surplus) != 2 {
			t.Fatalf("got %v, want a RunError with two beyond what was asked for", err)
		}
		if len(list) != 4 || len(m.alive()) != 4 {
			t.Errorf("%d run of %d, want four, all kept", len(list), len(m.alive()))
		}
		if got := op.SurplusIDs(); !slices.Equal(got, e.Surplus) {
			t.Errorf("surplus %v, want %v", got, e.Surplus)
		}
	})
}

// What becomes visible late is released with the operation, here and after a resume.
func TestLateFindsAreReleased(t *testing.T) {
	for _, resumed := range []bool{false, true} {
		inMarkedTime(t, func(t *testing.T, m *marking) {
			late(m)
			op, err := m.client().RunInstances(t.Context(), named(2, "web"), nil)
			if err != nil {
				t.Fatal(err)
			}
			if resumed {
				time.Sleep(time.Minute)
				if op, err = m.client().Resume(t.Context(), tokenOf(t, op), nil); len(op.SurplusIDs()) != 2 {
					t.Fatalf("resumed: surplus %v, %v; want two", op.SurplusIDs(), err)
				}
			}
			if _, err := op.Terminate(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			if got := m.alive(); len(got) != 0 {
				t.Errorf("%v are left", got)
			}
		})
	}
}

// A find that comes late is told as it is found.
func TestALateFindIsTold(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		late(m)
		var told []provider.RunProgress
		op, err := m.client().RunInstances(t.Context(), named(2, "web"), &provider.RunOptions{Progress: func(p provider.RunProgress) { told = append(told, p) }})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := op.Wait(t.Context(), nil); err == nil {
			t.Error("two instances too many, and no error")
		}
		last := told[len(told)-1]
		if last.Kind != provider.FoundLate || !slices.Equal(last.InstanceIDs, op.SurplusIDs()) {
			t.Errorf("told at last %+v, want what was found late", last)
		}
	})
}

// An owner's list that left out an instance is found out: what shows up afterwards is
// told, and released with the operation.
func TestWhatAnOwnersListLeftOutIsFoundLate(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		s, run := spec(2), &provider.RunOptions{Owner: "team-a"}
		f.answers(but(lost()))
		op, _ := f.client().RunInstances(t.Context(), s, run)
		time.Sleep(2 * time.Hour)
		f.tokens = map[string][]string{}
		f.answers(works)
		f.describe = func(int, *provider.DescribeRequest) (*provider.DescribePage, error) {
			return &provider.DescribePage{}, nil
		}
		again, err := f.client().Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s, Run: run})
		if err != nil {
			t.Fatal(err)
		}
		f.describe = nil
		later, err := f.client().Resume(t.Context(), tokenOf(t, again), &provider.ResumeOptions{Spec: &s, Run: run})
		var e *provider.RunError
		if !errors.As(err, &e) || len(e.Surplus) != 2 {
			t.Fatalf("got %v, want a RunError with two beyond what was asked for", err)
		}
		if _, err := later.Terminate(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if got := f.alive(); len(got) != 0 {
			t.Errorf("%v are left", got)
		}
	})
}
