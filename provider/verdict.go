package provider

import (
	"context"
	"errors"

	"github.com/yunfan-cloud/yunfan/internal/ledger"
)

// judge returns what the error of a call that was made proves: whether it may have
// taken effect, and whether the same call may go out again. It is the one place that
// decides. ByToken says that the call is idempotent by its token: a temporary refusal
// may then be about an earlier call with the same token that is still being carried out.
func judge(err error, byToken bool) ledger.Verdict {
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
	v.Final = v.Final && !cut // the caller gave up: nobody refused
	return v
}

// judge returns what the error of one of the operation's creates proves.
func (op *Operation) judge(err error) ledger.Verdict { return judge(err, op.c.limits.ClientToken) }

// judgeOther judges what is no error of the service. What the driver refused by itself,
// a *[FieldError], never left, and neither did what the journal did not take.
func judgeOther(err error) ledger.Verdict {
	switch {
	case err == nil:
		return ledger.Verdict{Executed: ledger.Yes, Final: true}
	case errors.As(err, new(*UnpaidError)):
		return ledger.Verdict{Executed: ledger.Maybe, Final: true}
	case errors.As(err, new(*endedError)):
		return ledger.Verdict{Final: true}
	case errors.As(err, new(*FieldError)), errors.As(err, new(*journalError)):
		return ledger.Verdict{}
	}
	return ledger.Verdict{Executed: ledger.Maybe}
}

// passes reports whether the reason of an error is likely to be over soon, so that the
// same call is worth another try where it does no harm. What the library itself has
// refused, such as a *[BudgetError], does not pass.
func passes(err error) bool {
	var e *APIError
	if !errors.As(err, &e) || e.Lasting {
		return false
	}
	throttled := e.Outcome == OutcomeThrottled || errors.Is(err, ErrThrottled)
	return throttled || e.Temporary || errors.Is(err, ErrUnavailable)
}

// mayBeDone reports whether a call that was made may have taken effect although it
// failed.
func mayBeDone(err error, byToken bool) bool { return judge(err, byToken).Executed == ledger.Maybe }

// mayRepeat reports whether the same call may go out again: it made nothing, or its
// token keeps it from making anything twice.
func mayRepeat(v ledger.Verdict, byToken bool) bool {
	recognized := v.Executed == ledger.Maybe && byToken
	harmless := v.Executed == ledger.No || recognized
	passing := !v.Final && !v.TokenDead
	return harmless && passing
}

// endedError is why no further create of a part is tried.
type endedError struct{ err error }

// Error returns the reason.
func (e *endedError) Error() string { return e.err.Error() }

// Unwrap returns the reason.
func (e *endedError) Unwrap() error { return e.err }
