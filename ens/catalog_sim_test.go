package ens

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/responses"
	sdk "github.com/aliyun/alibaba-cloud-sdk-go/services/ens"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// simulated returns a client of a simulator.
func simulated(t *testing.T, sim *cloudsim.Sim) *provider.Client {
	t.Helper()
	c, err := New(Config{
		Region: "cn-hangzhou", Transport: sim.Transport(),
		Credentials: provider.StaticCredentials(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, ""),
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// All pages of all parts are read, one request a page.
func TestASimulatedCatalogIsReadToItsEnd(t *testing.T) {
	inventory := cloudsim.DefaultInventory(cloudsim.ENS)
	for n := range 70 {
		for _, owner := range []string{"own", "public"} {
			inventory.Images = append(inventory.Images, cloudsim.InventoryImage{
				ID: fmt.Sprintf("%s%02d", owner, n), Name: "many", Owner: owner, Arch: "arm64", OS: "linux", OSName: "ubuntu",
			})
		}
		inventory.KeyPairs = append(inventory.KeyPairs, cloudsim.InventoryKeyPair{ID: fmt.Sprintf("ssh-%d", n), Name: fmt.Sprint("many", n)})
	}
	sim := cloudsim.New(&cloudsim.Options{Inventories: map[cloudsim.Cloud]*cloudsim.Inventory{cloudsim.ENS: inventory}})
	cat := catalog.Of(simulated(t, sim))
	if n := len(all(t, cat.Images(t.Context(), catalog.ImageQuery{}))); n != 147 {
		t.Errorf("%d usable images, want 147: 5 and 70 public ones, 2 and 70 others", n)
	}
	if n := len(all(t, cat.Images(t.Context(), catalog.ImageQuery{Owner: catalog.PublicImage, Arch: catalog.ARM}))); n != 71 {
		t.Errorf("%d public images for ARM, want 71", n)
	}
	if n := len(all(t, cat.KeyPairs(t.Context(), ""))); n != 72 {
		t.Errorf("%d key pairs, want 72", n)
	}
	for action, want := range map[string]int{
		"DescribeImageInfos": 2, "DescribeImages": 6, "DescribeSelfImages": 2, "DescribeKeyPairs": 2,
	} {
		if got := sim.Calls(cloudsim.ENS, action); got != want {
			t.Errorf("%s was called %d times, want %d", action, got, want)
		}
	}
}

func TestASimulatedCatalogAnswers(t *testing.T) {
	cat, ctx := catalog.Of(simulated(t, cloudsim.New(nil))), t.Context()
	newest, err := cat.Image(ctx, catalog.ImageQuery{Name: "ubuntu_22_04*", Arch: catalog.X86, Owner: catalog.PublicImage})
	if err != nil || newest.ID != "ubuntu_22_04_x64_20G_alibase_20250603a" {
		t.Errorf("the newest Ubuntu is %q, %v, want the one of two of one time with the greater ID", newest.ID, err)
	}
	arm, err := cat.Image(ctx, catalog.ImageQuery{Arch: catalog.ARM, OS: catalog.Linux})
	if err != nil || arm.ID != "ubuntu_22_04_arm64_20G_alibase_20250603" {
		t.Errorf("the newest image for ARM is %q, %v: only the list of architectures tells it", arm.ID, err)
	}
	level := func(node, kind string) catalog.StockLevel {
		list := all(t, cat.Stock(ctx, catalog.StockQuery{Region: node, InstanceTypes: []string{kind}}))
		if len(list) == 0 {
			return "not offered"
		}
		return list[0].Level
	}
	for _, c := range []struct {
		node, kind string
		want       catalog.StockLevel
	}{
		{"cn-hangzhou", "ens.sn1.small", catalog.NoStock},
		{"cn-suzhou-telecom", "ens.sn1.small", catalog.Plenty},
		{"cn-beijing-cmcc", "ens.sn1.medium", catalog.Low},
		{"cn-dalian-unicom", "ens.sn2.small", "not offered"},
	} {
		if got := level(c.node, c.kind); got != c.want {
			t.Errorf("%s on %s is %q, want %q", c.kind, c.node, got, c.want)
		}
	}
	p, err := cat.Price(ctx, pricedSpec())
	if err != nil || p.Amount != "601.8" || p.ListAmount != "708" {
		t.Errorf("the price is %+v, %v, want 601.8: 85 %% of 118 for 3 months and 2 instances", p, err)
	}
	spec := pricedSpec()
	spec.InstanceType = "ens.sn2.small"
	if p, err := cat.Price(ctx, spec); err != nil || p.Known() {
		t.Errorf("the price of a type without one is %+v, %v, want unknown", p, err)
	}
}

// What the catalog of a strict simulator answers is what its creates take.
func TestASpecOfTheCatalogIsCreated(t *testing.T) {
	sim := cloudsim.New(&cloudsim.Options{Inventories: map[cloudsim.Cloud]*cloudsim.Inventory{
		cloudsim.ENS: cloudsim.DefaultInventory(cloudsim.ENS),
	}})
	c := simulated(t, sim)
	cat, ctx := catalog.Of(c), t.Context()
	image, err := cat.Image(ctx, catalog.ImageQuery{OS: catalog.Linux, Arch: catalog.X86})
	if err != nil {
		t.Fatal(err)
	}
	subnet := all(t, cat.Subnets(ctx, catalog.NetworkQuery{Name: "data"}))[0]
	spec := provider.RunInstancesSpec{
		Count: 2, ImageID: image.ID, InstanceType: all(t, cat.InstanceTypes(ctx, catalog.InstanceTypeQuery{MinCPUs: 2}))[0].ID,
		Login: provider.Login{KeyPairs: []string{all(t, cat.KeyPairs(ctx, ""))[0].Spec}},
		Network: provider.Network{
			VPCID: subnet.VPCID, SubnetID: subnet.ID,
			SecurityGroupIDs: []string{all(t, cat.SecurityGroups(ctx, catalog.NetworkQuery{Name: "web"}))[0].ID},
		},
	}
	op, err := c.RunInstances(ctx, spec, nil)
	if err != nil {
		t.Fatalf("a spec of the catalog is refused: %v", err)
	}
	if n := len(op.InstanceIDs()); n != 2 {
		t.Errorf("%d instances, want 2", n)
	}
	if got := all(t, cat.Stock(ctx, catalog.StockQuery{InstanceTypes: []string{spec.InstanceType}}))[0].Count; got != 98 {
		t.Errorf("%d are in stock after 2 of 100, want 98", got)
	}
	spec.InstanceType, spec.Count = "ens.sn1.small", 1
	if _, err := c.RunInstances(ctx, spec, nil); !errors.Is(err, provider.ErrNoStock) {
		t.Errorf("a type that is sold out: %v, want an error that matches ErrNoStock", err)
	}
}

// A list goes on where it was after a call that was throttled or failed.
func TestAThrottledListIsRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		c := simulated(t, sim)
		sim.Inject(cloudsim.Fault{API: "DescribeImages", Kind: cloudsim.Throttle, Times: 1})
		sim.Inject(cloudsim.Fault{API: "DescribeImages", Kind: cloudsim.ServerErrorBefore, Skip: 1, Times: 1})
		if n := len(all(t, catalog.Of(c).Images(t.Context(), catalog.ImageQuery{Owner: catalog.PublicImage}))); n != 5 {
			t.Errorf("%d public images, want 5", n)
		}
		if n := sim.Calls(cloudsim.ENS, "DescribeImages"); n != 3 {
			t.Errorf("%d calls for one page that fails twice, want 3", n)
		}
	})
}

// The end of ctx ends a list at once.
func TestAListEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		c := simulated(t, sim)
		sim.Inject(cloudsim.Fault{API: "DescribeKeyPairs", Kind: cloudsim.Slow, Delay: time.Hour})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		err := lastError(catalog.Of(c).KeyPairs(ctx, ""))
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the list ends with %v, want one that matches DeadlineExceeded", err)
		}
		if took := time.Since(began); took > 1100*time.Millisecond {
			t.Errorf("the list ends after %v, want at most 100 ms after its ctx", took)
		}
	})
}

// recorded keeps the bodies of answers by action.
type recorded struct {
	next   http.RoundTripper
	bodies map[string][]byte
}

func (r *recorded) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := r.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(body))
	r.bodies[req.URL.Query().Get("Action")] = body
	return resp, err
}

// The vendor's own client reads what the simulator answers, and finds the values where it looks for them.
func TestTheVendorsClientReadsTheSimulatedCatalog(t *testing.T) {
	rec := &recorded{next: cloudsim.New(nil).Transport(), bodies: map[string][]byte{}}
	c, err := New(Config{
		Region: "cn-hangzhou", Transport: rec,
		Credentials: provider.StaticCredentials(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, ""),
	})
	if err != nil {
		t.Fatal(err)
	}
	for action, err := range questionsOf(t, catalog.Of(c)) {
		if err != nil {
			t.Fatalf("%s: %v", action, err)
		}
	}
	decode := func(action string, into responses.AcsResponse) {
		body := &http.Response{StatusCode: 200, Body: io.NopCloser(bytes.NewReader(rec.bodies[action]))}
		if err := responses.Unmarshal(into, body, "JSON"); err != nil {
			t.Errorf("%s: the vendor's client cannot read %s: %v", action, rec.bodies[action], err)
		}
	}
	regions, types := sdk.CreateDescribeEnsRegionsResponse(), sdk.CreateDescribeInstanceTypesResponse()
	infos, images, own := sdk.CreateDescribeImageInfosResponse(), sdk.CreateDescribeImagesResponse(), sdk.CreateDescribeSelfImagesResponse()
	stock, price, keys := sdk.CreateDescribeAvailableResourceResponse(), sdk.CreateDescribePriceResponse(), sdk.CreateDescribeKeyPairsResponse()
	networks, switches, groups := sdk.CreateDescribeNetworksResponse(), sdk.CreateDescribeVSwitchesResponse(), sdk.CreateDescribeSecurityGroupsResponse()
	for action, into := range map[string]responses.AcsResponse{
		"DescribeEnsRegions": regions, "DescribeInstanceTypes": types, "DescribeImageInfos": infos, "DescribeImages": images,
		"DescribeSelfImages": own, "DescribeAvailableResource": stock, "DescribePrice": price, "DescribeKeyPairs": keys,
		"DescribeNetworks": networks, "DescribeVSwitches": switches, "DescribeSecurityGroups": groups,
	} {
		decode(action, into)
	}
	for what, pair := range map[string][2]any{
		"a node":               {regions.EnsRegions.EnsRegionsItem[0].EnsRegionId, "cn-hangzhou"},
		"the memory of a type": {types.InstanceTypes.InstanceType[0].MemorySize, 2048},
		"a kind of computer":   {infos.Images.Image[3].ComputeType, "arm_vm"},
		"the size of an image": {images.Images.Image[0].ImageSize, "20"},
		"a total as text":      {own.TotalCount, "3"},
		"a count as text":      {stock.SupportResources.SupportResource[0].SupportResourcesCount, "100"},
		"an amount to pay":     {price.PriceInfo.Price.TradePrice, 601.8},
		"a key pair":           {keys.KeyPairs.KeyPair[0].KeyPairName, "demo"},
		"a network":            {networks.Networks.Network[0].CidrBlock, "10.0.0.0/8"},
		"free addresses":       {switches.VSwitches.VSwitch[0].FreeIpCount, int64(252)},
		"a security group":     {groups.SecurityGroups.SecurityGroup[0].SecurityGroupName, "web"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("the vendor's client reads %s as %#v, want %#v", what, pair[0], pair[1])
		}
	}
}
