package cvm

import (
	"fmt"
	"slices"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// nothing is the schema of an action without parameters.
type nothing struct{}

// place is a region of the small inventory. Creates accept any well-formed region. The
// inventory is for clients that list regions before they choose.
type place struct {
	region, name string
	zones        []int // numbers of the zones
}

func places() []place {
	return []place{
		{"ap-beijing", "North China (Beijing)", []int{3, 5, 6, 7}},
		{"ap-guangzhou", "South China (Guangzhou)", []int{2, 3, 4, 6, 7}},
		{"ap-hongkong", "Hong Kong/Macao/Taiwan (Hong Kong)", []int{1, 2, 3}},
		{"ap-shanghai", "East China (Shanghai)", []int{2, 3, 4, 5}},
		{"ap-singapore", "Southeast Asia (Singapore)", []int{1, 2, 3, 4}},
	}
}

func (c *api) describeRegions(_ *core.Call, _ *nothing) (fields, *refusal) {
	type region struct{ Region, RegionName, RegionState string }
	set := []region{}
	for _, p := range places() {
		set = append(set, region{p.region, p.name, "AVAILABLE"})
	}
	return fields{"TotalCount": len(set), "RegionSet": set}, nil
}

// describeZones lists the zones of the region of the call.
func (c *api) describeZones(k *core.Call, _ *nothing) (fields, *refusal) {
	type zone struct{ Zone, ZoneName, ZoneId, ZoneState string }
	set := []zone{}
	i := slices.IndexFunc(places(), func(p place) bool { return p.region == k.Region })
	if i >= 0 {
		place := places()[i]
		for _, n := range place.zones {
			set = append(set, zone{
				Zone:      fmt.Sprintf("%s-%d", place.region, n),
				ZoneName:  fmt.Sprintf("%s Zone %d", place.name, n),
				ZoneId:    fmt.Sprintf("%d%05d", i+1, n), // not the vendor's number
				ZoneState: "AVAILABLE",
			})
		}
	}
	return fields{"TotalCount": len(set), "ZoneSet": set}, nil
}
