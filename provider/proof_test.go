package provider_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
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
	f.servers = append(f.servers, provider.Instance{ID: "i-foreign", Name: "theirs", Region: "region-1", CreatedAt: time.Now()})
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
		for _, i := range m.servers {
			if i.Name != "theirs" {
				t.Errorf("%s is named %q, want it as it was", i.ID, i.Name)
			}
		}
	})
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

// An operation ID on a cloud without tokens is honoured with KeepMarker, and refused
// without.
func TestOperationIDsWithoutTokens(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		_, err := m.client().RunInstances(t.Context(), named(2, "web"), &provider.RunOptions{OperationID: "nightly"})
		if got := paths(t, err); !slices.Equal(got, []string{"RunOptions.OperationID"}) {
			t.Errorf("refused are %v, want RunOptions.OperationID", got)
		}
		keep := &provider.RunOptions{OperationID: "nightly", KeepMarker: true, OnFailure: provider.TerminateServers}
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
		keep := &provider.RunOptions{OperationID: "nightly", KeepMarker: true, OnFailure: provider.TerminateServers}
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

// A token of another clock never looks fresh: nothing is created by one that the cloud
// may have forgotten.
func TestClockSkewMakesNoTokenFresh(t *testing.T) {
	for _, skew := range []time.Duration{-72 * time.Hour, -61 * time.Minute, 6 * time.Minute, 3 * time.Hour, 72 * time.Hour} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			s := spec(1)
			f.answers(but(lost()))
			op, _ := f.client().RunInstances(t.Context(), s, nil)
			sent := time.Now().Add(skew).UTC().Format(time.RFC3339)
			token := edit(t, tokenOf(t, op), func(_ map[string]any, part func(int) map[string]any) { part(0)["sent"] = sent })
			f.tokens, f.calls = map[string][]string{}, nil // the cloud has forgotten it
			_, err := f.client().Resume(t.Context(), token, &provider.ResumeOptions{Spec: &s})
			if !errors.Is(err, provider.ErrOutcomeUnknown) {
				t.Errorf("a clock off by %v: %v, want ErrOutcomeUnknown", skew, err)
			}
			if n := len(f.calls); n != 0 {
				t.Errorf("a clock off by %v: %d calls, want none", skew, n)
			}
		})
	}
}

// deadToken is the answer about a token whose first create failed for good.
func deadToken() error {
	e := refusal(provider.ErrState, "IdempotentFailed")
	e.TokenDead = true
	return e
}

// A dead token ends its generation, and the next one is used.
func TestADeadTokenIsFollowedByAnother(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.answers(fails(lost()), fails(deadToken()), works)
		op, err := f.client().RunInstances(t.Context(), spec(2), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := op.InstanceIDs(); !slices.Equal(got, f.alive()) || len(got) != 2 {
			t.Errorf("in hand are %v of %v", got, f.alive())
		}
		tokens := f.tokensSent()
		if len(tokens) != 3 || tokens[0] != tokens[1] || tokens[1] == tokens[2] {
			t.Errorf("the tokens are %v, want the third to be another", tokens)
		}
	})
}

// Tokens that always die are not followed for ever, and the caller's own is followed by
// none.
func TestDeadTokensEnd(t *testing.T) {
	for own, want := range map[string]int{"": 4, "mine": 1} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			f.answers(fails(deadToken()))
			s := spec(2)
			s.ClientToken = own
			op, err := f.client().RunInstances(t.Context(), s, nil)
			if !errors.Is(err, provider.ErrState) || len(op.InstanceIDs()) != 0 {
				t.Errorf("%q: got %v, want the cloud's refusal", own, err)
			}
			if n := len(f.tokensSent()); n != want {
				t.Errorf("%q: %d creates, want %d", own, n, want)
			}
		})
	}
}

// A create that was open for two days has a way forward: by its owner's tags, or by a
// person who is told what to look for.
func TestOldCreatesHaveAWayForward(t *testing.T) {
	for _, made := range []bool{true, false} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			s, run := spec(2), &provider.RunOptions{Owner: "team-a"}
			f.answers(map[bool]answer{true: but(lost()), false: fails(lost())}[made])
			op, _ := f.client().RunInstances(t.Context(), s, run)
			time.Sleep(48 * time.Hour)
			f.tokens = map[string][]string{}
			f.answers(works)
			again, err := f.client().Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s, Run: run})
			if err != nil {
				t.Fatalf("made %v: %v", made, err)
			}
			if got := again.InstanceIDs(); len(got) != 2 || !slices.Equal(got, f.alive()) {
				t.Errorf("made %v: in hand are %v of %v", made, got, f.alive())
			}
		})
	}
	inFakeTime(t, func(t *testing.T, f *fake) {
		s := named(2, "web")
		f.answers(fails(lost()))
		op, _ := f.client().RunInstances(t.Context(), s, nil)
		time.Sleep(48 * time.Hour)
		f.answers(works)
		_, err := f.client().Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s})
		for _, want := range []string{"region-1", `"web"`, "t1.small", "2000-01-01T", "ResumeOptions.NoneMade"} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("the error does not name %s: %v", want, err)
			}
		}
		again, err := f.client().Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s, NoneMade: true})
		if err != nil || len(again.InstanceIDs()) != 2 {
			t.Errorf("after a person has looked: %v, %v", again.InstanceIDs(), err)
		}
	})
}

// What is created after a search has found some of it is only what is missing.
func TestAnOldCreateThatIsFoundInPart(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		s, run := spec(4), &provider.RunOptions{Owner: "team-a"}
		f.answers(func(f *fake, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
			if len(f.alive()) == 0 {
				few := *s
				few.Count = 1
				f.create(&few)
			}
			return nil, lost()
		})
		op, _ := f.client().RunInstances(t.Context(), s, run)
		time.Sleep(48 * time.Hour)
		f.answers(works)
		again, err := f.client().Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s, Run: run})
		if err != nil {
			t.Fatal(err)
		}
		if got := again.InstanceIDs(); len(got) != 4 || len(f.alive()) != 4 {
			t.Errorf("in hand are %v of %v, want four in all", got, f.alive())
		}
	})
}

// A plain outage costs the same on all clouds: RetryFor, and where there are no tokens
// one search more. A negative RetryFor is one create.
func TestAPlainOutage(t *testing.T) {
	for _, tc := range []struct {
		what    string
		err     func() error
		retry   time.Duration
		creates int // at most
		took    time.Duration
	}{
		{"answers lost", func() error { return lost() }, 0, 2, 4*time.Minute + 10*time.Second},
		{"answers lost, no repetition", func() error { return lost() }, -1, 1, 2*time.Minute + 10*time.Second},
		{"nothing was sent", unsent, 0, 20, 2 * time.Minute},
		{"nothing was sent, no repetition", unsent, -1, 1, time.Second},
		{"too large", tooLarge, 0, 1, time.Second},
	} {
		inMarkedTime(t, func(t *testing.T, m *marking) {
			m.run = func(int, *provider.RunInstancesSpec) (*provider.RunResult, error) { return nil, tc.err() }
			start := time.Now()
			_, err := m.client(func(o *provider.Options) { o.RetryFor = tc.retry }).RunInstances(t.Context(), named(2, "web"), nil)
			if err == nil || errors.Is(err, provider.ErrOutcomeUnknown) {
				t.Errorf("%s: got %v, want an error that leaves nothing open", tc.what, err)
			}
			if n := len(m.made(provider.APIRunInstances)); n > tc.creates {
				t.Errorf("%s: %d creates, want at most %d", tc.what, n, tc.creates)
			}
			if took := time.Since(start); took > tc.took {
				t.Errorf("%s: took %v, want at most %v", tc.what, took, tc.took)
			}
		})
	}
}

func unsent() error {
	return &provider.APIError{Driver: "fake", Op: "Call", Message: "connection refused", Outcome: provider.OutcomeUnsent, Kind: provider.ErrUnavailable}
}

func tooLarge() error {
	return &provider.APIError{Driver: "fake", Op: "Call", HTTPStatus: 413, Outcome: provider.OutcomeUnsent, Kind: provider.ErrInvalid, Lasting: true}
}

// What was never sent is not looked for, and needs no new marker.
func TestWhatWasNeverSentIsNotLookedFor(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.answers(fails(unsent()), fails(unsent()), works)
		if _, err := m.client().RunInstances(t.Context(), named(2, "web"), nil); err != nil {
			t.Fatal(err)
		}
		if n := len(m.made(provider.APIDescribeInstances)); n != 0 {
			t.Errorf("%d describes, want none", n)
		}
		names := map[string]bool{}
		for _, c := range m.made(provider.APIRunInstances) {
			names[c.spec.Name] = true
		}
		if len(names) != 1 {
			t.Errorf("%d names were sent, want one", len(names))
		}
	})
}

// While nothing happens but a search, the caller and the log hear of it, and for how
// long.
func TestASearchIsTold(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		var log bytes.Buffer
		var mu sync.Mutex
		var told []provider.RunProgress
		m.answers(but(lost()))
		m.hidden = time.Minute
		run := &provider.RunOptions{Progress: func(p provider.RunProgress) {
			mu.Lock()
			defer mu.Unlock()
			told = append(told, p)
		}}
		c := m.client(func(o *provider.Options) { o.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
		if _, err := c.RunInstances(t.Context(), named(2, "web"), run); err != nil {
			t.Fatal(err)
		}
		if len(told) != 1 || told[0].Kind != provider.Searching || told[0].For != 2*time.Minute {
			t.Errorf("told %+v, want one search of two minutes", told)
		}
		if text := log.String(); !strings.Contains(text, "looking for instances") || !strings.Contains(text, "for=2m0s") {
			t.Errorf("the log does not tell of it: %s", text)
		}
	})
}

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

// A create whose ctx ended before it was sent was not refused: another process goes on
// with it.
func TestACreateThatItsContextKeptBackIsMadeLater(t *testing.T) {
	for _, ended := range []error{context.Canceled, context.DeadlineExceeded} {
		inMarkedTime(t, func(t *testing.T, m *marking) {
			s := named(2, "web")
			m.run = func(int, *provider.RunInstancesSpec) (*provider.RunResult, error) {
				return nil, &provider.APIError{Driver: "fake", Op: "Call", Outcome: provider.OutcomeUnsent, Err: ended}
			}
			op, err := m.client().RunInstances(t.Context(), s, nil)
			if !errors.Is(err, ended) {
				t.Fatalf("got %v, want %v", err, ended)
			}
			m.run = nil
			again, err := m.client().Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s})
			if err != nil {
				t.Fatal(err)
			}
			if got := m.alive(); len(got) != 2 || !slices.Equal(got, again.InstanceIDs()) {
				t.Errorf("alive are %v, in hand %v; want two", got, again.InstanceIDs())
			}
		})
	}
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

// An order that waits to be paid is told at once, and found once it is paid.
func TestAnUnpaidOrderIsToldAtOnce(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.answers(func(*fake, *provider.RunInstancesSpec) (*provider.RunResult, error) {
			return &provider.RunResult{OrderID: "order-7", RequestID: "req-7"}, nil
		}, works)
		start, s := time.Now(), spec(2)
		op, err := f.client().RunInstances(t.Context(), s, nil)
		var unpaid *provider.UnpaidError
		if !errors.As(err, &unpaid) || unpaid.OrderID != "order-7" || !errors.Is(err, provider.ErrBalance) {
			t.Fatalf("got %v, want the order", err)
		}
		if errors.Is(err, provider.ErrOutcomeUnknown) {
			t.Errorf("nothing is unknown: %v", err)
		}
		if took := time.Since(start); took > time.Second || len(f.calls) != 1 {
			t.Errorf("%d calls in %v, want one at once", len(f.calls), took)
		}
		if info, err := provider.ReadToken(tokenOf(t, op)); err != nil || !slices.Equal(info.Orders, []string{"order-7"}) {
			t.Errorf("the token tells of orders %v, %v", info.Orders, err)
		}
		again, err := f.client().Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s})
		if err != nil || len(again.InstanceIDs()) != 2 {
			t.Errorf("after the payment: %v, %v", again.InstanceIDs(), err)
		}
	})
}

// A process whose operation another one has resumed sends nothing, releases nothing and
// saves nothing more.
func TestASupersededProcessDoesNothing(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.InstancesPerCreate = 2
		saves := 0
		run := &provider.RunOptions{OnFailure: provider.TerminateServers, Journal: provider.JournalFunc(func(context.Context, []byte) error {
			if saves++; saves > 3 {
				return provider.ErrSuperseded
			}
			return nil
		})}
		op, err := f.client().RunInstances(t.Context(), spec(40), run)
		if !errors.Is(err, provider.ErrSuperseded) {
			t.Fatalf("got %v, want ErrSuperseded", err)
		}
		creates := len(f.tokensSent())
		if creates > 3 {
			t.Errorf("%d creates were sent, and 3 saves taken", creates)
		}
		if saves != 4 {
			t.Errorf("%d saves, want none after the one that was refused", saves)
		}
		f.state = func(string, time.Duration) (provider.State, string) { return provider.StateFailed, "Failed" }
		if _, err := op.Wait(t.Context(), nil); !errors.Is(err, provider.ErrSuperseded) {
			t.Errorf("the wait ends with %v, want ErrSuperseded", err)
		}
		if _, err := op.Terminate(t.Context(), nil); !errors.Is(err, provider.ErrSuperseded) {
			t.Errorf("terminating ends with %v, want ErrSuperseded", err)
		}
		if n := len(f.made(provider.APITerminateInstances)); n != 0 {
			t.Errorf("%d releases were sent, want none", n)
		}
	})
}

// A journal that does not take the mark of a release keeps it from going out, and the
// release goes out once it does.
func TestNoReleaseWithoutItsMark(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		var broken error
		run := &provider.RunOptions{OnFailure: provider.TerminateServers, Journal: provider.JournalFunc(func(context.Context, []byte) error { return broken })}
		op, err := f.client().RunInstances(t.Context(), spec(2), run)
		if err != nil {
			t.Fatal(err)
		}
		broken = errors.New("disk full")
		f.state = func(id string, _ time.Duration) (provider.State, string) {
			if id == "i-001" {
				return provider.StateFailed, "Failed"
			}
			return provider.StateRunning, "Running"
		}
		if _, err := op.Wait(t.Context(), nil); !errors.Is(err, broken) {
			t.Errorf("the wait ends with %v, want what the journal says", err)
		}
		if n := len(f.made(provider.APITerminateInstances)); n != 0 {
			t.Errorf("%d releases were sent, want none", n)
		}
		broken = nil
		if _, err := op.Wait(t.Context(), nil); !errors.Is(err, provider.ErrLaunchFailed) {
			t.Errorf("the second wait ends with %v, want the failed launch", err)
		}
		if got := f.alive(); len(got) != 0 {
			t.Errorf("%v are left", got)
		}
	})
}

// Instances that died are owed a release before it is sent: another process goes on with
// it.
func TestAnOwedReleaseIsResumed(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		book := &notebook{}
		s := spec(2)
		run := &provider.RunOptions{Journal: book, Alternatives: []provider.Alternative{{InstanceType: "t2.small"}}}
		op, err := f.client().RunInstances(t.Context(), s, run)
		if err != nil {
			t.Fatal(err)
		}
		f.state = func(id string, _ time.Duration) (provider.State, string) {
			if id == "i-001" {
				return provider.StateFailed, "Failed"
			}
			return provider.StateRunning, "Running"
		}
		f.terminate = func(int, *provider.TerminateRequest) error { return refusal(provider.ErrPermission, "Forbidden") }
		if _, err := op.Wait(t.Context(), nil); !errors.Is(err, provider.ErrPermission) {
			t.Fatalf("got %v, want the refused release", err)
		}
		f.terminate = nil
		again, err := f.client().Resume(t.Context(), book.saved[len(book.saved)-1], &provider.ResumeOptions{Spec: &s, Run: run})
		if err != nil {
			t.Fatal(err)
		}
		if got := f.alive(); !slices.Equal(got, []string{"i-002", "i-003"}) || !slices.Equal(again.InstanceIDs(), got) {
			t.Errorf("alive are %v, in hand %v; want the dead one replaced", got, again.InstanceIDs())
		}
	})
}
