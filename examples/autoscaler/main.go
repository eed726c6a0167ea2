// Command autoscaler shows how the autoscalers of Kubernetes stand on this library, against a simulated
// cloud and without a cluster. It has two callers, each written on the exported API alone:
//
//   - A [group] is what Cluster Autoscaler wants of a cloud: which node would a group add that has
//     none, so that pods can be placed on it in thought; and more or fewer of them.
//   - A [pool] is what Karpenter does: the cheapest type in stock over all zones, the others behind
//     it, and a replacement for a spot node before the cloud takes it back.
//
// Run it with
//
//	go run ./examples/autoscaler
package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"time"

	"github.com/yunfan-cloud/yunfan/aliyun"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "autoscaler:", err)
		os.Exit(1)
	}
}

// run lets both callers work on one simulated account.
func run(ctx context.Context, out io.Writer) error {
	sim := market()
	client, err := dial(sim)
	if err != nil {
		return err
	}
	if err := groups(ctx, out, client); err != nil {
		return err
	}
	return pools(ctx, out, client, sim)
}

// market is a simulated cloud that sells what its catalog shows, and nothing else.
func market() *cloudsim.Sim {
	return cloudsim.New(&cloudsim.Options{
		Inventories: map[cloudsim.Cloud]*cloudsim.Inventory{cloudsim.ECS: cloudsim.DefaultInventory(cloudsim.ECS)},
		Boot:        func(cloudsim.Cloud, *rand.Rand) time.Duration { return time.Second },
	})
}

// dial returns a client of the simulated account. A real program leaves out Transport and Credentials.
func dial(sim *cloudsim.Sim) (*provider.Client, error) {
	return aliyun.New(aliyun.Config{
		Region: "cn-hangzhou", Transport: sim.Transport(),
		Credentials: provider.StaticCredentials(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, ""),
		Options:     &provider.Options{FirstLook: time.Second}, // simulated instances start fast
	})
}

// vpc is the network of the simulated account.
const vpc = "vpc-bp15zckdt37pq72zv0001"

// nodeSpec is a node but for its type and its zone: the newest image, and the groups of the network.
func nodeSpec(ctx context.Context, client *provider.Client) (provider.RunInstancesSpec, error) {
	image, err := catalog.Of(client).Image(ctx, catalog.ImageQuery{Name: "ubuntu_22_04*", Arch: catalog.X86})
	if err != nil {
		return provider.RunInstancesSpec{}, err
	}
	return provider.RunInstancesSpec{
		Name: "node", ImageID: image.ID, Login: provider.Login{KeyPairs: []string{"ops"}},
		Network: provider.Network{SecurityGroupIDs: []string{"sg-bp15ed6xe1yxeycg70001"}},
	}, nil
}

// groups places pods on groups that have no node yet.
func groups(ctx context.Context, out io.Writer, client *provider.Client) error {
	list, err := standardGroups(ctx, client)
	if err != nil {
		return err
	}
	pods := []pod{{milliCPUs: 1500, memoryMiB: 3 << 10}, {milliCPUs: 1500, memoryMiB: 3 << 10}, {milliCPUs: 400, memoryMiB: 512}}
	grown, err := scaleUp(ctx, list, pods)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d pods: group %s grows from 0 to %d nodes of type %s, %s\n",
		len(pods), grown.group.name, grown.nodes, grown.template.instanceType, grown.template.price)
	nodes, err := grown.group.nodes(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "the cloud shows %d nodes of group %s\n", len(nodes), grown.group.name)
	if err := grown.group.remove(ctx, nodes); err != nil {
		return err
	}
	fmt.Fprintf(out, "group %s is empty again\n", grown.group.name)
	return nil
}

// standardGroups are a group of small nodes, one of larger ones, and one with a GPU.
func standardGroups(ctx context.Context, client *provider.Client) ([]*group, error) {
	spec, err := nodeSpec(ctx, client)
	if err != nil {
		return nil, err
	}
	subnets, err := catalog.Of(client).SubnetsByZone(ctx, catalog.NetworkQuery{VPCID: vpc})
	if err != nil {
		return nil, err
	}
	of := func(name string, want catalog.Want) *group {
		want.Subnets = subnets
		return &group{name: name, client: client, spec: spec, want: want, most: 10}
	}
	return []*group{
		of("small", catalog.Want{CPUs: 2, MaxCPUs: 2, MemoryMiB: 4 << 10}),
		of("large", catalog.Want{CPUs: 4, MemoryMiB: 16 << 10}),
		of("gpu", catalog.Want{GPUs: 1, Order: catalog.ByStock}),
	}, nil
}

// pools keeps two spot nodes although one is taken back.
func pools(ctx context.Context, out io.Writer, client *provider.Client, sim *cloudsim.Sim) error {
	ctx, done := context.WithCancel(ctx)
	defer done()
	p, err := spotPool(ctx, client)
	if err != nil {
		return err
	}
	p.drain = func(_ context.Context, id string) error {
		fmt.Fprintf(out, "draining %s\n", id)
		return nil
	}
	nodes, err := p.launch(ctx, 2)
	if err != nil {
		return err
	}
	for _, n := range nodes {
		fmt.Fprintf(out, "spot node %s: %s in %s\n", n.ID, n.InstanceType, n.Zone)
	}
	notice := cloudsim.Notice{Kind: cloudsim.Reclaim, InstanceID: nodes[0].ID, Lead: 5 * time.Minute}
	if _, err := sim.Announce(cloudsim.ECS, notice); err != nil {
		return err
	}
	p.replaced = func(lost, fresh string) {
		fmt.Fprintf(out, "%s will be taken back: %s is in its place\n", lost, fresh)
		done()
	}
	return p.watch(ctx)
}

// spotPool is a pool of spot nodes over all zones of the network.
func spotPool(ctx context.Context, client *provider.Client) (*pool, error) {
	spec, err := nodeSpec(ctx, client)
	if err != nil {
		return nil, err
	}
	spec.Billing.Mode = provider.Spot
	subnets, err := catalog.Of(client).SubnetsByZone(ctx, catalog.NetworkQuery{VPCID: vpc})
	if err != nil {
		return nil, err
	}
	return &pool{
		name: "spot", client: client, spec: spec, want: catalog.Want{CPUs: 2, MemoryMiB: 4 << 10, Subnets: subnets},
	}, nil
}
