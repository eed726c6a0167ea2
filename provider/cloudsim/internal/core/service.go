package core

import (
	"math/rand/v2"
	"sync"
	"time"
)

// Service is the state of one simulated service: its instances, client tokens, orders,
// faults and rates, under one lock. It is the [http.Handler] for every request to the
// service. Methods that only a vendor's [Wire] calls need the lock held; it is held
// while the wire serves a call. The other methods take the lock.
type Service struct {
	Config Config
	Name   Cloud
	Wire   Wire
	Rand   *rand.Rand // random values of creates; used with the lock held

	mu        sync.Mutex
	mischief  *rand.Rand // random values of faults: they must not change what instances get
	instances map[string]*Instance
	order     []*Instance // in order of creation
	creates   int
	tokens    map[string]*TokenRecord
	orders    map[string]*Order // unpaid and paid ones, by ID
	nonces    nonces
	calls     map[string]int
	faults    []*pendingFault
	struck    map[FaultKind]int
	lastIP    uint32
	taken     map[rateKey][]time.Time // calls within the window of a rate
	inventory Inventory
	events    []*Event // what was announced, in order
}

// Config configures one service. The options of cloudsim document the fields.
type Config struct {
	AccessKeyID, AccessKeySecret string // the key pair that it accepts
	SecurityToken                string // token that every request must carry; "" = none

	Seed      uint64                         // seed for IDs, addresses, boot times and faults
	Boot      func(*rand.Rand) time.Duration // random time from an accepted create to running, once per instance
	Rates     []Rate                         // enforced call rates
	TokenLife time.Duration                  // how long it remembers a client token; 0 = forever
	Regions   []Region                       // known regions; a protocol puts those of its vendor before them
	Inventory *Inventory                     // what it offers; nil = the protocol's, which binds no create

	// Observer returns what receives a record of each call, or nil if nobody wants records. It
	// is called without the lock, at the end of each call. Nil means that nobody ever wants one.
	Observer func() func(Record)
}

// NewService returns a service without instances. Its protocol is the result of wire.
func NewService(cfg Config, name Cloud, wire func(*Service) Wire) *Service {
	var salt uint64
	for _, b := range []byte(name) {
		salt = salt<<8 | uint64(b)
	}
	c := &Service{
		Config:    cfg,
		Name:      name,
		Rand:      rand.New(rand.NewPCG(cfg.Seed, salt)),
		mischief:  rand.New(rand.NewPCG(cfg.Seed, ^salt)),
		instances: map[string]*Instance{},
		tokens:    map[string]*TokenRecord{},
		orders:    map[string]*Order{},
		calls:     map[string]int{},
		struck:    map[FaultKind]int{},
		taken:     map[rateKey][]time.Time{},
	}
	c.Wire = wire(c)
	return c
}

// Calls returns how many requests with a valid signature reached an action; ""
// counts all actions.
func (c *Service) Calls(action string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if action != "" {
		return c.calls[action]
	}
	n := 0
	for _, k := range c.calls {
		n += k
	}
	return n
}

// All returns every instance ever created, in order of creation. Callers hold the
// lock and do not change the list.
func (c *Service) All() []*Instance { return c.order }

// Lookup returns an instance, visible or not, or nil. Callers hold the lock.
func (c *Service) Lookup(id string) *Instance { return c.instances[id] }

// LastCreate returns the ordinal of the latest create. Callers hold the lock.
func (c *Service) LastCreate() int { return c.creates }

// Find returns an instance that is visible at a moment, or nil. Callers hold the lock.
func (c *Service) Find(id string, now time.Time) *Instance {
	if m := c.instances[id]; m != nil && m.Visible(now) {
		return m
	}
	return nil
}
