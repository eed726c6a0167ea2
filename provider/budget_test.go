package provider_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// rates sets the documented rates of the fake.
func (f *fake) rates(api provider.API, r provider.Rate) {
	if f.limits.Rates == nil {
		f.limits.Rates = map[provider.API]provider.Rate{}
	}
	f.limits.Rates[api] = r
}

// most returns the largest number of calls in any stretch of time that long.
func most(calls []call, per time.Duration) (n int) {
	for i := range calls {
		j := i
		for j < len(calls) && calls[j].at.Sub(calls[i].at) < per {
			j++
		}
		n = max(n, j-i)
	}
	return n
}

// read makes n describe calls side by side.
func read(t *testing.T, c *provider.Client, n int) {
	t.Helper()
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			for _, err := range c.DescribeInstances(t.Context(), provider.Query{}) {
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

func TestDocumentedRatesAreNeverExceeded(t *testing.T) {
	for _, r := range []provider.Rate{
		{Calls: 10, Per: time.Second},
		{Calls: 5, Per: time.Second, Burst: 1},
		{Calls: 20, Per: time.Minute},
		{Calls: 20, Per: time.Minute, Burst: 20},
		{Calls: 1, Per: time.Second},
	} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			f.rates(provider.APIDescribeInstances, r)
			c := f.client()
			start := time.Now()
			read(t, c, 3*r.Calls)
			took := time.Since(start)
			time.Sleep(r.Per / 2)
			read(t, c, 3*r.Calls)
			calls := f.made(provider.APIDescribeInstances)
			if n := most(calls, r.Per); n > r.Calls {
				t.Errorf("%+v: %d calls within %v", r, n, r.Per)
			}
			if took > 3*r.Per+time.Millisecond {
				t.Errorf("%+v: %d calls took %v, which wastes the budget", r, 3*r.Calls, took)
			}
			if r.Burst > 0 && len(calls) > r.Burst && calls[r.Burst].at.Equal(calls[0].at) {
				t.Errorf("%+v: more than the burst came at once", r)
			}
		})
	}
}

// Describes that hang hold up no create, also where one rate counts all calls.
func TestHangingDescribesHoldUpNoCreate(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.rates(provider.AnyAPI, provider.Rate{Calls: 100, Per: time.Second})
		f.describe = func(int, *provider.DescribeRequest) (*provider.DescribePage, error) {
			time.Sleep(time.Minute)
			return &provider.DescribePage{}, nil
		}
		c := f.client()
		var wg sync.WaitGroup
		wg.Go(func() { read(t, c, 20) })
		time.Sleep(time.Second)
		start := time.Now()
		if _, err := c.RunInstances(t.Context(), spec(1), nil); err != nil || time.Since(start) > time.Second {
			t.Errorf("a create took %v: %v", time.Since(start), err)
		}
		wg.Wait()
	})
}

func TestAllCallsShareTheAccountsRate(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.rates(provider.AnyAPI, provider.Rate{Calls: 6, Per: time.Minute})
		f.rates(provider.APIRunInstances, provider.Rate{Calls: 10, Per: time.Second})
		c := f.client()
		var wg sync.WaitGroup
		for _, region := range []string{"region-1", "region-2"} {
			wg.Go(func() {
				for range 5 {
					s := spec(1)
					s.Region = region
					if _, err := c.RunInstances(t.Context(), s, nil); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Go(func() { read(t, c, 10) })
		wg.Wait()
		if n := most(f.calls, time.Minute); n > 6 || len(f.calls) != 20 {
			t.Errorf("%d calls in all, up to %d within a minute; want 20 and 6", len(f.calls), n)
		}
	})
}

// A process that is alone has its whole burst at once. One of several has its part of the rate.
func TestAProcessTakesItsShareOfTheRate(t *testing.T) {
	for processes, least := range map[int]time.Duration{0: 0, 1: 0, 4: 2 * time.Second} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			f.rates(provider.APIDescribeInstances, provider.Rate{Calls: 20, Per: time.Second})
			c := f.client(func(o *provider.Options) { o.Budget = &provider.Budget{Processes: processes} })
			start := time.Now()
			read(t, c, 20)
			took := time.Since(start)
			if took < least {
				t.Errorf("%d processes: 20 calls took %v, want at least %v", processes, took, least)
			}
			if limit := least * 5 / 2; took > limit {
				t.Errorf("%d processes: 20 calls took %v, want at most %v", processes, took, limit)
			}
		})
	}
}

func TestRegionsHaveTheirOwnRate(t *testing.T) {
	for _, together := range []bool{false, true} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			f.rates(provider.APIRunInstances, provider.Rate{Calls: 1, Per: time.Minute})
			f.limits.RatesSpanRegions = together
			c, start := f.client(), time.Now()
			for _, region := range []string{"a", "b", "c"} {
				s := spec(1)
				s.Region = region
				if _, err := c.RunInstances(t.Context(), s, nil); err != nil {
					t.Error(err)
				}
			}
			want := time.Duration(0)
			if together {
				want = 2 * time.Minute
			}
			if took := time.Since(start); took != want {
				t.Errorf("counted together %v: three regions waited %v for each other, want %v", together, took, want)
			}
		})
	}
}

// gap is the time between the two latest calls.
func (f *fake) gap() time.Duration {
	n := len(f.calls)
	return f.calls[n-1].at.Sub(f.calls[n-2].at)
}

func TestThrottlingHalvesTheRateAndCalmRestoresIt(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.rates(provider.APIDescribeInstances, provider.Rate{Calls: 1, Per: time.Second})
		c := f.client(func(o *provider.Options) { o.RetryFor = -1 })
		read(t, c, 2)
		if f.gap() != time.Second {
			t.Fatalf("a call every %v, want every second", f.gap())
		}
		f.describe = func(int, *provider.DescribeRequest) (*provider.DescribePage, error) { return nil, throttled() }
		for range 2 {
			for _, err := range c.DescribeInstances(t.Context(), provider.Query{}) {
				if !errors.Is(err, provider.ErrThrottled) {
					t.Error(err)
				}
			}
		}
		f.describe = nil
		read(t, c, 2)
		if f.gap() < 3900*time.Millisecond {
			t.Errorf("twice throttled, a call every %v, want every 4 s", f.gap())
		}
		for range 10 { // calm times of 10 s
			time.Sleep(10 * time.Second)
			read(t, c, 1)
		}
		read(t, c, 3)
		if f.gap() != time.Second {
			t.Errorf("after calm times a call every %v, want every second again", f.gap())
		}
	})
}

func TestABudgetThatIsTooSlowForTheDeadline(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.rates(provider.APIDescribeInstances, provider.Rate{Calls: 1, Per: time.Hour})
		c := f.client()
		read(t, c, 1)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		start := time.Now()
		for _, err := range c.DescribeInstances(ctx, provider.Query{}) {
			if took := time.Since(start); took != 0 {
				t.Errorf("it took %v to say that there is no point in waiting", took)
			}
			var e *provider.BudgetError
			if !errors.As(err, &e) || !errors.Is(err, provider.ErrThrottled) || errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("want a BudgetError while ctx is alive, got %v", err)
				continue
			}
			if e.FreesIn != time.Hour || e.EndsIn != time.Minute || e.API != provider.APIDescribeInstances {
				t.Errorf("got %+v", e)
			}
		}
		if len(f.calls) != 1 {
			t.Errorf("%d calls", len(f.calls))
		}
	})
}
