package catalog_test

import (
	"cmp"
	"errors"
	"log/slog"
	"maps"
	"math/big"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/yunfan-cloud/yunfan/internal/clouds"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

func candidates(t *testing.T, client *provider.Client, w catalog.Want) *catalog.Choice {
	t.Helper()
	choice, err := catalog.Of(client).Candidates(t.Context(), w)
	if err != nil {
		t.Fatalf("Candidates: %v", err)
	}
	if len(choice.Candidates) == 0 {
		t.Fatalf("there is no candidate; rejected are %+v", choice.Rejected)
	}
	return choice
}

func TestWhatIsChosenRunsOnEveryCloud(t *testing.T) {
	each(t, func(t *testing.T, p place, _ *cloudsim.Sim, client *provider.Client) {
		spec := p.spec(t, client)
		choice := candidates(t, client, catalog.Want{CPUs: 2, MemoryMiB: 4 << 10, Spec: &spec, Subnets: p.subnets})
		first := choice.Candidates[0]
		op, err := client.RunInstances(t.Context(), first.Apply(spec), &provider.RunOptions{
			Alternatives: catalog.AlternativesOf(choice.Candidates[1:]),
		})
		if err != nil {
			t.Fatalf("%s in %q: %v", first.Type.ID, first.Zone, err)
		}
		running, err := op.Wait(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(running) != 2 {
			t.Errorf("%d instances run, want 2", len(running))
		}
		for _, i := range running {
			if i.InstanceType != first.Type.ID {
				t.Errorf("an instance is a %s, want the first candidate, a %s", i.InstanceType, first.Type.ID)
			}
		}
	})
}

// rejection returns why a type is rejected in a zone; "" when it is not.
func rejection(choice *catalog.Choice, kind, zone string) string {
	for _, r := range choice.Rejected {
		if r.InstanceType == kind && r.Zone == zone {
			return r.Why
		}
	}
	return ""
}

func TestWhatIsSoldOutIsRejectedWithTheReason(t *testing.T) {
	// QingCloud has no call for stock.
	on(t, []string{"aliyun", "ens", "tencent"}, func(t *testing.T, p place, sim *cloudsim.Sim, client *provider.Client) {
		spec := p.spec(t, client)
		want := catalog.Want{CPUs: 2, MemoryMiB: 4 << 10, Spec: &spec, Subnets: p.subnets}
		first := candidates(t, client, want).Candidates[0]
		zone := cmp.Or(first.Zone, p.region)
		if err := sim.SetStock(p.cloud.Sim, zone, first.Type.ID, 0); err != nil {
			t.Fatal(err)
		}
		choice := candidates(t, client, want)
		if why := rejection(choice, first.Type.ID, first.Zone); !strings.HasPrefix(why, "is out of stock") {
			t.Errorf("%s in %q is rejected because it %q, want that it is out of stock", first.Type.ID, first.Zone, why)
		}
		if next := choice.Candidates[0]; next.Type.ID == first.Type.ID && next.Zone == first.Zone {
			t.Errorf("%s in %q is sold out, and still the first candidate", next.Type.ID, next.Zone)
		}
	})
}

func TestTheOtherCandidatesAreTriedWhenTheFirstRunsOut(t *testing.T) {
	each(t, func(t *testing.T, p place, sim *cloudsim.Sim, client *provider.Client) {
		spec := p.spec(t, client)
		list := candidates(t, client, catalog.Want{CPUs: 2, MemoryMiB: 4 << 10, Spec: &spec, Subnets: p.subnets}).Candidates
		if err := sim.SetStock(p.cloud.Sim, cmp.Or(list[0].Zone, p.region), list[0].Type.ID, 0); err != nil {
			t.Fatal(err)
		}
		op, err := client.RunInstances(t.Context(), list[0].Apply(spec), &provider.RunOptions{
			Alternatives: catalog.AlternativesOf(list[1:]),
		})
		if err != nil {
			t.Fatal(err)
		}
		running, err := op.Wait(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(running) != spec.Count {
			t.Errorf("%d instances run, want %d", len(running), spec.Count)
		}
		for _, i := range running {
			got, want := i.InstanceType+" "+zoneOf(i.Zone, p.region), list[1].Type.ID+" "+list[1].Zone
			if got != want {
				t.Errorf("an instance is %s, want the second candidate: %s", got, want)
			}
		}
		if got := len(sim.Instances(p.cloud.Sim)); got != spec.Count {
			t.Errorf("%d instances exist, want %d", got, spec.Count)
		}
	})
}

// zoneOf returns a zone as candidates name it: clouds without zones show the region.
func zoneOf(zone, region string) string {
	if zone == region {
		return ""
	}
	return zone
}

func TestAPriceCeilingKeepsOnlyWhatIsProvenToBeBelow(t *testing.T) {
	for name, c := range map[string]struct{ most, dearer string }{
		"aliyun":  {most: "0.5", dearer: "ecs.g6.xlarge"},
		"tencent": {most: "0.4", dearer: "SA2.LARGE8"},
	} {
		on(t, []string{name}, func(t *testing.T, p place, _ *cloudsim.Sim, client *provider.Client) {
			spec := p.spec(t, client)
			choice := candidates(t, client, catalog.Want{CPUs: 2, MaxPrice: c.most, Spec: &spec, Subnets: p.subnets})
			most, _ := new(big.Rat).SetString(c.most)
			for _, one := range choice.Candidates {
				hour, known := one.Price.PerInstanceHour()
				price, ok := new(big.Rat).SetString(hour)
				if !known || !ok {
					t.Fatalf("%s has the price %q, want a known one", one.Type.ID, hour)
				}
				if price.Cmp(most) > 0 {
					t.Errorf("%s costs %s, more than %s", one.Type.ID, hour, c.most)
				}
			}
			zone := choice.Candidates[0].Zone
			if why := rejection(choice, c.dearer, zone); !strings.Contains(why, "more than "+c.most) {
				t.Errorf("%s is rejected in %s because it %q, want that it costs more than %s", c.dearer, zone, why, c.most)
			}
		})
	}
}

// QingCloud has a list of types, and no call for stock or prices.
func TestQingCloudChoosesWithoutStockAndPrices(t *testing.T) {
	on(t, []string{"qingcloud"}, func(t *testing.T, p place, _ *cloudsim.Sim, client *provider.Client) {
		spec := p.spec(t, client)
		choice := candidates(t, client, catalog.Want{CPUs: 4, MemoryMiB: 8 << 10, Spec: &spec, Zones: []string{"pek3a"}})
		if got := choice.Candidates[0].Zone; got != "" {
			t.Errorf("a candidate has the zone %q, which no spec for QingCloud can have", got)
		}
		if got := choice.Candidates[0].Price.String(); got != "price unknown" {
			t.Errorf("the price is %q, want that it is unknown", got)
		}
		notes := strings.Join(choice.Notes, "; ")
		for _, what := range []string{"no call for stock", "prices"} {
			if !strings.Contains(notes, what) {
				t.Errorf("the notes are %q, want one about %q", notes, what)
			}
		}
	})
}

// An x86 image does not start on ARM, and no alternative would be tried after such a refusal.
func TestTypesOfAnotherArchitectureThanTheImageAreRejected(t *testing.T) {
	for name, arm := range map[string]string{"aliyun": "ecs.g8y.large", "tencent": "SR1.MEDIUM4"} {
		on(t, []string{name}, func(t *testing.T, p place, _ *cloudsim.Sim, client *provider.Client) {
			spec := p.spec(t, client)
			choice := candidates(t, client, catalog.Want{CPUs: 2, Spec: &spec, Subnets: p.subnets})
			if why, want := rejection(choice, arm, ""), "is of architecture arm64, and the image of x86_64"; why != want {
				t.Errorf("%s is rejected because it %q, want %q", arm, why, want)
			}
			for _, c := range choice.Candidates {
				if c.Type.Arch != catalog.X86 {
					t.Errorf("%s is a candidate for an image of x86_64", c.Type.ID)
				}
			}
		})
	}
}

// A subnet belongs to a zone on ECS and CVM: a spec that has one is for that zone alone.
func TestASpecWithASubnetIsForItsZone(t *testing.T) {
	on(t, []string{"aliyun", "tencent"}, func(t *testing.T, p place, _ *cloudsim.Sim, client *provider.Client) {
		spec := p.spec(t, client)
		zone := slices.Max(slices.Collect(maps.Keys(p.subnets)))
		spec.Network.SubnetID = p.subnets[zone]
		for _, c := range candidates(t, client, catalog.Want{CPUs: 2, Spec: &spec}).Candidates {
			if c.Zone != zone {
				t.Errorf("%s is a candidate in %s, and the subnet of the spec is in %s", c.Type.ID, c.Zone, zone)
			}
		}
		spec.Zone = zone
		for _, c := range candidates(t, client, catalog.Want{CPUs: 2, Spec: &spec}).Candidates {
			if c.Zone != zone {
				t.Errorf("%s is a candidate in %s, and the spec is for %s", c.Type.ID, c.Zone, zone)
			}
		}
	})
}

func TestSubnetsByZoneHaveOneForEachZoneOfAVPC(t *testing.T) {
	on(t, []string{"aliyun"}, func(t *testing.T, p place, _ *cloudsim.Sim, client *provider.Client) {
		got, err := catalog.Of(client).SubnetsByZone(t.Context(), catalog.NetworkQuery{VPCID: "vpc-bp15zckdt37pq72zv0001"})
		if err != nil {
			t.Fatal(err)
		}
		if !maps.Equal(got, p.subnets) {
			t.Errorf("the subnets are %v, want %v", got, p.subnets)
		}
		all, err := catalog.Of(client).SubnetsByZone(t.Context(), catalog.NetworkQuery{Zone: "cn-hangzhou-i"})
		if err != nil {
			t.Fatal(err)
		}
		if want := map[string]string{"cn-hangzhou-i": p.subnets["cn-hangzhou-i"]}; !maps.Equal(all, want) {
			t.Errorf("of two subnets in a zone the answer is %v, want the one with more free addresses: %v", all, want)
		}
	})
}

func TestASubnetThatIsNotListedIsNoted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := places(t)[0]
		client := p.client(t, cloudsim.New(nil))
		spec := p.spec(t, client)
		spec.Network.SubnetID = "vsw-bp1elsewhere"
		notes := strings.Join(candidates(t, client, catalog.Want{CPUs: 2, Spec: &spec}).Notes, "; ")
		if !strings.Contains(notes, "no subnet vsw-bp1elsewhere") {
			t.Errorf("the notes are %q, want one about the subnet", notes)
		}
	})
}

// ENS has prices of prepaid orders only: its driver says so, and no call is counted as failed.
func TestAPriceThatTheDriverRefusesIsNoCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := places(t)[1]
		var log strings.Builder
		sim := market()
		client, err := p.cloud.New(clouds.Config{
			Region: p.region, Transport: sim.Transport(),
			Options: &provider.Options{Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))},
		})
		if err != nil {
			t.Fatal(err)
		}
		spec := p.spec(t, client)
		spec.InstanceType = "ens.sn1.tiny"
		if _, err := catalog.Of(client).Price(t.Context(), spec); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("the error is %v, want one that matches ErrUnsupported", err)
		}
		if strings.Contains(log.String(), "DescribePrice") {
			t.Errorf("a call was recorded:\n%s", log.String())
		}
	})
}
