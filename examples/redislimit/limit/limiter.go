// Package limit keeps the rates of accounts that any number of processes share, exactly, in a
// Redis or Valkey server.
package limit

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/yunfan-cloud/yunfan/provider"
)

//go:embed take.lua
var takeText string

//go:embed report.lua
var reportText string

// The scripts are sent as a whole only where the server does not know them by their SHA-1.
var (
	take   = redis.NewScript(takeText)
	report = redis.NewScript(reportText)
)

const (
	// mostBunching is how much later than it was sent a call may arrive, as long as there is no
	// answer.
	mostBunching = 250 * time.Millisecond

	// longestAsk is the longest pause before the server is asked again while answers to
	// calls may make room earlier.
	longestAsk = 20 * time.Millisecond

	// burstShare is which part of a rate of more than a second may come at once.
	burstShare = 5

	// throttlePause is how long nobody calls after a throttle that does not say for how long,
	// and longestPause the most that a throttle may say.
	throttlePause = 2 * time.Second
	longestPause  = 2 * time.Minute
)

// Limiter is a [provider.Limiter] on a Redis or Valkey server, version 6 or later. It is safe
// for concurrent use. Client must be set.
type Limiter struct {
	Client redis.UniversalClient

	// Prefix is put before every key. "" means "yunfan".
	Prefix string

	// Timeout bounds one question to the server. When it is over the limiter has failed.
	// 0 means 500 ms.
	Timeout time.Duration
}

var _ provider.Limiter = (*Limiter)(nil)

// Wait implements [provider.Limiter].
func (l *Limiter) Wait(
	ctx context.Context, call provider.LimitedCall,
) (func(throttled bool, after time.Duration), error) {
	ticket := strconv.FormatUint(rand.Uint64(), 36) + strconv.FormatUint(rand.Uint64(), 36)
	keys, rates := l.keys(&call)
	args := []any{ticket}
	for _, r := range rates {
		args = append(args, r.Calls, r.Per.Microseconds(), burst(r), margin(r).Microseconds())
	}
	for {
		wait, err := l.ask(ctx, take, keys, args)
		if err != nil {
			return nil, err
		}
		if wait == 0 {
			return func(throttled bool, after time.Duration) { l.report(ctx, keys, ticket, throttled, after) }, nil
		}
		if end, ok := ctx.Deadline(); ok && time.Until(end) < wait-mostBunching {
			return nil, &provider.BudgetError{API: call.API, FreesIn: wait, EndsIn: time.Until(end)}
		}
		if err := sleep(ctx, pause(wait)); err != nil {
			return nil, err
		}
	}
}

// pause returns when to ask again. Answers to calls may make room mostBunching earlier than the
// server knows of now. The jitter keeps processes apart that wait for the same room.
func pause(wait time.Duration) time.Duration {
	d := max(wait-mostBunching, min(wait, longestAsk))
	return d + time.Duration(rand.Float64()*float64(min(d/4, longestAsk)))
}

// report tells the server that a call has ended. When it cannot, the server believes for
// mostBunching that the call may still arrive: that wastes a little and breaks nothing.
func (l *Limiter) report(ctx context.Context, keys []string, ticket string, throttled bool, after time.Duration) {
	flag := 0
	if throttled {
		flag = 1
	}
	if after <= 0 {
		after = throttlePause
	}
	after = min(after, longestPause)
	_, _ = l.ask(context.WithoutCancel(ctx), report, keys, []any{ticket, flag, after.Microseconds()})
}

// ask runs a script.
func (l *Limiter) ask(ctx context.Context, s *redis.Script, keys []string, args []any) (time.Duration, error) {
	timeout := l.Timeout
	if timeout <= 0 {
		timeout = 500 * time.Millisecond
	}
	asking, cancel := context.WithTimeoutCause(ctx, timeout, errors.New("no answer in "+timeout.String()))
	defer cancel()
	us, err := s.Run(asking, l.Client, keys, args...).Int64()
	if err == nil {
		return time.Duration(us) * time.Microsecond, nil
	}
	if end, ok := ctx.Deadline(); ok && time.Until(end) <= time.Millisecond {
		<-ctx.Done() // the connection has the same deadline, and may notice it first
	}
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	return 0, fmt.Errorf("redis: %w", err)
}

// keys returns the keys of the rates that limit a call, three for each, the rate of its own
// first. The part in braces puts all of them on one node of a cluster.
func (l *Limiter) keys(call *provider.LimitedCall) (keys []string, rates []provider.Rate) {
	prefix := l.Prefix
	if prefix == "" {
		prefix = "yunfan"
	}
	account := fmt.Sprintf("%s:{%s/%s}", prefix, call.Account, call.Cloud)
	add := func(name string, r provider.Rate) {
		if r.Calls <= 0 || r.Per <= 0 {
			return
		}
		name = account + ":" + name
		keys = append(keys, name+":window", name+":pace", name+":closed")
		rates = append(rates, r)
	}
	add(call.Region+"/"+string(call.API), call.Own)
	add("all", call.All)
	return keys, rates
}

// burst returns how many calls may come at once.
func burst(r provider.Rate) int {
	switch {
	case r.Burst > 0:
		return r.Burst
	case r.Per <= time.Second:
		return r.Calls
	}
	return max(r.Calls/burstShare, 1)
}

// margin returns how much later than it is sent a call may arrive.
func margin(r provider.Rate) time.Duration { return min(mostBunching, r.Per/4) }

// sleep waits, or ends with ctx.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
