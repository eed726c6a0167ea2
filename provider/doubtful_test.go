package provider_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// What may be somebody else's.

// An instance that may be somebody else's is neither replaced when it fails, nor renamed
// when it is all that is left.
func TestADoubtfulInstanceIsLeftAlone(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.stranger()
		f.run = func(n int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
			if n == 1 {
				return foreign(f, s)
			}
			return f.create(s), nil
		}
		f.state = func(id string, _ time.Duration) (provider.State, string) {
			if id == "i-foreign" {
				return provider.StateFailed, "LAUNCH_FAILED"
			}
			return provider.StateRunning, "Running"
		}
		o := &provider.RunOptions{Alternatives: []provider.Alternative{{InstanceType: "t2.small"}}}
		op, _ := f.client().RunInstances(t.Context(), spec(2), o)
		if _, err := op.Wait(t.Context(), nil); err == nil {
			t.Error("the wait told nothing of an instance that failed")
		}
		if got := f.alive(); !slices.Contains(got, "i-foreign") || len(got) != 3 {
			t.Errorf("alive are %v, want the foreign one and two", got)
		}
	})
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.stranger()
		m.run = func(_ int, s *provider.RunInstancesSpec) (*provider.RunResult, error) { return foreign(m.fake, s) }
		m.refuse = refusal(provider.ErrPermission, "Denied")
		s := named(2, "web")
		op, _ := m.client().RunInstances(t.Context(), s, nil)
		m.refuse = nil
		if _, err := op.Terminate(t.Context(), nil); err == nil {
			t.Error("nothing was told of the foreign instance")
		}
		_, _ = m.client().Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s})
		for _, i := range m.instances {
			if i.Name != "theirs" {
				t.Errorf("%s is named %q, want it as it was", i.ID, i.Name)
			}
		}
	})
}

// An old create of which only a doubtful answer is known needs a person, who is told so.
func TestAnOldDoubtfulCreateNeedsAPerson(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		s, run := spec(1), &provider.RunOptions{Owner: "team-a"}
		f.run = func(n int, _ *provider.RunInstancesSpec) (*provider.RunResult, error) {
			if n == 1 {
				return &provider.RunResult{InstanceIDs: []string{"i-foreign", "i-other"}}, nil
			}
			return nil, lost()
		}
		op, _ := f.client().RunInstances(t.Context(), s, run)
		time.Sleep(2 * time.Hour)
		f.run = nil
		old, err := f.client().Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s, Run: run})
		if !errors.Is(err, provider.ErrOutcomeUnknown) || !strings.Contains(err.Error(), "ResumeOptions.NoneMade") {
			t.Fatalf("got %v, want an unknown outcome that asks for a person", err)
		}
		if _, err := old.Terminate(t.Context(), nil); err == nil || strings.Contains(err.Error(), "nil") {
			t.Errorf("terminating told %v", err)
		}
		again, err := f.client().Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s, Run: run, NoneMade: true})
		if got := f.alive(); len(got) != 1 || !slices.Contains(again.InstanceIDs(), got[0]) {
			t.Errorf("alive are %v, in hand %v, and the error is %v", got, again.InstanceIDs(), err)
		}
	})
}

// An answer of the right length that names somebody else's new instance alone is caught by
// the name when a policy is about to release it.
func TestAnInstanceOfAnotherNameIsNotReleased(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.stranger()
		f.limits.InstancesPerCreate = 1
		f.run = func(n int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
			switch n {
			case 1:
				return &provider.RunResult{InstanceIDs: []string{"i-foreign"}}, nil
			case 2:
				return f.create(s), nil
			}
			return nil, refusal(provider.ErrQuota, "Quota")
		}
		op, err := f.client().RunInstances(t.Context(), named(3, "web"), &terminate)
		if !errors.Is(err, provider.ErrQuota) || !strings.Contains(err.Error(), "i-foreign") {
			t.Errorf("got %v, want the quota, and the instance that was kept", err)
		}
		if got := f.alive(); !slices.Equal(got, []string{"i-foreign"}) || !slices.Equal(op.InstanceIDs(), got) {
			t.Errorf("alive are %v, in hand %v; want the foreign one, told", got, op.InstanceIDs())
		}
	})
}

// One that is a day older than the operation is caught by its age, also when it is all that
// was named.
func TestAnInstanceOfYesterdayIsNotReleased(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.stranger()
		time.Sleep(24 * time.Hour)
		f.run = func(int, *provider.RunInstancesSpec) (*provider.RunResult, error) {
			return &provider.RunResult{InstanceIDs: []string{"i-foreign"}}, nil
		}
		f.state = func(string, time.Duration) (provider.State, string) { return provider.StateFailed, "Failed" }
		op, err := f.client().RunInstances(t.Context(), spec(1), &terminate)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := op.Wait(t.Context(), nil); !errors.Is(err, provider.ErrLaunchFailed) {
			t.Errorf("got %v, want the failed launch", err)
		}
		if got := f.alive(); !slices.Equal(got, []string{"i-foreign"}) {
			t.Errorf("alive are %v, want the foreign one", got)
		}
	})
}

// An instance that is older than its operation is not replaced by an alternative when it
// fails: that would release it.
func TestAnOldInstanceIsNotReplaced(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.stranger()
		time.Sleep(5 * time.Hour)
		f.run = func(_ int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
			few := *s
			few.Count = 2
			return &provider.RunResult{InstanceIDs: append(f.create(&few).InstanceIDs, "i-foreign")}, nil
		}
		f.state = func(id string, _ time.Duration) (provider.State, string) {
			if id == "i-foreign" {
				return provider.StateFailed, "LAUNCH_FAILED"
			}
			return provider.StateRunning, "Running"
		}
		o := &provider.RunOptions{Alternatives: []provider.Alternative{{InstanceType: "t2.small"}}}
		op, err := f.client().RunInstances(t.Context(), spec(3), o)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := op.Wait(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "i-foreign") {
			t.Errorf("got %v, want the instance that was kept", err)
		}
		if n := len(f.made(provider.APITerminateInstances)); n != 0 || len(f.alive()) != 3 {
			t.Errorf("%d releases, alive are %v; want none and all three", n, f.alive())
		}
	})
}

// Whatever stands in a list of IDs and is no ID is not taken for an instance.
func TestWhatIsNoIDIsNoInstance(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.answers(gives(nil, "<html>busy</html>"), gives(nil, " i-a "))
		op, err := f.client().RunInstances(t.Context(), spec(1), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := op.InstanceIDs(); !slices.Equal(got, []string{"i-a"}) {
			t.Errorf("in hand are %q, want i-a", got)
		}
	})
}

// On a cloud without tokens an answer that names too many, of which nothing is ever found,
// leaves a way forward: a person looks, and says so.
func TestADoubtfulCreateThatIsNeverFoundNeedsAPerson(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.answers(gives(nil, "i-a", "i-b", "i-c"), works)
		s := named(2, "web")
		op, err := m.client().RunInstances(t.Context(), s, nil)
		for _, want := range []string{"region-1", "i-a, i-b, i-c", "ResumeOptions.NoneMade"} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("the error does not name %s: %v", want, err)
			}
		}
		again, err := m.client().Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s})
		if !errors.Is(err, provider.ErrOutcomeUnknown) || m.created != 0 {
			t.Errorf("resumed, %d were made: %v; want none, and an unknown outcome", m.created, err)
		}
		again, err = m.client().Resume(t.Context(), tokenOf(t, again), &provider.ResumeOptions{Spec: &s, NoneMade: true})
		if errors.Is(err, provider.ErrOutcomeUnknown) || m.created != 2 {
			t.Errorf("after a person has looked, %d were made: %v; want 2", m.created, err)
		}
		for _, id := range m.alive() {
			if !slices.Contains(again.InstanceIDs(), id) {
				t.Errorf("%s is not in hand: %v", id, again.InstanceIDs())
			}
		}
	})
}

// The error of answers that name too many says how many they named.
func TestTooManyAreCounted(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.answers(gives(nil, "i-a", "i-b", "i-c"))
		_, err := f.client().RunInstances(t.Context(), spec(2), nil)
		if want := "2 instances asked for, and the answer names 3"; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want it to say %q", err, want)
		}
	})
}
