package qingcloud

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// simulated returns a client of a simulator, and the simulator.
func simulated(t *testing.T, o *cloudsim.Options) (*provider.Client, *cloudsim.Sim) {
	t.Helper()
	sim := cloudsim.New(o)
	c, err := New(Config{
		Region: "pek3a", Transport: sim.Transport(),
		Credentials: provider.StaticCredentials(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, ""),
	})
	if err != nil {
		t.Fatal(err)
	}
	return c, sim
}

// All pages of both parts are read, one request a page.
func TestASimulatedCatalogIsReadToItsEnd(t *testing.T) {
	inventory := cloudsim.DefaultInventory(cloudsim.QingCloud)
	for n := range 130 {
		inventory.Images = append(inventory.Images, cloudsim.InventoryImage{
			ID: fmt.Sprintf("img-many%03d", n), Name: "many", Owner: "own", Arch: "x86_64", OS: "linux", Created: utc("2025-01-01T00:00:00Z"),
		})
		inventory.KeyPairs = append(inventory.KeyPairs, cloudsim.InventoryKeyPair{ID: fmt.Sprintf("kp-many%03d", n)})
	}
	c, sim := simulated(t, &cloudsim.Options{Inventories: map[cloudsim.Cloud]*cloudsim.Inventory{cloudsim.QingCloud: inventory}})
	cat := catalog.Of(c)
	if n := len(all(t, cat.Images(t.Context(), catalog.ImageQuery{}))); n != 138 {
		t.Errorf("%d usable images, want 138: 6 of the system, 2 and 130 of users", n)
	}
	if n := sim.Calls(cloudsim.QingCloud, "DescribeImages"); n != 3 {
		t.Errorf("the images took %d calls, want 3", n)
	}
	if n := len(all(t, cat.KeyPairs(t.Context(), ""))); n != 132 {
		t.Errorf("%d key pairs, want 132", n)
	}
	if n := sim.Calls(cloudsim.QingCloud, "DescribeKeyPairs"); n != 2 {
		t.Errorf("the key pairs took %d calls, want 2", n)
	}
}

func TestASimulatedCatalogAnswers(t *testing.T) {
	c, sim := simulated(t, nil)
	cat, ctx := catalog.Of(c), t.Context()
	newest, err := cat.Image(ctx, catalog.ImageQuery{Name: "Ubuntu Server 22.04*", Arch: catalog.X86})
	if err != nil || newest.ID != "jammyx64a" {
		t.Errorf("the newest Ubuntu is %q, %v, want jammyx64a: of two of one time the one with the greater ID", newest.ID, err)
	}
	arm, err := cat.Image(ctx, catalog.ImageQuery{Arch: catalog.ARM})
	if err != nil || arm.ID != "jammyarm64" {
		t.Errorf("the newest image for ARM is %q, %v, want jammyarm64", arm.ID, err)
	}
	shared := all(t, cat.Images(ctx, catalog.ImageQuery{IDs: []string{"img-shared01", "img-absent"}}))
	if len(shared) != 1 || shared[0].SizeGiB != 20 {
		t.Errorf("the shared image is %+v, want one of 20 GiB", shared)
	}
	types := all(t, cat.InstanceTypes(ctx, catalog.InstanceTypeQuery{MinCPUs: 2, MaxMemoryMiB: 4096}))
	if len(types) != 1 || types[0].ID != "c2m4" {
		t.Errorf("types with 2 CPUs and up to 4 GiB are %+v, want c2m4", types)
	}
	data := all(t, cat.Subnets(ctx, catalog.NetworkQuery{VPCID: "rtr-b0u6sdj6", Tags: map[string]string{"web": ""}}))
	if len(data) != 1 || data[0].CIDR.String() != "192.168.100.0/24" || data[0].FreeAddresses != 253 {
		t.Errorf("the network of the router with the tag is %+v", data)
	}
	if got := all(t, cat.Networks(ctx, catalog.NetworkQuery{VPCID: "rtr-absent"})); len(got) > 0 {
		t.Errorf("a router that does not exist is listed as %+v", got)
	}
	zones := all(t, cat.Zones(ctx, ""))
	if len(zones) != len(sim.Regions(cloudsim.QingCloud)) {
		t.Errorf("%d zones, want all of the simulator", len(zones))
	}
	if n := sim.Calls(cloudsim.QingCloud, "DescribeZones"); n != 1 {
		t.Errorf("the zones took %d calls, want 1", n)
	}
	for _, g := range all(t, cat.SecurityGroups(ctx, catalog.NetworkQuery{Name: "default"})) {
		if !g.Default {
			t.Errorf("the default group is %+v", g)
		}
	}
}

// What the catalog of a strict simulator answers is what its creates take.
func TestASpecOfTheCatalogIsCreated(t *testing.T) {
	c, _ := simulated(t, &cloudsim.Options{Inventories: map[cloudsim.Cloud]*cloudsim.Inventory{
		cloudsim.QingCloud: cloudsim.DefaultInventory(cloudsim.QingCloud),
	}})
	cat, ctx := catalog.Of(c), t.Context()
	image, err := cat.Image(ctx, catalog.ImageQuery{Owner: catalog.PublicImage, OS: catalog.Linux})
	if err != nil {
		t.Fatal(err)
	}
	key := all(t, cat.KeyPairs(ctx, ""))[0]
	subnet := all(t, cat.Subnets(ctx, catalog.NetworkQuery{Name: "data"}))[0]
	spec := provider.RunInstancesSpec{
		Count: 2, ImageID: image.ID, InstanceType: "e2.large.r2", Login: provider.Login{KeyPairs: []string{key.Spec}},
		Network: provider.Network{SubnetID: subnet.ID},
	}
	op, err := c.RunInstances(ctx, spec, nil)
	if err != nil {
		t.Fatalf("a spec of the catalog is refused: %v", err)
	}
	if n := len(op.InstanceIDs()); n != 2 {
		t.Errorf("%d instances, want 2", n)
	}
	spec.InstanceType, spec.Count = "e1.large.r2", 1
	if _, err := c.RunInstances(ctx, spec, nil); !errors.Is(err, provider.ErrNoStock) {
		t.Errorf("a type that is sold out: %v, want an error that matches ErrNoStock", err)
	}
	left := all(t, cat.Quotas(ctx, "", ""))
	if left[0].Left != 48 {
		t.Errorf("%d instances are left of the quota of 50 beside 2, want 48", left[0].Left)
	}
}

// A list goes on where it was after a call that was throttled or failed.
func TestAThrottledListIsRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, sim := simulated(t, nil)
		sim.Inject(cloudsim.Fault{API: "DescribeImages", Kind: cloudsim.Throttle, Times: 1})
		sim.Inject(cloudsim.Fault{API: "DescribeImages", Kind: cloudsim.ServerErrorBefore, Skip: 1, Times: 1})
		if n := len(all(t, catalog.Of(c).Images(t.Context(), catalog.ImageQuery{Owner: catalog.PublicImage}))); n != 6 {
			t.Errorf("%d public images, want 6", n)
		}
		if n := sim.Calls(cloudsim.QingCloud, "DescribeImages"); n != 3 {
			t.Errorf("%d calls for one page that fails twice, want 3", n)
		}
	})
}

// The end of ctx ends a list at once.
func TestAListEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, sim := simulated(t, nil)
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
