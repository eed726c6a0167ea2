package main

import (
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

func testGroups(t *testing.T, client *provider.Client) []*group {
	t.Helper()
	list, err := standardGroups(t.Context(), client)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// Pods are placed in thought on a node that does not exist: the template must say what it would have.
func TestAGroupWithoutNodesKnowsWhatItWouldAdd(t *testing.T) {
	onMarket(t, func(t *testing.T, sim *cloudsim.Sim, client *provider.Client) {
		got, err := testGroups(t, client)[0].template(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got.instanceType != "ecs.c6.large" || got.arch != catalog.X86 {
			t.Errorf("the template is a %s of %s, want an ecs.c6.large of x86_64", got.instanceType, got.arch)
		}
		if got.milliCPUs != 1900 || got.memoryMiB != 3584 {
			t.Errorf("pods may have %d mCPU and %d MiB, want 1900 and 3584: the type less the system", got.milliCPUs, got.memoryMiB)
		}
		if amount, _ := got.price.PerInstanceHour(); amount != "0.4" {
			t.Errorf("a node costs %q an hour, want 0.4", amount)
		}
		if len(alive(sim)) > 0 {
			t.Errorf("%v exist, want nothing: a template creates nothing", alive(sim))
		}
	})
}

func TestPodsGoToTheGroupThatTakesThemForTheLeastMoney(t *testing.T) {
	for name, c := range map[string]struct {
		pods  []pod
		group string
		nodes int
		kind  string
	}{
		"small pods":          {[]pod{{900, 1024, 0}, {900, 1024, 0}, {900, 1024, 0}}, "small", 2, "ecs.c6.large"},
		"a pod of much":       {[]pod{{3500, 14 << 10, 0}}, "large", 1, "ecs.g6.xlarge"},
		"a pod with a GPU":    {[]pod{{1000, 1024, 1}}, "gpu", 1, "ecs.gn6i-c4g1.xlarge"},
		"five on large nodes": {[]pod{{2000, 2048, 0}, {1500, 2048, 0}, {2000, 2048, 0}, {1500, 2048, 0}, {400, 512, 0}}, "large", 2, "ecs.g6.xlarge"},
	} {
		t.Run(name, func(t *testing.T) {
			onMarket(t, func(t *testing.T, sim *cloudsim.Sim, client *provider.Client) {
				got, err := scaleUp(t.Context(), testGroups(t, client), c.pods)
				if err != nil {
					t.Fatal(err)
				}
				if got.group.name != c.group || got.nodes != c.nodes {
					t.Errorf("group %s grows by %d, want %s by %d", got.group.name, got.nodes, c.group, c.nodes)
				}
				if alive(sim)[c.kind] != c.nodes {
					t.Errorf("%v exist, want %d of %s", alive(sim), c.nodes, c.kind)
				}
			})
		})
	}
}

func TestPodsThatFitOnNoNodeCreateNothing(t *testing.T) {
	onMarket(t, func(t *testing.T, sim *cloudsim.Sim, client *provider.Client) {
		if _, err := scaleUp(t.Context(), testGroups(t, client), []pod{{milliCPUs: 100_000}}); err == nil {
			t.Error("a pod of 100 CPUs was placed")
		}
		if len(alive(sim)) > 0 {
			t.Errorf("%v exist, want nothing", alive(sim))
		}
	})
}

func TestAGroupKeepsToItsSizeAndCountsItsNodesByTheCloud(t *testing.T) {
	onMarket(t, func(t *testing.T, sim *cloudsim.Sim, client *provider.Client) {
		g := testGroups(t, client)[0]
		g.most = 2
		tmpl, err := g.template(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := g.increase(t.Context(), tmpl, 2); err != nil {
			t.Fatal(err)
		}
		again := testGroups(t, client)[0] // another process, which remembers nothing
		again.most = 2
		if err := again.increase(t.Context(), tmpl, 1); err == nil || !strings.Contains(err.Error(), "may have 2") {
			t.Errorf("a third node: got %v, want an error that says how many there may be", err)
		}
		ids, err := again.nodes(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := again.remove(t.Context(), ids[:1]); err != nil {
			t.Fatal(err)
		}
		if got := len(sim.Instances(cloudsim.ECS)); got != 1 {
			t.Errorf("%d nodes exist after one was removed, want 1", got)
		}
	})
}

// The pods were placed on the template: what is tried behind it must take them as well.
func TestASmallerTypeIsNoAlternativeOfATemplate(t *testing.T) {
	onMarket(t, func(t *testing.T, sim *cloudsim.Sim, client *provider.Client) {
		g := testGroups(t, client)[0]
		g.want.Prefer, g.want.Order = []string{"ecs.g6.large"}, catalog.ByPreference
		tmpl, err := g.template(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, zone := range []string{"cn-hangzhou-g", "cn-hangzhou-i"} {
			if err := sim.SetStock(cloudsim.ECS, zone, "ecs.g6.large", 0); err != nil {
				t.Fatal(err)
			}
		}
		if err := g.increase(t.Context(), tmpl, 1); err != nil {
			t.Fatal(err)
		}
		if got := alive(sim)["ecs.r6.large"]; got != 1 {
			t.Errorf("%v exist, want the ecs.r6.large: the cheaper ecs.c6.large has half the memory", alive(sim))
		}
	})
}
