package provider

import (
	"context"
	"errors"

	"github.com/yunfan-cloud/yunfan/internal/creating"
	"github.com/yunfan-cloud/yunfan/internal/journal"
	"github.com/yunfan-cloud/yunfan/internal/ledger"
)

// judge returns what the error of a call proves: whether the call may have taken effect, and
// whether the same call may be sent again. It is the only place that decides this. ByToken
// means that the call is idempotent by its token. A temporary refusal may then be about an
// earlier call with the same token that is still being executed.
func judge(err error, byToken bool) ledger.Verdict {
	if err == nil {
		return ledger.Verdict{Executed: ledger.Yes, Final: true}
	}
	return judgeError(err, byToken)
}

// judgeError is judge for errors. It stands apart, since what [errors.As] is given escapes to
// the heap.
func judgeError(err error, byToken bool) ledger.Verdict {
	var e *APIError
	if !errors.As(err, &e) {
		return judgeOther(err)
	}
	v := ledger.Verdict{Scarce: errors.Is(err, ErrNoStock), TokenDead: e.TokenDead}
	switch e.Outcome {
	case OutcomeThrottled:
	case OutcomeUnsent:
		v.Final = !passes(err)
	case OutcomeRejected:
		v.Final = !passes(err) && !e.TokenDead // another token may do
		if byToken && e.Temporary {
			v.Executed = ledger.Maybe
		}
	default:
		v.Executed = ledger.Maybe
	}
	cut := errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
	v.Final = v.Final && !cut // the caller gave up: this is not a refusal
	return v
}

// judgeOther judges errors that are not from the service. A *[FieldError] of the driver means
// that the call was never sent. So does an error of the journal.
func judgeOther(err error) ledger.Verdict {
	switch {
	case errors.As(err, new(*UnpaidError)):
		return ledger.Verdict{Executed: ledger.Maybe, Final: true}
	case errors.As(err, new(*creating.EndedError)):
		return ledger.Verdict{Final: true}
	case errors.As(err, new(*FieldError)), errors.As(err, new(*journal.Error)):
		return ledger.Verdict{}
	}
	return ledger.Verdict{Executed: ledger.Maybe}
}

// passes reports whether the cause of an error is likely to end soon, so that another try of
// the same call is useful where it does no harm. An error of the library itself, such as a
// *[BudgetError], does not pass.
func passes(err error) bool {
	var e *APIError
	if !errors.As(err, &e) || e.Lasting {
		return false
	}
	throttled := e.Outcome == OutcomeThrottled || errors.Is(err, ErrThrottled)
	return throttled || e.Temporary || errors.Is(err, ErrUnavailable)
}

// mayBeDone reports whether a call that failed may have taken effect.
func mayBeDone(err error, byToken bool) bool { return judge(err, byToken).Executed == ledger.Maybe }
