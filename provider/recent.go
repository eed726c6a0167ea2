package provider

import (
	"sync"
	"time"
)

// visibleAfter is how long a new server may be unknown to the cloud's other
// calls. All four vendors have such a lag; none documents a bound.
const visibleAfter = 60 * time.Second

// recent remembers the servers a client has just created, so that "not found"
// is not mistaken for "gone" while the cloud has not caught up.
type recent struct {
	mu     sync.Mutex
	base   time.Time                // zero of born
	born   map[string]time.Duration // a third of a time.Time: there may be a hundred thousand
	pruned time.Time
}

// add remembers servers that were created at the given time.
func (r *recent) add(ids []string, at time.Time) {
	now := time.Now()
	if at.After(now) { // another computer's clock
		at = now
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.born == nil {
		r.base, r.born = now, map[string]time.Duration{}
	}
	if now.Sub(r.pruned) > visibleAfter {
		for id, at := range r.born {
			if now.Sub(r.base)-at > visibleAfter {
				delete(r.born, id)
			}
		}
		r.pruned = now
	}
	born := max(at.Sub(r.base), -2*visibleAfter) // the zero time is too far away to count with
	for _, id := range ids {
		r.born[id] = born
	}
}

// forget drops servers that have been released: they are gone for good reason.
func (r *recent) forget(ids []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range ids {
		delete(r.born, id)
	}
}

// any tells whether one of the IDs is that new.
func (r *recent) any(ids []string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range ids {
		if at, ok := r.born[id]; ok && time.Since(r.base)-at <= visibleAfter {
			return true
		}
	}
	return false
}

// at is when a server that is that new was created, zero for others.
func (r *recent) at(id string) (at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if b, ok := r.born[id]; ok && time.Since(r.base)-b <= visibleAfter {
		at = r.base.Add(b)
	}
	return at
}
