package provider_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// withJobs is a cloud that makes instances in jobs.
type withJobs struct {
	*fake
	failure error // of every job, at once
	asked   int
}

func (f *withJobs) RunInstances(ctx context.Context, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
	res, err := f.fake.RunInstances(ctx, s)
	if res != nil {
		res.JobID = "j-" + res.InstanceIDs[0]
	}
	return res, err
}

func (f *withJobs) DescribeJob(_ context.Context, _, jobID string) (done bool, failure, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.asked++; jobID == "j-i-001" {
		return f.failure != nil, f.failure, nil
	}
	return true, nil, nil
}

func inJobTime(t *testing.T, test func(t *testing.T, f *withJobs, c *provider.Client)) {
	t.Helper()
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.InstancesPerCreate = 2
		j := &withJobs{fake: f}
		test(t, j, provider.NewClient(j, &provider.Options{Region: "region-1"}))
	})
}

func noStockJob() error {
	return &provider.APIError{
		Driver: "fake", Op: "RunInstances", Message: "job j-1 has failed: 2301", Kind: provider.ErrNoStock,
		Outcome: provider.OutcomeUnknown,
	}
}

func TestAFailedJobEndsTheWaitForItsInstances(t *testing.T) {
	for name, hide := range map[string]bool{"that stay pending": false, "that never show up": true} {
		inJobTime(t, func(t *testing.T, f *withJobs, c *provider.Client) {
			f.failure = noStockJob()
			f.describe = func(_ int, r *provider.DescribeRequest) (*provider.DescribePage, error) {
				page := f.look(r)
				var list []provider.Instance
				for _, i := range page.Instances {
					ofJob := i.ID == "i-001" || i.ID == "i-002"
					if ofJob {
						i.State, i.RawState = provider.StatePending, "pending"
					}
					if !ofJob || !hide {
						list = append(list, i)
					}
				}
				page.Instances = list
				return page, nil
			}
			op := run(t, c, 4)
			began := time.Now()
			list, err := op.Wait(t.Context(), nil)
			if len(list) != 2 {
				t.Errorf("%s: got %d ready instances, want the 2 of the other create", name, len(list))
			}
			if !errors.Is(err, provider.ErrNoStock) {
				t.Errorf("%s: got %v, want ErrNoStock", name, err)
			}
			if !strings.Contains(err.Error(), "2301") {
				t.Errorf("%s: the error %q lacks the reason of the job", name, err)
			}
			if took := time.Since(began); took > time.Minute {
				t.Errorf("%s: it took %v, want less than a minute", name, took)
			}
			var w *provider.WaitError
			if !errors.As(err, &w) {
				t.Fatalf("%s: got %T, want a *WaitError", name, err)
			}
			if w.Err != nil {
				t.Errorf("%s: the wait seems to be cut: %v", name, w.Err)
			}
			if len(w.Failed) != 2 {
				t.Errorf("%s: got %d failed instances, want 2", name, len(w.Failed))
			}
		})
	}
}

func TestAResumedOperationKnowsItsJobs(t *testing.T) {
	inJobTime(t, func(t *testing.T, f *withJobs, c *provider.Client) {
		token, err := run(t, c, 2).MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		f.failure = noStockJob()
		f.showing(func(i *provider.Instance) { i.State, i.RawState = provider.StatePending, "pending" })
		op, err := c.Resume(t.Context(), token, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := op.Wait(t.Context(), nil); !errors.Is(err, provider.ErrNoStock) {
			t.Errorf("got %v, want ErrNoStock", err)
		}
	})
}

func TestJobsOfInstancesThatRunAreNotAskedFor(t *testing.T) {
	inJobTime(t, func(t *testing.T, f *withJobs, c *provider.Client) {
		op := run(t, c, 2)
		if _, err := op.Wait(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if f.asked > 1 {
			t.Errorf("got %d questions about a job, want at most 1", f.asked)
		}
	})
}

func TestAPendingInstanceOfAGoodJobIsWaitedFor(t *testing.T) {
	inJobTime(t, func(t *testing.T, f *withJobs, c *provider.Client) {
		f.boot = time.Hour
		list, err := run(t, c, 2).Wait(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(list) != 2 {
			t.Errorf("got %d ready instances, want 2", len(list))
		}
		if f.asked > 40 {
			t.Errorf("got %d questions about a job in an hour, want few", f.asked)
		}
	})
}
