package cloudsim

import (
	"slices"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// qingZones are the zones the documents name. Others are accepted too.
func qingZones() []string { return []string{"pek3a", "pek3", "sh1a", "gd2", "ap2a"} }

// describeZones is the action of that name.
func (q *qingCloud) describeZones(_ *core.Call, a *qingArgs) (qingReply, *qingError) {
	names, statuses := a.list("zones"), a.list("status")
	if a.err != nil {
		return nil, a.err
	}
	set := []map[string]string{}
	for _, zone := range qingZones() {
		if qingMatches(names, zone) && qingMatches(statuses, "active") {
			set = append(set, map[string]string{"zone_id": zone, "status": "active"})
		}
	}
	return qingReply{"zone_set": set, "total_count": len(set)}, nil
}

// qingMatches tells whether a filter lets a value pass; an empty one always does.
func qingMatches(filter []string, value string) bool {
	return len(filter) == 0 || slices.Contains(filter, value)
}

// qingZone tells whether s has the form of a zone ID, which is lower case.
func qingZone(s string) bool {
	return qingID(s) && strings.ToLower(s) == s
}

// qingZoneOf is the zone that answers name for a machine: it may be finer than
// the one asked for, as sh1b for sh1.
func qingZoneOf(zone string) string {
	if last := zone[len(zone)-1]; last >= '0' && last <= '9' {
		return zone + "b"
	}
	return zone
}
