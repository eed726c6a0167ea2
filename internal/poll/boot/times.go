package boot

import (
	"sync"
	"time"
)

// maxClasses bounds the memory of a program that runs for years and launches from a
// new image every day. A class takes about 14 KB.
const maxClasses = 256

// Times is what is known of the boot times of every class. It is safe for concurrent
// use.
type Times struct {
	prior    func(class string) time.Duration
	listings bool
	early    time.Duration

	mu      sync.Mutex
	classes map[string]*Class
}

// New returns Times that know no more than a prior: the age at which one instance in
// ten of a class is ready. A nil prior, or one that returns 0, stands for 10 s.
// listings says that instances can be listed by their state: then plans are also made
// for looks that are listings. early is the age at which a few instances of a class of
// which nothing is known are looked at beforehand; 0 means none.
func New(prior func(class string) time.Duration, listings bool, early time.Duration) *Times {
	if prior == nil {
		prior = func(string) time.Duration { return 0 }
	}
	return &Times{prior: prior, listings: listings, early: early, classes: make(map[string]*Class)}
}

// Class returns what is known of a class. When there are 256 classes already, a new
// one replaces the one that was asked for least recently; who holds that one can
// still use it.
func (t *Times) Class(name string, now time.Duration) *Class {
	if c := t.known(name, now); c != nil {
		return c
	}
	fresh := &Class{
		prior:       clampPrior(t.prior(name)), // without the lock: it belongs to the caller
		listings:    t.listings,
		early:       t.early,
		fadedAt:     now,
		lastChecked: now,
		lastUsed:    now,
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if c := t.classes[name]; c != nil {
		return c
	}
	t.makeRoom()
	t.classes[name] = fresh
	return fresh
}

// known returns the class of that name, or nil.
func (t *Times) known(name string, now time.Duration) *Class {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.classes[name]
	if c != nil {
		c.lastUsed = now
	}
	return c
}

// makeRoom forgets the class that was used least recently, when there is no room for
// one more.
func (t *Times) makeRoom() {
	if len(t.classes) < maxClasses {
		return
	}
	var oldest *Class
	var name string
	for n, c := range t.classes {
		if oldest == nil || c.lastUsed < oldest.lastUsed {
			oldest, name = c, n
		}
	}
	delete(t.classes, name)
}

// clampPrior returns a prior within the limits of a first look.
func clampPrior(d time.Duration) time.Duration {
	if d == 0 {
		d = 10 * time.Second
	}
	return min(max(d, minFirst), maxFirst)
}
