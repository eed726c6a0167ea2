package account

import (
	"context"
	"sync"
)

// Mutex is a mutex whose Lock honours ctx. The zero value is unlocked. It must not be
// copied.
type Mutex struct {
	once sync.Once
	held chan struct{} // holds a token while the mutex is locked
}

// Lock locks the mutex, or returns ctx's error when that ends first.
func (m *Mutex) Lock(ctx context.Context) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	select {
	case m.channel() <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// TryLock locks the mutex if it is unlocked, and reports whether it did.
func (m *Mutex) TryLock() bool {
	select {
	case m.channel() <- struct{}{}:
		return true
	default:
		return false
	}
}

// Unlock unlocks a mutex that is locked.
func (m *Mutex) Unlock() { <-m.channel() }

func (m *Mutex) channel() chan struct{} {
	m.once.Do(func() { m.held = make(chan struct{}, 1) })
	return m.held
}
