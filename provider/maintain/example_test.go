package maintain_test

import (
	"context"
	"fmt"

	"github.com/yunfan-cloud/yunfan/aliyun"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/maintain"
)

// Tag and rename an instance, and give it another type.
func Example() {
	ctx := context.Background()
	client, err := aliyun.New(aliyun.Config{
		Region: "cn-hangzhou", Transport: cloudsim.New(nil).Transport(),
		Credentials: provider.StaticCredentials(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, ""),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	op, err := client.RunInstances(ctx, provider.RunInstancesSpec{
		ImageID: "image-1", InstanceType: "ecs.g6.large",
		Network: provider.Network{SubnetID: "vsw-1", SecurityGroupIDs: []string{"sg-1"}},
	}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	ids, m := op.InstanceIDs(), maintain.Of(client)
	if err := m.Tag(ctx, "", ids, map[string]string{"team": "web"}); err != nil {
		fmt.Println(err)
	}
	if err := m.Modify(ctx, "", ids, maintain.Change{Name: "front", DeletionProtection: new(true)}); err != nil {
		fmt.Println(err)
	}
	for i, err := range client.DescribeInstances(ctx, provider.Query{IDs: ids}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(i.Name, i.Tags["team"], *i.DeletionProtection)
	}
	// Output: front web true
}
