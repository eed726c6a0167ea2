package provider

import (
	"sync"
	"time"
)

// recent remembers the instances that a client has just created, so that "not
// found" is not mistaken for "unknown" while the cloud has not caught up.
type recent struct {
	// within is Options.VisibleWithin: how long an instance counts as recent.
	within time.Duration

	mu     sync.Mutex
	base   time.Time                // zero of born
	born   map[string]time.Duration // a third of a time.Time: there may be a hundred thousand
	pruned time.Time

	// named is by which operation a recent instance was given its name.
	named map[string]string
}

// add remembers instances that were created at the given time.
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
	if now.Sub(r.pruned) > r.within {
		for id, at := range r.born {
			if now.Sub(r.base)-at > r.within {
				delete(r.born, id)
				delete(r.named, id)
			}
		}
		r.pruned = now
	}
	born := max(at.Sub(r.base), -2*r.within) // the zero time is too far away to count with
	for _, id := range ids {
		r.born[id] = born
	}
}

// forget drops instances that have been released: they are gone for good reason.
func (r *recent) forget(ids []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range ids {
		delete(r.born, id)
		delete(r.named, id)
	}
}

// name records which operation has given a recent instance its name.
func (r *recent) name(id, operation string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.born[id]; !ok {
		return
	}
	if r.named == nil {
		r.named = map[string]string{}
	}
	r.named[id] = operation
}

// namer returns which operation has given a recent instance its name, or "".
func (r *recent) namer(id string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.named[id]
}

// any reports whether one of the instances is recent.
func (r *recent) any(ids []string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range ids {
		if at, ok := r.born[id]; ok && time.Since(r.base)-at <= r.within {
			return true
		}
	}
	return false
}

// at returns when a recent instance was created, zero for others.
func (r *recent) at(id string) (at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if b, ok := r.born[id]; ok && time.Since(r.base)-b <= r.within {
		at = r.base.Add(b)
	}
	return at
}
