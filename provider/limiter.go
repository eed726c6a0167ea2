package provider

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/account"
)

// Limiter decides when a call of an account may go. It stands below [Budget]: the budget
// keeps the callers of one process in order, and asks for one call of each rate at a time. The
// limiter knows of all processes that share the account. Set it as [Options].Limiter.
//
// Most programs need none. One process has its [Budget]. A known number of processes that are
// always there do well with [Budget].Processes. Use a limiter where no call may be
// refused, where processes come and go, or where they start together on a rate of an
// hour without knowing their number: shares of such a rate settle in hours.
//
// A limiter must be safe for concurrent use. It should keep an exact window: never more calls
// than the rate has in any stretch of the rate's time. A bucket that is refilled (GCRA) does not
// do that: it lets a full burst be followed by a full rate, and the cloud counts both together.
// examples/redislimit has a limiter on Redis or Valkey.
type Limiter interface {
	// Wait blocks until the call may be sent. It must honour ctx, and should return at
	// once when it knows that ctx ends before there is room: with a *[BudgetError], of which
	// only FreesIn and EndsIn matter. Any other error, while ctx is alive, means that the limiter has
	// failed ([Options].LimiterOnly). It should come soon: the callers behind wait for it.
	//
	// The client calls report once after the call, also when the call failed. It says
	// whether the cloud throttled the call, and for how long it asked to be left alone; 0 means that it
	// did not say. The answer proves that the call has arrived. A nil report is allowed.
	// It should not block.
	Wait(ctx context.Context, call LimitedCall) (report func(throttled bool, after time.Duration), err error)
}

// LimitedCall is a call that a [Limiter] decides about.
type LimitedCall struct {
	Account string // [Options].Account
	Cloud   string // name of the driver
	Region  string // "" where the cloud counts the calls of all regions together
	API     API

	// Own limits the calls of the same account, cloud, region and API. All limits all calls of
	// the same account and cloud. One without calls is no limit. Both must have room, and a
	// call takes its place in both or in neither.
	Own, All Rate
}

// gateOf returns the limiter of a call as the budget asks it, or nil where there is none.
func (c *Client) gateOf(k *account.Kind) account.Gate {
	limited := k.Own.Calls > 0 || k.All.Calls > 0
	if c.opts.Limiter == nil || !limited {
		return nil
	}
	call := LimitedCall{
		Account: c.opts.Account, Cloud: k.Cloud, Region: k.Region, API: API(k.API),
		Own: Rate(k.Own), All: Rate(k.All),
	}
	return func(ctx context.Context) (func(bool, time.Duration), error) {
		report, err := c.opts.Limiter.Wait(ctx, call)
		var late *BudgetError
		switch {
		case err == nil:
		case errors.As(err, &late):
			return nil, &account.LateError{FreesIn: late.FreesIn, EndsIn: late.EndsIn}
		case ctx.Err() == nil && c.opts.Logger != nil:
			c.opts.Logger.WarnContext(ctx, "the limiter has failed", "cloud", c.name, "call", k.API, "error", err)
		}
		return report, err
	}
}

// limiterError is the error of a call that was not sent because the limiter has failed. It is
// repeated like any failure that passes.
func (c *Client) limiterError(api API, e *account.GateError) error {
	return &APIError{
		Driver: c.name, Op: string(api), Outcome: OutcomeUnsent, Kind: ErrUnavailable,
		Message: fmt.Sprintf("%v (Options.LimiterOnly): nothing was sent", e), Err: e.Err,
	}
}
