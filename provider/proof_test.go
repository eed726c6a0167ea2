package provider_test

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// What counts as proof of a create: short answers, long ones, dead tokens, late finds.

// withMinimum is a spec for n instances, content with fewer.
func withMinimum(n, least int) provider.RunInstancesSpec {
	s := spec(n)
	s.MinCount = least
	return s
}

// Four asked for, three named, four made: the same token is asked again.
func TestAShortAnswerIsNoProof(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.answers(tells(3, nil), works)
		op, err := f.client().RunInstances(t.Context(), withMinimum(4, 1), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := op.InstanceIDs(); !slices.Equal(got, f.alive()) {
			t.Errorf("the operation has %v, and the cloud %v", got, f.alive())
		}
		if tokens := slices.Compact(f.tokensSent()); len(tokens) != 1 {
			t.Errorf("asked under %d tokens, want one", len(tokens))
		}
	})
}

// Two answers that agree are proof, and cost one more call.
func TestTwoShortAnswersThatAgree(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.answers(tellsMade(3, nil))
		op, err := f.client().RunInstances(t.Context(), withMinimum(4, 1), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := op.InstanceIDs(); len(got) != 3 {
			t.Errorf("%v, want three", got)
		}
		if n := len(f.tokensSent()); n != 2 {
			t.Errorf("%d creates were sent, want 2", n)
		}
	})
}

// Fewer than the cloud's own minimum is open, however often it is said, and Resume asks
// again.
func TestFewerThanTheMinimumStaysOpen(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.answers(tells(2, nil))
		s := spec(4)
		op, err := f.client().RunInstances(t.Context(), s, nil)
		if !errors.Is(err, provider.ErrOutcomeUnknown) {
			t.Fatalf("got %v, want ErrOutcomeUnknown", err)
		}
		if len(op.InstanceIDs()) != 2 {
			t.Errorf("%v are in hand, want the two that were named", op.InstanceIDs())
		}
		f.answers(works)
		again, err := f.client().Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s})
		if err != nil {
			t.Fatal(err)
		}
		if got := slices.Sorted(slices.Values(again.InstanceIDs())); !slices.Equal(got, f.alive()) {
			t.Errorf("resumed with %v, and the cloud has %v", got, f.alive())
		}
	})
}

// foreign answers with one instance too many, which is somebody else's.
func foreign(f *fake, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
	return &provider.RunResult{InstanceIDs: append([]string{"i-foreign"}, f.create(s).InstanceIDs...)}, nil
}

// stranger puts somebody else's instance into the cloud.
func (f *fake) stranger() {
	f.instances = append(f.instances, provider.Instance{ID: "i-foreign", Name: "theirs", Region: "region-1", CreatedAt: time.Now()})
}

// An instance that an answer names beside ours is nobody's to release: with a token the
// next answer tells which are ours, with a marker their names do.
func TestAForeignInstanceIsNotReleased(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.stranger()
		f.limits.InstancesPerCreate = 2
		asked := 0
		f.run = func(_ int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
			if s.Count == 1 {
				return nil, refusal(provider.ErrQuota, "Quota")
			}
			if asked++; asked == 1 {
				return foreign(f, s)
			}
			return f.create(s), nil
		}
		op, err := f.client().RunInstances(t.Context(), spec(3), &terminate)
		wantOnlyForeign(t, f, op, err)
	})
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.stranger()
		m.limits.InstancesPerCreate = 2
		m.run = func(_ int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
			if s.Count == 1 {
				return nil, refusal(provider.ErrQuota, "Quota")
			}
			return foreign(m.fake, s)
		}
		op, err := m.client().RunInstances(t.Context(), named(3, "web"), &terminate)
		wantOnlyForeign(t, m.fake, op, err)
	})
}

func wantOnlyForeign(t *testing.T, f *fake, op *provider.Operation, err error) {
	t.Helper()
	var e *provider.RunError
	if !errors.As(err, &e) || !errors.Is(err, provider.ErrQuota) {
		t.Fatalf("got %v, want a RunError about the quota", err)
	}
	if got := f.alive(); !slices.Equal(got, []string{"i-foreign"}) {
		t.Errorf("alive are %v, want the foreign one alone", got)
	}
	if !slices.Equal(e.Doubtful, []string{"i-foreign"}) {
		t.Errorf("doubtful are %v, want the foreign one", e.Doubtful)
	}
	if got := op.InstanceIDs(); !slices.Equal(got, []string{"i-foreign"}) {
		t.Errorf("in hand are %v, want the foreign one, told", got)
	}
}

// An answer of the right length that names an old instance is caught when a policy is
// about to release it.
func TestAnOldInstanceIsNotReleased(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.stranger()
		time.Sleep(24 * time.Hour)
		f.limits.InstancesPerCreate = 2
		f.run = func(_ int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
			if s.Count == 1 {
				return nil, refusal(provider.ErrQuota, "Quota")
			}
			res := f.create(s)
			return &provider.RunResult{InstanceIDs: []string{res.InstanceIDs[0], "i-foreign"}}, nil
		}
		_, err := f.client().RunInstances(t.Context(), spec(3), &terminate)
		if !slices.Contains(f.alive(), "i-foreign") {
			t.Error("an instance that is a day older than the operation was released")
		}
		if err == nil || !strings.Contains(err.Error(), "i-foreign") {
			t.Errorf("the error does not name it: %v", err)
		}
	})
}

// Where a cloud has neither tokens nor markers a short answer without an error is all there
// is to know.
func TestAShortAnswerThatNobodyCanConfirm(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.ClientToken = false
		f.answers(tellsMade(2, nil))
		op, err := f.client().RunInstances(t.Context(), withMinimum(3, 1), nil)
		if err != nil || len(op.InstanceIDs()) != 2 {
			t.Errorf("%v, %v; want two and no error", op.InstanceIDs(), err)
		}
		if n := len(f.tokensSent()); n != 1 {
			t.Errorf("%d creates were sent, want 1", n)
		}
	})
}

// A create that takes long is not mistaken for something older than the operation.
func TestAnOldInstanceOfALongOperationIsReleased(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.InstancesPerCreate = 2
		start := time.Now()
		f.run = func(_ int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
			switch {
			case s.Count == 2:
				return f.create(s), nil
			case time.Since(start) < time.Hour:
				return nil, throttled()
			}
			return f.create(s), nil
		}
		f.state = func(id string, _ time.Duration) (provider.State, string) {
			if id == "i-003" {
				return provider.StateFailed, "Failed"
			}
			return provider.StateRunning, "Running"
		}
		op, err := f.client(func(o *provider.Options) { o.RetryFor = 2 * time.Hour }).RunInstances(t.Context(), spec(3), &terminate)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := op.Wait(t.Context(), nil); !errors.Is(err, provider.ErrLaunchFailed) {
			t.Errorf("got %v, want the failed launch", err)
		}
		if got := f.alive(); len(got) != 0 {
			t.Errorf("%v are left", got)
		}
	})
}

// What is created for the rest of a lost create has the addresses that are left.
func TestTheRestHasTheAddressesThatAreLeft(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		s := named(3, "web")
		s.Network.PrivateIPs = []netip.Addr{netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2"), netip.MustParseAddr("10.0.0.3")}
		m.answers(some(1), works)
		if _, err := m.client().RunInstances(t.Context(), s, nil); err != nil {
			t.Fatal(err)
		}
		rest := m.made(provider.APIRunInstances)[1].spec
		if rest.Count != 2 || !slices.Equal(rest.Network.PrivateIPs, s.Network.PrivateIPs[1:]) {
			t.Errorf("the rest asks for %d at %v, want two at the last two addresses", rest.Count, rest.Network.PrivateIPs)
		}
	})
}

// Each instance is waited for by its own age, also when the creates of an operation took a
// while.
func TestEachPartHasItsOwnAge(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.InstancesPerCreate = 1
		start := time.Now()
		f.run = func(n int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
			if n > 1 && time.Since(start) < time.Minute {
				return nil, throttled()
			}
			return f.create(s), nil
		}
		op, err := f.client().RunInstances(t.Context(), spec(2), nil)
		if err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		seen := map[string]time.Duration{}
		if _, err := op.Wait(t.Context(), &provider.WaitOptions{Progress: func(e provider.Event) {
			if e.Instance.State == provider.StateRunning {
				seen[e.Instance.ID] = time.Since(begin)
			}
		}}); err != nil {
			t.Fatal(err)
		}
		if seen["i-001"] > time.Second {
			t.Errorf("the older one was seen running after %v, want at once", seen["i-001"])
		}
		if seen["i-002"] < 10*time.Second {
			t.Errorf("the younger one was seen running after %v, before it can be", seen["i-002"])
		}
	})
}

// An answer that names nothing new makes no instance younger.
func TestAnAgeIsThatOfTheFirstAnswer(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.InstancesPerCreate = 2
		f.run = func(n int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
			if n > 2 { // both are asked again, and take a minute to say the same
				time.Sleep(time.Minute)
			}
			few := *s
			few.Count = 1
			return f.create(&few), nil
		}
		op, err := f.client().RunInstances(t.Context(), withMinimum(4, 2), nil)
		if err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		if _, err := op.Wait(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begin); took > time.Second {
			t.Errorf("the wait took %v for instances a minute old, want none", took)
		}
	})
}

// Answers that name some of the instances, each time others, agree on nothing.
func TestAnswersThatNeverAgreeLeaveTheOutcomeOpen(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.PartialCreates = true
		s := spec(4)
		s.MinCount = 1
		f.run = func(n int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
			ids := f.create(s).InstanceIDs
			return &provider.RunResult{InstanceIDs: ids[n%2 : n%2+1]}, nil
		}
		op, err := f.client().RunInstances(t.Context(), s, nil)
		if !errors.Is(err, provider.ErrOutcomeUnknown) {
			t.Errorf("got %v, want an unknown outcome", err)
		}
		f.run = nil
		again, err := f.client().Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s})
		if err != nil {
			t.Fatal(err)
		}
		if got := again.InstanceIDs(); len(got) != 4 {
			t.Errorf("resumed, in hand are %v, want all four", got)
		}
	})
}

// On a cloud without tokens what is in hand is not asked for again.
func TestACreateAsksForWhatNoCertainInstanceFills(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.answers(some(2), works)
		op, err := m.client().RunInstances(t.Context(), named(5, "web"), nil)
		if err != nil {
			t.Fatal(err)
		}
		calls := m.made(provider.APIRunInstances)
		if n := calls[len(calls)-1].spec.Count; n != 3 {
			t.Errorf("the second create asks for %d, want the 3 that are missing", n)
		}
		if got := op.InstanceIDs(); len(got) != 5 {
			t.Errorf("in hand are %v, want five", got)
		}
	})
}

// What may be somebody else's fills no slot on such a cloud: once a person has looked, the
// next create asks for all that is not certain.
func TestACreateAsksForWhatOnlyDoubtfulInstancesFill(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.answers(func(f *fake, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
			one := *s
			one.Count = 1
			ids := f.create(&one).InstanceIDs
			return &provider.RunResult{InstanceIDs: append([]string{"i-x", "i-y", "i-z"}, ids...)}, nil
		}, works)
		s := named(3, "web")
		op, err := m.client().RunInstances(t.Context(), s, nil)
		if !errors.Is(err, provider.ErrOutcomeUnknown) {
			t.Fatalf("got %v, want an unknown outcome", err)
		}
		again, _ := m.client().Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s, NoneMade: true})
		calls := m.made(provider.APIRunInstances)
		if len(calls) != 2 {
			t.Fatalf("%d creates were sent, want 2", len(calls))
		}
		if n := calls[1].spec.Count; n != 2 {
			t.Errorf("the second create asks for %d, want the 2 that nothing certain fills", n)
		}
		for _, id := range m.alive() {
			if !slices.Contains(again.InstanceIDs(), id) {
				t.Errorf("%s is not in hand: %v", id, again.InstanceIDs())
			}
		}
	})
}
