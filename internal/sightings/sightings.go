// Package sightings remembers which instances of an account were seen, and which of them
// have ended. It knows them by cloud, region and ID alone.
package sightings

import (
	"hash/maphash"
	"sync"
	"time"
)

// perGeneration bounds what a Memory holds: between one and two generations of it. A
// hundred thousand instances take about two megabytes.
const perGeneration = 1 << 18

// Place is a region of a cloud. The same ID in another place proves nothing.
type Place struct{ Driver, Region string }

// Memory remembers the instances that the clients of an account have seen, and those
// whose end is known, by 64-bit hashes. The oldest are forgotten first; an instance that
// was forgotten counts as never seen, which costs a question and no money. The zero value
// is empty. It is safe for concurrent use.
type Memory struct {
	mu          sync.Mutex
	seed        maphash.Seed
	seeded      bool
	seen, ended generations
	shown       map[Place]time.Time // when an answer has shown a living instance last
}

// generations are two sets. The younger takes the place of the older when it is full.
type generations struct{ young, old map[uint64]struct{} }

// sighting is an instance in the place that showed it.
type sighting struct {
	at Place
	id string
}

func (g *generations) add(h uint64) {
	if len(g.young) >= perGeneration {
		g.young, g.old = nil, g.young
	}
	if g.young == nil {
		g.young = map[uint64]struct{}{}
	}
	g.young[h] = struct{}{}
}

func (g *generations) has(h uint64) bool {
	if _, ok := g.young[h]; ok {
		return true
	}
	_, ok := g.old[h]
	return ok
}

// hashLocked returns the hash of an instance. Callers hold m.mu.
func (m *Memory) hashLocked(at Place, id string) uint64 {
	if !m.seeded {
		m.seed, m.seeded = maphash.MakeSeed(), true
	}
	return maphash.Comparable(m.seed, sighting{at, id})
}

// See records that an instance was seen.
func (m *Memory) See(at Place, id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.seen.add(m.hashLocked(at, id))
}

// End records that instances have ended. It also records them as seen.
func (m *Memory) End(at Place, ids []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, id := range ids {
		h := m.hashLocked(at, id)
		m.seen.add(h)
		m.ended.add(h)
	}
}

// HasSeen reports whether an instance was seen. False proves nothing.
func (m *Memory) HasSeen(at Place, id string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.seen.has(m.hashLocked(at, id))
}

// HasEnded reports whether an instance has ended.
func (m *Memory) HasEnded(at Place, id string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.ended.has(m.hashLocked(at, id))
}

// Show records that an answer about a place has shown an instance that lives.
func (m *Memory) Show(at Place) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.shown == nil {
		m.shown = map[Place]time.Time{}
	}
	m.shown[at] = time.Now()
}

// LastShown returns when an answer about a place has shown a living instance last; zero
// if none has.
func (m *Memory) LastShown(at Place) time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.shown[at]
}
