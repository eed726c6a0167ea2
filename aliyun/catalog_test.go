package aliyun

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aliyun/alibaba-cloud-sdk-go/services/ecs"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// all reads a list to its end.
func all[T any](t *testing.T, list iter.Seq2[T, error]) []T {
	t.Helper()
	var out []T
	for item, err := range list {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, item)
	}
	return out
}

// texts returns one text of each item.
func texts[T any](items []T, text func(T) string) string {
	var out []string
	for _, item := range items {
		out = append(out, text(item))
	}
	return strings.Join(out, " ")
}

// bound is a simulator whose creates are bound to an inventory, and its catalog.
func bound(t *testing.T, change func(*cloudsim.Inventory)) (*cloudsim.Sim, *catalog.Catalog) {
	t.Helper()
	inventory := cloudsim.DefaultInventory(cloudsim.ECS)
	if change != nil {
		change(inventory)
	}
	sim := cloudsim.New(&cloudsim.Options{Inventories: map[cloudsim.Cloud]*cloudsim.Inventory{cloudsim.ECS: inventory}})
	return sim, catalog.Of(simClient(t, sim))
}

// answered is the catalog of a cloud that answers every call the same.
func answered(t *testing.T, got *wire, body string) *catalog.Catalog {
	t.Helper()
	return catalog.Of(provider.NewClient(testDriver(t, capture(got, body)), &provider.Options{Region: "cn-test-1"}))
}

func same(t *testing.T, what string, got any, want string) {
	t.Helper()
	if text := fmt.Sprint(got); text != want {
		t.Errorf("%s: got %s, want %s", what, text, want)
	}
}

// The answer is that of the vendor's reference.
func TestRegionsOfTheSampleAnswer(t *testing.T) {
	var got wire
	regions := all(t, answered(t, &got, `{"RequestId":"r","Regions":{"Region":[
		{"RegionId":"cn-qingdao-nebula","RegionEndpoint":"ecs.cn-qingdao-nebula.aliyuncs.com","LocalName":"cn-qingdao-nebula"},
		{"RegionId":"cn-beijing","LocalName":"华北2（北京）","Status":"soldOut"},{"RegionId":null}]}}`).Regions(t.Context()))
	same(t, "regions", texts(regions, func(r catalog.Region) string { return fmt.Sprint(r.ID, r.SoldOut, r.RawState) }),
		"cn-qingdao-nebulafalse cn-beijingtruesoldOut")
	same(t, "action", got.Action, "DescribeRegions")
	checkTyped(t, ecs.DescribeRegionsRequest{}, got.Params)
}

func TestZonesOfTheSampleAnswer(t *testing.T) {
	var got wire
	zones := all(t, answered(t, &got, `{"RequestId":"r","Zones":{"Zone":[
		{"AvailableDiskCategories":{"DiskCategories":["cloud"]},"AvailableResourceCreation":{"ResourceTypes":["Instance","Disk"]},"LocalName":"","ZoneId":"cn-test-1d"},
		{"AvailableResourceCreation":{"ResourceTypes":["VSwitch"]},"LocalName":"B","ZoneId":"cn-test-1b"},
		{"AvailableResourceCreation":null,"ZoneId":"cn-test-1c"},
		{"AvailableResourceCreation":"","ZoneId":"cn-test-1e"}]}}`).Zones(t.Context(), ""))
	same(t, "zones", texts(zones, func(z catalog.Zone) string { return fmt.Sprint(z.ID, "/", z.Region, "/", z.Name, "/", z.Closed) }),
		"cn-test-1d/cn-test-1//false cn-test-1b/cn-test-1/B/true cn-test-1c/cn-test-1//false cn-test-1e/cn-test-1//false")
	same(t, "Verbose", got.Params["Verbose"], "false")
	checkTyped(t, ecs.DescribeZonesRequest{}, got.Params)
}

// An answer without its list says nothing; one with an empty value in its place is an empty list.
func TestAnAnswerWithoutItsListIsNoEmptyList(t *testing.T) {
	ctx, network := t.Context(), &catalog.NetworkQuery{}
	questions := map[string]func(*driver) (int, error){
		"Regions":  func(d *driver) (int, error) { return rowsIn(d.DescribeRegions(ctx, "", "")) },
		"Zones":    func(d *driver) (int, error) { return rowsIn(d.DescribeZones(ctx, "", "")) },
		"KeyPairs": func(d *driver) (int, error) { return rowsIn(d.DescribeKeyPairs(ctx, "", "")) },
		"InstanceTypes": func(d *driver) (int, error) {
			return rowsIn(d.DescribeInstanceTypes(ctx, &catalog.InstanceTypeQuery{}, ""))
		},
		"Images":                func(d *driver) (int, error) { return rowsIn(d.DescribeImages(ctx, &catalog.ImageQuery{}, "")) },
		"Vpcs":                  func(d *driver) (int, error) { return rowsIn(d.DescribeNetworks(ctx, network, "")) },
		"VSwitches":             func(d *driver) (int, error) { return rowsIn(d.DescribeSubnets(ctx, network, "")) },
		"SecurityGroups":        func(d *driver) (int, error) { return rowsIn(d.DescribeSecurityGroups(ctx, network, "")) },
		"AccountAttributeItems": func(d *driver) (int, error) { return rowsIn(d.DescribeQuotas(ctx, "", "", "")) },
	}
	for list, ask := range questions {
		if _, err := ask(testDriver(t, answering(200, `{"RequestId":"r"}`))); err == nil {
			t.Errorf("%s: an answer without the list is no error", list)
		}
		for _, empty := range []string{"null", `""`, "[]", "{}"} {
			body := `{"RequestId":"r","TotalCount":"0","` + list + `":` + empty + `}`
			n, err := ask(testDriver(t, answering(200, body)))
			if err != nil {
				t.Errorf("%s: %s in place of the list: %v", list, empty, err)
			}
			if n != 0 {
				t.Errorf("%s: %s in place of the list has %d rows, want none", list, empty, n)
			}
		}
	}
}

// rowsIn returns how many items a page has.
func rowsIn[T any](page *provider.Page[T], err error) (int, error) {
	if err != nil {
		return 0, err
	}
	return len(page.Items), nil
}

// counted is a transport that counts the calls of a simulator by action.
func counted(sim *cloudsim.Sim, calls map[string]int) roundTrip {
	return func(r *http.Request) (*http.Response, error) {
		calls[r.Header.Get("x-acs-action")]++
		values, err := url.ParseQuery(r.URL.RawQuery)
		if err != nil {
			return nil, err
		}
		calls[values.Get("Action")]++
		return sim.Transport().RoundTrip(r)
	}
}

func TestOneRequestForEachPageOfTheCatalog(t *testing.T) {
	sim, _ := bound(t, func(i *cloudsim.Inventory) {
		for n := range 110 {
			id := strconv.Itoa(n)
			i.Types = append(i.Types, cloudsim.InventoryType{ID: "ecs.many" + id + ".large", CPUs: 2, MemoryMiB: 1024, Arch: "x86_64"})
			i.Images = append(i.Images, cloudsim.InventoryImage{ID: "m-" + id, Name: "n" + id, Owner: "public", Arch: "x86_64", OS: "linux"})
			i.KeyPairs = append(i.KeyPairs, cloudsim.InventoryKeyPair{Name: "key-" + id})
			i.Groups = append(i.Groups, cloudsim.InventoryGroup{ID: "sg-" + id, Region: "cn-hangzhou"})
			i.Networks = append(i.Networks, cloudsim.InventoryNetwork{ID: "vpc-" + id, Region: "cn-hangzhou", CIDR: "10.0.0.0/8"})
			i.Subnets = append(i.Subnets, cloudsim.InventorySubnet{ID: "vsw-" + id, Zone: "cn-hangzhou-i", NetworkID: "vpc-0"})
		}
	})
	calls := map[string]int{}
	c, err := New(Config{
		Region: "cn-hangzhou", Transport: counted(sim, calls),
		Credentials: provider.StaticCredentials(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, ""),
	})
	if err != nil {
		t.Fatal(err)
	}
	k, ctx := catalog.Of(c), t.Context()
	for _, q := range []struct {
		action       string
		items, calls int
		read         func() int
	}{
		{"DescribeZones", 4, 1, func() int { return len(all(t, k.Zones(ctx, ""))) }},
		{"DescribeInstanceTypes", 120, 2, func() int { return len(all(t, k.InstanceTypes(ctx, catalog.InstanceTypeQuery{}))) }},
		{"DescribeImages", 117, 2, func() int { return len(all(t, k.Images(ctx, catalog.ImageQuery{}))) }},
		{"DescribeKeyPairs", 112, 3, func() int { return len(all(t, k.KeyPairs(ctx, ""))) }},
		{"DescribeSecurityGroups", 112, 2, func() int { return len(all(t, k.SecurityGroups(ctx, catalog.NetworkQuery{}))) }},
		{"DescribeVpcs", 112, 3, func() int { return len(all(t, k.Networks(ctx, catalog.NetworkQuery{}))) }},
		{"DescribeVSwitches", 114, 3, func() int { return len(all(t, k.Subnets(ctx, catalog.NetworkQuery{}))) }},
		{"DescribeAvailableResource", 17, 1, func() int { return len(all(t, k.Stock(ctx, catalog.StockQuery{}))) }},
		{"DescribeAccountAttributes", 4, 1, func() int { return len(all(t, k.Quotas(ctx, "", ""))) }},
	} {
		if n := q.read(); n != q.items {
			t.Errorf("%s: %d items, want %d", q.action, n, q.items)
		}
		if n := calls[q.action]; n != q.calls {
			t.Errorf("%s: %d calls, want %d", q.action, n, q.calls)
		}
	}
}

func TestKeyPairsAreKnownByName(t *testing.T) {
	_, k := bound(t, nil)
	pairs := all(t, k.KeyPairs(t.Context(), ""))
	same(t, "for Login.KeyPairs", texts(pairs, func(p catalog.KeyPair) string { return p.Spec }), "ops web-login")
	same(t, "an ID", pairs[0].ID, "")
	same(t, "a time without seconds", pairs[0].CreatedAt.Format("2006-01-02 15:04"), "2023-01-18 06:53")
	same(t, "tags", pairs[0].Tags, "map[team:ops]")
	same(t, "fingerprint", pairs[0].Fingerprint, "89:f0:ba:62:ac:b8:aa:e1:61:5e:fd:81:69:86:6d:6b")
}

// The answer is that of the vendor's reference, with the used parts that it lacks.
func TestQuotasLeft(t *testing.T) {
	var got wire
	k := answered(t, &got, `{"RequestId":"r","AccountAttributeItems":{"AccountAttributeItem":[
		{"AttributeName":"max-security-groups","AttributeValues":{"ValueItem":[{"Value":"100"}]}},
		{"AttributeName":"max-postpaid-instance-vcpu-count","AttributeValues":{"ValueItem":[{"Value":"1000"}]}},
		{"AttributeName":"used-postpaid-instance-vcpu-count","AttributeValues":{"ValueItem":[{"Value":"1040"}]}},
		{"AttributeName":"max-spot-instance-vcpu-count","AttributeValues":{"ValueItem":[{"Value":"1000"}]}},
		{"AttributeName":"used-spot-instance-vcpu-count","AttributeValues":{"ValueItem":[{"Value":"none"}]}},
		{"AttributeName":"max-postpaid-yundisk-capacity","AttributeValues":{"ValueItem":[
			{"Value":"229376","DiskCategory":"cloud_efficiency"},{"Value":"204800","DiskCategory":"cloud_ssd"}]}},
		{"AttributeName":"used-postpaid-yundisk-capacity","AttributeValues":{"ValueItem":[{"Value":"376","DiskCategory":"cloud_efficiency"}]}}
	]}}`)
	quotas := all(t, k.Quotas(t.Context(), "", "cn-test-1b"))
	same(t, "quotas", texts(quotas, func(q catalog.Quota) string { return fmt.Sprint(q.Name, "=", q.Left, "/", q.Total, string(q.Unit)) }),
		"max-postpaid-instance-vcpu-count=0/1000vCPUs max-postpaid-yundisk-capacity:cloud_efficiency=229000/229376GiB")
	same(t, "zone", got.Params["ZoneId"], "cn-test-1b")
	checkTyped(t, ecs.DescribeAccountAttributesRequest{}, got.Params)
}

func TestQuotasShrinkWithCreates(t *testing.T) {
	sim := cloudsim.New(nil)
	c := simClient(t, sim)
	left := func() int {
		quotas := all(t, catalog.Of(c).Quotas(t.Context(), "", ""))
		i := slices.IndexFunc(quotas, func(q catalog.Quota) bool { return q.Name == "max-postpaid-instance-vcpu-count" })
		if i < 0 {
			t.Fatalf("the quotas are %v, want one of on-demand vCPUs", quotas)
		}
		return quotas[i].Left
	}
	before := left()
	s := minimalSpec()
	s.InstanceType, s.Count = "ecs.g6.xlarge", 3
	if _, err := testRun(t, c, s); err != nil {
		t.Fatal(err)
	}
	if got := before - left(); got != 12 {
		t.Errorf("three instances of four CPUs took %d vCPUs, want 12", got)
	}
}

// testRun sends one create.
func testRun(t *testing.T, c *provider.Client, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
	t.Helper()
	run := *s
	run.Region = "cn-hangzhou"
	return c.Driver().RunInstances(t.Context(), &run)
}

// Codes of the catalog's calls, with the status of the reference. They end a question; none of them
// leaves open what was asked.
func TestCodesOfTheCatalog(t *testing.T) {
	for kind, codes := range map[error]string{
		provider.ErrInvalid: `InvalidAcceptLanguage.NotFound InvalidResourceType.NotFound InvalidInstanceChargeType.NotFound
			InvalidSpotStrategy Invalid.RegionId InvalidRegionId.MalFormed Invalid.InstanceChargeType Invalid.Param
			Invalid.ResourceType Invalid.DestinationResource Invalid.IoOptimized Invalid.NetworkCategory Invalid.SpotStrategy
			InvalidParam.TypeAndCpuMem.Conflict InvalidParam.Cores InvalidParam.Memory InvalidImageOwnerAlias.ValueNotSupported
			InvalidUsage InvalidOSType InvalidArchitecture InvalidInstanceType.ValueNotSupported InvalidFilterKey.NotFound
			InvalidTag.Mismatch InvalidTagCount InvalidParamter Invalid.Parameter InvalidInstanceType.Missing
			InvalidPriceUnit.ValueNotSupported InvalidPeriod InvalidSystemDiskSize.ValueNotSupported
			InvalidSystemDiskSize.LessThanImageSize InvalidSystemDiskCategory.ValueNotSupported
			InvalidDataDiskSize.ValueNotSupported InvalidDataDiskCategory.ValueNotSupported ImageNotSupportInstanceType
			InvalidAmount.Malformed`,
		provider.ErrNotFound:   `InvalidRegionId.NotFound InvalidImageId.NotFound PriceNotFound Unavailable.Regions`,
		provider.ErrPermission: `Unauthorized.EmptyRegion RegionUnauthorized InvalidInstanceType.ValueUnauthorized Forbbiden.SubUser`,
		provider.ErrBalance:    `InvalidPayMethod`,
		provider.ErrThrottled:  `Throttling Throttling.DeepPageSkip`,
		provider.ErrNoStock:    `InstanceType.Offline`,
	} {
		for code := range strings.FieldsSeq(codes) {
			d := testDriver(t, answering(403, failed(code, "m")))
			_, err := d.DescribeZones(t.Context(), "cn-test-1", "")
			var e *provider.APIError
			if !errors.As(err, &e) {
				t.Errorf("%s: got %v, want an *APIError", code, err)
				continue
			}
			if !errors.Is(e, kind) {
				t.Errorf("%s: got %v, want %v", code, e.Kind, kind)
			}
			if e.Outcome == provider.OutcomeUnknown {
				t.Errorf("%s: the outcome is unknown, want a refusal", code)
			}
		}
	}
}

func TestErrorsOfTheCatalogShowNoSecret(t *testing.T) {
	spec := *onDemandSpec()
	spec.LaunchTemplate = nil
	broken := map[string]http.RoundTripper{
		"signature": answering(400, failed("SignatureDoesNotMatch", "server string to sign is:POST&%2F&AccessKeyId%3Dplanted-key-secret")),
		"html":      answering(502, "<html>planted-key-secret</html>"),
		"cut":       roundTrip(func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }),
	}
	for name, transport := range broken {
		d := testDriver(t, transport)
		_, err := d.DescribeImages(t.Context(), &catalog.ImageQuery{}, "")
		if err == nil {
			t.Errorf("%s: no error", name)
		}
		checkNoSecrets(t, err)
		_, _, err = d.DescribePrice(t.Context(), &spec)
		if err == nil {
			t.Errorf("%s: no error of a price", name)
		}
		checkNoSecrets(t, err)
	}
}

// firstError returns the first error of a list.
func firstError[T any](list iter.Seq2[T, error]) error {
	for _, err := range list {
		if err != nil {
			return err
		}
	}
	return nil
}
