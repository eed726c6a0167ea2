package ens

import (
	"context"
	"net/netip"
	"strconv"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
)

// networksAnswer is the answer of DescribeNetworks.
type networksAnswer struct {
	listHead
	Networks *struct{ Network []networkRow }
}

// networkRow is a described network.
type networkRow struct {
	ID          string `json:"NetworkId"`
	Name        string `json:"NetworkName"`
	CIDR        string `json:"CidrBlock"`
	Status      alicloud.Text
	CreatedTime alicloud.Text
}

func (a *networksAnswer) head() *listHead { return &a.listHead }

func (a *networksAnswer) rows() ([]networkRow, bool, string) {
	if a.Networks == nil {
		return nil, false, "Networks"
	}
	return a.Networks.Network, true, "Networks"
}

// DescribeNetworks implements [catalog.NetworkLister].
func (d *driver) DescribeNetworks(
	ctx context.Context, q *catalog.NetworkQuery, pageToken string,
) (*provider.Page[catalog.Network], error) {
	at, err := readCursor(pageToken)
	if err != nil {
		return nil, err
	}
	p := params{"EnsRegionId": d.regionOf(q.Region)}.paged(at)
	p.text("NetworkId", q.VPCID)
	p.text("NetworkName", q.Name)
	r := request("DescribeNetworks", p, listTimeout)
	return listPage(ctx, d, r, &networksAnswer{}, &at, func(raw *networkRow) (catalog.Network, string) {
		return catalog.Network{
			ID: raw.ID, Name: raw.Name, CIDR: prefixOf(raw.CIDR), RawState: string(raw.Status),
			CreatedAt: alicloud.TimeOf(string(raw.CreatedTime)),
		}, raw.ID
	})
}

// prefixOf reads a range of addresses. A text in another form is the zero range.
func prefixOf(s string) netip.Prefix {
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}

// vswitchesAnswer is the answer of DescribeVSwitches.
type vswitchesAnswer struct {
	listHead
	VSwitches *struct{ VSwitch []vswitchRow }
}

// vswitchRow is a described vSwitch.
type vswitchRow struct {
	ID            string        `json:"VSwitchId"`
	Name          string        `json:"VSwitchName"`
	NetworkID     string        `json:"NetworkId"`
	CIDR          string        `json:"CidrBlock"`
	FreeAddresses alicloud.Text `json:"FreeIpCount"`
	Status        alicloud.Text
	CreatedTime   alicloud.Text
}

func (a *vswitchesAnswer) head() *listHead { return &a.listHead }

func (a *vswitchesAnswer) rows() ([]vswitchRow, bool, string) {
	if a.VSwitches == nil {
		return nil, false, "VSwitches"
	}
	return a.VSwitches.VSwitch, true, "VSwitches"
}

// DescribeSubnets implements [catalog.NetworkLister] by DescribeVSwitches. There are no zones.
func (d *driver) DescribeSubnets(
	ctx context.Context, q *catalog.NetworkQuery, pageToken string,
) (*provider.Page[catalog.Subnet], error) {
	at, err := readCursor(pageToken)
	if err != nil {
		return nil, err
	}
	p := params{"EnsRegionId": d.regionOf(q.Region)}.paged(at)
	p.text("NetworkId", q.VPCID)
	p.text("VSwitchName", q.Name)
	r := request("DescribeVSwitches", p, listTimeout)
	return listPage(ctx, d, r, &vswitchesAnswer{}, &at, subnetOf)
}

func subnetOf(raw *vswitchRow) (s catalog.Subnet, id string) {
	s = catalog.Subnet{
		ID: raw.ID, Name: raw.Name, VPCID: raw.NetworkID, CIDR: prefixOf(raw.CIDR), RawState: string(raw.Status),
		CreatedAt: alicloud.TimeOf(string(raw.CreatedTime)),
	}
	if n, err := strconv.Atoi(string(raw.FreeAddresses)); err == nil {
		s.FreeAddresses, s.AddressesKnown = n, true
	}
	return s, raw.ID
}

// groupsAnswer is the answer of DescribeSecurityGroups.
type groupsAnswer struct {
	listHead
	SecurityGroups *struct{ SecurityGroup []groupRow }
}

// groupRow is a described security group.
type groupRow struct {
	ID           string `json:"SecurityGroupId"`
	Name         string `json:"SecurityGroupName"`
	Description  string
	CreationTime alicloud.Text
}

func (a *groupsAnswer) head() *listHead { return &a.listHead }

func (a *groupsAnswer) rows() ([]groupRow, bool, string) {
	if a.SecurityGroups == nil {
		return nil, false, "SecurityGroups"
	}
	return a.SecurityGroups.SecurityGroup, true, "SecurityGroups"
}

// DescribeSecurityGroups implements [catalog.SecurityGroupLister]. Groups belong to the account:
// they have no node and no network.
func (d *driver) DescribeSecurityGroups(
	ctx context.Context, q *catalog.NetworkQuery, pageToken string,
) (*provider.Page[catalog.SecurityGroup], error) {
	at, err := readCursor(pageToken)
	if err != nil {
		return nil, err
	}
	p := params{}.paged(at)
	p.text("SecurityGroupName", q.Name)
	r := request("DescribeSecurityGroups", p, listTimeout)
	return listPage(ctx, d, r, &groupsAnswer{}, &at, func(raw *groupRow) (catalog.SecurityGroup, string) {
		return catalog.SecurityGroup{
			ID: raw.ID, Name: raw.Name, Description: raw.Description, CreatedAt: alicloud.TimeOf(string(raw.CreationTime)),
		}, raw.ID
	})
}
