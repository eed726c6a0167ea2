package qingcloud

import (
	"slices"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// typeView is an instance type on the wire: all that the vendor's client has.
type typeView struct {
	ID          string `json:"instance_type_id"`
	Name        string `json:"instance_type_name"`
	Description string `json:"description"`
	VCPUs       int    `json:"vcpus_current"`
	MemoryMiB   int    `json:"memory_current"`
	Status      string `json:"status"` // available or deprecated
	ZoneID      string `json:"zone_id"`
}

// describeInstanceTypes is the action of that name, which has no pages. It lists what the zone
// sells, whether or not there is any left. An unknown type is left out (unverified).
func (q *api) describeInstanceTypes(k *core.Call, a *args) (reply, *refusal) {
	ids := a.ids("instance_types")
	bare := a.flag("baremetal")
	if a.err != nil {
		return nil, a.err
	}
	set := []typeView{}
	for _, t := range q.service.Inventory().Types {
		if !bare && matches(ids, t.ID) && q.sells(k.Region, t.ID) {
			set = append(set, viewOfType(t, k.Region))
		}
	}
	return reply{"instance_type_set": set, "total_count": len(set)}, nil
}

// sells reports whether a zone offers a type, for any way to pay.
func (q *api) sells(zone, kind string) bool {
	return slices.ContainsFunc(q.service.Inventory().Offers, func(o core.Offer) bool {
		return o.Zone == zone && o.Type == kind
	})
}

func viewOfType(t core.InstanceType, zone string) typeView {
	v := typeView{
		ID: t.ID, Name: t.ID, VCPUs: t.CPUs, MemoryMiB: t.MemoryMiB, Status: "available", ZoneID: zoneOf(zone),
	}
	if t.Retired {
		v.Status = "deprecated"
	}
	return v
}
