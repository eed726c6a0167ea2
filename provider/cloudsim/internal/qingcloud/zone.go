package qingcloud

import (
	"slices"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// zones are the documented zones. Other zones are accepted too.
func zones() []string { return []string{"pek3a", "pek3", "sh1a", "gd2", "ap2a"} }

// describeZones is the action of that name.
func (q *api) describeZones(_ *core.Call, a *args) (reply, *refusal) {
	names, statuses := a.list("zones"), a.list("status")
	if a.err != nil {
		return nil, a.err
	}
	set := []map[string]string{}
	for _, zone := range zones() {
		if matches(names, zone) && matches(statuses, "active") {
			set = append(set, map[string]string{"zone_id": zone, "status": "active"})
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
