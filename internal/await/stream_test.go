package await_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/yunfan-cloud/yunfan/internal/await"
)

// counts reports 1, 2 and 3, and then ends with an error.
func counts(end error) func(context.Context, func(int)) error {
	return func(_ context.Context, report func(int)) error {
		for n := range 3 {
			report(n + 1)
		}
		return end
	}
}

var errOdd = errors.New("odd")

func odd(n int) error {
	if n%2 == 1 {
		return errOdd
	}
	return nil
}

func TestAStreamYieldsEventsAndThenTheError(t *testing.T) {
	end := errors.New("end")
	var events []int
	var errs []error
	for n, err := range await.Stream(t.Context(), counts(end), odd) {
		events, errs = append(events, n), append(errs, err)
	}
	if want := []int{1, 2, 3, 0}; !slices.Equal(events, want) {
		t.Errorf("got %v, want %v", events, want)
	}
	if want := []error{errOdd, nil, errOdd, end}; !slices.Equal(errs, want) {
		t.Errorf("got errors %v, want %v", errs, want)
	}
}

func TestAStreamWithoutAnErrorEndsWithItsEvents(t *testing.T) {
	n := 0
	for range await.Stream(t.Context(), counts(nil), odd) {
		n++
	}
	if n != 3 {
		t.Errorf("%d events, want 3", n)
	}
}

// A loop that is left, also by a panic, waits until run has returned.
func TestAStreamThatIsLeftEndsItsRun(t *testing.T) {
	for _, leave := range []string{"break", "panic"} {
		var seen error
		run := func(ctx context.Context, report func(int)) error {
			report(1)
			<-ctx.Done()
			report(2) // nobody listens
			seen = ctx.Err()
			return seen
		}
		func() {
			defer func() { _ = recover() }()
			for range await.Stream(t.Context(), run, odd) {
				if leave == "panic" {
					panic(leave)
				}
				break
			}
		}()
		if !errors.Is(seen, context.Canceled) {
			t.Errorf("after a %s run saw %v, want its ctx to end", leave, seen)
		}
	}
}
