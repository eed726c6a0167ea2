package qingcloud

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// joinVxnet is the action of that name: all instances join or none does. By the documents an
// instance is in one managed network at most, and an address is for one instance. It is
// unverified that the instances must run or be stopped, and that the base network has no fixed
// addresses here either.
func (q *api) joinVxnet(k *core.Call, a *args) (reply, *refusal) {
	n := q.readVxNet(k, a)
	instances := q.switchable(k, a, "joined to a network", "running", "stopped")
	if n.ip != "" && len(instances) > 1 {
		a.unknown("vxnet", "can have an address only for one instance")
	}
	for _, m := range instances {
		for _, nic := range q.details[m.ID].nics {
			q.mayJoin(a, m, nic, n)
		}
	}
	if a.err != nil {
		return nil, a.err
	}
	at := k.Now.Add(powerTime)
	for _, m := range instances {
		nic := netInterface{vxnet: n.id, mac: macAddress(q.service.Rand), ip: n.ip, from: at}
		d := q.details[m.ID]
		if n.managed() && nic.ip == "" {
			nic.ip = q.service.PrivateIP()
		}
		if nic.ip != "" {
			m.PrivateIPs = append(m.PrivateIPs, nic.ip)
		}
		d.addressless = d.addressless || len(d.nics) == 0
		d.addressless = d.addressless && nic.ip == ""
		d.nics = append(d.nics, nic)
	}
	return q.lifecycleJob(k, instances, powerTime), nil
}

// leaveVxnet is the action of that name: all instances leave or none does, at once. That an instance
// outside the network refuses the call is unverified.
func (q *api) leaveVxnet(k *core.Call, a *args) (reply, *refusal) {
	id := a.required("vxnet")
	instances := q.switchable(k, a, "taken out of a network", "running", "stopped")
	isIn := func(n netInterface) bool { return n.vxnet == id }
	for _, m := range instances {
		if !slices.ContainsFunc(q.details[m.ID].nics, isIn) {
			a.refuse(refusef(denied, "PermissionDenied, instance [%s] is not in vxnet [%s]", m.ID, id))
		}
	}
	if a.err != nil {
		return nil, a.err
	}
	for _, m := range instances {
		d := q.details[m.ID]
		for _, n := range d.nics {
			if isIn(n) {
				m.PrivateIPs = slices.DeleteFunc(m.PrivateIPs, func(ip string) bool { return ip == n.ip })
			}
		}
		d.nics = slices.DeleteFunc(d.nics, isIn)
	}
	return q.lifecycleJob(k, instances, powerTime), nil
}

// readVxNet reads the parameter vxnet, "ID" or "ID|address".
func (q *api) readVxNet(k *core.Call, a *args) network {
	id, ip, fixed := strings.Cut(a.required("vxnet"), "|")
	n := network{id, ip}
	if !isID(id) {
		a.invalid("vxnet", "must be the ID of a network, or ID|address")
	}
	addr, err := netip.ParseAddr(ip)
	isIPv4 := err == nil && addr.Is4()
	if fixed && !isIPv4 {
		a.invalid("vxnet", "has a malformed address")
	}
	mayBeFixed := id != baseNet && n.managed()
	if fixed && !mayBeFixed {
		a.unknown("vxnet", "can have an address only in a managed network of your own")
	}
	q.knownVxNet(k, a, id)
	q.checkFree(k, a, order{networks: []network{n}})
	return n
}

// mayJoin refuses an instance that has an interface which forbids the network.
func (q *api) mayJoin(a *args, m *core.Instance, has netInterface, n network) {
	switch {
	case has.vxnet == n.id:
		a.refuse(refusef(denied, "PermissionDenied, instance [%s] is in vxnet [%s] already", m.ID, n.id))
	case n.managed() && network{id: has.vxnet}.managed():
		a.refuse(refusef(denied, "PermissionDenied, instance [%s] is in a managed network [%s] already", m.ID, has.vxnet))
	}
}

// knownVxNet refuses a network that does not exist. Every zone has the base network. Without an
// inventory of the options every ID counts as existing.
func (q *api) knownVxNet(k *core.Call, a *args, id string) {
	has := slices.ContainsFunc(q.service.Inventory().Subnets, func(s core.Subnet) bool { return s.ID == id && inZone(k, s.Zone) })
	if q.service.Strict() && !has && id != baseNet {
		a.refuse(refusef(notFound, "ResourceNotFound, vxnet [%s] is not found", id))
	}
}
