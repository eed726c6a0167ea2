package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/account"
	"github.com/yunfan-cloud/yunfan/internal/journal"
	"github.com/yunfan-cloud/yunfan/internal/permit"
	"github.com/yunfan-cloud/yunfan/internal/telemetry"
)

// once makes one API call within the account's budget and records it. Waiting for the budget
// does not use up the time for repetitions.
func (c *Client) once(
	ctx context.Context, region string, api API, n int, call func(context.Context) (requestID string, err error),
) error {
	if c.opts.ReadOnly && api.changes() {
		return c.readOnlyError(api)
	}
	asked := c.tel.Clock()
	turn, err := c.budget.calls.Wait(ctx, c.kindOf(region, api))
	if err != nil {
		err = c.unsentError(api, err)
	}
	if c.tel.Queued(ctx, region, string(api), asked, err); err != nil {
		return err
	}
	defer turn.Done()
	if err := mayChange(ctx, api); err != nil {
		return err
	}
	err = c.tel.Observe(ctx, telemetry.Call{
		Region: region, API: string(api), Instances: n, Attempt: account.Attempt(ctx), Reads: !api.changes(),
	}, call)
	turn.Report(errors.Is(err, ErrThrottled), retryAfter(err))
	return err
}

// mayChange returns why a call that may change something must not be sent: see [Client.Run].
func mayChange(ctx context.Context, api API) error {
	if !api.changes() {
		return nil
	}
	if err := permit.Check(ctx); err != nil {
		return &journal.Error{Err: err}
	}
	return nil
}

// unsentError returns why the budget or the limiter did not let a call go.
func (c *Client) unsentError(api API, err error) error {
	var failed *account.GateError
	if errors.As(err, &failed) {
		return c.limiterError(api, failed)
	}
	return fmt.Errorf("%s: %w", c.name, budgetError(api, err))
}

// changes reports whether a call may change anything. The names of all others say so.
func (a API) changes() bool { return !strings.HasPrefix(string(a), "Describe") }

// readOnlyError is the refusal of a call by [Options].ReadOnly.
func (c *Client) readOnlyError(api API) error {
	return &APIError{
		Driver: c.name, Op: string(api), Outcome: OutcomeRejected, Kind: ErrPermission,
		Message: "the client is read-only (Options.ReadOnly): nothing was sent",
	}
}

// kindOf returns the kind of a call: the documented rate of the cloud that limits it.
func (c *Client) kindOf(region string, api API) account.Kind {
	if c.limits.RatesSpanRegions {
		region = ""
	}
	own := c.limits.Rates[api]
	if api == APIRenameInstance && own.Calls == 0 {
		own = renameShare(c.limits.Rates[AnyAPI])
	}
	k := account.Kind{
		Cloud: c.name, Region: region, API: string(api),
		Own: account.Rate(own), All: account.Rate(c.limits.Rates[AnyAPI]),
		Read: api == APIDescribeInstances, GateOnly: c.opts.LimiterOnly,
		Processes: c.budget.Processes,
	}
	k.Gate = c.gateOf(&k)
	return k
}

// renameShare returns the part of a rate for all calls that renames may use: three quarters.
// The rest is for looks and creates, which somebody waits for.
func renameShare(all Rate) Rate {
	all.Calls = (all.Calls*3 + 3) / 4
	all.Burst = (all.Burst*3 + 3) / 4
	return all
}

// repeat makes a call until it succeeds, fails for good, or RetryFor is over. Time in the
// library's own queue does not count. It returns the last error, joined with the error of ctx
// when ctx ended the repetitions. The call must use the ctx it is given.
func (c *Client) repeat(ctx context.Context, again func(error) bool, call func(context.Context) error) error {
	return c.repeatUntil(ctx, time.Now().Add(c.opts.RetryFor), again, call)
}

// repeatUntil makes a call at least once, and repeats it until stop. Time in the library's own
// queue moves stop.
func (c *Client) repeatUntil(
	ctx context.Context, stop time.Time, again func(error) bool, call func(context.Context) error,
) error {
	judge := func(err error) account.Again {
		return account.Again{Worth: again(err), After: retryAfter(err), Within: patienceWith(err), Observer: c.tel}
	}
	return account.Repeat(ctx, stop, judge, call)
}

// noHostFor is how long a call is repeated while its host is not found. A name server that
// fails for a moment should not end a call, and a mistyped region should not take two minutes.
const noHostFor = 6 * time.Second

// patienceWith returns how long a call is repeated at most for this kind of failure; 0 means
// as long as for others.
func patienceWith(err error) time.Duration {
	var e *APIError
	if errors.As(err, &e) && e.NoHost {
		return noHostFor
	}
	return 0
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

// verdictOf returns what the error of a call means for the instances named in the call.
func verdictOf(err error) account.Verdict {
	v := account.Verdict{
		Passes:     passes(err),
		After:      retryAfter(err),
		Within:     patienceWith(err),
		BlamesSome: blamesSome(err),
		ByState:    errors.Is(err, ErrState),
		Unknown:    errors.Is(err, ErrNotFound),
	}
	var p *partial
	if errors.As(err, &p) {
		v.Named = p.failed
	}
	return v
}

// blamesSome reports whether only a few instances may have caused the error of a call. An
// error of the driver itself, a *[FieldError], is about the whole call.
func blamesSome(err error) bool {
	if !errors.As(err, new(*APIError)) {
		return false
	}
	kinds := []error{ErrNotFound, ErrState, ErrInvalid, errors.ErrUnsupported}
	return slices.ContainsFunc(kinds, func(kind error) bool {
		return errors.Is(err, kind)
	})
}

// partial is the error of a call that the cloud carried out for only some of its instances.
type partial struct{ failed map[string]error }

// Error counts the instances. Their errors are reported one by one.
func (e *partial) Error() string { return fmt.Sprintf("%d instances refused", len(e.failed)) }

// Is matches throttling, so that the budget also slows down when only a few instances of a
// call were throttled.
func (e *partial) Is(target error) bool {
	return target == ErrThrottled && slices.ContainsFunc(slices.Collect(maps.Values(e.failed)), func(err error) bool {
		return errors.Is(err, ErrThrottled)
	})
}
