package tencent

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/sorted"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
)

// offered returns the catalog of a client whose service always answers alike.
func offered(t *testing.T, r *recorder) *catalog.Catalog {
	t.Helper()
	return catalog.Of(testClient(t, r))
}

// all reads a list to its end.
func all[T any](t *testing.T, list iter.Seq2[T, error]) (out []T) {
	t.Helper()
	for item, err := range list {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, item)
	}
	return out
}

// failure returns the error of a list.
func failure[T any](list iter.Seq2[T, error]) error {
	for _, err := range list {
		if err != nil {
			return err
		}
	}
	return nil
}

// wantSame compares what was read with what the answer says.
func wantSame[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\ngot  %+v\nwant %+v", what, got, want)
	}
}

// wantCall checks the only request: its action, its body and the product that it is signed for.
func wantCall(t *testing.T, r *recorder, product, version, action, body string) {
	t.Helper()
	if len(r.reqs) != 1 {
		t.Fatalf("%d requests were sent, want 1", len(r.reqs))
	}
	req := r.reqs[0]
	if got, want := req.URL.Host, product+".tencentcloudapi.com"; got != want {
		t.Errorf("the host is %s, want %s", got, want)
	}
	if got := req.Header.Get("Authorization"); !strings.Contains(got, "/"+product+"/tc3_request") {
		t.Errorf("the signature is for %s, want %s", got, product)
	}
	if got := req.Header.Get("X-TC-Version"); got != version {
		t.Errorf("the version is %s, want %s", got, version)
	}
	if got := req.Header.Get("X-TC-Action"); got != action {
		t.Errorf("the action is %s, want %s", got, action)
	}
	if r.texts[0] != body {
		t.Errorf("the body is\n%s, want\n%s", r.texts[0], body)
	}
}

const someRegions = `{"Response":{"TotalCount":21,"RequestId":"r","RegionSet":[
{"RegionIdMC":null,"LocationMC":null,"RegionState":"AVAILABLE","RegionNameMC":null,"Region":"ap-guangzhou","RegionTypeMC":null,"RegionName":"华南地区(广州)"},
null,{"RegionState":"UNAVAILABLE","Region":"ap-shanghai","RegionName":null},{"RegionState":"NEW","Region":"ap-nanjing"},{"RegionName":"no ID"}]}}`

func TestRegionsOfTheVendor(t *testing.T) {
	r := &recorder{body: someRegions}
	got := all(t, offered(t, r).Regions(t.Context()))
	wantSame(t, "regions", got, []catalog.Region{
		{ID: "ap-guangzhou", Name: "华南地区(广州)", RawState: "AVAILABLE"},
		{ID: "ap-shanghai", RawState: "UNAVAILABLE", SoldOut: true},
		{ID: "ap-nanjing", RawState: "NEW"},
	})
	wantCall(t, r, "region", "2022-06-27", "DescribeRegions", `{"Product":"cvm"}`)
}

func TestZonesOfTheVendor(t *testing.T) {
	r := &recorder{body: `{"Response":{"TotalCount":5,"ZoneSet":[
{"ZoneState":"AVAILABLE","ZoneId":"100003","Zone":"ap-guangzhou-3","ZoneName":"Guangzhou Zone 3"},
{"ZoneState":"UNAVAILABLE","ZoneId":100004,"Zone":"ap-guangzhou-4","ZoneName":""},null],"RequestId":"r"}}`}
	got := all(t, offered(t, r).Zones(t.Context(), ""))
	wantSame(t, "zones", got, []catalog.Zone{
		{ID: "ap-guangzhou-3", Region: "region-1", Name: "Guangzhou Zone 3", RawState: "AVAILABLE"},
		{ID: "ap-guangzhou-4", Region: "region-1", RawState: "UNAVAILABLE", Closed: true},
	})
	wantCall(t, r, "cvm", "2017-03-12", "DescribeZones", `{}`)
}

func TestKeyPairsOfTheVendor(t *testing.T) {
	r := &recorder{body: `{"Response":{"KeyPairSet":[{"AssociatedInstanceIds":[],"CreatedTime":"2025-10-16T08:12:48Z","Description":"",
"KeyId":"skey-1q8j7b93","KeyName":"MyKeyPair","ProjectId":0,"PublicKey":"ssh-rsa AAAA","Tags":[{"Key":"MyKeyPairTagKey","Value":"MyKeyPairTagValue"}]},
{"KeyId":"skey-2","CreatedTime":"yesterday","Tags":null},null],"RequestId":"r","TotalCount":3}}`}
	got := all(t, offered(t, r).KeyPairs(t.Context(), ""))
	wantSame(t, "key pairs", got, []catalog.KeyPair{
		{
			ID: "skey-1q8j7b93", Name: "MyKeyPair", CreatedAt: time.Date(2025, 10, 16, 8, 12, 48, 0, time.UTC),
			Tags: map[string]string{"MyKeyPairTagKey": "MyKeyPairTagValue"}, Spec: "skey-1q8j7b93",
		},
		{ID: "skey-2", Spec: "skey-2"},
	})
	wantCall(t, r, "cvm", "2017-03-12", "DescribeKeyPairs", `{"Offset":0,"Limit":100}`)
}

// The documented sample, with odd rows after it: one without a number, one that says only two of three.
const someQuotas = `{"Response":{"AccountQuotaOverview":{"Region":"ap-guangzhou","AccountQuota":{
"PostPaidQuotaSet":[{"UsedQuota":2,"RemainingQuota":1248,"TotalQuota":1250,"Zone":"ap-guangzhou-4"},{"Zone":"ap-guangzhou-6"},null],
"DisasterRecoverGroupQuotaSet":[{"CvmInRackGroupQuota":30,"GroupQuota":10,"CvmInHostGroupQuota":50,"CurrentNum":1,"CvmInSwitchGroupQuota":20}],
"PrePaidQuotaSet":[{"UsedQuota":0,"OnceQuota":300,"Zone":"ap-guangzhou-3","TotalQuota":255,"RemainingQuota":null}],
"SpotPaidQuotaSet":[{"UsedQuota":4,"RemainingQuota":195,"TotalQuota":null,"Zone":"ap-guangzhou-4"}],
"ImageQuotaSet":[{"UsedQuota":11,"TotalQuota":10}]}},"RequestId":"r","AppId":251007416}}`

func TestQuotasOfTheVendor(t *testing.T) {
	r := &recorder{body: someQuotas}
	got := all(t, offered(t, r).Quotas(t.Context(), "", ""))
	wantSame(t, "quotas", got, []catalog.Quota{
		{Name: "PostPaidQuotaSet", Unit: catalog.QuotaInstances, Zone: "ap-guangzhou-4", Left: 1248, Total: 1250, TotalKnown: true},
		{Name: "PrePaidQuotaSet", Unit: catalog.QuotaInstances, Zone: "ap-guangzhou-3", Left: 255, Total: 255, TotalKnown: true},
		{Name: "SpotPaidQuotaSet", Unit: catalog.QuotaCPUs, Zone: "ap-guangzhou-4", Left: 195},
		{Name: "ImageQuotaSet", Unit: catalog.QuotaItems, Total: 10, TotalKnown: true},
		{Name: "DisasterRecoverGroupQuotaSet", Unit: catalog.QuotaItems, Left: 9, Total: 10, TotalKnown: true},
	})
	wantCall(t, r, "cvm", "2017-03-12", "DescribeAccountQuota", `{}`)
	r = &recorder{body: someQuotas}
	all(t, offered(t, r).Quotas(t.Context(), "", "ap-guangzhou-4"))
	wantCall(t, r, "cvm", "2017-03-12", "DescribeAccountQuota", `{"Filters":[{"Name":"zone","Values":["ap-guangzhou-4"]}]}`)
}

func TestNetworksOfTheVendor(t *testing.T) {
	r := &recorder{body: `{"Response":{"VpcSet":[{"Ipv6CidrBlockSet":[{"IPv6CidrBlock":"2402:4e00:1717:8200::/56","ISPType":"BGP"}],
"VpcId":"vpc-p5sf61yj","VpcName":"DHCP1","CidrBlock":"10.0.0.0/16","IsDefault":false,"CreatedTime":"2018-04-25 10:26:26","TagSet":[{"Key":"city","Value":"shanghai"}]},
{"VpcId":"vpc-2","CidrBlock":"10.0.0.0","IsDefault":"true","CreatedTime":"","TagSet":null},null],"TotalCount":2,"RequestId":"r"}}`}
	got := all(t, offered(t, r).Networks(t.Context(), catalog.NetworkQuery{}))
	wantSame(t, "networks", got, []catalog.Network{
		{
			ID: "vpc-p5sf61yj", Name: "DHCP1", CIDR: netip.MustParsePrefix("10.0.0.0/16"),
			CreatedAt: time.Date(2018, 4, 25, 10, 26, 26, 0, chinaTime), Tags: map[string]string{"city": "shanghai"},
		},
		{ID: "vpc-2", Default: true},
	})
	wantCall(t, r, "vpc", "2017-03-12", "DescribeVpcs", `{"Limit":"100","Offset":"0"}`)
}

func TestSubnetsOfTheVendor(t *testing.T) {
	r := &recorder{body: `{"Response":{"SubnetSet":[{"NetworkAclId":"","RouteTableId":"rtb-n0yr460a","VpcId":"vpc-n0yr460a","EnableBroadcast":false,
"Zone":"ap-guangzhou-3","Ipv6CidrBlock":"","AvailableIpAddressCount":1,"SubnetName":"子网1","TotalIpAddressCount":1,"TagSet":[{"Value":"ck","Key":"kc"}],
"CreatedTime":"2020-05-25 20:09:07","SubnetId":"subnet-bthucmmy","CidrBlock":"10.0.0.0/16","IsDefault":true},
{"SubnetId":"subnet-2","AvailableIpAddressCount":null,"VpcId":"vpc-n0yr460a"},{"SubnetId":"subnet-3","AvailableIpAddressCount":"0","VpcId":"vpc-n0yr460a"}],
"TotalCount":3,"RequestId":"r"}}`}
	q := catalog.NetworkQuery{VPCID: "vpc-n0yr460a"}
	got := all(t, offered(t, r).Subnets(t.Context(), q))
	wantSame(t, "subnets", got, []catalog.Subnet{
		{
			ID: "subnet-bthucmmy", Name: "子网1", VPCID: "vpc-n0yr460a", Zone: "ap-guangzhou-3", CIDR: netip.MustParsePrefix("10.0.0.0/16"),
			Default: true, CreatedAt: time.Date(2020, 5, 25, 20, 9, 7, 0, chinaTime), Tags: map[string]string{"kc": "ck"},
			FreeAddresses: 1, AddressesKnown: true,
		},
		{ID: "subnet-2", VPCID: "vpc-n0yr460a"},
		{ID: "subnet-3", VPCID: "vpc-n0yr460a", AddressesKnown: true},
	})
	wantCall(t, r, "vpc", "2017-03-12", "DescribeSubnets",
		`{"Filters":[{"Name":"vpc-id","Values":["vpc-n0yr460a"]}],"Limit":"100","Offset":"0"}`)
}

func TestSecurityGroupsOfTheVendor(t *testing.T) {
	r := &recorder{body: `{"Response":{"SecurityGroupSet":[{"SecurityGroupId":"sg-05bb4upy","SecurityGroupName":"demo","SecurityGroupDesc":"a demo",
"ProjectId":"0","IsDefault":true,"CreatedTime":"2017-04-18 21:02:30","UpdateTime":"","TagSet":[]},{"SecurityGroupId":"sg-2","ProjectId":7,"SecurityGroupName":"other"}],
"TotalCount":2,"RequestId":"r"}}`}
	got := all(t, offered(t, r).SecurityGroups(t.Context(), catalog.NetworkQuery{VPCID: "vpc-1", Name: "demo"}))
	wantSame(t, "security groups", got, []catalog.SecurityGroup{{
		ID: "sg-05bb4upy", Name: "demo", Description: "a demo", Default: true, CreatedAt: time.Date(2017, 4, 18, 21, 2, 30, 0, chinaTime),
	}})
	wantCall(t, r, "vpc", "2017-03-12", "DescribeSecurityGroups",
		`{"Filters":[{"Name":"security-group-name","Values":["demo"]}],"Limit":"100","Offset":"0"}`)
}

// More conditions than a call takes are left to the client.
func TestFiltersThatAreTooManyAreLeftOut(t *testing.T) {
	tags := map[string]string{}
	for i := range 12 {
		tags[fmt.Sprintf("k%02d", i)] = "v"
	}
	r := &recorder{body: `{"Response":{"VpcSet":[{"VpcId":"vpc-1","TagSet":[{"Key":"k00","Value":"v"}]}],"TotalCount":1,"RequestId":"r"}}`}
	if got := all(t, offered(t, r).Networks(t.Context(), catalog.NetworkQuery{Name: "n", Tags: tags})); len(got) != 0 {
		t.Errorf("got %v, want nothing: the client compares the tags", got)
	}
	if got := strings.Count(r.texts[0], `"Values"`); got != 10 {
		t.Errorf("%d filters were sent, want the 10 that the call takes", got)
	}
	if !strings.Contains(r.texts[0], `{"Name":"tag:k00","Values":["v"]}`) {
		t.Errorf("%s has no filter for the first tag", r.texts[0])
	}
}

// questions are all calls of the catalog.
func questions(t *testing.T, cat *catalog.Catalog) map[string]func() error {
	t.Helper()
	ctx := t.Context()
	return map[string]func() error{
		"regions":         func() error { return failure(cat.Regions(ctx)) },
		"zones":           func() error { return failure(cat.Zones(ctx, "")) },
		"types":           func() error { return failure(cat.InstanceTypes(ctx, catalog.InstanceTypeQuery{Zone: "z"})) },
		"plain types":     func() error { return failure(cat.InstanceTypes(ctx, catalog.InstanceTypeQuery{})) },
		"images":          func() error { return failure(cat.Images(ctx, catalog.ImageQuery{})) },
		"stock":           func() error { return failure(cat.Stock(ctx, catalog.StockQuery{})) },
		"price":           func() error { _, err := cat.Price(ctx, *bare()); return err },
		"networks":        func() error { return failure(cat.Networks(ctx, catalog.NetworkQuery{})) },
		"subnets":         func() error { return failure(cat.Subnets(ctx, catalog.NetworkQuery{})) },
		"security groups": func() error { return failure(cat.SecurityGroups(ctx, catalog.NetworkQuery{})) },
		"key pairs":       func() error { return failure(cat.KeyPairs(ctx, "")) },
		"quotas":          func() error { return failure(cat.Quotas(ctx, "", "")) },
	}
}

// Every question is one request, and a refusal is the cloud's own.
func TestEveryQuestionIsOneRequest(t *testing.T) {
	r := &recorder{body: `{"Response":{"Error":{"Code":"UnauthorizedOperation.PermissionDenied","Message":"m"},"RequestId":"r"}}`}
	for name, ask := range questions(t, offered(t, r)) {
		before := len(r.reqs)
		err := ask()
		if !errors.Is(err, provider.ErrPermission) {
			t.Errorf("%s: got %v, want an error of permission", name, err)
		}
		if n := len(r.reqs) - before; n != 1 {
			t.Errorf("%s: %d requests, want 1", name, n)
		}
	}
}

// A list without rows, or without one that can be read, is no list.
func TestAnswersThatAreNoLists(t *testing.T) {
	optional := map[string]bool{"types": true, "plain types": true, "stock": true, "price": true} // null is an empty list
	for name, ask := range questions(t, offered(t, &recorder{body: `{"Response":{"TotalCount":3,"RequestId":"r"}}`})) {
		if err := ask(); err == nil && !optional[name] {
			t.Errorf("%s: an answer without a list is taken for one", name)
		}
	}
	const odd = `{"Response":{"TotalCount":1,"RequestId":"r","RegionSet":["x"],"ZoneSet":["x"],"InstanceTypeQuotaSet":["x"],
		"InstanceTypeConfigSet":["x"],"ImageSet":["x"],"VpcSet":["x"],"SubnetSet":["x"],"SecurityGroupSet":["x"],"KeyPairSet":["x"]}}`
	for name, ask := range questions(t, offered(t, &recorder{body: odd})) {
		if err := ask(); err == nil && name != "price" {
			t.Errorf("%s: a row that is a text is left out without a word", name)
		}
	}
}

// Nothing at all is no error where the cloud says so.
func TestEmptyLists(t *testing.T) {
	const none = `{"Response":{"TotalCount":0,"RequestId":"r","InstanceTypeQuotaSet":null,"AccountQuotaOverview":{"AccountQuota":{}}}}`
	for name, ask := range questions(t, offered(t, &recorder{body: none})) {
		if err := ask(); err != nil {
			t.Errorf("%s: got %v, want none", name, err)
		}
	}
}

func TestNoAnswerOfTheCatalogTellsASecret(t *testing.T) {
	for _, code := range []string{"InvalidParameterValue", noPrice, ""} {
		c := testClient(t, talkative(t, code))
		spec := *bare()
		spec.Login.Password = "planted-Pass1"
		spec.UserData = []byte("planted-data")
		spec.Vendor = []provider.VendorOption{RunOptions{Params: map[string]string{
			"Metadata.Items.0.Value": "planted-nested", "Placement.RackId": "planted-rack",
		}}}
		p, err := catalog.Of(c).Price(t.Context(), spec)
		mustNotTell(t, err, "planted", keyValue, keyToken)
		if p != nil && strings.Contains(p.Note, "planted") {
			t.Errorf("the note tells a secret: %s", p.Note)
		}
		for _, ask := range questions(t, catalog.Of(c)) {
			mustNotTell(t, ask(), keyValue, keyToken)
		}
	}
}

func TestHostsOfProducts(t *testing.T) {
	for _, tt := range []struct{ host, product, want string }{
		{"cvm.tencentcloudapi.com", "vpc", "vpc.tencentcloudapi.com"},
		{"cvm.intl.tencentcloudapi.com", "region", "region.intl.tencentcloudapi.com"},
		{"cvm.ap-shanghai-fsi.tencentcloudapi.com", "vpc", "vpc.ap-shanghai-fsi.tencentcloudapi.com"},
		{"cvm.tencentcloudapi.com:8443", "vpc", "vpc.tencentcloudapi.com:8443"},
		{"cvm.tencentcloudapi.com", "cvm", "cvm.tencentcloudapi.com"},
		{"127.0.0.1:8080", "vpc", "127.0.0.1:8080"},
		{"cvmproxy.example", "vpc", "cvmproxy.example"},
	} {
		if got := hostOfProduct(tt.host, tt.product); got != tt.want {
			t.Errorf("%s at %s is %s, want %s", tt.product, tt.host, got, tt.want)
		}
	}
}

// The endpoint says the currency, and the region never does.
func TestCurrencyFollowsTheEndpoint(t *testing.T) {
	for endpoint, want := range map[string]string{
		"": "CNY", "cvm.internal.tencentcloudapi.com": "CNY", "cvm.intl.tencentcloudapi.com": "USD",
		"http://127.0.0.1:8080": "", "cvm.tencentcloudapi.com.example": "",
	} {
		for _, region := range []string{"ap-guangzhou", "na-ashburn"} {
			if got := driverAt(t, endpoint, &recorder{}).currencyOf(region); got != want {
				t.Errorf("%s at %q: got %q, want %q", region, endpoint, got, want)
			}
		}
	}
}

// oddities returns an answer in all forms in which one of its members is of another kind than documented.
func oddities(t *testing.T, answer string) (out []string) {
	t.Helper()
	var root any
	if err := json.Unmarshal([]byte(answer), &root); err != nil {
		t.Fatal(err)
	}
	var walk func(node any)
	try := func(put func(any), old any) {
		for _, odd := range []any{nil, "odd", -1.5, true, []any{}, map[string]any{}, []any{nil, "odd"}} {
			put(odd)
			out = append(out, jsonOf(t, root))
		}
		put(old)
		walk(old)
	}
	walk = func(node any) {
		switch n := node.(type) {
		case map[string]any:
			for _, name := range sorted.Keys(n) {
				try(func(v any) { n[name] = v }, n[name])
			}
		case []any:
			for i := range n {
				try(func(v any) { n[i] = v }, n[i])
			}
		}
	}
	walk(root.(map[string]any)["Response"])
	return out
}

// Whatever one member of an answer is, it neither stops the program nor makes a price out of nothing.
func TestOddMembersOfTheCatalog(t *testing.T) {
	spec := bought(provider.OnDemand, provider.PayByTraffic)
	for name, answer := range map[string]string{
		"regions": someRegions, "quotas": someQuotas, "types": someConfigs, "plain types": somePlainTypes, "stock": someConfigs,
		"images": someImages,
	} {
		for _, body := range oddities(t, answer) {
			_ = questions(t, offered(t, &recorder{body: body}))[name]() // an error or none: it must come back
		}
	}
	amounts := map[string]bool{"3.33": true, "16.09": true, "": true}
	for _, body := range oddities(t, priceAnswer(hourlySample, trafficSample)) {
		p, err := offered(t, &recorder{body: body}).Price(t.Context(), spec)
		if err != nil {
			t.Errorf("%s: %v", body, err)
			continue
		}
		if !amounts[p.Amount] {
			t.Errorf("%s: costs %q", body, p.Amount)
		}
	}
}
