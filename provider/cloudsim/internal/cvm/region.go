package cvm

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// nothing is the schema of an action without parameters.
type nothing struct{}

// regions are those of the vendor's SDK, and one that only its documents have.
func regions() []core.Region {
	return core.RegionList(`
		ap-guangzhou ap-shanghai ap-nanjing ap-beijing ap-chengdu ap-chongqing ap-hongkong ap-taipei
		ap-singapore ap-bangkok ap-jakarta ap-mumbai ap-seoul ap-tokyo
		eu-frankfurt eu-moscow na-ashburn na-siliconvalley na-toronto sa-saopaulo
		ap-guangzhou-open ap-shanghai-fsi ap-shenzhen-fsi ap-beijing-fsi`)
}

// place is a region of the small inventory, for clients that list zones before they
// choose. Creates accept every zone with the name of its region and a number.
type place struct {
	name  string
	zones []int // numbers of the zones
}

var places = map[string]place{
	"ap-beijing":   {"North China (Beijing)", []int{3, 5, 6, 7}},
	"ap-guangzhou": {"South China (Guangzhou)", []int{2, 3, 4, 6, 7}},
	"ap-hongkong":  {"Hong Kong/Macao/Taiwan (Hong Kong)", []int{1, 2, 3}},
	"ap-shanghai":  {"East China (Shanghai)", []int{2, 3, 4, 5}},
	"ap-singapore": {"Southeast Asia (Singapore)", []int{1, 2, 3, 4}},
}

// zonesOf returns the zones that DescribeZones shows of a region: its own list, the
// inventory, or the first two.
func zonesOf(r core.Region) []string {
	if len(r.Zones) > 0 {
		return r.Zones
	}
	numbers := places[r.ID].zones
	if len(numbers) == 0 {
		numbers = []int{1, 2}
	}
	var names []string
	for _, n := range numbers {
		names = append(names, fmt.Sprintf("%s-%d", r.ID, n))
	}
	return names
}

func (c *api) describeRegions(_ *core.Call, _ *nothing) (fields, *refusal) {
	type region struct{ Region, RegionName, RegionState string }
	set := []region{}
	for _, r := range c.service.Config.Regions {
		set = append(set, region{r.ID, cmp.Or(places[r.ID].name, r.ID), "AVAILABLE"})
	}
	return fields{"TotalCount": len(set), "RegionSet": set}, nil
}

// describeZones lists the zones of the region of the call.
func (c *api) describeZones(k *core.Call, _ *nothing) (fields, *refusal) {
	type zone struct{ Zone, ZoneName, ZoneId, ZoneState string }
	list := c.service.Config.Regions
	i := slices.IndexFunc(list, func(r core.Region) bool { return r.ID == k.Region }) // the region is known
	set := []zone{}
	for n, name := range zonesOf(list[i]) {
		set = append(set, zone{
			Zone:      name,
			ZoneName:  fmt.Sprintf("%s Zone %d", cmp.Or(places[k.Region].name, k.Region), n+1),
			ZoneId:    fmt.Sprintf("%d%05d", i+1, n+1), // not the vendor's number
			ZoneState: "AVAILABLE",
		})
	}
	return fields{"TotalCount": len(set), "ZoneSet": set}, nil
}
