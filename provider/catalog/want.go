package catalog

import (
	"cmp"
	"maps"
	"math/big"
	"slices"

	"github.com/yunfan-cloud/yunfan/provider"
)

// Order says which candidate comes first.
type Order string

// Orders. The zero value means ByPrice. Where two candidates are equal, the other orders decide,
// then the smaller type, and last the names: the same answers give the same list.
const (
	ByPrice      Order = "price"      // the cheapest first; unknown prices last
	ByStock      Order = "stock"      // the level that is plenty first, then low, then unknown
	ByPreference Order = "preference" // in the order of Want.Prefer, then of Want.Zones
)

// Want says what an instance must have. Every field that is set narrows the choice; the zero
// value wants any type.
type Want struct {
	Region string // "" means the region of the client

	// Zones are the only zones that may be chosen. Empty means those of Subnets, else that of
	// Spec, else all of the region.
	Zones []string

	// Subnets are the subnets by zone, on clouds whose subnets belong to a zone (ECS, CVM). When
	// it is set, only these zones may be chosen, and each candidate has the subnet of its zone.
	// [Catalog.SubnetsByZone] finds them. Empty means the subnet of Spec, and its zone alone.
	Subnets map[string]string

	CPUs, MaxCPUs           int // at least and at most; 0 is no bound
	MemoryMiB, MaxMemoryMiB int // at least and at most; 0 is no bound
	Arch                    Arch
	GPUs                    float64 // at least
	GPUModel                string

	// Prefer are instance types or families, the best one first. It selects nothing: see
	// [ByPreference].
	Prefer []string

	// Types replace the cloud's list of instance types, where it has none or where only these
	// may be chosen.
	Types []InstanceType

	// Stock replaces what the cloud says about stock, where it says nothing (QingCloud) or where
	// the caller knows better. A type that it lacks counts as not offered.
	Stock []Stock

	// Billing is how the instances are paid for. "" means that of Spec, and else on demand.
	Billing provider.BillingMode

	// MaxPrice is the highest price of one instance: a decimal number in the currency of the
	// cloud, by the hour, or for the whole order when it is prepaid. A candidate whose price is
	// unknown is then rejected. "" is no bound.
	MaxPrice string

	// Spec is what is to be created. With it, candidates are checked by the rules of the cloud,
	// and prices are for all of it, disks and bandwidth included. Without it, there are prices
	// only where the answer about stock has them (CVM). Its Count does not matter.
	Spec *provider.RunInstancesSpec

	// Ask is how many prices are asked for at most, one call each, for the smallest types first.
	// 0 means 20. Candidates beyond have no known price.
	Ask int

	Order Order
}

// defaultAsk is how many prices are asked for.
const defaultAsk = 20

// billing returns how the instances are paid for.
func (w *Want) billing() provider.BillingMode {
	mode := w.Billing
	if w.Spec != nil {
		mode = cmp.Or(mode, w.Spec.Billing.Mode)
	}
	return cmp.Or(mode, provider.OnDemand)
}

// zones returns the only zones that may be chosen, in order of preference. Nil means all.
func (w *Want) zones() []string {
	switch {
	case len(w.Zones) > 0:
		return w.Zones
	case len(w.Subnets) > 0:
		return slices.Sorted(maps.Keys(w.Subnets))
	case w.Spec != nil && w.Spec.Zone != "":
		return []string{w.Spec.Zone}
	}
	return nil
}

// types returns the wanted types as a query.
func (w *Want) types() InstanceTypeQuery {
	return InstanceTypeQuery{
		Region: w.Region, MinCPUs: w.CPUs, MaxCPUs: w.MaxCPUs, MinMemoryMiB: w.MemoryMiB, MaxMemoryMiB: w.MaxMemoryMiB,
		MinGPUs: w.GPUs, Arch: w.Arch, GPUModel: w.GPUModel,
	}
}

// ceiling returns the highest price, or nil.
func (w *Want) ceiling() *big.Rat {
	r, ok := new(big.Rat).SetString(w.MaxPrice)
	if !ok {
		return nil
	}
	return r
}

// check returns nil or [provider.FieldErrors].
func (w *Want) check() error {
	var k provider.Checker
	k.Require(w.Region != "", "Want.Region", nil, "required: neither the want nor the client names one")
	k.NoneEmpty("Want.Zones", w.Zones)
	k.NoneEmpty("Want.Prefer", w.Prefer)
	k.NotNegative("Want.Ask", w.Ask)
	k.OneOf("Want.Order", string(w.Order), string(ByPrice), string(ByStock), string(ByPreference))
	priced := w.MaxPrice == "" || w.ceiling() != nil
	k.Require(priced, "Want.MaxPrice", w.MaxPrice, `must be a decimal number, such as "0.86"`)
	for _, zone := range w.Zones {
		_, has := w.Subnets[zone]
		k.Require(has || len(w.Subnets) == 0, "Want.Subnets", zone, "has no subnet in this zone of Want.Zones")
	}
	for i, t := range w.Types {
		k.Item("Want.Types", i).Require(t.ID != "", "ID", nil, "required")
	}
	if w.Spec != nil {
		w.checkPlaces(&k)
		other := w.Billing != "" && w.Spec.Billing.Mode != "" && w.Billing != w.Spec.Billing.Mode
		k.Require(!other, "Want.Billing", w.Billing, "is not that of Want.Spec: leave it empty")
	}
	for field, n := range map[string]int{
		"CPUs": w.CPUs, "MaxCPUs": w.MaxCPUs, "MemoryMiB": w.MemoryMiB, "MaxMemoryMiB": w.MaxMemoryMiB,
	} {
		k.NotNegative("Want."+field, n)
	}
	k.Require(w.GPUs >= 0, "Want.GPUs", w.GPUs, "must not be negative")
	k.Require(w.MaxCPUs == 0 || w.CPUs <= w.MaxCPUs, "Want.CPUs", w.CPUs, "must not be above MaxCPUs")
	k.Require(w.MaxMemoryMiB == 0 || w.MemoryMiB <= w.MaxMemoryMiB, "Want.MemoryMiB", w.MemoryMiB,
		"must not be above MaxMemoryMiB")
	return k.Err()
}

// checkPlaces records where the want contradicts its spec: a candidate would change the spec silently.
func (w *Want) checkPlaces(k *provider.Checker) {
	zone, subnet := w.Spec.Zone, w.Spec.Network.SubnetID
	for _, other := range w.Zones {
		k.Require(zone == "" || other == zone, "Want.Zones", other, "is not the zone of Want.Spec, "+zone+": leave one of them out")
	}
	for _, other := range slices.Sorted(maps.Keys(w.Subnets)) {
		id := w.Subnets[other]
		k.Require(zone == "" || other == zone, "Want.Subnets", other, "is not the zone of Want.Spec, "+zone+": leave one of them out")
		k.Require(subnet == "" || id == subnet, "Want.Subnets", id, "is not the subnet of Want.Spec, "+subnet+": leave one of them out")
	}
}

// Candidate is an instance type in a zone that can be created.
type Candidate struct {
	Type    InstanceType
	Zone    string // "" leaves the zone to the cloud
	Subnet  string // of the zone, from Want.Subnets
	Billing provider.BillingMode

	Stock    StockLevel // "" where the cloud does not say
	RawStock string     // in the cloud's own words

	// Count is how many instances there are. It means something only when Counted is true.
	Count   int
	Counted bool

	Price *Price // never nil; see [Price.Known]

	// Why says in a few words why it is here.
	Why string
}

// Apply returns the spec with the type, zone, subnet and billing mode of the candidate. What the
// candidate does not decide stays as it is.
func (c *Candidate) Apply(spec provider.RunInstancesSpec) provider.RunInstancesSpec {
	spec.InstanceType, spec.Hardware = c.Type.ID, provider.Hardware{}
	spec.Zone = cmp.Or(c.Zone, spec.Zone)
	spec.Network.SubnetID = cmp.Or(c.Subnet, spec.Network.SubnetID)
	spec.Billing.Mode = c.Billing
	return spec
}

// Rejected is a type, or a type in a zone, that was not chosen.
type Rejected struct {
	InstanceType string
	Zone         string // "" when it holds for every zone
	Why          string
}

// Choice is the answer of [Catalog.Candidates]: plain lists, to print, edit and pass on.
type Choice struct {
	Candidates []Candidate // the best one first
	Rejected   []Rejected  // in the order of the names

	// Notes say what could not be asked, such as the stock of a cloud without that call.
	Notes []string
}

// AlternativesOf returns candidates as what is tried, in order, when the spec is out of stock. It
// is for the candidates behind the one that the spec is made from:
//
//	spec = choice.Candidates[0].Apply(spec)
//	options.Alternatives = catalog.AlternativesOf(choice.Candidates[1:])
func AlternativesOf(list []Candidate) []provider.Alternative {
	var out []provider.Alternative
	for _, c := range list {
		out = append(out, provider.Alternative{InstanceType: c.Type.ID, Zone: c.Zone, SubnetID: c.Subnet})
	}
	return out
}
