package aliyun

import (
	"context"
	"net/netip"
	"strings"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
)

// vpcRequest returns a request to the VPC product. ECS has the same actions still, but they know
// no tags, and the vendor calls them deprecated.
func (d *driver) vpcRequest(action, region string, p params) alicloud.Request {
	r := d.request(action, region, p, catalogTimeout)
	r.Product, r.Version, r.Host = "Vpc", "2016-04-28", vpcHost
	return r
}

// vpcHost returns the host of the VPC product beside that of ECS. A host of the caller's own,
// such as a gateway or a simulator, serves both.
func vpcHost(region, host string) string {
	if vendor, err := endpointFor(region); err == nil && host == vendor {
		return vpcEndpointFor(region)
	}
	rest, isECS := strings.CutPrefix(host, "ecs")
	ofVendor := strings.HasSuffix(host, ".aliyuncs.com")
	if isECS && ofVendor { // "ecs-vpc.cn-beijing..." is the private one: "vpc-vpc.cn-beijing..."
		return "vpc" + rest
	}
	return host
}

// vpcEndpointFor returns the host that serves the VPC product in a region, by the table of the
// vendor's SDK.
func vpcEndpointFor(region string) string {
	switch region {
	case "cn-hangzhou", "cn-beijing-gov-1", "cn-shenzhen-su18-b01", "cn-shanghai-inner", "cn-shenzhen-st4-d01",
		"cn-haidian-cm12-c01", "cn-hangzhou-internal-prod-1", "cn-north-2-gov-1", "cn-yushanfang",
		"cn-hongkong-finance-pop", "cn-shanghai-finance-1", "cn-beijing-finance-pop", "cn-wuhan", "cn-zhangbei",
		"rus-west-1-pop", "cn-hangzhou-bj-b01", "cn-zhangbei-na61-b01", "cn-shenzhen-finance-1",
		"cn-shanghai-et2-b01", "cn-hangzhou-finance", "cn-beijing-nu16-b01", "cn-fujian", "ap-northeast-2-pop",
		"cn-shenzhen-inner":
		return "vpc.aliyuncs.com"
	case "cn-shanghai-internal-test-1", "cn-shanghai-et15-b01", "cn-hangzhou-internal-test-1",
		"cn-hangzhou-internal-test-3", "cn-hangzhou-test-306":
		return "vpc-pre.cn-hangzhou.aliyuncs.com"
	case "cn-hangzhou-internal-test-2":
		return "vpc-inner-pre.cn-hangzhou.aliyuncs.com"
	case "cn-qingdao-nebula", "cn-zhengzhou-nebula-1", "cn-huhehaote-nebula-1", "cn-edge-1":
		return "vpc-nebula.cn-qingdao-nebula.aliyuncs.com"
	case "eu-west-1-oxs":
		return "vpc-nebula.cn-shenzhen-cloudstone.aliyuncs.com"
	case "cn-zhangjiakou-na62-a01":
		return "vpc.cn-zhangjiakou.aliyuncs.com"
	}
	return "vpc." + region + ".aliyuncs.com"
}

// DescribeNetworks implements [catalog.NetworkLister] by DescribeVpcs of the VPC product.
func (d *driver) DescribeNetworks(
	ctx context.Context, q *catalog.NetworkQuery, pageToken string,
) (*provider.Page[catalog.Network], error) {
	p := params{}
	if err := p.page(pageToken, smallPage); err != nil {
		return nil, err
	}
	p.text("VpcId", q.VPCID)
	p.text("VpcName", q.Name)
	p.tags("Tag", q.Tags)
	var a struct {
		pageInfo
		Vpcs rows[rawVpc] `json:"Vpcs"`
	}
	resp, err := d.list(ctx, d.vpcRequest("DescribeVpcs", q.Region, p), &a, &a.Vpcs.given)
	if err != nil {
		return nil, err
	}
	next := a.next(pageToken, len(a.Vpcs.list), smallPage)
	return pageOf(resp, next, a.Vpcs.list, func(raw *rawVpc) (catalog.Network, bool) {
		return catalog.Network{
			ID: raw.ID, Name: raw.Name, CIDR: prefixOf(raw.CIDR), Default: raw.IsDefault, RawState: raw.Status,
			CreatedAt: alicloud.TimeOf(string(raw.CreationTime)), Tags: tagsOf(raw.Tags.list),
		}, raw.ID != ""
	}), nil
}

// rawVpc is a described VPC.
type rawVpc struct {
	ID           string        `json:"VpcId"`
	Name         string        `json:"VpcName"`
	CIDR         string        `json:"CidrBlock"`
	IsDefault    bool          `json:"IsDefault"`
	Status       string        `json:"Status"`
	CreationTime alicloud.Text `json:"CreationTime"`
	Tags         rows[RawTag]  `json:"Tags"`
}

// DescribeSubnets implements [catalog.NetworkLister] by DescribeVSwitches of the VPC product.
func (d *driver) DescribeSubnets(
	ctx context.Context, q *catalog.NetworkQuery, pageToken string,
) (*provider.Page[catalog.Subnet], error) {
	p := params{}
	if err := p.page(pageToken, smallPage); err != nil {
		return nil, err
	}
	p.text("VpcId", q.VPCID)
	p.text("ZoneId", q.Zone)
	p.text("VSwitchName", q.Name)
	p.tags("Tag", q.Tags)
	var a struct {
		pageInfo
		VSwitches rows[rawVSwitch] `json:"VSwitches"`
	}
	resp, err := d.list(ctx, d.vpcRequest("DescribeVSwitches", q.Region, p), &a, &a.VSwitches.given)
	if err != nil {
		return nil, err
	}
	next := a.next(pageToken, len(a.VSwitches.list), smallPage)
	return pageOf(resp, next, a.VSwitches.list, func(raw *rawVSwitch) (catalog.Subnet, bool) {
		return subnetOf(raw), raw.ID != ""
	}), nil
}

// rawVSwitch is a described vSwitch.
type rawVSwitch struct {
	ID           string        `json:"VSwitchId"`
	Name         string        `json:"VSwitchName"`
	VpcID        string        `json:"VpcId"`
	Zone         string        `json:"ZoneId"`
	CIDR         string        `json:"CidrBlock"`
	Free         *int          `json:"AvailableIpAddressCount"`
	IsDefault    bool          `json:"IsDefault"`
	Status       string        `json:"Status"`
	CreationTime alicloud.Text `json:"CreationTime"`
	Tags         rows[RawTag]  `json:"Tags"`
}

// subnetOf translates a described vSwitch.
func subnetOf(raw *rawVSwitch) catalog.Subnet {
	s := catalog.Subnet{
		ID: raw.ID, Name: raw.Name, VPCID: raw.VpcID, Zone: raw.Zone, CIDR: prefixOf(raw.CIDR),
		Default: raw.IsDefault, RawState: raw.Status,
		CreatedAt: alicloud.TimeOf(string(raw.CreationTime)), Tags: tagsOf(raw.Tags.list),
	}
	if raw.Free != nil {
		s.FreeAddresses, s.AddressesKnown = *raw.Free, true
	}
	return s
}

// DescribeSecurityGroups implements [catalog.SecurityGroupLister] by DescribeSecurityGroups of ECS.
// With MaxResults the answer has no total.
func (d *driver) DescribeSecurityGroups(
	ctx context.Context, q *catalog.NetworkQuery, pageToken string,
) (*provider.Page[catalog.SecurityGroup], error) {
	p := params{}
	p.number("MaxResults", rowsPerPage)
	p.text("NextToken", pageToken)
	p.text("VpcId", q.VPCID)
	p.text("SecurityGroupName", q.Name)
	p.tags("Tag", q.Tags)
	var a struct {
		NextToken alicloud.Text  `json:"NextToken"`
		Groups    rows[rawGroup] `json:"SecurityGroups"`
	}
	resp, err := d.list(ctx, d.request("DescribeSecurityGroups", q.Region, p, catalogTimeout), &a, &a.Groups.given)
	if err != nil {
		return nil, err
	}
	return pageOf(resp, string(a.NextToken), a.Groups.list, func(raw *rawGroup) (catalog.SecurityGroup, bool) {
		return catalog.SecurityGroup{
			ID: raw.ID, Name: raw.Name, Description: raw.Description, VPCID: raw.VpcID,
			CreatedAt: alicloud.TimeOf(string(raw.CreationTime)), Tags: tagsOf(raw.Tags.list),
		}, raw.ID != ""
	}), nil
}

// rawGroup is a described security group.
type rawGroup struct {
	ID           string        `json:"SecurityGroupId"`
	Name         string        `json:"SecurityGroupName"`
	Description  string        `json:"Description"`
	VpcID        string        `json:"VpcId"`
	CreationTime alicloud.Text `json:"CreationTime"`
	Tags         rows[RawTag]  `json:"Tags"`
}

// prefixOf reads a network; a text that is none is the zero value.
func prefixOf(raw string) netip.Prefix {
	p, err := netip.ParsePrefix(raw)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}
