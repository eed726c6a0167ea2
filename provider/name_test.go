package provider_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

func TestNumbersGoOnOverSeveralCreates(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.limits.InstancesPerCreate = 2
		s := named(5, "web")
		s.UniqueSuffix = true
		if _, err := m.client().RunInstances(t.Context(), s, nil); err != nil {
			t.Fatal(err)
		}
		names := slices.Sorted(slices.Values(m.names()))
		if want := []string{"web001", "web002", "web003", "web004", "web005"}; !slices.Equal(names, want) {
			t.Errorf("names %v, want %v", names, want)
		}
		s.HostName = "web"
		if _, err := m.client().RunInstances(t.Context(), s, nil); !errors.Is(err, provider.ErrInvalid) {
			t.Errorf("host names cannot be changed afterwards: %v", err)
		}
	})
}

// Host names that the cloud numbers are not given twice: what is missing of them is
// told, not made.
func TestHostNamesAreNotNumberedTwice(t *testing.T) {
	for made, creates := range map[int]int{0: 2, 1: 1, 3: 1} {
		inMarkedTime(t, func(t *testing.T, m *marking) {
			m.answers(some(made), works)
			s := named(3, "web")
			s.HostName, s.UniqueSuffix = "web", true
			op, err := m.client().RunInstances(t.Context(), s, nil)
			switch n := len(m.made(provider.APIRunInstances)); {
			case n != creates:
				t.Errorf("%d made: n: got %v, want %v", made, n, creates)
			case (err == nil) != (made != 1):
				t.Errorf("%d made: has no error: got %v, want %v", made, (err == nil), (made != 1))
			case errors.Is(err, provider.ErrOutcomeUnknown):
				t.Errorf("%d made: got error %v, which must not match %v", made, err, provider.ErrOutcomeUnknown)
			}
			switch {
			case !slices.Equal(op.InstanceIDs(), m.alive()):
				t.Errorf("IDs of the operation: got %v, want %v", op.InstanceIDs(), m.alive())
			case made == 1 && !errors.Is(err, provider.ErrState):
				t.Errorf("got error %v, want %v", err, provider.ErrState)
			}
		})
	}
}

func TestKeptMarkersSaveCalls(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		if _, err := m.client().RunInstances(t.Context(), named(3, "web"), &provider.RunOptions{KeepMarker: true}); err != nil || m.renames != 0 {
			t.Errorf("%d renames, %v", m.renames, err)
		}
	})
}

func TestKeptMarkersHaveNoNumbers(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		s := named(3, "web")
		s.UniqueSuffix = true
		op, err := m.client().RunInstances(t.Context(), s, &provider.RunOptions{KeepMarker: true})
		switch {
		case op != nil:
			t.Errorf("op: got %v, want nil", op)
		case !errors.Is(err, provider.ErrInvalid):
			t.Errorf("got error %v, want %v", err, provider.ErrInvalid)
		case !strings.Contains(err.Error(), "KeepMarker"):
			t.Errorf("got %q, want %q in it", err.Error(), "KeepMarker")
		}
	})
}

// A name that cannot be given back is told, and tried again by Resume.
func TestAFailedRenameIsTold(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.refuse = refusal(provider.ErrPermission, "Forbidden")
		s := named(2, "web")
		op, err := m.client().RunInstances(t.Context(), s, nil)
		if !errors.Is(err, provider.ErrPermission) || len(op.InstanceIDs()) != 2 || errors.Is(err, provider.ErrOutcomeUnknown) {
			t.Fatalf("%v, %v", op.InstanceIDs(), err)
		}
		m.refuse = nil
		if _, err := m.client().Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s}); err != nil || !slices.Equal(m.names(), []string{"web", "web"}) {
			t.Errorf("%v, names %v", err, m.names())
		}
		if n := len(m.made(provider.APIRunInstances)); n != 1 {
			t.Errorf("%d creates", n)
		}
	})
}

// An instance of a moment ago that the cloud does not find is not gone: that it lacks its
// name is told, also of one alone.
func TestANewInstanceThatIsNotFoundLacksItsName(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.unknown = time.Hour
		_, err := m.client(func(o *provider.Options) { o.RetryFor = 10 * time.Second }).RunInstances(t.Context(), named(1, "web"), nil)
		if !errors.Is(err, provider.ErrNotFound) {
			t.Errorf("got %v, want the name that could not be given", err)
		}
	})
}

// The journal hears that names are given: nobody gives them again.
func TestTheJournalHearsOfNames(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		book, s := &notebook{}, named(2, "web")
		if _, err := m.client().RunInstances(t.Context(), s, &provider.RunOptions{Journal: book}); err != nil {
			t.Fatal(err)
		}
		if _, err := m.client().Resume(t.Context(), book.saved[len(book.saved)-1], &provider.ResumeOptions{Spec: &s}); err != nil {
			t.Fatal(err)
		}
		if m.renames != 2 {
			t.Errorf("%d renames, want one for each instance", m.renames)
		}
	})
}

// A rename that is refused for good is asked for once, and holds nobody up.
func TestARefusedRenameIsNotRepeated(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.refuse = refusal(provider.ErrPermission, "Forbidden")
		start := time.Now()
		if _, err := m.client().RunInstances(t.Context(), named(2, "web"), nil); !errors.Is(err, provider.ErrPermission) {
			t.Errorf("got %v, want the refusal", err)
		}
		if m.renames != 2 {
			t.Errorf("%d renames, want one for each instance", m.renames)
		}
		if took := time.Since(start); took > time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

// A wait that replaces instances tries names again that were refused. Those that could
// be given at last are no trouble any more, and those that could not keep nobody
// from waiting for the replacements.
func TestAWaitTriesNamesAgain(t *testing.T) {
	for what, refuse := range map[string]error{"and they are taken": nil, "and they are refused": refusal(provider.ErrPermission, "Forbidden")} {
		t.Run(what, func(t *testing.T) { testNamesOfAWait(t, refuse) })
	}
}

func testNamesOfAWait(t *testing.T, then error) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.refuse = refusal(provider.ErrPermission, "Forbidden")
		m.state = func(id string, age time.Duration) (provider.State, string) {
			switch {
			case age < 10*time.Second:
				return provider.StatePending, "Pending"
			case id == "i-002":
				return provider.StateFailed, "LAUNCH_FAILED"
			}
			return provider.StateRunning, "Running"
		}
		s, o := inZone(2, "b")
		s.Name = "web"
		op, err := m.client().RunInstances(t.Context(), s, o)
		if !errors.Is(err, provider.ErrPermission) {
			t.Fatalf("a name was refused, and the error is %v", err)
		}
		m.refuse = then
		list, err := op.Wait(t.Context(), nil)
		if len(list) != 2 || !slices.Equal(op.InstanceIDs(), m.alive()) {
			t.Errorf("%d instances run, the operation has %v and the cloud %v", len(list), op.InstanceIDs(), m.alive())
		}
		if !errors.Is(err, then) {
			t.Errorf("got error %v, want %v", err, then)
		}
		if then == nil {
			if got, want := m.names(), []string{"web", "web"}; !slices.Equal(got, want) {
				t.Errorf("got names %v, want %v", got, want)
			}
			return
		}
		if errors.As(err, new(*provider.WaitError)) {
			t.Errorf("all instances run, and the error %v has a WaitError", err)
		}
		if got := strings.Count(err.Error(), "Forbidden"); got != 2 {
			t.Errorf("the error %v names %d refusals, want 2", err, got)
		}
	})
}

// A cloud that takes no new names is tried for as long as one call is repeated,
// however many instances there are, and the error says which keep the marker.
func TestRenamesThatFailDoNotAddUp(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.limits.InstancesPerCreate = 50
		m.refuse = refusal(provider.ErrUnavailable, "Busy")
		c := m.client(func(o *provider.Options) { o.RetryFor = 20 * time.Second })
		op, err := c.RunInstances(t.Context(), named(200, "web"), nil)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		_, err = op.Wait(t.Context(), nil)
		if took := time.Since(start); took > 80*time.Second {
			t.Errorf("the wait took %v, want the boot and one time of patience", took)
		}
		if !errors.Is(err, provider.ErrUnavailable) || errors.Is(err, provider.ErrOutcomeUnknown) || !strings.Contains(err.Error(), m.alive()[0]) {
			t.Errorf("the error names no instance: %v", err)
		}
	})
}

// An operation of many instances is returned before they have their names: these come while
// it is waited for, and are all there in the end.
func TestManyInstancesGetTheirNamesDuringTheWait(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.boot = 10 * time.Minute
		rates := map[provider.API]provider.Rate{provider.AnyAPI: {Calls: 1800, Per: time.Hour, Burst: 1}}
		c := m.client(func(o *provider.Options) { o.Rates = rates })
		start := time.Now()
		op, err := c.RunInstances(t.Context(), named(100, "web"), nil)
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took > 30*time.Second {
			t.Errorf("the create took %v, want less than one name for each instance takes", took)
		}
		list, err := op.Wait(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took > 11*time.Minute {
			t.Errorf("the wait ended after %v, want the boot time of 10 minutes", took)
		}
		for _, i := range list {
			if i.Name != "web" {
				t.Errorf("%s is called %q, want web", i.ID, i.Name)
			}
		}
	})
}

// Instances that the cloud has named and shows to nobody for a while get their name
// all the same.
func TestRenamesWaitForInstancesToShowUp(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.answers(works)
		m.unknown = 90 * time.Second
		if _, err := m.client().RunInstances(t.Context(), named(2, "web"), nil); err != nil || !slices.Equal(m.names(), []string{"web", "web"}) {
			t.Errorf("%v, names %v", err, m.names())
		}
	})
}

// An instance that was not found before ctx ended may yet show up. Its name is not
// done with.
func TestNamesThatWereNotWaitedForAreTold(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.answers(works)
		m.unknown = 100 * time.Second
		ctx, cancel := context.WithTimeout(t.Context(), 80*time.Second)
		defer cancel()
		spec := named(2, "web")
		op, err := m.client().RunInstances(ctx, spec, nil)
		if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), m.alive()[0]) {
			t.Errorf("two instances bear a marker, and the error is %v", err)
		}
		token, _ := op.MarshalText()
		if _, err := m.client().Resume(t.Context(), token, &provider.ResumeOptions{Spec: &spec}); err != nil || !slices.Equal(m.names(), []string{"web", "web"}) {
			t.Errorf("%v, names %v", err, m.names())
		}
	})
}

// closing is a journal that is told the caller's patience has ended while it saves
// an answer, which it does all the same.
type closing struct {
	saves int
	end   context.CancelFunc
}

func (j *closing) Save(context.Context, []byte) error {
	if j.saves++; j.saves == 2 {
		j.end()
	}
	return nil
}

// Instances that are all there, and have the wrong name because ctx ended, are no
// success that needs no word.
func TestNamesThatWereNotBegunAreTold(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.answers(works)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		spec := named(2, "web")
		op, err := m.client().RunInstances(ctx, spec, &provider.RunOptions{Journal: &closing{end: cancel}})
		switch {
		case len(op.InstanceIDs()) != 2:
			t.Errorf("number of IDs: got %v, want 2", len(op.InstanceIDs()))
		case !errors.Is(err, context.Canceled):
			t.Errorf("got error %v, want %v", err, context.Canceled)
		case !strings.Contains(err.Error(), "keep a marker"):
			t.Errorf("got %q, want %q in it", err.Error(), "keep a marker")
		}
		token, _ := op.MarshalText()
		if _, err := m.client().Resume(t.Context(), token, &provider.ResumeOptions{Spec: &spec}); err != nil || !slices.Equal(m.names(), []string{"web", "web"}) {
			t.Errorf("%v, names %v", err, m.names())
		}
	})
}

// An instance that died while it booted needs no name: the wait tells of it. One that
// is not visible yet gets its name later.
func TestInstancesThatAreGoneNeedNoName(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.run = func(_ int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
			res := m.create(s)
			return res, m.release(res.InstanceIDs[1:2])
		}
		op, err := m.client().RunInstances(t.Context(), named(3, "web"), nil)
		switch {
		case err != nil:
			t.Errorf("got error %v, want none", err)
		case len(op.InstanceIDs()) != 3:
			t.Errorf("number of IDs: got %v, want 3", len(op.InstanceIDs()))
		case m.instances[0].Name != "web":
			t.Errorf("m.instances[0].Name: got %q, want %q", m.instances[0].Name, "web")
		case m.instances[1].Name != "web":
			t.Errorf("m.instances[1].Name: got %q, want %q", m.instances[1].Name, "web")
		}
	})
}

// numbering is a cloud that numbers names from any number on.
type numbering struct{ *fake }

func (numbering) NumberNames(s *provider.RunInstancesSpec, first, last int) {
	if !s.UniqueSuffix {
		s.Name = fmt.Sprintf("%s+%d", s.Name, first-1)
		return
	}
	s.Name, s.UniqueSuffix = fmt.Sprintf("%s[%d,%d]", s.Name, first, last), false
}

// TestDriversShiftNames: names that number themselves go on from create to
// create.
func TestDriversShiftNames(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.InstancesPerCreate = 2
		c := provider.NewClient(numbering{f}, &provider.Options{Region: "region-1"})
		if _, err := c.RunInstances(t.Context(), named(5, "web"), nil); err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, c := range f.made(provider.APIRunInstances) {
			names = append(names, c.spec.Name)
		}
		slices.Sort(names)
		if want := []string{"web", "web+2", "web+4"}; !slices.Equal(names, want) {
			t.Errorf("names %v, want %v", names, want)
		}
	})
}

// Names go on also where each create makes one instance.
func TestDriversShiftNamesByOne(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.InstancesPerCreate = 1
		c := provider.NewClient(numbering{f}, &provider.Options{Region: "region-1"})
		op, err := c.RunInstances(t.Context(), named(3, "web"), nil)
		if err != nil {
			t.Fatal(err)
		}
		list, err := op.Wait(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, i := range list {
			names = append(names, i.Name)
		}
		if want := []string{"web", "web+1", "web+2"}; !slices.Equal(names, want) {
			t.Errorf("names %v, want %v", names, want)
		}
	})
}

// A single instance has the name of the spec, however its count is written: the cloud
// numbers it.
func TestASingleInstanceIsNotNumberedByTheDriver(t *testing.T) {
	for _, count := range []int{0, 1} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			s := named(count, "web")
			s.UniqueSuffix = true
			c := provider.NewClient(numbering{f}, &provider.Options{Region: "region-1"})
			if _, err := c.RunInstances(t.Context(), s, nil); err != nil {
				t.Fatal(err)
			}
			if got := f.made(provider.APIRunInstances)[0].spec.Name; got != "web" {
				t.Errorf("count %d: the name is %q, want web", count, got)
			}
		})
	}
}

func TestDriversNumberNames(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.InstancesPerCreate = 2
		s := named(5, "web")
		s.UniqueSuffix = true
		c := provider.NewClient(numbering{f}, &provider.Options{Region: "region-1"})
		if _, err := c.RunInstances(t.Context(), s, nil); err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, c := range f.made(provider.APIRunInstances) {
			names = append(names, c.spec.Name)
		}
		slices.Sort(names)
		if want := []string{"web[1,5]", "web[3,5]", "web[5,5]"}; !slices.Equal(names, want) {
			t.Errorf("names %v, want %v", names, want)
		}
	})
}
