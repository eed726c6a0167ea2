package catalog

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/yunfan-cloud/yunfan/internal/pages"
	"github.com/yunfan-cloud/yunfan/provider"
)

// Catalog asks what a cloud offers to one account. [Of] returns it. All methods are safe for
// concurrent use. The zero value is not usable.
type Catalog struct{ c *provider.Client }

// Of returns the catalog of the client's account. It makes no call.
func Of(c *provider.Client) *Catalog { return &Catalog{c: c} }

// Regions lists the regions that the account may use. ENS calls its nodes regions. QingCloud has
// no regions above its zones: there the error matches [errors.ErrUnsupported].
func (k *Catalog) Regions(ctx context.Context) iter.Seq2[Region, error] {
	d, err := answering[RegionLister](k, "regions")
	if err != nil {
		return failed[Region](err)
	}
	// The call needs an endpoint on some clouds, which is that of the client's region.
	return read(ctx, k, apiRegions, k.c.Region(), func(r *Region) string { return r.ID }, nil,
		func(ctx context.Context, token string) (*provider.Page[Region], error) {
			return d.DescribeRegions(ctx, k.c.Region(), token)
		})
}

// Zones lists the zones of a region. ENS has none: a node is one zone.
func (k *Catalog) Zones(ctx context.Context, region string) iter.Seq2[Zone, error] {
	region = k.region(region)
	d, err := asking[ZoneLister](k, "zones", region)
	if err != nil {
		return failed[Zone](err)
	}
	return read(ctx, k, apiZones, region, func(z *Zone) string { return z.ID }, nil,
		func(ctx context.Context, token string) (*provider.Page[Zone], error) {
			return d.DescribeZones(ctx, region, token)
		})
}

// KeyPairs lists the key pairs of a region.
func (k *Catalog) KeyPairs(ctx context.Context, region string) iter.Seq2[KeyPair, error] {
	region = k.region(region)
	d, err := asking[KeyPairLister](k, "key pairs", region)
	if err != nil {
		return failed[KeyPair](err)
	}
	return read(ctx, k, apiKeyPairs, region, func(p *KeyPair) string { return p.key() }, nil,
		func(ctx context.Context, token string) (*provider.Page[KeyPair], error) {
			return d.DescribeKeyPairs(ctx, region, token)
		})
}

// SecurityGroups lists the security groups that a query selects.
func (k *Catalog) SecurityGroups(ctx context.Context, q NetworkQuery) iter.Seq2[SecurityGroup, error] {
	q.Region = k.region(q.Region)
	d, err := asking[SecurityGroupLister](k, "security groups", q.Region)
	if err != nil {
		return failed[SecurityGroup](err)
	}
	return read(ctx, k, apiSecurityGroups, q.Region, func(g *SecurityGroup) string { return g.ID }, q.MatchesGroup,
		func(ctx context.Context, token string) (*provider.Page[SecurityGroup], error) {
			return d.DescribeSecurityGroups(ctx, &q, token)
		})
}

// Networks lists the networks (VPCs; routers on QingCloud) that a query selects.
func (k *Catalog) Networks(ctx context.Context, q NetworkQuery) iter.Seq2[Network, error] {
	q.Region = k.region(q.Region)
	d, err := asking[NetworkLister](k, "networks", q.Region)
	if err != nil {
		return failed[Network](err)
	}
	return read(ctx, k, apiNetworks, q.Region, func(n *Network) string { return n.ID }, q.MatchesNetwork,
		func(ctx context.Context, token string) (*provider.Page[Network], error) {
			return d.DescribeNetworks(ctx, &q, token)
		})
}

// Subnets lists the subnets (vSwitches; vxnets on QingCloud) that a query selects.
func (k *Catalog) Subnets(ctx context.Context, q NetworkQuery) iter.Seq2[Subnet, error] {
	q.Region = k.region(q.Region)
	d, err := asking[NetworkLister](k, "subnets", q.Region)
	if err != nil {
		return failed[Subnet](err)
	}
	return read(ctx, k, apiSubnets, q.Region, func(s *Subnet) string { return s.ID }, q.MatchesSubnet,
		func(ctx context.Context, token string) (*provider.Page[Subnet], error) {
			return d.DescribeSubnets(ctx, &q, token)
		})
}

// SubnetsByZone returns one subnet for each zone, as [Want].Subnets takes them: of several in a zone
// that with the most free addresses, then that with the smaller ID. One without a free address is
// left out. The query should name a VPC, or tags: a spec is for one VPC.
func (k *Catalog) SubnetsByZone(ctx context.Context, q NetworkQuery) (map[string]string, error) {
	best := map[string]Subnet{}
	for s, err := range k.Subnets(ctx, q) {
		if err != nil {
			return nil, err
		}
		full := s.AddressesKnown && s.FreeAddresses < 1
		have, some := best[s.Zone]
		worse := some && cmp.Or(cmp.Compare(s.FreeAddresses, have.FreeAddresses), cmp.Compare(have.ID, s.ID)) < 0
		if full || worse {
			continue
		}
		best[s.Zone] = s
	}
	ids := map[string]string{}
	for zone, s := range best {
		ids[zone] = s.ID
	}
	return ids, nil
}

// Quotas lists how much more the account may create in a region, and in a zone where the cloud
// counts so.
func (k *Catalog) Quotas(ctx context.Context, region, zone string) iter.Seq2[Quota, error] {
	region = k.region(region)
	d, err := asking[QuotaReader](k, "quotas", region)
	if err != nil {
		return failed[Quota](err)
	}
	fits := func(q *Quota) bool { return zone == "" || q.Zone == "" || q.Zone == zone }
	return read(ctx, k, apiQuotas, region, func(q *Quota) string { return q.key() }, fits,
		func(ctx context.Context, token string) (*provider.Page[Quota], error) {
			return d.DescribeQuotas(ctx, region, zone, token)
		})
}

// region returns a region, or that of the client when it is empty.
func (k *Catalog) region(region string) string { return cmp.Or(region, k.c.Region()) }

// answering returns the driver as one that answers a question.
func answering[D any](k *Catalog, question string) (D, error) {
	d, ok := k.c.Driver().(D)
	if !ok {
		return d, fmt.Errorf("%s: %s: the cloud has no call for this: %w", k.c.Name(), question, errors.ErrUnsupported)
	}
	return d, nil
}

// asking is answering for a question about a region.
func asking[D any](k *Catalog, question, region string) (D, error) {
	d, err := answering[D](k, question)
	if err != nil || region != "" {
		return d, err
	}
	var c provider.Checker
	c.Fail("Region", nil, "required: neither the query nor the client names one")
	return d, c.Err()
}

// read reads a list to its end, and yields each item once. A nil fits selects all.
func read[T any](
	ctx context.Context, k *Catalog, api provider.API, region string, key func(*T) string, fits func(*T) bool,
	page func(ctx context.Context, token string) (*provider.Page[T], error),
) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		l := list[T]{api: api, key: key, shown: map[string]bool{}}
		call := provider.Call{Client: k.c, Region: region, API: api}
		for item, err := range provider.ReadPages(ctx, call, l.checked(page)) {
			if err != nil {
				yield(item, err)
				return
			}
			again := l.shown[key(&item)]
			l.shown[key(&item)] = true
			unfit := fits != nil && !fits(&item)
			skip := again || unfit
			if !skip && !yield(item, nil) {
				return
			}
		}
	}
}

// list is a list that is being read.
type list[T any] struct {
	api   provider.API
	key   func(*T) string
	watch pages.Watch
	shown map[string]bool
}

// checked returns page with an error for a list that goes in a circle. Lists counted by offset
// shift while rows come and go, so a repeated row alone is no error.
func (l *list[T]) checked(
	page func(ctx context.Context, token string) (*provider.Page[T], error),
) func(ctx context.Context, token string) (*provider.Page[T], error) {
	return func(ctx context.Context, token string) (*provider.Page[T], error) {
		p, err := page(ctx, token)
		if err != nil {
			return nil, err
		}
		_, wrong := l.watch.Page(len(p.Items), func(n int) string { return l.key(&p.Items[n]) }, p.NextPage)
		if wrong != "" {
			return nil, &provider.APIError{
				Op: string(l.api), RequestID: p.RequestID, Message: wrong, Outcome: provider.OutcomeRejected,
			}
		}
		return p, nil
	}
}

// failed is a loop that only yields an error.
func failed[T any](err error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		yield(zero, err)
	}
}
