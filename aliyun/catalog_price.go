package aliyun

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
)

// DescribePrice implements [catalog.Pricer] by DescribePrice. The request is made from that of the
// create. Without SystemDisk.Type the cloud assumes a disk of its own choice, and may refuse a type
// that takes no such disk. Disks are part of the amount; traffic is not.
func (d *driver) DescribePrice(
	ctx context.Context, spec *provider.RunInstancesSpec,
) (p *catalog.Price, requestID string, err error) {
	params, err := translatePrice(spec)
	if err != nil {
		return nil, "", err
	}
	r := d.request("DescribePrice", spec.Region, params, catalogTimeout)
	r.Secrets = secretParams(spec)
	p = priceFor(params)
	var a priceAnswer
	resp, err := d.call(ctx, r, &a)
	if e := (*provider.APIError)(nil); errors.As(err, &e) && e.Code == codeNoPrice {
		p.Note = codeNoPrice + ": the cloud has no price for this now"
		return p, e.RequestID, nil
	}
	if err != nil {
		return nil, "", err
	}
	if a.Info == nil || a.Info.Price == nil {
		return nil, "", d.caller.Malformed(r, resp)
	}
	a.Info.fill(p, params["SchedulerOptions.DedicatedHostId"] != "")
	return p, resp.RequestID, nil
}

// codeNoPrice is the code of a spec that the cloud has no price for.
const codeNoPrice = "PriceNotFound"

// priced are the parameters of the create that DescribePrice has under the same name.
func priced() []string {
	return []string{
		"ZoneId", "ImageId", "InstanceType", "Amount", "IoOptimized", "SpotStrategy", "SpotDuration",
		"InternetChargeType", "InternetMaxBandwidthOut",
		"SystemDisk.Category", "SystemDisk.Size", "SystemDisk.PerformanceLevel",
		"DataDisk.N.Category", "DataDisk.N.Size", "DataDisk.N.PerformanceLevel", "DataDisk.N.ProvisionedIops",
	}
}

// translatePrice returns the parameters of DescribePrice for what a spec would create.
func translatePrice(spec *provider.RunInstancesSpec) (params, error) {
	run, err := translateRun(spec)
	if err != nil {
		return nil, err
	}
	if err := checkPrice(spec, run); err != nil {
		return nil, err
	}
	p, names := params{"ResourceType": "instance"}, priced()
	for name, value := range run {
		if slices.Contains(names, unnumbered(name)) {
			p[name] = value
		}
	}
	p.text("SchedulerOptions.DedicatedHostId", run["DedicatedHostId"])
	if run["VSwitchId"] != "" {
		p.text("InstanceNetworkType", "vpc")
	}
	if run["InstanceChargeType"] != "PrePaid" { // the call has no such parameter: the unit stands for it
		p["PriceUnit"], p["Period"] = "Hour", "1"
		return p, nil
	}
	delete(p, "SpotStrategy")
	p["PriceUnit"], p["Period"], err = pricePeriod(run)
	return p, err
}

// checkPrice refuses what DescribePrice cannot say: the price would be that of something else.
func checkPrice(spec *provider.RunInstancesSpec, run params) error {
	c := provider.Checker{Driver: Name}
	if spec.LaunchTemplate != nil {
		c.Fail("LaunchTemplate", nil, "the price call takes no launch template: set InstanceType, disks and billing in the spec")
	}
	noImage := run["ImageId"] == ""
	if family := run["ImageFamily"]; noImage && family != "" {
		c.Fail("Vendor.ImageFamily", family, "the price call takes no image family: set ImageID to the image that "+
			"Catalog.Image finds for the family")
	}
	c.Require(spec.Count <= mostOfPrice, "Count", spec.Count, fmt.Sprintf("must be at most %d in a price call", mostOfPrice))
	return c.Err()
}

const monthsOfYear = 12

// pricePeriod returns the paid time of a create in the units of DescribePrice, which has months up
// to nine, and years.
func pricePeriod(run params) (unit, period string, err error) {
	unit = cmp.Or(run["PeriodUnit"], "Month")
	n, _ := strconv.Atoi(cmp.Or(run["Period"], "1"))
	const mostMonths = 9
	switch {
	case unit == "Month" && n > 0 && n%monthsOfYear == 0:
		return "Year", strconv.Itoa(n / monthsOfYear), nil
	case unit == "Month" && n > mostMonths:
		return "", "", &provider.FieldError{
			Driver: Name, Path: "Billing.Period", Value: strconv.Itoa(n),
			Reason: "the price call takes 1 to 9 months, or whole years",
		}
	}
	return unit, strconv.Itoa(n), nil
}

// priceFor returns the price of a request without its amounts.
func priceFor(p params) *catalog.Price {
	price := &catalog.Price{
		Unit: catalog.PerOrder, Instances: max(alicloud.Text(p["Amount"]).Int(), 1),
		Period: alicloud.Text(p["Period"]).Int(), PeriodUnit: provider.Month,
		Includes: []string{"instance", "system disk"},
	}
	switch p["PriceUnit"] {
	case "Hour":
		price.Unit, price.Period, price.PeriodUnit = catalog.PerHour, 0, ""
	case "Week":
		price.PeriodUnit = provider.Week
	case "Year":
		price.Period *= monthsOfYear
	}
	if hasPrefix(p, "DataDisk.") {
		price.Includes = append(price.Includes, "data disks")
	}
	byBandwidth := p["InternetChargeType"] == "PayByBandwidth"
	if byBandwidth && alicloud.Text(p["InternetMaxBandwidthOut"]).Int() > 0 {
		price.Includes = append(price.Includes, "bandwidth")
	}
	return price
}

// priceAnswer is the answer of DescribePrice. The SDK's own type has numbers for the IDs of rules,
// which are texts in the vendor's sample: such an answer would be lost. The IDs are not read here.
type priceAnswer struct {
	Info *priceInfo `json:"PriceInfo"`
}

// priceInfo is what an answer says about a price.
type priceInfo struct {
	Price   *rawPrice       `json:"Price"`
	Rules   rows[priceRule] `json:"Rules"`
	Related struct {
		Market amounts `json:"MarketplaceImagePrice"`
	} `json:"RelatedPrice"`
}

// amounts are for the whole order. TradePrice is to be paid; DiscountPrice is what was taken off.
type amounts struct {
	Original alicloud.Text `json:"OriginalPrice"`
	Discount alicloud.Text `json:"DiscountPrice"`
	Trade    alicloud.Text `json:"TradePrice"`
}

// rawPrice is a price with its parts.
type rawPrice struct {
	amounts
	Currency string          `json:"Currency"`
	Parts    rows[pricePart] `json:"DetailInfos"`
}

// pricePart is the part of one resource.
type pricePart struct {
	amounts
	Resource string `json:"Resource"`
}

// priceRule is a reason for a discount.
type priceRule struct {
	Description string `json:"Description"`
}

// fill adds the amounts to a price. An instance that costs nothing is believed on a dedicated host,
// which is paid for, and elsewhere when a discount explains it.
func (a *priceInfo) fill(p *catalog.Price, onHost bool) {
	p.Amount, p.ListAmount = a.Price.texts()
	unpriced := p.ListAmount == "" || p.ListAmount == "0"
	free := p.Amount == "0" && unpriced
	if free && !onHost {
		p.Amount, p.ListAmount = "", ""
	}
	p.Currency = a.Price.Currency
	for _, part := range a.Price.Parts.list {
		if part.Resource == "" {
			continue
		}
		line := catalog.PriceLine{What: part.Resource}
		line.Amount, line.ListAmount = part.texts()
		p.Lines = append(p.Lines, line)
	}
	if amount, listed := a.Related.Market.texts(); amount != "" && amount != "0" {
		p.Extra = []catalog.PriceLine{{What: "MarketplaceImagePrice", Amount: amount, ListAmount: listed}}
	}
	var notes []string
	if p.Amount == "" {
		notes = append(notes, "the answer has no amount to pay")
	}
	for _, rule := range a.Rules.list {
		if rule.Description != "" {
			notes = append(notes, rule.Description)
		}
	}
	p.Note = strings.Join(notes, "; ")
}

// texts returns what is to be paid, and the list price, as decimal texts; "" for what the answer
// does not say. Nothing to pay of a list price is believed only when the discount is that price.
func (a *amounts) texts() (amount, listed string) {
	trade, list, off := decimal(a.Trade), decimal(a.Original), decimal(a.Discount)
	listPriced := list != "" && list != "0"
	if trade == "0" && listPriced && off != list {
		trade = ""
	}
	return trade, list
}

// decimal returns a number of an answer as decimal text; "" for what is none.
func decimal(raw alicloud.Text) string {
	f, err := strconv.ParseFloat(string(raw), 64)
	if err != nil {
		return ""
	}
	return catalog.Decimal(f)
}
