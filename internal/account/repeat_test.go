package account

import (
	"context"
	"errors"
	"fmt"
	"testing"
)

// An error that is the end of ctx already says so once.
func TestTheEndOfAContextIsToldOnce(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	cut := fmt.Errorf("creating: %w", context.Canceled)
	if got := Ended(ctx, cut); got.Error() != cut.Error() {
		t.Errorf("got %q, want %q", got, cut)
	}
	busy := errors.New("busy")
	got := Ended(ctx, busy)
	if !errors.Is(got, context.Canceled) {
		t.Errorf("%v does not say that ctx has ended", got)
	}
	if !errors.Is(got, busy) {
		t.Errorf("%v does not say what was before that", got)
	}
}
