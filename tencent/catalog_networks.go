package tencent

import (
	"context"
	"net/netip"
	"time"

	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"github.com/yunfan-cloud/yunfan/internal/adapter"
	"github.com/yunfan-cloud/yunfan/internal/sorted"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
)

// vpcProduct is the product of networks, which has the version of CVM.
const vpcProduct = "vpc"

// vpcRow, subnetRow and groupRow are rows of the lists of the product VPC, as far as they are used.
type (
	vpcRow struct {
		VpcID       *string `json:"VpcId"`
		VpcName     *string
		CidrBlock   *string
		IsDefault   *bool
		CreatedTime *string
		TagSet      []*cvm.Tag
	}
	subnetRow struct {
		SubnetID                *string `json:"SubnetId"`
		SubnetName              *string
		VpcID                   *string `json:"VpcId"`
		Zone                    *string
		CidrBlock               *string
		AvailableIPAddressCount *int64 `json:"AvailableIpAddressCount"`
		IsDefault               *bool
		CreatedTime             *string
		TagSet                  []*cvm.Tag
	}
	groupRow struct {
		SecurityGroupID   *string `json:"SecurityGroupId"`
		SecurityGroupName *string
		SecurityGroupDesc *string
		IsDefault         *bool
		CreatedTime       *string
		TagSet            []*cvm.Tag
	}
)

// networkResponse is what the lists of the product VPC answer. One of the lists is set.
type networkResponse struct {
	TotalCount       *int64
	VpcSet           []*vpcRow
	SubnetSet        []*subnetRow
	SecurityGroupSet []*groupRow
	RequestID        *string `json:"RequestId"`
}

// networkRows are the rows of one list of an answer.
type networkRows[R any] struct {
	member string // the list
	of     func(*networkResponse) []*R
}

// DescribeNetworks implements [catalog.NetworkLister].
func (d *driver) DescribeNetworks(
	ctx context.Context, q *catalog.NetworkQuery, pageToken string,
) (*provider.Page[catalog.Network], error) {
	var f filters
	f.add("vpc-id", 1, q.VPCID)
	f.add("vpc-name", 1, q.Name)
	f.addTags(q.Tags)
	rows := networkRows[vpcRow]{"VpcSet", func(r *networkResponse) []*vpcRow { return r.VpcSet }}
	return networkPage(ctx, d, networkCall{"DescribeVpcs", q.Region, pageToken, f}, rows, networkOf)
}

// DescribeSubnets implements [catalog.NetworkLister].
func (d *driver) DescribeSubnets(
	ctx context.Context, q *catalog.NetworkQuery, pageToken string,
) (*provider.Page[catalog.Subnet], error) {
	var f filters
	f.add("vpc-id", 1, q.VPCID)
	f.add("zone", 1, q.Zone)
	f.add("subnet-name", 1, q.Name)
	f.addTags(q.Tags)
	rows := networkRows[subnetRow]{"SubnetSet", func(r *networkResponse) []*subnetRow { return r.SubnetSet }}
	return networkPage(ctx, d, networkCall{"DescribeSubnets", q.Region, pageToken, f}, rows, subnetOf)
}

// DescribeSecurityGroups implements [catalog.SecurityGroupLister]. Groups belong to the account.
func (d *driver) DescribeSecurityGroups(
	ctx context.Context, q *catalog.NetworkQuery, pageToken string,
) (*provider.Page[catalog.SecurityGroup], error) {
	var f filters
	f.add("security-group-name", 1, q.Name)
	f.addTags(q.Tags)
	rows := networkRows[groupRow]{"SecurityGroupSet", func(r *networkResponse) []*groupRow { return r.SecurityGroupSet }}
	return networkPage(ctx, d, networkCall{"DescribeSecurityGroups", q.Region, pageToken, f}, rows, securityGroupOf)
}

// addTags adds a filter for each tag, as far as the call takes so many.
func (f *filters) addTags(tags map[string]string) {
	for _, k := range sorted.Keys(tags) {
		f.add("tag:"+k, 1, tags[k])
	}
}

// networkCall is a call of the product VPC.
type networkCall struct {
	action, region, pageToken string
	filters                   filters
}

// networkPage asks for one page of a list. The product takes its offset and its limit as texts.
func networkPage[R, T any](
	ctx context.Context, d *driver, call networkCall, rows networkRows[R], translate func(*R) (T, bool),
) (*provider.Page[T], error) {
	offset, err := adapter.Offset(Name, call.pageToken)
	if err != nil {
		return nil, err
	}
	params := map[string]any{"Offset": offsetText(offset), "Limit": offsetText(perCall)}
	if len(call.filters) > 0 {
		params["Filters"] = call.filters
	}
	out, err := productRequest(vpcProduct, cvm.APIVersion, call.action, params)
	if err != nil {
		return nil, err
	}
	ex := d.newExchange(ctx, call.action, call.region, catalogTimeout)
	resp, err := ask[networkResponse](d, ex, out)
	if err != nil {
		return nil, err
	}
	r := resp.Response
	all := rows.of(r)
	if !lists(all, r.TotalCount) || resp.noRows(rows.member, len(all)) {
		return nil, ex.malformed("it has no list "+rows.member, value(r.RequestID))
	}
	return &provider.Page[T]{
		Items:     itemsOf(all, translate),
		NextPage:  nextOffset(offset, len(all), totalOf(r.TotalCount)),
		RequestID: value(r.RequestID),
	}, nil
}

// networkOf translates a VPC.
func networkOf(raw *vpcRow) (catalog.Network, bool) {
	n := catalog.Network{
		ID:        value(raw.VpcID),
		Name:      value(raw.VpcName),
		CIDR:      prefixOf(raw.CidrBlock),
		Default:   value(raw.IsDefault),
		CreatedAt: networkTime(raw.CreatedTime),
		Tags:      tagsOf(raw.TagSet),
	}
	return n, n.ID != ""
}

// subnetOf translates a subnet.
func subnetOf(raw *subnetRow) (catalog.Subnet, bool) {
	s := catalog.Subnet{
		ID:             value(raw.SubnetID),
		Name:           value(raw.SubnetName),
		VPCID:          value(raw.VpcID),
		Zone:           value(raw.Zone),
		CIDR:           prefixOf(raw.CidrBlock),
		Default:        value(raw.IsDefault),
		CreatedAt:      networkTime(raw.CreatedTime),
		Tags:           tagsOf(raw.TagSet),
		FreeAddresses:  int(value(raw.AvailableIPAddressCount)),
		AddressesKnown: raw.AvailableIPAddressCount != nil,
	}
	return s, s.ID != ""
}

// securityGroupOf translates a security group.
func securityGroupOf(raw *groupRow) (catalog.SecurityGroup, bool) {
	g := catalog.SecurityGroup{
		ID:          value(raw.SecurityGroupID),
		Name:        value(raw.SecurityGroupName),
		Description: value(raw.SecurityGroupDesc),
		Default:     value(raw.IsDefault),
		CreatedAt:   networkTime(raw.CreatedTime),
		Tags:        tagsOf(raw.TagSet),
	}
	return g, g.ID != ""
}

// prefixOf reads a range of addresses. A text that is none is the zero prefix.
func prefixOf(text *string) netip.Prefix {
	p, err := netip.ParsePrefix(value(text))
	if err != nil {
		return netip.Prefix{}
	}
	return p
}

// chinaTime is the zone of times without one in answers of the product VPC. Its documents name no zone;
// this one is unverified.
var chinaTime = time.FixedZone("UTC+8", 8*60*60)

// networkTime reads a time of the product VPC.
func networkTime(text *string) time.Time {
	if t, err := time.ParseInLocation(time.DateTime, value(text), chinaTime); err == nil {
		return t
	}
	return timeOf(value(text))
}
