package provider_test

import (
	"errors"
	"slices"
	"strconv"
	"strings"
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
		if info, err := provider.ReadToken(tokenOf(t, op)); err != nil || info.GivenUp != 1 {
			t.Errorf("the token tells of %d given-up creates, %v; want 1", info.GivenUp, err)
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

// What becomes visible late is in the journal, before the caller does anything about it.
func TestLateFindsAreInTheJournal(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		late(m)
		book := &notebook{}
		op, err := m.client().RunInstances(t.Context(), named(2, "web"), &provider.RunOptions{Journal: book})
		if err != nil {
			t.Fatal(err)
		}
		_, _ = op.Wait(t.Context(), nil)
		info, err := provider.ReadToken(book.saved[len(book.saved)-1])
		if err != nil {
			t.Fatal(err)
		}
		if got, want := len(info.InstanceIDs), 4; got != want {
			t.Errorf("the journal has %v, want all four", info.InstanceIDs)
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

// The owner's tags do not tell which create an instance is of: what is found late counts for
// the first that was given up.
func TestALateFindByTagsCountsForTheFirstCreate(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.InstancesPerCreate = 1
		var told []provider.RunProgress
		s := spec(2)
		run := &provider.RunOptions{Owner: "team-a", Progress: func(p provider.RunProgress) { told = append(told, p) }}
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
		_, _ = again.Wait(t.Context(), nil)
		last := told[len(told)-1]
		if last.Kind != provider.FoundLate || len(last.InstanceIDs) != 2 {
			t.Fatalf("told at last %+v, want two that were found late", last)
		}
		if last.Create != 0 {
			t.Errorf("they count for create %d, want the first", last.Create)
		}
	})
}

// Tags come late: what an old create made is looked for as long as what a lost one made.
func TestOldCreatesAreLookedForAsLong(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		s, run := spec(2), &provider.RunOptions{Owner: "team-a"}
		f.answers(but(lost()))
		op, _ := f.client().RunInstances(t.Context(), s, run)
		token := edit(t, tokenOf(t, op), func(_ map[string]any, part func(int) map[string]any) {
			part(0)["sent"] = time.Now().Add(6 * time.Minute).UTC().Format(time.RFC3339) // by another clock
		})
		shown := time.Now().Add(90 * time.Second)
		f.state = func(string, time.Duration) (provider.State, string) {
			if time.Now().Before(shown) {
				return "", ""
			}
			return provider.StateRunning, "Running"
		}
		f.tokens = map[string][]string{}
		f.answers(works)
		again, err := f.client().Resume(t.Context(), token, &provider.ResumeOptions{Spec: &s, Run: run})
		if err != nil {
			t.Fatal(err)
		}
		if got := again.InstanceIDs(); len(got) != 2 || !slices.Equal(got, f.alive()) {
			t.Errorf("in hand are %v of %v, want the two that were made", got, f.alive())
		}
	})
}

// A wait that ends with an error tells of late finds as well.
func TestAFailedWaitTellsOfLateFinds(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		late(m)
		op, err := m.client().RunInstances(t.Context(), named(2, "web"), nil)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		state := m.state
		m.state = func(id string, age time.Duration) (provider.State, string) {
			if id == "i-003" {
				return provider.StateFailed, "Failed"
			}
			return state(id, age)
		}
		_, err = op.Wait(t.Context(), nil)
		if !errors.Is(err, provider.ErrLaunchFailed) || len(op.SurplusIDs()) != 2 {
			t.Errorf("got %v and a surplus of %v, want the failure and two late finds", err, op.SurplusIDs())
		}
	})
}

// A search goes on while it still finds more: what shows up one after the other is not
// created again.
func TestASearchGoesOnWhileItFindsMore(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		start, shown := time.Now(), []time.Duration{0, 0, 100 * time.Second, 150 * time.Second, 200 * time.Second}
		m.answers(but(lost()))
		m.state = func(id string, _ time.Duration) (provider.State, string) {
			n := int(id[len(id)-1] - '1')
			if time.Since(start) < shown[n] {
				return "", ""
			}
			return provider.StateRunning, "Running"
		}
		op, err := m.client().RunInstances(t.Context(), named(5, "web"), nil)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(m.made(provider.APIRunInstances)); n != 1 {
			t.Errorf("%d creates were sent, want 1", n)
		}
		if got := op.InstanceIDs(); len(got) != 5 {
			t.Errorf("in hand are %v, want five", got)
		}
	})
}

// A create that was given up may have made something: the error counts it for as long as
// instances may take to become visible, and no longer.
func TestWhatAGivenUpCreateMadeMayAppear(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.run = func(int, *provider.RunInstancesSpec) (*provider.RunResult, error) { return nil, lost() }
		s := named(2, "web")
		op, err := m.client().RunInstances(t.Context(), s, nil)
		var e *provider.RunError
		if !errors.As(err, &e) || e.MayAppear != 4 || e.Created != 0 {
			t.Fatalf("got %v, want a RunError of two creates of which up to 4 instances may appear", err)
		}
		if errors.Is(err, provider.ErrOutcomeUnknown) {
			t.Errorf("a search has found nothing, and the outcome is called unknown: %v", err)
		}
		if want := "up to 4 may still appear"; !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want it to say %q", err, want)
		}
		res, err := op.Terminate(t.Context(), nil)
		if err != nil || res.MayAppear != 4 {
			t.Errorf("terminated: %d may appear, %v; want 4", res.MayAppear, err)
		}
		time.Sleep(15 * time.Minute)
		again, err := m.client().Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s})
		if !errors.As(err, &e) || e.MayAppear != 0 {
			t.Errorf("a quarter of an hour later: got %v, want a RunError of which nothing may appear", err)
		}
		if res, err = again.Terminate(t.Context(), nil); err != nil || res.MayAppear != 0 {
			t.Errorf("terminated a quarter of an hour later: %d may appear, %v", res.MayAppear, err)
		}
	})
}

// What has appeared is not waited for any more.
func TestWhatHasAppearedIsNotCountedAgain(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		late(m)
		op, err := m.client().RunInstances(t.Context(), named(2, "web"), nil)
		if err != nil {
			t.Fatal(err)
		}
		var e *provider.RunError
		if _, err = op.Wait(t.Context(), nil); !errors.As(err, &e) || len(e.Surplus) != 2 || e.MayAppear != 0 {
			t.Errorf("got %v, want a surplus of two, and nothing more that may appear", err)
		}
		if res, err := op.Terminate(t.Context(), nil); err != nil || res.MayAppear != 0 {
			t.Errorf("terminated: %d may appear, %v; want 0", res.MayAppear, err)
		}
	})
}

// A search ends although each look finds more: nobody waits for ever.
func TestASearchThatAlwaysFindsMoreEnds(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.answers(but(lost()))
		m.state = func(id string, age time.Duration) (provider.State, string) {
			n, _ := strconv.Atoi(strings.TrimPrefix(id, "i-"))
			if age < time.Duration(n)*time.Minute {
				return "", ""
			}
			return provider.StateRunning, "Running"
		}
		start := time.Now()
		op, err := m.client(func(o *provider.Options) { o.RetryFor = -1 }).RunInstances(t.Context(), named(30, "web"), nil)
		if !errors.Is(err, provider.ErrUnavailable) {
			t.Errorf("got %v, want what happened to the create", err)
		}
		if took := time.Since(start); took < 4*time.Minute || took > 6*time.Minute {
			t.Errorf("it took %v, want about five minutes", took)
		}
		if n := len(op.InstanceIDs()); n < 4 {
			t.Errorf("%d instances in hand, want those that were visible", n)
		}
	})
}
