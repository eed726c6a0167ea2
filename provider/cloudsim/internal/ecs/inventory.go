package ecs

import (
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// Inventory returns what the cloud offers when nothing else is given. Types, images and the forms
// of IDs are those of the vendor's documents; prices, stock and networks are made up.
func Inventory() *core.Inventory {
	return &core.Inventory{
		Currency: "CNY",
		Zones: []core.Zone{
			{ID: "cn-hangzhou-b", Region: "cn-hangzhou", Name: "杭州 可用区B", Closed: true},
			{ID: "cn-hangzhou-g", Region: "cn-hangzhou", Name: "杭州 可用区G"},
			{ID: "cn-hangzhou-h", Region: "cn-hangzhou", Name: "杭州 可用区H"},
			{ID: "cn-hangzhou-i", Region: "cn-hangzhou", Name: "杭州 可用区I"},
			{ID: "cn-beijing-k", Region: "cn-beijing", Name: "北京 可用区K"},
		},
		Types:    standardTypes(),
		Offers:   standardOffers(),
		Images:   standardImages(),
		KeyPairs: standardKeyPairs(),
		Groups:   standardGroups(),
		Networks: standardNetworks(),
		Subnets:  standardSubnets(),
		Quotas: []core.AccountQuota{
			{Name: "max-elastic-network-interfaces", Total: 100},
			{Name: "max-postpaid-instance-vcpu-count", Used: 16, Total: 1000},
			{Name: "max-postpaid-yundisk-capacity:cloud_efficiency", Used: 0, Total: 32768},
			{Name: "max-postpaid-yundisk-capacity:cloud_essd", Used: 240, Total: 65536},
			{Name: "max-security-groups", Total: 100},
			{Name: "max-spot-instance-vcpu-count", Used: 0, Total: 1000},
		},
	}
}

// Instance types.
const (
	nano    = "ecs.t5-lc2m1.nano"
	general = "ecs.g6.large"
	double  = "ecs.g6.xlarge"
	compute = "ecs.c6.large"
	memory  = "ecs.r6.large"
	arm     = "ecs.g8y.large"
	gpu     = "ecs.gn6i-c4g1.xlarge"
	partGPU = "ecs.vgn6i-m4-vws.xlarge"
	local   = "ecs.i2.xlarge"
	retired = "ecs.n1.small"
)

// standardTypes has one type of each kind that clients treat differently: half a GiB, ARM, a GPU
// and a part of one, a local disk, one that is no longer sold.
func standardTypes() []core.InstanceType {
	const lake = "Intel Xeon(Cascade Lake) Platinum 8269CY"
	kind := func(id, family string, cpus, mib, mbps, pps, cards, ips int, model string) core.InstanceType {
		return core.InstanceType{
			ID: id, Family: family, CPUs: cpus, MemoryMiB: mib, Arch: "x86_64", CPUModel: model,
			BandwidthMbps: mbps, PacketsPerSecond: pps, Interfaces: cards, AddressesPerInterface: ips,
		}
	}
	types := []core.InstanceType{
		kind(nano, "ecs.t5", 1, 512, 100, 40_000, 2, 2, "Intel Xeon"),
		kind(general, "ecs.g6", 2, 8192, 1000, 300_000, 2, 6, lake),
		kind(double, "ecs.g6", 4, 16384, 1500, 500_000, 3, 10, lake),
		kind(compute, "ecs.c6", 2, 4096, 1000, 300_000, 2, 6, lake),
		kind(memory, "ecs.r6", 2, 16384, 1000, 300_000, 2, 6, lake),
		kind(arm, "ecs.g8y", 2, 8192, 1000, 400_000, 3, 6, "YiTian 710"),
		kind(gpu, "ecs.gn6i", 4, 15360, 4000, 500_000, 2, 10, "Intel Xeon(Skylake) Platinum 8163"),
		kind(partGPU, "ecs.vgn6i-vws", 4, 23552, 2000, 500_000, 3, 10, "Intel Xeon(Skylake) Platinum 8163"),
		kind(local, "ecs.i2", 4, 32768, 1000, 500_000, 3, 10, "Intel Xeon(Skylake) Platinum 8163"),
		kind(retired, "ecs.n1", 1, 2048, 500, 100_000, 2, 2, "Intel Xeon E5-2680v3"),
	}
	for i := range types {
		switch t := &types[i]; t.ID {
		case arm:
			t.Arch = "arm64"
		case gpu:
			t.GPUs, t.GPUModel, t.GPUMemoryMiB = 1, "NVIDIA T4", 16384
		case partGPU:
			t.GPUs, t.GPUModel, t.GPUMemoryMiB = 0.25, "NVIDIA T4", 4096
		case local:
			t.LocalDisk = core.LocalDisk{Type: "local_ssd_pro", Count: 1, SizeGiB: 894}
		case retired:
			t.Retired = true
		}
	}
	return types
}

// standardOffers sells each type in some zones. The general type is sold out in zone h alone; of
// the GPU type little is left; the type with a part of a GPU has no price; the compute type has no
// discount.
func standardOffers() []core.Offer {
	var offers []core.Offer
	add := func(kind string, hourly, monthly float64, zones ...string) {
		for _, zone := range zones {
			at := core.Offer{Zone: zone, Type: kind, Stock: core.Unlimited, Hourly: hourly, Monthly: monthly, Surcharge: 0.25}
			at.Charge = core.Postpaid
			offers = append(offers, at)
			at.Charge, at.Hourly = core.Spot, hourly/4
			offers = append(offers, at)
			at.Charge, at.Hourly, at.Discount = core.Prepaid, 0, 0.85
			if kind == compute {
				at.Discount = 0
			}
			offers = append(offers, at)
		}
	}
	const g, h, i, k = "cn-hangzhou-g", "cn-hangzhou-h", "cn-hangzhou-i", "cn-beijing-k"
	add(nano, 0.05, 20, g, h)
	add(general, 0.5, 240, g, h, i, k)
	add(double, 1, 480, g, i, k)
	add(compute, 0.4, 187, g, h, i, k)
	add(memory, 0.66, 321, g, i)
	add(arm, 0.42, 201, h, i)
	add(gpu, 11.63, 5580, h)
	add(partGPU, 0, 0, h)
	add(local, 1.68, 812, i)
	for n := range offers {
		o := &offers[n]
		soldOut := o.Type == general && o.Zone == h
		switch {
		case soldOut:
			o.Stock = 0
		case o.Type == gpu:
			o.Stock, o.Low = 3, true
		}
	}
	return offers
}

// standardImages has images of every owner, one that is being made, one that is deprecated, and
// two of the same time.
func standardImages() []core.Image {
	at := func(year int, month time.Month, day, hour int) time.Time {
		return time.Date(year, month, day, hour, 6, 7, 0, time.UTC)
	}
	public := func(id, family, arch, os, name string, gib int, created time.Time) core.Image {
		return core.Image{
			ID: id, Name: id, Family: family, Owner: "public", Arch: arch, OS: os, OSName: name, SizeGiB: gib, Created: created,
		}
	}
	const x86, arm = "x86_64", "arm64"
	list := []core.Image{
		public("aliyun_3_x64_20G_alibase_20231221.vhd", "acs:alibaba_cloud_linux_3_2104_lts_x64", x86, "linux",
			"Alibaba Cloud Linux 3.2104 LTS 64 bit", 20, at(2023, 12, 25, 3)),
		public("centos_7_9_x64_20G_alibase_20220824.vhd", "acs:centos_7_9_x64", x86, "linux",
			"CentOS 7.9 64 bit", 20, at(2022, 8, 30, 8)),
		public("ubuntu_22_04_arm64_20G_alibase_20231221.vhd", "acs:ubuntu_22_04_arm64", arm, "linux",
			"Ubuntu 22.04 64 bit for ARM", 20, at(2023, 12, 25, 3)),
		public("ubuntu_22_04_x64_20G_alibase_20230907.vhd", "acs:ubuntu_22_04_x64", x86, "linux",
			"Ubuntu 22.04 64 bit", 20, at(2023, 9, 12, 6)),
		public("ubuntu_22_04_x64_20G_alibase_20231221.vhd", "acs:ubuntu_22_04_x64", x86, "linux",
			"Ubuntu 22.04 64 bit", 20, at(2023, 12, 25, 3)),
		public("win2022_21H2_x64_dtc_zh-cn_40G_alibase_20231213.vhd", "acs:windows_server_2022_datacenter_x64_zh-cn", x86, "windows",
			"Windows Server 2022 Datacenter 64 bit (Chinese)", 40, at(2023, 12, 18, 9)),
		{
			ID: "m-bp1g7004ksh0oeuc0001", Name: "web-base", Family: "web", Owner: "own", Arch: x86, OS: "linux",
			OSName: "Ubuntu 22.04 64 bit", SizeGiB: 40, Created: at(2024, 1, 5, 2), Tags: map[string]string{"team": "web"},
		},
		{
			ID: "m-bp1g7004ksh0oeuc0002", Name: "web-next", Family: "web", Owner: "own", Arch: x86, OS: "linux",
			OSName: "Ubuntu 22.04 64 bit", SizeGiB: 40, Created: at(2024, 2, 1, 2), State: "creating",
		},
		{
			ID: "m-bp1g7004ksh0oeuc0003", Name: "shared-base", Owner: "shared", Arch: x86, OS: "linux",
			OSName: "CentOS 7.9 64 bit", SizeGiB: 20, Created: at(2023, 3, 1, 1),
		},
		{
			ID: "m-bp1g7004ksh0oeuc0004", Name: "market-panel", Owner: "market", Arch: x86, OS: "linux",
			OSName: "CentOS 7.9 64 bit", SizeGiB: 40, Created: at(2023, 6, 1, 1),
		},
	}
	list[1].State = "deprecated"
	return list
}

func standardKeyPairs() []core.KeyPair {
	const key = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQDemo imported-openssh-key"
	return []core.KeyPair{
		{
			Name: "ops", Fingerprint: "89:f0:ba:62:ac:b8:aa:e1:61:5e:fd:81:69:86:6d:6b", PublicKey: key,
			Created: time.Date(2023, 1, 18, 6, 53, 0, 0, time.UTC), Tags: map[string]string{"team": "ops"},
		},
		{
			Name: "web-login", Fingerprint: "2a:41:77:0c:19:5e:77:0c:83:ab:11:52:6f:b0:0d:e4", PublicKey: key,
			Created: time.Date(2023, 5, 2, 7, 1, 0, 0, time.UTC),
		},
	}
}
