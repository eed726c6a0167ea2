package ens

import (
	"errors"
	"iter"
	"net/http"
	"net/netip"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
)

// replies answers calls by their actions, and keeps what was sent: an action and its parameters
// a line.
type replies struct {
	t    *testing.T
	body map[string]string
	sent []string
}

func (a *replies) RoundTrip(r *http.Request) (*http.Response, error) {
	got := read(a.t, r)
	action := got.params.Get("Action")
	q := url.Values{}
	for name, value := range businessParams(&got) {
		q.Set(name, value)
	}
	a.sent = append(a.sent, strings.TrimSpace(action+" "+q.Encode()))
	return respond(200, a.body[action])
}

// wantSent checks the calls that were made.
func (a *replies) wantSent(want ...string) {
	a.t.Helper()
	if !slices.Equal(a.sent, want) {
		a.t.Errorf("sent\n%q\nwant\n%q", a.sent, want)
	}
}

// catalogOf returns the catalog of a client whose calls are answered with a body for each action.
func catalogOf(t *testing.T, body map[string]string) (*catalog.Catalog, *replies) {
	t.Helper()
	a := &replies{t: t, body: body}
	c, err := New(Config{
		Region: "cn-hangzhou", Transport: a, Options: &provider.Options{RetryFor: time.Nanosecond},
		Credentials: provider.StaticCredentials("key-id-1", "planted-key-secret", "planted-key-token"),
	})
	if err != nil {
		t.Fatal(err)
	}
	return catalog.Of(c), a
}

// all reads a list to its end.
func all[T any](t *testing.T, list iter.Seq2[T, error]) (items []T) {
	t.Helper()
	for item, err := range list {
		if err != nil {
			t.Fatalf("the list ends with %v", err)
		}
		items = append(items, item)
	}
	return items
}

// lastError reads a list to its end, and returns the error of it.
func lastError[T any](list iter.Seq2[T, error]) (last error) {
	for _, err := range list {
		last = err
	}
	return last
}

// wantItems compares the items of a list.
func wantItems[T any](t *testing.T, got []T, want ...T) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d items, want %d: %+v", len(got), len(want), got)
	}
	for i := range got {
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Errorf("item %d is\n%+v\nwant\n%+v", i, got[i], want[i])
		}
	}
}

// The list has the same name twice.
func TestNodesAreRead(t *testing.T) {
	cat, sent := catalogOf(t, map[string]string{"DescribeEnsRegions": `{"Code":0,"RequestId":"r","EnsRegions":{"EnsRegions":[
		{"EnsRegionId":"cn-dalian-unicom","Name":"大连联通","EnName":"Dalian Unicom","Area":"NorthEastChina","Province":"Liaoning"},
		{"EnsRegionId":"cn-wuxi-telecom","Name":null,"EnName":"Wuxi"},{"Name":"nowhere"}]}}`})
	wantItems(t, all(t, cat.Regions(t.Context())),
		catalog.Region{ID: "cn-dalian-unicom", Name: "大连联通"}, catalog.Region{ID: "cn-wuxi-telecom", Name: "Wuxi"})
	sent.wantSent("DescribeEnsRegions")
}

// The key is the name, and memory is in MB, which are MiB. Numbers may be texts.
func TestInstanceTypesAreRead(t *testing.T) {
	cat, sent := catalogOf(t, map[string]string{"DescribeInstanceTypes": `{"Code":"0","RequestId":"r","InstanceTypes":{"InstanceType":[
		{"InstanceTypeId":"unavailable","InstanceTypeName":"ens.sn1.small","CpuCoreCount":1,"MemorySize":2048},
		{"InstanceTypeName":"ens.sn1.tiny","CpuCoreCount":"2","MemorySize":4096.0},{"InstanceTypeName":"ens.odd","CpuCoreCount":null,"MemorySize":""}]}}`})
	wantItems(t, all(t, cat.InstanceTypes(t.Context(), catalog.InstanceTypeQuery{})),
		catalog.InstanceType{ID: "ens.sn1.small", CPUs: 1, MemoryMiB: 2048},
		catalog.InstanceType{ID: "ens.sn1.tiny", CPUs: 2, MemoryMiB: 4096},
		catalog.InstanceType{ID: "ens.odd"})
	sent.wantSent("DescribeInstanceTypes")
}

// publicImage is a row of DescribeImages by the vendor's sample.
const publicImage = `{"ImageId":"centos_6_08_64_20G_alibase_20171208","ImageName":"centos_6_08","ImageOwnerAlias":"system","Architecture":"x86_64",
	"Platform":"centos","ImageSize":"20","CreationTime":"2017-12-08T12:10:03Z","DiskDeviceMappings":{"DiskDeviceMapping":[{"Type":"system","Size":"20","imageId":"x"}]}}`

func TestImagesAreReadInThreeParts(t *testing.T) {
	cat, sent := catalogOf(t, map[string]string{
		"DescribeImageInfos": `{"RequestId":"r","Images":{"Image":[{"ImageId":"centos_6_08_64_20G_alibase_20171208","ComputeType":"ens_vm","OSType":"linux"},
			{"ImageId":"ubuntu_arm","ComputeType":"arm_vm"},{"ImageId":"metal","ComputeType":"bare_metal"},{"ImageId":"odd,id","ComputeType":"ens_vm"},{"ImageId":"none","ComputeType":null}]}}`,
		"DescribeImages": `{"Code":0,"RequestId":"r","TotalCount":5,"PageSize":"50","Images":{"Image":[` + publicImage + `,
			{"ImageId":"ubuntu_arm","ImageName":"ubuntu","ImageOwnerAlias":"system","Architecture":"x86_64","Platform":"Linux","ImageSize":40,"CreationTime":"yesterday"},
			{"ImageId":"metal","ImageOwnerAlias":"system","Architecture":"x86_64","Platform":"windows","ImageSize":""},
			{"ImageId":"m-1","ImageOwnerAlias":"self"},{"ImageId":"later","ImageOwnerAlias":null,"Architecture":"aarch64"}]}}`,
		"DescribeSelfImages": `{"Code":0,"RequestId":"r","TotalCount":"3","PageSize":"50","PageNumber":"1","Images":{"Image":[
			{"ImageId":"m-1","ImageName":"web","ImageOwnerAlias":"self","Status":"Available","ComputeType":"arm_bare_metal","ImageSize":"40","CreationTime":"2025-07-01T12:00Z"},
			{"ImageId":"m-2","ImageOwnerAlias":"others","Architecture":"x86_64","Status":"Packing"},{"ImageId":"m-3","ImageOwnerAlias":"elsewhere","Architecture":"i386","Status":null}]}}`,
	})
	wantItems(t, all(t, cat.Images(t.Context(), catalog.ImageQuery{Unusable: true})),
		catalog.Image{
			ID: "centos_6_08_64_20G_alibase_20171208", Name: "centos_6_08", Owner: catalog.PublicImage, Arch: catalog.X86,
			OS: catalog.Linux, OSName: "centos", SizeGiB: 20, CreatedAt: time.Date(2017, 12, 8, 12, 10, 3, 0, time.UTC), Usable: true,
		},
		// The list of architectures counts, not the word beside the image.
		catalog.Image{ID: "ubuntu_arm", Name: "ubuntu", Owner: catalog.PublicImage, Arch: catalog.ARM, OS: catalog.Linux, OSName: "Linux", SizeGiB: 40, Usable: true},
		catalog.Image{ID: "metal", Owner: catalog.PublicImage, OS: catalog.Windows, OSName: "windows", Usable: true},
		catalog.Image{ID: "later", Arch: catalog.ARM, Usable: true},
		catalog.Image{
			ID: "m-1", Name: "web", Owner: catalog.OwnImage, Arch: catalog.ARM, SizeGiB: 40, RawState: "Available",
			CreatedAt: time.Date(2025, 7, 1, 12, 0, 0, 0, time.UTC), Usable: true,
		},
		catalog.Image{ID: "m-2", Owner: catalog.SharedImage, Arch: catalog.X86, RawState: "Packing"},
		catalog.Image{ID: "m-3", Owner: "elsewhere", Arch: catalog.X86x32})
	sent.wantSent("DescribeImageInfos", "DescribeImages PageSize=50", "DescribeSelfImages PageSize=50")
}

func TestImagesAreNarrowed(t *testing.T) {
	none := `{"Code":0,"RequestId":"r","TotalCount":0,"Images":{"Image":[]}}`
	for _, c := range []struct {
		q    catalog.ImageQuery
		want []string
	}{
		{catalog.ImageQuery{Owner: catalog.PublicImage, Name: "centos*"}, []string{"DescribeImageInfos", "DescribeImages PageSize=50"}},
		{catalog.ImageQuery{Owner: catalog.OwnImage, Name: "web*"}, []string{"DescribeSelfImages ImageName=web&PageSize=50"}},
		{catalog.ImageQuery{Owner: catalog.SharedImage}, []string{"DescribeSelfImages PageSize=50"}},
		{
			catalog.ImageQuery{IDs: []string{"m-1"}},
			[]string{"DescribeImageInfos", "DescribeImages ImageId=m-1&PageSize=50", "DescribeSelfImages ImageId=m-1&PageSize=50"},
		},
		{catalog.ImageQuery{Owner: catalog.OwnImage, IDs: []string{"m-1", "m-2"}}, []string{"DescribeSelfImages PageSize=50"}},
	} {
		cat, sent := catalogOf(t, map[string]string{"DescribeImageInfos": none, "DescribeImages": none, "DescribeSelfImages": none})
		all(t, cat.Images(t.Context(), c.q))
		sent.wantSent(c.want...)
	}
}

func TestWhatTheCatalogCannotExpressIsNamed(t *testing.T) {
	cat, sent := catalogOf(t, nil)
	prepaid := provider.Billing{Mode: provider.Prepaid, Period: 1}
	spec := func(change func(*provider.RunInstancesSpec)) error {
		s := provider.RunInstancesSpec{
			InstanceType: "ens.sn1.tiny", Login: provider.Login{KeepImageLogin: true}, ImageID: "m-1", Billing: prepaid,
			SystemDisk: provider.Disk{SizeGiB: 20},
		}
		change(&s)
		_, err := cat.Price(t.Context(), s)
		return err
	}
	for _, c := range []struct {
		path        string
		unsupported bool
		err         error
	}{
		{"ImageQuery.InstanceType", true, lastError(cat.Images(t.Context(), catalog.ImageQuery{InstanceType: "ens.sn1.tiny"}))},
		{"ImageQuery.Owner", true, lastError(cat.Images(t.Context(), catalog.ImageQuery{Owner: catalog.MarketImage}))},
		{"StockQuery.Billing", false, lastError(cat.Stock(t.Context(), catalog.StockQuery{Billing: provider.DedicatedHost}))},
		{"Billing.Mode", true, spec(func(s *provider.RunInstancesSpec) { s.Billing = provider.Billing{} })},
		{"SystemDisk.SizeGiB", false, spec(func(s *provider.RunInstancesSpec) { s.SystemDisk.SizeGiB = 0 })},
		{"Vendor.ScheduleAreaLevel", true, spec(func(s *provider.RunInstancesSpec) {
			s.Vendor = vendor(RunOptions{ScheduleAreaLevel: "Big", NetDistrictCode: "100106", Carrier: "telecom"})
		})},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.path) {
			t.Errorf("%s: the error is %v", c.path, c.err)
		}
		if !errors.Is(c.err, provider.ErrInvalid) && !c.unsupported {
			t.Errorf("%s: %v does not match ErrInvalid", c.path, c.err)
		}
		if got := errors.Is(c.err, errors.ErrUnsupported); got != c.unsupported {
			t.Errorf("%s: matching ErrUnsupported is %v, want %v", c.path, got, c.unsupported)
		}
	}
	for question, err := range map[string]error{
		"zones": lastError(cat.Zones(t.Context(), "")), "quotas": lastError(cat.Quotas(t.Context(), "", "")),
	} {
		if !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%s: %v, want an error that matches ErrUnsupported", question, err)
		}
	}
	d := driverOver(t, sent, "")
	for _, token := range []string{"x", "infos//", "public/0/", "self/x/", "self"} {
		if _, err := d.DescribeImages(t.Context(), &catalog.ImageQuery{}, token); !errors.Is(err, provider.ErrInvalid) {
			t.Errorf("page %q: %v, want an error that matches ErrInvalid", token, err)
		}
	}
	sent.wantSent()
}

// The vendor's sample: all numbers are texts. Nodes that were not asked for are left out.
func TestStockIsRead(t *testing.T) {
	row := func(node, spec, count string) string {
		return `{"EnsRegionId":"` + node + `","InstanceSpec":"` + spec + `","SystemDiskSize":"20","DataDiskSize":"500","SupportResourcesCount":` + count + `}`
	}
	cat, sent := catalogOf(t, map[string]string{"DescribeAvailableResource": `{"Code":0,"RequestId":"r",
		"Images":{"Image":[{"ImageId":"centos_6_08_64_20G_alibase_20171208","ImageName":"centos_6_08"}]},"SupportResources":{"SupportResource":[` +
		strings.Join([]string{
			row("cn-beijing-cmcc", "ens.sn1.stiny", `"9"`), row("cn-beijing-cmcc", "ens.sn1.tiny", `"84"`), row("cn-beijing-cmcc", "ens.sn1.small", `"0"`),
			row("cn-beijing-cmcc", "ens.sn1.medium", `""`), row("cn-beijing-cmcc", "ens.sn1.large", `10`), row("cn-hangzhou", "ens.sn1.stiny", `"84"`),
		}, ",") + `]}}`})
	stock := func(spec string, level catalog.StockLevel, raw string, n int, counted bool) catalog.Stock {
		return catalog.Stock{
			Region: "cn-beijing-cmcc", InstanceType: spec, Billing: provider.OnDemand, Level: level, RawLevel: raw, Count: n, Counted: counted,
			SystemDiskGiB: 20, DataDiskGiB: 500,
		}
	}
	wantItems(t, all(t, cat.Stock(t.Context(), catalog.StockQuery{Region: "cn-beijing-cmcc"})),
		stock("ens.sn1.stiny", catalog.Low, "9", 9, true),
		stock("ens.sn1.tiny", catalog.Plenty, "84", 84, true),
		stock("ens.sn1.small", catalog.NoStock, "0", 0, true),
		stock("ens.sn1.medium", "", "", 0, false),
		stock("ens.sn1.large", catalog.Plenty, "10", 10, true))
	home := all(t, cat.Stock(t.Context(), catalog.StockQuery{Billing: provider.Prepaid, InstanceTypes: []string{"ens.sn1.stiny"}}))
	if len(home) != 1 || home[0].Billing != provider.Prepaid || home[0].Count != 84 {
		t.Errorf("the stock of the client's node is %+v, want 84 of one type", home)
	}
	sent.wantSent("DescribeAvailableResource", "DescribeAvailableResource")
}

func TestKeyPairsAreRead(t *testing.T) {
	cat, sent := catalogOf(t, map[string]string{"DescribeKeyPairs": `{"RequestId":"r","TotalCount":2,"PageSize":50,"PageNumber":1,"KeyPairs":{"KeyPair":[
		{"KeyPairId":"ssh-50cynkq42nqqapzwvlkmuzqzm","KeyPairName":"demo","KeyPairFingerPrint":"89:f0","CreationTime":"2019-10-11T03:02:01Z"},{"KeyPairName":"old","CreationTime":null}]}}`})
	wantItems(t, all(t, cat.KeyPairs(t.Context(), "")),
		catalog.KeyPair{
			ID: "ssh-50cynkq42nqqapzwvlkmuzqzm", Name: "demo", Fingerprint: "89:f0", Spec: "demo",
			CreatedAt: time.Date(2019, 10, 11, 3, 2, 1, 0, time.UTC),
		},
		catalog.KeyPair{Name: "old", Spec: "old"})
	sent.wantSent("DescribeKeyPairs PageSize=50")
}

func TestNetworksAreRead(t *testing.T) {
	cat, sent := catalogOf(t, map[string]string{
		"DescribeNetworks": `{"RequestId":"r","TotalCount":2,"Networks":{"Network":[{"NetworkId":"n-1","NetworkName":"demo","EnsRegionId":"cn-hangzhou","CidrBlock":"10.0.0.0/8",
			"Status":"Available","CreatedTime":"2024-05-06T12:00:00Z","VSwitchIds":{"VSwitchId":["vsw-1"]}},{"NetworkId":"n-2","CidrBlock":"none"}]}}`,
		"DescribeVSwitches": `{"RequestId":"r","TotalCount":2,"VSwitches":{"VSwitch":[{"VSwitchId":"vsw-1","VSwitchName":"web","NetworkId":"n-1","EnsRegionId":"cn-hangzhou",
			"CidrBlock":"10.0.6.0/24","FreeIpCount":251,"Status":"Pending"},{"VSwitchId":"vsw-2","FreeIpCount":null}]}}`,
		"DescribeSecurityGroups": `{"RequestId":"r","TotalCount":1,"SecurityGroups":{"SecurityGroup":[{"SecurityGroupId":"sg-1","SecurityGroupName":"web","Description":"d",
			"CreationTime":"2024-05-06T12:00:00Z","InstanceCount":3,"InstanceIds":{"InstanceId":[]}}]}}`,
	})
	at := time.Date(2024, 5, 6, 12, 0, 0, 0, time.UTC)
	wantItems(t, all(t, cat.Networks(t.Context(), catalog.NetworkQuery{})),
		catalog.Network{ID: "n-1", Name: "demo", CIDR: netip.MustParsePrefix("10.0.0.0/8"), RawState: "Available", CreatedAt: at},
		catalog.Network{ID: "n-2"})
	wantItems(t, all(t, cat.Subnets(t.Context(), catalog.NetworkQuery{})),
		catalog.Subnet{
			ID: "vsw-1", Name: "web", VPCID: "n-1", CIDR: netip.MustParsePrefix("10.0.6.0/24"), RawState: "Pending", FreeAddresses: 251, AddressesKnown: true,
		},
		catalog.Subnet{ID: "vsw-2"})
	wantItems(t, all(t, cat.SecurityGroups(t.Context(), catalog.NetworkQuery{VPCID: "n-1", Name: "web"})),
		catalog.SecurityGroup{ID: "sg-1", Name: "web", Description: "d", CreatedAt: at})
	q := catalog.NetworkQuery{Region: "cn-beijing-cmcc", VPCID: "n-1", Name: "demo"}
	all(t, cat.Networks(t.Context(), q))
	all(t, cat.Subnets(t.Context(), q))
	sent.wantSent("DescribeNetworks EnsRegionId=cn-hangzhou&PageSize=50", "DescribeVSwitches EnsRegionId=cn-hangzhou&PageSize=50",
		"DescribeSecurityGroups PageSize=50&SecurityGroupName=web",
		"DescribeNetworks EnsRegionId=cn-beijing-cmcc&NetworkId=n-1&NetworkName=demo&PageSize=50",
		"DescribeVSwitches EnsRegionId=cn-beijing-cmcc&NetworkId=n-1&PageSize=50&VSwitchName=demo")
}
