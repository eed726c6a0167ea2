package cvm

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

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

// addInventoryRegions makes the regions of an inventory known.
func addInventoryRegions(s *core.Service) {
	var more []core.Region
	for _, z := range s.Inventory().Zones {
		added := slices.ContainsFunc(more, func(r core.Region) bool { return r.ID == z.Region })
		if !added && !s.Knows(z.Region) {
			more = append(more, core.Region{ID: z.Region})
		}
	}
	s.AddRegions(more)
}

// zones returns the zones of a region: those of its own list, or else those of the inventory. A region
// without either shows two zones, unless an inventory binds creates.
func (c *api) zones(region string) []core.Zone {
	list := c.service.Config.Regions
	i := slices.IndexFunc(list, func(r core.Region) bool { return r.ID == region })
	if i < 0 {
		return nil
	}
	if own := list[i].Zones; len(own) > 0 {
		return c.zonesNamed(region, own)
	}
	var out []core.Zone
	for _, z := range c.service.Inventory().Zones {
		if z.Region == region {
			out = append(out, z)
		}
	}
	if len(out) > 0 || c.service.Strict() {
		return out
	}
	return c.zonesNamed(region, []string{region + "-1", region + "-2"})
}

// zonesNamed returns zones by their IDs, as the inventory has them if it does.
func (c *api) zonesNamed(region string, ids []string) []core.Zone {
	var out []core.Zone
	for _, id := range ids {
		z := core.Zone{ID: id, Region: region}
		for _, known := range c.service.Inventory().Zones {
			if known.ID == id {
				z = known
			}
		}
		out = append(out, z)
	}
	return out
}

// zone returns a zone of a region, or nil.
func (c *api) zone(region, id string) *core.Zone {
	zones := c.zones(region)
	if i := slices.IndexFunc(zones, func(z core.Zone) bool { return z.ID == id }); i >= 0 {
		return &zones[i]
	}
	return nil
}

// hasZone reports whether a region has a zone. Without an inventory of its own it has each one with the
// name of the region and a number.
func (c *api) hasZone(region, id string) bool {
	if !c.service.Strict() && c.service.HasZone(region, id, zoneFits) {
		return true
	}
	return c.zone(region, id) != nil
}

func (c *api) describeRegions(_ *core.Call, _ *nothing) (fields, *refusal) {
	type region struct{ Region, RegionName, RegionState string }
	set := []region{}
	for _, r := range c.service.Config.Regions {
		set = append(set, region{r.ID, regionName(r.ID), "AVAILABLE"})
	}
	return fields{"TotalCount": len(set), "RegionSet": set}, nil
}

// productRequest is the schema of the calls of the product that lists regions.
type productRequest struct {
	Product *string
	Scene   *int64
}

// check requires a known product. The code for another is [unverified].
func (r *productRequest) check() *refusal {
	switch valueOr(r.Product, "") {
	case "":
		return missing("Product")
	case cvmProduct, vpcProduct:
		return nil
	}
	return invalid("Product")
}

// describeProductRegions serves DescribeRegions of the product that lists regions. Members for the
// vendor's console are null, as documented.
func (c *api) describeProductRegions(_ *core.Call, r *productRequest) (fields, *refusal) {
	type region struct {
		Region, RegionName, RegionState                    string
		RegionTypeMC, LocationMC, RegionNameMC, RegionIdMC *string
	}
	if refused := r.check(); refused != nil {
		return nil, refused
	}
	set := []region{}
	for _, r := range c.service.Config.Regions {
		set = append(set, region{Region: r.ID, RegionName: regionName(r.ID), RegionState: "AVAILABLE"})
	}
	return fields{"TotalCount": len(set), "RegionSet": set}, nil
}

// describeProductZones serves DescribeZones of the product that lists regions.
func (c *api) describeProductZones(k *core.Call, r *productRequest) (fields, *refusal) {
	type zone struct {
		zoneInfo
		ParentZone, ParentZoneId, ParentZoneName, ZoneType string
		MachineRoomTypeMC, ZoneIdMC                        *string
	}
	if refused := r.check(); refused != nil {
		return nil, refused
	}
	set := []zone{}
	for _, z := range c.zoneInfos(k.Region) {
		set = append(set, zone{zoneInfo: z})
	}
	return fields{"TotalCount": len(set), "ZoneSet": set}, nil
}

// zoneInfo is the documented data type ZoneInfo.
type zoneInfo struct{ Zone, ZoneName, ZoneId, ZoneState string }

// describeZones lists the zones of the region of the call.
func (c *api) describeZones(k *core.Call, _ *nothing) (fields, *refusal) {
	set := c.zoneInfos(k.Region)
	return fields{"TotalCount": len(set), "ZoneSet": set}, nil
}

func (c *api) zoneInfos(region string) []zoneInfo {
	list := c.service.Config.Regions
	at := slices.IndexFunc(list, func(r core.Region) bool { return r.ID == region })
	set := []zoneInfo{}
	for n, z := range c.zones(region) {
		number := cmp.Or(z.ID[strings.LastIndexByte(z.ID, '-')+1:], fmt.Sprint(n+1))
		info := zoneInfo{
			Zone:      z.ID,
			ZoneName:  cmp.Or(z.Name, fmt.Sprintf("%s Zone %s", regionName(region), number)),
			ZoneId:    fmt.Sprintf("%d%05s", at+1, number), // not the vendor's number
			ZoneState: "AVAILABLE",
		}
		if z.Closed {
			info.ZoneState = "UNAVAILABLE"
		}
		set = append(set, info)
	}
	return set
}
