package qingcloud

import (
	"slices"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// zones are those of the documents, the other parts of the same zones, and the older
// zones of the vendor's examples. A private cloud has its own.
func zones() []core.Region {
	return core.RegionList(`
		pek3 pek3a pek3b pek3c pek3d sh1 sh1a sh1b gd2 gd2a gd2b ap2a ap1 ap3 pek1 pek2 gd1`)
}

// zonesOf returns the zones of a service besides those of its options: the zones of the inventory
// that its options give, or else the documented ones.
func zonesOf(s *core.Service) []core.Region {
	if !s.Strict() {
		return zones()
	}
	var list []core.Region
	for _, z := range s.Inventory().Zones {
		list = append(list, core.Region{ID: z.ID})
	}
	return list
}

// describeZones is the action of that name. A zone that takes no new instances is shown as faulty.
func (q *api) describeZones(_ *core.Call, a *args) (reply, *refusal) {
	names, statuses := a.list("zones"), a.list("status")
	if a.err != nil {
		return nil, a.err
	}
	set := []map[string]string{}
	for _, r := range q.service.Config.Regions {
		zone, status := r.ID, "active"
		if q.service.Strict() && q.closed(zone) {
			status = "faulty"
		}
		if matches(names, zone) && matches(statuses, status) {
			set = append(set, map[string]string{"zone_id": zone, "status": status})
		}
	}
	return reply{"zone_set": set, "total_count": len(set)}, nil
}

// matches reports whether a value passes a filter; every value passes an empty one.
func matches(filter []string, value string) bool {
	return len(filter) == 0 || slices.Contains(filter, value)
}

// isZone reports whether s has the form of a zone ID, in lower case.
func isZone(s string) bool {
	return isID(s) && strings.ToLower(s) == s
}

// zoneOf returns the zone that answers name for an instance. It may be finer than the
// requested one, as sh1b for sh1.
func zoneOf(zone string) string {
	if last := zone[len(zone)-1]; last >= '0' && last <= '9' {
		return zone + "b"
	}
	return zone
}
