package core

import (
	"slices"
	"strings"
)

// Region is cloudsim.Region, which documents the fields.
type Region struct {
	ID    string
	Zones []string
}

// AddRegions puts the regions of a vendor's documents before those of the configuration.
// A region of the configuration replaces a documented one with the same ID.
func (c *Service) AddRegions(documented []Region) {
	own := c.Config.Regions
	all := slices.DeleteFunc(slices.Clone(documented), func(r Region) bool { return indexOf(own, r.ID) >= 0 })
	c.Config.Regions = append(all, own...)
}

func indexOf(list []Region, id string) int {
	return slices.IndexFunc(list, func(r Region) bool { return r.ID == id })
}

// Knows reports whether the cloud has a region.
func (c *Service) Knows(region string) bool { return indexOf(c.Config.Regions, region) >= 0 }

// HasZone reports whether a zone fits a known region: it is one of the region's zones, or,
// for a region without a list, fits reports that its name is right.
func (c *Service) HasZone(region, zone string, fits func(region, zone string) bool) bool {
	i := indexOf(c.Config.Regions, region)
	if i < 0 {
		return false
	}
	if zones := c.Config.Regions[i].Zones; len(zones) > 0 {
		return slices.Contains(zones, zone)
	}
	return fits(region, zone)
}

// RegionList returns regions without lists of zones, from IDs that blanks separate.
func RegionList(ids string) []Region {
	var list []Region
	for id := range strings.FieldsSeq(ids) {
		list = append(list, Region{ID: id})
	}
	return list
}
