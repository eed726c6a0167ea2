package tencent

import (
	"context"
	"slices"
	"strings"
	"time"

	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
)

const (
	// typesTimeout is that of the calls whose answer may have several megabytes.
	typesTimeout = 60 * time.Second

	// typeValues is how many values a filter of DescribeZoneInstanceConfigInfos takes.
	typeValues = 100

	mibPerGiB  = 1 << 10
	mbpsOfGbps = 1000
	ppsUnit    = 10_000 // InstancePps counts ten thousand packets a second
)

// typeRow is a type of DescribeInstanceTypeConfigs: the SDK's type, and what newer versions of it have.
type typeRow struct {
	cvm.InstanceTypeConfig
	GpuType   *string
	GpuMemory *float64 // GiB of one GPU
}

// typesResponse is what DescribeInstanceTypeConfigs answers.
type typesResponse struct {
	InstanceTypeConfigSet []*typeRow
	RequestID             *string `json:"RequestId"`
}

// DescribeInstanceTypes implements [catalog.InstanceTypeLister]. DescribeZoneInstanceConfigInfos says
// most about a type, but lists all types of a region once for each zone and each way to pay, with
// prices. So it is asked only if its filters narrow the answer, or for an architecture, which only its
// processors tell. Otherwise DescribeInstanceTypeConfigs is asked, and so it is for a model of GPU, which
// only that call names.
func (d *driver) DescribeInstanceTypes(
	ctx context.Context, q *catalog.InstanceTypeQuery, _ string,
) (*provider.Page[catalog.InstanceType], error) {
	narrow := q.Zone != "" || q.Family != "" || len(q.IDs) > 0
	if detailed := narrow || q.Arch != ""; !detailed || q.GPUModel != "" {
		return d.plainTypes(ctx, q)
	}
	var f filters
	f.add("zone", typeValues, q.Zone)
	f.add("instance-family", typeValues, q.Family)
	f.add("instance-type", typeValues, q.IDs...)
	rows, requestID, err := d.zoneConfigs(ctx, q.Region, f)
	if err != nil {
		return nil, err
	}
	return &provider.Page[catalog.InstanceType]{Items: merged(itemsOf(rows, typeOf)), RequestID: requestID}, nil
}

// plainTypes asks DescribeInstanceTypeConfigs, whose filters take one value each.
func (d *driver) plainTypes(
	ctx context.Context, q *catalog.InstanceTypeQuery,
) (*provider.Page[catalog.InstanceType], error) {
	var f filters
	f.add("zone", 1, q.Zone)
	f.add("instance-family", 1, q.Family)
	f.add("instance-type", 1, q.IDs...)
	out := cvm.NewDescribeInstanceTypeConfigsRequest()
	out.Filters = f
	ex := d.newExchange(ctx, out.GetAction(), q.Region, typesTimeout)
	resp, err := ask[typesResponse](d, ex, out)
	if err != nil {
		return nil, err
	}
	r := resp.Response
	if resp.noRows("InstanceTypeConfigSet", len(r.InstanceTypeConfigSet)) {
		return nil, ex.malformed("its types cannot be read", value(r.RequestID))
	}
	items := merged(itemsOf(r.InstanceTypeConfigSet, plainTypeOf))
	return &provider.Page[catalog.InstanceType]{Items: items, RequestID: value(r.RequestID)}, nil
}

// zoneConfigs asks DescribeZoneInstanceConfigInfos. A null list is an empty one: the answer has no
// total.
func (d *driver) zoneConfigs(
	ctx context.Context, region string, f filters,
) (rows []*cvm.InstanceTypeQuotaItem, requestID string, err error) {
	out := cvm.NewDescribeZoneInstanceConfigInfosRequest()
	out.Filters = f
	ex := d.newExchange(ctx, out.GetAction(), region, typesTimeout)
	resp, err := ask[cvm.DescribeZoneInstanceConfigInfosResponseParams](d, ex, out)
	if err != nil {
		return nil, "", err
	}
	r := resp.Response
	if resp.noRows("InstanceTypeQuotaSet", len(r.InstanceTypeQuotaSet)) {
		return nil, "", ex.malformed("its types cannot be read", value(r.RequestId))
	}
	return r.InstanceTypeQuotaSet, value(r.RequestId), nil
}

// merged returns each type once, with all its zones: the answer has a row for each zone and each way
// to pay.
func merged(types []catalog.InstanceType) []catalog.InstanceType {
	out := make([]catalog.InstanceType, 0, len(types))
	place := make(map[string]int, len(types))
	for _, t := range types {
		i, known := place[t.ID]
		if !known {
			place[t.ID] = len(out)
			out = append(out, t)
			continue
		}
		for _, zone := range t.Zones {
			if !slices.Contains(out[i].Zones, zone) {
				out[i].Zones = append(out[i].Zones, zone)
			}
		}
	}
	return out
}

// plainTypeOf translates a row of DescribeInstanceTypeConfigs.
func plainTypeOf(raw *typeRow) (catalog.InstanceType, bool) {
	t := catalog.InstanceType{
		ID:           value(raw.InstanceType),
		Family:       value(raw.InstanceFamily),
		CPUs:         int(value(raw.CPU)),
		MemoryMiB:    int(value(raw.Memory)) * mibPerGiB,
		Arch:         archOf(value(raw.InstanceFamily), ""),
		GPUModel:     value(raw.GpuType),
		GPUMemoryMiB: int(value(raw.GpuMemory) * mibPerGiB),
		Zones:        values([]*string{raw.Zone}),
	}
	t.GPUs, t.GPUsKnown = gpusOf(raw.GPU, raw.GpuCount)
	return t, t.ID != ""
}

// typeOf translates a row of DescribeZoneInstanceConfigInfos. InstanceBandwidth is one number, without
// a direction.
func typeOf(raw *cvm.InstanceTypeQuotaItem) (catalog.InstanceType, bool) {
	mbps := int(value(raw.InstanceBandwidth) * mbpsOfGbps)
	t := catalog.InstanceType{
		ID:         value(raw.InstanceType),
		Family:     value(raw.InstanceFamily),
		CPUs:       int(value(raw.Cpu)),
		MemoryMiB:  int(value(raw.Memory)) * mibPerGiB,
		Arch:       archOf(value(raw.InstanceFamily), value(raw.CpuType)),
		CPUModel:   value(raw.CpuType),
		LocalDisks: localDisksOf(raw),
		Network: catalog.NetworkLimits{
			ReceiveMbps: mbps, SendMbps: mbps, PacketsPerSecond: int(value(raw.InstancePps)) * ppsUnit,
		},
		Zones: values([]*string{raw.Zone}),
	}
	t.GPUs, t.GPUsKnown = gpusOf(raw.Gpu, raw.GpuCount)
	return t, t.ID != ""
}

// gpusOf returns how many GPUs a type has. Count is exact, also for a part of one; older rows have
// only the whole number.
func gpusOf(whole *int64, count *float64) (n float64, known bool) {
	if value(count) > 0 {
		return *count, true
	}
	return float64(value(whole)), whole != nil || count != nil
}

// makers are the makers of processors and their architectures, as their names stand in CpuType.
var makers = map[catalog.Arch][]string{
	catalog.X86: {"intel", "xeon", "amd", "epyc", "hygon"},
	catalog.ARM: {"ampere", "altra", "kunpeng", "neoverse"},
}

// armFamilies is how the names of the documented families with processors of ARM begin
// (cloud.tencent.com/document/product/213/11518).
const armFamilies = "SR"

// archOf returns the architecture of a type. No member of an answer says it, but the maker of the
// processor does. "" means that neither the maker nor the family is known.
func archOf(family, cpu string) catalog.Arch {
	cpu = strings.ToLower(cpu)
	for arch, names := range makers {
		if slices.ContainsFunc(names, func(name string) bool { return strings.Contains(cpu, name) }) {
			return arch
		}
	}
	if strings.HasPrefix(family, armFamilies) {
		return catalog.ARM
	}
	return ""
}

// localDisksOf returns the local disks of a type: kinds that a create may or must choose, and blocks of
// storage that come with the type.
func localDisksOf(raw *cvm.InstanceTypeQuotaItem) []catalog.LocalDisk {
	var out []catalog.LocalDisk
	for _, d := range raw.LocalDiskTypeList {
		if d != nil && value(d.Type) != "" {
			disk := localDisk(d.Type, d.MinSize, d.MaxSize)
			disk.Required, disk.ForRoot = value(d.Required) == "REQUIRED", value(d.PartitionType) == "ROOT"
			out = append(out, disk)
		}
	}
	blocks := int(value(raw.StorageBlockAmount))
	if blocks == 0 {
		return out
	}
	disk := catalog.LocalDisk{}
	if e := raw.Externals; e != nil && e.StorageBlockAttr != nil {
		a := e.StorageBlockAttr
		disk = localDisk(a.Type, a.MinSize, a.MaxSize)
	}
	disk.Count, disk.Required = blocks, true
	return append(out, disk)
}

// localDisk returns a disk of a size, or of a range of sizes. CVM does not say how many of a kind
// a type may have.
func localDisk(kind *string, least, most *int64) catalog.LocalDisk {
	d := catalog.LocalDisk{Type: value(kind), SizeGiB: int(value(least))}
	if n := int(value(most)); n > d.SizeGiB {
		d.MaxSizeGiB = n
	}
	return d
}
