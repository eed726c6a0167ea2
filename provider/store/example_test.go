package store_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/yunfan-cloud/yunfan/aliyun"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/store"
)

// A worker continues whatever other processes have begun and left, as one of many.
func ExampleTake() {
	ctx := context.Background()
	client, operations := simulated(), &store.Memory{}
	for _, id := range []string{"web-1", "web-2"} { // begun by processes that have ended
		op, err := client.Run(ctx, id, spec(), operations, nil)
		if err != nil {
			log.Fatal(err)
		}
		_ = op.Close()
	}
	for {
		c, err := store.Take(ctx, operations, store.Query{Cloud: client.Name()}, "worker-1", time.Minute)
		if errors.Is(err, store.ErrNotFound) {
			break // a real worker waits for some seconds, and asks again
		}
		if err != nil {
			log.Fatal(err)
		}
		// A program that did not keep its spec reads it from c.Entry.Definition with package specfile.
		op, err := client.Run(ctx, c.Entry.ID, spec(), store.WithClaim(operations, c), nil)
		if err == nil {
			_, err = op.Wait(ctx, nil)
		}
		if err != nil {
			log.Print(err)
			continue // the claim is kept until its time is over: that is the pause before the next try
		}
		_ = op.Close()
	}
	for e := range store.Entries(ctx, operations, store.Query{}) {
		fmt.Println(e.ID, "has", e.Known, "instances; settled:", e.Settled)
	}
	// Output:
	// web-1 has 2 instances; settled: true
	// web-2 has 2 instances; settled: true
}

func spec() *provider.RunInstancesSpec {
	return &provider.RunInstancesSpec{
		ImageID: "ubuntu_22_04_x64_20G_alibase_20230907.vhd", InstanceType: "ecs.g6.large", Count: 2,
		Network: provider.Network{SubnetID: "vsw-bp1valid", SecurityGroupIDs: []string{"sg-bp1valid"}},
	}
}

// simulated returns a client of a simulated account.
func simulated() *provider.Client {
	sim := cloudsim.New(nil)
	client, err := aliyun.New(aliyun.Config{
		Region:    "cn-hangzhou",
		Transport: sim.Transport(),
		Credentials: provider.StaticCredentials(
			cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, ""),
		Options: &provider.Options{FirstLook: time.Second},
	})
	if err != nil {
		log.Fatal(err)
	}
	return client
}
