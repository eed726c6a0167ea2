package tencent

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
)

// someConfigs begins with the documented sample, in which a row that is paid by the hour has only the
// prices of a month and a year.
const someConfigs = `{"Response":{"InstanceTypeQuotaSet":[
{"Status":"SELL","Zone":"ap-guangzhou-6","NetworkCard":0,"Price":{"DiscountPrice":59,"UnitPrice":0,"Discount":0,"OriginalPrice":59,"UnitPriceDiscount":0,
"OriginalPriceOneYear":708,"ChargeUnit":"HOUR","DiscountPriceOneYear":587.64},"InstanceFamily":"S2","Externals":{},"InstanceType":"S2.SMALL1",
"TypeName":"Standard S2","InstanceChargeType":"POSTPAID_BY_HOUR","Memory":1,"LocalDiskTypeList":[],"Cpu":1,"SoldOutReason":"","StorageBlockAmount":0,
"CpuType":"Intel Xeon E5-2680 v4","InstancePps":20,"InstanceBandwidth":1.5,"Gpu":0,"GpuCount":0,"Fpga":0,"Remark":"","Frequency":"2.4GHz",
"StatusCategory":"EnoughStock"},
{"Zone":"ap-guangzhou-6","InstanceType":"S5.LARGE8","InstanceFamily":"S5","InstanceChargeType":"POSTPAID_BY_HOUR","Cpu":4,"Memory":8,"Gpu":0,"GpuCount":0,
"CpuType":"Intel Xeon Cascade Lake 8255C","InstanceBandwidth":1.5,"InstancePps":30,"Status":"SELL","StatusCategory":"UnderStock",
"Price":{"UnitPrice":0.96,"UnitPriceDiscount":0.86,"ChargeUnit":"HOUR","OriginalPrice":0,"DiscountPrice":0,"Discount":0,
"UnitPriceSecondStep":0.72,"UnitPriceDiscountSecondStep":null,"UnitPriceThirdStep":0.48,"UnitPriceDiscountThirdStep":0.43}},
{"Zone":"ap-guangzhou-7","InstanceType":"S5.LARGE8","InstanceFamily":"S5","InstanceChargeType":"POSTPAID_BY_HOUR","Cpu":4,"Memory":8,
"Status":"SOLD_OUT","StatusCategory":"NormalStock","SoldOutReason":"ResourcesSoldOut.SpecifiedInstanceType","Price":null},
null,
{"Zone":"ap-guangzhou-7","InstanceType":"GN7.LARGE20","InstanceFamily":"GN7","InstanceChargeType":null,"Cpu":"4","Memory":"","Gpu":1,"GpuCount":0.25,
"CpuType":null,"Status":"SELL","StatusCategory":"MuchStock","LocalDiskTypeList":[null,{"Type":"LOCAL_NVME","PartitionType":"DATA","MinSize":100,"MaxSize":3570,"Required":"REQUIRED"},
{"Type":"LOCAL_BASIC","PartitionType":"ROOT","MinSize":50,"MaxSize":50,"Required":"OPTIONAL"}],"StorageBlockAmount":12,
"Externals":{"StorageBlockAttr":{"Type":"LOCAL_PRO","MinSize":3720,"MaxSize":3720}},"Price":{"UnitPrice":2.3,"ChargeUnit":"GB"}}],"RequestId":"r"}}`

func TestStockOfTheVendor(t *testing.T) {
	r := &recorder{body: someConfigs}
	got := all(t, offered(t, r).Stock(t.Context(), catalog.StockQuery{Zones: []string{"ap-guangzhou-6", "ap-guangzhou-7"}}))
	wantCall(t, r, "cvm", "2017-03-12", "DescribeZoneInstanceConfigInfos",
		`{"Filters":[{"Name":"instance-charge-type","Values":["POSTPAID_BY_HOUR"]},{"Name":"zone","Values":["ap-guangzhou-6","ap-guangzhou-7"]}]}`)
	if len(got) != 4 {
		t.Fatalf("%d rows, want 4: %+v", len(got), got)
	}
	for i, want := range []catalog.Stock{
		{Zone: "ap-guangzhou-6", InstanceType: "S2.SMALL1", Level: catalog.Plenty, RawLevel: "SELL EnoughStock"},
		{
			Zone: "ap-guangzhou-6", InstanceType: "S5.LARGE8", Level: catalog.Low, RawLevel: "SELL UnderStock",
			Price: &catalog.Price{
				Amount: "0.86", ListAmount: "0.96", Currency: "CNY", Unit: catalog.PerHour, Instances: 1, Includes: []string{"instance"},
				Steps: []catalog.PriceStep{
					{FromHour: 96, Amount: "0.72", ListAmount: "0.72"}, {FromHour: 360, Amount: "0.43", ListAmount: "0.48"},
				},
			},
		},
		{
			Zone: "ap-guangzhou-7", InstanceType: "S5.LARGE8", Level: catalog.NoStock, RawLevel: "SOLD_OUT NormalStock",
			Reason: "ResourcesSoldOut.SpecifiedInstanceType",
		},
		{Zone: "ap-guangzhou-7", InstanceType: "GN7.LARGE20", RawLevel: "SELL MuchStock"},
	} {
		if got[i].Type == nil {
			t.Errorf("%s has no type", want.InstanceType)
		}
		want.Region, want.Billing, want.Type = "region-1", provider.OnDemand, got[i].Type
		wantSame(t, want.InstanceType+" in "+want.Zone, got[i], want)
	}
}

// A row that is paid in advance has the price of a month: in the vendor's sample the year is twelve times
// it. A price of 0 is none.
func TestPrepaidStockHasThePriceOfAMonth(t *testing.T) {
	r := &recorder{body: strings.ReplaceAll(someConfigs, "POSTPAID_BY_HOUR", "PREPAID")}
	got := all(t, offered(t, r).Stock(t.Context(), catalog.StockQuery{Billing: provider.Prepaid}))
	wantSame(t, "S2.SMALL1", got[0].Price, &catalog.Price{
		Amount: "59", ListAmount: "59", Currency: "CNY", Unit: catalog.PerOrder, Instances: 1, Period: 1, PeriodUnit: provider.Month,
		Includes: []string{"instance"},
	})
	if got[1].Price != nil {
		t.Errorf("S5.LARGE8 costs %v a month, want no price: it has none but by the hour", got[1].Price)
	}
}

func TestStockOfABillingModeThatCVMDoesNotHave(t *testing.T) {
	r := &recorder{body: someConfigs}
	err := failure(offered(t, r).Stock(t.Context(), catalog.StockQuery{Billing: "barter"}))
	var field *provider.FieldError
	if !errors.As(err, &field) {
		t.Fatalf("got %v, want a %T", err, field)
	}
	if field.Path != "StockQuery.Billing" {
		t.Errorf("Path is %s, want StockQuery.Billing", field.Path)
	}
	if len(r.reqs) != 0 {
		t.Errorf("%d requests were sent, want none", len(r.reqs))
	}
}

// More types than a filter takes are left to the client.
func TestStockOfManyTypes(t *testing.T) {
	types := []string{"S5.LARGE8"}
	for len(types) <= 100 {
		types = append(types, "S5.N"+strconv.Itoa(len(types)))
	}
	r := &recorder{body: someConfigs}
	if got := all(t, offered(t, r).Stock(t.Context(), catalog.StockQuery{InstanceTypes: types})); len(got) != 2 {
		t.Errorf("%d rows, want the 2 of S5.LARGE8", len(got))
	}
	if strings.Contains(r.texts[0], "instance-type") {
		t.Error("101 types were sent, want 100 at most")
	}
	r = &recorder{body: someConfigs}
	all(t, offered(t, r).Stock(t.Context(), catalog.StockQuery{InstanceTypes: types[:100]}))
	if !strings.Contains(r.texts[0], `{"Name":"instance-type","Values":["S5.LARGE8","S5.N1"`) {
		t.Error("100 types were not sent")
	}
}

func TestTypesOfTheVendor(t *testing.T) {
	r := &recorder{body: someConfigs}
	got := all(t, offered(t, r).InstanceTypes(t.Context(), catalog.InstanceTypeQuery{IDs: []string{"S2.SMALL1", "S5.LARGE8", "GN7.LARGE20"}}))
	wantCall(t, r, "cvm", "2017-03-12", "DescribeZoneInstanceConfigInfos",
		`{"Filters":[{"Name":"instance-type","Values":["S2.SMALL1","S5.LARGE8","GN7.LARGE20"]}]}`)
	wantSame(t, "types", got, []catalog.InstanceType{
		{
			ID: "S2.SMALL1", Family: "S2", CPUs: 1, MemoryMiB: 1024, Arch: catalog.X86, CPUModel: "Intel Xeon E5-2680 v4", GPUsKnown: true,
			Network: catalog.NetworkLimits{ReceiveMbps: 1500, SendMbps: 1500, PacketsPerSecond: 200_000}, Zones: []string{"ap-guangzhou-6"},
		},
		{
			ID: "S5.LARGE8", Family: "S5", CPUs: 4, MemoryMiB: 8192, Arch: catalog.X86, CPUModel: "Intel Xeon Cascade Lake 8255C", GPUsKnown: true,
			Network: catalog.NetworkLimits{ReceiveMbps: 1500, SendMbps: 1500, PacketsPerSecond: 300_000},
			Zones:   []string{"ap-guangzhou-6", "ap-guangzhou-7"},
		},
		{
			ID: "GN7.LARGE20", Family: "GN7", CPUs: 4, GPUs: 0.25, GPUsKnown: true, Zones: []string{"ap-guangzhou-7"},
			LocalDisks: []catalog.LocalDisk{
				{Type: "LOCAL_NVME", SizeGiB: 100, MaxSizeGiB: 3570, Required: true},
				{Type: "LOCAL_BASIC", SizeGiB: 50, ForRoot: true},
				{Type: "LOCAL_PRO", Count: 12, SizeGiB: 3720, Required: true},
			},
		},
	})
}

// somePlainTypes is the documented sample, a second zone, and what newer answers have.
const somePlainTypes = `{"Response":{"InstanceTypeConfigSet":[
{"CPU":4,"FPGA":0,"GPU":0,"GpuCount":0,"InstanceFamily":"S6","InstanceType":"S6.LARGE8","Memory":8,"Zone":"ap-guangzhou-6"},
{"CPU":4,"InstanceFamily":"S6","InstanceType":"S6.LARGE8","Memory":8,"Zone":"ap-guangzhou-7"},
{"CPU":2,"GPU":null,"GpuCount":null,"InstanceFamily":"SR1","InstanceType":"SR1.MEDIUM4","Memory":4,"Zone":"ap-guangzhou-6"},
{"CPU":8,"GPU":1,"GpuCount":1.0,"GpuType":"T4","GpuMemory":16,"InstanceFamily":"GN7","InstanceType":"GN7.2XLARGE32","Memory":32,"Zone":"ap-guangzhou-6"}],
"RequestId":"r"}}`

func TestTypesOfARegion(t *testing.T) {
	r := &recorder{body: somePlainTypes}
	got := all(t, offered(t, r).InstanceTypes(t.Context(), catalog.InstanceTypeQuery{}))
	wantCall(t, r, "cvm", "2017-03-12", "DescribeInstanceTypeConfigs", `{}`)
	wantSame(t, "types", got, []catalog.InstanceType{
		{ID: "S6.LARGE8", Family: "S6", CPUs: 4, MemoryMiB: 8192, GPUsKnown: true, Zones: []string{"ap-guangzhou-6", "ap-guangzhou-7"}},
		{ID: "SR1.MEDIUM4", Family: "SR1", CPUs: 2, MemoryMiB: 4096, Arch: catalog.ARM, Zones: []string{"ap-guangzhou-6"}},
		{
			ID: "GN7.2XLARGE32", Family: "GN7", CPUs: 8, MemoryMiB: 32768, GPUs: 1, GPUsKnown: true, GPUModel: "T4", GPUMemoryMiB: 16384,
			Zones: []string{"ap-guangzhou-6"},
		},
	})
}

// The call that says most is asked where a query narrows it, and the other one for what only that has.
func TestWhichCallListsTypes(t *testing.T) {
	for want, queries := range map[string][]catalog.InstanceTypeQuery{
		"DescribeZoneInstanceConfigInfos": {{Zone: "z"}, {Family: "S5"}, {Arch: catalog.ARM}, {IDs: []string{"S5.LARGE8"}}},
		"DescribeInstanceTypeConfigs":     {{}, {MinCPUs: 4}, {MinGPUs: 1}, {Zone: "z", GPUModel: "T4"}},
	} {
		for _, q := range queries {
			r := &recorder{body: `{"Response":{"RequestId":"r"}}`}
			all(t, offered(t, r).InstanceTypes(t.Context(), q))
			if got := r.reqs[0].Header.Get("X-TC-Action"); got != want {
				t.Errorf("%+v asks %s, want %s", q, got, want)
			}
		}
	}
	r := &recorder{body: `{"Response":{"RequestId":"r"}}`}
	all(t, offered(t, r).InstanceTypes(t.Context(), catalog.InstanceTypeQuery{GPUModel: "T4", IDs: []string{"a", "b"}, Zone: "z", Family: "GN7"}))
	if want := `{"Filters":[{"Name":"zone","Values":["z"]},{"Name":"instance-family","Values":["GN7"]}]}`; r.texts[0] != want {
		t.Errorf("the body is %s, want %s: a filter takes one value", r.texts[0], want)
	}
}

func TestArchitectureFollowsTheProcessor(t *testing.T) {
	for _, tt := range []struct {
		family, cpu string
		want        catalog.Arch
	}{
		{"S5", "Intel Xeon Cascade Lake 8255C", catalog.X86},
		{"SA2", "AMD EPYC ROME", catalog.X86},
		{"SR1", "Ampere Altra", catalog.ARM},
		{"SR1", "", catalog.ARM},
		{"S9", "a new one", ""},
		{"", "", ""},
	} {
		if got := archOf(tt.family, tt.cpu); got != tt.want {
			t.Errorf("%s with %q: got %q, want %q", tt.family, tt.cpu, got, tt.want)
		}
	}
}

// someImages has the documented samples of a public and an own image, and odd ones after them.
const someImages = `{"Response":{"TotalCount":3,"ImageSet":[
{"LicenseType":"TencentCloud","ImageId":"img-9qabwvbn","OsName":"CentOS 7.6 64位","ImageSize":50,"ImageType":"PUBLIC_IMAGE","CreatedTime":"2020-09-22T00:00:00+00:00",
"ImageState":"NORMAL","ImageSource":"OFFICIAL","ImageName":"CentOS 7.6 64位","ImageCreator":"tencent","SyncPercent":20,"IsSupportCloudinit":true,"Platform":"CentOS",
"Architecture":"x86_64","SnapshotSet":[],"Tags":[{"Key":"myKey","Value":"myValue"}]},
{"ImageId":"img-1a2b3c4d","OsName":"Windows Server 2022","ImageType":"SHARED_IMAGE","CreatedTime":"2025-03-24T06:35:06Z","ImageName":"myImg","ImageSize":50,
"Architecture":"arm","ImageState":"SYNCING","Platform":"Windows","ImageFamily":"business-daily-update","ImageDeprecated":true},
{"ImageId":"img-odd","ImageType":"MARKET","CreatedTime":"soon","ImageSize":"","Architecture":"riscv","ImageState":null,"Platform":null,"OsName":null,"Tags":null},
null],"RequestId":"r"}}`

func TestImagesOfTheVendor(t *testing.T) {
	r := &recorder{body: someImages}
	got := all(t, offered(t, r).Images(t.Context(), catalog.ImageQuery{Unusable: true}))
	wantCall(t, r, "cvm", "2017-03-12", "DescribeImages", `{"Offset":0,"Limit":100}`)
	for i := range got {
		got[i].CreatedAt = got[i].CreatedAt.UTC()
	}
	wantSame(t, "images", got, []catalog.Image{
		{
			ID: "img-9qabwvbn", Name: "CentOS 7.6 64位", Owner: catalog.PublicImage, Arch: catalog.X86, OS: catalog.Linux,
			OSName: "CentOS 7.6 64位", SizeGiB: 50, RawState: "NORMAL", CreatedAt: time.Date(2020, 9, 22, 0, 0, 0, 0, time.UTC),
			Tags: map[string]string{"myKey": "myValue"}, Usable: true,
		},
		{
			ID: "img-1a2b3c4d", Name: "myImg", Family: "business-daily-update", Owner: catalog.SharedImage, Arch: catalog.ARM, OS: catalog.Windows,
			OSName: "Windows Server 2022", SizeGiB: 50, RawState: "SYNCING", CreatedAt: time.Date(2025, 3, 24, 6, 35, 6, 0, time.UTC), Deprecated: true,
		},
		{ID: "img-odd", Owner: "MARKET", Arch: "riscv"},
	})
}

func TestWhatImagesAreAskedFor(t *testing.T) {
	many := make([]string, 150)
	for i := range many {
		many[i] = "img-" + strconv.Itoa(i)
	}
	for want, q := range map[string]catalog.ImageQuery{
		`{"Filters":[{"Name":"image-type","Values":["PRIVATE_IMAGE"]},{"Name":"image-name","Values":["ubuntu_22"]}],"Offset":0,"Limit":100}`: {
			Owner: catalog.OwnImage, Name: "my*ubuntu_22*",
		},
		`{"Offset":0,"Limit":100,"InstanceType":"SR1.MEDIUM4"}`: {
			InstanceType: "SR1.MEDIUM4", Arch: catalog.ARM, OS: catalog.Linux, Family: "f", MaxSizeGiB: 40, Owner: catalog.MarketImage,
		},
		`{"ImageIds":["img-1","img-2"],"Limit":100}`: {IDs: []string{"img-1", "img-2"}, Owner: catalog.OwnImage, Name: "n"},
	} {
		r := &recorder{body: someImages}
		if _, err := testDriver(t, r).DescribeImages(t.Context(), &q, ""); err != nil {
			t.Fatal(err)
		}
		if r.texts[0] != want {
			t.Errorf("%+v asks\n%s, want\n%s", q, r.texts[0], want)
		}
	}
	r := &recorder{body: someImages}
	q := &catalog.ImageQuery{IDs: many}
	page, err := testDriver(t, r).DescribeImages(t.Context(), q, "")
	if err != nil {
		t.Fatal(err)
	}
	if page.NextPage != "100" {
		t.Errorf("the next page of 150 IDs is %q, want 100", page.NextPage)
	}
	if page, err = testDriver(t, r).DescribeImages(t.Context(), q, "100"); err != nil {
		t.Fatal(err)
	}
	if page.NextPage != "" {
		t.Errorf("after 150 IDs the next page is %q, want none", page.NextPage)
	}
	if got := len(r.sent[1]["ImageIds"].([]any)); got != 50 {
		t.Errorf("the second page asks for %d IDs, want 50", got)
	}
}
