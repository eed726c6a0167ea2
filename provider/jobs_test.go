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

// ofFirstJob reports whether an instance is of the first create.
func ofFirstJob(id string) bool { return id == "i-001" || id == "i-002" }

// stuck keeps the instances of the first create pending, or hides them.
func (f *withJobs) stuck(hide bool) {
	f.state = func(id string, age time.Duration) (provider.State, string) {
		switch {
		case ofFirstJob(id) && hide:
			return "", ""
		case ofFirstJob(id), age < 15*time.Second:
			return provider.StatePending, "pending"
		}
		return provider.StateRunning, "running"
	}
}

// Instances of a failed job are replaced from the next alternative.
func TestInstancesOfAFailedJobAreReplaced(t *testing.T) {
	for name, hide := range map[string]bool{"that stay pending": false, "that never show up": true} {
		inJobTime(t, func(t *testing.T, f *withJobs, c *provider.Client) {
			f.failure = noStockJob()
			f.stuck(hide)
			if hide {
				f.terminate = func(_ int, r *provider.TerminateRequest) error {
					if slices.ContainsFunc(r.IDs, ofFirstJob) {
						return refusal(provider.ErrNotFound, "ResourceNotFound")
					}
					return f.release(r.IDs)
				}
			}
			s, o := inZone(4, "b")
			op, err := c.RunInstances(t.Context(), s, o)
			if err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			list, err := op.Wait(t.Context(), nil)
			if len(list) != 4 {
				t.Errorf("%s: got %d ready instances, want 4", name, len(list))
			}
			if err != nil {
				t.Errorf("%s: got error %v, want none", name, err)
			}
			if got := f.fake.asked(); !slices.Contains(got, "2xt1.small@b") {
				t.Errorf("%s: creates %v, want one of 2 in zone b", name, got)
			}
			if took := time.Since(began); took > 5*time.Minute {
				t.Errorf("%s: it took %v, want less than five minutes", name, took)
			}
		})
	}
}

// OnFailure releases what a failed job has left.
func TestAFailedJobIsAFailureForOnFailure(t *testing.T) {
	inJobTime(t, func(t *testing.T, f *withJobs, c *provider.Client) {
		f.failure = noStockJob()
		f.stuck(false)
		op, err := c.RunInstances(t.Context(), spec(4), &provider.RunOptions{OnFailure: provider.TerminateOnFailure})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := op.Wait(t.Context(), nil); !errors.Is(err, provider.ErrNoStock) {
			t.Errorf("got %v, want ErrNoStock", err)
		}
		if left := f.alive(); len(left) != 0 {
			t.Errorf("%v are left, want none", left)
		}
	})
}

// allJobs makes every job fail.
type allJobs struct{ *withJobs }

func (f *allJobs) DescribeJob(context.Context, string, string) (done bool, failure, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.withJobs.asked++
	return true, f.failure, nil
}

// Ten failed jobs are told together.
func TestManyFailedJobsAreToldAtOnce(t *testing.T) {
	inJobTime(t, func(t *testing.T, f *withJobs, _ *provider.Client) {
		f.failure, f.boot = noStockJob(), time.Hour
		c := provider.NewClient(&allJobs{f}, &provider.Options{Region: "region-1"})
		op := run(t, c, 20)
		began := time.Now()
		_, err := op.Wait(t.Context(), nil)
		var w *provider.WaitError
		if !errors.As(err, &w) {
			t.Fatalf("got %v, want a *WaitError", err)
		}
		if len(w.Failed) != 20 {
			t.Errorf("got %d failed instances, want 20", len(w.Failed))
		}
		if took := time.Since(began); took > time.Minute {
			t.Errorf("it took %v, want less than a minute", took)
		}
	})
}

// A job may fail for one instance of several: those that run are ready, also when no look has
// shown it yet.
func TestAFailedJobDoesNotTouchWhatRuns(t *testing.T) {
	for _, boot := range []time.Duration{8 * time.Second, 9500 * time.Millisecond, 9 * time.Second, 11 * time.Second} {
		inJobTime(t, func(t *testing.T, f *withJobs, c *provider.Client) {
			f.failure, f.boot = noStockJob(), boot
			f.state = func(id string, age time.Duration) (provider.State, string) {
				if id == "i-002" || age < boot {
					return provider.StatePending, "pending"
				}
				return provider.StateRunning, "running"
			}
			op := run(t, c, 2)
			list, err := op.Wait(t.Context(), nil)
			if boot < 10*time.Second && len(list) != 1 {
				t.Errorf("%v: got %d ready instances, want 1", boot, len(list))
			}
			if !errors.Is(err, provider.ErrNoStock) {
				t.Errorf("%v: got %v, want ErrNoStock", boot, err)
			}
		})
	}
}

// deafJobs fails every question about a job.
type deafJobs struct{ *withJobs }

func (f *deafJobs) DescribeJob(context.Context, string, string) (done bool, failure, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.withJobs.asked++
	return false, nil, f.failure
}

// A question about a job that fails says nothing about the instances.
func TestAJobThatCannotBeAskedAboutFailsNothing(t *testing.T) {
	for _, why := range []error{
		refusal(provider.ErrPermission, "1400"), refusal(provider.ErrNotFound, "2100"), throttled(), lost(),
	} {
		inJobTime(t, func(t *testing.T, f *withJobs, _ *provider.Client) {
			f.failure, f.boot = why, 10*time.Minute
			c := provider.NewClient(&deafJobs{f}, &provider.Options{Region: "region-1"})
			list, err := run(t, c, 4).Wait(t.Context(), nil)
			if err != nil {
				t.Errorf("%v: got error %v, want none", why, err)
			}
			if len(list) != 4 {
				t.Errorf("%v: got %d ready instances, want 4", why, len(list))
			}
			if f.asked > 40 {
				t.Errorf("%v: %d questions, want few", why, f.asked)
			}
		})
	}
}

// A caller that only looks hears of a failed job too.
func TestALookTellsOfAFailedJob(t *testing.T) {
	for name, hide := range map[string]bool{"that stay pending": false, "that never show up": true} {
		inJobTime(t, func(t *testing.T, f *withJobs, c *provider.Client) {
			f.failure = noStockJob()
			f.stuck(hide)
			op := run(t, c, 4)
			time.Sleep(time.Minute)
			l, err := op.Look(t.Context())
			if err != nil {
				t.Errorf("%s: got error %v, want none", name, err)
			}
			if len(l.Failed) != 2 {
				t.Fatalf("%s: got %s, want 2 failed", name, l.String())
			}
			if !errors.Is(l.Failed[0], provider.ErrNoStock) {
				t.Errorf("%s: got %v, want ErrNoStock", name, l.Failed[0])
			}
			if !strings.Contains(l.Failed[0].Error(), "2301") {
				t.Errorf("%s: the error %q lacks the reason of the job", name, l.Failed[0])
			}
		})
	}
}

// Looks of a process that keeps nothing but the token ask about a job as rarely as a wait does.
func TestLooksFromTokensAskAboutJobsRarely(t *testing.T) {
	inJobTime(t, func(t *testing.T, f *withJobs, c *provider.Client) {
		f.state = func(string, time.Duration) (provider.State, string) { return provider.StatePending, "pending" }
		token, err := run(t, c, 2).MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		for start := time.Now(); time.Since(start) < 10*time.Minute; time.Sleep(5 * time.Second) {
			op, err := c.Resume(t.Context(), token, nil)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := op.Look(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if f.asked < 4 || f.asked > 12 {
			t.Errorf("%d questions in ten minutes, want some", f.asked)
		}
	})
}

// A wait that goes on after a job has failed tells no state twice.
func TestAFailedJobRepeatsNoEvents(t *testing.T) {
	inJobTime(t, func(t *testing.T, f *withJobs, c *provider.Client) {
		f.failure = noStockJob()
		f.state = func(id string, age time.Duration) (provider.State, string) {
			if ofFirstJob(id) || age < time.Minute {
				return provider.StatePending, "pending"
			}
			return provider.StateRunning, "running"
		}
		told := map[string]int{}
		_, err := run(t, c, 4).Wait(t.Context(), &provider.WaitOptions{Progress: func(e provider.Event) {
			told[e.Instance.ID+" "+string(e.Instance.State)]++
		}})
		if !errors.Is(err, provider.ErrNoStock) {
			t.Errorf("got %v, want ErrNoStock", err)
		}
		for what, n := range told {
			if n != 1 {
				t.Errorf("%s was told %d times, want once", what, n)
			}
		}
		if n := told["i-001 failed"]; n != 1 {
			t.Errorf("the failure of i-001 was told %d times, want once: %v", n, told)
		}
	})
}
