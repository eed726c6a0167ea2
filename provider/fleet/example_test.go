package fleet_test

import (
	"context"
	"fmt"
	"log"

	"github.com/yunfan-cloud/yunfan/aliyun"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/fleet"
	"github.com/yunfan-cloud/yunfan/tencent"
)

// Ten instances on two clouds, of which one is sold out. A real program leaves out Transport, and
// keeps the token where it survives the process.
func Example() {
	sim := cloudsim.New(nil)
	sim.Inject(cloudsim.Fault{Cloud: cloudsim.ECS, Kind: cloudsim.NoStock})
	keys := provider.StaticCredentials(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, "")
	ali, err := aliyun.New(aliyun.Config{Region: "cn-hangzhou", Credentials: keys, Transport: sim.Transport()})
	if err != nil {
		log.Fatal(err)
	}
	ten, err := tencent.New(tencent.Config{Region: "ap-guangzhou", Credentials: keys, Transport: sim.Transport()})
	if err != nil {
		log.Fatal(err)
	}
	f, err := fleet.New(
		fleet.Member{Client: ali, Spec: provider.RunInstancesSpec{
			ImageID: "ubuntu_22_04_x64_20G_alibase_20230907.vhd", InstanceType: "ecs.g6.large",
			Login:   provider.Login{Password: "Example-1-password"},
			Network: provider.Network{SubnetID: "vsw-bp1example", SecurityGroupIDs: []string{"sg-bp1example"}},
		}},
		fleet.Member{Client: ten, Spec: provider.RunInstancesSpec{
			Zone: "ap-guangzhou-3", ImageID: "img-487zeit5", InstanceType: "S5.MEDIUM4",
			Login:   provider.Login{Password: "Example-1-password"},
			Network: provider.Network{VPCID: "vpc-example1", SubnetID: "subnet-example1", SecurityGroupIDs: []string{"sg-example1"}},
		}},
	)
	if err != nil {
		log.Fatal(err)
	}
	var token []byte
	run, err := f.Run(context.Background(), 10, &fleet.Options{
		Journal: provider.JournalFunc(func(_ context.Context, t []byte) error { token = t; return nil }),
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range run.Parts() {
		fmt.Println(p.Member, "asked for", p.Asked, "and moved", p.Moved)
	}
	fmt.Println("the token is kept:", len(token) > 0)
	// Output:
	// aliyun asked for 0 and moved 10
	// tencent asked for 10 and moved 0
	// the token is kept: true
}
