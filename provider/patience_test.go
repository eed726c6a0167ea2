package provider_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// Three hundred creates at once, of which every other call is spoilt, stand in line
// for minutes. That is not the cloud's time: each ends with an answer.
func TestPatienceIsNotSpentInTheQueue(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.rates(provider.APIRunInstances, provider.Rate{Calls: 1, Per: time.Second})
		var mu sync.Mutex
		tries := map[string]int{}
		f.run = func(n int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
			mu.Lock()
			tries[s.ClientToken]++
			first := tries[s.ClientToken] <= n%4 // 0 to 3 spoilt calls in a row
			mu.Unlock()
			if first || n%100 < 20 {
				res := f.create(s)
				if n%2 == 0 {
					return nil, lost()
				}
				return &provider.RunResult{RequestID: res.RequestID}, lost()
			}
			return f.create(s), nil
		}
		c := f.client(func(o *provider.Options) { o.RetryFor = time.Minute })
		start := time.Now()
		var herd sync.WaitGroup
		for range 300 {
			herd.Go(func() { run(t, c, 1) })
		}
		herd.Wait()
		calls := len(f.made(provider.APIRunInstances))
		if spoilt := calls - 300; spoilt < 130 || time.Since(start) < 5*time.Minute {
			t.Errorf("%d of %d calls were spoilt within %v: the test proves nothing", spoilt, calls, time.Since(start))
		}
		if n := len(f.alive()); n != 300 {
			t.Errorf("%d instances, want 300", n)
		}
	})
}

// A slot that other calls of the same request hold is a queue as well.
func TestPatienceIsNotSpentWaitingForASlot(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.IDsPerTerminate = 1
		ids := old(t, f, 40)
		f.delay = 20 * time.Second
		tries := map[string]int{}
		f.terminate = func(_ int, r *provider.TerminateRequest) error {
			f.mu.Lock()
			tries[r.IDs[0]]++
			again := tries[r.IDs[0]] < 3
			f.mu.Unlock()
			if again {
				return lost()
			}
			return f.release(r.IDs)
		}
		c := f.client(func(o *provider.Options) { o.RetryFor = time.Minute })
		terminates(t, c, ids...)
	})
}

// A service that says how long it wants to be left alone is left alone, by this call
// and by the next.
func TestRetryAfterIsKept(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.rates(provider.APIDescribeInstances, provider.Rate{Calls: 100, Per: time.Second})
		wait := throttled()
		wait.RetryAfter = 40 * time.Second
		f.describe = func(n int, r *provider.DescribeRequest) (*provider.DescribePage, error) {
			if n == 1 {
				return nil, wait
			}
			return f.look(r), nil
		}
		c, start := f.client(), time.Now()
		var both sync.WaitGroup
		both.Go(func() { read(t, c, 1) })
		time.Sleep(time.Second)
		read(t, c, 1)
		both.Wait()
		for _, call := range f.calls[1:] {
			if after := call.at.Sub(start); after < 40*time.Second || after > time.Minute {
				t.Errorf("a call %v after the service asked for 40 s of peace", after)
			}
		}
	})
}

func TestARetryAfterBeyondRetryForIsToldAtOnce(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		wait := throttled()
		wait.RetryAfter = time.Hour
		f.describe = func(int, *provider.DescribeRequest) (*provider.DescribePage, error) { return nil, wait }
		start := time.Now()
		for _, err := range f.client().DescribeInstances(t.Context(), provider.Query{}) {
			if took := time.Since(start); !errors.Is(err, provider.ErrThrottled) || took != 0 {
				t.Errorf("after %v: %v; want the throttle at once", took, err)
			}
		}
	})
}

// A call that the budget cannot let go in time was never made: nothing slows down
// for it, and nobody repeats it.
func TestABudgetErrorIsNoThrottle(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.rates(provider.APIRunInstances, provider.Rate{Calls: 1, Per: 10 * time.Second})
		c := f.client()
		run(t, c, 1)
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		start := time.Now()
		_, err := c.RunInstances(ctx, spec(1), nil)
		var e *provider.BudgetError
		if !errors.As(err, &e) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, provider.ErrOutcomeUnknown) {
			t.Errorf("want a BudgetError and nothing left open, got %v", err)
		}
		if took := time.Since(start); took != 0 {
			t.Errorf("it took %v", took)
		}
		run(t, c, 1)
		run(t, c, 1)
		if f.gap() != 10*time.Second {
			t.Errorf("a call every %v, want the whole rate", f.gap())
		}
	})
}
