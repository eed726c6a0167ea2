package provider

import (
	"context"
	"errors"
	"testing"

	"github.com/yunfan-cloud/yunfan/internal/creating"
	"github.com/yunfan-cloud/yunfan/internal/journal"
	"github.com/yunfan-cloud/yunfan/internal/ledger"
)

// What each kind of error proves about a call, and whether the same call may go out again
// without a token and with one.
func TestJudge(t *testing.T) {
	api := func(o Outcome, kind error) *APIError { return &APIError{Driver: "d", Outcome: o, Kind: kind} }
	temporary := api(OutcomeRejected, ErrState)
	temporary.Temporary = true
	lasting := api(OutcomeRejected, ErrUnavailable)
	lasting.Lasting = true
	dead := api(OutcomeRejected, ErrState)
	dead.TokenDead = true
	const no, maybe, yes = ledger.No, ledger.Maybe, ledger.Yes
	for _, tc := range []struct {
		what           string
		err            error
		executed       ledger.Executed // without a token
		byToken        ledger.Executed
		final, passing bool
		again, tokened bool // the same call may go out again: without a token, with one
	}{
		{"accepted", nil, yes, yes, true, false, false, false},
		{"throttled", api(OutcomeThrottled, ErrThrottled), no, no, false, true, true, true},
		{"throttled, of no kind", api(OutcomeThrottled, nil), no, no, false, true, true, true},
		{"connection refused", api(OutcomeUnsent, ErrUnavailable), no, no, false, true, true, true},
		{"too large", api(OutcomeUnsent, ErrInvalid), no, no, true, false, false, false},
		{"quota", api(OutcomeRejected, ErrQuota), no, no, true, false, false, false},
		{"refused as unavailable", api(OutcomeRejected, ErrUnavailable), no, no, false, true, true, true},
		{"no licence", lasting, no, no, true, false, false, false},
		{"in progress", temporary, no, maybe, false, true, true, true},
		{"a dead token", dead, no, no, false, false, false, false},
		{"lost", api(OutcomeUnknown, ErrUnavailable), maybe, maybe, false, true, false, true},
		{"a code of no table", api(OutcomeUnknown, nil), maybe, maybe, false, false, false, true},
		{"an error without an outcome", &APIError{}, maybe, maybe, false, false, false, true},
		{"an error of another kind", errors.New("odd"), maybe, maybe, false, false, false, true},
		{"the end of ctx", context.Canceled, maybe, maybe, false, false, false, true},
		{"a field", &FieldError{}, no, no, false, false, true, true},
		{"the journal", &journal.Error{Err: errors.New("full")}, no, no, false, false, true, true},
		{"nothing more is tried", &creating.EndedError{Err: errors.New("over")}, no, no, true, false, false, false},
		{"an unpaid order", &UnpaidError{}, maybe, maybe, true, false, false, false},
	} {
		v, w := judge(tc.err, false), judge(tc.err, true)
		if v.Executed != tc.executed || w.Executed != tc.byToken {
			t.Errorf("%s: executed %d, by token %d; want %d and %d", tc.what, v.Executed, w.Executed, tc.executed, tc.byToken)
		}
		if v.Final != tc.final || w.Final != tc.final {
			t.Errorf("%s: final %v, by token %v; want %v", tc.what, v.Final, w.Final, tc.final)
		}
		if got := passes(tc.err); got != tc.passing {
			t.Errorf("%s: passes %v, want %v", tc.what, got, tc.passing)
		}
		if got := v.MayRepeat(false); got != tc.again {
			t.Errorf("%s: again without a token %v, want %v", tc.what, got, tc.again)
		}
		if got := w.MayRepeat(true); got != tc.tokened {
			t.Errorf("%s: again with a token %v, want %v", tc.what, got, tc.tokened)
		}
		if got := mayBeDone(tc.err, false); got != (tc.executed == maybe) {
			t.Errorf("%s: may be done %v", tc.what, got)
		}
	}
	switch v := judge(api(OutcomeRejected, ErrNoStock), true); {
	case !v.Scarce:
		t.Error("v.Scarce is false, want true")
	case !v.Final:
		t.Error("v.Final is false, want true")
	}
	if v := judge(dead, true); !v.TokenDead {
		t.Error("a dead token is not told")
	}
}
