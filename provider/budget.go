package provider

import (
	"errors"
	"fmt"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/account"
)

// Budget keeps the calls of accounts below the clouds' documented rates, and below lower rates
// when a cloud throttles. Calls may arrive closer together than they were sent, so a margin is
// kept. A throttled call halves the rate. It comes back when calls go well, and step by step
// when further calls are throttled. Clouds count per account, so the clients of one account should share
// one budget ([Options].Budget). Clients of different accounts must not share one.
//
// Processes cannot share a budget. Where several of them use one account, set Processes: each then
// takes its share of the rates, learns from what the cloud refuses, and settles with the
// others; under 2 % of the calls are refused. With a [Limiter] nothing is refused.
//
// The zero value is an unused budget, of a process that has its accounts for itself. It is safe
// for concurrent use and must not be copied.
type Budget struct {
	// Processes is how many processes share the accounts of this budget. All of them should
	// say the same. 0 and 1 mean that this process is alone: it may use the whole rates, and
	// comes back to them soon after a refusal. Others would then be refused often.
	//
	// With 2 or more a process begins with its part of the rates and of the bursts, and takes
	// more where the others leave it. The number need not be exact. With [UnknownProcesses] it
	// begins as if it were alone, and finds its share from what the cloud refuses: that takes
	// minutes, and hours where the rate is of an hour. Either way a process that is started
	// again has no full burst at first: half of it, a tenth where the rate is of more than a
	// minute, and the rest call by call as calls go well. Where the rate is of a second and the
	// number is known, it begins with one call.
	//
	// It must not change after the first call.
	Processes int

	calls account.Budget
}

// UnknownProcesses is the [Budget].Processes of accounts that others use too, nobody knows how
// many.
const UnknownProcesses = -1

// BudgetError is a call that was not sent, because the account's call budget has no room
// before the deadline of ctx. Nothing was done, and the cloud was not asked. It matches
// [ErrThrottled].
type BudgetError struct {
	API     API
	FreesIn time.Duration // until the budget has room for the call
	EndsIn  time.Duration // until ctx's deadline
}

// budgetError returns why the budget did not send a call: a *[BudgetError], or the error of
// ctx.
func budgetError(api API, err error) error {
	var late *account.LateError
	if errors.As(err, &late) {
		return &BudgetError{API: api, FreesIn: late.FreesIn, EndsIn: late.EndsIn}
	}
	return fmt.Errorf("waiting for the call budget of %s: %w", api, err)
}

// Error says when the budget has room and when ctx ends.
func (e *BudgetError) Error() string {
	return fmt.Sprintf("%v: the call budget of %s frees up in %v, after ctx's deadline in %v; nothing was sent: "+
		"give the call more time, or raise Options.Rates if the account has a higher quota",
		ErrThrottled, e.API, rounded(e.FreesIn), rounded(e.EndsIn))
}

// Unwrap returns [ErrThrottled].
func (e *BudgetError) Unwrap() error { return ErrThrottled }

// rounded rounds a duration for a message.
func rounded(d time.Duration) time.Duration {
	if d < time.Second {
		return d.Round(time.Millisecond)
	}
	return d.Round(100 * time.Millisecond)
}
