package aliyun

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/aliyun/alibaba-cloud-sdk-go/services/ecs"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// pricedSpec returns a spec that has a price, with a change.
func pricedSpec(change func(*provider.RunInstancesSpec)) provider.RunInstancesSpec {
	s := *listedSpec()
	s.Zone = ""
	if change != nil {
		change(&s)
	}
	return s
}

// monthly makes a spec prepaid for some months.
func monthly(n int) func(*provider.RunInstancesSpec) {
	return func(s *provider.RunInstancesSpec) {
		s.Billing = provider.Billing{Mode: provider.Prepaid, Period: n, PeriodUnit: provider.Month}
	}
}

// The amounts and the rule, whose ID is a text, are those of the vendor's reference. The SDK's own
// type loses this answer.
func TestAPriceOfTheSampleAnswer(t *testing.T) {
	var got wire
	k := answered(t, &got, `{"RequestId":"04F0F334-1335-436C-A1D7-6C044FE73368","PriceInfo":{"Price":{"Currency":"CNY","DiscountPrice":655.2,
		"OriginalPrice":4368,"TradePrice":3712.8,"DetailInfos":{"DetailInfo":[{"Resource":"instanceType","OriginalPrice":4000,
		"DiscountPrice":600,"TradePrice":3400,"SubRules":{"Rule":[{"RuleId":"ONE_YEAR_85_PERCENT"}]}}]}},
		"Rules":{"Rule":[{"Description":"15% off one year","RuleId":"ONE_YEAR_85_PERCENT"}]}}}`)
	p, err := k.Price(t.Context(), pricedSpec(monthly(12)))
	if err != nil {
		t.Fatal(err)
	}
	same(t, "price", fmt.Sprintf("%+v", *p), "{Amount:3712.8 ListAmount:4368 Currency:CNY Unit:order Instances:1 Period:12 PeriodUnit:month "+
		"Lines:[{What:instanceType Amount:3400 ListAmount:4000}] Includes:[instance system disk] Extra:[] Steps:[] Note:15% off one year}")
	same(t, "as people read it", p.String(), "3712.8 CNY for 12 month")
	checkTyped(t, ecs.DescribePriceRequest{}, got.Params)
}

// priceOf returns the price of an answer in few words.
func priceOf(t *testing.T, price string) string {
	t.Helper()
	var got wire
	p, err := answered(t, &got, `{"RequestId":"r","PriceInfo":{"Price":`+price+`}`).Price(t.Context(), pricedSpec(nil))
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%s of %s known %v %v", p.Amount, p.ListAmount, p.Known(), p.Note)
}

func TestWhatIsUnknownOfAPriceIsNotFree(t *testing.T) {
	for price, want := range map[string]string{
		`{"TradePrice":0.5,"OriginalPrice":0.5}}`:                      "0.5 of 0.5 known true ",
		`{"TradePrice":0.5,"OriginalPrice":0.5,"DiscountPrice":0}}`:    "0.5 of 0.5 known true ",
		`{"TradePrice":"0.165","OriginalPrice":"0.33"}}`:               "0.165 of 0.33 known true ",
		`{"TradePrice":0.1}}`:                                          "0.1 of  known true ",
		`{"OriginalPrice":4368}}`:                                      " of 4368 known false the answer has no amount to pay",
		`{"TradePrice":null,"OriginalPrice":""}}`:                      " of  known false the answer has no amount to pay",
		`{"TradePrice":0,"OriginalPrice":0}}`:                          " of  known false the answer has no amount to pay",
		`{"TradePrice":0,"OriginalPrice":5}}`:                          " of 5 known false the answer has no amount to pay",
		`{"TradePrice":0,"OriginalPrice":5,"DiscountPrice":5}}`:        "0 of 5 known true ",
		`{"TradePrice":"free"}}`:                                       " of  known false the answer has no amount to pay",
		`{"TradePrice":1,"DetailInfos":null},"Rules":"","Other":[]}`:   "1 of  known true ",
		`{"TradePrice":1},"Rules":{"Rule":[{"RuleId":587}]}}`:          "1 of  known true ",
		`{"TradePrice":1},"Rules":{"Rule":[{"Description":"new"}]}}`:   "1 of  known true new",
		`{"TradePrice":123456789.123456,"OriginalPrice":123456789.5}}`: "123456789.123456 of 123456789.5 known true ",
	} {
		same(t, price, priceOf(t, price), want)
	}
}

func TestAMarketImageCostsExtra(t *testing.T) {
	var got wire
	k := answered(t, &got, `{"RequestId":"r","PriceInfo":{"Price":{"Currency":"USD","TradePrice":2,"OriginalPrice":2},
		"RelatedPrice":{"MarketplaceImagePrice":{"Currency":"USD","OriginalPrice":0.5,"DiscountPrice":0.1,"TradePrice":0.4}}}}`)
	p, err := k.Price(t.Context(), pricedSpec(func(s *provider.RunInstancesSpec) { s.Count = 4 }))
	if err != nil {
		t.Fatal(err)
	}
	same(t, "extra", fmt.Sprint(p.Extra), "[{MarketplaceImagePrice 0.4 0.5}]")
	same(t, "as people read it", p.String(), "2 USD for 4 instances an hour")
	hour, _ := p.PerInstanceHour()
	same(t, "an instance and hour", hour, "0.5")
}

func TestAnInstanceOnADedicatedHostMayCostNothing(t *testing.T) {
	var got wire
	k := answered(t, &got, `{"RequestId":"r","PriceInfo":{"Price":{"Currency":"CNY","TradePrice":0,"OriginalPrice":0}}}`)
	p, err := k.Price(t.Context(), pricedSpec(func(s *provider.RunInstancesSpec) {
		s.Billing.Mode = provider.DedicatedHost
		s.Placement.DedicatedHostIDs = []string{"dh-1"}
	}))
	if err != nil {
		t.Fatal(err)
	}
	same(t, "amount", p.Amount, "0")
	same(t, "host", got.Params["SchedulerOptions.DedicatedHostId"], "dh-1")
}

// The price is for what the create would make: the same parameters, and none that it lacks.
func TestThePriceIsForWhatTheCreateMakes(t *testing.T) {
	base := map[string]string{
		"RegionId": "cn-test-1", "ResourceType": "instance", "InstanceType": "ecs.g6.large",
		"ImageId": "ubuntu_22_04_x64_20G_alibase_20231221.vhd", "Amount": "1", "InstanceNetworkType": "vpc",
		"SystemDisk.Category": "cloud_essd", "SystemDisk.Size": "40", "PriceUnit": "Hour", "Period": "1",
	}
	for what, c := range map[string]struct {
		change func(*provider.RunInstancesSpec)
		want   map[string]string
	}{
		"on demand": {nil, nil},
		"one month": {monthly(1), map[string]string{"PriceUnit": "Month"}},
		"nine months": {
			monthly(9), map[string]string{"PriceUnit": "Month", "Period": "9"},
		},
		"a year":      {monthly(12), map[string]string{"PriceUnit": "Year", "Period": "1"}},
		"three years": {monthly(36), map[string]string{"PriceUnit": "Year", "Period": "3"}},
		"two weeks": {func(s *provider.RunInstancesSpec) {
			s.Billing = provider.Billing{Mode: provider.Prepaid, Period: 2, PeriodUnit: provider.Week}
		}, map[string]string{"PriceUnit": "Week", "Period": "2"}},
		"spot": {func(s *provider.RunInstancesSpec) {
			s.Zone, s.Billing = "cn-test-1a", provider.Billing{Mode: provider.Spot}
			s.Billing.Spot.DurationHours = new(1)
		}, map[string]string{"SpotStrategy": "SpotAsPriceGo", "SpotDuration": "1", "ZoneId": "cn-test-1a"}},
		"disks and bandwidth": {func(s *provider.RunInstancesSpec) {
			s.Count, s.SystemDisk.PerformanceLevel = 3, "PL1"
			s.DataDisks = []provider.Disk{{Type: "cloud_ssd", SizeGiB: 100, Name: "logs"}, {Type: "cloud_auto", SizeGiB: 50, IOPS: 4000}}
			s.Network.PublicIP = &provider.PublicIP{BandwidthMbps: 5, ChargeType: provider.PayByBandwidth}
			s.Tags, s.UserData = map[string]string{"a": "b"}, []byte("planted")
		}, map[string]string{
			"Amount": "3", "SystemDisk.PerformanceLevel": "PL1", "DataDisk.1.Category": "cloud_ssd", "DataDisk.1.Size": "100",
			"DataDisk.2.Category": "cloud_auto", "DataDisk.2.Size": "50", "DataDisk.2.ProvisionedIops": "4000",
			"InternetMaxBandwidthOut": "5", "InternetChargeType": "PayByBandwidth",
		}},
		"a raw parameter": {func(s *provider.RunInstancesSpec) {
			s.SystemDisk = provider.Disk{}
			s.Vendor = []provider.VendorOption{RunOptions{Params: map[string]string{
				"SystemDisk.Category": "cloud_essd", "SystemDisk.Size": "40", "HostNames.1": "web",
			}}}
		}, nil},
	} {
		var got wire
		k := answered(t, &got, `{"RequestId":"r","PriceInfo":{"Price":{"TradePrice":1}}}`)
		if _, err := k.Price(t.Context(), pricedSpec(c.change)); err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		want := maps.Clone(base)
		maps.Copy(want, c.want)
		if !maps.Equal(got.Params, want) {
			t.Errorf("%s: sent %v, want %v", what, got.Params, want)
		}
		checkTyped(t, ecs.DescribePriceRequest{}, got.Params)
	}
}

func TestWhatAPriceIncludes(t *testing.T) {
	var got wire
	k := answered(t, &got, `{"RequestId":"r","PriceInfo":{"Price":{"TradePrice":1}}}`)
	p, err := k.Price(t.Context(), pricedSpec(func(s *provider.RunInstancesSpec) {
		s.DataDisks = []provider.Disk{{Type: "cloud_ssd", SizeGiB: 100}}
		s.Network.PublicIP = &provider.PublicIP{BandwidthMbps: 5, ChargeType: provider.PayByBandwidth}
	}))
	if err != nil {
		t.Fatal(err)
	}
	same(t, "with bandwidth", strings.Join(p.Includes, ", "), "instance, system disk, data disks, bandwidth")
	p, err = k.Price(t.Context(), pricedSpec(func(s *provider.RunInstancesSpec) {
		s.Network.PublicIP = &provider.PublicIP{BandwidthMbps: 5, ChargeType: provider.PayByTraffic}
	}))
	if err != nil {
		t.Fatal(err)
	}
	same(t, "traffic is metered", strings.Join(p.Includes, ", "), "instance, system disk")
}

func TestPricesThatTheCallCannotSay(t *testing.T) {
	for path, change := range map[string]func(*provider.RunInstancesSpec){
		"LaunchTemplate": func(s *provider.RunInstancesSpec) { s.LaunchTemplate = &provider.LaunchTemplateRef{ID: "lt-1"} },
		"Vendor.ImageFamily": func(s *provider.RunInstancesSpec) {
			s.ImageID, s.Vendor = "", []provider.VendorOption{RunOptions{ImageFamily: "web"}}
		},
		"Count": func(s *provider.RunInstancesSpec) { s.Count, s.Name = 1001, "web" },
	} {
		var got wire
		_, err := answered(t, &got, `{}`).Price(t.Context(), pricedSpec(change))
		var e *provider.FieldError
		if !errors.As(err, &e) || e.Path != path {
			t.Errorf("%s: got %v, want a FieldError", path, err)
		}
		if got.Action != "" {
			t.Errorf("%s: %s was sent, want nothing", path, got.Action)
		}
	}
	if _, _, err := pricePeriod(params{"PeriodUnit": "Month", "Period": "10"}); err == nil {
		t.Error("ten months have a price, want a FieldError: the call takes nine")
	}
}

// ecsOffer returns an offer of the inventory.
func ecsOffer(t *testing.T, zone, kind string, charge cloudsim.Charge) cloudsim.Offer {
	t.Helper()
	for _, o := range cloudsim.DefaultInventory(cloudsim.ECS).Offers {
		if o.Zone == zone && o.Type == kind && o.Charge == charge {
			return o
		}
	}
	t.Fatalf("the inventory has no %s in %s", kind, zone)
	return cloudsim.Offer{}
}

func TestPricesOfTheSimulatorAreThoseOfItsInventory(t *testing.T) {
	_, k := bound(t, nil)
	ask := func(change func(*provider.RunInstancesSpec)) *catalog.Price {
		t.Helper()
		s := *listedSpec()
		if change != nil {
			change(&s)
		}
		p, err := k.Price(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	hourly := ecsOffer(t, "cn-hangzhou-g", "ecs.g6.large", cloudsim.Postpaid).Hourly
	p := ask(func(s *provider.RunInstancesSpec) { s.Count = 3 })
	same(t, "three an hour", p.String(), catalog.Decimal(3*hourly)+" CNY for 3 instances an hour")
	month := ecsOffer(t, "cn-hangzhou-g", "ecs.g6.large", cloudsim.Prepaid)
	p = ask(monthly(2))
	same(t, "two months", p.Amount, catalog.Decimal(2*month.Monthly*month.Discount))
	same(t, "their list price", p.ListAmount, catalog.Decimal(2*month.Monthly))
	same(t, "why", p.Note, "discount of the offer")
	p = ask(monthly(12))
	same(t, "a year, whose rule has a text as its ID", p.Amount, catalog.Decimal(12*month.Monthly*month.Discount))
	spot := ecsOffer(t, "cn-hangzhou-g", "ecs.g6.large", cloudsim.Spot).Hourly
	p = ask(func(s *provider.RunInstancesSpec) { s.Billing.Mode = provider.Spot })
	same(t, "spot", p.Amount, catalog.Decimal(spot))
	p = ask(func(s *provider.RunInstancesSpec) { s.ImageID = "m-bp1g7004ksh0oeuc0004" })
	same(t, "on top", fmt.Sprint(p.Extra), "[{MarketplaceImagePrice 0.25 0.25}]")
	p = ask(func(s *provider.RunInstancesSpec) {
		s.InstanceType, s.Zone, s.Network.SubnetID = "ecs.vgn6i-m4-vws.xlarge", "cn-hangzhou-h", "vsw-bp1s5fnvk4gn2tws00002"
	})
	same(t, "a type without a price", p.String(), "price unknown")
	same(t, "why", p.Note, "PriceNotFound: the cloud has no price for this now")
}
