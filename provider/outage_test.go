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

// What a search finds proves that the cloud works: RetryFor begins anew.
func TestProgressRenewsThePatience(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.answers(some(1), fails(lost()), works)
		op, err := m.client(func(o *provider.Options) { o.RetryFor = 3 * time.Minute }).RunInstances(t.Context(), named(3, "web"), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := op.InstanceIDs(); len(got) != 3 || !slices.Equal(got, m.alive()) {
			t.Errorf("in hand are %v of %v, want three", got, m.alive())
		}
	})
}

// However often a search finds something, a part is created four times at most.
func TestCreatesOfOnePartAreBounded(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.answers(some(1))
		op, err := m.client().RunInstances(t.Context(), named(10, "web"), nil)
		if !errors.Is(err, provider.ErrUnavailable) {
			t.Errorf("got %v, want what happened to the last create", err)
		}
		if n := len(m.made(provider.APIRunInstances)); n != 4 {
			t.Errorf("%d creates, want 4", n)
		}
		if got := op.InstanceIDs(); !slices.Equal(got, m.alive()) {
			t.Errorf("in hand are %v of %v", got, m.alive())
		}
	})
}

// A negative RetryFor means one create for each call of the caller: a resume that only had
// to look for the last one makes one of its own.
func TestAResumeWithoutRepetitionMakesOneCreate(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		once := func(o *provider.Options) { o.RetryFor = -1 }
		m.answers(fails(lost()), works)
		m.describe = func(int, *provider.DescribeRequest) (*provider.DescribePage, error) { return nil, lost() }
		s := named(2, "web")
		op, err := m.client(once).RunInstances(t.Context(), s, nil)
		if !errors.Is(err, provider.ErrOutcomeUnknown) {
			t.Fatalf("got %v, want an unknown outcome", err)
		}
		m.describe = nil
		again, err := m.client(once).Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s})
		if err != nil {
			t.Fatal(err)
		}
		if got := again.InstanceIDs(); len(got) != 2 || !slices.Equal(got, m.alive()) {
			t.Errorf("in hand are %v of %v, want two", got, m.alive())
		}
	})
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
		searches := slices.DeleteFunc(m.made(provider.APIDescribeInstances), func(c call) bool { return len(c.ids) > 0 })
		if n := len(searches); n != 0 {
			t.Errorf("%d listings, want none", n)
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
