// Command redislimit shows several processes that share the rate of one account: each as if it
// were alone, each with its share ([provider.Budget].Processes), and through a limiter on Redis.
//
//	go run .                          # with an imitation of Redis inside
//	go run . -redis 127.0.0.1:6379    # on a server
//
// The cloud is simulated. Each "process" is a client with a budget of its own.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"example.com/redislimit/limit"
	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/tencent"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "redislimit:", err)
		os.Exit(1)
	}
}

// run is the whole program.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	set := flag.NewFlagSet("redislimit", flag.ContinueOnError)
	set.SetOutput(stderr)
	addr := set.String("redis", "", "`address` of a Redis or Valkey server; none uses an imitation inside")
	processes := set.Int("processes", 8, "how many share the account")
	lasts := set.Duration("for", 3*time.Second, "how long they call")
	if err := set.Parse(args); err != nil {
		return err
	}
	if *addr == "" {
		inside, err := miniredis.Run()
		if err != nil {
			return err
		}
		defer inside.Close()
		*addr = inside.Addr()
		fmt.Fprintln(stdout, "no server given (-redis): an imitation of Redis inside this program is used")
	}
	store := redis.NewClient(&redis.Options{Addr: *addr, MaxRetries: -1, ContextTimeoutEnabled: true})
	defer store.Close()
	// A prefix of its own: another run must not find the calls of this one.
	prefix := "redislimit-" + strconv.FormatInt(time.Now().UnixNano(), 36)
	for _, way := range []struct {
		name    string
		told    int
		limiter provider.Limiter
	}{
		{"each as if it were alone", 1, nil},
		{"each with its share", *processes, nil},
		{"a limiter on Redis", *processes, &limit.Limiter{Client: store, Prefix: prefix}},
	} {
		opts := &provider.Options{Limiter: way.limiter, LimiterOnly: true, Account: "demo", RetryFor: -1}
		seen, err := share(ctx, *processes, *lasts, func() *provider.Options {
			own := *opts
			own.Budget = &provider.Budget{Processes: way.told}
			return &own
		})
		if err != nil {
			return err
		}
		fmt.Fprintf(stdout, "%-25s %v\n", way.name+":", seen)
	}
	return nil
}

// seen is what the simulated cloud has seen.
type seen struct {
	processes, calls, refused int
	used                      float64
}

// String is a line of the result.
func (s seen) String() string {
	return fmt.Sprintf("%d processes made %d calls; %.0f %% of the rate used; %d refused",
		s.processes, s.calls, 100*s.used, s.refused)
}

// share lets several processes make calls as fast as they may, against a cloud that enforces
// its rate of 40 a second. Each has options of its own.
func share(ctx context.Context, processes int, lasts time.Duration, options func() *provider.Options) (seen, error) {
	sim := cloudsim.New(&cloudsim.Options{Rates: cloudsim.DocumentedRates()})
	ctx, cancel := context.WithTimeout(ctx, lasts)
	defer cancel()
	var all sync.WaitGroup
	var failed atomic.Pointer[error]
	for range processes {
		client, err := tencent.New(tencent.Config{
			Region:      "ap-guangzhou",
			Credentials: provider.StaticCredentials(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, ""),
			Transport:   sim.Transport(),
			Options:     options(),
		})
		if err != nil {
			return seen{}, err
		}
		all.Go(func() {
			if err := callUntil(ctx, client); err != nil {
				failed.Store(&err)
			}
		})
	}
	all.Wait()
	if err := failed.Load(); err != nil {
		return seen{}, *err
	}
	s := seen{processes: processes, calls: sim.Calls(cloudsim.CVM, "")}
	s.refused = sim.Struck(cloudsim.CVM, cloudsim.Throttle)
	s.used = float64(s.calls-s.refused) / (40 * lasts.Seconds())
	return s, nil
}

// callUntil lists instances until ctx ends. It returns an error that is no throttle.
func callUntil(ctx context.Context, c *provider.Client) error {
	for ctx.Err() == nil {
		for _, err := range c.DescribeInstances(ctx, provider.Query{}) {
			if err != nil && ctx.Err() == nil && !errors.Is(err, provider.ErrThrottled) {
				return err
			}
		}
	}
	return nil
}
