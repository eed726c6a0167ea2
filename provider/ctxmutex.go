package provider

import (
	"context"
	"sync"
)

// ctxMutex is a mutex whose lock honours ctx. The zero value is unlocked.
type ctxMutex struct {
	once sync.Once
	held chan struct{} // holds a token while the mutex is locked
}

func (m *ctxMutex) lock(ctx context.Context) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	m.once.Do(func() { m.held = make(chan struct{}, 1) })
	select {
	case m.held <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// tryLock locks the mutex if it is unlocked, and reports whether it did.
func (m *ctxMutex) tryLock() bool {
	m.once.Do(func() { m.held = make(chan struct{}, 1) })
	select {
	case m.held <- struct{}{}:
		return true
	default:
		return false
	}
}

func (m *ctxMutex) unlock() { <-m.held }
