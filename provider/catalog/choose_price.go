package catalog

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider"
)

// ask asks for the prices that are not known yet, for the smallest types first. A price by the
// spec is better than one from the answer about stock, which is for the bare instance. A type
// whose price the cloud refuses to say, because it cannot be created, is rejected.
func (p *choosing) ask(ctx context.Context) error {
	if p.w.Spec == nil {
		return nil
	}
	slices.SortStableFunc(p.out.Candidates, func(a, b Candidate) int { return bySize(&a, &b) })
	left := cmp.Or(p.w.Ask, defaultAsk)
	kept := p.out.Candidates[:0]
	for i, c := range p.out.Candidates {
		if left == 0 {
			p.note(fmt.Sprintf("%d prices were not asked for: see Want.Ask", len(p.out.Candidates)-i))
			kept = append(kept, p.out.Candidates[i:]...)
			break
		}
		left--
		price, err := p.k.Price(ctx, p.one(&c))
		switch {
		case errors.Is(err, errors.ErrUnsupported):
			p.note(err.Error())
			p.out.Candidates = append(kept, p.out.Candidates[i:]...)
			return nil
		case refuses(err):
			p.reject(c.Type.ID, c.Zone, "the cloud refuses it: "+err.Error())
			continue
		case err != nil:
			return err
		}
		c.Price = price
		kept = append(kept, c)
	}
	p.out.Candidates = kept
	return nil
}

// refuses reports whether an error is about the asked spec alone.
func refuses(err error) bool {
	for _, kind := range []error{provider.ErrInvalid, provider.ErrNotFound, provider.ErrNoStock, provider.ErrState, provider.ErrQuota} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

// limit rejects candidates above the highest price, and says why the others are here.
func (p *choosing) limit() {
	most := p.w.ceiling()
	kept := p.out.Candidates[:0]
	for _, c := range p.out.Candidates {
		if why := tooDear(c.Price, most, p.w.MaxPrice); why != "" {
			p.reject(c.Type.ID, c.Zone, why)
			continue
		}
		c.Why = p.why(&c)
		kept = append(kept, c)
	}
	p.out.Candidates = kept
}

// tooDear returns why a price is above a bound; "" if it is not.
func tooDear(price *Price, most *big.Rat, bound string) string {
	if most == nil {
		return ""
	}
	each := price.each()
	switch {
	case each == nil:
		return "has no known price, so it cannot be proven to cost at most " + bound
	case each.Cmp(most) > 0:
		return "costs " + price.String() + ", more than " + bound
	}
	return ""
}

// why says why a candidate is here.
func (p *choosing) why(c *Candidate) string {
	parts := []string{count(c.Type.CPUs, "CPU"), memory(c.Type.MemoryMiB)}
	if c.Type.GPUs > 0 {
		parts = append(parts, strings.TrimSpace(gpus(c.Type.GPUs)+" "+c.Type.GPUModel))
	}
	if c.Type.Arch != "" {
		parts = append(parts, string(c.Type.Arch))
	}
	stock := "stock " + word(string(c.Stock))
	if c.Counted {
		stock = fmt.Sprintf("%d in stock", c.Count)
	}
	return strings.Join(append(parts, stock, c.Price.String()), ", ")
}

// sort puts the best candidate first, and the rejected ones in the order of their names.
func (p *choosing) sort() {
	orders := map[Order][]func(a, b *Candidate) int{
		ByPrice:      {byPrice, byStock, p.byPreference},
		ByStock:      {byStock, byPrice, p.byPreference},
		ByPreference: {p.byPreference, byPrice, byStock},
	}[cmp.Or(p.w.Order, ByPrice)]
	slices.SortStableFunc(p.out.Candidates, func(a, b Candidate) int {
		for _, order := range append(orders, bySize, byName) {
			if n := order(&a, &b); n != 0 {
				return n
			}
		}
		return 0
	})
	slices.SortStableFunc(p.out.Rejected, func(a, b Rejected) int {
		return cmp.Or(cmp.Compare(a.InstanceType, b.InstanceType), cmp.Compare(a.Zone, b.Zone))
	})
}

// byPrice compares prices of one unit. Unknown ones are last.
func byPrice(a, b *Candidate) int {
	x, y := a.Price.each(), b.Price.each()
	switch {
	case x == nil && y == nil:
		return 0
	case x == nil:
		return 1
	case y == nil:
		return -1
	}
	return x.Cmp(y)
}

func byStock(a, b *Candidate) int { return cmp.Compare(b.Stock.rank(), a.Stock.rank()) }

func bySize(a, b *Candidate) int {
	return cmp.Or(
		cmp.Compare(a.Type.GPUs, b.Type.GPUs), cmp.Compare(a.Type.CPUs, b.Type.CPUs),
		cmp.Compare(a.Type.MemoryMiB, b.Type.MemoryMiB))
}

func byName(a, b *Candidate) int {
	return cmp.Or(cmp.Compare(a.Type.ID, b.Type.ID), cmp.Compare(a.Zone, b.Zone))
}

// byPreference compares places in Want.Prefer, then in Want.Zones.
func (p *choosing) byPreference(a, b *Candidate) int {
	return cmp.Or(
		cmp.Compare(p.preference(a), p.preference(b)),
		cmp.Compare(slices.Index(p.w.Zones, a.Zone), slices.Index(p.w.Zones, b.Zone)))
}

// preference returns the place of a candidate in Want.Prefer; those that it lacks are last.
func (p *choosing) preference(c *Candidate) int {
	for i, want := range p.w.Prefer {
		if want == c.Type.ID || want == c.Type.Family {
			return i
		}
	}
	return len(p.w.Prefer)
}
