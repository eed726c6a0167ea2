package provider

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/account"
)

// once makes one API call within the account's budget and records it. Waiting for the budget
// does not use up the time for repetitions.
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

// repeat makes a call until it succeeds, fails for good, or RetryFor is over. Time in the
// library's own queue does not count. It returns the last error, joined with the error of ctx
// when ctx ended the repetitions. The call must use the ctx it is given.
func (c *Client) repeat(ctx context.Context, again func(error) bool, call func(context.Context) error) error {
	return repeatUntil(ctx, time.Now().Add(c.opts.RetryFor), again, call)
}

// noHostFor is how long a call is repeated while its host is not found. A name server that
// fails for a moment should not end a call, and a mistyped region should not take two minutes.
const noHostFor = 6 * time.Second

// repeatUntil makes a call at least once, and repeats it until stop. Time in the library's own
// queue moves stop.
func repeatUntil(ctx context.Context, stop time.Time, again func(error) bool, call func(context.Context) error) error {
	began := time.Now()
	judge := func(err error) account.Again {
		hopeless := hasNoHost(err) && time.Since(began) >= noHostFor
		return account.Again{Worth: !hopeless && again(err), After: retryAfter(err)}
	}
	return account.Repeat(ctx, stop, judge, call)
}

// hasNoHost reports whether a call found no service at the address of its region.
func hasNoHost(err error) bool {
	var e *APIError
	return errors.As(err, &e) && e.NoHost
}

// retryAfter returns how long the service asks to wait before the next call. 0 means that the
// service did not say.
func retryAfter(err error) time.Duration {
	var e *APIError
	if !errors.As(err, &e) {
		return 0
	}
	return max(e.RetryAfter, 0)
}
