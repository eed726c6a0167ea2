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

// Region is what a Memory knows of one place. It is safe for concurrent use.
type Region struct {
	m  *Memory
	at Place
}

// In returns what the memory knows of a place.
func (m *Memory) In(at Place) Region { return Region{m, at} }

// hashLocked returns the hash of an instance. The caller holds m.mu.
func (m *Memory) hashLocked(at Place, id string) uint64 {
	if !m.seeded {
		m.seed, m.seeded = maphash.MakeSeed(), true
	}
	return maphash.Comparable(m.seed, sighting{at, id})
}

// See records that an instance was seen.
func (r Region) See(id string) {
	r.m.mu.Lock()
	defer r.m.mu.Unlock()
	r.m.seen.add(r.m.hashLocked(r.at, id))
}

// End records that the cloud has accepted the release of instances, or has shown them as
// terminated. It also records them as seen.
func (r Region) End(ids ...string) {
	r.m.mu.Lock()
	defer r.m.mu.Unlock()
	for _, id := range ids {
		h := r.m.hashLocked(r.at, id)
		r.m.seen.add(h)
		r.m.ended.add(h)
	}
}

// HasSeen reports whether an instance has existed in the place: it was seen, or it has ended.
// False proves nothing.
func (r Region) HasSeen(id string) bool {
	r.m.mu.Lock()
	defer r.m.mu.Unlock()
	return r.m.seen.has(r.m.hashLocked(r.at, id))
}

// HasEnded reports whether an instance has ended. Once the cloud does not know it any more, it
// is gone.
func (r Region) HasEnded(id string) bool {
	r.m.mu.Lock()
	defer r.m.mu.Unlock()
	return r.m.ended.has(r.m.hashLocked(r.at, id))
}

// Show records that an answer about the place has shown a living instance.
func (r Region) Show() {
	r.m.mu.Lock()
	defer r.m.mu.Unlock()
	if r.m.shown == nil {
		r.m.shown = map[Place]time.Time{}
	}
	r.m.shown[r.at] = time.Now()
}

// LastShown returns when an answer about the place last showed a living instance; zero if none
// has.
func (r Region) LastShown() time.Time {
	r.m.mu.Lock()
	defer r.m.mu.Unlock()
	return r.m.shown[r.at]
}
