package provider

import (
	"hash/maphash"
	"slices"
	"sync"
	"time"
)

// perGeneration bounds what sightings remember: between one and two generations
// of it. A hundred thousand instances take about two megabytes.
const perGeneration = 1 << 18

// sightings remembers the instances that the clients of an account have seen, and
// those whose end is known, by 64-bit hashes. The oldest are forgotten first; an
// instance that was forgotten counts as never seen, which costs a question and no
// money. The zero value is empty. It is safe for concurrent use.
type sightings struct {
	mu          sync.Mutex
	seed        maphash.Seed
	seeded      bool
	seen, ended generations
	shown       map[place]time.Time // when an answer has shown a living instance last
}

// place is a region of a cloud.
type place struct{ driver, region string }

// generations are two sets. The younger takes the place of the older when it is
// full.
type generations struct{ young, old map[uint64]struct{} }

// sighting is an instance in the region that showed it. The same ID in another
// region proves nothing.
type sighting struct{ driver, region, id string }

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

// hash returns the hash of an instance. Callers have s.mu.
func (s *sightings) hash(of sighting) uint64 {
	if !s.seeded {
		s.seed, s.seeded = maphash.MakeSeed(), true
	}
	return maphash.Comparable(s.seed, of)
}

// markSeen records that an answer about a region has shown an instance, so that
// the instance has existed.
func (c *Client) markSeen(region, id string) {
	s := &c.poller.seen
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen.add(s.hash(sighting{c.name, c.region(region), id}))
}

// markEnded records that the cloud has accepted the release of instances, or has
// shown them as terminated. It also proves that they have existed.
func (c *Client) markEnded(region string, ids []string) {
	s := &c.poller.seen
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		h := s.hash(sighting{c.name, c.region(region), id})
		s.seen.add(h)
		s.ended.add(h)
	}
}

// markPage records what a page of a describe call has shown.
func (c *Client) markPage(region string, page *DescribePage) {
	for n := range page.Instances { // instances are long: they are not copied to be looked at
		if i := &page.Instances[n]; i.State == StateTerminated {
			c.markEnded(region, []string{i.ID})
		} else {
			c.markSeen(region, i.ID)
		}
	}
	if slices.ContainsFunc(page.Instances, func(i Instance) bool { return !released(i.State) }) {
		c.markShown(region)
	}
}

// markShown records that an answer about a region has shown an instance that lives.
func (c *Client) markShown(region string) {
	s := &c.poller.seen
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.shown == nil {
		s.shown = map[place]time.Time{}
	}
	s.shown[place{c.name, c.region(region)}] = time.Now()
}

// lastShown returns when an answer about a region has shown a living instance last; zero
// if none has.
func (c *Client) lastShown(region string) time.Time {
	s := &c.poller.seen
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shown[place{c.name, c.region(region)}]
}

// hasSeen reports whether an instance has existed in a region: an answer of a
// describe has shown it to a client of the account, or the cloud has accepted its
// release. False proves nothing.
func (c *Client) hasSeen(region, id string) bool {
	s := &c.poller.seen
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen.has(s.hash(sighting{c.name, c.region(region), id}))
}

// hasEnded reports whether the release of an instance was accepted, or the cloud
// has shown it as terminated. When the cloud does not know it any more, it is gone.
func (c *Client) hasEnded(region, id string) bool {
	s := &c.poller.seen
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ended.has(s.hash(sighting{c.name, c.region(region), id}))
}
