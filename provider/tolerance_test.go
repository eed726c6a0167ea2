package provider_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

func TestAnUnreadFieldIsLoggedOnce(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		var log bytes.Buffer
		f.describe = func(_ int, r *provider.DescribeRequest) (*provider.DescribePage, error) {
			page := f.look(r)
			page.Unread = []string{"Instances[].Memory"}
			return page, nil
		}
		c := f.client(func(o *provider.Options) { o.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
		run(t, c, 205)
		if got := list(t, c, provider.Query{}); len(got) != 205 {
			t.Errorf("instances: got %d, want 205", len(got))
		}
		if n := strings.Count(log.String(), "Instances[].Memory"); n != 1 {
			t.Errorf("log records about the field: got %d, want 1", n)
		}
	})
}

// noHost is the error of a call whose host does not exist.
func noHost() error {
	return &provider.APIError{
		Driver: "fake", Op: "RunInstances", Message: "no such host", Outcome: provider.OutcomeUnsent,
		Kind: provider.ErrUnavailable, NoHost: true,
	}
}

func TestAHostThatDoesNotExistEndsACallSoon(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.run = func(int, *provider.RunInstancesSpec) (*provider.RunResult, error) { return nil, noHost() }
		began := time.Now()
		_, err := f.client().RunInstances(t.Context(), spec(1), nil)
		if !errors.Is(err, provider.ErrUnavailable) {
			t.Errorf("got %v, want ErrUnavailable", err)
		}
		if took := time.Since(began); took > 15*time.Second {
			t.Errorf("it took %v, want seconds", took)
		}
	})
}

func TestAHostThatDoesNotExistEndsAChangeSoon(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.terminate = func(int, *provider.TerminateRequest) error { return noHost() }
		f.power = func(int, *provider.PowerRequest) (*provider.PowerResult, error) { return nil, noHost() }
		began := time.Now()
		_, err := f.client().TerminateInstances(t.Context(), "", []string{"i-1"}, nil)
		if !errors.Is(err, provider.ErrUnavailable) {
			t.Errorf("a release: got %v, want ErrUnavailable", err)
		}
		if took := time.Since(began); took > 15*time.Second {
			t.Errorf("a release took %v, want seconds", took)
		}
		began = time.Now()
		if err := f.client().StartInstances(t.Context(), "", []string{"i-1"}, nil); !errors.Is(err, provider.ErrUnavailable) {
			t.Errorf("a start: got %v, want ErrUnavailable", err)
		}
		if took := time.Since(began); took > 15*time.Second {
			t.Errorf("a start took %v, want seconds", took)
		}
	})
}

func TestAHostThatIsMissingForAMomentIsFound(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.run = func(n int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
			if n < 3 {
				return nil, noHost()
			}
			return f.create(s), nil
		}
		op, err := f.client().RunInstances(t.Context(), spec(1), nil)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(op.InstanceIDs()); n != 1 {
			t.Errorf("instances: got %d, want 1", n)
		}
	})
}

func TestAWaitInARegionThatDoesNotExistEndsSoon(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.describe = func(int, *provider.DescribeRequest) (*provider.DescribePage, error) { return nil, noHost() }
		began := time.Now()
		_, err := f.client().WaitInstances(t.Context(), "region-9", []string{"i-001"}, provider.StateRunning, nil)
		if !errors.Is(err, provider.ErrUnavailable) {
			t.Errorf("got %v, want ErrUnavailable", err)
		}
		if took := time.Since(began); took > 30*time.Second {
			t.Errorf("it took %v, want seconds", took)
		}
	})
}

func TestAWaitOutlivesAHostThatIsMissingForAMoment(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		op := run(t, f.client(), 1)
		f.describe = func(n int, r *provider.DescribeRequest) (*provider.DescribePage, error) {
			if n < 2 {
				return nil, noHost()
			}
			return f.look(r), nil
		}
		if _, err := op.Wait(t.Context(), nil); err != nil {
			t.Errorf("got %v, want a running instance", err)
		}
	})
}

func TestALaunchErrorMatchesItsKind(t *testing.T) {
	err := error(&provider.LaunchError{Driver: "fake", InstanceID: "i-1", Kind: provider.LockArrears.Kind()})
	for _, want := range []error{provider.ErrLaunchFailed, provider.ErrBalance} {
		if !errors.Is(err, want) {
			t.Errorf("got no match of %v, want one", want)
		}
	}
}
