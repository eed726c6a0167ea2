// Package stock remembers what a cloud has refused for lack of stock, so that the same is not
// asked for again at once. A refusal may prove more than that one combination is out of stock:
// see [Scope].
package stock

import (
	"maps"
	"slices"

	"github.com/yunfan-cloud/yunfan/internal/recent"
)

// Scope is what a refusal proves to be out of stock.
type Scope string

// Scopes. The zero value is the exact combination in the request, which is the least that a
// refusal can prove.
const (
	OfAll    Scope = ""
	OfType   Scope = "type"   // the kind of instance in its zone
	OfZone   Scope = "zone"   // everything in the zone
	OfDisk   Scope = "disk"   // the kind of disk in the zone
	OfSubnet Scope = "subnet" // addresses of the subnet
)

// Need is what a create needs to be in stock. A field that is set means the same in every
// Need. The meaning of a field that is empty depends on Rest, and so does the kind of
// instance in any case.
type Need struct {
	Region, Zone, Subnet, Disk string

	// Kind is the kind of instance: its type or hardware, its billing mode, and what it has
	// to be placed on. A group or a host may be full where the zone is not.
	Kind string

	// Rest identifies the choices that are made elsewhere, such as in a launch template.
	Rest string
}

// key is what is out of stock. Fields that do not matter for the scope are empty.
type key struct {
	Need
	scope Scope
}

// keys returns everything that must be in stock for a need.
func (n *Need) keys() map[Scope]key {
	of := func(scope Scope, change func(*Need), named ...string) key {
		k := key{Need{Region: n.Region, Zone: n.Zone}, scope}
		if change(&k.Need); len(named) == 0 || slices.Contains(named, "") {
			k.Rest = n.Rest
		}
		return k
	}
	return map[Scope]key{
		OfAll:    of(OfAll, func(k *Need) { k.Subnet, k.Disk, k.Kind = n.Subnet, n.Disk, n.Kind }),
		OfType:   of(OfType, func(k *Need) { k.Kind = n.Kind }),
		OfZone:   of(OfZone, func(*Need) {}, n.Zone),
		OfDisk:   of(OfDisk, func(k *Need) { k.Disk = n.Disk }, n.Zone, n.Disk),
		OfSubnet: of(OfSubnet, func(k *Need) { k.Subnet = n.Subnet }, n.Subnet),
	}
}

// Memory remembers what was out of stock. It is safe for concurrent use once Within, the time
// that it remembers a refusal, is set.
type Memory struct{ recent.Refusals[key] }

// Remember records that a need was refused, and what the refusal proves.
func (m *Memory) Remember(n *Need, proven Scope, why error) { m.Add(n.keys()[proven], why) }

// Lacking returns the refusal that proves that a need is out of stock, or nil.
func (m *Memory) Lacking(n *Need) error { return m.Of(maps.Values(n.keys())) }
