package ens

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
)

// pricedSpec is a prepaid order.
func pricedSpec() provider.RunInstancesSpec {
	return provider.RunInstancesSpec{
		Count: 2, InstanceType: "ens.sn1.tiny", ImageID: "m-1", Login: provider.Login{Password: "Planted-Password-1"},
		SystemDisk: provider.Disk{SizeGiB: 20}, Billing: provider.Billing{Mode: provider.Prepaid, Period: 3},
	}
}

// The price is asked for what a create of the same spec would buy.
func TestAPriceIsAskedForWhatWouldBeCreated(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*provider.RunInstancesSpec)
		want   string
	}{
		"by CreateInstance": {
			func(s *provider.RunInstancesSpec) { s.DataDisks = []provider.Disk{{SizeGiB: 50}} },
			"DataDisk.1.Size=50&EnsRegionId=cn-hangzhou&InstanceType=ens.sn1.tiny&InternetChargeType=BandwidthByDay&Period=3&PeriodUnit=Month&Quantity=2&SystemDisk.Size=20",
		},
		"by RunInstances": {
			func(s *provider.RunInstancesSpec) {
				s.Region, s.Count = "cn-beijing-cmcc", 0
				s.Billing.PeriodUnit = provider.Day
				s.SystemDisk.Type = "cloud_ssd"
				s.DataDisks = []provider.Disk{{SizeGiB: 50, Type: "cloud_efficiency"}, {SizeGiB: 60}}
				s.Network.PublicIP = &provider.PublicIP{BandwidthMbps: 5, ChargeType: provider.PayBy95th}
			},
			"DataDisks=%5B%7B%22Size%22%3A50%2C%22Category%22%3A%22cloud_efficiency%22%7D%2C%7B%22Size%22%3A60%7D%5D&EnsRegionId=cn-beijing-cmcc" +
				"&InstanceType=ens.sn1.tiny&InternetChargeType=95BandwidthByMonth&Period=3&PeriodUnit=Day&Quantity=1&SystemDisk.Size=20",
		},
	} {
		cat, sent := catalogOf(t, map[string]string{"DescribePrice": `{"RequestId":"r","PriceInfo":{"Price":{"Currency":"CNY","OriginalPrice":4368,"DiscountPrice":655.2,"TradePrice":3712.8}}}`})
		spec := pricedSpec()
		c.change(&spec)
		p, err := cat.Price(t.Context(), spec)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if p.Amount != "3712.8" || p.ListAmount != "4368" || p.Currency != "CNY" || p.Unit != catalog.PerOrder {
			t.Errorf("%s: the price is %+v, want 3712.8 of 4368 CNY an order", name, p)
		}
		if p.Instances != max(spec.Count, 1) || p.Period != 3 {
			t.Errorf("%s: the price is for %d instances and a period of %d, want those of the spec", name, p.Instances, p.Period)
		}
		if got, want := strings.Join(p.Includes, ", "), "instance, system disk, data disks"; got != want {
			t.Errorf("%s: it includes %s, want %s", name, got, want)
		}
		sent.wantSent("DescribePrice " + c.want)
	}
}

// An answer without a price is unknown, and not free.
func TestAPriceThatIsNotSaidIsUnknown(t *testing.T) {
	for price, want := range map[string]string{
		`{"Currency":"CNY"}`: "",
		`{"OriginalPrice":0,"DiscountPrice":0,"TradePrice":0}`:                        "",
		`{"OriginalPrice":100,"TradePrice":0}`:                                        "",
		`{"OriginalPrice":100,"DiscountPrice":100,"TradePrice":0}`:                    "0",
		`{"OriginalPrice":"118","DiscountPrice":"17.7","TradePrice":"100.3"}`:         "100.3",
		`{"OriginalPrice":null,"DiscountPrice":null,"TradePrice":0.1}`:                "0.1",
		`{"OriginalPrice":{},"DiscountPrice":[],"TradePrice":"much","Currency":null}`: "",
	} {
		cat, _ := catalogOf(t, map[string]string{"DescribePrice": `{"RequestId":"r","PriceInfo":{"Price":` + price + `}}`})
		p, err := cat.Price(t.Context(), pricedSpec())
		if err != nil {
			t.Errorf("%s: %v, want a price", price, err)
			continue
		}
		if p.Amount != want {
			t.Errorf("%s reads as %q, want %q", price, p.Amount, want)
		}
		if want == "" && p.Note == "" {
			t.Errorf("%s: nothing says why the price is unknown", price)
		}
	}
}

// questionsOf asks every question, and returns the errors by action.
func questionsOf(t *testing.T, cat *catalog.Catalog) map[string]error {
	t.Helper()
	ctx := t.Context()
	_, price := cat.Price(ctx, pricedSpec())
	return map[string]error{
		"DescribeEnsRegions":        lastError(cat.Regions(ctx)),
		"DescribeInstanceTypes":     lastError(cat.InstanceTypes(ctx, catalog.InstanceTypeQuery{})),
		"DescribeImageInfos":        lastError(cat.Images(ctx, catalog.ImageQuery{})),
		"DescribeSelfImages":        lastError(cat.Images(ctx, catalog.ImageQuery{Owner: catalog.OwnImage})),
		"DescribeAvailableResource": lastError(cat.Stock(ctx, catalog.StockQuery{})),
		"DescribePrice":             price,
		"DescribeKeyPairs":          lastError(cat.KeyPairs(ctx, "")),
		"DescribeNetworks":          lastError(cat.Networks(ctx, catalog.NetworkQuery{})),
		"DescribeVSwitches":         lastError(cat.Subnets(ctx, catalog.NetworkQuery{})),
		"DescribeSecurityGroups":    lastError(cat.SecurityGroups(ctx, catalog.NetworkQuery{})),
	}
}

// everywhere is the same answer for every action.
func everywhere(body string) map[string]string {
	out := map[string]string{}
	for _, action := range strings.Fields("DescribeEnsRegions DescribeInstanceTypes DescribeImageInfos DescribeImages DescribeSelfImages DescribeAvailableResource " +
		"DescribePrice DescribeKeyPairs DescribeNetworks DescribeVSwitches DescribeSecurityGroups") {
		out[action] = body
	}
	return out
}

// HTTP 200 may hide a refusal in the field Code.
func TestARefusalOfTheCatalogInsideASuccess(t *testing.T) {
	for code, want := range map[string]error{`"NoPermission"`: provider.ErrPermission, `500`: nil} {
		cat, _ := catalogOf(t, everywhere(`{"RequestId":"r-1","Code":`+code+`,"Images":{"Image":[]},"PriceInfo":{"Price":{"TradePrice":1}}}`))
		for action, err := range questionsOf(t, cat) {
			var e *provider.APIError
			if !errors.As(err, &e) || e.Op != action || e.RequestID != "r-1" {
				t.Errorf("%s, Code %s: %v, want an APIError of the action with the request ID", action, code, err)
			}
			if want != nil && !errors.Is(err, want) {
				t.Errorf("%s, Code %s: %v does not match %v", action, code, err, want)
			}
			wantSafe(t, err)
		}
	}
}

// An answer that lists nothing does not say that there is nothing.
func TestSenselessAnswersOfTheCatalog(t *testing.T) {
	lists := "EnsRegions InstanceTypes Images SupportResources KeyPairs Networks VSwitches SecurityGroups"
	rows := ""
	for _, pair := range []string{
		"EnsRegions EnsRegions", "InstanceTypes InstanceType", "Images Image", "SupportResources SupportResource", "KeyPairs KeyPair", "Networks Network",
		"VSwitches VSwitch", "SecurityGroups SecurityGroup",
	} {
		list, item, _ := strings.Cut(pair, " ")
		rows += fmt.Sprintf(`,%q:{%q:[{}]}`, list, item)
	}
	for _, body := range []string{`{"RequestId":"r","Code":0}`, `<html>`, `{"RequestId":"r","TotalCount":1}`, `{"RequestId":"r","Code":0` + rows + `}`} {
		cat, _ := catalogOf(t, everywhere(body))
		for action, err := range questionsOf(t, cat) {
			isPrice := action == "DescribePrice" && body != `<html>`
			if !isPrice && !errors.Is(err, provider.ErrUnavailable) {
				t.Errorf("%s: %s reads as %v, want an error that matches ErrUnavailable", action, body, err)
			}
		}
	}
	// An empty value in place of a list is an empty list.
	empty := `{"RequestId":"r","Code":0`
	for list := range strings.FieldsSeq(lists) {
		empty += fmt.Sprintf(`,%q:""`, list)
	}
	cat, _ := catalogOf(t, everywhere(empty+"}"))
	for action, err := range questionsOf(t, cat) {
		if err != nil {
			t.Errorf("%s: an empty text for a list reads as %v, want an empty list", action, err)
		}
	}
}
