package qingcloud

import (
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
)

// catalogOver returns the catalog of a client whose calls m answers.
func catalogOver(t *testing.T, m http.RoundTripper) *catalog.Catalog {
	t.Helper()
	c, err := New(testConfig(m))
	if err != nil {
		t.Fatal(err)
	}
	return catalog.Of(c)
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

func utc(text string) time.Time {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return at
}

// Zones of the whole cloud are listed without a zone in the call.
func TestZonesAreRead(t *testing.T) {
	m := saying(200, `{"action":"DescribeZonesResponse","total_count":3,"ret_code":0,"zone_set":[
		{"zone_id":"pek3a","status":"active"},{"zone_id":"gd1","status":"defunct"},{"zone_id":"sh1","status":"faulty"},{"status":null}]}`)
	wantItems(t, all(t, catalogOver(t, m).Zones(t.Context(), "")),
		catalog.Zone{ID: "pek3a", Region: "pek3a", RawState: "active"},
		catalog.Zone{ID: "gd1", Region: "gd1", RawState: "defunct", Closed: true},
		catalog.Zone{ID: "sh1", Region: "sh1", RawState: "faulty", Closed: true})
	wantSent(t, m, "action=DescribeZones")
}

// The sample of the vendor: memory is in MB, which is MiB.
func TestInstanceTypesAreRead(t *testing.T) {
	m := saying(200, `{"action":"DescribeInstanceTypesResponse","total_count":1,"instance_type_set":[
		{"instance_type_id":"c1m1","instance_type_name":"1核1G","description":"","vcpus_current":1,"memory_current":1024,"status":"available","zone_id":"pek3a"},
		{"instance_type_id":"c2m4","vcpus_current":"2","memory_current":4096.0,"status":null,"zone_id":null},
		{"instance_type_id":"small_b","vcpus_current":1,"memory_current":1024,"status":"deprecated","zone_id":"pek3a"}],"ret_code":0}`)
	cat := catalogOver(t, m)
	wantItems(t, all(t, cat.InstanceTypes(t.Context(), catalog.InstanceTypeQuery{})),
		catalog.InstanceType{ID: "c1m1", CPUs: 1, MemoryMiB: 1024, Zones: []string{"pek3a"}},
		catalog.InstanceType{ID: "c2m4", CPUs: 2, MemoryMiB: 4096})
	if n := len(all(t, cat.InstanceTypes(t.Context(), catalog.InstanceTypeQuery{Region: "gd2", IDs: []string{"small_b"}, Retired: true}))); n != 1 {
		t.Errorf("%d retired types, want one", n)
	}
	wantSent(t, m, "action=DescribeInstanceTypes&zone=pek3a", "action=DescribeInstanceTypes&instance_types.1=small_b&zone=gd2")
	// The cloud does not tell of architectures and GPUs, so nothing is known to have them.
	for _, q := range []catalog.InstanceTypeQuery{{Arch: catalog.X86}, {MinGPUs: 1}} {
		if got := all(t, cat.InstanceTypes(t.Context(), q)); len(got) > 0 {
			t.Errorf("%+v selects %+v, want nothing", q, got)
		}
	}
}

// unknownID refuses calls by several IDs, and the ID "absent", with code 2100.
func unknownID(ids, body string) *memory {
	return &memory{answer: func(r *http.Request) (*http.Response, error) {
		q := r.URL.Query()
		if q.Get(ids+".1") == "absent" || q.Has(ids+".2") {
			return response(200, `{"ret_code":2100,"message":"ResourceNotFound"}`), nil
		}
		return response(200, strings.ReplaceAll(body, "ASKED", q.Get(ids+".1"))), nil
	}}
}

func TestAnUnknownTypeHidesNoOther(t *testing.T) {
	m := unknownID("instance_types", `{"ret_code":0,"instance_type_set":[{"instance_type_id":"c1m1"},{"instance_type_id":"c1m2"}]}`)
	q := catalog.InstanceTypeQuery{IDs: []string{"absent", "c1m1"}}
	wantItems(t, all(t, catalogOver(t, m).InstanceTypes(t.Context(), q)), catalog.InstanceType{ID: "c1m1"})
	wantSent(t, m, "action=DescribeInstanceTypes&instance_types.1=absent&instance_types.2=c1m1&zone=pek3a",
		"action=DescribeInstanceTypes&zone=pek3a")
}

func TestAnUnknownImageHidesNoOther(t *testing.T) {
	m := unknownID("images", `{"ret_code":0,"image_set":[{"image_id":"ASKED","status":"available"}]}`)
	cat := catalogOver(t, m)
	wantItems(t, all(t, cat.Images(t.Context(), catalog.ImageQuery{IDs: []string{"a", "absent", "b"}})),
		catalog.Image{ID: "a", RawState: "available", Usable: true}, catalog.Image{ID: "b", RawState: "available", Usable: true})
	if got := all(t, cat.Images(t.Context(), catalog.ImageQuery{IDs: []string{"absent"}})); len(got) > 0 {
		t.Errorf("an unknown image is listed as %+v", got)
	}
	const one = "action=DescribeImages&images.1=%s&limit=100&status.1=available&zone=pek3a"
	wantSent(t, m, "action=DescribeImages&images.1=a&images.2=absent&images.3=b&limit=100&status.1=available&zone=pek3a",
		fmt.Sprintf(one, "a"), fmt.Sprintf(one, "absent"), fmt.Sprintf(one, "b"), fmt.Sprintf(one, "absent"))
}

func TestManyImagesAreAskedForAHundredACall(t *testing.T) {
	m := saying(200, `{"ret_code":0,"total_count":0}`)
	q := catalog.ImageQuery{}
	for n := range 201 {
		q.IDs = append(q.IDs, fmt.Sprintf("img-%d", n))
	}
	all(t, catalogOver(t, m).Images(t.Context(), q))
	var got []string
	for _, r := range m.sent {
		q := r.URL.Query()
		got = append(got, fmt.Sprint(q.Get("images.1"), " ", q.Has("images.100"), q.Has("images.101")))
	}
	if want := []string{"img-0 true false", "img-100 true false", "img-200 false false"}; !slices.Equal(got, want) {
		t.Errorf("sent %q, want %q", got, want)
	}
}

// The fields of the vendor's page, in documented and in odd forms.
func TestImagesAreRead(t *testing.T) {
	m := saying(200, `{"action":"DescribeImagesResponse","total_count":6,"ret_code":0,"image_set":[
		{"status":"available","processor_type":"64bit","image_id":"img-37amqany","sub_code":1,"transition_status":"","recommended_type":"small_b",
		 "image_name":"web","visibility":"private","platform":"linux","create_time":"2013-08-07T18:16:32Z","os_family":"centos","provider":"self",
		 "owner":"usr-1234abcd","status_time":"2013-08-17T08:16:33Z","size":20,"description":null},
		{"image_id":"jammyx64","status":"available","architecture":"x86_64","provider":"system","platform":"Linux","size":"20","create_time":"yesterday","tags":[{"tag_id":"tag-1","tag_name":"web"}]},
		{"image_id":"k-arm","status":"available","architecture":"aarch64","provider":"system","create_time":1,"tags":null},
		{"image_id":"old","status":"available","processor_type":"32bit","platform":"windows","provider":"elsewhere"},
		{"image_id":"odd","status":"available","architecture":"riscv64","transition_status":"deleting","size":null},
		{"image_id":"gone","status":"deprecated"}]}`)
	web := catalog.Image{
		ID: "img-37amqany", Name: "web", Owner: catalog.OwnImage, OS: catalog.Linux, OSName: "centos", SizeGiB: 20,
		RawState: "available", CreatedAt: utc("2013-08-07T18:16:32Z"), Usable: true,
	}
	wantItems(t, all(t, catalogOver(t, m).Images(t.Context(), catalog.ImageQuery{Unusable: true})), web,
		catalog.Image{
			ID: "jammyx64", Owner: catalog.PublicImage, Arch: catalog.X86, OS: catalog.Linux, SizeGiB: 20,
			RawState: "available", Usable: true, Tags: map[string]string{"web": ""},
		},
		catalog.Image{ID: "k-arm", Owner: catalog.PublicImage, Arch: catalog.ARM, RawState: "available", Usable: true},
		catalog.Image{ID: "old", Owner: "elsewhere", Arch: catalog.X86x32, OS: catalog.Windows, RawState: "available", Usable: true},
		catalog.Image{ID: "odd", Arch: "riscv64", RawState: "available/deleting"},
		catalog.Image{ID: "gone", RawState: "deprecated", Deprecated: true})
	const states = "&status.1=pending&status.2=available&status.3=deprecated&status.4=suspended&zone=pek3a"
	wantSent(t, m, "action=DescribeImages&limit=100&provider=system"+states, "action=DescribeImages&limit=100&provider=self"+states)
}

func TestImagesAreNarrowed(t *testing.T) {
	const own, system = "provider=self", "provider=system"
	const end = "&status.1=available&zone=pek3a"
	for _, c := range []struct {
		q    catalog.ImageQuery
		want []string
	}{
		{catalog.ImageQuery{}, []string{system + end, own + end}},
		{catalog.ImageQuery{Owner: catalog.PublicImage, Name: "CentOS 7.7 64bit"}, []string{system + "&search_word=CentOS+7.7+64bit" + end}},
		{catalog.ImageQuery{Owner: catalog.OwnImage, Name: "web*"}, []string{own + end}},
		{catalog.ImageQuery{Owner: catalog.OwnImage, Arch: catalog.ARM}, []string{"processor_type=64bit&" + own + end}},
		{catalog.ImageQuery{Owner: catalog.OwnImage, Arch: catalog.X86x32, OS: catalog.Windows}, []string{"processor_type=32bit&" + own + end}},
	} {
		m := saying(200, `{"ret_code":0,"total_count":0,"image_set":[]}`)
		all(t, catalogOver(t, m).Images(t.Context(), c.q))
		var want []string
		for _, w := range c.want {
			want = append(want, "action=DescribeImages&limit=100&"+w)
		}
		wantSent(t, m, want...)
	}
}

func TestWhatTheCatalogCannotExpressIsNamed(t *testing.T) {
	m := saying(200, `{"ret_code":0,"total_count":0}`)
	cat := catalogOver(t, m)
	for path, q := range map[string]catalog.ImageQuery{
		"ImageQuery.InstanceType": {InstanceType: "c1m1"},
		"ImageQuery.Owner":        {Owner: catalog.SharedImage},
	} {
		err := lastError(cat.Images(t.Context(), q))
		if !slices.Contains(refusedPaths(t, err), path) {
			t.Errorf("%+v: %v, want an error about %s", q, err, path)
		}
		if !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%+v: %v does not match ErrUnsupported", q, err)
		}
	}
	if err := lastError(cat.Images(t.Context(), catalog.ImageQuery{Owner: catalog.MarketImage})); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("images of a market: %v, want an error that matches ErrUnsupported", err)
	}
	d := mustDriver(t, testConfig(m))
	for _, token := range []string{"x", "ids/0", "system/-1", "self/x", "all"} {
		if _, err := d.DescribeImages(t.Context(), &catalog.ImageQuery{}, token); !errors.Is(err, provider.ErrInvalid) {
			t.Errorf("page %q: %v, want an error that matches ErrInvalid", token, err)
		}
	}
	if _, err := d.DescribeInstanceTypes(t.Context(), &catalog.InstanceTypeQuery{}, "2"); !errors.Is(err, provider.ErrInvalid) {
		t.Errorf("a page of types that does not exist: %v, want an error that matches ErrInvalid", err)
	}
	if _, err := d.DescribeKeyPairs(t.Context(), "", "-1"); !errors.Is(err, provider.ErrInvalid) {
		t.Errorf("a page of key pairs that does not exist: %v, want an error that matches ErrInvalid", err)
	}
	wantSent(t, m)
}

// There is no call, so nothing is sent.
func TestQuestionsWithoutACallAreUnsupported(t *testing.T) {
	m := saying(200, `{"ret_code":0}`)
	cat := catalogOver(t, m)
	_, price := cat.Price(t.Context(), *minimalSpec())
	for question, err := range map[string]error{
		"regions": lastError(cat.Regions(t.Context())),
		"stock":   lastError(cat.Stock(t.Context(), catalog.StockQuery{})),
		"price":   price,
	} {
		if !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%s: %v, want an error that matches ErrUnsupported", question, err)
		}
	}
	wantSent(t, m)
}

// The sample of the vendor's page.
func TestKeyPairsAreRead(t *testing.T) {
	m := saying(200, `{"action":"DescribeKeyPairsResponse","total_count":2,"keypair_set":[
		{"description":null,"encrypt_method":"ssh-rsa","keypair_name":"kp 1","instance_ids":["i-ogbndull"],"create_time":"2013-08-30T05:13:50Z","keypair_id":"kp-bn2n77ow","pub_key":"AAAAB3..."},
		{"keypair_id":"kp-b2ivaf15","create_time":null,"tags":[{"tag_name":"web"},{"tag_name":""}]}],"ret_code":0}`)
	wantItems(t, all(t, catalogOver(t, m).KeyPairs(t.Context(), "")),
		catalog.KeyPair{ID: "kp-bn2n77ow", Name: "kp 1", CreatedAt: utc("2013-08-30T05:13:50Z"), Spec: "kp-bn2n77ow"},
		catalog.KeyPair{ID: "kp-b2ivaf15", Tags: map[string]string{"web": ""}, Spec: "kp-b2ivaf15"})
	wantSent(t, m, "action=DescribeKeyPairs&limit=100&zone=pek3a")
}

// The sample of the vendor: memory is in MB. There are no totals.
func TestQuotasAreRead(t *testing.T) {
	m := saying(200, `{"action":"GetQuotaLeftResponse","quota_left_set":[{"resource_type":"instance","left":50},{"resource_type":"cpu","left":500},
		{"resource_type":"hp_memory","left":"204800"},{"resource_type":"hp_volume_size","left":0},{"resource_type":"vxnet","left":27},
		{"resource_type":"eip","left":"many"},{"resource_type":"router","left":null}],"ret_code":0}`)
	cat := catalogOver(t, m)
	wantItems(t, all(t, cat.Quotas(t.Context(), "", "")),
		catalog.Quota{Name: "instance", Unit: catalog.QuotaInstances, Left: 50},
		catalog.Quota{Name: "cpu", Unit: catalog.QuotaCPUs, Left: 500},
		catalog.Quota{Name: "hp_memory", Unit: catalog.QuotaMemoryMiB, Left: 204800},
		catalog.Quota{Name: "hp_volume_size", Unit: catalog.QuotaGiB},
		catalog.Quota{Name: "vxnet", Unit: catalog.QuotaItems, Left: 27})
	all(t, cat.Quotas(t.Context(), "", "sh1a"))
	wantSent(t, m, "action=GetQuotaLeft&zone=pek3a", "action=GetQuotaLeft&zone=sh1a")
}

// The sample of the vendor's page, and the network of the vendor's SDK.
func TestNetworksAreRead(t *testing.T) {
	m := saying(200, `{"action":"DescribeRoutersResponse","router_set":[{"router_id":"rtr-b0u6sdj6","status":"active","is_applied":1,"description":null,
		"eip":{"eip_name":"demo","eip_id":"eip-amorzjgv","eip_addr":"192.168.7.69"},"sub_code":0,"transition_status":"","security_group_id":"sg-z13kokni",
		"create_time":"2013-08-30T09:16:21Z","private_ip":"10.50.12.146","router_type":1,"vxnets":[{"nic_id":"52:54:c9:e3:9e:cd","vxnet_id":"vxnet-ytuyg2q"}],
		"router_name":"demo"},{"router_id":"rtr-2","vpc_network":"192.168.0.0/16","status":"active","transition_status":"updating","eip":""},
		{"router_id":"rtr-3","vpc_network":"none"}],"ret_code":0,"total_count":3}`)
	cat := catalogOver(t, m)
	wantItems(t, all(t, cat.Networks(t.Context(), catalog.NetworkQuery{})),
		catalog.Network{ID: "rtr-b0u6sdj6", Name: "demo", RawState: "active", CreatedAt: utc("2013-08-30T09:16:21Z")},
		catalog.Network{ID: "rtr-2", CIDR: netip.MustParsePrefix("192.168.0.0/16"), RawState: "active/updating"},
		catalog.Network{ID: "rtr-3"})
	all(t, cat.Networks(t.Context(), catalog.NetworkQuery{Name: "demo"}))
	all(t, cat.Networks(t.Context(), catalog.NetworkQuery{Name: "demo", VPCID: "rtr-2"}))
	const states = "&status.1=pending&status.2=active&status.3=poweroffed&status.4=suspended&zone=pek3a"
	wantSent(t, m, "action=DescribeRouters&limit=100"+states, "action=DescribeRouters&limit=100&search_word=demo"+states,
		"action=DescribeRouters&limit=100&routers.1=rtr-2"+states)
	absent := saying(200, `{"ret_code":2100,"message":"ResourceNotFound"}`)
	if got := all(t, catalogOver(t, absent).Networks(t.Context(), catalog.NetworkQuery{VPCID: "rtr-absent"})); len(got) > 0 {
		t.Errorf("a router that does not exist is listed as %+v", got)
	}
}

// The range of addresses is in the router. A network without a router has an empty or no router.
func TestSubnetsAreRead(t *testing.T) {
	m := saying(200, `{"action":"DescribeVxnetsResponse","total_count":5,"vxnet_set":[
		{"vxnet_type":1,"vxnet_id":"vxnet-ytuyg2q","vxnet_name":"web","create_time":"2013-08-30T05:13:50Z","description":null,"available_ip_count":251,"zone_id":"pek3a",
		 "router":{"router_id":"rtr-b0u6sdj6","router_name":"demo","manager_ip":"192.168.100.1","ip_network":"192.168.100.0/24","dyn_ip_start":"192.168.100.2","dyn_ip_end":"192.168.100.254","mode":1}},
		{"vxnet_id":"vxnet-0","router":{},"available_ip_count":null},{"vxnet_id":"vxnet-2","router":"","vpc_router_id":"rtr-2"},{"vxnet_id":"vxnet-3","router":[],"available_ip_count":0},
		{"vxnet_id":"vxnet-4","router":{"ip_network":7},"vpc_router_id":"rtr-4"}],"ret_code":0}`)
	cat := catalogOver(t, m)
	web := catalog.Subnet{
		ID: "vxnet-ytuyg2q", Name: "web", VPCID: "rtr-b0u6sdj6", Zone: "pek3a", CIDR: netip.MustParsePrefix("192.168.100.0/24"),
		CreatedAt: utc("2013-08-30T05:13:50Z"), FreeAddresses: 251, AddressesKnown: true,
	}
	wantItems(t, all(t, cat.Subnets(t.Context(), catalog.NetworkQuery{})), web,
		catalog.Subnet{ID: "vxnet-0", Zone: "pek3a", Default: true},
		catalog.Subnet{ID: "vxnet-2", Zone: "pek3a", VPCID: "rtr-2"},
		catalog.Subnet{ID: "vxnet-3", Zone: "pek3a", AddressesKnown: true},
		catalog.Subnet{ID: "vxnet-4", Zone: "pek3a", VPCID: "rtr-4"})
	wantItems(t, all(t, cat.Subnets(t.Context(), catalog.NetworkQuery{Name: "web", VPCID: "rtr-b0u6sdj6"})), web)
	wantSent(t, m, "action=DescribeVxnets&limit=100&zone=pek3a", "action=DescribeVxnets&limit=100&search_word=web&zone=pek3a")
}

func TestSecurityGroupsAreRead(t *testing.T) {
	m := saying(200, `{"ret_code":0,"security_group_set":[{"security_group_id":"sg-1","security_group_name":"default","description":null,"is_applied":1,"is_default":1,"create_time":"2013-08-30T09:16:21Z","resources":[]},
		{"security_group_id":"sg-2","is_default":"0","description":"d"}]}`)
	wantItems(t, all(t, catalogOver(t, m).SecurityGroups(t.Context(), catalog.NetworkQuery{VPCID: "rtr-1"})),
		catalog.SecurityGroup{ID: "sg-1", Name: "default", Default: true, CreatedAt: utc("2013-08-30T09:16:21Z")},
		catalog.SecurityGroup{ID: "sg-2", Description: "d"})
	wantSent(t, m, "action=DescribeSecurityGroups&limit=100&zone=pek3a")
}

// listsOf are all lists of the catalog, as loops that only yield errors.
func listsOf(t *testing.T, cat *catalog.Catalog) map[string]error {
	t.Helper()
	ctx := t.Context()
	return map[string]error{
		"DescribeZones":          lastError(cat.Zones(ctx, "")),
		"DescribeInstanceTypes":  lastError(cat.InstanceTypes(ctx, catalog.InstanceTypeQuery{})),
		"DescribeImages":         lastError(cat.Images(ctx, catalog.ImageQuery{})),
		"DescribeKeyPairs":       lastError(cat.KeyPairs(ctx, "")),
		"DescribeRouters":        lastError(cat.Networks(ctx, catalog.NetworkQuery{})),
		"DescribeVxnets":         lastError(cat.Subnets(ctx, catalog.NetworkQuery{})),
		"DescribeSecurityGroups": lastError(cat.SecurityGroups(ctx, catalog.NetworkQuery{})),
		"GetQuotaLeft":           lastError(cat.Quotas(ctx, "", "")),
	}
}

// A refusal names the vendor's action, its code decides the class, and no secret is shown.
func TestRefusalsOfTheCatalog(t *testing.T) {
	for code, want := range map[string]error{
		"1100": provider.ErrInvalid, "1200": provider.ErrAuth, "1400": provider.ErrPermission, "2100": provider.ErrNotFound,
	} {
		m := saying(200, `{"message":"PermissionDenied, no `+testSecret+`","ret_code":`+code+`}`)
		for action, err := range listsOf(t, catalogOver(t, m)) {
			var e *provider.APIError
			if !errors.As(err, &e) || e.Op != action || e.Code != code {
				t.Errorf("%s %s: %+v, want an APIError of that action and code", action, code, err)
			}
			if !errors.Is(err, want) {
				t.Errorf("%s %s: %v, want one that matches %v", action, code, err, want)
			}
			assertNoSecret(t, action, err)
		}
	}
}

// An answer that lists nothing does not say that there is nothing.
func TestSenselessAnswersOfTheCatalog(t *testing.T) {
	for _, body := range []string{
		`{"ret_code":0}`,
		`{"ret_code":0,"total_count":1,"zone_set":null,"instance_type_set":"","image_set":null}`,
		`{"ret_code":0,"zone_set":[{}],"instance_type_set":[{}],"image_set":[{}],"keypair_set":[{}],"router_set":[{}],"vxnet_set":[{}],"security_group_set":[{}],"quota_left_set":[{}]}`,
	} {
		cfg := testConfig(saying(200, body))
		cfg.Options = &provider.Options{RetryFor: time.Nanosecond}
		c, err := New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		for action, err := range listsOf(t, catalog.Of(c)) {
			if !errors.Is(err, provider.ErrUnavailable) {
				t.Errorf("%s: %s reads as %v, want an error that matches ErrUnavailable", action, body, err)
			}
		}
	}
}
