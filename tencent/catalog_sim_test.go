package tencent

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// simClient returns a client of a simulated account with an inventory.
func simClient(t *testing.T, inv *cloudsim.Inventory) (*cloudsim.Sim, *provider.Client) {
	t.Helper()
	sim := cloudsim.New(&cloudsim.Options{Inventories: map[cloudsim.Cloud]*cloudsim.Inventory{cloudsim.CVM: inv}})
	return sim, simClientAt(t, "", sim.Transport())
}

func simClientAt(t *testing.T, endpoint string, rt http.RoundTripper) *provider.Client {
	t.Helper()
	c, err := New(Config{
		Region: "ap-guangzhou", Endpoint: endpoint, Transport: rt,
		Credentials: provider.StaticCredentials(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, ""),
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// large is an inventory with 250 of everything that has pages.
func large() *cloudsim.Inventory {
	inv := cloudsim.DefaultInventory(cloudsim.CVM)
	inv.Images, inv.KeyPairs, inv.Networks, inv.Subnets, inv.Groups = nil, nil, nil, nil, nil
	for i := range 250 {
		id := fmt.Sprintf("%08d", i)
		inv.Images = append(inv.Images, cloudsim.InventoryImage{ID: "img-" + id, Owner: "own", Arch: "x86_64", Name: "n"})
		inv.KeyPairs = append(inv.KeyPairs, cloudsim.InventoryKeyPair{ID: "skey-" + id, Name: "n"})
		inv.Groups = append(inv.Groups, cloudsim.InventoryGroup{ID: "sg-" + id, Name: "n"})
		inv.Networks = append(inv.Networks, cloudsim.InventoryNetwork{ID: "vpc-" + id, Region: "ap-guangzhou", CIDR: "10.0.0.0/16"})
		inv.Subnets = append(inv.Subnets, cloudsim.InventorySubnet{ID: "subnet-" + id, Zone: "ap-guangzhou-3", NetworkID: "vpc-" + id})
	}
	return inv
}

// Every page is read, each by one call of a hundred rows.
func TestAllPagesAreRead(t *testing.T) {
	sim, client := simClient(t, large())
	cat := catalog.Of(client)
	for action, count := range map[string]func() int{
		"DescribeImages":         func() int { return len(all(t, cat.Images(t.Context(), catalog.ImageQuery{}))) },
		"DescribeKeyPairs":       func() int { return len(all(t, cat.KeyPairs(t.Context(), ""))) },
		"DescribeVpcs":           func() int { return len(all(t, cat.Networks(t.Context(), catalog.NetworkQuery{}))) },
		"DescribeSubnets":        func() int { return len(all(t, cat.Subnets(t.Context(), catalog.NetworkQuery{}))) },
		"DescribeSecurityGroups": func() int { return len(all(t, cat.SecurityGroups(t.Context(), catalog.NetworkQuery{}))) },
	} {
		if n := count(); n != 250 {
			t.Errorf("%s: %d rows, want 250", action, n)
		}
		if n := sim.Calls(cloudsim.CVM, action); n != 3 {
			t.Errorf("%s: %d calls, want 3", action, n)
		}
	}
}

// IDs are asked for a hundred at a time, and a list by IDs is whole.
func TestImagesByManyIDs(t *testing.T) {
	sim, client := simClient(t, large())
	var ids []string
	for i := range 150 {
		ids = append(ids, fmt.Sprintf("img-%08d", 2*i)) // a sixth of which do not exist
	}
	if n := len(all(t, catalog.Of(client).Images(t.Context(), catalog.ImageQuery{IDs: ids}))); n != 125 {
		t.Errorf("%d images, want 125", n)
	}
	if n := sim.Calls(cloudsim.CVM, "DescribeImages"); n != 2 {
		t.Errorf("%d calls, want 2", n)
	}
}

func TestPlacesOfASimulatedAccount(t *testing.T) {
	sim, client := simClient(t, cloudsim.DefaultInventory(cloudsim.CVM))
	cat := catalog.Of(client)
	regions := all(t, cat.Regions(t.Context()))
	if want := len(sim.Regions(cloudsim.CVM)); len(regions) != want {
		t.Errorf("%d regions, want %d", len(regions), want)
	}
	var zones []string
	for _, z := range all(t, cat.Zones(t.Context(), "ap-beijing")) {
		zones = append(zones, z.ID+" "+z.Region+" "+z.Name)
	}
	want := []string{
		"ap-beijing-3 ap-beijing Beijing Zone 3", "ap-beijing-5 ap-beijing Beijing Zone 5",
		"ap-beijing-6 ap-beijing Beijing Zone 6", "ap-beijing-7 ap-beijing Beijing Zone 7",
	}
	if !slices.Equal(zones, want) {
		t.Errorf("zones are %q, want %q", zones, want)
	}
	if _, err := cat.Price(t.Context(), provider.RunInstancesSpec{Region: "ap-nowhere", Zone: "ap-nowhere-1", ImageID: "img-1"}); err == nil {
		t.Error("a region that does not exist has a price")
	}
}

func TestTheNewestImage(t *testing.T) {
	_, client := simClient(t, cloudsim.DefaultInventory(cloudsim.CVM))
	cat := catalog.Of(client)
	for _, tt := range []struct {
		what  string
		query catalog.ImageQuery
		want  string
	}{
		{"the newest Ubuntu", catalog.ImageQuery{Name: "Ubuntu*", Owner: catalog.PublicImage}, "img-mmytdhbn"},
		{"of equal age, the one with the greater ID", catalog.ImageQuery{Family: "web"}, "img-q1xmr9d4"},
		{"also one that is not ready", catalog.ImageQuery{Family: "web", Unusable: true}, "img-5fe3kq0z"},
		{"for a type with an ARM processor", catalog.ImageQuery{InstanceType: "SR1.MEDIUM4"}, "img-ahkr83q5"},
		{"of ARM", catalog.ImageQuery{Arch: catalog.ARM}, "img-ahkr83q5"},
		{"of Windows", catalog.ImageQuery{OS: catalog.Windows}, "img-9id7emv7"},
		{"shared", catalog.ImageQuery{Owner: catalog.SharedImage}, "img-hdt9xxkt"},
		{"a deprecated one, by ID", catalog.ImageQuery{IDs: []string{"img-l8og963d"}, Unusable: true}, "img-l8og963d"},
	} {
		got, err := cat.Image(t.Context(), tt.query)
		if err != nil {
			t.Errorf("%s: %v", tt.what, err)
			continue
		}
		if got.ID != tt.want {
			t.Errorf("%s is %s %q, want %s", tt.what, got.ID, got.Name, tt.want)
		}
	}
	for _, q := range []catalog.ImageQuery{{IDs: []string{"img-l8og963d"}}, {Name: "Plan 9*"}} {
		if got, err := cat.Image(t.Context(), q); !errors.Is(err, provider.ErrNotFound) {
			t.Errorf("%+v: got %s, %v, want no image", q, got.ID, err)
		}
	}
}

func TestStockOfASimulatedAccount(t *testing.T) {
	sim, client := simClient(t, cloudsim.DefaultInventory(cloudsim.CVM))
	cat := catalog.Of(client)
	levels := func(kind string) map[string]catalog.StockLevel {
		out := map[string]catalog.StockLevel{}
		for _, s := range all(t, cat.Stock(t.Context(), catalog.StockQuery{InstanceTypes: []string{kind}})) {
			out[s.Zone] = s.Level
		}
		return out
	}
	const plenty, low, none = catalog.Plenty, catalog.Low, catalog.NoStock
	for kind, want := range map[string]map[string]catalog.StockLevel{
		"S5.2XLARGE16": {
			"ap-guangzhou-2": plenty, "ap-guangzhou-3": none, "ap-guangzhou-4": plenty, "ap-guangzhou-6": plenty, "ap-guangzhou-7": plenty,
		},
		"SA2.LARGE8": {
			"ap-guangzhou-2": plenty, "ap-guangzhou-3": plenty, "ap-guangzhou-4": low, "ap-guangzhou-6": plenty, "ap-guangzhou-7": plenty,
		},
		"SR1.MEDIUM4": {"ap-guangzhou-3": plenty, "ap-guangzhou-4": plenty, "ap-guangzhou-6": plenty, "ap-guangzhou-7": plenty},
	} {
		wantSame(t, "the stock of "+kind, levels(kind), want)
	}
	if err := sim.SetStock(cloudsim.CVM, "ap-guangzhou-6", "S5.2XLARGE16", 0); err != nil {
		t.Fatal(err)
	}
	if got := levels("S5.2XLARGE16")["ap-guangzhou-6"]; got != none {
		t.Errorf("what is sold out now is %q, want none", got)
	}
	spot := all(t, cat.Stock(t.Context(), catalog.StockQuery{Billing: provider.Spot, Zones: []string{"ap-guangzhou-6"}}))
	if len(spot) != 4 {
		t.Errorf("%d types are sold as spot instances, want 4", len(spot))
	}
}

func TestTypesOfASimulatedAccount(t *testing.T) {
	_, client := simClient(t, cloudsim.DefaultInventory(cloudsim.CVM))
	cat := catalog.Of(client)
	for _, tt := range []struct {
		query catalog.InstanceTypeQuery
		want  []string
	}{
		{catalog.InstanceTypeQuery{MinGPUs: 0.1}, []string{"GN7.LARGE20", "GN7.2XLARGE32"}},
		{catalog.InstanceTypeQuery{GPUModel: "Tesla T4", MinGPUs: 1}, []string{"GN7.2XLARGE32"}},
		{catalog.InstanceTypeQuery{Arch: catalog.ARM}, []string{"SR1.MEDIUM4"}},
		{catalog.InstanceTypeQuery{Zone: "ap-guangzhou-6", MinCPUs: 8, MaxMemoryMiB: 16 << 10}, []string{"S5.2XLARGE16"}},
		{catalog.InstanceTypeQuery{Family: "SA2"}, []string{"SA2.MEDIUM4", "SA2.LARGE8"}},
		{catalog.InstanceTypeQuery{IDs: []string{"D3.2XLARGE32"}, Zone: "ap-guangzhou-6"}, nil},
	} {
		var got []string
		for _, k := range all(t, cat.InstanceTypes(t.Context(), tt.query)) {
			got = append(got, k.ID)
		}
		if !slices.Equal(sortedCopy(got), sortedCopy(tt.want)) {
			t.Errorf("%+v: %v, want %v", tt.query, got, tt.want)
		}
	}
	got := all(t, cat.InstanceTypes(t.Context(), catalog.InstanceTypeQuery{IDs: []string{"D3.2XLARGE32"}}))
	if len(got) != 1 {
		t.Fatalf("%d types, want 1", len(got))
	}
	wantSame(t, "the local disks", got[0].LocalDisks, []catalog.LocalDisk{{Type: "LOCAL_PRO", Count: 1, SizeGiB: 11918, Required: true}})
	wantSame(t, "the limits", got[0].Network, catalog.NetworkLimits{ReceiveMbps: 3000, SendMbps: 3000, PacketsPerSecond: 600_000})
}

func sortedCopy(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return list
}

// The price of a spec is that of the inventory, and so is that of the stock.
func TestPricesOfASimulatedAccount(t *testing.T) {
	inv := cloudsim.DefaultInventory(cloudsim.CVM)
	_, client := simClient(t, inv)
	cat := catalog.Of(client)
	for _, tt := range []struct {
		what, kind, zone, image string
		billing                 provider.Billing
		count                   int
		amount, list            string
		steps                   []catalog.PriceStep
	}{
		{"with a discount", "S5.MEDIUM4", "ap-guangzhou-3", "", provider.Billing{}, 1, "0.3784", "0.43", nil},
		{"of three", "S5.MEDIUM4", "ap-guangzhou-3", "", provider.Billing{}, 3, "1.1352", "1.29", nil},
		{"without a discount", "SA2.MEDIUM4", "ap-guangzhou-3", "", provider.Billing{}, 1, "0.31", "0.31", nil},
		{"with later prices", "S5.LARGE8", "ap-guangzhou-3", "", provider.Billing{}, 1, "0.864", "0.96", laterPrices("0.648", "0.72", "0.432", "0.48")},
		{
			"of a year", "S5.MEDIUM4", "ap-guangzhou-3", "",
			provider.Billing{Mode: provider.Prepaid, Period: 1, PeriodUnit: provider.Year},
			1, "1689.6", "1920", nil,
		},
		{"of a spot instance", "S5.MEDIUM4", "ap-guangzhou-3", "", provider.Billing{Mode: provider.Spot}, 1, "0.09", "0.09", nil},
		{"that is not there", "IT5.4XLARGE64", "ap-guangzhou-7", "", provider.Billing{}, 1, "", "", nil},
	} {
		spec := provider.RunInstancesSpec{
			Zone: tt.zone, InstanceType: tt.kind, ImageID: "img-487zeit5", Count: tt.count, Billing: tt.billing,
		}
		p, err := cat.Price(t.Context(), spec)
		if err != nil {
			t.Errorf("a price %s: %v", tt.what, err)
			continue
		}
		if p.Amount != tt.amount || p.ListAmount != tt.list {
			t.Errorf("a price %s is %s of %s, want %s of %s", tt.what, p.Amount, p.ListAmount, tt.amount, tt.list)
		}
		wantSame(t, "later prices "+tt.what, p.Steps, tt.steps)
		if p.Known() == (p.Note != "") {
			t.Errorf("a price %s is known: %v, and its note is %q", tt.what, p.Known(), p.Note)
		}
	}
	row := all(t, cat.Stock(t.Context(), catalog.StockQuery{Zones: []string{"ap-guangzhou-3"}, InstanceTypes: []string{"S5.MEDIUM4"}}))
	if got := row[0].Price.String(); got != "0.3784 CNY an hour" {
		t.Errorf("the stock costs %s, want what the spec costs", got)
	}
}

// What is in stock can be created; then it is no longer in stock, and a create says so.
func TestWhatIsInStockCanBeCreated(t *testing.T) {
	inv := cloudsim.DefaultInventory(cloudsim.CVM)
	sim, client := simClient(t, inv)
	if err := sim.SetStock(cloudsim.CVM, "ap-guangzhou-3", "S5.LARGE8", 2); err != nil {
		t.Fatal(err)
	}
	cat := catalog.Of(client)
	q := catalog.StockQuery{Zones: []string{"ap-guangzhou-3"}, InstanceTypes: []string{"S5.LARGE8"}}
	image, err := cat.Image(t.Context(), catalog.ImageQuery{Name: "Ubuntu*", InstanceType: "S5.LARGE8"})
	if err != nil {
		t.Fatal(err)
	}
	subnet := all(t, cat.Subnets(t.Context(), catalog.NetworkQuery{Zone: "ap-guangzhou-3", Name: "web"}))[0]
	group := all(t, cat.SecurityGroups(t.Context(), catalog.NetworkQuery{Name: "web"}))[0]
	key := all(t, cat.KeyPairs(t.Context(), ""))[0]
	spec := provider.RunInstancesSpec{
		Zone: "ap-guangzhou-3", InstanceType: "S5.LARGE8", ImageID: image.ID, Count: 2, Login: provider.Login{KeyPairs: []string{key.Spec}},
		Network: provider.Network{VPCID: subnet.VPCID, SubnetID: subnet.ID, SecurityGroupIDs: []string{group.ID}},
	}
	d := client.Driver()
	made, err := d.RunInstances(t.Context(), &spec)
	if err != nil {
		t.Fatal(err)
	}
	if len(made.InstanceIDs) != 2 {
		t.Fatalf("%d instances, want 2", len(made.InstanceIDs))
	}
	if got := all(t, cat.Stock(t.Context(), q))[0].Level; got != catalog.NoStock {
		t.Errorf("the stock is %q, want none", got)
	}
	if _, err := d.RunInstances(t.Context(), &spec); !errors.Is(err, provider.ErrNoStock) {
		t.Errorf("a create of what is sold out: got %v, want no stock", err)
	}
	after := all(t, cat.Subnets(t.Context(), catalog.NetworkQuery{Zone: "ap-guangzhou-3", Name: "web"}))[0]
	if used := subnet.FreeAddresses - after.FreeAddresses; used != 2 {
		t.Errorf("the subnet has %d addresses fewer, want 2", used)
	}
	quotas := all(t, cat.Quotas(t.Context(), "", "ap-guangzhou-3"))
	if i := slices.IndexFunc(quotas, func(q catalog.Quota) bool { return q.Name == "PostPaidQuotaSet" }); quotas[i].Left != 1246 {
		t.Errorf("%d more instances are allowed, want 1246", quotas[i].Left)
	}
}

// At an address without a name, all products are at the same place, and the signatures tell them apart.
func TestTheCatalogAtOneAddress(t *testing.T) {
	sim := cloudsim.New(nil)
	srv, err := sim.Start("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = srv.Close() })
	rt := &http.Transport{DisableKeepAlives: true}
	cat := catalog.Of(simClientAt(t, srv.URL(cloudsim.CVM), rt))
	for name, ask := range questions(t, cat) {
		if err := ask(); err != nil && !slices.Contains([]string{"price", "types"}, name) { // their specs are of no cloud
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := sim.Calls(cloudsim.CVM, "region.DescribeRegions"); n != 1 {
		t.Errorf("the product of regions was asked %d times, want once", n)
	}
	if n := sim.Calls(cloudsim.CVM, "DescribeRegions"); n != 0 {
		t.Errorf("CVM itself was asked for its regions %d times, want never", n)
	}
}

// A question waits and asks again as other reads do: a refusal for its rate is no error of the list.
func TestAThrottledQuestionIsRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim, client := simClient(t, cloudsim.DefaultInventory(cloudsim.CVM))
		sim.Inject(cloudsim.Fault{Cloud: cloudsim.CVM, API: "DescribeSubnets", Kind: cloudsim.Throttle, Times: 1})
		if got := all(t, catalog.Of(client).Subnets(t.Context(), catalog.NetworkQuery{})); len(got) != 10 {
			t.Errorf("%d subnets, want 10", len(got))
		}
		if n := sim.Calls(cloudsim.CVM, "DescribeSubnets"); n != 2 {
			t.Errorf("%d calls, want 2", n)
		}
	})
}
