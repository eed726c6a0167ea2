package provider_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// limiter is a Limiter that lets everything go, or fails.
type limiter struct {
	mu       sync.Mutex
	fails    error
	calls    []provider.LimitedCall
	throttle []bool // what was reported
}

func (l *limiter) Wait(_ context.Context, call provider.LimitedCall) (func(bool, time.Duration), error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls = append(l.calls, call)
	return func(throttled bool, _ time.Duration) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.throttle = append(l.throttle, throttled)
	}, l.fails
}

// withLimiter returns a client of a cloud with a rate of a call an hour, below a limiter.
func (f *fake) withLimiter(l *limiter, change func(*provider.Options)) *provider.Client {
	f.rates(provider.APIDescribeInstances, provider.Rate{Calls: 1, Per: time.Hour})
	f.rates(provider.AnyAPI, provider.Rate{Calls: 2, Per: time.Hour})
	return f.client(func(o *provider.Options) {
		o.Limiter, o.Account = l, "acme"
		change(o)
	})
}

// listError lists the instances of a client and returns the error.
func listError(ctx context.Context, c *provider.Client) (err error) {
	for _, e := range c.DescribeInstances(ctx, provider.Query{}) {
		err = e
	}
	return err
}

// A limiter decides instead of the budget. It is given what it needs to know, and hears of
// throttling.
func TestALimiterDecides(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		l, start := &limiter{}, time.Now()
		c := f.withLimiter(l, func(o *provider.Options) { o.RetryFor = -1 })
		read(t, c, 5)
		if took := time.Since(start); took != 0 {
			t.Errorf("five calls took %v, want no wait", took)
		}
		want := provider.LimitedCall{
			Account: "acme", Cloud: c.Name(), Region: l.calls[0].Region, API: provider.APIDescribeInstances,
			Own: provider.Rate{Calls: 1, Per: time.Hour}, All: provider.Rate{Calls: 2, Per: time.Hour},
		}
		if got := l.calls[0]; got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
		f.describe = func(int, *provider.DescribeRequest) (*provider.DescribePage, error) { return nil, throttled() }
		if err := listError(t.Context(), c); !errors.Is(err, provider.ErrThrottled) {
			t.Errorf("got %v, want %v", err, provider.ErrThrottled)
		}
		if !l.throttle[len(l.throttle)-1] {
			t.Error("the throttled call was not reported")
		}
	})
}

// A limiter that fails is replaced by the budget and said in the log; or it fails the call,
// and then nothing is sent.
func TestALimiterThatFails(t *testing.T) {
	for _, only := range []bool{false, true} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			l := &limiter{fails: errors.New("no route to the store")}
			var log bytes.Buffer
			c := f.withLimiter(l, func(o *provider.Options) {
				o.LimiterOnly, o.RetryFor = only, -1
				o.Logger = slog.New(slog.NewTextHandler(&log, nil))
			})
			err := listError(t.Context(), c)
			if failed := errors.Is(err, provider.ErrUnavailable) && errors.Is(err, l.fails); failed != only {
				t.Errorf("only %v: got %v", only, err)
			}
			sent := len(f.made(provider.APIDescribeInstances))
			if want := map[bool]int{false: 1, true: 0}[only]; sent != want {
				t.Errorf("only %v: %d calls sent, want %d", only, sent, want)
			}
			if !strings.Contains(log.String(), "no route to the store") {
				t.Errorf("only %v: the log does not say why: %s", only, log.String())
			}
		})
	}
}

// What a limiter knows to be too late is a BudgetError.
func TestALimiterThatSaysTooLate(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		l := &limiter{fails: &provider.BudgetError{FreesIn: time.Hour, EndsIn: time.Minute}}
		c := f.withLimiter(l, func(*provider.Options) {})
		var late *provider.BudgetError
		if err := listError(t.Context(), c); !errors.As(err, &late) {
			t.Fatalf("got %v, want a BudgetError", err)
		}
		if late.API != provider.APIDescribeInstances || late.FreesIn != time.Hour {
			t.Errorf("got %+v", late)
		}
	})
}
