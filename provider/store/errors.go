package store

import (
	"errors"
	"fmt"
	"time"
)

// Errors of stores. Compare with errors.Is.
var (
	// ErrSuperseded: another process continues the operation.
	ErrSuperseded = errors.New("superseded by another process")

	// ErrHeld: another claim has the operation. The error is a *[HeldError].
	ErrHeld = errors.New("another process has the operation")

	// ErrNotFound: the store does not have the operation.
	ErrNotFound = errors.New("the store does not have the operation")
)

// HeldError is the error of a claim of an operation that another claim has.
type HeldError struct {
	ID     string // of the operation
	Holder string
	Until  time.Time     // when that claim ends unless it is renewed, by the clock of the store
	Left   time.Duration // the same as a duration; the claim is worth another try after it
}

// Error names the holder.
func (e *HeldError) Error() string {
	return fmt.Sprintf("operation %s: %s has it for another %v, and may renew that",
		e.ID, e.Holder, e.Left.Round(time.Millisecond))
}

// Is matches [ErrHeld].
func (e *HeldError) Is(target error) bool { return target == ErrHeld }
