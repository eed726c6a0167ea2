package account

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

var errBusy = errors.New("busy")

// always is a judge to whom every error is worth another call.
func always(error) Again { return Again{Worth: true} }

// attempts repeats a call that always fails, and returns when each was made, from the
// first on.
func attempts(t *testing.T, retryFor time.Duration, judge func(error) Again) (at []time.Duration, err error) {
	t.Helper()
	start := time.Now()
	err = Repeat(t.Context(), start.Add(retryFor), judge, func(context.Context) error {
		at = append(at, time.Since(start))
		return errBusy
	})
	return at, err
}

func TestACallIsRepeatedUntilItSucceeds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		err := Repeat(t.Context(), time.Now().Add(time.Minute), always, func(context.Context) error {
			if n++; n < 4 {
				return errBusy
			}
			return nil
		})
		if err != nil {
			t.Errorf("got %v, want nil", err)
		}
		if n != 4 {
			t.Errorf("%d calls, want 4", n)
		}
	})
}

func TestACallIsNotRepeatedForNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at, err := attempts(t, time.Minute, func(error) Again { return Again{} })
		if len(at) != 1 {
			t.Errorf("%d calls, want 1", len(at))
		}
		if !errors.Is(err, errBusy) {
			t.Errorf("got %v, want %v", err, errBusy)
		}
	})
}

func TestRepetitionsEndWithPatience(t *testing.T) {
	for retryFor, most := range map[time.Duration]time.Duration{-1: 0, 0: 0, time.Minute: time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			at, err := attempts(t, retryFor, always)
			if last := at[len(at)-1]; last > most {
				t.Errorf("patience %v: the last call was after %v", retryFor, last)
			}
			if once := len(at) == 1; once != (retryFor <= 0) {
				t.Errorf("patience %v: %d calls", retryFor, len(at))
			}
			if !errors.Is(err, errBusy) {
				t.Errorf("patience %v: got %v, want %v", retryFor, err, errBusy)
			}
		})
	}
}

// Pauses double up to the longest one.
func TestPausesGrow(t *testing.T) {
	pauses := map[int]time.Duration{0: firstPause, 1: 2 * firstPause, 3: 8 * firstPause, 5: MaxPause, 1000: MaxPause}
	for n, want := range pauses {
		for range 100 {
			if got := Pause(n); got < want*8/10 || got > want*12/10 {
				t.Fatalf("pause %d is %v, want %v and a fifth of jitter", n, got, want)
			}
		}
	}
}

func TestWhatTheServiceAsksForIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at, _ := attempts(t, 70*time.Second, func(error) Again { return Again{Worth: true, After: 30 * time.Second} })
		if got, want := fmt.Sprint(at), "[0s 30s 1m0s]"; got != want {
			t.Errorf("calls after %v, want %v", got, want)
		}
	})
}

// The last repetition goes out when there is no more use in a further one, also when
// patience ends before or later.
func TestTheLastCallIsMadeWhenItsReasonEnds(t *testing.T) {
	for _, patience := range []time.Duration{time.Second, time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			until := time.Now().Add(40 * time.Second)
			at, err := attempts(t, patience, func(error) Again { return Again{Worth: true, Until: until} })
			if last, want := at[len(at)-1], 40*time.Second; last != want {
				t.Errorf("patience %v: the last call was after %v, want %v", patience, last, want)
			}
			if !errors.Is(err, errBusy) {
				t.Errorf("patience %v: got %v, want %v", patience, err, errBusy)
			}
		})
	}
}

// The time in the library's own queue is not spent by the repetitions.
func TestTheQueueCostsNoPatience(t *testing.T) {
	inFakeTime(t, Rate{Calls: 1, Per: time.Minute}, func(t *testing.T, c *caller) {
		n := 0
		err := Repeat(t.Context(), time.Now().Add(10*time.Second), always, func(ctx context.Context) error {
			if err := c.one(ctx); err != nil {
				return err
			}
			if n++; n < 4 {
				return errBusy
			}
			return nil
		})
		if err != nil {
			t.Errorf("after %d calls: got %v, want nil", n, err)
		}
	})
}

func TestRepetitionsEndWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		start := time.Now()
		err := Repeat(ctx, start.Add(time.Hour), always, func(context.Context) error { return errBusy })
		if took := time.Since(start); took != 10*time.Second {
			t.Errorf("it took %v, want 10 s", took)
		}
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v does not say that ctx has ended", err)
		}
		if !errors.Is(err, errBusy) {
			t.Errorf("%v does not say what was before that", err)
		}
	})
}

// An error that is the end of ctx already says so once.
func TestTheEndOfAContextIsToldOnce(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	cut := fmt.Errorf("creating: %w", context.Canceled)
	if got := Ended(ctx, cut); got.Error() != cut.Error() {
		t.Errorf("got %q, want %q", got, cut)
	}
	got := Ended(ctx, errBusy)
	if !errors.Is(got, context.Canceled) {
		t.Errorf("%v does not say that ctx has ended", got)
	}
	if !errors.Is(got, errBusy) {
		t.Errorf("%v does not say what was before that", got)
	}
}
