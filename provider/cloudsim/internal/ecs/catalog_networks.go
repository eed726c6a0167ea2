package ecs

import (
	"slices"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// newer reports whether a call has the version of the VPC product. ECS has the same actions still,
// with fewer filters and fewer fields.
func newer(k *core.Call) bool { return k.Version == vpcVersion }

// describeVpcs serves DescribeVpcs of both products.
func (e *api) describeVpcs(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.regional(k)
	page, ids, isDefault := p.Page(50), listOf(p.Text("VpcId")), defaultFilter(p)
	var name string
	var tags map[string]string
	if newer(k) {
		name, tags = p.Text("VpcName"), p.Tags(20)
	}
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	var all []core.Network
	for _, n := range e.Service.Inventory().Networks {
		asked := len(ids) == 0 || slices.Contains(ids, n.ID)
		if n.Region == k.Region && asked && fits(name, n.Name) && isDefault(n.Default) && alibaba.HasTags(n.Tags, tags) {
			all = append(all, n)
		}
	}
	var out []alibaba.Object
	for _, n := range alibaba.Cut(page, all) {
		out = append(out, e.shownVpc(k, &n))
	}
	return append(page.PageFields(len(all)), alibaba.Field{"Vpcs", alibaba.List("Vpc", out)}), nil
}

// defaultFilter reads IsDefault; without it both kinds pass.
func defaultFilter(p *alibaba.Params) func(bool) bool {
	want, given := p.Flag("IsDefault"), p.Has("IsDefault")
	return func(is bool) bool { return !given || is == want }
}

// shownVpc returns a VPC in the form of an answer.
func (e *api) shownVpc(k *core.Call, n *core.Network) alibaba.Object {
	var subnets []string
	for _, s := range e.Service.Inventory().Subnets {
		if s.NetworkID == n.ID {
			subnets = append(subnets, s.ID)
		}
	}
	row := alibaba.Object{
		{"VpcId", n.ID},
		{"VpcName", n.Name},
		{"RegionId", n.Region},
		{"CidrBlock", n.CIDR},
		{"IsDefault", n.Default},
		{"Status", "Available"},
		{"Description", ""},
		{"VRouterId", "vrt-" + strings.TrimPrefix(n.ID, "vpc-")},
		{"CreationTime", n.Created.UTC().Format(alibaba.TimeFormat)},
		{"VSwitchIds", alibaba.List("VSwitchId", subnets)},
		{"UserCidrs", alibaba.List("UserCidr", []string(nil))},
	}
	if !newer(k) {
		return row
	}
	return append(row, alibaba.Object{
		{"SecondaryCidrBlocks", alibaba.List("SecondaryCidrBlock", []string(nil))},
		{"RouterTableIds", alibaba.List("RouterTableIds", []string{"vtb-" + strings.TrimPrefix(n.ID, "vpc-")})},
		{"Ipv6CidrBlock", ""},
		{"ResourceGroupId", ""},
		{"Tags", alibaba.List("Tag", vpcTags(n.Tags))},
	}...)
}

// vpcTags returns tags in the form of the VPC product, which names them Key and Value.
func vpcTags(tags map[string]string) []alibaba.Object {
	out := alibaba.Tags(tags)
	for i, tag := range out {
		out[i] = alibaba.Object{{"Key", tag[0].Value()}, {"Value", tag[1].Value()}}
	}
	return out
}

// describeVSwitches serves DescribeVSwitches of both products. One of region and VPC is enough for
// the newer one.
func (e *api) describeVSwitches(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.params(k)
	if !newer(k) || !p.Has("VpcId") {
		requireRegion(p)
	}
	page, keep := p.Page(50), e.vSwitchFilter(k, p)
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	var all []core.Subnet
	for _, s := range e.Service.Inventory().Subnets {
		if keep(&s) {
			all = append(all, s)
		}
	}
	var out []alibaba.Object
	for _, s := range alibaba.Cut(page, all) {
		out = append(out, e.shownVSwitch(k, &s))
	}
	return append(page.PageFields(len(all)), alibaba.Field{"VSwitches", alibaba.List("VSwitch", out)}), nil
}

// vSwitchFilter turns the filters of DescribeVSwitches into a predicate.
func (e *api) vSwitchFilter(k *core.Call, p *alibaba.Params) func(*core.Subnet) bool {
	id, vpc, zone, isDefault := p.Text("VSwitchId"), p.Text("VpcId"), p.Text("ZoneId"), defaultFilter(p)
	var name string
	var tags map[string]string
	if newer(k) {
		name, tags = p.Text("VSwitchName"), p.Tags(20)
	}
	return func(s *core.Subnet) bool {
		here := fits(k.Region, e.regionOfZone(s.Zone))
		named := fits(id, s.ID) && fits(name, s.Name) && alibaba.HasTags(s.Tags, tags)
		return here && named && fits(vpc, s.NetworkID) && fits(zone, s.Zone) && isDefault(s.Default)
	}
}

// shownVSwitch returns a vSwitch in the form of an answer.
func (e *api) shownVSwitch(k *core.Call, s *core.Subnet) alibaba.Object {
	row := alibaba.Object{
		{"VSwitchId", s.ID},
		{"VSwitchName", s.Name},
		{"VpcId", s.NetworkID},
		{"ZoneId", s.Zone},
		{"CidrBlock", s.CIDR},
		{"AvailableIpAddressCount", e.freeAddresses(k, s)},
		{"IsDefault", s.Default},
		{"Status", "Available"},
		{"Description", ""},
		{"ResourceGroupId", ""},
		{"CreationTime", s.Created.UTC().Format(alibaba.TimeFormat)},
	}
	if !newer(k) {
		return row
	}
	return append(row, alibaba.Object{
		{"Ipv6CidrBlock", ""},
		{"RouteTable", alibaba.Object{{"RouteTableId", "vtb-" + strings.TrimPrefix(s.ID, "vsw-")}, {"RouteTableType", "System"}}},
		{"Tags", alibaba.List("Tag", vpcTags(s.Tags))},
	}...)
}

// freeAddresses returns how many more addresses a vSwitch has. Instances take one each.
func (e *api) freeAddresses(k *core.Call, s *core.Subnet) int {
	free := s.Addresses
	for _, m := range e.Service.All() {
		if m.SubnetID == s.ID && m.PhaseAt(k.Now) != core.Gone {
			free--
		}
	}
	return max(free, 0)
}

// describeSecurityGroups serves DescribeSecurityGroups. With MaxResults or NextToken the answer has
// no total.
func (e *api) describeSecurityGroups(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.regional(k)
	all := e.groups(k, p)
	var fields alibaba.Object
	var rows []core.SecurityGroup
	if p.Has("MaxResults") || p.Has("NextToken") {
		page, next := alibaba.CutByToken(p, all, 10, 100)
		rows, fields = page, alibaba.Object{{"NextToken", next}}
	} else {
		page := p.Page(50)
		rows, fields = alibaba.Cut(page, all), page.PageFields(len(all))
	}
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	var out []alibaba.Object
	for _, g := range rows {
		out = append(out, shownGroup(&g))
	}
	fields = append(fields, alibaba.Field{"RegionId", k.Region})
	return append(fields, alibaba.Field{"SecurityGroups", alibaba.List("SecurityGroup", out)}), nil
}

// groups returns the security groups that a call asks for.
func (e *api) groups(k *core.Call, p *alibaba.Params) (all []core.SecurityGroup) {
	ids, one, name, vpc := p.JSONFilter("SecurityGroupIds"), p.Text("SecurityGroupId"), p.Text("SecurityGroupName"), p.Text("VpcId")
	tags, kind := p.Tags(20), p.Choice("SecurityGroupType", "", "normal", "enterprise")
	network := p.Choice("NetworkType", "", "vpc", "classic")
	p.Unsupported("ResourceGroupId FuzzyQuery")
	if p.Flag("DryRun") && p.Refusal == nil {
		p.Refuse(dryRun())
	}
	for _, g := range e.Service.Inventory().Groups {
		named := ids(g.ID) && fits(one, g.ID) && fits(name, g.Name) && alibaba.HasTags(g.Tags, tags)
		ofKind := fits(kind, "normal") && fits(network, networkType(&g))
		if g.Region == k.Region && named && ofKind && fits(vpc, g.NetworkID) {
			all = append(all, g)
		}
	}
	return all
}

func networkType(g *core.SecurityGroup) string {
	if g.NetworkID == "" {
		return "classic"
	}
	return "vpc"
}

// shownGroup returns a security group in the form of an answer.
func shownGroup(g *core.SecurityGroup) alibaba.Object {
	return alibaba.Object{
		{"SecurityGroupId", g.ID},
		{"SecurityGroupName", g.Name},
		{"SecurityGroupType", "normal"},
		{"Description", g.Description},
		{"VpcId", g.NetworkID},
		{"ResourceGroupId", ""},
		{"RuleCount", 0},
		{"EcsCount", 0}, // the vendor fills it no longer
		{"AvailableInstanceAmount", 0},
		{"ServiceManaged", false},
		{"ServiceID", 0},
		{"CreationTime", g.Created.UTC().Format(alibaba.TimeFormat)},
		{"Tags", alibaba.List("Tag", alibaba.Tags(g.Tags))},
	}
}
