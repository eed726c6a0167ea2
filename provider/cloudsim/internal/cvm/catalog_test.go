package cvm_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// The versions of the products beside CVM.
const (
	vpcVersion    = "2017-03-12"
	regionVersion = "2022-06-27"
)

// vpc calls the product of networks.
func (c *client) vpc(action, body string) map[string]any {
	c.T.Helper()
	return c.sent(action, c.ProductRequest("vpc", vpcVersion, action, body))
}

// rows returns the rows of a list of an answer, which must be no error.
func rows(t *testing.T, answer map[string]any, list string) []map[string]any {
	t.Helper()
	if answer["Error"] != nil {
		t.Fatalf("refused: %v", answer["Error"])
	}
	raw, ok := answer[list].([]any)
	if !ok {
		t.Fatalf("no %s in %v", list, answer)
	}
	var out []map[string]any
	for _, r := range raw {
		out = append(out, r.(map[string]any))
	}
	return out
}

// column returns one member of all rows as text.
func column(rows []map[string]any, name string) []string {
	var out []string
	for _, r := range rows {
		out = append(out, fmt.Sprint(r[name]))
	}
	return out
}

// code returns the code of an answer, "" for a success.
func code(answer map[string]any) string {
	failure, _ := answer["Error"].(map[string]any)
	text, _ := failure["Code"].(string)
	return text
}

// wantRefusals sends bodies that must be refused with codes.
func (c *client) wantRefusals(call func(action, body string) map[string]any, action string, codes map[string][]string) {
	c.T.Helper()
	for want, bodies := range codes {
		for _, body := range bodies {
			if got := code(call(action, body)); got != want {
				c.T.Errorf("%s %s: code %q, want %q", action, body, got, want)
			}
		}
	}
}

// filterBody returns a body with filters, each written as name=value,value.
func filterBody(filters ...string) string {
	var list []string
	for _, f := range filters {
		name, values, _ := strings.Cut(f, "=")
		quoted := `"` + strings.Join(strings.Split(values, ","), `","`) + `"`
		list = append(list, `{"Name":"`+name+`","Values":[`+quoted+`]}`)
	}
	return `{"Filters":[` + strings.Join(list, ",") + `]}`
}

func TestProductsAreApart(t *testing.T) {
	request := func(product, scope, version, action string) simtest.TC3Request {
		return simtest.TC3Request{
			Body: `{"Product":"cvm"}`, Service: scope, Host: product + ".tencentcloudapi.com",
			Header: map[string]string{"X-TC-Action": action, "X-TC-Version": version},
		}
	}
	bare := func(r simtest.TC3Request) simtest.TC3Request { r.Body = "{}"; return r }
	atPort := func(version, action, body string) simtest.TC3Request {
		return simtest.TC3Request{
			Body: body, Service: "127", Host: "127.0.0.1:8080", SignedHost: "127.0.0.1",
			Header: map[string]string{"X-TC-Action": action, "X-TC-Version": version},
		}
	}
	for name, tt := range map[string]struct {
		request simtest.TC3Request
		code    string
	}{
		"regions of the product of regions": {request("region", "region", regionVersion, "DescribeRegions"), ""},
		"zones of the product of regions":   {request("region", "region", regionVersion, "DescribeZones"), ""},
		"that takes the product as a must":  {bare(request("region", "region", regionVersion, "DescribeRegions")), "MissingParameter"},
		"regions of CVM take none":          {request("cvm", "cvm", vpcVersion, "DescribeRegions"), "UnknownParameter"},
		"networks":                          {bare(request("vpc", "vpc", vpcVersion, "DescribeVpcs")), ""},
		"signed for another product":        {bare(request("vpc", "cvm", vpcVersion, "DescribeVpcs")), "AuthFailure.SignatureFailure"},
		"an action of another product":      {bare(request("cvm", "cvm", vpcVersion, "DescribeVpcs")), "InvalidAction"},
		"a create at another product":       {bare(request("vpc", "vpc", vpcVersion, "RunInstances")), "InvalidAction"},
		"the version of another product":    {request("region", "region", vpcVersion, "DescribeRegions"), "NoSuchVersion"},
		"without a name, by the version":    {atPort(regionVersion, "DescribeRegions", `{"Product":"cvm"}`), ""},
		"without a name, of CVM":            {atPort(vpcVersion, "DescribeRegions", `{}`), ""},
		"without a name, by the action":     {atPort(vpcVersion, "DescribeSubnets", `{}`), ""},
		"without a name, no such version":   {atPort("2017-03-20", "DescribeSubnets", `{}`), "NoSuchVersion"},
	} {
		if got := ask(t, cloudsim.New(nil), tt.request.Build()); got.Error.Code != tt.code {
			t.Errorf("%s: code %q (%s), want %q", name, got.Error.Code, got.Error.Message, tt.code)
		}
	}
	sim := cloudsim.New(nil)
	ask(t, sim, request("region", "region", regionVersion, "DescribeRegions").Build())
	if got := sim.Calls(cloudsim.CVM, "region.DescribeRegions"); got != 1 {
		t.Errorf("%d calls of the product of regions are counted, want 1", got)
	}
	if got := sim.Calls(cloudsim.CVM, "DescribeRegions"); got != 0 {
		t.Errorf("%d calls of CVM are counted, want none", got)
	}
}

func TestTypesHaveOneRowForEachZone(t *testing.T) {
	c := newClient(t, nil)
	all := rows(t, c.wantOK("DescribeInstanceTypeConfigs", filterBody("zone=ap-guangzhou-3")), "InstanceTypeConfigSet")
	names := column(all, "InstanceType")
	for _, name := range []string{"S5.MEDIUM4", "SR1.MEDIUM4", "GN7.LARGE20", "IT5.4XLARGE64", "D3.2XLARGE32"} {
		if n := strings.Count(strings.Join(names, " ")+" ", name+" "); n != 1 {
			t.Errorf("%s has %d rows, want 1", name, n)
		}
	}
	part := rows(t, c.wantOK("DescribeInstanceTypeConfigs", filterBody("instance-type=GN7.LARGE20")), "InstanceTypeConfigSet")
	if got := column(part, "Zone"); !slices.Equal(got, []string{"ap-guangzhou-2", "ap-guangzhou-3", "ap-guangzhou-6", "ap-guangzhou-7"}) {
		t.Errorf("a quarter of a GPU is offered in %v", got)
	}
	if got := part[0]["GpuCount"]; got != 0.25 {
		t.Errorf("GpuCount is %v, want 0.25", got)
	}
	c.wantRefusals(c.response, "DescribeInstanceTypeConfigs", map[string][]string{
		"InvalidFilter":                    {filterBody("instance-charge-type=PREPAID"), `{"Filters":[{"Name":"zone","Values":[]}]}`},
		"InvalidFilterValue.LimitExceeded": {filterBody("instance-family=S5,SA2")},
		"InvalidZone.MismatchRegion":       {filterBody("zone=ap-beijing-3")},
		"InvalidInstanceType.Malformed":    {filterBody("instance-type=small")},
	})
}

// configs returns the rows of DescribeZoneInstanceConfigInfos.
func (c *client) configs(filters ...string) []map[string]any {
	c.T.Helper()
	return rows(c.T, c.wantOK("DescribeZoneInstanceConfigInfos", filterBody(filters...)), "InstanceTypeQuotaSet")
}

func TestStockDiffersByZone(t *testing.T) {
	c := newClient(t, nil)
	byHour := "instance-charge-type=POSTPAID_BY_HOUR"
	for _, tt := range []struct{ filters, status, category, reason string }{
		{"instance-type=S5.2XLARGE16;zone=ap-guangzhou-3", "SOLD_OUT", "WithoutStock", "ResourcesSoldOut.SpecifiedInstanceType"},
		{"instance-type=S5.2XLARGE16;zone=ap-guangzhou-4", "SELL", "EnoughStock", ""},
		{"instance-type=SA2.LARGE8;zone=ap-guangzhou-4", "SELL", "UnderStock", ""},
	} {
		got := c.configs(append(strings.Split(tt.filters, ";"), byHour)...)
		if len(got) != 1 {
			t.Fatalf("%s: %d rows, want 1", tt.filters, len(got))
		}
		words := []any{got[0]["Status"], got[0]["StatusCategory"], got[0]["SoldOutReason"]}
		if want := []any{tt.status, tt.category, tt.reason}; !slices.Equal(words, want) {
			t.Errorf("%s: %v, want %v", tt.filters, words, want)
		}
	}
	if got := c.configs("instance-type=GN7.LARGE20", "zone=ap-guangzhou-4"); len(got) != 0 {
		t.Errorf("a type that the zone does not sell has %d rows, want none", len(got))
	}
	if err := c.sim.SetStock(cloudsim.CVM, "ap-guangzhou-3", "S5.MEDIUM4", 50); err != nil {
		t.Fatal(err)
	}
	got := c.configs("instance-type=S5.MEDIUM4", "zone=ap-guangzhou-3", byHour)
	if got[0]["StatusCategory"] != "NormalStock" {
		t.Errorf("50 instances are %v, want NormalStock", got[0]["StatusCategory"])
	}
}

func TestConfigsAreOrderedAndFiltered(t *testing.T) {
	c := newClient(t, nil)
	got := c.configs("zone=ap-guangzhou-6", "instance-charge-type=SPOTPAID", "sort-keys=cpu:desc")
	if want := []string{"GN7.2XLARGE32", "S5.MEDIUM4", "SA2.MEDIUM4", "S5.SMALL2"}; !slices.Equal(column(got, "InstanceType"), want) {
		t.Errorf("spot types are %v, want %v", column(got, "InstanceType"), want)
	}
	many := make([]string, 101)
	for i := range many {
		many[i] = fmt.Sprintf("S5.LARGE%d", i)
	}
	c.wantRefusals(c.response, "DescribeZoneInstanceConfigInfos", map[string][]string{
		"":                                 {filterBody("instance-type=" + strings.Join(many[:100], ","))},
		"InvalidFilterValue.LimitExceeded": {filterBody("instance-type=" + strings.Join(many, ","))},
		"InvalidFilter":                    {filterBody("sort-keys=price:desc"), filterBody("family=S5")},
		"InvalidZone.MismatchRegion":       {filterBody("zone=ap-beijing-3")},
		"InvalidInstanceType.Malformed":    {filterBody("instance-type=small")},
	})
}

func TestPricesOfConfigs(t *testing.T) {
	c := newClient(t, nil)
	steps := member(t, c.configs("zone=ap-guangzhou-6", "instance-type=S5.LARGE8", "instance-charge-type=POSTPAID_BY_HOUR")[0], "Price")
	for name, want := range map[string]any{
		"UnitPrice": 0.96, "UnitPriceDiscount": 0.864, "UnitPriceSecondStep": 0.72, "UnitPriceDiscountSecondStep": 0.648,
		"UnitPriceThirdStep": 0.48, "UnitPriceDiscountThirdStep": 0.432, "ChargeUnit": "HOUR", "OriginalPrice": 0.0,
	} {
		if got := member(t, steps, name); got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	full := member(t, c.configs("zone=ap-guangzhou-6", "instance-type=SA2.MEDIUM4", "instance-charge-type=PREPAID")[0], "Price")
	for name, want := range map[string]any{
		"OriginalPrice": 116.0, "DiscountPrice": nil, "Discount": 0.0, "OriginalPriceOneYear": 1392.0, "UnitPrice": 0.0,
	} {
		if got := member(t, full, name); got != want {
			t.Errorf("%s of a month is %v, want %v", name, got, want)
		}
	}
}

func TestPriceOfACreate(t *testing.T) {
	c := newClient(t, nil)
	price := func(members string) map[string]any {
		got := c.wantOK("InquiryPriceRunInstances", simtest.CVMCreate(t, members))
		return member(t, got, "Price").(map[string]any)
	}
	three := price(`{"InstanceType":"S5.MEDIUM4","InstanceCount":3,"InternetAccessible":
		{"InternetChargeType":"TRAFFIC_POSTPAID_BY_HOUR","InternetMaxBandwidthOut":10}}`)
	for path, want := range map[string]any{
		"InstancePrice.UnitPrice": 1.29, "InstancePrice.UnitPriceDiscount": 1.1352, "InstancePrice.DiscountPrice": nil,
		"BandwidthPrice.UnitPrice": 0.8, "BandwidthPrice.ChargeUnit": "GB",
	} {
		part, name, _ := strings.Cut(path, ".")
		if got := member(t, three, part, name); got != want {
			t.Errorf("%s of three is %v, want %v", path, got, want)
		}
	}
	year := price(`{"InstanceType":"S5.MEDIUM4","InstanceChargeType":"PREPAID","InstanceChargePrepaid":{"Period":12},
		"InternetAccessible":{"InternetChargeType":"BANDWIDTH_PREPAID","InternetMaxBandwidthOut":1}}`)
	if got := member(t, year, "InstancePrice", "DiscountPrice"); got != 1689.6 {
		t.Errorf("a year costs %v, want 1689.6", got)
	}
	if got := member(t, year, "BandwidthPrice", "OriginalPrice"); got != 240.0 {
		t.Errorf("the bandwidth of a year costs %v, want 240", got)
	}
	create := func(members string) string { return simtest.CVMCreate(t, members) }
	c.wantRefusals(c.response, "InquiryPriceRunInstances", map[string][]string{
		"FailedOperation.InquiryPriceFailed": {
			create(`{"InstanceType":"IT5.4XLARGE64","Placement":{"Zone":"ap-guangzhou-7"}}`), create(`{"InstanceType":"S9.MEDIUM4"}`),
		},
		"InvalidParameterValue.Range":   {create(`{"InstanceCount":101}`)},
		"UnknownParameter":              {create(`{"MinCount":1}`), create(`{"DryRun":true}`)},
		"InvalidInstanceType.Malformed": {create(`{"InstanceType":"small"}`)},
		"InvalidZone.MismatchRegion":    {create(`{"Placement":{"Zone":"ap-beijing-3"}}`)},
		"InvalidPeriod":                 {create(`{"InstanceChargeType":"PREPAID","InstanceChargePrepaid":{"Period":13}}`)},
	})
	if n := len(c.sim.Everything(cloudsim.CVM)); n != 0 {
		t.Errorf("asking for prices made %d instances", n)
	}
}

func TestImagesAreListed(t *testing.T) {
	c := newClient(t, nil)
	list := func(body string) []map[string]any { return rows(t, c.wantOK("DescribeImages", body), "ImageSet") }
	for body, want := range map[string][]string{
		filterBody("image-type=SHARED_IMAGE"):                                                     {"base"},
		filterBody("image-name=Ubuntu Server 2"):                                                  {"Ubuntu Server 22.04 LTS 64bit", "Ubuntu Server 24.04 LTS 64bit"},
		filterBody("platform=Win"):                                                                {"Windows Server 2022 Datacenter 64bit"},
		filterBody("tag:team=web", "image-type=PRIVATE_IMAGE"):                                    {"web-2", "web-3", "web-4"},
		`{"ImageIds":["img-l8og963d","img-nothere"]}`:                                             {"CentOS 6.9 64bit"},
		`{"InstanceType":"SR1.MEDIUM4"}`:                                                          {"TencentOS Server 3.1 for ARM64 (TK4)"},
		`{"Offset":1,"Limit":1,"Filters":[` + filterBody("image-name=web-")[len(`{"Filters":[`):]: {"web-3"},
	} {
		if got := column(list(body), "ImageName"); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", body, got, want)
		}
	}
	old := list(`{"ImageIds":["img-l8og963d"]}`)[0]
	if old["ImageDeprecated"] != true {
		t.Errorf("ImageDeprecated is %v, want true", old["ImageDeprecated"])
	}
	if want := "2020-09-22T03:04:05+00:00"; old["CreatedTime"] != want {
		t.Errorf("a public image was made at %v, want %s", old["CreatedTime"], want)
	}
	own := list(`{"ImageIds":["img-5fe3kq0z"]}`)[0]
	if own["ImageState"] != "CREATING" {
		t.Errorf("ImageState is %v, want CREATING", own["ImageState"])
	}
	if want := "2025-03-24T03:04:05Z"; own["CreatedTime"] != want {
		t.Errorf("an own image was made at %v, want %s", own["CreatedTime"], want)
	}
	if got := c.wantOK("DescribeImageFromFamily", `{"ImageFamily":"none"}`)["Image"]; got != nil {
		t.Errorf("a family without images has %v, want null", got)
	}
}

func TestImageRefusals(t *testing.T) {
	c := newClient(t, nil)
	c.wantRefusals(c.response, "DescribeImages", map[string][]string{
		"InvalidParameter.InvalidParameterCoexistImageIdsFilters": {`{"ImageIds":["img-1"],` + filterBody("platform=x")[1:]},
		"InvalidParameterValue.InvalidParameterValueLimit":        {`{"Limit":101}`, `{"Limit":0}`},
		"InvalidImageId.Malformed":                                {`{"ImageIds":["i-1"]}`},
		"InvalidFilter":                                           {filterBody("family=web")},
		"InvalidFilterValue.LimitExceeded":                        {filterBody("image-id=a,b,c,d,e,f")},
		"InvalidInstanceType.Malformed":                           {`{"InstanceType":"small"}`},
		"InvalidParameterValue.InstanceTypeNotFound":              {`{"InstanceType":"S9.MEDIUM4"}`},
	})
}

// manyImages is an inventory with more images than a page of the default size.
func manyImages(n int) *cloudsim.Inventory {
	inv := cloudsim.DefaultInventory(cloudsim.CVM)
	inv.Images = nil
	for i := range n {
		inv.Images = append(inv.Images, cloudsim.InventoryImage{ID: fmt.Sprintf("img-%08d", i), Name: "n", Owner: "own", Arch: "x86_64"})
	}
	return inv
}

func TestPagesOfImages(t *testing.T) {
	sim := cloudsim.New(&cloudsim.Options{Inventories: map[cloudsim.Cloud]*cloudsim.Inventory{cloudsim.CVM: manyImages(130)}})
	c := clientOf(t, sim)
	for body, want := range map[string]int{`{}`: 20, `{"Limit":100}`: 100, `{"Limit":100,"Offset":100}`: 30, `{"Offset":130}`: 0} {
		got := c.wantOK("DescribeImages", body)
		if n := len(rows(t, got, "ImageSet")); n != want {
			t.Errorf("%s: %d images, want %d", body, n, want)
		}
		if got["TotalCount"] != 130.0 {
			t.Errorf("%s: TotalCount is %v, want 130", body, got["TotalCount"])
		}
	}
}

func TestKeyPairsAreListed(t *testing.T) {
	c := newClient(t, nil)
	id := c.Run(`{"LoginSettings":{"KeyIds":["skey-1q8j7b93"]}}`)[0]
	got := rows(t, c.wantOK("DescribeKeyPairs", filterBody("key-name=ops")), "KeyPairSet")
	if len(got) != 1 {
		t.Fatalf("%d key pairs, want 1", len(got))
	}
	if got := fmt.Sprint(got[0]["AssociatedInstanceIds"]); got != "["+id+"]" {
		t.Errorf("the key pair is on %s, want [%s]", got, id)
	}
	if got[0]["PrivateKey"] != nil {
		t.Errorf("PrivateKey is %v, want null", got[0]["PrivateKey"])
	}
	c.wantRefusals(c.response, "DescribeKeyPairs", map[string][]string{
		"":                            {`{"Limit":100}`, `{"KeyIds":["skey-nothere"]}`},
		"InvalidParameterValueLimit":  {`{"Limit":101}`},
		"InvalidParameterValueOffset": {`{"Offset":-1}`},
		"InvalidKeyPairId.Malformed":  {`{"KeyIds":["key-1"]}`},
		"InvalidParameter":            {`{"KeyIds":["skey-1q8j7b93"],` + filterBody("key-name=ops")[1:]},
		"InvalidFilter":               {filterBody("name=ops")},
	})
}

func TestQuotasCountInstances(t *testing.T) {
	c := newClient(t, nil)
	c.Run(`{"Placement":{"Zone":"ap-guangzhou-3"},"InstanceCount":5}`)
	c.Run(`{"Placement":{"Zone":"ap-guangzhou-3"},"InstanceChargeType":"SPOTPAID","InstanceType":"S5.LARGE8"}`)
	quota := member(t, c.wantOK("DescribeAccountQuota", filterBody("zone=ap-guangzhou-3")), "AccountQuotaOverview", "AccountQuota")
	for set, want := range map[string]string{
		"PostPaidQuotaSet": "map[RemainingQuota:1243 TotalQuota:1250 UsedQuota:7 Zone:ap-guangzhou-3]",
		"SpotPaidQuotaSet": "map[RemainingQuota:236 TotalQuota:244 UsedQuota:8 Zone:ap-guangzhou-3]",
		"PrePaidQuotaSet":  "map[OnceQuota:300 RemainingQuota:255 TotalQuota:255 UsedQuota:0 Zone:ap-guangzhou-3]",
		"ImageQuotaSet":    "map[TotalQuota:10 UsedQuota:2]",
	} {
		if got := fmt.Sprint(member(t, quota, set, 0)); got != want {
			t.Errorf("%s is %s, want %s", set, got, want)
		}
	}
	only := member(t, c.wantOK("DescribeAccountQuota", filterBody("quota-type=ImageQuotaSet")), "AccountQuotaOverview", "AccountQuota")
	if got := member(t, only, "PostPaidQuotaSet"); got != nil {
		t.Errorf("a quota that was not asked for is %v, want null", got)
	}
	c.wantRefusals(c.response, "DescribeAccountQuota", map[string][]string{
		"InvalidFilter": {filterBody("name=x")}, "InvalidZone.MismatchRegion": {filterBody("zone=ap-beijing-3")},
	})
}

func TestNetworksAreListed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		c.Run(`{"VirtualPrivateCloud":{"VpcId":"vpc-guangzhou","SubnetId":"subnet-guangzhou3"},"InstanceCount":3}`)
		networks := rows(t, c.vpc("DescribeVpcs", filterBody("vpc-name=we")), "VpcSet")
		if got := column(networks, "VpcId"); !slices.Equal(got, []string{"vpc-guangzhou"}) {
			t.Fatalf("networks are %v, want vpc-guangzhou", got)
		}
		if got := networks[0]["CreatedTime"]; got != "2018-04-25 10:26:26" {
			t.Errorf("CreatedTime is %v, want that of China, without a zone", got)
		}
		subnets := rows(t, c.vpc("DescribeSubnets", filterBody("vpc-id=vpc-guangzhou", "zone=ap-guangzhou-3")), "SubnetSet")
		if got := column(subnets, "SubnetId"); !slices.Equal(got, []string{"subnet-guangzhou3"}) {
			t.Fatalf("subnets are %v, want subnet-guangzhou3", got)
		}
		if got := subnets[0]["AvailableIpAddressCount"]; got != 250.0 {
			t.Errorf("%v addresses are left, want 250 of 253", got)
		}
		groups := rows(t, c.vpc("DescribeSecurityGroups", `{"OrderField":"CreatedTime","OrderDirection":"DESC"}`), "SecurityGroupSet")
		if got := column(groups, "ProjectId"); !slices.Equal(got, []string{"0", "0"}) {
			t.Errorf("projects of groups are %v, want texts", got)
		}
		if _, ok := groups[0]["VpcId"]; ok {
			t.Error("a security group has a VPC, want none")
		}
		c.Region = "ap-beijing"
		if got := rows(t, c.vpc("DescribeVpcs", filterBody("vpc-id=vpc-guangzhou")), "VpcSet"); len(got) != 0 {
			t.Errorf("another region shows %d networks of this one", len(got))
		}
	})
}

func TestNetworkRefusals(t *testing.T) {
	c := newClient(t, nil)
	for action, ids := range map[string]string{
		"DescribeVpcs": `"VpcIds":["vpc-1"]`, "DescribeSubnets": `"SubnetIds":["subnet-1"]`,
		"DescribeSecurityGroups": `"SecurityGroupIds":["sg-1"]`,
	} {
		c.wantRefusals(c.vpc, action, map[string][]string{
			"":                                  {`{"Offset":"0","Limit":"100"}`, `{}`},
			"InvalidParameterValue":             {`{"Limit":100}`, `{"Offset":0}`},
			"InvalidParameterValue.Range":       {`{"Limit":"101"}`, `{"Limit":"0"}`, `{"Offset":"-1"}`, `{"Limit":"ten"}`},
			"InvalidParameter.Coexist":          {`{` + ids + `,` + filterBody("tag-key=x")[1:]},
			"InvalidParameter.FilterInvalidKey": {filterBody("nothing=x")},
			"ResourceNotFound":                  {`{` + ids + `}`},
		})
	}
}
