package account

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A request of many calls waits in the queue once: one call of another request goes
// after at most one of them.
func TestASerializedRequestHoldsUpNoOther(t *testing.T) {
	inFakeTime(t, Rate{Calls: 1, Per: time.Second}, func(t *testing.T, c *caller) {
		ctx := Serialize(t.Context())
		var huge sync.WaitGroup
		for range 100 {
			huge.Go(func() {
				if err := c.one(ctx); err != nil {
					t.Error(err)
				}
			})
		}
		time.Sleep(10 * time.Second)
		start := time.Now()
		if err := c.one(t.Context()); err != nil {
			t.Error(err)
		}
		if took, most := time.Since(start), 2*time.Second; took > most {
			t.Errorf("one call waited %v beside a hundred of one request, want %v at most", took, most)
		}
		huge.Wait()
	})
}

func TestASerializedContextStaysTheSame(t *testing.T) {
	ctx := Serialize(t.Context())
	if again := Serialize(ctx); again != ctx {
		t.Error("serializing twice makes another context: calls of one request would wait side by side")
	}
}

// A call that waits for its turn within its request ends with its ctx.
func TestWaitingForATurnEndsWithTheContext(t *testing.T) {
	inFakeTime(t, Rate{Calls: 1, Per: time.Hour}, func(t *testing.T, c *caller) {
		ctx, cancel := context.WithCancel(Serialize(t.Context()))
		var calls sync.WaitGroup
		for range 3 {
			calls.Go(func() { _ = c.one(ctx) })
		}
		time.Sleep(time.Minute)
		start := time.Now()
		cancel()
		calls.Wait()
		if took := time.Since(start); took != 0 {
			t.Errorf("the calls ended %v after ctx", took)
		}
	})
}

// A queue within a queue counts for both; what one counts the other does not get twice.
func TestTheQueueCountsForAllThatWait(t *testing.T) {
	inFakeTime(t, Rate{Calls: 1, Per: time.Second}, func(t *testing.T, c *caller) {
		outer := CountQueued(t.Context())
		inner := CountQueued(outer)
		for _, ctx := range []context.Context{inner, inner, outer} {
			if err := c.one(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if got, want := inner.Total(), time.Second; got != want {
			t.Errorf("the inner queue took %v, want %v", got, want)
		}
		if got, want := outer.Total(), 2*time.Second; got != want {
			t.Errorf("the outer queue took %v, want %v", got, want)
		}
	})
}

func TestALockEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m Mutex
		if err := m.Lock(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		if err := m.Lock(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want %v", err, context.DeadlineExceeded)
		}
		if took := time.Since(start); took != time.Second {
			t.Errorf("it took %v, want %v", took, time.Second)
		}
		if m.TryLock() {
			t.Error("a locked mutex was locked again")
		}
		m.Unlock()
		if err := m.Lock(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a mutex was locked for a ctx that has ended: %v", err)
		}
		if !m.TryLock() {
			t.Error("an unlocked mutex was not locked")
		}
	})
}
