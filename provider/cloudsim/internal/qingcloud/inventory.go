package qingcloud

import (
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// Inventory returns what the cloud offers when nothing else is given. The names of types and
// images are those of the vendor's documents; which zone sells what is made up. QingCloud shows
// no GPU and no price, and has no type below 1 GiB.
func Inventory() *core.Inventory {
	return &core.Inventory{
		Currency: "CNY",
		Zones: []core.Zone{
			{ID: "pek3a", Region: "pek3a"},
			{ID: "pek3b", Region: "pek3b"},
			{ID: "sh1a", Region: "sh1a"},
			{ID: "gd1", Region: "gd1", Closed: true},
		},
		Types:    inventoryTypes(),
		Offers:   inventoryOffers(),
		Images:   inventoryImages(),
		KeyPairs: inventoryKeyPairs(),
		Groups:   inventoryGroups(),
		Networks: inventoryNetworks(),
		Subnets:  inventorySubnets(),
		Quotas: []core.AccountQuota{
			{Name: "instance", Total: 50},
			{Name: "cpu", Total: 500},
			{Name: "memory", Total: 204800},
			{Name: "volume", Used: 3, Total: 60},
			{Name: "volume_size", Used: 300, Total: 10000},
			{Name: "hp_volume_size", Total: 2000},
			{Name: "vxnet", Used: 2, Total: 30},
		},
	}
}

// day returns noon of a day in UTC.
func day(year int, month time.Month, of int) time.Time {
	return time.Date(year, month, of, 12, 0, 0, 0, time.UTC)
}

func inventoryTypes() []core.InstanceType {
	const x86, arm = "x86_64", "arm64"
	return []core.InstanceType{
		{ID: "c1m1", CPUs: 1, MemoryMiB: 1 << 10, Arch: x86},
		{ID: "c1m2", CPUs: 1, MemoryMiB: 2 << 10, Arch: x86},
		{ID: "c2m4", CPUs: 2, MemoryMiB: 4 << 10, Arch: x86},
		{ID: "c4m8", CPUs: 4, MemoryMiB: 8 << 10, Arch: x86},
		{ID: "e1.large.r2", CPUs: 4, MemoryMiB: 8 << 10, Arch: x86},
		{ID: "e2.large.r2", CPUs: 4, MemoryMiB: 8 << 10, Arch: x86},
		{ID: "e2.xlarge.r2", CPUs: 8, MemoryMiB: 16 << 10, Arch: x86},
		{ID: "p1.large.r4", CPUs: 4, MemoryMiB: 16 << 10, Arch: x86, GPUs: 1, GPUModel: "P100"},
		{ID: "s1.small.r1", CPUs: 1, MemoryMiB: 1 << 10, Arch: arm},
		{ID: "small_b", CPUs: 1, MemoryMiB: 1 << 10, Arch: x86, Retired: true},
	}
}

// inventoryOffers sells every type in every open zone, with three exceptions: e1.large.r2 is
// sold out in pek3a, e2.xlarge.r2 has few left in pek3b, and p1.large.r4 is not offered there.
func inventoryOffers() []core.Offer {
	var offers []core.Offer
	for _, zone := range []string{"pek3a", "pek3b", "sh1a"} {
		for _, t := range inventoryTypes() {
			if zone == "pek3b" && t.ID == "p1.large.r4" {
				continue
			}
			for _, charge := range []core.Charge{core.Postpaid, core.Prepaid} {
				o := core.Offer{Zone: zone, Type: t.ID, Charge: charge, Stock: core.Unlimited}
				switch {
				case zone == "pek3a" && t.ID == "e1.large.r2":
					o.Stock = 0
				case zone == "pek3b" && t.ID == "e2.xlarge.r2":
					o.Stock = 4
				}
				offers = append(offers, o)
			}
		}
	}
	return offers
}

func inventoryImages() []core.Image {
	const x86, arm = "x86_64", "arm64"
	// Two images have the same time.
	newest := day(2025, time.June, 3)
	return []core.Image{
		{
			ID: "centos77x64a", Name: "CentOS 7.7 64bit", Owner: "public", Arch: x86, OS: "linux", OSName: "centos", SizeGiB: 20,
			Created: day(2020, time.March, 2),
		},
		{
			ID: "centos63x64", Name: "CentOS 6.3 64bit", Owner: "public", Arch: x86, OS: "linux", OSName: "centos", SizeGiB: 20,
			Created: day(2013, time.August, 27), State: "deprecated",
		},
		{
			ID: "focalx64", Name: "Ubuntu Server 20.04 LTS 64bit", Owner: "public", Arch: x86, OS: "linux", OSName: "ubuntu",
			SizeGiB: 20, Created: day(2024, time.May, 6),
		},
		{
			ID: "jammyx64", Name: "Ubuntu Server 22.04 LTS 64bit", Owner: "public", Arch: x86, OS: "linux", OSName: "ubuntu",
			SizeGiB: 20, Created: newest,
		},
		{
			ID: "jammyx64a", Name: "Ubuntu Server 22.04.1 LTS 64bit", Owner: "public", Arch: x86, OS: "linux", OSName: "ubuntu",
			SizeGiB: 20, Created: newest,
		},
		{
			ID: "jammyarm64", Name: "Ubuntu Server 22.04 LTS arm64", Owner: "public", Arch: arm, OS: "linux", OSName: "ubuntu",
			SizeGiB: 20, Created: newest,
		},
		{
			ID: "win2k19dtc", Name: "Windows Server 2019 Datacenter", Owner: "public", Arch: x86, OS: "windows", OSName: "windows",
			SizeGiB: 50, Created: day(2023, time.April, 10),
		},
		{
			ID: "img-web01abc", Name: "web 1", Owner: "own", Arch: x86, OS: "linux", OSName: "ubuntu", SizeGiB: 40,
			Created: day(2025, time.July, 1), Tags: map[string]string{"web": ""},
		},
		{
			ID: "img-web02abc", Name: "web 2", Owner: "own", Arch: x86, OS: "linux", OSName: "ubuntu", SizeGiB: 40,
			Created: day(2025, time.July, 8), State: "creating",
		},
		{
			ID: "img-shared01", Name: "base", Owner: "shared", Arch: x86, OS: "linux", OSName: "centos", SizeGiB: 20,
			Created: day(2024, time.January, 15),
		},
	}
}

func inventoryKeyPairs() []core.KeyPair {
	return []core.KeyPair{
		{ID: "kp-bn2n77ow", Name: "kp 1", PublicKey: "AAAAB3NzaC1yc2EAAAADAQABAAAAgQ", Created: day(2024, time.August, 30)},
		{ID: "kp-b2ivaf15", Name: "kp 2", PublicKey: "AAAAB3NzaC1yc2EAAAADAQABAAAAgR", Created: day(2024, time.August, 31)},
	}
}

func inventoryGroups() []core.SecurityGroup {
	var groups []core.SecurityGroup
	for _, zone := range []string{"pek3a", "pek3b", "sh1a"} {
		groups = append(groups,
			core.SecurityGroup{ID: "sg-default" + zone, Name: "default", Region: zone, Default: true, Created: day(2020, time.May, 6)},
			core.SecurityGroup{ID: "sg-web" + zone, Name: "web", Description: "HTTP", Region: zone, Created: day(2024, time.May, 6)},
		)
	}
	return groups
}

func inventoryNetworks() []core.Network {
	return []core.Network{
		{ID: "rtr-b0u6sdj6", Name: "demo", CIDR: "192.168.0.0/16", Region: "pek3a", Created: day(2024, time.May, 6)},
		{ID: "rtr-c1v7tek7", Name: "demo", CIDR: "172.16.0.0/16", Region: "pek3b", Created: day(2024, time.May, 7)},
	}
}

// inventorySubnets has the basic network, which every zone has, and networks with and without a
// router.
func inventorySubnets() []core.Subnet {
	const addresses = 253
	return []core.Subnet{
		{ID: baseNet, Name: "basic network", Zone: "pek3a", Created: day(2013, time.August, 1)},
		{
			ID: "vxnet-ytuyg2q", Name: "web", CIDR: "192.168.100.0/24", Zone: "pek3a", NetworkID: "rtr-b0u6sdj6",
			Addresses: addresses, Created: day(2024, time.May, 6), Tags: map[string]string{"web": ""},
		},
		{
			ID: "vxnet-q8f2bu7", Name: "data", CIDR: "192.168.101.0/24", Zone: "pek3a", NetworkID: "rtr-b0u6sdj6",
			Addresses: addresses, Created: day(2024, time.May, 6),
		},
		{ID: selfNet + "1", Name: "own addresses", Zone: "pek3a", Created: day(2024, time.June, 1)},
		{
			ID: "vxnet-k3pek3b", Name: "web", CIDR: "172.16.100.0/24", Zone: "pek3b", NetworkID: "rtr-c1v7tek7",
			Addresses: addresses, Created: day(2024, time.May, 7),
		},
	}
}
