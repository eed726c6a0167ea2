package provider_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// The number of an instance that died is not given again, also where it was one of a
// later create.
func TestTheNumbersOfTheDeadOfALaterCreate(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.InstancesPerCreate = 2
		s, o := inZone(4, "b")
		s.Name, s.UniqueSuffix = "web", true
		op, err := provider.NewClient(numbering{f}, &provider.Options{Region: "region-1"}).RunInstances(t.Context(), s, o)
		if err != nil {
			t.Fatal(err)
		}
		dead := op.InstanceIDs()[3]
		f.state = func(id string, _ time.Duration) (provider.State, string) {
			if id == dead {
				return provider.StateFailed, "LAUNCH_FAILED"
			}
			return provider.StateRunning, "Running"
		}
		if _, err := op.Wait(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		calls := f.made(provider.APIRunInstances)
		if got := calls[len(calls)-1].spec.Name; got != "web[5,5]" {
			t.Errorf("the replacement is %s, want web[5,5]: 1 to 4 were given", got)
		}
	})
}

// skipped are the zones that were not asked for, as the report of an error has them.
func skipped(err error) (zones []string) {
	var e *provider.RunError
	if !errors.As(err, &e) {
		return nil
	}
	for _, tried := range e.Tried {
		if tried.Skipped {
			zones = append(zones, tried.Zone)
		}
	}
	return zones
}

// A report of alternatives says which of them were not asked for, because they were out
// of stock a moment ago.
func TestTheReportSaysWhatWasNotAskedFor(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.stocked(shelf{"t1.small@a": 0, "t1.small@b": 0, "t1.small@c": 0}, provider.StockOfType)
		c := f.client()
		s, o := inZone(1)
		s.Zone = "b"
		o.Alternatives = []provider.Alternative{{Zone: "d"}}
		if _, err := c.RunInstances(t.Context(), s, o); err != nil {
			t.Fatal(err)
		}
		s, o = inZone(1, "b", "c")
		_, err := c.RunInstances(t.Context(), s, o)
		if got := skipped(err); !slices.Equal(got, []string{"b"}) {
			t.Errorf("not asked for are %v, want b: %v", got, err)
		}
		_, err = c.RunInstances(t.Context(), s, o)
		if got := skipped(err); !slices.Equal(got, []string{"a", "b", "c"}) {
			t.Errorf("not asked for a second time are %v, want all: %v", got, err)
		}
	})
}

// After a resume only what was out of stock before counts as tried.
func TestAResumeRecallsOnlyWhatWasOutOfStock(t *testing.T) {
	for _, tc := range []struct {
		what string
		kind error
		want []string
	}{
		{"out of stock", provider.ErrNoStock, []string{"t1.small@a", "t1.small@b"}},
		{"quota", provider.ErrQuota, nil},
	} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			f.answers(fails(refusal(tc.kind, "No")))
			s, o := inZone(1, "b")
			op, _ := f.client().RunInstances(t.Context(), s, o)
			_, err := f.client().Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s, Run: o})
			if got := tried(err); !slices.Equal(got, tc.want) {
				t.Errorf("%s: tried %v, want %v: %v", tc.what, got, tc.want, err)
			}
		})
	}
}

// Where an instance died and no alternative has another, the report says that it died.
func TestTheReportSaysWhatDied(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.state = func(string, time.Duration) (provider.State, string) { return provider.StateFailed, "LAUNCH_FAILED" }
		f.answers(works, fails(refusal(provider.ErrNoStock, "NoStock")))
		s, o := inZone(1, "b")
		op, err := f.client().RunInstances(t.Context(), s, o)
		if err != nil {
			t.Fatal(err)
		}
		_, err = op.Wait(t.Context(), nil)
		var e *provider.RunError
		if !errors.As(err, &e) || len(e.Tried) != 2 {
			t.Fatalf("got %v, want a report of both zones", err)
		}
		if !errors.Is(e.Tried[0].Err, provider.ErrLaunchFailed) {
			t.Errorf("zone a: %v, want the failed launch", e.Tried[0].Err)
		}
		if errors.Is(e.Tried[1].Err, provider.ErrLaunchFailed) {
			t.Errorf("zone b: %v, want no stock", e.Tried[1].Err)
		}
	})
}

// With alternatives nothing is asked for once more with a smaller minimum: the next
// alternative has what is missing, or none has.
func TestNothingIsAskedForLessBesideAlternatives(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.stocked(shelf{"t1.small@a": 0, "t1.small@b": 0}, "")
		s, o := inZone(4, "b")
		s.MinCount = 2
		if _, err := f.client().RunInstances(t.Context(), s, o); !errors.Is(err, provider.ErrNoStock) {
			t.Errorf("got %v, want no stock", err)
		}
		if got, want := f.asked(), []string{"4xt1.small@a", "4xt1.small@b"}; !slices.Equal(got, want) {
			t.Errorf("asked for %v, want %v", got, want)
		}
	})
}

// What is wrong with a spec is told once, and not for each of its alternatives.
func TestABadSpecIsToldOnce(t *testing.T) {
	s, o := inZone(-1, "b", "c")
	if got := paths(t, newFake().client().Validate(s, o)); !slices.Equal(got, []string{"Count"}) {
		t.Errorf("refused are %v, want the count", got)
	}
}
