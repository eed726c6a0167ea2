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
// Processes that share an account cannot share a budget. Without being told they settle at shares
// of the rate, and under 2 % of the calls are refused. Processes tells them how many they are;
// that is better where the rate is of an hour. With a [Limiter] nothing is refused.
//
// A new budget has half of its burst at once, and a tenth where the rate is of more than a minute: a
// restarted process does not know what it has used. The rest follows call by call as calls go
// well. The zero value is an unused budget. It is safe for concurrent use and must not be copied.
type Budget struct {
	// Processes is how many processes share the accounts of this budget. Each starts with its
	// part of the rates and of the bursts, and takes more where the others leave it. 0 finds out
	// from what the cloud refuses: that takes a minute, for an hourly rate an hour, in which a
	// process that is alone is not slowed down. It must not change after the first call.
	Processes int

	calls account.Budget
}

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
