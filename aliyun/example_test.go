package aliyun_test

import (
	"context"
	"fmt"
	"time"

	"github.com/yunfan-cloud/yunfan/aliyun"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/launchtemplate"
)

// Keys come from the vendor's default chain unless Credentials are given.
func ExampleNew() {
	client, err := aliyun.New(aliyun.Config{
		Region:      "cn-hangzhou",
		Credentials: provider.StaticCredentials("key-id", "key-secret", ""),
	})
	fmt.Println(client != nil, err)
	// Output: true <nil>
}

// A role is assumed with the keys of another source, here those of a profile.
func ExampleAssumeRoleCredentials() {
	client, err := aliyun.New(aliyun.Config{
		Region: "cn-hangzhou",
		Credentials: aliyun.AssumeRoleCredentials(aliyun.AssumeRoleOptions{
			Source:      aliyun.ProfileCredentials("ops", nil),
			RoleARN:     "acs:ram::1234567890123456:role/launcher",
			SessionName: "nightly",
			Duration:    30 * time.Minute,
		}),
	})
	fmt.Println(client != nil, err)
	// Output: true <nil>
}

// All problems of a configuration come at once, before any call.
func ExampleNew_problems() {
	_, err := aliyun.New(aliyun.Config{Region: "cn hangzhou", Endpoint: "ftp://ecs.aliyuncs.com"})
	fmt.Println(err)
	// Output:
	// aliyun: Config.Region = "cn hangzhou": must be letters, digits, - and _
	// aliyun: Config.Endpoint: must be host[:port], https://host[:port] or http://host[:port]
}

// What only ECS has goes into Vendor; drivers of other clouds ignore it.
func ExampleRunOptions() {
	spec := provider.RunInstancesSpec{
		ImageID:      "ubuntu_18_04_64_20G_alibase_20190624.vhd",
		InstanceType: "ecs.t6-c1m1.large",
		Vendor: []provider.VendorOption{aliyun.RunOptions{
			CreditSpecification: "Unlimited",
			Params:              map[string]string{"HttpTokens": "required"},
		}},
	}
	fmt.Println(spec.Validate(), spec.Vendor[0].VendorName())
	// Output: <nil> aliyun
}

// A template keeps a spec; a create fills in the rest and may say something else.
func ExampleTemplateOptions() {
	client, err := aliyun.New(aliyun.Config{
		Region:      "cn-hangzhou",
		Credentials: provider.StaticCredentials(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, ""),
		Transport:   cloudsim.New(nil).Transport(), // a simulated cloud
	})
	if err != nil {
		panic(err)
	}
	templates, err := launchtemplate.Of(client)
	if err != nil {
		panic(err)
	}
	ctx := context.Background()
	id, err := templates.Create(ctx, launchtemplate.Spec{
		Name:   "web",
		Spec:   provider.RunInstancesSpec{ImageID: "ubuntu_22_04_x64_20G_alibase_20230907.vhd", InstanceType: "ecs.g6.large"},
		Vendor: []provider.VendorOption{aliyun.TemplateOptions{NetworkType: "vpc"}},
	})
	if err != nil {
		panic(err)
	}
	op, err := client.RunInstances(ctx, provider.RunInstancesSpec{
		LaunchTemplate: &provider.LaunchTemplateRef{ID: id}, Count: 2, Name: "web-[1,3]",
	}, nil)
	fmt.Println(len(op.InstanceIDs()), err)
	// Output: 2 <nil>
}
