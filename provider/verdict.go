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
	passing := errors.Is(err, ErrUnavailable) && !e.Lasting
	v := ledger.Verdict{Scarce: errors.Is(err, ErrNoStock), TokenDead: e.TokenDead}
	switch e.Outcome {
	case OutcomeThrottled:
	case OutcomeUnsent: // the end of a ctx says nothing about the next call
		v.Final = !passing && !endedByCtx(err)
	case OutcomeRejected:
		v.Final = !passing && !e.Temporary
		if byToken && e.Temporary {
			v.Executed = ledger.Maybe
		}
	default:
		v.Executed = ledger.Maybe
	}
	return v
}

// endedByCtx reports whether a call ended because its ctx did.
func endedByCtx(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

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
	case errors.As(err, new(*FieldError)), errors.As(err, new(*journalError)), errors.As(err, new(*unsentError)):
		return ledger.Verdict{}
	}
	return ledger.Verdict{Executed: ledger.Maybe}
}

// mayRepeat reports whether the same call may go out again: it made nothing, or its
// token keeps it from making anything twice.
func mayRepeat(v ledger.Verdict, byToken bool) bool {
	harmless := v.Executed == ledger.No || v.Executed == ledger.Maybe && byToken
	return harmless && !v.Final
}

// unsentError is why a call was never made.
type unsentError struct{ err error }

// Error returns the reason.
func (e *unsentError) Error() string { return e.err.Error() }

// Unwrap returns the reason.
func (e *unsentError) Unwrap() error { return e.err }

// endedError is why no further create of a part is tried.
type endedError struct{ err error }

// Error returns the reason.
func (e *endedError) Error() string { return e.err.Error() }

// Unwrap returns the reason.
func (e *endedError) Unwrap() error { return e.err }
