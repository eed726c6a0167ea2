package cvm

import (
	"math"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// itemPrice is the documented data type ItemPrice. Prices that do not apply are 0, as in the vendor's
// samples, and a price after a discount that there is not is null.
type itemPrice struct {
	UnitPrice                   float64
	ChargeUnit                  string
	OriginalPrice               float64
	DiscountPrice               *float64
	Discount                    float64 // 20 means that 20 % are paid
	UnitPriceDiscount           *float64
	UnitPriceSecondStep         float64
	UnitPriceDiscountSecondStep *float64
	UnitPriceThirdStep          float64
	UnitPriceDiscountThirdStep  *float64
	OriginalPriceOneYear        *float64
	DiscountPriceOneYear        *float64
	DiscountOneYear             *float64
	OriginalPriceThreeYear      *float64
	DiscountPriceThreeYear      *float64
	DiscountThreeYear           *float64
	OriginalPriceFiveYear       *float64
	DiscountPriceFiveYear       *float64
	DiscountFiveYear            *float64
}

// perHour is the unit of prices, also of those in advance, as in the vendor's samples.
const perHour = "HOUR"

// priceOf returns the price of some instances, in advance for some months if they are paid so. It is
// [unverified] that the price by the hour is that of all instances.
func priceOf(o *core.Offer, count, months int) itemPrice {
	p := itemPrice{ChargeUnit: perHour}
	n := float64(count)
	if o.Charge == core.Prepaid {
		p.OriginalPrice = money(o.Monthly * n * float64(months))
		p.DiscountPrice = reduced(p.OriginalPrice, o.Discount)
		p.Discount = o.Discount * 100
		p.OriginalPriceOneYear = new(money(o.Monthly * n * 12))
		p.DiscountPriceOneYear = reduced(*p.OriginalPriceOneYear, o.Discount)
		return p
	}
	p.UnitPrice = money(o.Hourly * n)
	p.UnitPriceDiscount = reduced(p.UnitPrice, o.Discount)
	for _, s := range o.Steps {
		at := money(s.Hourly * n)
		if s.FromHour < thirdStep {
			p.UnitPriceSecondStep, p.UnitPriceDiscountSecondStep = at, reduced(at, o.Discount)
		} else {
			p.UnitPriceThirdStep, p.UnitPriceDiscountThirdStep = at, reduced(at, o.Discount)
		}
	}
	return p
}

// thirdStep is the hour from which the last price holds.
const thirdStep = 360

// reduced returns a price after a discount, or nil without one.
func reduced(price, discount float64) *float64 {
	if discount == 0 {
		return nil
	}
	return new(money(price * discount))
}

// money rounds a price to a hundredth of the smallest coin.
func money(f float64) float64 { return math.Round(f*1e4) / 1e4 }

// inquiry is the schema of InquiryPriceRunInstances: a create without what has no price.
type inquiry struct {
	Placement             *placement
	ImageId               *string
	InstanceChargeType    *string
	InstanceChargePrepaid *prepaid
	InstanceType          *string
	SystemDisk            *systemDisk
	DataDisks             []dataDisk
	VirtualPrivateCloud   *vpcSpec
	InternetAccessible    *internet
	InstanceCount         *int64
	InstanceName          *string
	LoginSettings         *login
	SecurityGroupIds      []string
	EnhancedService       *enhancedService
	ClientToken           *string
	HostName              *string
	TagSpecification      []tagSpecification
	InstanceMarketOptions *marketOptions
	Metadata              *metadata
	HpcClusterId          *string
	CpuTopology           *cpuTopology
	LaunchTemplate        *templateRef
	NetworkInterfaces     []networkInterface
}

// create returns the create that a price is asked for.
func (r *inquiry) create() *runRequest {
	return &runRequest{
		templateData: templateData{
			Placement: r.Placement, ImageId: r.ImageId, InstanceChargeType: r.InstanceChargeType,
			InstanceChargePrepaid: r.InstanceChargePrepaid, InstanceType: r.InstanceType, SystemDisk: r.SystemDisk,
			DataDisks: r.DataDisks, VirtualPrivateCloud: r.VirtualPrivateCloud, InternetAccessible: r.InternetAccessible,
			InstanceCount: r.InstanceCount, InstanceName: r.InstanceName, LoginSettings: r.LoginSettings,
			SecurityGroupIds: r.SecurityGroupIds, EnhancedService: r.EnhancedService, HostName: r.HostName,
			TagSpecification: r.TagSpecification, InstanceMarketOptions: r.InstanceMarketOptions, Metadata: r.Metadata,
			HpcClusterId: r.HpcClusterId,
		},
		ClientToken: r.ClientToken, CpuTopology: r.CpuTopology, LaunchTemplate: r.LaunchTemplate,
		NetworkInterfaces: r.NetworkInterfaces,
	}
}

// inquirePrice serves InquiryPriceRunInstances. It refuses what the create would refuse, except that it
// takes at most 100 instances.
func (c *api) inquirePrice(k *core.Call, r *inquiry) (fields, *refusal) {
	full, refused := c.fromTemplate(k, r.create())
	if refused == nil {
		refused = c.check(k, full)
	}
	if refused == nil && full.count() > 100 {
		refused = invalidAs("InvalidParameterValue.Range", "InstanceCount")
	}
	if refused == nil {
		full = c.chosen(k, full)
		refused = c.checkOffered(k, full)
	}
	if refused != nil {
		return nil, refused
	}
	o := c.service.Offer(*full.Placement.Zone, full.kind(), chargeOf(full.chargeType()))
	if o == nil || o.Hourly+o.Monthly == 0 {
		return nil, refuse("FailedOperation.InquiryPriceFailed", "The price of the configuration cannot be found.")
	}
	months := 1
	if p := full.InstanceChargePrepaid; p != nil {
		months = int(*p.Period)
	}
	type price struct{ InstancePrice, BandwidthPrice itemPrice }
	return fields{"Price": price{priceOf(o, full.count(), months), full.bandwidthPrice(months)}}, nil
}

// Prices of the public network, made up: of a gigabyte, and of a megabit a second by the hour and by the
// month.
const (
	trafficPrice   = 0.8
	bandwidthHour  = 0.063
	bandwidthMonth = 20
)

// bandwidthPrice returns the price of the public addresses of a create.
func (r *runRequest) bandwidthPrice(months int) itemPrice {
	p := itemPrice{ChargeUnit: perHour}
	if r.bandwidth() == 0 {
		return p
	}
	all := float64(r.bandwidth()) * float64(r.count())
	switch valueOr(r.InternetAccessible.InternetChargeType, "") {
	case "TRAFFIC_POSTPAID_BY_HOUR":
		p.UnitPrice, p.UnitPriceDiscount, p.ChargeUnit = trafficPrice, new(trafficPrice), "GB"
	case "BANDWIDTH_PREPAID":
		p.OriginalPrice = money(bandwidthMonth * all * float64(months))
		p.DiscountPrice = &p.OriginalPrice
	case "BANDWIDTH_POSTPAID_BY_HOUR":
		p.UnitPrice = money(bandwidthHour * all)
		p.UnitPriceDiscount = &p.UnitPrice
	default: // the package is paid for by itself
	}
	return p
}
