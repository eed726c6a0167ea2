package main

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

func testPool(t *testing.T, client *provider.Client) *pool {
	t.Helper()
	p, err := spotPool(t.Context(), client)
	if err != nil {
		t.Fatal(err)
	}
	p.drain = func(context.Context, string) error { return nil }
	return p
}

func sellOut(t *testing.T, sim *cloudsim.Sim, kind string, zones ...string) {
	t.Helper()
	for _, zone := range zones {
		if err := sim.SetStock(cloudsim.ECS, zone, kind, 0); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAPoolTakesTheCheapestThatIsInStockInAnyZone(t *testing.T) {
	onMarket(t, func(t *testing.T, sim *cloudsim.Sim, client *provider.Client) {
		sellOut(t, sim, "ecs.c6.large", "cn-hangzhou-g", "cn-hangzhou-h")
		nodes, err := testPool(t, client).launch(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := nodes[0].InstanceType+" in "+nodes[0].Zone, "ecs.c6.large in cn-hangzhou-i"; got != want {
			t.Errorf("the node is an %s, want an %s: the only zone that has the cheapest type", got, want)
		}
		if nodes[0].Billing != provider.Spot {
			t.Errorf("the node is %s, want spot", nodes[0].Billing)
		}
	})
}

func TestANodeThatIsTakenBackIsReplacedInTime(t *testing.T) {
	onMarket(t, func(t *testing.T, sim *cloudsim.Sim, client *provider.Client) {
		p := testPool(t, client)
		nodes, err := p.launch(t.Context(), 2)
		if err != nil {
			t.Fatal(err)
		}
		lost, began := nodes[0].ID, time.Now()
		ctx, done := context.WithCancel(t.Context())
		defer done()
		time.AfterFunc(time.Minute, func() { // while the pool watches
			sellOut(t, sim, "ecs.c6.large", "cn-hangzhou-g", "cn-hangzhou-h", "cn-hangzhou-i")
			if _, err := sim.Announce(cloudsim.ECS, cloudsim.Notice{Kind: cloudsim.Reclaim, InstanceID: lost, Lead: 5 * time.Minute}); err != nil {
				t.Error(err)
			}
		})
		var drained []string
		p.drain = func(_ context.Context, id string) error { drained = append(drained, id); return nil }
		p.replaced = func(string, string) { done() }
		if err := p.watch(ctx); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took > 3*time.Minute {
			t.Errorf("the node was replaced after %v, want well before the cloud takes it after 6 minutes", took)
		}
		if want := []string{lost}; !slices.Equal(drained, want) {
			t.Errorf("%q were drained, want %q", drained, want)
		}
		ids, err := owned(t.Context(), client, p.name)
		if err != nil {
			t.Fatal(err)
		}
		if len(ids) != 2 || slices.Contains(ids, lost) {
			t.Errorf("the pool has %q, want two nodes without %s", ids, lost)
		}
		if got := alive(sim)["ecs.g6.large"]; got != 1 {
			t.Errorf("%v exist, want one ecs.g6.large: the next cheapest that is in stock", alive(sim))
		}
	})
}

// Several pools share an account: each looks after its own nodes.
func TestANodeOfAnotherPoolIsLeftAlone(t *testing.T) {
	onMarket(t, func(t *testing.T, sim *cloudsim.Sim, client *provider.Client) {
		other := testPool(t, client)
		other.name = "other"
		nodes, err := other.launch(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := sim.Announce(cloudsim.ECS, cloudsim.Notice{Kind: cloudsim.Reclaim, InstanceID: nodes[0].ID, Lead: time.Hour}); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		p := testPool(t, client)
		p.replaced = func(lost, fresh string) { t.Errorf("%s was replaced by %s", lost, fresh) }
		if err := p.watch(ctx); err != nil {
			t.Fatal(err)
		}
		if got := len(sim.Instances(cloudsim.ECS)); got != 1 {
			t.Errorf("%d nodes exist, want the one of the other pool", got)
		}
	})
}
