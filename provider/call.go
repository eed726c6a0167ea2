package provider

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// Pauses between repetitions of a call.
const (
	firstPause = 500 * time.Millisecond
	maxPause   = 15 * time.Second
)

// once makes one API call within the account's budget and records it.
func (c *Client) once(ctx context.Context, region string, api API, n int, call func(context.Context) (requestID string, err error)) error {
	made, err := c.budget.wait(ctx, c, region, api)
	if err != nil {
		return fmt.Errorf("%s: %w", c.name, err)
	}
	defer c.budget.done(api)
	err = c.tel.observe(ctx, region, api, n, call)
	c.budget.report(c, region, api, made, errors.Is(err, ErrThrottled))
	return err
}

// repeat makes a call until it succeeds, fails for good, or the time for
// repetitions is over. It returns the last error, together with ctx's when that
// ended the repetitions.
func (c *Client) repeat(ctx context.Context, again func(error) bool, call func() error) error {
	return repeatUntil(ctx, time.Now().Add(c.opts.RetryFor), again, call)
}

// repeatUntil makes a call at least once, and not again after stop.
func repeatUntil(ctx context.Context, stop time.Time, again func(error) bool, call func() error) error {
	for n := 0; ; n++ {
		err := call()
		if err == nil || !again(err) {
			return err
		}
		d := pause(n)
		if time.Now().Add(d).After(stop) {
			return err
		}
		if !sleep(ctx, d) {
			return ended(ctx, err)
		}
	}
}

// ended adds to a call's error that ctx is why it was not repeated.
func ended(ctx context.Context, err error) error {
	if errors.Is(err, ctx.Err()) {
		return err
	}
	return fmt.Errorf("%w; before that: %w", ctx.Err(), err)
}

// pause is the time before repetition n: doubling, with a fifth of jitter so
// that callers who failed together do not return together.
func pause(n int) time.Duration {
	d := min(firstPause<<min(n, 10), maxPause)
	return d + time.Duration((rand.Float64()*0.4-0.2)*float64(d))
}

// sleep waits and reports false when ctx ends first.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// safeAgain tells whether a call without side effects, or with one that does
// not add up, is worth repeating.
func safeAgain(err error) bool {
	var e *APIError
	if !errors.As(err, &e) || e.Lasting {
		return false
	}
	return e.Temporary || errors.Is(err, ErrThrottled) || errors.Is(err, ErrUnavailable)
}
