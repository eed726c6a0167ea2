package core

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Inventory is cloudsim.Inventory, which documents the fields.
type Inventory struct {
	Currency string
	Zones    []Zone
	Types    []InstanceType
	Offers   []Offer
	Images   []Image
	KeyPairs []KeyPair
	Groups   []SecurityGroup
	Networks []Network
	Subnets  []Subnet
	Quotas   []AccountQuota
}

// Zone is a zone of an [Inventory].
type Zone struct {
	ID, Region, Name string
	Closed           bool
}

// InstanceType is an instance type of an [Inventory].
type InstanceType struct {
	ID, Family   string
	CPUs         int
	MemoryMiB    int
	Arch         string
	CPUModel     string
	GPUs         float64
	GPUModel     string
	GPUMemoryMiB int
	LocalDisk    LocalDisk

	BandwidthMbps         int
	PacketsPerSecond      int
	Interfaces            int
	AddressesPerInterface int

	Retired bool
}

// LocalDisk is the kind of local disk of an [InstanceType].
type LocalDisk struct {
	Type           string
	Count, SizeGiB int
}

// Offer is what a zone sells of a type.
type Offer struct {
	Zone, Type string
	Charge     Charge
	Stock      int
	Low        bool
	Reason     string

	Hourly, Monthly float64
	Discount        float64
	Steps           []PriceStep
	Surcharge       float64
}

// PriceStep is a later price of an [Offer].
type PriceStep struct {
	FromHour int
	Hourly   float64
}

// Image is an image of an [Inventory].
type Image struct {
	ID, Name, Family string
	Owner            string
	Arch             string
	OS, OSName       string
	SizeGiB          int
	Created          time.Time
	State            string
	Tags             map[string]string
}

// KeyPair is a key pair of an [Inventory].
type KeyPair struct {
	ID, Name, Fingerprint, PublicKey string
	Created                          time.Time
	Tags                             map[string]string
}

// SecurityGroup is a security group of an [Inventory].
type SecurityGroup struct {
	ID, Name, Description string
	Region, NetworkID     string
	Default               bool
	Created               time.Time
	Tags                  map[string]string
}

// Network is a network of an [Inventory].
type Network struct {
	ID, Name, CIDR string
	Region         string
	Default        bool
	Created        time.Time
	Tags           map[string]string
}

// Subnet is a subnet of an [Inventory].
type Subnet struct {
	ID, Name, CIDR  string
	Zone, NetworkID string
	Addresses       int
	Default         bool
	Created         time.Time
	Tags            map[string]string
}

// AccountQuota is a quota of an [Inventory].
type AccountQuota struct {
	Name, Zone  string
	Used, Total int
}

// Unlimited is the stock of an offer that never runs out.
const Unlimited = -1

// Stock levels, in the same words for every cloud.
const (
	Plenty = "plenty"
	Few    = "low"
	None   = "none"
)

// fewAt is how many instances left count as few.
const fewAt = 10

// Inventory returns what the cloud offers: the inventory of the configuration, or the default
// one of the protocol. Callers hold the lock, and do not change it.
func (c *Service) Inventory() *Inventory { return &c.inventory }

// Strict reports whether creates accept only what the inventory has. Callers hold the lock.
func (c *Service) Strict() bool { return c.Config.Inventory != nil }

// StandardInventory sets what the cloud offers: the inventory of the configuration, or else the
// protocol's own. It is copied, so that stock can change in one service without changing another.
// A protocol calls it once, when it is made.
func (c *Service) StandardInventory(standard func() *Inventory) {
	given := c.Config.Inventory
	if given == nil {
		given = standard()
	}
	c.inventory = *given
	c.inventory.Offers = slices.Clone(given.Offers)
}

// Offer returns what a zone sells of a type, or nil. Callers hold the lock.
func (c *Service) Offer(zone, kind string, charge Charge) *Offer {
	offers := c.inventory.Offers
	for i := range offers {
		o := &offers[i]
		if o.Zone == zone && o.Type == kind && o.Charge == charge {
			return o
		}
	}
	return nil
}

// Left returns how many instances of an offer are left, or [Unlimited]. Instances that exist,
// also failed ones, have taken their part. Callers hold the lock.
func (c *Service) Left(o *Offer, now time.Time) int {
	if o.Stock == Unlimited {
		return Unlimited
	}
	taken := 0
	for _, m := range c.order {
		same := m.Zone == o.Zone && m.InstanceType == o.Type && m.Charge == o.Charge
		if same && m.PhaseAt(now) != Gone {
			taken++
		}
	}
	return max(o.Stock-taken, 0)
}

// Level returns the stock level of an offer. Callers hold the lock.
func (c *Service) Level(o *Offer, now time.Time) string {
	left := c.Left(o, now)
	switch {
	case left == 0:
		return None
	case o.Low:
		return Few
	case left != Unlimited && left <= fewAt:
		return Few
	default:
		return Plenty
	}
}

// Room returns how many of n instances of a type a zone has room for. Without an inventory of
// the configuration there is room for all. Callers hold the lock.
func (c *Service) Room(zone, kind string, charge Charge, n int, now time.Time) int {
	if !c.Strict() {
		return n
	}
	o := c.Offer(zone, kind, charge)
	if o == nil {
		return 0
	}
	if left := c.Left(o, now); left != Unlimited {
		return min(n, left)
	}
	return n
}

// SetStock sets how many more instances of a type a zone can have, for one way to pay, or for all
// of them if it is empty. It takes the lock.
func (c *Service) SetStock(zone, kind string, charge Charge, left int) error {
	if left < Unlimited {
		return errors.New("cloudsim: stock must be 0 or more, or Unlimited")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	now, found := time.Now(), false
	for i := range c.inventory.Offers {
		o := &c.inventory.Offers[i]
		other := charge != "" && o.Charge != charge
		if o.Zone != zone || o.Type != kind || other {
			continue
		}
		found = true
		c.setLeft(o, left, now)
	}
	if !found {
		return fmt.Errorf("cloudsim: %s offers no %q in %q: Options.Inventories says what it offers", c.Name, kind, zone)
	}
	return nil
}

// setLeft sets how many instances of an offer are left.
func (c *Service) setLeft(o *Offer, left int, now time.Time) {
	o.Stock = Unlimited
	if left == Unlimited {
		return
	}
	const many = 1 << 30
	o.Stock = many
	o.Stock = left + many - c.Left(o, now)
}
