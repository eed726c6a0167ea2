package ecs

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// mostTypes is the most instance types of one answer, and of one without a size: all that older
// references had in one page.
const mostTypes = 100

// describeInstanceTypes serves DescribeInstanceTypes. It does not say where a type is sold.
func (e *api) describeInstanceTypes(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.params(k)
	keep := typeFilter(p)
	var all []core.InstanceType
	for _, t := range e.Service.Inventory().Types {
		if keep(&t) {
			all = append(all, t)
		}
	}
	page, next := alibaba.CutByToken(p, all, mostTypes, mostTypes)
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	out := make([]alibaba.Object, len(page))
	for i := range page {
		out[i] = shownType(&page[i])
	}
	return alibaba.Object{{"NextToken", next}, {"InstanceTypes", alibaba.List("InstanceType", out)}}, nil
}

// typeFilter turns the filters of DescribeInstanceTypes into a predicate.
func typeFilter(p *alibaba.Params) func(*core.InstanceType) bool {
	ids, family := p.List("InstanceTypes", 10), p.Text("InstanceTypeFamily")
	arch, spec := p.Choice("CpuArchitecture", "", "X86", "ARM"), p.Text("GPUSpec")
	disk := p.Text("LocalStorageCategory")
	cpus := bounds(p, "CpuCoreCount")
	memory, gpus := bounds(p, "MemorySize"), bounds(p, "GPUAmount")
	receive, send := least(p, "InstanceBandwidthRx"), least(p, "InstanceBandwidthTx")
	return func(t *core.InstanceType) bool {
		named := len(ids) == 0 || slices.Contains(ids, t.ID)
		ofKind := fits(family, t.Family) && fits(arch, cpuArchitecture(t)) && fits(disk, t.LocalDisk.Type)
		hasGPU := strings.Contains(gpuSpec(t), spec) && gpus(float64(gpuAmount(t)))
		rate := float64(t.BandwidthMbps * kbitPerMbit)
		sized := cpus(float64(t.CPUs)) && memory(float64(t.MemoryMiB)/mibPerGiB)
		return named && ofKind && hasGPU && sized && receive(rate) && send(rate)
	}
}

// bounds reads Minimum and Maximum of a number.
func bounds(p *alibaba.Params, name string) func(float64) bool {
	atLeast, most := least(p, name), math.Inf(1)
	if p.Has("Maximum" + name) {
		most = p.Decimal("Maximum" + name)
	}
	return func(n float64) bool { return atLeast(n) && n <= most }
}

// least reads Minimum of a number.
func least(p *alibaba.Params, name string) func(float64) bool {
	low := 0.0
	if p.Has("Minimum" + name) {
		low = p.Decimal("Minimum" + name)
	}
	return func(n float64) bool { return n >= low }
}

const (
	mibPerGiB   = 1024
	kbitPerMbit = 1024 // the vendor counts 1024000 kbit/s as 1 Gbit/s
)

// shownType returns an instance type in the form of an answer.
func shownType(t *core.InstanceType) alibaba.Object {
	rate := t.BandwidthMbps * kbitPerMbit
	row := alibaba.Object{
		{"InstanceTypeId", t.ID},
		{"InstanceTypeFamily", t.Family},
		{"InstanceFamilyLevel", "EnterpriseLevel"},
		{"InstanceCategory", "General-purpose"},
		{"CpuCoreCount", t.CPUs},
		{"MemorySize", float64(t.MemoryMiB) / mibPerGiB},
		{"CpuArchitecture", cpuArchitecture(t)},
		{"PhysicalProcessorModel", t.CPUModel},
		{"GPUAmount", gpuAmount(t)},
		{"GPUSpec", gpuSpec(t)},
		{"GPUMemorySize", float64(t.GPUMemoryMiB) / mibPerGiB},
		{"InstanceBandwidthRx", rate},
		{"InstanceBandwidthTx", rate},
		{"InstancePpsRx", t.PacketsPerSecond},
		{"InstancePpsTx", t.PacketsPerSecond},
		{"EniQuantity", t.Interfaces},
		{"EniPrivateIpAddressQuantity", t.AddressesPerInterface},
		{"EniIpv6AddressQuantity", t.AddressesPerInterface},
		{"DiskQuantity", attachableDisks},
		{"NvmeSupport", "unsupported"},
		{"SupportedBootModes", alibaba.List("SupportedBootMode", []string{"BIOS", "UEFI"})},
	}
	if d := t.LocalDisk; d.Count > 0 {
		row = append(row, alibaba.Object{
			{"LocalStorageAmount", d.Count},
			{"LocalStorageCapacity", d.SizeGiB},
			{"LocalStorageCategory", d.Type},
		}...)
	}
	return row
}

// attachableDisks is how many cloud disks each type takes.
const attachableDisks = 17

func cpuArchitecture(t *core.InstanceType) string {
	if t.Arch == "arm64" {
		return "ARM"
	}
	return "X86"
}

// gpuAmount counts a part of a GPU as one. It is not verified how the service counts it.
func gpuAmount(t *core.InstanceType) int { return int(math.Ceil(t.GPUs)) }

// gpuSpec returns the model; that of a part has the part behind it: NVIDIA T4/4.
func gpuSpec(t *core.InstanceType) string {
	if t.GPUs > 0 && t.GPUs < 1 {
		return t.GPUModel + "/" + strconv.Itoa(int(math.Round(1/t.GPUs)))
	}
	return t.GPUModel
}
