package ens

import (
	"slices"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// nodes reads EnsRegionId and EnsRegionIds.N, and returns a filter for nodes.
func (e *api) nodes(p *alibaba.Params) func(node string) bool {
	one, several := e.node(p), p.List("EnsRegionIds", 100)
	return func(node string) bool {
		listed := len(several) == 0 || slices.Contains(several, node)
		return is(one, node) && listed
	}
}

// named reads ID and IDs.N, and returns a filter for IDs.
func named(p *alibaba.Params, one, several string) func(id string) bool {
	id, ids := p.Text(one), p.List(several, 100)
	return func(have string) bool {
		listed := len(ids) == 0 || slices.Contains(ids, have)
		return is(id, have) && listed
	}
}

// describeNetworks serves DescribeNetworks.
func (e *api) describeNetworks(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.params(k.Params)
	page, name := p.Page(mostRows), p.Text("NetworkName")
	on, ids := e.nodes(p), named(p, "NetworkId", "NetworkIds")
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	var found []core.Network
	for _, n := range e.Service.Inventory().Networks {
		if on(n.Region) && ids(n.ID) && is(name, n.Name) {
			found = append(found, n)
		}
	}
	return rowsOf(page, "Networks", "Network", found, func(n core.Network) alibaba.Object {
		switches := []string{}
		for _, s := range e.Service.Inventory().Subnets {
			if s.NetworkID == n.ID {
				switches = append(switches, s.ID)
			}
		}
		return alibaba.Object{
			{"NetworkId", n.ID},
			{"NetworkName", n.Name},
			{"EnsRegionId", n.Region},
			{"CidrBlock", n.CIDR},
			{"Status", "Available"},
			{"CreatedTime", stamp(n.Created)},
			{"RouterTableId", ""},
			{"NetworkAclId", ""},
			{"VSwitchIds", alibaba.List("VSwitchId", switches)},
		}
	}), nil
}

// describeVSwitches serves DescribeVSwitches.
func (e *api) describeVSwitches(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.params(k.Params)
	page, name, network := p.Page(mostRows), p.Text("VSwitchName"), p.Text("NetworkId")
	on, ids := e.nodes(p), named(p, "VSwitchId", "VSwitchIds")
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	var found []core.Subnet
	for _, s := range e.Service.Inventory().Subnets {
		if on(s.Zone) && ids(s.ID) && is(name, s.Name) && is(network, s.NetworkID) {
			found = append(found, s)
		}
	}
	return rowsOf(page, "VSwitches", "VSwitch", found, func(s core.Subnet) alibaba.Object {
		return alibaba.Object{
			{"VSwitchId", s.ID},
			{"VSwitchName", s.Name},
			{"NetworkId", s.NetworkID},
			{"EnsRegionId", s.Zone},
			{"CidrBlock", s.CIDR},
			{"FreeIpCount", e.freeAddresses(k, s)},
			{"Status", "Available"},
			{"CreatedTime", stamp(s.Created)},
		}
	}), nil
}

// freeAddresses returns how many more addresses a vSwitch has.
func (e *api) freeAddresses(k *core.Call, s core.Subnet) int {
	free := s.Addresses
	for _, m := range e.Service.All() {
		if m.SubnetID == s.ID && m.PhaseAt(k.Now) != core.Gone {
			free--
		}
	}
	return max(free, 0)
}

// describeSecurityGroups serves DescribeSecurityGroups. Groups have no node and no network.
func (e *api) describeSecurityGroups(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.params(k.Params)
	page, id, name := p.Page(mostRows), p.Text("SecurityGroupId"), p.Text("SecurityGroupName")
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	var found []core.SecurityGroup
	for _, g := range e.Service.Inventory().Groups {
		if is(id, g.ID) && is(name, g.Name) {
			found = append(found, g)
		}
	}
	return rowsOf(page, "SecurityGroups", "SecurityGroup", found, func(g core.SecurityGroup) alibaba.Object {
		members := []string{}
		for _, m := range e.Service.All() {
			if slices.Contains(m.Groups, g.ID) && m.PhaseAt(k.Now) != core.Gone {
				members = append(members, m.ID)
			}
		}
		return alibaba.Object{
			{"SecurityGroupId", g.ID},
			{"SecurityGroupName", g.Name},
			{"Description", g.Description},
			{"CreationTime", stamp(g.Created)},
			{"InstanceCount", len(members)},
			{"InstanceIds", alibaba.List("InstanceId", members)},
		}
	}), nil
}
