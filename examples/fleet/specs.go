package main

import "github.com/yunfan-cloud/yunfan/provider"

// The specs are what one instance is on each cloud. The simulator knows every ID of the right form.

func onAliyun() provider.RunInstancesSpec {
	return provider.RunInstancesSpec{
		Region: "cn-hangzhou", Zone: "cn-hangzhou-g", Name: "web",
		ImageID: "ubuntu_22_04_x64_20G_alibase_20230907.vhd", InstanceType: "ecs.g6.large", Login: login(),
		Network: provider.Network{SubnetID: "vsw-bp1fleet", SecurityGroupIDs: []string{"sg-bp1fleet"}},
	}
}

func onENS() provider.RunInstancesSpec {
	return provider.RunInstancesSpec{
		Region: "cn-hangzhou-44", Name: "web", ImageID: "m-fleet", InstanceType: "ens.sn1.small", Login: login(),
		Network:    provider.Network{PublicIP: &provider.PublicIP{BandwidthMbps: 5, ChargeType: provider.PayBy95th}},
		SystemDisk: provider.Disk{SizeGiB: 40},
	}
}

func onTencent() provider.RunInstancesSpec {
	return provider.RunInstancesSpec{
		Region: "ap-guangzhou", Zone: "ap-guangzhou-3", Name: "web",
		ImageID: "img-487zeit5", InstanceType: "S5.MEDIUM4", Login: login(),
		Network: provider.Network{
			VPCID: "vpc-fleet123", SubnetID: "subnet-fleet123", SecurityGroupIDs: []string{"sg-fleet123"},
		},
	}
}

func onQingCloud() provider.RunInstancesSpec {
	return provider.RunInstancesSpec{
		Region: "pek3a", Name: "web", ImageID: "jammyx64", InstanceType: "e2.large.r2", Login: login(),
		Network: provider.Network{SubnetID: "vxnet-fleet12"},
	}
}

// login is a password that every cloud takes. A real program has it from its secret store.
func login() provider.Login { return provider.Login{Password: "Fleet-Example-1"} }
