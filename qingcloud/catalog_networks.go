package qingcloud

import (
	"cmp"
	"context"
	"errors"
	"net/netip"

	"github.com/yunfan-cloud/yunfan/internal/adapter"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
)

// routersInput is a request of DescribeRouters.
type routersInput struct {
	Routers    []*string `name:"routers" location:"params"`
	Status     []*string `name:"status" location:"params"`
	SearchWord *string   `name:"search_word" location:"params"`
	Offset     *int      `name:"offset" location:"params"`
	Limit      *int      `name:"limit" location:"params"`
}

// routersAnswer is the answer of DescribeRouters.
type routersAnswer struct {
	answer
	Routers    []routerRow `json:"router_set"`
	TotalCount *Number     `json:"total_count"`
}

// routerRow is a described router, which is a VPC. Its network is in the vendor's SDK only.
type routerRow struct {
	ID         string   `json:"router_id"`
	Name       string   `json:"router_name"`
	CIDR       string   `json:"vpc_network"`
	Status     Word     `json:"status"`
	Transition Word     `json:"transition_status"`
	CreateTime string   `json:"create_time"`
	Tags       []tagRow `json:"tags"`
}

// DescribeNetworks implements [catalog.NetworkLister] by DescribeRouters. Deleted routers, which
// the service would list, are left out.
func (d *driver) DescribeNetworks(
	ctx context.Context, q *catalog.NetworkQuery, pageToken string,
) (*provider.Page[catalog.Network], error) {
	offset, err := adapter.Offset(Name, pageToken)
	if err != nil {
		return nil, err
	}
	out := &routersAnswer{}
	in := &routersInput{
		Status:     list([]string{"pending", "active", "poweroffed", "suspended"}),
		SearchWord: text(q.Name), Offset: number(offset), Limit: number(perCall),
	}
	if q.VPCID != "" {
		in.Routers, in.SearchWord = list([]string{q.VPCID}), nil
	}
	c := &call{action: "DescribeRouters", zone: d.regionOf(q.Region), in: in}
	err = d.call(ctx, c, out)
	if q.VPCID != "" && errors.Is(err, provider.ErrNotFound) {
		return &provider.Page[catalog.Network]{}, nil
	}
	if err != nil {
		return nil, err
	}
	return listPage(c.action, out.Routers, out.TotalCount, offset, networkOf)
}

func networkOf(raw *routerRow) (n catalog.Network, id string) {
	n = catalog.Network{
		ID: raw.ID, Name: raw.Name, CIDR: prefixOf(raw.CIDR), RawState: string(raw.Status),
		CreatedAt: timeOf(raw.CreateTime), Tags: tagsOf(raw.Tags),
	}
	if raw.Transition != "" {
		n.RawState += "/" + string(raw.Transition)
	}
	return n, raw.ID
}

// prefixOf reads a network. A text in another form is the zero prefix.
func prefixOf(s string) netip.Prefix {
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}

// vxnetsInput is a request of DescribeVxnets.
type vxnetsInput struct {
	SearchWord *string `name:"search_word" location:"params"`
	Offset     *int    `name:"offset" location:"params"`
	Limit      *int    `name:"limit" location:"params"`
}

// vxnetsAnswer is the answer of DescribeVxnets.
type vxnetsAnswer struct {
	answer
	VxNets     []vxnetRow `json:"vxnet_set"`
	TotalCount *Number    `json:"total_count"`
}

// vxnetRow is a described network of layer 2. Its addresses are those of the router that it is
// connected to. The number of free ones is in the vendor's SDK only.
type vxnetRow struct {
	ID            string       `json:"vxnet_id"`
	Name          string       `json:"vxnet_name"`
	Router        *vxnetRouter `json:"router"`
	VPCRouterID   string       `json:"vpc_router_id"`
	FreeAddresses *Number      `json:"available_ip_count"`
	ZoneID        string       `json:"zone_id"`
	CreateTime    string       `json:"create_time"`
	Tags          []tagRow     `json:"tags"`
}

// vxnetRouter is the router of a [vxnetRow]. It is empty or absent if there is none.
type vxnetRouter struct {
	ID   string `json:"router_id"`
	CIDR string `json:"ip_network"`
}

// DescribeSubnets implements [catalog.NetworkLister] by DescribeVxnets, which has no filter for
// the router.
func (d *driver) DescribeSubnets(
	ctx context.Context, q *catalog.NetworkQuery, pageToken string,
) (*provider.Page[catalog.Subnet], error) {
	offset, err := adapter.Offset(Name, pageToken)
	if err != nil {
		return nil, err
	}
	out := &vxnetsAnswer{}
	zone := d.regionOf(q.Region)
	in := &vxnetsInput{SearchWord: text(q.Name), Offset: number(offset), Limit: number(perCall)}
	c := &call{action: "DescribeVxnets", zone: zone, in: in}
	if err := d.call(ctx, c, out); err != nil {
		return nil, err
	}
	return listPage(c.action, out.VxNets, out.TotalCount, offset, func(raw *vxnetRow) (catalog.Subnet, string) {
		return subnetOf(raw, zone), raw.ID
	})
}

// subnetOf translates a network of layer 2 in a zone.
func subnetOf(raw *vxnetRow, zone string) catalog.Subnet {
	s := catalog.Subnet{
		ID: raw.ID, Name: raw.Name, VPCID: raw.VPCRouterID, Zone: cmp.Or(raw.ZoneID, zone),
		Default: raw.ID == basicNetwork, CreatedAt: timeOf(raw.CreateTime), Tags: tagsOf(raw.Tags),
	}
	if r := raw.Router; r != nil {
		s.VPCID, s.CIDR = cmp.Or(r.ID, s.VPCID), prefixOf(r.CIDR)
	}
	if raw.FreeAddresses != nil {
		s.FreeAddresses, s.AddressesKnown = int(*raw.FreeAddresses), true
	}
	return s
}

// firewallsInput is a request of DescribeSecurityGroups.
type firewallsInput struct {
	SearchWord *string `name:"search_word" location:"params"`
	Offset     *int    `name:"offset" location:"params"`
	Limit      *int    `name:"limit" location:"params"`
}

// firewallsAnswer is the answer of DescribeSecurityGroups.
type firewallsAnswer struct {
	answer
	Groups     []firewallRow `json:"security_group_set"`
	TotalCount *Number       `json:"total_count"`
}

// firewallRow is a described security group.
type firewallRow struct {
	ID          string   `json:"security_group_id"`
	Name        string   `json:"security_group_name"`
	Description string   `json:"description"`
	IsDefault   Number   `json:"is_default"` // 1: it is
	CreateTime  string   `json:"create_time"`
	Tags        []tagRow `json:"tags"`
}

// DescribeSecurityGroups implements [catalog.SecurityGroupLister].
func (d *driver) DescribeSecurityGroups(
	ctx context.Context, q *catalog.NetworkQuery, pageToken string,
) (*provider.Page[catalog.SecurityGroup], error) {
	offset, err := adapter.Offset(Name, pageToken)
	if err != nil {
		return nil, err
	}
	out := &firewallsAnswer{}
	in := &firewallsInput{SearchWord: text(q.Name), Offset: number(offset), Limit: number(perCall)}
	c := &call{action: "DescribeSecurityGroups", zone: d.regionOf(q.Region), in: in}
	if err := d.call(ctx, c, out); err != nil {
		return nil, err
	}
	return listPage(c.action, out.Groups, out.TotalCount, offset, securityGroupOf)
}

func securityGroupOf(raw *firewallRow) (g catalog.SecurityGroup, id string) {
	return catalog.SecurityGroup{
		ID: raw.ID, Name: raw.Name, Description: raw.Description, Default: raw.IsDefault == 1,
		CreatedAt: timeOf(raw.CreateTime), Tags: tagsOf(raw.Tags),
	}, raw.ID
}
