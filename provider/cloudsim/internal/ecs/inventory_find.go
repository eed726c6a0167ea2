package ecs

import (
	"slices"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// found returns the item of a list that fits, or nil.
func found[T any](list []T, fits func(*T) bool) *T {
	for i := range list {
		if fits(&list[i]) {
			return &list[i]
		}
	}
	return nil
}

func (e *api) typeOf(id string) *core.InstanceType {
	return found(e.Service.Inventory().Types, func(t *core.InstanceType) bool { return t.ID == id })
}

func (e *api) imageOf(id string) *core.Image {
	return found(e.Service.Inventory().Images, func(i *core.Image) bool { return i.ID == id })
}

func (e *api) subnetOf(id string) *core.Subnet {
	return found(e.Service.Inventory().Subnets, func(s *core.Subnet) bool { return s.ID == id })
}

func (e *api) groupOf(region, id string) *core.SecurityGroup {
	return found(e.Service.Inventory().Groups, func(g *core.SecurityGroup) bool {
		return g.ID == id && g.Region == region
	})
}

func (e *api) keyPairOf(name string) *core.KeyPair {
	return found(e.Service.Inventory().KeyPairs, func(p *core.KeyPair) bool { return p.Name == name })
}

// newestOf returns the newest usable image of a family, or nil.
func (e *api) newestOf(family string) *core.Image {
	var newest *core.Image
	images := e.Service.Inventory().Images
	for i := range images {
		if images[i].Family != family || images[i].State != "" {
			continue
		}
		if newest == nil || images[i].Created.After(newest.Created) {
			newest = &images[i]
		}
	}
	return newest
}

// regionOfZone returns the region of a zone of the inventory, or "".
func (e *api) regionOfZone(id string) string {
	if z := found(e.Service.Inventory().Zones, func(z *core.Zone) bool { return z.ID == id }); z != nil {
		return z.Region
	}
	return ""
}

// zones returns the zones of a region that the catalog shows: those of the inventory, and those
// that the options list for the region. A region without any has the zone that the cloud would
// choose, unless creates are bound to the inventory.
func (e *api) zones(region string) []core.Zone {
	var list []core.Zone
	for _, z := range e.Service.Inventory().Zones {
		if z.Region == region {
			list = append(list, z)
		}
	}
	for _, r := range e.Service.Config.Regions {
		for _, id := range r.Zones {
			shown := r.ID != region || slices.ContainsFunc(list, func(z core.Zone) bool { return z.ID == id })
			if !shown {
				list = append(list, core.Zone{ID: id, Region: region})
			}
		}
	}
	free := e.Service.Knows(region) && !e.Service.Strict()
	if len(list) == 0 && free {
		list = append(list, core.Zone{ID: e.zoneOf(region), Region: region})
	}
	return list
}

// hasZone reports whether creates may name a zone. Those of the inventory always exist. If
// creates are bound to it, only they and those of the options do.
func (e *api) hasZone(region, zone string) bool {
	listed := slices.ContainsFunc(e.zones(region), func(z core.Zone) bool { return z.ID == zone })
	if listed || e.Service.Strict() {
		return listed
	}
	return e.Service.HasZone(region, zone, zoneFits)
}

// chosenZone returns the zone of new instances: the one that is named, or that of the vSwitch, or
// the first zone that has room, or the one that the cloud would choose.
func (e *api) chosenZone(k *core.Call, p *alibaba.Params, charge core.Charge, amount int) string {
	if zone := p.Text("ZoneId"); zone != "" || p.Refusal != nil {
		return zone
	}
	if s := e.subnetOf(p.Text("VSwitchId")); s != nil && e.regionOfZone(s.Zone) == k.Region {
		return s.Zone
	}
	if !e.Service.Strict() {
		return e.zoneOf(k.Region)
	}
	var first string
	for _, z := range e.zones(k.Region) {
		if z.Closed {
			continue
		}
		if first == "" {
			first = z.ID
		}
		if e.Service.Room(z.ID, p.Text("InstanceType"), charge, amount, k.Now) == amount {
			return z.ID
		}
	}
	return first
}

// addRegions makes the regions of the inventory known.
func (e *api) addRegions() {
	for _, z := range e.Service.Inventory().Zones {
		if !e.Service.Knows(z.Region) {
			e.Service.Config.Regions = append(e.Service.Config.Regions, core.Region{ID: z.Region})
		}
	}
}
