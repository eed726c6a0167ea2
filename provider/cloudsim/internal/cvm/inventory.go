package cvm

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// place is a region of the default inventory, for clients that list zones before they
// choose.
type place struct {
	region, name string
	city         string // in the names of zones
	zones        []int  // numbers of the zones
}

// places are the regions of the default inventory.
func places() []place {
	return []place{
		{"ap-guangzhou", "South China (Guangzhou)", "Guangzhou", []int{2, 3, 4, 6, 7}},
		{"ap-shanghai", "East China (Shanghai)", "Shanghai", []int{2, 3, 4, 5}},
		{"ap-beijing", "North China (Beijing)", "Beijing", []int{3, 5, 6, 7}},
		{"ap-hongkong", "Hong Kong/Macao/Taiwan (Hong Kong)", "Hong Kong", []int{1, 2, 3}},
		{"ap-singapore", "Southeast Asia (Singapore)", "Singapore", []int{1, 2, 3, 4}},
	}
}

// regionName returns the name of a region for people, or its ID.
func regionName(region string) string {
	for _, p := range places() {
		if p.region == region {
			return p.name
		}
	}
	return region
}

// Inventory returns what the cloud offers when nothing else is given. The names of types are those of the
// vendor's documents. Prices, and IDs of what belongs to the account, are made up.
func Inventory() *core.Inventory {
	inv := &core.Inventory{
		Currency: "CNY", Types: stockTypes(), Images: stockImages(), KeyPairs: stockKeyPairs(), Groups: stockGroups(),
	}
	for _, p := range places() {
		for i, n := range p.zones {
			zone := fmt.Sprintf("%s-%d", p.region, n)
			inv.Zones = append(inv.Zones, core.Zone{ID: zone, Region: p.region, Name: fmt.Sprintf("%s Zone %d", p.city, n)})
			inv.Offers = append(inv.Offers, offersIn(zone)...)
			inv.Subnets = append(inv.Subnets, subnetsIn(p, i)...)
			inv.Quotas = append(inv.Quotas, quotasIn(zone)...)
		}
		inv.Networks = append(inv.Networks, networksIn(p)...)
	}
	inv.Quotas = append(inv.Quotas, core.AccountQuota{Name: imageQuota, Used: 2, Total: 10})
	return inv
}

// stockTypes are the types of the default inventory: general ones, one with an ARM processor, whole GPUs
// and a part of one, and local disks of both kinds.
func stockTypes() []core.InstanceType {
	const xeon, epyc, altra = "Intel Xeon Cascade Lake 8255C", "AMD EPYC ROME", "Ampere Altra"
	kind := func(id string, cpus, gib int, cpu string, mbps, pps int) core.InstanceType {
		family, _, _ := strings.Cut(id, ".")
		return core.InstanceType{
			ID: id, Family: family, CPUs: cpus, MemoryMiB: gib << 10, Arch: "x86_64", CPUModel: cpu,
			BandwidthMbps: mbps, PacketsPerSecond: pps,
		}
	}
	arm := kind("SR1.MEDIUM4", 2, 4, altra, 1500, 250_000)
	arm.Arch = "arm64"
	gpu := kind("GN7.2XLARGE32", 8, 32, xeon, 3000, 600_000)
	gpu.GPUs, gpu.GPUModel, gpu.GPUMemoryMiB = 1, "Tesla T4", 16<<10
	part := kind("GN7.LARGE20", 4, 20, xeon, 1500, 250_000)
	part.GPUs, part.GPUModel, part.GPUMemoryMiB = 0.25, "Tesla T4", 16<<10
	fast := kind("IT5.4XLARGE64", 16, 64, xeon, 4500, 900_000)
	fast.LocalDisk = core.LocalDisk{Type: "LOCAL_NVME", Count: 1, SizeGiB: 3570}
	big := kind("D3.2XLARGE32", 8, 32, xeon, 3000, 600_000)
	big.LocalDisk = core.LocalDisk{Type: storageBlockType, Count: 1, SizeGiB: 11918}
	return []core.InstanceType{
		kind("S5.SMALL2", 1, 2, xeon, 1500, 200_000),
		kind("S5.MEDIUM4", 2, 4, xeon, 1500, 250_000),
		kind("S5.LARGE8", 4, 8, xeon, 1500, 300_000),
		kind("S5.2XLARGE16", 8, 16, xeon, 3000, 600_000),
		kind("SA2.MEDIUM4", 2, 4, epyc, 1500, 250_000),
		kind("SA2.LARGE8", 4, 8, epyc, 1500, 300_000),
		arm, gpu, part, fast, big,
	}
}

// storageBlockType is the documented type of storage blocks.
const storageBlockType = "LOCAL_PRO"

// terms are what one type costs in every zone. Zero shares mean that it is not sold so.
type terms struct {
	kind     string
	hourly   float64
	monthly  float64
	discount float64
	spot     float64 // per hour
	steps    []core.PriceStep
	not      string // the end of the zone's name where it is not sold
}

// offersIn returns what a zone sells. The zones differ: one type is sold out in zone 3, one is low in zone
// 4, some are missing in others, and one has no price in zone 7.
func offersIn(zone string) []core.Offer {
	var out []core.Offer
	for _, t := range []terms{
		{kind: "S5.SMALL2", hourly: 0.21, monthly: 80, discount: 0.88, spot: 0.05},
		{kind: "S5.MEDIUM4", hourly: 0.43, monthly: 160, discount: 0.88, spot: 0.09},
		{
			kind: "S5.LARGE8", hourly: 0.96, monthly: 320, discount: 0.9,
			steps: []core.PriceStep{{FromHour: 96, Hourly: 0.72}, {FromHour: 360, Hourly: 0.48}},
		},
		{kind: "S5.2XLARGE16", hourly: 1.92, monthly: 640, discount: 0.88},
		{kind: "SA2.MEDIUM4", hourly: 0.31, monthly: 116, spot: 0.07},
		{kind: "SA2.LARGE8", hourly: 0.62, monthly: 232},
		{kind: "SR1.MEDIUM4", hourly: 0.29, monthly: 109, not: "-2"},
		{kind: "GN7.2XLARGE32", hourly: 8.68, monthly: 3125, discount: 0.95, spot: 1.74, not: "-2"},
		{kind: "GN7.LARGE20", hourly: 2.3, monthly: 860, not: "-4"},
		{kind: "IT5.4XLARGE64", hourly: 6.06, monthly: 2910, not: "-5"},
		{kind: "D3.2XLARGE32", hourly: 3.02, monthly: 1450, not: "-6"},
	} {
		if t.not == "" || !strings.HasSuffix(zone, t.not) {
			out = append(out, t.offers(zone)...)
		}
	}
	return out
}

// offers returns the ways to pay for a type in a zone.
func (t *terms) offers(zone string) []core.Offer {
	o := core.Offer{
		Zone: zone, Type: t.kind, Charge: core.Postpaid, Stock: core.Unlimited, Hourly: t.hourly, Discount: t.discount, Steps: t.steps,
	}
	switch {
	case t.kind == "S5.2XLARGE16" && strings.HasSuffix(zone, "-3"):
		o.Stock, o.Reason = 0, typeSoldOut
	case t.kind == "SA2.LARGE8" && strings.HasSuffix(zone, "-4"):
		o.Stock, o.Low = 20, true
	case t.kind == "IT5.4XLARGE64" && strings.HasSuffix(zone, "-7"):
		o.Hourly = 0
	}
	month := o
	month.Charge, month.Hourly, month.Steps, month.Monthly = core.Prepaid, 0, nil, t.monthly
	out := []core.Offer{o, month}
	if t.spot > 0 {
		spot := o
		spot.Charge, spot.Hourly, spot.Discount, spot.Steps = core.Spot, t.spot, 0, nil
		out = append(out, spot)
	}
	return out
}

// stockImages are the images of the default inventory. Two of them were made in the same second.
func stockImages() []core.Image {
	day := func(year, month, day int) time.Time {
		return time.Date(year, time.Month(month), day, 3, 4, 5, 0, time.UTC)
	}
	public := func(id, name, system string, made time.Time) core.Image {
		return core.Image{
			ID: id, Name: name, OSName: name, OS: cmp.Or(system, "linux"), Owner: "public", Arch: "x86_64", SizeGiB: 20, Created: made,
		}
	}
	arm := public("img-ahkr83q5", "TencentOS Server 3.1 for ARM64 (TK4)", "", day(2024, 3, 12))
	arm.Arch = "arm64"
	windows := public("img-9id7emv7", "Windows Server 2022 Datacenter 64bit", "windows", day(2024, 5, 6))
	windows.SizeGiB = 50
	old := public("img-l8og963d", "CentOS 6.9 64bit", "", day(2020, 9, 22))
	old.State = "deprecated"
	own := func(id, name, family string, made time.Time) core.Image {
		return core.Image{
			ID: id, Name: name, Family: family, OSName: "Ubuntu Server 22.04 LTS 64bit", OS: "linux", Owner: "own", Arch: "x86_64",
			SizeGiB: 40, Created: made, Tags: map[string]string{"team": "web"},
		}
	}
	coming := own("img-5fe3kq0z", "web-4", "web", day(2025, 3, 24))
	coming.State = "creating"
	shared := own("img-hdt9xxkt", "base", "", day(2024, 11, 2))
	shared.Owner, shared.Tags = "shared", nil
	return []core.Image{
		public("img-pmqg1cw7", "CentOS 7.5 64bit", "", day(2020, 9, 22)),
		public("img-487zeit5", "Ubuntu Server 22.04 LTS 64bit", "", day(2024, 5, 6)),
		public("img-mmytdhbn", "Ubuntu Server 24.04 LTS 64bit", "", day(2024, 8, 15)),
		public("img-eb30mz89", "TencentOS Server 3.1 (TK4)", "", day(2024, 3, 12)),
		arm, windows, old,
		own("img-3fdnatbn", "web-2", "web", day(2025, 3, 1)), own("img-q1xmr9d4", "web-3", "web", day(2025, 3, 1)), coming, shared,
	}
}

// stockKeyPairs are the key pairs of the default inventory. The public key is that of nobody.
func stockKeyPairs() []core.KeyPair {
	made := time.Date(2025, 10, 16, 8, 12, 48, 0, time.UTC)
	const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	return []core.KeyPair{
		{ID: "skey-1q8j7b93", Name: "ops", PublicKey: key, Created: made, Tags: map[string]string{"team": "ops"}},
		{ID: "skey-nwyb1g3t", Name: "ci", PublicKey: key, Created: made.AddDate(0, 0, 1)},
	}
}

// stockGroups are the security groups of the default inventory. They have no VPC.
func stockGroups() []core.SecurityGroup {
	made := time.Date(2017, 4, 18, 13, 2, 30, 0, time.UTC)
	return []core.SecurityGroup{
		{ID: defaultGroup, Name: "default", Description: "the default group", Default: true, Created: made},
		{ID: "sg-05bb4upy", Name: "web", Description: "HTTP and HTTPS", Created: made, Tags: map[string]string{"team": "web"}},
	}
}

// networksIn returns the networks of a region. IDs of the same network differ by region, except for the
// default ones, which creates without a network use.
func networksIn(p place) []core.Network {
	made := time.Date(2018, 4, 25, 2, 26, 26, 0, time.UTC)
	return []core.Network{
		{ID: defaultNetwork(p.region), Name: "Default-VPC", CIDR: "172.16.0.0/16", Region: p.region, Default: true, Created: made},
		{
			ID: "vpc-" + word(p.region), Name: "web", CIDR: "10.0.0.0/16", Region: p.region, Created: made,
			Tags: map[string]string{"team": "web"},
		},
	}
}

// defaultNetwork returns the ID of the default network of a region.
func defaultNetwork(region string) string {
	if region == "ap-guangzhou" {
		return defaultVPC
	}
	return "vpc-0" + word(region)
}

// word returns a region as a word of an ID.
func word(region string) string {
	return strings.ReplaceAll(strings.TrimPrefix(region, "ap-"), "-", "")
}

// subnetsIn returns the subnets of a zone.
func subnetsIn(p place, i int) []core.Subnet {
	made := time.Date(2020, 5, 25, 12, 9, 7, 0, time.UTC)
	zone := fmt.Sprintf("%s-%d", p.region, p.zones[i])
	standard := fmt.Sprintf("subnet-0%s%d", word(p.region), p.zones[i])
	if p.region == "ap-guangzhou" && i == 0 {
		standard = defaultSubnet
	}
	return []core.Subnet{
		{
			ID: standard, Name: "Default-Subnet", CIDR: fmt.Sprintf("172.16.%d.0/20", 16*i), Zone: zone,
			NetworkID: defaultNetwork(p.region), Addresses: 4093, Default: true, Created: made,
		},
		{
			ID: fmt.Sprintf("subnet-%s%d", word(p.region), p.zones[i]), Name: "web", CIDR: fmt.Sprintf("10.0.%d.0/24", i), Zone: zone,
			NetworkID: "vpc-" + word(p.region), Addresses: 253, Created: made, Tags: map[string]string{"team": "web"},
		},
	}
}

// Names of quotas.
const (
	postpaidQuota = "PostPaidQuotaSet"
	prepaidQuota  = "PrePaidQuotaSet"
	spotQuota     = "SpotPaidQuotaSet"
	imageQuota    = "ImageQuotaSet"
	groupQuota    = "DisasterRecoverGroupQuotaSet"
)

// quotasIn returns the quotas of a zone.
func quotasIn(zone string) []core.AccountQuota {
	return []core.AccountQuota{
		{Name: postpaidQuota, Zone: zone, Used: 2, Total: 1250},
		{Name: prepaidQuota, Zone: zone, Total: 255},
		{Name: spotQuota, Zone: zone, Used: 4, Total: 244},
	}
}
