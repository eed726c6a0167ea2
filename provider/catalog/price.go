package catalog

import (
	"context"
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider"
)

// PriceUnit is the time that a price is for.
type PriceUnit string

// Units of prices.
const (
	PerHour  PriceUnit = "hour"
	PerOrder PriceUnit = "order" // once, for the whole prepaid time
)

// Price is what something costs, as the cloud says it. Amounts are decimal numbers as text, such
// as "0.86", so that none is rounded; "" means that the cloud does not say, and never that it
// costs nothing.
type Price struct {
	// Amount is what is to be paid, after discounts, for all Instances, each Unit.
	Amount string

	// ListAmount is Amount before discounts; "" where the cloud does not say.
	ListAmount string

	// Currency is its ISO 4217 code, "CNY" or "USD"; "" where the cloud does not say.
	Currency string

	Unit      PriceUnit
	Instances int // how many instances Amount is for

	// Period is the prepaid time of Unit [PerOrder], such as 3 months.
	Period     int
	PeriodUnit provider.PeriodUnit

	// Lines are the parts of Amount, where the answer names them.
	Lines []PriceLine

	// Includes are what Amount pays for, in few words: "instance", "system disk", "data disks",
	// "bandwidth", "image". Traffic is never included: it is metered.
	Includes []string

	// Extra is what comes on top of Amount, such as an image from the market; nil where there is
	// nothing.
	Extra []PriceLine

	// Steps are later prices, where they change with time (CVM on demand); nil elsewhere.
	Steps []PriceStep

	// Note says why Amount is unknown, or what else the cloud says about it.
	Note string
}

// PriceLine is a part of a price.
type PriceLine struct {
	What       string // the cloud's own word
	Amount     string
	ListAmount string
}

// PriceStep is the price from an hour on.
type PriceStep struct {
	FromHour   int
	Amount     string
	ListAmount string
}

// Known reports whether the cloud has said the price.
func (p *Price) Known() bool { return p != nil && p.Amount != "" }

// PerInstanceHour returns what one instance costs an hour, rounded to six places, where the price
// is by the hour. A prepaid order has no price an hour: ok is then false, because the time it is
// for depends on the calendar.
func (p *Price) PerInstanceHour() (amount string, ok bool) { return p.PerHour(1) }

// PerHour is [Price.PerInstanceHour] for n instances. It is rounded once, at the end.
func (p *Price) PerHour(n int) (amount string, ok bool) {
	r := p.each()
	if r == nil || p.Unit != PerHour {
		return "", false
	}
	text := r.Mul(r, new(big.Rat).SetInt64(int64(n))).FloatString(6)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), "."), true
}

// each returns the price of one instance, by the hour or for the whole order; nil if unknown.
func (p *Price) each() *big.Rat {
	if !p.Known() || p.Instances < 1 {
		return nil
	}
	r, ok := new(big.Rat).SetString(p.Amount)
	if !ok {
		return nil
	}
	return r.Quo(r, new(big.Rat).SetInt64(int64(p.Instances)))
}

// String returns the price as people read it: "0.86 CNY an hour".
func (p *Price) String() string {
	if !p.Known() {
		return "price unknown"
	}
	text := strings.TrimSpace(p.Amount + " " + p.Currency)
	if p.Instances > 1 {
		text += " for " + strconv.Itoa(p.Instances) + " instances"
	}
	if p.Unit == PerOrder {
		return text + fmt.Sprintf(" for %d %s", p.Period, p.PeriodUnit)
	}
	return text + " an hour"
}

// Decimal returns the shortest decimal text of a number from an answer. It is for drivers: a
// price read as a float, such as 0.86, gives "0.86".
func Decimal(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// Price asks what a spec costs, all of its instances together. The spec is one that RunInstances
// takes: rules that hold are checked first, and nothing is sent when one is broken. A cloud
// without a price for it returns a Price without Amount. QingCloud has no such call, and ENS
// has prices for prepaid orders only: there the error matches [errors.ErrUnsupported].
func (k *Catalog) Price(ctx context.Context, spec provider.RunInstancesSpec) (*Price, error) {
	spec.Region = k.region(spec.Region)
	d, err := asking[Pricer](k, "prices", spec.Region)
	if err != nil {
		return nil, err
	}
	if err := k.c.Validate(spec, nil); err != nil {
		return nil, err
	}
	if check, ok := k.c.Driver().(PriceChecker); ok {
		if err := check.CheckPrice(&spec); err != nil {
			return nil, err
		}
	}
	var p *Price
	call := provider.Call{Client: k.c, Region: spec.Region, API: apiPrice}
	err = call.Read(ctx, func(ctx context.Context) (requestID string, err error) {
		p, requestID, err = d.DescribePrice(ctx, &spec)
		return requestID, err
	})
	if err != nil {
		return nil, err
	}
	return p, nil
}
