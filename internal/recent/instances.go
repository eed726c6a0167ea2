// Package recent remembers recent events for a while: which instances were created, and what
// was refused.
package recent

import (
	"sync"
	"time"
)

// Instances remembers the instances that were just created. The cloud may not show them yet,
// so "not found" does not mean that they do not exist. It is safe for concurrent use once
// Within is set.
type Instances struct {
	Within time.Duration // how long an instance counts as recent

	mu     sync.Mutex
	base   time.Time                // zero of born
	born   map[string]time.Duration // a third of a time.Time: there may be a hundred thousand
	pruned time.Time

	// named holds the operation that gave a recent instance its name.
	named map[string]string
}

// Add remembers instances that were created at the given time.
func (r *Instances) Add(ids []string, at time.Time) {
	now := time.Now()
	if at.After(now) { // another computer's clock
		at = now
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.born == nil {
		r.base, r.born = now, map[string]time.Duration{}
	}
	if now.Sub(r.pruned) > r.Within {
		for id, at := range r.born {
			if now.Sub(r.base)-at > r.Within {
				delete(r.born, id)
				delete(r.named, id)
			}
		}
		r.pruned = now
	}
	born := max(at.Sub(r.base), -2*r.Within) // the zero time would overflow a duration
	for _, id := range ids {
		r.born[id] = born
	}
}

// Forget drops instances that were released: they are really gone.
func (r *Instances) Forget(ids []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range ids {
		delete(r.born, id)
		delete(r.named, id)
	}
}

// Name records which operation gave a recent instance its name.
func (r *Instances) Name(id, operation string) {
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

// Namer returns which operation gave a recent instance its name, or "".
func (r *Instances) Namer(id string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.named[id]
}

// Any reports whether one of the instances is recent.
func (r *Instances) Any(ids []string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range ids {
		if at, ok := r.born[id]; ok && time.Since(r.base)-at <= r.Within {
			return true
		}
	}
	return false
}

// At returns when a recent instance was created, zero for others.
func (r *Instances) At(id string) (at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if b, ok := r.born[id]; ok && time.Since(r.base)-b <= r.Within {
		at = r.base.Add(b)
	}
	return at
}
