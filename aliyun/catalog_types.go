package aliyun

import (
	"context"
	"math"
	"strconv"
	"strings"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
)

const mibPerGiB = 1 << 10

// DescribeInstanceTypes implements [catalog.InstanceTypeLister] by DescribeInstanceTypes, which
// does not know zones: DescribeStock tells where a type is offered.
func (d *driver) DescribeInstanceTypes(
	ctx context.Context, q *catalog.InstanceTypeQuery, pageToken string,
) (*provider.Page[catalog.InstanceType], error) {
	p := translateTypes(q)
	p.number("MaxResults", rowsPerPage)
	p.text("NextToken", pageToken)
	var a struct {
		NextToken alicloud.Text   `json:"NextToken"`
		Types     rows[rawTypeOf] `json:"InstanceTypes"`
	}
	resp, err := d.list(ctx, d.request("DescribeInstanceTypes", q.Region, p, catalogTimeout), &a, &a.Types.given)
	if err != nil {
		return nil, err
	}
	return pageOf(resp, string(a.NextToken), a.Types.list, func(raw *rawTypeOf) (catalog.InstanceType, bool) {
		return typeOf(raw), raw.ID != ""
	}), nil
}

// translateTypes sends what the cloud can filter by. Parts of a GPU are left to the client,
// because it is not documented how the cloud counts them.
func translateTypes(q *catalog.InstanceTypeQuery) params {
	p := params{}
	if len(q.IDs) <= typesByID {
		p.list("InstanceTypes", q.IDs)
	}
	p.text("InstanceTypeFamily", q.Family)
	switch q.Arch { //nolint:exhaustive // another word is left to the client
	case catalog.X86:
		p.text("CpuArchitecture", "X86")
	case catalog.ARM:
		p.text("CpuArchitecture", "ARM")
	}
	p.number("MinimumCpuCoreCount", q.MinCPUs)
	p.number("MaximumCpuCoreCount", q.MaxCPUs)
	p.gib("MinimumMemorySize", q.MinMemoryMiB)
	p.gib("MaximumMemorySize", q.MaxMemoryMiB)
	p.number("MinimumGPUAmount", int(math.Floor(q.MinGPUs)))
	p.text("GPUSpec", q.GPUModel)
	return p
}

// gib sends a size in GiB unless it is 0. Sizes below 1 GiB have a fraction.
func (p params) gib(name string, mib int) {
	if mib > 0 {
		p[name] = strconv.FormatFloat(float64(mib)/mibPerGiB, 'f', -1, 64)
	}
}

// rawTypeOf is a described instance type.
type rawTypeOf struct {
	ID              string  `json:"InstanceTypeId"`
	Family          string  `json:"InstanceTypeFamily"`
	CPUs            int     `json:"CpuCoreCount"`
	MemorySize      float64 `json:"MemorySize"` // GiB
	Architecture    string  `json:"CpuArchitecture"`
	Model           string  `json:"PhysicalProcessorModel"`
	GPUAmount       float64 `json:"GPUAmount"`
	GPUSpec         string  `json:"GPUSpec"`
	GPUMemorySize   float64 `json:"GPUMemorySize"` // GiB
	StorageAmount   int     `json:"LocalStorageAmount"`
	StorageCapacity int     `json:"LocalStorageCapacity"` // GiB of each
	StorageCategory string  `json:"LocalStorageCategory"`
	BandwidthRx     int     `json:"InstanceBandwidthRx"` // kbit/s
	BandwidthTx     int     `json:"InstanceBandwidthTx"`
	PacketsRx       int     `json:"InstancePpsRx"`
	PacketsTx       int     `json:"InstancePpsTx"`
	Interfaces      int     `json:"EniQuantity"`
	Addresses       int     `json:"EniPrivateIpAddressQuantity"`
	Disks           int     `json:"DiskQuantity"`
}

// typeOf translates a described instance type.
func typeOf(raw *rawTypeOf) catalog.InstanceType {
	t := catalog.InstanceType{
		ID: raw.ID, Family: raw.Family, CPUs: raw.CPUs,
		MemoryMiB: int(math.Round(raw.MemorySize * mibPerGiB)),
		Arch:      archOf(raw.Architecture), CPUModel: raw.Model,
		GPUsKnown: true, GPUMemoryMiB: int(math.Round(raw.GPUMemorySize * mibPerGiB)),
		Network: catalog.NetworkLimits{
			ReceiveMbps: mbps(raw.BandwidthRx), SendMbps: mbps(raw.BandwidthTx),
			PacketsPerSecond: lesser(raw.PacketsRx, raw.PacketsTx),
			Interfaces:       raw.Interfaces, AddressesPerInterface: raw.Addresses, AttachableDisks: raw.Disks,
		},
	}
	t.GPUs, t.GPUModel = gpusOf(raw.GPUAmount, raw.GPUSpec)
	if raw.StorageAmount > 0 {
		t.LocalDisks = []catalog.LocalDisk{{
			Type: raw.StorageCategory, Count: raw.StorageAmount, SizeGiB: raw.StorageCapacity,
		}}
	}
	return t
}

// archOf reads the architecture of a type, X86 or ARM, or of an image, x86_64, arm64 or i386.
func archOf(raw string) catalog.Arch {
	switch strings.ToLower(raw) {
	case "x86", "x86_64":
		return catalog.X86
	case "arm", "arm64":
		return catalog.ARM
	}
	return catalog.Arch(raw)
}

// gpusOf reads GPUs. It is unverified how the cloud counts a part of one: its specs are written as
// in "NVIDIA T4/8", beside an amount of 0 or 1.
func gpusOf(amount float64, spec string) (gpus float64, model string) {
	model, part, ok := strings.Cut(spec, "/")
	n, err := strconv.Atoi(part)
	isPart := ok && err == nil && n > 0
	if isPart && amount <= 1 {
		return 1 / float64(n), model
	}
	return amount, spec
}

// mbps returns kbit/s in Mbit/s, as the vendor's tables do: 1024000 is 1 Gbit/s.
func mbps(kbps int) int { return kbps / mibPerGiB }

// lesser returns the lesser of two numbers of which 0 is unknown.
func lesser(a, b int) int {
	if a == 0 || b == 0 {
		return max(a, b)
	}
	return min(a, b)
}
