package provider

import (
	"maps"
	"slices"
	"sync"
)

// What a wait keeps of its sightings for others: for those that give names, and for those that
// ask about jobs.

// lastSights are instances as last seen, by ID. It is safe for concurrent use. Nil keeps none.
type lastSights struct {
	mu   sync.Mutex
	seen map[string]Instance
}

func (s *lastSights) add(i *Instance) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen == nil {
		s.seen = map[string]Instance{}
	}
	s.seen[i.ID] = *i
}

// all returns what was seen so far.
func (s *lastSights) all() map[string]Instance {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.seen)
}

// runningSet are instances that were seen running. It is safe for concurrent use. Nil keeps
// none.
type runningSet struct {
	mu  sync.Mutex
	ids map[string]bool
}

func (s *runningSet) add(i *Instance) {
	if s == nil || i.State != StateRunning {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ids == nil {
		s.ids = map[string]bool{}
	}
	s.ids[i.ID] = true
}

// hasAll reports whether all of the instances were seen running.
func (s *runningSet) hasAll(ids []string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !slices.ContainsFunc(ids, func(id string) bool { return !s.ids[id] })
}
