package ens

import (
	"slices"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// checkOffer refuses a create of something that the inventory of the options does not have. Without
// such an inventory every ID counts as existing. A create in an area goes to the first node that
// has room for all its instances. There is no minimum.
func (e *api) checkOffer(k *core.Call, plan *runPlan) {
	p, inventory := plan.p, e.Service.Inventory()
	if !e.Service.Strict() || p.Refusal != nil {
		return
	}
	requireIn(p, "InstanceType", inventory.Types, func(t core.InstanceType, id string) bool { return t.ID == id && !t.Retired })
	requireIn(p, "ImageId", inventory.Images, func(i core.Image, id string) bool { return i.ID == id && i.State == "" })
	requireIn(p, "KeyPairName", inventory.KeyPairs, func(v core.KeyPair, name string) bool { return v.Name == name })
	requireIn(p, "SecurityId", inventory.Groups, func(g core.SecurityGroup, id string) bool { return g.ID == id })
	requireIn(p, "NetWorkId", inventory.Networks, func(n core.Network, id string) bool {
		return n.ID == id && is(n.Region, plan.region)
	})
	network := p.Text("NetWorkId")
	requireIn(p, "VSwitchId", inventory.Subnets, func(s core.Subnet, id string) bool {
		return s.ID == id && is(s.Zone, plan.region) && is(network, s.NetworkID)
	})
	if p.Refusal != nil {
		return
	}
	nodes := []string{plan.region}
	if p.Has("NetDistrictCode") {
		nodes = nil
		for _, z := range inventory.Zones {
			nodes = append(nodes, z.ID)
		}
	}
	i := slices.IndexFunc(nodes, func(node string) bool {
		room := e.Service.Room(node, p.Text("InstanceType"), plan.charge, plan.amount, k.Now)
		return room >= plan.amount && !e.closed(node)
	})
	if i < 0 {
		p.Refuse(fault(core.NoStock))
		return
	}
	plan.region = nodes[i]
}

// requireIn refuses a parameter that is given and that no item of a list fits.
func requireIn[T any](p *alibaba.Params, name string, list []T, fits func(item T, value string) bool) {
	value := p.Text(name)
	if value != "" && !slices.ContainsFunc(list, func(item T) bool { return fits(item, value) }) {
		p.Refuse(invalid(name))
	}
}

// size gives an instance the size of its type, if the options have an inventory.
func (e *api) size(m *core.Instance) {
	if !e.Service.Strict() {
		return
	}
	for _, t := range e.Service.Inventory().Types {
		if t.ID == m.InstanceType {
			m.CPUs, m.MemoryMiB = t.CPUs, t.MemoryMiB
		}
	}
}
