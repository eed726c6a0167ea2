package provider

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/account"
)

// once makes one API call within the account's budget and records it. The time it
// waits for the budget is not spent by the repetition that it belongs to.
func (c *Client) once(
	ctx context.Context, region string, api API, n int, call func(context.Context) (requestID string, err error),
) error {
	turn, err := c.budget.calls.Wait(ctx, c.kindOf(region, api))
	if err != nil {
		return fmt.Errorf("%s: %w", c.name, budgetError(api, err))
	}
	defer turn.Done()
	err = c.tel.observe(ctx, region, api, n, call)
	turn.Report(errors.Is(err, ErrThrottled), retryAfter(err))
	return err
}

// repeat makes a call until it succeeds, fails for good, or RetryFor is over, not
// counting the time in the library's own queue. It returns the last error, together
// with ctx's when that ended the repetitions. The call must use the ctx it is given.
func (c *Client) repeat(ctx context.Context, again func(error) bool, call func(context.Context) error) error {
	return repeatUntil(ctx, time.Now().Add(c.opts.RetryFor), again, call)
}

// repeatUntil makes a call at least once, and not again after stop, which the time
// in the library's own queue puts off.
func repeatUntil(ctx context.Context, stop time.Time, again func(error) bool, call func(context.Context) error) error {
	judge := func(err error) account.Again { return account.Again{Worth: again(err), After: retryAfter(err)} }
	return account.Repeat(ctx, stop, judge, call)
}

// retryAfter returns how long the service wants to be left alone. 0 means that it
// did not say.
func retryAfter(err error) time.Duration {
	var e *APIError
	if !errors.As(err, &e) {
		return 0
	}
	return max(e.RetryAfter, 0)
}
