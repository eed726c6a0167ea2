package cloudsim_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/yunfan-cloud/yunfan/aliyun"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// launch is the code under test: code of your service.
func launch(ctx context.Context, client *provider.Client) (*provider.Operation, error) {
	return client.RunInstances(ctx, provider.RunInstancesSpec{
		ImageID: "ubuntu_22_04_x64_20G_alibase_20230907.vhd", InstanceType: "ecs.g6.large", Count: 2,
		Network: provider.Network{SubnetID: "vsw-1", SecurityGroupIDs: []string{"sg-1"}},
	}, nil)
}

// A test of your own code with the real client and the vendor's real protocol, on a
// simulated cloud with a fault. Inside testing/synctest nothing takes real time, so the
// code may also wait for its instances.
func ExampleNew() {
	sim := cloudsim.New(nil)
	client, err := aliyun.New(aliyun.Config{
		Region:      "cn-hangzhou",
		Credentials: provider.StaticCredentials(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, ""),
		Transport:   sim.Transport(),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()

	sim.Inject(cloudsim.Fault{Cloud: cloudsim.ECS, Kind: cloudsim.NoStock, Times: 1})
	_, err = launch(ctx, client)
	fmt.Println(errors.Is(err, provider.ErrNoStock), len(sim.Instances()))

	op, err := launch(ctx, client)
	fmt.Println(len(op.InstanceIDs()), err, len(sim.Instances()), sim.Calls(cloudsim.ECS, "RunInstances"))
	// Output:
	// true 0
	// 2 <nil> 2 2
}
