package catalog

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/yunfan-cloud/yunfan/provider"
)

// Candidates chooses instance types: those that have what is wanted, in the zones that offer and
// have them, priced, the best one first. It asks for types, stock and prices in as few calls as
// the cloud allows: one on CVM; two and one for each price on ECS and ENS. With a spec, one more
// finds the zone of its subnet, and one the architecture of its image, where these decide something.
// A cloud without a call for stock or prices gives candidates whose stock or price is unknown, and a
// note. An empty list is no error: Rejected says why.
//
// The list is a snapshot. Only a create proves stock: pass the list on as [AlternativesOf].
func (k *Catalog) Candidates(ctx context.Context, w Want) (*Choice, error) {
	w.Region = k.region(w.Region)
	if err := w.check(); err != nil {
		return nil, err
	}
	p := &choosing{k: k, w: &w, out: &Choice{}}
	if err := p.readSubnet(ctx); err != nil {
		return nil, err
	}
	if err := p.read(ctx); err != nil {
		return nil, err
	}
	if err := p.readImage(ctx); err != nil {
		return nil, err
	}
	p.choose()
	if err := p.ask(ctx); err != nil {
		return nil, err
	}
	p.limit()
	p.sort()
	return p.out, nil
}

// choosing is one call of Candidates.
type choosing struct {
	k   *Catalog
	w   *Want
	out *Choice

	types []InstanceType
	stock []Stock
	blind bool // the cloud does not say what is in stock
	image Arch // of the spec's image; "" where nothing is known
}

// read reads the types and the stock.
func (p *choosing) read(ctx context.Context) error {
	stock, err := p.readStock(ctx)
	if err != nil {
		return err
	}
	p.stock = stock
	if p.types = p.w.Types; len(p.types) > 0 {
		return nil
	}
	if p.types = typesOf(stock); len(p.types) > 0 {
		return nil
	}
	all := InstanceTypeQuery{Region: p.w.Region} // the others are rejected with a reason
	p.types, err = collect(p.k.InstanceTypes(ctx, all))
	if errors.Is(err, errors.ErrUnsupported) {
		return fmt.Errorf("%w: give the types in Want.Types", err)
	}
	return err
}

// readStock reads what is in stock.
func (p *choosing) readStock(ctx context.Context) ([]Stock, error) {
	if len(p.w.Stock) > 0 {
		q := StockQuery{Zones: p.w.zones(), Billing: p.w.billing()}
		return slices.DeleteFunc(slices.Clone(p.w.Stock), func(s Stock) bool {
			s.Billing = orDemand(s.Billing)
			return !q.Matches(&s)
		}), nil
	}
	stock, err := collect(p.k.Stock(ctx, StockQuery{
		Region: p.w.Region, Zones: p.w.zones(), Billing: p.w.billing(),
	}))
	if errors.Is(err, errors.ErrUnsupported) {
		p.blind = true
		p.note(p.k.c.Name() + " has no call for stock: only a create tells what is in stock")
		return nil, nil
	}
	return stock, err
}

// orDemand returns a billing mode, or on demand for none.
func orDemand(mode provider.BillingMode) provider.BillingMode {
	if mode == "" {
		return provider.OnDemand
	}
	return mode
}

// collect returns all items of a loop.
func collect[T any](list iter.Seq2[T, error]) ([]T, error) {
	var out []T
	for v, err := range list {
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// typesOf returns the types that rows of stock describe; nil unless all do.
func typesOf(stock []Stock) []InstanceType {
	var out []InstanceType
	seen := map[string]bool{}
	for i := range stock {
		t := stock[i].Type
		if t == nil {
			return nil
		}
		if !seen[t.ID] {
			seen[t.ID] = true
			out = append(out, *t)
		}
	}
	return out
}

// choose makes a candidate of each type that fits, for each zone that has it.
func (p *choosing) choose() {
	q := p.w.types()
	rows := map[string][]*Stock{}
	for i := range p.stock {
		s := &p.stock[i]
		rows[s.InstanceType] = append(rows[s.InstanceType], s)
	}
	for i := range p.types {
		t := &p.types[i]
		if why := cmp.Or(q.Mismatch(t), p.otherImage(t)); why != "" {
			p.reject(t.ID, "", why)
			continue
		}
		if p.blind {
			p.addBlind(t)
			continue
		}
		p.addStocked(t, rows[t.ID])
	}
}

// addBlind adds a type whose stock is unknown, in each zone that may have it.
func (p *choosing) addBlind(t *InstanceType) {
	zones := p.w.zones()
	if len(zones) == 0 {
		zones = t.Zones
	}
	if len(zones) == 0 {
		zones = []string{""} // the cloud decides
	}
	for _, zone := range zones {
		offered := zone == "" || len(t.Zones) == 0 || slices.Contains(t.Zones, zone)
		if !offered {
			p.reject(t.ID, zone, "is not offered there")
			continue
		}
		p.add(&Candidate{Type: *t, Zone: zone, Price: &Price{}})
	}
}

// addStocked adds a type in each zone that has it.
func (p *choosing) addStocked(t *InstanceType, rows []*Stock) {
	if len(rows) == 0 {
		p.reject(t.ID, "", "is offered "+string(p.w.billing())+" in no zone that may be chosen")
		return
	}
	for _, s := range merged(rows) {
		if s.Level == NoStock {
			p.reject(t.ID, s.Zone, outOfStock(s))
			continue
		}
		c := &Candidate{
			Type: *t, Zone: s.Zone, Stock: s.Level, RawStock: s.RawLevel, Count: s.Count, Counted: s.Counted, Price: s.Price,
		}
		if c.Price == nil {
			c.Price = &Price{}
		}
		p.add(c)
	}
}

// merged returns one row for each zone: the one with the most stock, where a cloud has a row for
// each size of disk.
func merged(rows []*Stock) []*Stock {
	best := map[string]*Stock{}
	var out []*Stock
	for _, s := range rows {
		have := best[s.Zone]
		if have == nil {
			best[s.Zone] = s
			out = append(out, s)
			continue
		}
		if s.Level.rank() > have.Level.rank() || s.Count > have.Count {
			out[slices.Index(out, have)], best[s.Zone] = s, s
		}
	}
	return out
}

// outOfStock returns why a row cannot be chosen.
func outOfStock(s *Stock) string {
	if s.Reason != "" {
		return "is out of stock: " + s.Reason
	}
	return "is out of stock"
}

// add adds a candidate, unless the rules of the cloud refuse it.
func (p *choosing) add(c *Candidate) {
	c.Subnet, c.Billing = p.w.Subnets[c.Zone], p.w.billing()
	if c.Zone == p.w.Region && !p.zoned() {
		c.Zone = "" // the region is the only place, and specs name it as such
	}
	if p.w.Spec != nil {
		spec := p.one(c)
		if err := p.k.c.Validate(spec, nil); err != nil {
			p.reject(c.Type.ID, c.Zone, err.Error())
			return
		}
	}
	p.out.Candidates = append(p.out.Candidates, *c)
}

// one returns the wanted spec for one instance of a candidate.
func (p *choosing) one(c *Candidate) provider.RunInstancesSpec {
	spec := c.Apply(*p.w.Spec)
	spec.Region, spec.Count, spec.MinCount = p.w.Region, 1, 0
	return spec
}

func (p *choosing) reject(kind, zone, why string) {
	p.out.Rejected = append(p.out.Rejected, Rejected{InstanceType: kind, Zone: zone, Why: why})
}
