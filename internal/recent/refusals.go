package recent

import (
	"iter"
	"sync"
	"time"
)

// Refusals remembers what was refused. It is safe for concurrent use once Within is set.
type Refusals[K comparable] struct {
	Within time.Duration // how long a refusal is remembered

	mu  sync.Mutex
	out map[K]refusal
}

type refusal struct {
	since time.Time
	err   error
}

// Add remembers a refusal.
func (r *Refusals[K]) Add(key K, err error) {
	now := time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.out == nil {
		r.out = map[K]refusal{}
	}
	for k, v := range r.out {
		if now.Sub(v.since) > r.Within {
			delete(r.out, k)
		}
	}
	r.out[key] = refusal{now, err}
}

// Of returns why one of the keys was refused, or nil.
func (r *Refusals[K]) Of(keys iter.Seq[K]) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for k := range keys {
		if v, ok := r.out[k]; ok && time.Since(v.since) <= r.Within {
			return v.err
		}
	}
	return nil
}
