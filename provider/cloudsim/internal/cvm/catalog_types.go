package cvm

import (
	"cmp"
	"slices"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// filtersRequest is the schema of describes that have filters and nothing else.
type filtersRequest struct{ Filters []filter }

// row is an offer of a zone, with its type.
type row struct {
	offer *core.Offer
	kind  *core.InstanceType
}

// rows returns what the zones of a region sell, zone by zone.
func (c *api) rows(region string) []row {
	var out []row
	inv := c.service.Inventory()
	for _, z := range c.zones(region) {
		for i := range inv.Offers {
			o := &inv.Offers[i]
			if t := c.kind(o.Type); o.Zone == z.ID && t != nil {
				out = append(out, row{o, t})
			}
		}
	}
	return out
}

// kind returns a type of the inventory, or nil. Retired types are not shown and not sold.
func (c *api) kind(id string) *core.InstanceType {
	types := c.service.Inventory().Types
	i := slices.IndexFunc(types, func(t core.InstanceType) bool { return t.ID == id && !t.Retired })
	if i < 0 {
		return nil
	}
	return &types[i]
}

// typeFilters are the filters of both calls about types, of which one has more.
func typeFilters(most int) filterSet[row] {
	return filterSet[row]{most: most, values: map[string]func(row) []string{
		"zone":            func(r row) []string { return []string{r.offer.Zone} },
		"instance-family": func(r row) []string { return []string{r.kind.Family} },
		"instance-type":   func(r row) []string { return []string{r.kind.ID} },
	}}
}

// configFilters are the filters of DescribeZoneInstanceConfigInfos.
func configFilters() filterSet[row] {
	s := typeFilters(100)
	s.values["instance-charge-type"] = func(r row) []string { return []string{chargeWord(r.offer.Charge)} }
	s.values[sortKeys] = func(row) []string { return nil } // which selects nothing: it is taken out before
	return s
}

// checkPlaces refuses a zone of another region and a malformed type in filters.
func (c *api) checkPlaces(k *core.Call, filters []filter) *refusal {
	for _, f := range filters {
		for _, v := range f.Values {
			switch {
			case *f.Name == "zone" && !c.hasZone(k.Region, v):
				return refuse("InvalidZone.MismatchRegion", "The zone does not exist in the region.")
			case *f.Name == "instance-type" && !typeForm(v, postpaid):
				return invalidAs("InvalidInstanceType.Malformed", "Filters.Values")
			}
		}
	}
	return nil
}

// typeConfig is the documented data type InstanceTypeConfig.
type typeConfig struct {
	Zone, InstanceType, InstanceFamily string
	CPU, Memory, GPU, FPGA             int
	GpuCount                           float64
	GpuType                            *string
	GpuMemory                          *float64
}

// describeTypes serves DescribeInstanceTypeConfigs, whose filters take one value each.
func (c *api) describeTypes(k *core.Call, r *filtersRequest) (fields, *refusal) {
	known := typeFilters(1)
	if refused := cmp.Or(known.check(r.Filters), c.checkPlaces(k, r.Filters)); refused != nil {
		return nil, refused
	}
	set := []typeConfig{}
	for _, row := range c.rows(k.Region) {
		if !known.fit(r.Filters, row) {
			continue
		}
		t := row.config()
		shown := slices.ContainsFunc(set, func(s typeConfig) bool { return s.Zone == t.Zone && s.InstanceType == t.InstanceType })
		if !shown {
			set = append(set, t)
		}
	}
	return fields{"InstanceTypeConfigSet": set}, nil
}

func (r row) config() typeConfig {
	t := typeConfig{
		Zone: r.offer.Zone, InstanceType: r.kind.ID, InstanceFamily: r.kind.Family,
		CPU: r.kind.CPUs, Memory: r.kind.MemoryMiB >> 10, GPU: wholeGPUs(r.kind), GpuCount: r.kind.GPUs,
	}
	if r.kind.GPUModel != "" {
		t.GpuType, t.GpuMemory = &r.kind.GPUModel, new(float64(r.kind.GPUMemoryMiB)/(1<<10))
	}
	return t
}

// wholeGPUs counts a part of a GPU as one.
func wholeGPUs(t *core.InstanceType) int {
	n := int(t.GPUs)
	if float64(n) < t.GPUs {
		n++
	}
	return n
}

// describeFamilies serves DescribeInstanceFamilyConfigs.
func (c *api) describeFamilies(k *core.Call, _ *nothing) (fields, *refusal) {
	type family struct{ InstanceFamilyName, InstanceFamily string }
	set := []family{}
	for _, row := range c.rows(k.Region) {
		f := family{typeName(row.kind.Family), row.kind.Family}
		if !slices.Contains(set, f) {
			set = append(set, f)
		}
	}
	return fields{"InstanceFamilyConfigSet": set}, nil
}

// typeName returns the name of a family for people, as the vendor names S5.
func typeName(family string) string {
	switch {
	case strings.HasPrefix(family, "GN"):
		return "GPU " + family
	case strings.HasPrefix(family, "IT"):
		return "High IO " + family
	case strings.HasPrefix(family, "D"):
		return "Big Data " + family
	}
	return "Standard " + family
}

// chargeWord returns the vendor's word for a way to pay.
func chargeWord(charge core.Charge) string {
	switch charge {
	case core.Prepaid:
		return prepaidType
	case core.Spot:
		return spot
	case core.Host:
		return onHost
	default:
		return postpaid
	}
}
