package tencent

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"

	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"github.com/yunfan-cloud/yunfan/internal/sorted"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
	"github.com/yunfan-cloud/yunfan/tencent/internal/tree"
)

// actionPrice is the call that says what a create costs.
const actionPrice = "InquiryPriceRunInstances"

// priced are the parameters of a create that its price call takes and that may change the price. The
// others stay here: a client token must not meet that of the create, and secrets have no price.
var priced = []string{
	"Placement", "ImageId", "InstanceChargeType", "InstanceChargePrepaid", "InstanceType", "SystemDisk", "DataDisks",
	"VirtualPrivateCloud", "InternetAccessible", "InstanceCount", "SecurityGroupIds", "EnhancedService",
	"InstanceMarketOptions", "HpcClusterId", "CpuTopology", "LaunchTemplate", "NetworkInterfaces",
}

// noPrice is the code for a spec that CVM can name no price for.
const noPrice = "FailedOperation.InquiryPriceFailed"

// DescribePrice implements [catalog.Pricer] by InquiryPriceRunInstances, with what the create would send.
// The call takes at most 100 instances: the price of more is that of 100, as its Instances says.
func (d *driver) DescribePrice(
	ctx context.Context, spec *provider.RunInstancesSpec,
) (*catalog.Price, string, error) {
	body, left, err := translatePrice(spec)
	if err != nil {
		return nil, "", err
	}
	out, err := rawRequest(actionPrice, body)
	if err != nil {
		return nil, "", err
	}
	ex := d.newExchange(ctx, actionPrice, spec.Region, catalogTimeout)
	ex.spec = spec // for its secrets: a raw parameter may hold one
	resp, err := ask[cvm.InquiryPriceRunInstancesResponseParams](d, ex, out)
	p := newPrice(spec, d.currencyOf(spec.Region), left)
	var e *provider.APIError
	switch {
	case errors.As(err, &e) && e.Code == noPrice:
		addNote(p, cmp.Or(e.Message, e.Code))
		return p, e.RequestID, nil
	case err != nil:
		return nil, "", err
	}
	readPrice(p, spec, resp.Response.Price)
	return p, value(resp.Response.RequestId), nil
}

// translatePrice returns the body of the price call: that of the create, cut to what has a price. Left are
// the names of raw parameters that the price call does not take.
func translatePrice(spec *provider.RunInstancesSpec) (body map[string]any, left []string, err error) {
	req, err := translateRun(spec)
	if err != nil {
		return nil, nil, err
	}
	raw := map[string]string{}
	for name, text := range optionsOf(spec).Params {
		if head, _, _ := strings.Cut(name, "."); slices.Contains(priced, head) {
			raw[name] = text
		}
	}
	for _, name := range sorted.Keys(optionsOf(spec).Params) {
		if _, sent := raw[name]; !sent {
			left = append(left, name)
		}
	}
	req.InstanceCount = number(pricedCount(spec))
	whole, err := mergeRaw(req, raw)
	if err != nil {
		return nil, nil, err
	}
	if whole == nil {
		whole = tree.Body(req)
	}
	body = make(map[string]any, len(priced))
	for _, name := range priced {
		if v, ok := whole[name]; ok {
			body[name] = v
		}
	}
	return body, left, nil
}

// pricedCount returns for how many instances the price is asked.
func pricedCount(spec *provider.RunInstancesSpec) int { return min(max(spec.Count, 1), perCall) }

// newPrice returns a price that is not known yet.
func newPrice(spec *provider.RunInstancesSpec, currency string, left []string) *catalog.Price {
	p := &catalog.Price{Currency: currency, Unit: catalog.PerHour, Instances: pricedCount(spec)}
	if b := spec.Billing; b.Mode == provider.Prepaid {
		p.Unit, p.Period, p.PeriodUnit = catalog.PerOrder, b.Period, cmp.Or(b.PeriodUnit, provider.Month)
	}
	if spec.Count > perCall {
		addNote(p, fmt.Sprintf("CVM names prices for at most %d instances: the spec has %d", perCall, spec.Count))
	}
	if len(left) > 0 {
		addNote(p, "CVM's price call does not take the raw parameters "+strings.Join(left, ", "))
	}
	return p
}

// addNote adds a remark to a price.
func addNote(p *catalog.Price, note string) {
	if p.Note != "" {
		p.Note += "; "
	}
	p.Note += note
}

// readPrice reads the two parts of an answer: the price of the instances with their disks, and that of
// the bandwidth.
func readPrice(p *catalog.Price, spec *provider.RunInstancesSpec, raw *cvm.Price) {
	if raw == nil {
		raw = &cvm.Price{}
	}
	i := raw.InstancePrice
	if i == nil {
		i = &cvm.ItemPrice{}
	}
	readUnit(p, spec, i)
	switch {
	case p.Unit == catalog.PerOrder:
		p.Amount, p.ListAmount = orderAmounts(i)
	case isHourly(i):
		p.Amount, p.ListAmount = hourlyAmounts(i)
		p.Steps = stepsOf(i)
	}
	if p.Amount == "" {
		addNote(p, "the answer of CVM has no price of the instances")
	} else {
		p.Lines = []catalog.PriceLine{{What: "InstancePrice", Amount: p.Amount, ListAmount: p.ListAmount}}
		p.Includes = []string{"instance", "system disk"}
		if len(spec.DataDisks) > 0 {
			p.Includes = append(p.Includes, "data disks")
		}
	}
	b := raw.BandwidthPrice
	if b == nil {
		b = &cvm.ItemPrice{}
	}
	readBandwidth(p, spec, b)
}

// readUnit corrects the unit when a launch template may say how the instances are paid: the answer then
// has an order price alone.
func readUnit(p *catalog.Price, spec *provider.RunInstancesSpec, raw *cvm.ItemPrice) {
	if spec.Billing.Mode != "" || spec.LaunchTemplate == nil {
		return
	}
	hourly, _ := hourlyAmounts(raw)
	order, _ := orderAmounts(raw)
	if hourly == "" && order != "" {
		p.Unit = catalog.PerOrder
		addNote(p, "the launch template says for how long it is")
	}
}

// readBandwidth adds the price of the bandwidth. It is a part of the amount when the spec says that it is
// paid in the same way as the instances. ChargeUnit cannot decide that: in the documented samples traffic
// has the unit HOUR.
func readBandwidth(p *catalog.Price, spec *provider.RunInstancesSpec, raw *cvm.ItemPrice) {
	var charge provider.BandwidthCharge
	if n := spec.Network.PublicIP; n != nil {
		charge = n.ChargeType
	}
	hourly, order := bandwidthLines(charge, raw)
	switch {
	case charge == provider.PayByBandwidth && p.Unit == catalog.PerHour:
		addPart(p, hourly)
		hourly.Amount = ""
	case charge == provider.PrepaidBandwidth && p.Unit == catalog.PerOrder:
		addPart(p, order)
		order.Amount = ""
	}
	for _, line := range []catalog.PriceLine{hourly, order} {
		if line.Amount != "" {
			p.Extra = append(p.Extra, line)
		}
	}
}

// bandwidthLines returns both prices of an answer, each with what it is for.
func bandwidthLines(charge provider.BandwidthCharge, raw *cvm.ItemPrice) (hourly, order catalog.PriceLine) {
	hourly.Amount, hourly.ListAmount = hourlyAmounts(raw)
	order.Amount, order.ListAmount = orderAmounts(raw)
	order.What = "bandwidth, for the order"
	switch charge {
	case provider.PayByTraffic:
		hourly.What = "traffic, per GB"
	case provider.PayByBandwidth:
		hourly.What = "bandwidth, per hour"
	default:
		hourly.What = "bandwidth or traffic, per " + cmp.Or(value(raw.ChargeUnit), "unknown unit")
	}
	return hourly, order
}

// addPart adds the price of the bandwidth to the amount, and to the later prices.
func addPart(p *catalog.Price, part catalog.PriceLine) {
	switch {
	case part.Amount == "":
		addNote(p, "the answer of CVM has no price of the bandwidth")
		return
	case p.Amount == "":
		return
	}
	p.Lines = append(p.Lines, catalog.PriceLine{What: "BandwidthPrice", Amount: part.Amount, ListAmount: part.ListAmount})
	p.Includes = append(p.Includes, "bandwidth")
	p.Amount, p.ListAmount = sum(p.Amount, part.Amount), sum(p.ListAmount, part.ListAmount)
	for i := range p.Steps {
		s := &p.Steps[i]
		s.Amount, s.ListAmount = sum(s.Amount, part.Amount), sum(s.ListAmount, part.ListAmount)
	}
}

// sum adds two amounts without rounding. It returns "" when one of them is unknown.
func sum(a, b string) string {
	x, okX := new(big.Rat).SetString(a)
	y, okY := new(big.Rat).SetString(b)
	if !okX || !okY {
		return ""
	}
	_, afterA, _ := strings.Cut(a, ".")
	_, afterB, _ := strings.Cut(b, ".")
	text := x.Add(x, y).FloatString(max(len(afterA), len(afterB)))
	if strings.Contains(text, ".") {
		text = strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
	}
	return text
}

// isHourly reports whether a price is for an hour.
func isHourly(raw *cvm.ItemPrice) bool {
	unit := value(raw.ChargeUnit)
	return unit == "" || unit == "HOUR"
}

// hourlyAmounts returns what is to be paid by the hour, and the same before discounts.
func hourlyAmounts(raw *cvm.ItemPrice) (amount, listAmount string) {
	return amounts(raw.UnitPriceDiscount, raw.UnitPrice)
}

// orderAmounts returns what is to be paid in advance, and the same before discounts.
func orderAmounts(raw *cvm.ItemPrice) (amount, listAmount string) {
	return amounts(raw.DiscountPrice, raw.OriginalPrice)
}

// amounts returns a price after discounts, and the same before. CVM fills prices that do not apply with 0,
// which is no price, and the price after discounts may be absent.
func amounts(pay, listed *float64) (amount, listAmount string) {
	listAmount = decimal(listed)
	return cmp.Or(decimal(pay), listAmount), listAmount
}

// decimal returns a price as text; "" for 0.
func decimal(f *float64) string {
	if value(f) <= 0 {
		return ""
	}
	return catalog.Decimal(*f)
}

// stepsOf returns the documented later prices: from hour 96 on, and from hour 360 on.
func stepsOf(raw *cvm.ItemPrice) []catalog.PriceStep {
	var out []catalog.PriceStep
	add := func(hour int, pay, listed *float64) {
		if amount, listAmount := amounts(pay, listed); amount != "" {
			out = append(out, catalog.PriceStep{FromHour: hour, Amount: amount, ListAmount: listAmount})
		}
	}
	add(96, raw.UnitPriceDiscountSecondStep, raw.UnitPriceSecondStep)
	add(360, raw.UnitPriceDiscountThirdStep, raw.UnitPriceThirdStep)
	return out
}

// currencyOf returns the currency of prices. No answer names one: the international site counts in US
// dollars, and the Chinese one in yuan, whatever the region. At a host that is neither it is "".
func (d *driver) currencyOf(region string) string {
	at, err := d.endpointOf(d.regionOf(region))
	host := "." + at.HostOnly()
	switch {
	case err != nil, !strings.HasSuffix(host, vendorDomain):
		return ""
	case strings.HasSuffix(host, ".intl"+vendorDomain):
		return "USD"
	}
	return "CNY"
}

// vendorDomain is the domain of the vendor's hosts.
const vendorDomain = ".tencentcloudapi.com"
