package limit_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"example.com/redislimit/limit"
	"github.com/redis/go-redis/v9"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/tencent"
)

// onEach runs a test on each server.
func onEach(t *testing.T, test func(t *testing.T, c *redis.Client)) {
	t.Helper()
	for name, store := range stores() {
		t.Run(name, func(t *testing.T) { test(t, store(t)) })
	}
}

// reads is a call of a rate.
func reads(r provider.Rate) provider.LimitedCall {
	return provider.LimitedCall{Account: "acme", Cloud: "fake", API: provider.APIDescribeInstances, Own: r}
}

// take makes calls side by side in as many processes, answered at once, and returns when each
// was let go.
func take(t *testing.T, c *redis.Client, call provider.LimitedCall, processes, each int) (at []time.Time) {
	t.Helper()
	var mu sync.Mutex
	var all sync.WaitGroup
	for range processes {
		l := &limit.Limiter{Client: c}
		all.Go(func() {
			for range each {
				report, err := l.Wait(t.Context(), call)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				at = append(at, time.Now())
				mu.Unlock()
				report(false, 0)
			}
		})
	}
	all.Wait()
	slices.SortFunc(at, time.Time.Compare)
	return at
}

// Never are more calls let go within the rate's time than the rate has, whatever was before:
// this is what a bucket that is refilled (GCRA) does not keep.
func TestAWindowIsExact(t *testing.T) {
	onEach(t, func(t *testing.T, c *redis.Client) {
		r := provider.Rate{Calls: 20, Per: 500 * time.Millisecond}
		at := take(t, c, reads(r), 8, 10)
		for i := r.Calls; i < len(at); i++ {
			// The clock of the server is read a little before that of the test.
			if d := at[i].Sub(at[i-r.Calls]); d < r.Per-20*time.Millisecond {
				t.Fatalf("calls %d and %d are %v apart, want at least %v", i-r.Calls, i, d, r.Per)
			}
		}
		if took, want := at[len(at)-1].Sub(at[0]), 3*r.Per; took > 2*want {
			t.Errorf("%d calls took %v, want about %v", len(at), took, want)
		}
	})
}

// A rate of more than a second allows its burst, and then goes call by call.
func TestAPace(t *testing.T) {
	onEach(t, func(t *testing.T, c *redis.Client) {
		at := take(t, c, reads(provider.Rate{Calls: 100, Per: 5 * time.Second, Burst: 5}), 2, 5)
		if d, limit := at[4].Sub(at[0]), 150*time.Millisecond; d > limit {
			t.Errorf("the burst took %v, want at most %v", d, limit)
		}
		if d, want := at[9].Sub(at[4]), 250*time.Millisecond; d < want-50*time.Millisecond {
			t.Errorf("five more calls took %v, want %v", d, want)
		}
	})
}

// A call takes its place in both of its rates, and in neither when one has no room.
func TestBothRatesMustHaveRoom(t *testing.T) {
	onEach(t, func(t *testing.T, c *redis.Client) {
		l := &limit.Limiter{Client: c}
		call := reads(provider.Rate{Calls: 5, Per: time.Hour, Burst: 5})
		call.All = provider.Rate{Calls: 1, Per: time.Hour, Burst: 1}
		if _, err := l.Wait(t.Context(), call); err != nil {
			t.Fatal(err)
		}
		var late *provider.BudgetError
		if _, err := l.Wait(within(t, time.Minute), call); !errors.As(err, &late) || late.FreesIn < 59*time.Minute {
			t.Errorf("got %v, want a BudgetError of about an hour", err)
		}
		call.All = provider.Rate{}
		at := take(t, c, call, 1, 4)
		if took := at[3].Sub(at[0]); took > time.Second {
			t.Errorf("four calls took %v: the call that had to wait took a place", took)
		}
	})
}

// A throttle that one process meets holds back all.
func TestAThrottleHoldsBackAllProcesses(t *testing.T) {
	onEach(t, func(t *testing.T, c *redis.Client) {
		call := reads(provider.Rate{Calls: 100, Per: time.Second})
		report, err := (&limit.Limiter{Client: c}).Wait(t.Context(), call)
		if err != nil {
			t.Fatal(err)
		}
		report(true, 300*time.Millisecond)
		start := time.Now()
		take(t, c, call, 2, 1)
		if took, want := time.Since(start), 290*time.Millisecond; took < want {
			t.Errorf("the next call went after %v, want %v", took, want)
		}
	})
}

// A wait ends with its ctx. Nothing that is kept stays for ever.
func TestAWaitThatEndsAndKeysThatExpire(t *testing.T) {
	onEach(t, func(t *testing.T, c *redis.Client) {
		call := reads(provider.Rate{Calls: 1, Per: 10 * time.Second, Burst: 1})
		l := &limit.Limiter{Client: c}
		if _, err := l.Wait(t.Context(), call); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(50*time.Millisecond, cancel)
		if _, err := l.Wait(ctx, call); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want %v", err, context.Canceled)
		}
		for _, key := range c.Keys(t.Context(), "*").Val() {
			if ttl := c.TTL(t.Context(), key).Val(); ttl <= 0 || ttl > 30*time.Second {
				t.Errorf("%s expires in %v, want at most 30 s", key, ttl)
			}
		}
	})
}

// A server that forgets the scripts, as after a restart, gets them again.
func TestAServerThatForgetsTheScripts(t *testing.T) {
	onEach(t, func(t *testing.T, c *redis.Client) {
		call := reads(provider.Rate{Calls: 100, Per: time.Second})
		take(t, c, call, 1, 1)
		if err := c.ScriptFlush(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
		take(t, c, call, 1, 1)
	})
}

// process is a client of the simulated CVM, as a process of its own would have it.
func process(t *testing.T, sim *cloudsim.Sim, l provider.Limiter, only bool) *provider.Client {
	t.Helper()
	c, err := tencent.New(tencent.Config{
		Region:      "ap-guangzhou",
		Credentials: provider.StaticCredentials(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, ""),
		Transport:   sim.Transport(),
		Options:     &provider.Options{Limiter: l, LimiterOnly: only, Account: "acme", RetryFor: -1},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// list makes one describe call.
func list(ctx context.Context, c *provider.Client) (err error) {
	for _, e := range c.DescribeInstances(ctx, provider.Query{}) {
		err = e
	}
	return err
}

// Thirty-two processes that share 40 calls a second through one server use it up, and the cloud
// refuses nothing.
func TestProcessesShareARateOfASimulatedCloud(t *testing.T) {
	onEach(t, func(t *testing.T, c *redis.Client) {
		sim := cloudsim.New(&cloudsim.Options{Rates: cloudsim.DocumentedRates()})
		const lasts = 3 * time.Second
		start := time.Now()
		var all sync.WaitGroup
		for range 32 {
			one := process(t, sim, &limit.Limiter{Client: c}, true)
			all.Go(func() {
				for time.Since(start) < lasts {
					if err := list(within(t, time.Minute), one); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		time.Sleep(time.Until(start.Add(lasts)))
		made := sim.Calls(cloudsim.CVM, "")
		all.Wait()
		if n := sim.Struck(cloudsim.CVM, cloudsim.Throttle); n != 0 {
			t.Errorf("%d calls refused, want 0", n)
		}
		if used := float64(made) / (40 * lasts.Seconds()); used < 0.85 {
			t.Errorf("%.1f %% of the rate used, want at least 85 %%", 100*used)
		}
		t.Logf("%d calls in %v", made, lasts)
	})
}

// When the server dies, calls go on at a share of the rate, or fail with a clear error.
func TestAServerThatDies(t *testing.T) {
	c, stop := realServer(t)
	sim := cloudsim.New(&cloudsim.Options{Rates: cloudsim.DocumentedRates()})
	share, only := process(t, sim, &limit.Limiter{Client: c}, false), process(t, sim, &limit.Limiter{Client: c}, true)
	if err := list(t.Context(), only); err != nil {
		t.Fatal(err)
	}
	stop()
	if err := list(within(t, 5*time.Second), only); !errors.Is(err, provider.ErrUnavailable) {
		t.Errorf("got %v, want %v", err, provider.ErrUnavailable)
	}
	start := time.Now()
	for range 5 {
		if err := list(within(t, 10*time.Second), share); err != nil {
			t.Fatal(err)
		}
	}
	if took, limit := time.Since(start), 3*time.Second; took > limit {
		t.Errorf("five calls without the server took %v, want at most %v", took, limit)
	}
}
