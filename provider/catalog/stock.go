package catalog

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/yunfan-cloud/yunfan/provider"
)

// StockLevel is how much of something a cloud has. It is a hint: only a create proves it.
type StockLevel string

// Levels. The zero value means that the cloud does not say.
const (
	Plenty  StockLevel = "plenty"
	Low     StockLevel = "low"
	NoStock StockLevel = "none"
)

// rank orders levels: more is better, and unknown is between low and none.
func (l StockLevel) rank() int { return slices.Index([]StockLevel{NoStock, "", Low, Plenty}, l) }

// Stock is how much of an instance type a zone has, for one billing mode.
type Stock struct {
	Region       string
	Zone         string // "" where the cloud has no zones
	InstanceType string
	Billing      provider.BillingMode
	Level        StockLevel
	RawLevel     string // the cloud's own words

	// Count is how many instances there are. It means something only when Counted is true
	// (ENS).
	Count   int
	Counted bool

	// Reason says why there are none, in the cloud's own words; "" where it does not say.
	Reason string

	// SystemDiskGiB and DataDiskGiB are the sizes that the row is about, on clouds that count by
	// disk (ENS). 0 where the row is about any.
	SystemDiskGiB, DataDiskGiB int

	// Price is what one instance costs, where the same answer says so (CVM); nil elsewhere.
	Price *Price

	// Type is what the type has, where the same answer says so (CVM); nil elsewhere.
	Type *InstanceType
}

func (s *Stock) key() string {
	return fmt.Sprintf("%q %q %q %d %d", s.Zone, s.InstanceType, s.Billing, s.SystemDiskGiB, s.DataDiskGiB)
}

// StockQuery selects stock. The zero value selects all zones and types of the client's region,
// for on-demand instances. On CVM an answer without a zone may be several megabytes.
type StockQuery struct {
	Region        string
	Zones         []string
	InstanceTypes []string
	Billing       provider.BillingMode // "" means on demand
}

// Matches reports whether a row fits the query.
func (q *StockQuery) Matches(s *Stock) bool {
	zone := len(q.Zones) == 0 || s.Zone == "" || slices.Contains(q.Zones, s.Zone)
	kind := len(q.InstanceTypes) == 0 || slices.Contains(q.InstanceTypes, s.InstanceType)
	return zone && kind && s.Billing == q.Billing
}

// Stock lists what is in stock, as the cloud says it: a level, or a number. It is a hint, which
// may be wrong a second later. A type that the list lacks is not offered there. QingCloud has no
// such call: there the error matches [errors.ErrUnsupported], and only a create tells.
func (k *Catalog) Stock(ctx context.Context, q StockQuery) iter.Seq2[Stock, error] {
	q.Region = k.region(q.Region)
	d, err := asking[StockReader](k, "stock", q.Region)
	if err != nil {
		return failed[Stock](err)
	}
	if q.Billing == "" {
		q.Billing = provider.OnDemand
	}
	var c provider.Checker
	c.NoneEmpty("StockQuery.Zones", q.Zones)
	c.NoneEmpty("StockQuery.InstanceTypes", q.InstanceTypes)
	if err := c.Err(); err != nil {
		return failed[Stock](err)
	}
	return read(ctx, k, apiStock, q.Region, func(s *Stock) string { return s.key() }, q.Matches,
		func(ctx context.Context, token string) (*provider.Page[Stock], error) {
			return d.DescribeStock(ctx, &q, token)
		})
}
