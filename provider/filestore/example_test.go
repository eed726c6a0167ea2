package filestore_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/yunfan-cloud/yunfan/aliyun"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/filestore"
	"github.com/yunfan-cloud/yunfan/provider/store"
)

// One ID is one set of instances, however often the program is killed and started again.
func Example() {
	client := simulated()
	dir, err := os.MkdirTemp("", "operations")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	operations, err := filestore.Open(dir, nil)
	if err != nil {
		log.Fatal(err)
	}
	spec := provider.RunInstancesSpec{
		ImageID: "ubuntu_22_04_x64_20G_alibase_20230907.vhd", InstanceType: "ecs.g6.large", Count: 3,
		Network: provider.Network{SubnetID: "vsw-bp1valid", SecurityGroupIDs: []string{"sg-bp1valid"}},
	}
	ctx := context.Background()

	op, err := client.Run(ctx, "web-7", &spec, operations, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("begun:", len(op.InstanceIDs()), "instances")

	// Another process cannot take it meanwhile.
	_, err = client.Run(ctx, "web-7", &spec, operations, nil)
	var held *store.HeldError
	fmt.Println("held:", errors.As(err, &held))

	// The process ends before it has waited. The next one finds the operation in the store.
	_ = op.Close()
	for e, err := range store.Unfinished(ctx, operations, store.Query{Cloud: client.Name()}) {
		if err != nil {
			log.Fatal(err)
		}
		op, err := client.Run(ctx, e.ID, &spec, operations, nil)
		if err != nil {
			log.Fatal(err)
		}
		instances, err := op.Wait(ctx, nil)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("continued:", e.ID, "has", len(instances), "running instances")
		_ = op.Close()
	}
	for e := range store.Unfinished(ctx, operations, store.Query{}) {
		fmt.Println("left to do:", e.ID)
	}
	// Output:
	// begun: 3 instances
	// held: true
	// continued: web-7 has 3 running instances
}

// simulated returns a client of a simulated account.
func simulated() *provider.Client {
	sim := cloudsim.New(nil)
	client, err := aliyun.New(aliyun.Config{
		Region:    "cn-hangzhou",
		Transport: sim.Transport(),
		Credentials: provider.StaticCredentials(
			cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, ""),
		Options: &provider.Options{FirstLook: 3 * time.Second},
	})
	if err != nil {
		log.Fatal(err)
	}
	return client
}
