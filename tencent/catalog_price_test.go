package tencent

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/internal/sorted"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
)

// priceAnswer is an answer of the price call with the members that differ between samples.
func priceAnswer(instance, bandwidth string) string {
	return fmt.Sprintf(`{"Response":{"Price":{"InstancePrice":%s,"BandwidthPrice":%s},"RequestId":"r"}}`, instance, bandwidth)
}

// The prices of the vendor's samples. Traffic has the unit HOUR in them.
const (
	prepaidSample = `{"DiscountPrice":1804.9,"OriginalPriceThreeYear":0,"DiscountOneYear":0,"UnitPrice":0,"UnitPriceThirdStep":0,"Discount":0,
"UnitPriceSecondStep":0,"OriginalPrice":8884.5,"UnitPriceDiscount":0,"OriginalPriceOneYear":0,"ChargeUnit":"HOUR","DiscountPriceOneYear":0}`
	hourlySample = `{"DiscountPrice":0,"UnitPrice":16.09,"UnitPriceThirdStep":16.09,"Discount":0,"UnitPriceDiscountThirdStep":3.33,"UnitPriceSecondStep":16.09,
"OriginalPrice":0,"UnitPriceDiscountSecondStep":3.33,"UnitPriceDiscount":3.33,"ChargeUnit":"HOUR"}`
	smallSample = `{"DiscountPrice":0,"UnitPrice":0.2,"UnitPriceThirdStep":0.1,"UnitPriceDiscountThirdStep":0.06,"UnitPriceSecondStep":0.12,
"OriginalPrice":0,"UnitPriceDiscountSecondStep":0.06,"UnitPriceDiscount":0.08,"ChargeUnit":"HOUR"}`
	trafficSample = `{"DiscountPrice":0,"UnitPrice":0.8,"OriginalPrice":0,"UnitPriceDiscount":0.52,"ChargeUnit":"HOUR"}`
	noneSample    = `{"DiscountPrice":0,"UnitPrice":0,"OriginalPrice":0,"UnitPriceDiscount":0,"ChargeUnit":"HOUR"}`
)

// bought is a spec like that of the vendor's samples.
func bought(mode provider.BillingMode, charge provider.BandwidthCharge) provider.RunInstancesSpec {
	s := provider.RunInstancesSpec{
		Zone: "ap-shanghai-2", ImageID: "img-pmqg1cw7", InstanceType: "S5.16XLARGE256", Count: 1,
		SystemDisk: provider.Disk{Type: "CLOUD_PREMIUM", SizeGiB: 50}, DataDisks: []provider.Disk{{Type: "CLOUD_PREMIUM", SizeGiB: 100}},
		Billing: provider.Billing{Mode: mode},
	}
	if mode == provider.Prepaid {
		s.Billing.Period, s.Billing.PeriodUnit = 1, provider.Month
	}
	if charge != "" {
		s.Network.PublicIP = &provider.PublicIP{BandwidthMbps: 10, ChargeType: charge}
	}
	return s
}

// laterPrices returns the prices from hour 96 and from hour 360 on, each after and before discounts.
func laterPrices(second, secondList, third, thirdList string) []catalog.PriceStep {
	return []catalog.PriceStep{
		{FromHour: 96, Amount: second, ListAmount: secondList}, {FromHour: 360, Amount: third, ListAmount: thirdList},
	}
}

func TestPricesOfTheVendor(t *testing.T) {
	whole := []string{"instance", "system disk", "data disks"}
	traffic := []catalog.PriceLine{{What: "traffic, per GB", Amount: "0.52", ListAmount: "0.8"}}
	for name, tt := range map[string]struct {
		spec   provider.RunInstancesSpec
		answer string
		want   catalog.Price
	}{
		"prepaid": {
			bought(provider.Prepaid, provider.PayByTraffic), priceAnswer(prepaidSample, trafficSample),
			catalog.Price{
				Amount: "1804.9", ListAmount: "8884.5", Unit: catalog.PerOrder, Period: 1, PeriodUnit: provider.Month, Includes: whole, Extra: traffic,
				Lines: []catalog.PriceLine{{What: "InstancePrice", Amount: "1804.9", ListAmount: "8884.5"}},
			},
		},
		"by the hour": {
			bought(provider.OnDemand, provider.PayByTraffic), priceAnswer(hourlySample, trafficSample),
			catalog.Price{
				Amount: "3.33", ListAmount: "16.09", Unit: catalog.PerHour, Includes: whole, Extra: traffic,
				Lines: []catalog.PriceLine{{What: "InstancePrice", Amount: "3.33", ListAmount: "16.09"}},
				Steps: laterPrices("3.33", "16.09", "3.33", "16.09"),
			},
		},
		"with the least": {
			*bare(), priceAnswer(smallSample, noneSample),
			catalog.Price{
				Amount: "0.08", ListAmount: "0.2", Unit: catalog.PerHour, Includes: whole[:2],
				Lines: []catalog.PriceLine{{What: "InstancePrice", Amount: "0.08", ListAmount: "0.2"}},
				Steps: laterPrices("0.06", "0.12", "0.06", "0.1"),
			},
		},
	} {
		r := &recorder{body: tt.answer}
		got, err := offered(t, r).Price(t.Context(), tt.spec)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		tt.want.Currency, tt.want.Instances = "CNY", 1
		wantSame(t, name, *got, tt.want)
		if len(r.reqs) != 1 {
			t.Errorf("%s: %d requests, want 1", name, len(r.reqs))
		}
	}
}

// Bandwidth that is paid like the instances is a part of the price, also of the later ones.
func TestBandwidthInAPrice(t *testing.T) {
	const paid = `{"UnitPrice":1.1,"UnitPriceDiscount":0.09,"OriginalPrice":70,"DiscountPrice":null,"ChargeUnit":"HOUR"}`
	hour := catalog.PriceLine{What: "bandwidth, per hour", Amount: "0.09", ListAmount: "1.1"}
	order := catalog.PriceLine{What: "bandwidth, for the order", Amount: "70", ListAmount: "70"}
	for _, tt := range []struct {
		mode   provider.BillingMode
		charge provider.BandwidthCharge
		amount string
		list   string
		extra  []catalog.PriceLine
	}{
		{provider.OnDemand, provider.PayByBandwidth, "3.42", "17.19", []catalog.PriceLine{order}},
		{provider.Prepaid, provider.PrepaidBandwidth, "1874.9", "8954.5", []catalog.PriceLine{hourOf(hour)}},
		{provider.Prepaid, provider.PayByBandwidth, "1804.9", "8884.5", []catalog.PriceLine{hour, order}},
		{provider.OnDemand, provider.BandwidthPackage, "3.33", "16.09", []catalog.PriceLine{hourOf(hour), order}},
	} {
		instance := map[provider.BillingMode]string{provider.OnDemand: hourlySample, provider.Prepaid: prepaidSample}[tt.mode]
		got, err := offered(t, &recorder{body: priceAnswer(instance, paid)}).Price(t.Context(), bought(tt.mode, tt.charge))
		if err != nil {
			t.Fatal(err)
		}
		what := fmt.Sprintf("%s with bandwidth %s", tt.mode, tt.charge)
		if got.Amount != tt.amount {
			t.Errorf("%s costs %s, want %s", what, got.Amount, tt.amount)
		}
		if got.ListAmount != tt.list {
			t.Errorf("%s costs %s before discounts, want %s", what, got.ListAmount, tt.list)
		}
		wantSame(t, what, got.Extra, tt.extra)
		included := tt.amount == "3.42" || tt.amount == "1874.9"
		if slices.Contains(got.Includes, "bandwidth") != included {
			t.Errorf("%s includes %v; is bandwidth among them: want %v", what, got.Includes, included)
		}
		if tt.amount == "3.42" {
			wantSame(t, what, got.Steps, laterPrices("3.42", "17.19", "3.42", "17.19"))
		}
	}
}

// hourOf is a line by the hour for a way to pay that the spec does not settle.
func hourOf(line catalog.PriceLine) catalog.PriceLine {
	line.What = "bandwidth or traffic, per HOUR"
	return line
}

// A price that the cloud does not say is unknown, and never 0.
func TestPricesThatAreNotKnown(t *testing.T) {
	spec := bought(provider.OnDemand, provider.PayByBandwidth)
	for name, tt := range map[string]struct{ body, amount, note string }{
		"refused": {
			`{"Response":{"Error":{"Code":"FailedOperation.InquiryPriceFailed","Message":"no price for it"},"RequestId":"r"}}`, "", "no price for it",
		},
		"null":                  {`{"Response":{"Price":null,"RequestId":"r"}}`, "", "no price of the instances"},
		"no member":             {`{"Response":{"RequestId":"r"}}`, "", "no price of the instances"},
		"zeros":                 {priceAnswer(noneSample, noneSample), "", "no price of the instances"},
		"another unit":          {priceAnswer(`{"UnitPrice":1,"ChargeUnit":"GB"}`, noneSample), "", "no price of the instances"},
		"in advance only":       {priceAnswer(prepaidSample, noneSample), "", "no price of the instances"},
		"unreadable":            {priceAnswer(`{"UnitPrice":"cheap","ChargeUnit":"HOUR"}`, noneSample), "", "no price of the instances"},
		"no bandwidth":          {priceAnswer(`{"UnitPrice":1}`, `null`), "1", "no price of the bandwidth"},
		"no discount":           {priceAnswer(`{"UnitPrice":1,"UnitPriceDiscount":0}`, `{"UnitPrice":0.5}`), "1.5", ""},
		"a number as text":      {priceAnswer(`{"UnitPrice":"1.50"}`, `{"UnitPrice":"0.5"}`), "2", ""},
		"the discount alone":    {priceAnswer(`{"UnitPriceDiscount":0.7}`, `{"UnitPrice":0.5}`), "1.2", ""},
		"numbers that are long": {priceAnswer(`{"UnitPrice":0.1}`, `{"UnitPrice":0.2}`), "0.3", ""},
	} {
		got, err := offered(t, &recorder{body: tt.body}).Price(t.Context(), spec)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got.Amount != tt.amount {
			t.Errorf("%s: amount %q, want %q", name, got.Amount, tt.amount)
		}
		if !strings.Contains(got.Note, tt.note) {
			t.Errorf("%s: note %q, want %q in it", name, got.Note, tt.note)
		}
		if tt.note == "" && got.Note != "" {
			t.Errorf("%s: note %q, want none", name, got.Note)
		}
	}
}

// The body of the price call is that of the create, without what has no price: of every spec that the
// translation is tested with.
func TestThePriceIsForWhatWouldBeCreated(t *testing.T) {
	for name, spec := range fullSpecs() {
		r := &recorder{body: priceAnswer(hourlySample, noneSample)}
		d := testDriver(t, r)
		p, _, err := d.DescribePrice(t.Context(), spec)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		_, _ = d.RunInstances(t.Context(), spec) // for what it sends: the answer is of the other call
		if len(r.sent) != 2 {
			t.Fatalf("%s: %d requests, want 2", name, len(r.sent))
		}
		asked, created := r.sent[0], r.sent[1]
		for _, member := range sorted.Keys(created) {
			_, got := asked[member]
			if want := slices.Contains(priced, member); got != want {
				t.Errorf("%s: the price call has %s: %v, want %v", name, member, got, want)
			}
			if a, b := jsonOf(t, asked[member]), jsonOf(t, created[member]); asked[member] != nil && a != b {
				t.Errorf("%s: %s is %s, the create sends %s", name, member, a, b)
			}
		}
		for _, member := range sorted.Keys(asked) {
			if _, ok := created[member]; !ok {
				t.Errorf("%s: the price call has %s, the create has not", name, member)
			}
		}
		if p.Instances != max(spec.Count, 1) {
			t.Errorf("%s: the price is for %d instances, want %d", name, p.Instances, max(spec.Count, 1))
		}
	}
}

// jsonOf returns a part of a body as JSON.
func jsonOf(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestThePriceCallHasNoSecrets(t *testing.T) {
	r := &recorder{body: priceAnswer(hourlySample, noneSample)}
	spec := *bare()
	spec.Login.Password, spec.UserData, spec.ClientToken = "planted-Pass1", []byte("planted-data"), "planted-token"
	spec.Vendor = []provider.VendorOption{RunOptions{
		Metadata: map[string]string{"k": "planted-item"},
		Params:   map[string]string{"HpcRoceTag": "planted-raw", "Placement.RackId": "rack-1"},
	}}
	p, err := offered(t, r).Price(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(r.texts[0], "planted") {
		t.Errorf("the body has a secret: %s", r.texts[0])
	}
	if !strings.Contains(r.texts[0], `"RackId":"rack-1"`) {
		t.Errorf("the body lacks a raw parameter that it can have: %s", r.texts[0])
	}
	if want := "CVM's price call does not take the raw parameters HpcRoceTag"; p.Note != want {
		t.Errorf("the note is %q, want %q", p.Note, want)
	}
}

func TestThePriceOfManyInstancesIsThatOfAHundred(t *testing.T) {
	r := &recorder{body: priceAnswer(hourlySample, noneSample)}
	spec := bought(provider.OnDemand, "")
	spec.Count = 250
	p, err := offered(t, r).Price(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.sent[0]["InstanceCount"]; got != 100.0 {
		t.Errorf("the price of %v instances is asked, want 100", got)
	}
	if p.Instances != 100 {
		t.Errorf("the price is for %d instances, want 100", p.Instances)
	}
	if !strings.Contains(p.Note, "the spec has 250") {
		t.Errorf("the note is %q, want it to say so", p.Note)
	}
}

// A launch template may say that the instances are prepaid.
func TestThePriceOfATemplate(t *testing.T) {
	spec := provider.RunInstancesSpec{Count: 1, LaunchTemplate: &provider.LaunchTemplateRef{ID: "lt-1"}}
	p, err := offered(t, &recorder{body: priceAnswer(prepaidSample, noneSample)}).Price(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	if p.Unit != catalog.PerOrder {
		t.Errorf("the price is per %s, want per order", p.Unit)
	}
	if p.Amount != "1804.9" {
		t.Errorf("the price is %s, want 1804.9", p.Amount)
	}
	if p.Period != 0 {
		t.Errorf("the period is %d, want 0: only the template knows it", p.Period)
	}
}

func TestSumsAreExact(t *testing.T) {
	for _, tt := range []struct{ a, b, want string }{
		{"0.1", "0.2", "0.3"},
		{"1", "2", "3"},
		{"10", "90", "100"},
		{"1.95", "0.05", "2"},
		{"0.0001", "1000000", "1000000.0001"},
		{"", "1", ""},
		{"1", "", ""},
	} {
		if got := sum(tt.a, tt.b); got != tt.want {
			t.Errorf("%s + %s is %q, want %q", tt.a, tt.b, got, tt.want)
		}
	}
}
