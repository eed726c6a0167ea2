package account

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"
)

// fakeGate is a gate that lets a call go each second, or fails.
type fakeGate struct {
	mu       sync.Mutex
	fails    error
	asked    int
	at       []time.Time // when calls were let go
	reported []bool
	after    time.Duration // of the latest report
}

func (g *fakeGate) gate(ctx context.Context) (func(bool, time.Duration), error) {
	g.mu.Lock()
	g.asked++
	err := g.fails
	g.mu.Unlock()
	if err != nil {
		return nil, err
	}
	if !Sleep(ctx, time.Second) {
		return nil, ctx.Err()
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.at = append(g.at, time.Now())
	return func(throttled bool, after time.Duration) {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.reported, g.after = append(g.reported, throttled), after
	}, nil
}

// behindGate runs a test with a caller whose calls go through a gate.
func behindGate(t *testing.T, own Rate, test func(t *testing.T, c *caller, g *fakeGate)) {
	t.Helper()
	inFakeTime(t, own, func(t *testing.T, c *caller) {
		g := &fakeGate{}
		c.kind.Gate = g.gate
		test(t, c, g)
	})
}

// The gate decides alone when a call goes, and hears how each one ended.
func TestAGateDecides(t *testing.T) {
	behindGate(t, Rate{Calls: 1, Per: time.Hour}, func(t *testing.T, c *caller, g *fakeGate) {
		c.answer = func(n int) bool { return n == 2 }
		c.after = func(int) time.Duration { return time.Minute }
		if took, want := c.all(3), 3*time.Second; took != want {
			t.Errorf("three calls took %v, want %v", took, want)
		}
		if n := len(g.reported); n != 3 {
			t.Fatalf("%d reports, want 3", n)
		}
		if !g.reported[1] {
			t.Error("the throttled call was reported as one that went well")
		}
	})
}

// Calls of one rate ask one by one, and a caller that gives up holds up nobody.
func TestAGateIsAskedInOrder(t *testing.T) {
	behindGate(t, Rate{Calls: 100, Per: time.Second}, func(t *testing.T, c *caller, _ *fakeGate) {
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		if err := c.one(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want %v", err, context.DeadlineExceeded)
		}
		if took, want := c.all(2), 2*time.Second; took != want {
			t.Errorf("two calls took %v, want %v", took, want)
		}
	})
}

// When the gate fails, the calls go on at a share of the rate, and it is asked again after a
// while.
func TestAGateThatFailsIsReplacedByAShare(t *testing.T) {
	behindGate(t, Rate{Calls: 40, Per: time.Second}, func(t *testing.T, c *caller, g *fakeGate) {
		g.fails = errors.New("nobody answers")
		took := c.all(20)
		if limit := 5 * time.Second; took > limit {
			t.Errorf("20 calls took %v, want at most %v", took, limit)
		}
		if n := c.most(time.Second); n > 10 {
			t.Errorf("%d calls within a second, want a part of the rate", n)
		}
		if g.asked != 1 {
			t.Errorf("the gate was asked %d times within %v, want once", g.asked, took)
		}
		time.Sleep(shutFor)
		g.fails = nil
		c.all(2)
		if n := len(g.at); n != 2 {
			t.Errorf("%d calls went through the gate after it was back, want 2", n)
		}
	})
}

// Where nothing may replace the gate, its error is the error of the call.
func TestAGateThatMustNotFail(t *testing.T) {
	behindGate(t, Rate{Calls: 40, Per: time.Second}, func(t *testing.T, c *caller, g *fakeGate) {
		c.kind.GateOnly = true
		g.fails = errors.New("nobody answers")
		for range 2 {
			var failed *GateError
			if err := c.one(t.Context()); !errors.As(err, &failed) || !errors.Is(err, g.fails) {
				t.Errorf("got %v, want a GateError of %v", err, g.fails)
			}
		}
		if g.asked != 2 {
			t.Errorf("the gate was asked %d times, want 2", g.asked)
		}
		g.fails = nil
		c.all(1)
	})
}

// A gate that knows that ctx ends too early has not failed.
func TestAGateThatSaysTooLate(t *testing.T) {
	behindGate(t, Rate{Calls: 40, Per: time.Second}, func(t *testing.T, c *caller, g *fakeGate) {
		g.fails = &LateError{FreesIn: time.Hour, EndsIn: time.Minute}
		var late *LateError
		if err := c.one(t.Context()); !errors.As(err, &late) {
			t.Errorf("got %v, want a LateError", err)
		}
		if len(c.made) != 0 {
			t.Errorf("%d calls were made, want 0", len(c.made))
		}
	})
}
