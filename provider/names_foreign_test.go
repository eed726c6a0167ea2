package provider_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// misnaming makes all instances of a create and names one of somebody else in place of
// the last of them.
func (m *marking) misnaming(other string) {
	m.run = func(n int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
		res := m.create(s)
		if n == 1 {
			ids := slices.Clone(res.InstanceIDs)
			ids[len(ids)-1] = other
			res.InstanceIDs = ids
		}
		return res, nil
	}
}

// nameOf returns the name of an instance at the cloud.
func (m *marking) nameOf(id string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.instances {
		if s.ID == id {
			return s.Name
		}
	}
	return ""
}

// An answer of the right length that names somebody else's instance changes nothing of
// that: it keeps its name, is told as doubtful, and the operation's own one is found.
func TestSomebodyElsesInstanceKeepsItsName(t *testing.T) {
	for what, name := range map[string]string{
		"of another name":             "db",
		"of another operation":        "web-yfaaaabbbbbbbbcccccccc",
		"of a name that begins alike": "web-old",
	} {
		inMarkedTime(t, func(t *testing.T, m *marking) {
			theirs := named(1, name)
			theirs.Region = "region-1"
			other := m.create(&theirs).InstanceIDs[0]
			time.Sleep(2 * time.Hour)
			m.misnaming(other)
			op, err := m.client().RunInstances(t.Context(), named(2, "web"), nil)
			if got := m.nameOf(other); got != name {
				t.Errorf("%s: it is called %q now, want %q", what, got, name)
			}
			var e *provider.RunError
			if !errors.As(err, &e) || !slices.Equal(e.Doubtful, []string{other}) {
				t.Fatalf("%s: got %v, want a RunError with %s as doubtful", what, err, other)
			}
			for _, id := range m.alive()[1:] {
				if got := m.nameOf(id); got != "web" || !slices.Contains(op.InstanceIDs(), id) {
					t.Errorf("%s: %s is called %q, in hand are %v", what, id, got, op.InstanceIDs())
				}
			}
			if _, err := op.Terminate(t.Context(), nil); err == nil {
				t.Errorf("%s: one was kept, and no error", what)
			}
			if got := m.alive(); !slices.Equal(got, []string{other}) {
				t.Errorf("%s: %v are left, want the other one", what, got)
			}
		})
	}
}

// An answer that names an instance of another operation of the same client takes nothing
// from that one, whether it has its name already or not.
func TestAnotherOperationsInstanceIsNotTaken(t *testing.T) {
	for _, keep := range []bool{true, false} {
		inMarkedTime(t, func(t *testing.T, m *marking) {
			c := m.client()
			first, err := c.RunInstances(t.Context(), named(1, "web"), &provider.RunOptions{KeepMarker: keep})
			if err != nil {
				t.Fatal(err)
			}
			other := first.InstanceIDs()[0]
			name := m.nameOf(other)
			calls := 0
			m.run = func(_ int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
				res := m.create(s)
				if calls++; calls == 1 {
					return &provider.RunResult{InstanceIDs: []string{res.InstanceIDs[0], other}}, nil
				}
				return res, nil
			}
			op, err := c.RunInstances(t.Context(), named(2, "web"), nil)
			if got := m.nameOf(other); got != name {
				t.Errorf("kept marker %v: it is called %q, want %q", keep, got, name)
			}
			var e *provider.RunError
			if !errors.As(err, &e) || !slices.Equal(e.Doubtful, []string{other}) {
				t.Errorf("kept marker %v: got %v, want %s as doubtful", keep, err, other)
			}
			if _, err = op.Terminate(t.Context(), nil); err == nil {
				t.Errorf("kept marker %v: one was kept, and no error", keep)
			}
			if got := m.alive(); !slices.Equal(got, []string{other}) {
				t.Errorf("kept marker %v: %v are left, want the first operation's", keep, got)
			}
		})
	}
}

// An instance that is not visible when RunInstances returns is owed its name: the token
// says so, and the next that sees it gives it.
func TestANameIsGivenWhenItsInstanceIsSeen(t *testing.T) {
	s := named(2, "web")
	for what, see := range map[string]func(*testing.T, *marking, *provider.Operation) error{
		"wait": func(t *testing.T, _ *marking, op *provider.Operation) error {
			list, err := op.Wait(t.Context(), nil)
			for _, i := range list {
				if i.Name != "web" {
					t.Errorf("the wait returns %s by the name %q", i.ID, i.Name)
				}
			}
			return err
		},
		"look": func(t *testing.T, _ *marking, op *provider.Operation) error {
			_, err := op.Look(t.Context())
			return err
		},
		"resume": func(t *testing.T, m *marking, op *provider.Operation) error {
			_, err := m.client().Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s})
			return err
		},
		"wait after a resume": func(t *testing.T, m *marking, op *provider.Operation) error {
			op, err := m.client().Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s})
			if err != nil {
				return err
			}
			_, err = op.Wait(t.Context(), nil)
			return err
		},
	} {
		inMarkedTime(t, func(t *testing.T, m *marking) {
			m.hidden = 3 * time.Minute
			op, err := m.client().RunInstances(t.Context(), s, nil)
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case m.renames != 0:
				t.Fatalf("%s: m.renames: got %v, want 0", what, m.renames)
			case strings.Contains(string(tokenOf(t, op)), `"named":true`):
				t.Fatalf("%s: got %q, want no %q in it", what, string(tokenOf(t, op)), `"named":true`)
			}
			time.Sleep(2 * time.Minute)
			if err := see(t, m, op); err != nil {
				t.Errorf("%s: %v", what, err)
			}
			if got := m.names(); !slices.Equal(got, []string{"web", "web"}) || m.renames != 2 {
				t.Errorf("%s: names %v after %d renames", what, got, m.renames)
			}
		})
	}
}

// A wait tells once that a name was refused which it was the first to give.
func TestAWaitTellsOfANameThatIsRefused(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.hidden = 3 * time.Minute
		m.refuse = refusal(provider.ErrPermission, "Forbidden")
		op, err := m.client().RunInstances(t.Context(), named(2, "web"), nil)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		for n, want := range []error{provider.ErrPermission, nil} {
			list, err := op.Wait(t.Context(), nil)
			switch {
			case !errors.Is(err, want):
				t.Errorf("wait %d: got error %v, want %v", n+1, err, want)
			case (err == nil) != (want == nil):
				t.Errorf("wait %d: has no error: got %v, want %v", n+1, (err == nil), (want == nil))
			case len(list) != 2:
				t.Errorf("wait %d: number of instances: got %v, want 2", n+1, len(list))
			}
		}
	})
}

// What was seen with another name after a rename was sent is the operation's all the same.
func TestANameThatAPersonHasChangedIsLeft(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.refuse = refusal(provider.ErrPermission, "Forbidden")
		op, err := m.client().RunInstances(t.Context(), named(2, "web"), nil)
		if !errors.Is(err, provider.ErrPermission) {
			t.Fatal(err)
		}
		m.refuse = nil
		m.instances[0].Name = "db"
		if _, err := op.Wait(t.Context(), nil); err != nil || !slices.Equal(m.names(), []string{"db", "web"}) {
			t.Errorf("%v, names %v", err, m.names())
		}
	})
}

// Looks before names are shared: many creates at once take few describe calls.
func TestLooksBeforeNamesAreShared(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		c := m.client()
		done := make(chan error)
		for range 50 {
			go func() {
				_, err := c.RunInstances(t.Context(), named(2, "web"), nil)
				done <- err
			}()
		}
		for range 50 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		if n := len(m.made(provider.APIDescribeInstances)); n > 10 {
			t.Errorf("50 creates took %d describe calls, want at most 10", n)
		}
	})
}

// The time in the library's own queue is no patience with names: the last of many is
// repeated as the first.
func TestQueuedRenamesKeepTheirPatience(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		flaky := &flakyNames{marking: m, failed: map[string]bool{}}
		rates := map[provider.API]provider.Rate{provider.APIRenameInstance: {Calls: 1, Per: 10 * time.Second}}
		c := provider.NewClient(flaky, &provider.Options{Region: "region-1", RetryFor: 20 * time.Second, Rates: rates})
		if _, err := c.RunInstances(t.Context(), named(20, "web"), nil); err != nil {
			t.Error(err)
		}
		for _, name := range m.names() {
			if name != "web" {
				t.Errorf("an instance is left with the name %q", name)
			}
		}
	})
}

// flakyNames refuses the first rename of each instance.
type flakyNames struct {
	*marking
	failed map[string]bool
}

func (f *flakyNames) RenameInstance(ctx context.Context, region, id, name string) error {
	f.mu.Lock()
	first := !f.failed[id]
	f.failed[id] = true
	f.mu.Unlock()
	if first {
		return refusal(provider.ErrUnavailable, "Busy")
	}
	return f.marking.RenameInstance(ctx, region, id, name)
}

// Where nobody may look, markers stay: the error names the instances, nothing is
// released, and Resume gives the names once looks are allowed.
func TestNamesThatNobodyMayLookAtAreTold(t *testing.T) {
	for what, refusal := range map[string]error{
		"a refusal":        refusal(provider.ErrPermission, "Forbidden"),
		"answers are lost": lost(),
	} {
		inMarkedTime(t, func(t *testing.T, m *marking) {
			m.describe = func(int, *provider.DescribeRequest) (*provider.DescribePage, error) { return nil, refusal }
			s, start := named(2, "web"), time.Now()
			op, err := m.client().RunInstances(t.Context(), s, &provider.RunOptions{OnFailure: provider.TerminateOnFailure})
			if !errors.Is(err, refusal) || !strings.Contains(err.Error(), "i-001, i-002 keep a marker") {
				t.Errorf("%s: got %v, want the refusal and the instances", what, err)
			}
			if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, provider.ErrOutcomeUnknown) {
				t.Errorf("%s: nothing is unknown and no deadline was the caller's, and the error is %v", what, err)
			}
			if took := time.Since(start); took > 3*time.Minute {
				t.Errorf("%s: it took %v", what, took)
			}
			if n := len(m.made(provider.APITerminateInstances)); n != 0 || m.renames != 0 {
				t.Errorf("%s: %d releases and %d renames, want none", what, n, m.renames)
			}
			m.describe = nil
			_, err = m.client().Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s})
			if got := m.names(); err != nil || !slices.Equal(got, []string{"web", "web"}) {
				t.Errorf("%s: resumed: %v, names %v", what, err, got)
			}
		})
	}
}

// Names that are numbered stay in order, though the first instance is seen last.
func TestNumbersFollowTheOrderOfCreation(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		start := time.Now()
		m.state = func(id string, _ time.Duration) (provider.State, string) {
			if id == "i-001" && time.Since(start) < 30*time.Second {
				return "", ""
			}
			return provider.StateRunning, "Running"
		}
		s := named(3, "web")
		s.UniqueSuffix = true
		_, err := m.client().RunInstances(t.Context(), s, nil)
		if got, want := m.names(), []string{"web001", "web002", "web003"}; err != nil || !slices.Equal(got, want) {
			t.Errorf("%v, names %v, want %v", err, got, want)
		}
	})
}

// Several who wait for an operation at once give each name once.
func TestNamesAreGivenOnceByMany(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.hidden = 3 * time.Minute
		op, err := m.client().RunInstances(t.Context(), named(2, "web"), nil)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		m.delay = time.Second
		done := make(chan error)
		for n := range 6 {
			go func() {
				if n%2 == 0 {
					_, err := op.Wait(t.Context(), nil)
					done <- err
					return
				}
				_, err := op.Look(t.Context())
				done <- err
			}()
		}
		for range 6 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		if got := m.names(); !slices.Equal(got, []string{"web", "web"}) || m.renames != 2 {
			t.Errorf("names %v after %d renames, want two", got, m.renames)
		}
	})
}

// An ID that nobody ever sees may stand in the place of another: before RunInstances
// returns, what bears the marker is taken over as well.
func TestAnIDThatIsNeverShownStandsInNobodysPlace(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.misnaming("i-ghost")
		op, _ := m.client().RunInstances(t.Context(), named(2, "web"), nil)
		for _, id := range append(m.alive(), "i-ghost") {
			if got := op.InstanceIDs(); !slices.Contains(got, id) {
				t.Errorf("in hand are %v, want %s among them", got, id)
			}
		}
	})
}

// A look at new names may take 20 s, however briefly calls are repeated.
func TestALookAtNamesMayTakeLong(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.describe = func(_ int, r *provider.DescribeRequest) (*provider.DescribePage, error) {
			time.Sleep(15 * time.Second)
			return m.look(r), nil
		}
		_, err := m.client(func(o *provider.Options) { o.RetryFor = time.Second }).RunInstances(t.Context(), named(2, "web"), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := m.names(); !slices.Equal(got, []string{"web", "web"}) {
			t.Errorf("the names are %q, want web", got)
		}
	})
}

// What a look has shown with the marker is the operation's: its release needs no other.
func TestWhatBoreTheMarkerIsReleasedWithoutALook(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		op, err := m.client().RunInstances(t.Context(), named(2, "web"), nil)
		if err != nil {
			t.Fatal(err)
		}
		m.calls = nil
		if _, err := op.Terminate(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if n := len(m.made(provider.APIDescribeInstances)); n != 0 {
			t.Errorf("%d looks before the release, want none", n)
		}
	})
}
