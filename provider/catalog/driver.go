package catalog

import (
	"context"

	"github.com/yunfan-cloud/yunfan/provider"
)

// Driver stands for the interfaces of this file in documentation. A driver implements those that
// its cloud has a call for, and no others. Every method follows the rules of [provider.Driver]:
// one HTTP request, no retry, errors as *[provider.APIError], and a *[provider.FieldError] for a
// query that the cloud cannot express. A page token is "" for the first page. Items of a page
// may be more than the query selects: the client filters by the Matches methods.
type Driver interface{ provider.Driver }

// RegionLister answers which regions there are. Region is that of the client, for clouds whose
// call needs one; it may be "".
type RegionLister interface {
	DescribeRegions(ctx context.Context, region, pageToken string) (*provider.Page[Region], error)
}

// ZoneLister answers which zones a region has.
type ZoneLister interface {
	DescribeZones(ctx context.Context, region, pageToken string) (*provider.Page[Zone], error)
}

// InstanceTypeLister answers which instance types there are.
type InstanceTypeLister interface {
	DescribeInstanceTypes(
		ctx context.Context, q *InstanceTypeQuery, pageToken string,
	) (*provider.Page[InstanceType], error)
}

// ImageLister answers which images there are.
type ImageLister interface {
	DescribeImages(ctx context.Context, q *ImageQuery, pageToken string) (*provider.Page[Image], error)
}

// StockReader answers what is in stock.
type StockReader interface {
	DescribeStock(ctx context.Context, q *StockQuery, pageToken string) (*provider.Page[Stock], error)
}

// Pricer answers what a spec costs. The spec is valid and supported, and its Region is set. A
// spec that the cloud has no price for is a Price without Amount, which says why in Note.
type Pricer interface {
	DescribePrice(ctx context.Context, spec *provider.RunInstancesSpec) (p *Price, requestID string, err error)
}

// PriceChecker is implemented beside [Pricer] by drivers that refuse the price of some specs by
// themselves. It sends nothing: its error keeps DescribePrice from being called and counted.
type PriceChecker interface {
	CheckPrice(spec *provider.RunInstancesSpec) error
}

// NetworkLister answers which networks and subnets there are.
type NetworkLister interface {
	DescribeNetworks(ctx context.Context, q *NetworkQuery, pageToken string) (*provider.Page[Network], error)
	DescribeSubnets(ctx context.Context, q *NetworkQuery, pageToken string) (*provider.Page[Subnet], error)
}

// SecurityGroupLister answers which security groups there are.
type SecurityGroupLister interface {
	DescribeSecurityGroups(
		ctx context.Context, q *NetworkQuery, pageToken string,
	) (*provider.Page[SecurityGroup], error)
}

// KeyPairLister answers which key pairs there are.
type KeyPairLister interface {
	DescribeKeyPairs(ctx context.Context, region, pageToken string) (*provider.Page[KeyPair], error)
}

// QuotaReader answers how much more an account may create.
type QuotaReader interface {
	DescribeQuotas(ctx context.Context, region, zone, pageToken string) (*provider.Page[Quota], error)
}

// The calls, by the names of their methods.
const (
	apiRegions        provider.API = "DescribeRegions"
	apiZones          provider.API = "DescribeZones"
	apiInstanceTypes  provider.API = "DescribeInstanceTypes"
	apiImages         provider.API = "DescribeImages"
	apiStock          provider.API = "DescribeStock"
	apiPrice          provider.API = "DescribePrice"
	apiNetworks       provider.API = "DescribeNetworks"
	apiSubnets        provider.API = "DescribeSubnets"
	apiSecurityGroups provider.API = "DescribeSecurityGroups"
	apiKeyPairs       provider.API = "DescribeKeyPairs"
	apiQuotas         provider.API = "DescribeQuotas"
)
