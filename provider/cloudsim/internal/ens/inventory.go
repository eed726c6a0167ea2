package ens

import (
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// Inventory returns what the cloud offers when nothing else is given. The names of nodes, types and
// images are those of the vendor's documents; sizes, prices and which node sells what are made up.
// ENS shows no GPU, and the architecture of images only.
func Inventory() *core.Inventory {
	return &core.Inventory{
		Currency: "CNY",
		Zones: []core.Zone{
			{ID: "cn-hangzhou", Region: "cn-hangzhou", Name: "Hangzhou"},
			{ID: "cn-beijing-cmcc", Region: "cn-beijing-cmcc", Name: "Beijing CMCC"},
			{ID: "cn-suzhou-telecom", Region: "cn-suzhou-telecom", Name: "Suzhou Telecom"},
			{ID: "cn-dalian-unicom", Region: "cn-dalian-unicom", Name: "Dalian Unicom"},
		},
		Types: []core.InstanceType{
			{ID: "ens.sn1.stiny", CPUs: 1, MemoryMiB: 2 << 10, Arch: "x86_64"},
			{ID: "ens.sn1.tiny", CPUs: 2, MemoryMiB: 4 << 10, Arch: "x86_64"},
			{ID: "ens.sn1.small", CPUs: 4, MemoryMiB: 8 << 10, Arch: "x86_64"},
			{ID: "ens.sn1.medium", CPUs: 8, MemoryMiB: 16 << 10, Arch: "x86_64"},
			{ID: "ens.sn2.small", CPUs: 4, MemoryMiB: 16 << 10, Arch: "x86_64"},
		},
		Offers:   inventoryOffers(),
		Images:   inventoryImages(),
		KeyPairs: inventoryKeyPairs(),
		Groups: []core.SecurityGroup{
			{ID: "sg-5kyicq2kfcapxrdds6tar1234", Name: "web", Description: "HTTP", Created: day(2024, time.May, 6)},
			{ID: "sg-5kyicq2kfcapxrdds6tar5678", Name: "default", Default: true, Created: day(2023, time.May, 6)},
		},
		Networks: []core.Network{
			{ID: "n-5qj7ykuxmjn7pucft1ov9k2d1", Name: "demo", CIDR: "10.0.0.0/8", Region: "cn-hangzhou", Created: day(2024, time.May, 6)},
			{ID: "n-5qj7ykuxmjn7pucft1ov9k2d2", Name: "demo", CIDR: "10.0.0.0/8", Region: "cn-beijing-cmcc", Created: day(2024, time.May, 7)},
		},
		Subnets: inventorySubnets(),
	}
}

// day returns noon of a day in UTC.
func day(year int, month time.Month, of int) time.Time {
	return time.Date(year, month, of, 12, 0, 0, 0, time.UTC)
}

// inventoryOffers sells every type on every node, for every way to pay, with some exceptions:
// ens.sn1.small is sold out in cn-hangzhou, ens.sn1.medium has few left in cn-beijing-cmcc, and
// ens.sn2.small is not offered in cn-dalian-unicom and has no price.
func inventoryOffers() []core.Offer {
	prices := map[string]float64{"ens.sn1.stiny": 60, "ens.sn1.tiny": 118, "ens.sn1.small": 232.5, "ens.sn1.medium": 460}
	var offers []core.Offer
	for _, node := range []string{"cn-hangzhou", "cn-beijing-cmcc", "cn-suzhou-telecom", "cn-dalian-unicom"} {
		for _, kind := range []string{"ens.sn1.stiny", "ens.sn1.tiny", "ens.sn1.small", "ens.sn1.medium", "ens.sn2.small"} {
			if node == "cn-dalian-unicom" && kind == "ens.sn2.small" {
				continue
			}
			for _, charge := range []core.Charge{core.Prepaid, core.Postpaid, core.Spot} {
				o := core.Offer{Zone: node, Type: kind, Charge: charge, Stock: 100, Monthly: prices[kind]}
				switch {
				case node == "cn-hangzhou" && kind == "ens.sn1.small":
					o.Stock = 0
				case node == "cn-beijing-cmcc" && kind == "ens.sn1.medium":
					o.Stock = 9
				}
				if kind == "ens.sn1.tiny" {
					o.Discount = 0.85
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
			ID: "centos_6_08_64_20G_alibase_20171208", Name: "centos_6_08", Owner: "public", Arch: x86, OS: "linux", OSName: "centos",
			SizeGiB: 20, Created: time.Date(2017, time.December, 8, 12, 10, 3, 0, time.UTC),
		},
		{
			ID: "ubuntu_22_04_x64_20G_alibase_20250603", Name: "ubuntu_22_04", Owner: "public", Arch: x86, OS: "linux", OSName: "ubuntu",
			SizeGiB: 20, Created: newest,
		},
		{
			ID: "ubuntu_22_04_x64_20G_alibase_20250603a", Name: "ubuntu_22_04", Owner: "public", Arch: x86, OS: "linux",
			OSName: "ubuntu", SizeGiB: 20, Created: newest,
		},
		{
			ID: "ubuntu_22_04_arm64_20G_alibase_20250603", Name: "ubuntu_22_04_arm64", Owner: "public", Arch: arm, OS: "linux",
			OSName: "ubuntu", SizeGiB: 20, Created: newest,
		},
		{
			ID: "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230410", Name: "win2019", Owner: "public", Arch: x86, OS: "windows",
			OSName: "windows", SizeGiB: 40, Created: day(2023, time.April, 10),
		},
		{
			ID: "m-5qm2r6xo7njrpdkx04q1o0001", Name: "web_1", Owner: "own", Arch: x86, OS: "linux", OSName: "ubuntu", SizeGiB: 40,
			Created: day(2025, time.July, 1),
		},
		{
			ID: "m-5qm2r6xo7njrpdkx04q1o0002", Name: "web_2", Owner: "own", Arch: arm, OS: "linux", OSName: "ubuntu", SizeGiB: 40,
			Created: day(2025, time.July, 8), State: "creating",
		},
		{
			ID: "m-5qm2r6xo7njrpdkx04q1o0003", Name: "base", Owner: "shared", Arch: x86, OS: "linux", OSName: "centos", SizeGiB: 20,
			Created: day(2024, time.January, 15),
		},
	}
}

func inventoryKeyPairs() []core.KeyPair {
	return []core.KeyPair{
		{ID: "ssh-50cynkq42nqqapzwvlkmuzqzm", Name: "demo", Fingerprint: "89:f0:ba:62:ac:b8:aa:e1:61:5e:fd:81:69:86:6d:6b", Created: day(2024, time.August, 30)},
		{ID: "ssh-50cynkq42nqqapzwvlkmuzqzn", Name: "other", Fingerprint: "5a:f0:ba:62:ac:b8:aa:e1:61:5e:fd:81:69:86:6d:00", Created: day(2024, time.August, 31)},
	}
}

func inventorySubnets() []core.Subnet {
	const addresses = 252
	return []core.Subnet{
		{
			ID: "vsw-5qvdfx7vmdnoj3kuzf9cmrfrw", Name: "web", CIDR: "10.0.6.0/24", Zone: "cn-hangzhou",
			NetworkID: "n-5qj7ykuxmjn7pucft1ov9k2d1", Addresses: addresses, Created: day(2024, time.May, 6),
		},
		{
			ID: "vsw-5qvdfx7vmdnoj3kuzf9cmrfrx", Name: "data", CIDR: "10.0.7.0/24", Zone: "cn-hangzhou",
			NetworkID: "n-5qj7ykuxmjn7pucft1ov9k2d1", Addresses: addresses, Created: day(2024, time.May, 6),
		},
		{
			ID: "vsw-5qvdfx7vmdnoj3kuzf9cmrfry", Name: "web", CIDR: "10.0.6.0/24", Zone: "cn-beijing-cmcc",
			NetworkID: "n-5qj7ykuxmjn7pucft1ov9k2d2", Addresses: addresses, Created: day(2024, time.May, 7),
		},
	}
}
