package cvm

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// zoneConfig is the documented data type InstanceTypeQuotaItem.
type zoneConfig struct {
	Zone, InstanceType, InstanceChargeType string
	NetworkCard                            int
	Externals                              map[string]storageBlock
	Cpu, Memory                            int
	InstanceFamily, TypeName               string
	LocalDiskTypeList                      []localDisk
	Status                                 string
	Price                                  itemPrice
	SoldOutReason                          string
	InstanceBandwidth                      float64 // Gbit/s
	InstancePps                            int     // ten thousands a second
	StorageBlockAmount                     int
	CpuType                                string
	Gpu, Fpga                              int
	Remark                                 string
	GpuCount                               float64
	Frequency                              *string
	StatusCategory                         string
}

// localDisk is the documented data type LocalDiskType.
type localDisk struct {
	Type, PartitionType string
	MinSize, MaxSize    int
	Required            string
}

// sortKeys is the filter that orders the rows.
const sortKeys = "sort-keys"

// typeSoldOut is the documented code of a type that is sold out, which is also the reason that rows show.
const typeSoldOut = "ResourcesSoldOut.SpecifiedInstanceType"

// describeConfigs serves DescribeZoneInstanceConfigInfos.
func (c *api) describeConfigs(k *core.Call, r *filtersRequest) (fields, *refusal) {
	known := configFilters()
	if refused := cmp.Or(known.check(r.Filters), c.checkPlaces(k, r.Filters)); refused != nil {
		return nil, refused
	}
	order, filters := takeSortKeys(r.Filters)
	set := []zoneConfig{}
	for _, row := range c.rows(k.Region) {
		if known.fit(filters, row) {
			set = append(set, c.zoneConfig(row, k.Now))
		}
	}
	if !sortConfigs(set, order) {
		return nil, refuse("InvalidFilter", "A sort key is not of the form cpu:desc or mem:asc.")
	}
	return fields{"InstanceTypeQuotaSet": set}, nil
}

// takeSortKeys returns the keys of the order, and the filters without them.
func takeSortKeys(all []filter) (keys []string, rest []filter) {
	for _, f := range all {
		if *f.Name == sortKeys {
			keys = append(keys, f.Values...)
		} else {
			rest = append(rest, f)
		}
	}
	return keys, rest
}

// sortConfigs sorts by keys, the first of which counts most. It reports false for an unknown one.
func sortConfigs(set []zoneConfig, keys []string) bool {
	for _, key := range slices.Backward(keys) {
		name, direction, _ := strings.Cut(key, ":")
		sign := map[string]int{"asc": 1, "desc": -1}[direction]
		of := map[string]func(zoneConfig) int{
			"cpu": func(z zoneConfig) int { return z.Cpu },
			"mem": func(z zoneConfig) int { return z.Memory },
		}[name]
		if of == nil || sign == 0 {
			return false
		}
		slices.SortStableFunc(set, func(a, b zoneConfig) int { return sign * cmp.Compare(of(a), of(b)) })
	}
	return true
}

func (c *api) zoneConfig(r row, now time.Time) zoneConfig {
	o, t := r.offer, r.kind
	status, category := c.stockWords(o, now)
	z := zoneConfig{
		Zone: o.Zone, InstanceType: t.ID, InstanceChargeType: chargeWord(o.Charge), Externals: map[string]storageBlock{},
		Cpu: t.CPUs, Memory: t.MemoryMiB >> 10, InstanceFamily: t.Family, TypeName: typeName(t.Family),
		LocalDiskTypeList: []localDisk{}, Status: status, StatusCategory: category, Price: priceOf(o, 1, 1),
		InstanceBandwidth: float64(t.BandwidthMbps) / 1000, InstancePps: t.PacketsPerSecond / 10_000, CpuType: t.CPUModel,
		Gpu: wholeGPUs(t), GpuCount: t.GPUs,
	}
	if status == "SOLD_OUT" {
		z.SoldOutReason = cmp.Or(o.Reason, typeSoldOut)
	}
	switch d := t.LocalDisk; {
	case d.Type == storageBlockType:
		size := int64(d.SizeGiB)
		z.StorageBlockAmount = d.Count
		z.Externals["StorageBlockAttr"] = storageBlock{Type: &d.Type, MinSize: &size, MaxSize: &size}
	case d.Type != "":
		z.LocalDiskTypeList = append(z.LocalDiskTypeList, localDisk{d.Type, "DATA", d.SizeGiB, d.SizeGiB, "REQUIRED"})
	}
	return z
}

// stockWords returns Status and StatusCategory of an offer.
func (c *api) stockWords(o *core.Offer, now time.Time) (status, category string) {
	switch c.service.Level(o, now) {
	case core.None:
		return "SOLD_OUT", "WithoutStock"
	case core.Few:
		return "SELL", "UnderStock"
	}
	if o.Stock == core.Unlimited {
		return "SELL", "EnoughStock"
	}
	return "SELL", "NormalStock"
}
