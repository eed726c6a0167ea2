package qingcloud

import (
	"slices"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// checkOffer refuses an order for something that the inventory of the options does not have, and
// gives the order the size of its type. Without such an inventory every ID counts as existing.
// The codes for what does not exist are documented for lists; for creates they are unverified.
func (q *api) checkOffer(k *core.Call, a *args, o *order) {
	if !q.service.Strict() || a.err != nil {
		return
	}
	q.checkType(a, o)
	q.checkImage(a, o.image)
	for _, id := range o.keyPairs {
		q.knownKeyPair(a, id)
	}
	for _, n := range o.networks {
		q.knownVxNet(k, a, n.id)
	}
	if a.text("security_group") == "" && len(o.groups) > 0 {
		o.groups = []string{q.defaultGroup(k)}
	}
	for _, id := range o.groups {
		if !q.hasGroup(k, id) {
			a.refuse(refusef(notFound, "ResourceNotFound, security group [%s] is not found", id))
		}
	}
	q.checkRoom(k, a, o)
}

// checkType sets the type and the size of an order. An order by numbers is of the type that has
// them.
func (q *api) checkType(a *args, o *order) {
	types := q.service.Inventory().Types
	asked := a.text("instance_type")
	i := slices.IndexFunc(types, func(t core.InstanceType) bool {
		if a.text("cpu") == "" && a.text("memory") == "" {
			return t.ID == asked
		}
		same := t.CPUs == o.size.cpus && t.MemoryMiB == o.size.memoryMiB
		return same && (t.ID == asked || t.ID == o.size.name)
	})
	if i < 0 {
		a.unknown("instance_type", "is not a type or size of this zone")
		return
	}
	t := &types[i]
	if t.Retired {
		a.refuse(refusef(denied, "PermissionDenied, instance type [%s] is deprecated", t.ID))
	}
	o.size = instanceSize{name: t.ID, cpus: t.CPUs, memoryMiB: t.MemoryMiB}
}

// checkImage requires an image that is available.
func (q *api) checkImage(a *args, id string) {
	i := q.image(id)
	if i == nil {
		a.refuse(refusef(notFound, "ResourceNotFound, image [%s] is not found", id))
		return
	}
	if i.State != "" {
		a.refuse(refusef(denied, "PermissionDenied, image [%s] is not available, can not create instance from it", id))
	}
}

// defaultGroup returns the security group for the base network when an order names none.
func (q *api) defaultGroup(k *core.Call) string {
	for _, g := range q.service.Inventory().Groups {
		if g.Default && inZone(k, g.Region) {
			return g.ID
		}
	}
	return "sg-default"
}

// checkRoom requires that the zone has room for all instances of an order, and the account a
// quota: there is no minimum. An instance on a host of its own takes nothing from the zone.
func (q *api) checkRoom(k *core.Call, a *args, o *order) {
	if a.err != nil {
		return
	}
	for _, u := range q.service.Inventory().Quotas {
		needs := uses(u.Name, o.count, o.size.cpus, o.size.memoryMiB)
		if inZone(k, u.Zone) && needs > 0 && needs > q.left(k, u) {
			a.refuse(refusef(noQuota, "QuotasExceeded, the resource quota of [%s] is used up", u.Name))
		}
	}
	room := q.service.Room(k.Region, o.size.name, o.charge, o.count, k.Now)
	if o.charge == core.Host && q.sells(k.Region, o.size.name) {
		room = o.count
	}
	if room < o.count || q.closed(k.Region) {
		a.refuse(fault(core.NoStock))
	}
}

// closed reports whether a zone takes no new instances.
func (q *api) closed(zone string) bool {
	return slices.ContainsFunc(q.service.Inventory().Zones, func(z core.Zone) bool { return z.ID == zone && z.Closed })
}
