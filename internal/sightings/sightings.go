// Package sightings remembers which instances of an account were seen, and which of them have
// ended. It identifies them by cloud, region and ID only.
package sightings

import (
	"hash/maphash"
	"sync"
	"time"
)

// perGeneration limits the size of a Memory, which holds between one and two generations. A
// hundred thousand instances take about two megabytes.
const perGeneration = 1 << 18

// Place is a region of a cloud. The same ID in another place proves nothing.
type Place struct{ Driver, Region string }

// Memory remembers, by 64-bit hashes, the instances that the clients of an account have seen,
// and those that have ended. The oldest are forgotten first. A forgotten instance counts as
// never seen, which costs another call and no money. The zero value is empty. It is safe for
// concurrent use.
type Memory struct {
	mu          sync.Mutex
	seed        maphash.Seed
	seeded      bool
	seen, ended generations
	shown       map[Place]time.Time // when an answer has shown a living instance last
}

// generations are two sets. When the younger set is full, it replaces the older one.
type generations struct{ young, old map[uint64]struct{} }

// sighting is an instance and the place that showed it.
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

// hashLocked returns the hash of an instance. The caller holds m.mu.
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

// Show records that an answer about a place has shown a living instance.
func (m *Memory) Show(at Place) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.shown == nil {
		m.shown = map[Place]time.Time{}
	}
	m.shown[at] = time.Now()
}

// LastShown returns when an answer about a place last showed a living instance; zero if none
// has.
func (m *Memory) LastShown(at Place) time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.shown[at]
}
