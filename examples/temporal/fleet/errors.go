package fleet

import (
	"errors"
	"slices"
	"time"

	"go.temporal.io/sdk/temporal"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/store"
)

// heldGrace is added to the time that a claim has left, so that one more attempt suffices.
const heldGrace = time.Second

// Types of errors, as Temporal shows them.
const (
	TypeNotReleased = "NotReleased" // of the workflow; its details are []Left and the Fleet

	typeRefused = "Refused" // a person has to mend something first
	typeHeld    = "Held"    // another attempt still has the operation
	typeNotYet  = "NotYet"  // too early
	typeFailed  = "Failed"  // the next attempt may succeed
)

// permanent reports whether an error comes again however often the call is repeated. What is
// not known for certain is repeated, within the time that the fleet's timing allows.
func permanent(err error) bool {
	if errors.Is(err, provider.ErrOutcomeUnknown) {
		return false
	}
	return slices.ContainsFunc([]error{
		provider.ErrInvalid, provider.ErrAuth, provider.ErrPermission, provider.ErrQuota, provider.ErrNoStock,
		provider.ErrBalance, provider.ErrExists, provider.ErrTokenMismatch, errors.ErrUnsupported,
	}, func(kind error) bool { return errors.Is(err, kind) })
}

// classified says to Temporal what an error means for the next attempt.
func classified(err error) error {
	if err == nil {
		return nil
	}
	o := temporal.ApplicationErrorOptions{}
	kind := typeFailed
	held, known := (*store.HeldError)(nil), (*temporal.ApplicationError)(nil)
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &held):
		kind, o.NextRetryDelay = typeHeld, held.Left+heldGrace
	case errors.Is(err, store.ErrNotFound), permanent(err):
		kind, o.NonRetryable = typeRefused, true
	}
	return temporal.NewApplicationErrorWithOptions(err.Error(), kind, o)
}
