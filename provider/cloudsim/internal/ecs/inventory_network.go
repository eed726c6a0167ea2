package ecs

import (
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// IDs of the networks of the standard inventory.
const (
	hangzhouVPC = "vpc-bp15zckdt37pq72zv0001"
	stagingVPC  = "vpc-bp15zckdt37pq72zv0002"
	beijingVPC  = "vpc-2zeuphj08tt7q3brd0001"
)

func standardNetworks() []core.Network {
	made := time.Date(2023, 1, 10, 15, 2, 37, 0, time.UTC)
	return []core.Network{
		{ID: hangzhouVPC, Name: "", CIDR: "172.16.0.0/12", Region: "cn-hangzhou", Default: true, Created: made},
		{
			ID: stagingVPC, Name: "staging", CIDR: "10.0.0.0/8", Region: "cn-hangzhou", Created: made.AddDate(0, 1, 0),
			Tags: map[string]string{"env": "staging"},
		},
		{ID: beijingVPC, Name: "beijing", CIDR: "192.168.0.0/16", Region: "cn-beijing", Default: true, Created: made},
	}
}

func standardSubnets() []core.Subnet {
	made := time.Date(2023, 1, 10, 15, 10, 37, 0, time.UTC)
	return []core.Subnet{
		{
			ID: "vsw-bp1s5fnvk4gn2tws00001", Name: "g", CIDR: "172.16.0.0/20", Zone: "cn-hangzhou-g", NetworkID: hangzhouVPC,
			Addresses: 4092, Default: true, Created: made,
		},
		{
			ID: "vsw-bp1s5fnvk4gn2tws00002", Name: "h", CIDR: "172.16.16.0/20", Zone: "cn-hangzhou-h", NetworkID: hangzhouVPC,
			Addresses: 4092, Default: true, Created: made,
		},
		{
			ID: "vsw-bp1s5fnvk4gn2tws00003", Name: "i", CIDR: "172.16.32.0/20", Zone: "cn-hangzhou-i", NetworkID: hangzhouVPC,
			Addresses: 4092, Default: true, Created: made,
		},
		{
			ID: "vsw-bp1s5fnvk4gn2tws00004", Name: "staging-i", CIDR: "10.0.0.0/28", Zone: "cn-hangzhou-i", NetworkID: stagingVPC,
			Addresses: 12, Created: made.AddDate(0, 1, 0), Tags: map[string]string{"env": "staging"},
		},
		{
			ID: "vsw-2zefqkjb7fvqo2m0a0001", Name: "k", CIDR: "192.168.0.0/24", Zone: "cn-beijing-k", NetworkID: beijingVPC,
			Addresses: 252, Default: true, Created: made,
		},
	}
}

func standardGroups() []core.SecurityGroup {
	made := time.Date(2023, 1, 11, 9, 30, 0, 0, time.UTC)
	return []core.SecurityGroup{
		{
			ID: "sg-bp15ed6xe1yxeycg70001", Name: "web", Description: "HTTP and SSH", Region: "cn-hangzhou",
			NetworkID: hangzhouVPC, Created: made, Tags: map[string]string{"team": "web"},
		},
		{
			ID: "sg-bp15ed6xe1yxeycg70002", Name: "staging", Region: "cn-hangzhou", NetworkID: stagingVPC,
			Created: made.AddDate(0, 1, 0), Tags: map[string]string{"env": "staging"},
		},
		{
			ID: "sg-2zefkhfk1vq1j3m0b0001", Name: "beijing", Region: "cn-beijing", NetworkID: beijingVPC, Created: made,
		},
	}
}
