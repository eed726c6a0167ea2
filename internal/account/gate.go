package account

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Gate says when a call may go where something outside this process knows more than it: how
// many calls others make of the same account. It blocks until the call may go. An error is that of ctx, a
// *[LateError], or means that the gate has failed. The report follows the call; it may be
// nil.
type Gate func(ctx context.Context) (report func(throttled bool, after time.Duration), err error)

const (
	// shutFor is how long a gate that has failed is not asked: each question may take as long
	// as it takes to find out that nobody answers.
	shutFor = 5 * time.Second

	// gatedProcesses is how many processes share the rates where a gate has failed and nobody
	// has said.
	gatedProcesses = 8
)

// GateError is a call that was not made because the gate has failed.
type GateError struct{ Err error }

// Error says what the gate said.
func (e *GateError) Error() string { return fmt.Sprintf("the limiter has failed: %v", e.Err) }

// Unwrap returns the error of the gate.
func (e *GateError) Unwrap() error { return e.Err }

// isShut reports whether the gate has failed a moment ago.
func (b *Budget) isShut() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return time.Now().Before(b.shut)
}

// shutGate asks no gate for a while.
func (b *Budget) shutGate() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.shut = time.Now().Add(shutFor)
}

// askGate waits for the gate. When that fails, or has failed while the call waited for its turn,
// it waits for the budget's own rates instead. The caller has the turns of both.
func (t *Turn) askGate(ctx context.Context, k *Kind) error {
	if failed := t.budget.isShut(); failed && !k.GateOnly {
		return t.waitWithoutGate(ctx)
	}
	report, err := k.Gate(ctx)
	switch {
	case err == nil:
		t.gate = report
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, new(*LateError)):
		return err
	case k.GateOnly:
		return &GateError{Err: err}
	}
	t.budget.shutGate()
	return t.waitWithoutGate(ctx)
}

// waitWithoutGate waits for the budget's own rates.
func (t *Turn) waitWithoutGate(ctx context.Context) error {
	if err := t.own.wait(ctx); err != nil {
		return err
	}
	return t.all.wait(ctx)
}
