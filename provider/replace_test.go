package provider_test

import (
	"errors"
	"slices"
	"strings"
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
			if got := skipped(err); len(got) != 0 {
				t.Errorf("%s: not asked for are %v, want none: all were asked for once", tc.what, got)
			}
		})
	}
}

// A resume with nothing left to create tries nothing, and so reports nothing as tried, also
// where the client knows that the spec is out of stock now.
func TestAResumeWithNothingLeftTriesNothing(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		c := f.client()
		f.answers(fails(refusal(provider.ErrQuota, "Quota")))
		s, o := inZone(1, "b")
		op, _ := c.RunInstances(t.Context(), s, o)
		f.stocked(shelf{"t1.small@a": 0}, provider.StockOfType)
		if _, err := c.RunInstances(t.Context(), s, o); err != nil {
			t.Fatal(err)
		}
		_, err := c.Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s, Run: o})
		var e *provider.RunError
		if !errors.As(err, &e) {
			t.Fatalf("got %v, want that the create was refused", err)
		}
		if got := tried(err); len(got) != 0 {
			t.Errorf("tried %v, want nothing", got)
		}
	})
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

// dies makes instances fail to launch, and all others run.
func (f *fake) dies(ids ...string) {
	f.state = func(id string, _ time.Duration) (provider.State, string) {
		if slices.Contains(ids, id) {
			return provider.StateFailed, "LAUNCH_FAILED"
		}
		return provider.StateRunning, "Running"
	}
}

// An instance of somebody else that dies beside ours is told, and is no lack of stock: only
// ours is replaced.
func TestADeadStrangerIsNoLackOfStock(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.stranger()
		time.Sleep(24 * time.Hour)
		f.limits.InstancesPerCreate = 1
		f.answers(works, gives(nil, "i-foreign"), works)
		f.dies("i-001", "i-foreign")
		s, o := inZone(2, "b")
		op, err := f.client().RunInstances(t.Context(), s, o)
		if err != nil {
			t.Fatal(err)
		}
		_, err = op.Wait(t.Context(), nil)
		var e *provider.RunError
		if !errors.As(err, &e) || !slices.Equal(e.Doubtful, []string{"i-foreign"}) {
			t.Fatalf("got %v, want the stranger in doubt", err)
		}
		for _, why := range e.Errs {
			if errors.Is(why, provider.ErrNoStock) {
				t.Errorf("out of stock is told of the stranger: %v", why)
			}
		}
		if got, want := f.alive(), []string{"i-foreign", "i-002"}; !slices.Equal(got, want) {
			t.Errorf("alive are %v, want %v", got, want)
		}
	})
}

// A stranger that only the look before the release recognizes, by its name, is kept and
// told, and ours that died beside it is replaced.
func TestAMisnamedStrangerIsNotReplaced(t *testing.T) {
	for _, dead := range [][]string{{"i-001", "i-foreign"}, {"i-foreign"}} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			f.stranger()
			f.limits.InstancesPerCreate = 1
			f.answers(works, gives(nil, "i-foreign"), works)
			f.dies(dead...)
			s, o := inZone(2, "b")
			s.Name = "web"
			op, err := f.client().RunInstances(t.Context(), s, o)
			if err != nil {
				t.Fatal(err)
			}
			if _, err = op.Wait(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "not released") {
				t.Errorf("%v died: got %v, want why the stranger is kept", dead, err)
			}
			if got := f.alive(); !slices.Contains(got, "i-foreign") {
				t.Errorf("%v died: alive are %v, want the stranger among them", dead, got)
			}
			if got, want := len(f.asked()), 1+len(dead); got != want {
				t.Errorf("%v died: %d creates, want %d", dead, got, want)
			}
		})
	}
}

// What dies of a resumed operation without its spec is not replaced: the wait says so.
func TestNothingIsReplacedWithoutTheSpec(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		s, o := inZone(2, "b")
		op, err := f.client().RunInstances(t.Context(), s, o)
		if err != nil {
			t.Fatal(err)
		}
		f.dies("i-001")
		again, err := f.client().Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Run: o})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := again.Wait(t.Context(), nil); !errors.Is(err, provider.ErrLaunchFailed) {
			t.Errorf("got %v, want the failed launch", err)
		}
		if got := f.alive(); !slices.Equal(got, []string{"i-001", "i-002"}) {
			t.Errorf("alive are %v, want both, released by nobody", got)
		}
	})
}

// An instance with an address of its own is not replaced: the address is taken until the
// dead one is gone.
func TestNothingIsReplacedAtAFixedAddress(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		s, o := inZone(2, "b")
		s.Network.PrivateIPs = addrs("10.0.0.1", "10.0.0.2")
		op, err := f.client().RunInstances(t.Context(), s, o)
		if err != nil {
			t.Fatal(err)
		}
		f.dies("i-001")
		if _, err := op.Wait(t.Context(), nil); !errors.Is(err, provider.ErrLaunchFailed) {
			t.Errorf("got %v, want the failed launch", err)
		}
		if got := f.asked(); len(got) != 1 {
			t.Errorf("asked for %v, want the first create alone", got)
		}
	})
}

// A replacement is content with as many as it asks for, or with one where the cloud makes
// some of many.
func TestTheMinimumOfAReplacement(t *testing.T) {
	for partial, want := range map[bool]int{false: 2, true: 1} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			f.limits.PartialCreates = partial
			f.dies("i-001", "i-002")
			s, o := inZone(5, "b")
			op, err := f.client().RunInstances(t.Context(), s, o)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := op.Wait(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			calls := f.made(provider.APIRunInstances)
			if got := calls[len(calls)-1].spec; got.Count != 2 || got.MinCount != want {
				t.Errorf("partial %v: the replacement asks for %d, at least %d; want 2, at least %d", partial, got.Count, got.MinCount, want)
			}
		})
	}
}

// Without a minimum all is wanted: what is out of stock is not asked for once more with
// less, also where another answer named an instance too many.
func TestAllIsNotAskedForLess(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.InstancesPerCreate = 2
		first := ""
		f.run = func(n int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
			if first == "" {
				first = s.ClientToken
				return foreign(f, s)
			}
			if s.ClientToken == first {
				return f.create(s), nil
			}
			return nil, refusal(provider.ErrNoStock, "NoStock")
		}
		_, err := f.client().RunInstances(t.Context(), spec(4), nil)
		if !errors.Is(err, provider.ErrNoStock) {
			t.Errorf("got %v, want no stock", err)
		}
		if n := len(f.tokensSent()); n != 3 {
			t.Errorf("%d creates, want 3: one of them asked about again", n)
		}
	})
}

// What the caller does with its list of alternatives afterwards changes nothing.
func TestAlternativesThatAreChangedLater(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		s, o := inZone(2, "b")
		op, err := f.client().RunInstances(t.Context(), s, o)
		if err != nil {
			t.Fatal(err)
		}
		o.Alternatives[0].Zone = "c"
		f.dies("i-001")
		if _, err := op.Wait(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if got, want := f.asked(), []string{"2xt1.small@a", "1xt1.small@b"}; !slices.Equal(got, want) {
			t.Errorf("asked for %v, want %v", got, want)
		}
	})
}
