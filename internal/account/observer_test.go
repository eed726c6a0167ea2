package account

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// told keeps what an observer is told: the attempts that failed, and the pauses.
type told struct {
	attempts []int
	pauses   []time.Duration
}

// Repeats implements [Observer].
func (o *told) Repeats(_ context.Context, attempt int, in time.Duration, _ error) {
	o.attempts, o.pauses = append(o.attempts, attempt), append(o.pauses, in)
}

// The observer hears of each repetition and its pause, and each call knows its number.
func TestRepetitionsAreObserved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var o told
		var numbers []int
		var at []time.Time
		judge := func(error) Again { return Again{Worth: true, Observer: &o} }
		_ = Repeat(t.Context(), time.Now().Add(time.Minute), judge, func(ctx context.Context) error {
			numbers, at = append(numbers, Attempt(ctx)), append(at, time.Now())
			if len(numbers) < 3 {
				return errBusy
			}
			return nil
		})
		if want := []int{1, 2, 3}; !slices.Equal(numbers, want) {
			t.Errorf("the calls are attempts %v, want %v", numbers, want)
		}
		if want := []int{1, 2}; !slices.Equal(o.attempts, want) {
			t.Fatalf("told of failed attempts %v, want %v", o.attempts, want)
		}
		for n, pause := range o.pauses {
			if got := at[n+1].Sub(at[n]); got != pause {
				t.Errorf("attempt %d came after %v, want %v as told", n+2, got, pause)
			}
		}
	})
}

// A call that is not repeated is not told of.
func TestTheLastFailureIsNoRepetition(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var o told
		judge := func(error) Again { return Again{Observer: &o} }
		_ = Repeat(t.Context(), time.Now().Add(time.Minute), judge, func(context.Context) error { return errBusy })
		if len(o.attempts) != 0 {
			t.Errorf("told of failed attempts %v, want none", o.attempts)
		}
		if got := Attempt(t.Context()); got != 1 {
			t.Errorf("a call by itself is attempt %d, want 1", got)
		}
	})
}

// The calls of a batch are observed too.
func TestRepetitionsOfBatchesAreObserved(t *testing.T) {
	withService(t, func(t *testing.T, s *service, b *Batches) {
		var o told
		var numbers []int
		b.Observer = &o
		s.refuses["a"], s.until["a"] = passes, time.Second
		b.Run(t.Context(), []Group{{IDs: []string{"a"}, Call: func(ctx context.Context, ids []string) error {
			numbers = append(numbers, Attempt(ctx))
			return s.call(ctx, ids)
		}}})
		if len(o.attempts) == 0 || len(o.attempts) != len(numbers)-1 {
			t.Errorf("told of %d repetitions of %d calls", len(o.attempts), len(numbers))
		}
		for n, number := range numbers {
			if number != n+1 {
				t.Errorf("call %d is attempt %d", n+1, number)
			}
		}
	})
}
