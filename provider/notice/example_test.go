package notice_test

import (
	"context"
	"fmt"
	"time"

	"github.com/yunfan-cloud/yunfan/aliyun"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/notice"
)

// Ask once what will happen to the instances of a region.
func Example() {
	ctx, sim := context.Background(), cloudsim.New(nil)
	client, err := aliyun.New(aliyun.Config{
		Region: "cn-hangzhou", Transport: sim.Transport(),
		Credentials: provider.StaticCredentials(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, ""),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	op, err := client.RunInstances(ctx, provider.RunInstancesSpec{
		ImageID: "image-1", InstanceType: "ecs.g6.large", Billing: provider.Billing{Mode: provider.Spot},
		Network: provider.Network{SubnetID: "vsw-1", SecurityGroupIDs: []string{"sg-1"}},
	}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	// The simulated cloud will take the spot instance back.
	reclaim := cloudsim.Notice{Kind: cloudsim.Reclaim, InstanceID: op.InstanceIDs()[0], Lead: 5 * time.Minute}
	if _, err := sim.Announce(cloudsim.ECS, reclaim); err != nil {
		fmt.Println(err)
		return
	}
	for n, err := range notice.Watch(ctx, client, &notice.Options{Once: true}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(n.Kind, n.RawKind, n.InstanceID == op.InstanceIDs()[0])
	}
	// Output: reclaim Recycling true
}
