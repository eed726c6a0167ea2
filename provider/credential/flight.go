package credential

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// errPanicked says that a function panicked. The value of the panic may hold a secret.
var errPanicked = errors.New("the function that gets the credentials panicked")

// flights shares calls of one function: at most one runs at a time, and everybody who comes
// meanwhile waits for it.
type flights[T any] struct {
	within time.Duration
	call   func(ctx context.Context) (T, error)

	mu      sync.Mutex
	running *flight[T] // nil: none
}

// flight is one call of the function.
type flight[T any] struct {
	ctx     context.Context
	cancel  context.CancelFunc
	end     time.Time // when ctx ends by itself
	waiters int       // guarded by flights.mu

	done  chan struct{} // closed when the function has returned
	value T             // written before that
	err   error
}

func newFlights[T any](within time.Duration, call func(ctx context.Context) (T, error)) *flights[T] {
	return &flights[T]{within: within, call: call}
}

// join waits for a call of the function and returns its result. It returns when ctx ends. A call that
// nobody waits for any more is canceled.
func (s *flights[T]) join(ctx context.Context) (T, error) {
	for {
		var none T
		if err := ctx.Err(); err != nil {
			return none, err
		}
		f, fresh := s.enter()
		returned, err := s.wait(ctx, f)
		s.leave(f)
		switch {
		case err != nil:
			return none, err
		case !returned:
			return none, fmt.Errorf("no credentials within %v: the call for them ignores its end", s.within)
		case fresh || f.err == nil:
			return f.result(s.within)
		}
		// Others began this call and left, which canceled it. Begin another one.
	}
}

// enter returns the running call, and begins one if there is none. Fresh reports whether the caller
// may take its result: a call that others have left is canceled, and only waited for.
func (s *flights[T]) enter() (f *flight[T], fresh bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running == nil {
		s.running = s.beginLocked()
	}
	f = s.running
	f.waiters++
	return f, f.ctx.Err() == nil
}

func (s *flights[T]) beginLocked() *flight[T] {
	f := &flight[T]{done: make(chan struct{}), end: time.Now().Add(s.within), err: errPanicked}
	f.ctx, f.cancel = context.WithDeadline(context.Background(), f.end)
	go func() {
		defer s.ended(f)
		defer func() {
			if v := recover(); v != nil {
				f.err = fmt.Errorf("%w (%T)", errPanicked, v)
			}
		}()
		f.value, f.err = s.call(f.ctx)
	}()
	return f
}

// ended records that the function has returned.
func (s *flights[T]) ended(f *flight[T]) {
	s.mu.Lock()
	s.running = nil
	s.mu.Unlock()
	f.cancel()
	close(f.done)
}

// wait returns when the function has returned, when ctx ends, or when the bound has passed.
func (s *flights[T]) wait(ctx context.Context, f *flight[T]) (returned bool, err error) {
	bound := time.NewTimer(time.Until(f.end) + lastWord)
	defer bound.Stop()
	select {
	case <-f.done:
		return true, nil
	case <-ctx.Done():
		return false, ctx.Err()
	case <-bound.C:
		return false, nil
	}
}

// lastWord is how long a function may take to return after its ctx ended.
const lastWord = 100 * time.Millisecond

// result returns what the function returned. Its error never matches the end of a ctx: callers
// compare with their own.
func (f *flight[T]) result(within time.Duration) (T, error) {
	ended := errors.Is(f.err, context.DeadlineExceeded) || errors.Is(f.err, context.Canceled)
	switch {
	case !ended:
		return f.value, f.err
	case time.Now().Before(f.end):
		return f.value, errors.New("no credentials: " + f.err.Error())
	default:
		return f.value, fmt.Errorf("no credentials within %v", within)
	}
}

// leave cancels a call that nobody waits for any more.
func (s *flights[T]) leave(f *flight[T]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.waiters--; f.waiters == 0 {
		f.cancel()
	}
}
