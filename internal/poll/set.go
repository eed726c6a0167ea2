package poll

import "sync"

// Set holds one poller for each of several clouds. The zero value is empty and ready. It is
// safe for concurrent use.
type Set[T any] struct {
	mu     sync.Mutex
	byName map[string]*Poller[T]
}

// Get returns the poller of a cloud. The first call for a name makes it, from what config
// returns.
func (s *Set[T]) Get(name string, config func() Config[T]) *Poller[T] {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.byName[name]
	if p == nil {
		if s.byName == nil {
			s.byName = map[string]*Poller[T]{}
		}
		p = New(config())
		s.byName[name] = p
	}
	return p
}
