package catalog_test

import (
	"context"
	"fmt"
	"log"

	"github.com/yunfan-cloud/yunfan/aliyun"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// The newest image, what a spec costs, and the cheapest types in stock. A real program leaves out
// Transport.
func Example() {
	ctx := context.Background()
	client, err := aliyun.New(aliyun.Config{
		Region: "cn-hangzhou", Transport: cloudsim.New(nil).Transport(),
		Credentials: provider.StaticCredentials(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, ""),
	})
	if err != nil {
		log.Fatal(err)
	}
	cat := catalog.Of(client)
	image, err := cat.Image(ctx, catalog.ImageQuery{Name: "ubuntu_22_04*", Arch: catalog.X86})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(image.ID)

	spec := provider.RunInstancesSpec{
		Zone: "cn-hangzhou-i", Count: 2, ImageID: image.ID, InstanceType: "ecs.g6.large",
		Network: provider.Network{SubnetID: "vsw-bp1s5fnvk4gn2tws00003", SecurityGroupIDs: []string{"sg-bp15ed6xe1yxeycg70001"}},
		Login:   provider.Login{Password: "Example-1-password"},
	}
	price, err := cat.Price(ctx, spec)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(price)

	choice, err := cat.Candidates(ctx, catalog.Want{CPUs: 4, MaxPrice: "2", Spec: &spec})
	if err != nil {
		log.Fatal(err)
	}
	for _, c := range choice.Candidates {
		fmt.Println(c.Type.ID, "in", c.Zone+":", c.Why)
	}
	fmt.Println(len(choice.Rejected), "rejected, first", choice.Rejected[0].InstanceType, choice.Rejected[0].Why)
	// Output:
	// ubuntu_22_04_x64_20G_alibase_20231221.vhd
	// 1 CNY for 2 instances an hour
	// ecs.g6.xlarge in cn-hangzhou-i: 4 CPUs, 16 GiB, x86_64, stock plenty, 1 CNY an hour
	// ecs.i2.xlarge in cn-hangzhou-i: 4 CPUs, 32 GiB, x86_64, stock plenty, 1.68 CNY an hour
	// 8 rejected, first ecs.c6.large has 2 CPUs
}
