package cvm

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// vpcPage holds the paging parameters of the product VPC, which are texts.
type vpcPage struct{ Offset, Limit *string }

// read returns the numbers of a page.
func (p vpcPage) read() (page, *refusal) {
	offset, err := strconv.ParseInt(valueOr(p.Offset, "0"), 10, 64)
	if err != nil || offset < 0 {
		return page{}, invalidAs("InvalidParameterValue.Range", "Offset")
	}
	limit, err := strconv.ParseInt(valueOr(p.Limit, "20"), 10, 64)
	if err != nil || limit < 1 || limit > 100 {
		return page{}, invalidAs("InvalidParameterValue.Range", "Limit")
	}
	return page{&offset, &limit}, nil
}

// chinaTime is how the product VPC writes times: without a zone. That they are of UTC+8 is [unverified].
func chinaTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(time.FixedZone("UTC+8", 8*60*60)).Format(time.DateTime)
}

// vpcList is a list of the product VPC: its page, and what selects its rows.
type vpcList[T any] struct {
	page    vpcPage
	ids     []string
	filters []filter
	known   filterSet[T]
	id      func(T) string
}

// cut returns a page of the rows that are selected, and how many those are in all. An unknown ID is an
// error, unlike in calls about images.
func (l vpcList[T]) cut(rows []T) ([]T, int, *refusal) {
	l.known.unknown = "InvalidParameter.FilterInvalidKey"
	page, refused := l.page.read()
	switch {
	case refused != nil:
		return nil, 0, refused
	case len(l.ids) > 0 && len(l.filters) > 0:
		return nil, 0, refuse("InvalidParameter.Coexist", "IDs and Filters exclude each other.")
	case len(l.ids) > maxIDs:
		return nil, 0, invalidAs("InvalidParameterValue.LimitExceeded", "IDs")
	}
	if refused := l.known.check(l.filters); refused != nil {
		return nil, 0, refused
	}
	for _, id := range l.ids {
		if !slices.ContainsFunc(rows, func(r T) bool { return l.id(r) == id }) {
			return nil, 0, refuse("ResourceNotFound", "A resource does not exist.")
		}
	}
	set := []T{}
	for _, r := range rows {
		named := len(l.ids) == 0 || slices.Contains(l.ids, l.id(r))
		if named && l.known.fit(l.filters, r) {
			set = append(set, r)
		}
	}
	return cutPage(page, set), len(set), nil
}

// vpc is the documented data type Vpc.
type vpc struct {
	VpcName, VpcId, CidrBlock string
	IsDefault                 bool
	EnableMulticast           bool
	CreatedTime               string
	DnsServerSet              []string
	DomainName, DhcpOptionsId string
	EnableDhcp                bool
	Ipv6CidrBlock             string
	TagSet                    []tag
	AssistantCidrSet          []string
	EnableRouteVpcPublish     bool
	Ipv6CidrBlockSet          []string
}

// vpcsRequest is the schema of DescribeVpcs.
type vpcsRequest struct {
	vpcPage
	VpcIds  []string
	Filters []filter
}

func (c *api) describeVpcs(k *core.Call, r *vpcsRequest) (fields, *refusal) {
	rows := []vpc{}
	for _, n := range c.service.Inventory().Networks {
		if n.Region == k.Region {
			rows = append(rows, vpc{
				VpcName: n.Name, VpcId: n.ID, CidrBlock: n.CIDR, IsDefault: n.Default, CreatedTime: chinaTime(n.Created),
				DnsServerSet: []string{"183.60.83.19", "183.60.82.98"}, EnableDhcp: true, TagSet: tagsOf(n.Tags),
				AssistantCidrSet: []string{}, Ipv6CidrBlockSet: []string{},
			})
		}
	}
	list := vpcList[vpc]{
		page: r.vpcPage, ids: r.VpcIds, filters: r.Filters, id: func(v vpc) string { return v.VpcId },
		known: filterSet[vpc]{
			tags:  func(v vpc) []tag { return v.TagSet },
			parts: []string{"vpc-name"},
			values: map[string]func(vpc) []string{
				"vpc-name":   func(v vpc) []string { return []string{v.VpcName} },
				"is-default": func(v vpc) []string { return []string{strconv.FormatBool(v.IsDefault)} },
				"vpc-id":     func(v vpc) []string { return []string{v.VpcId} },
				"cidr-block": func(v vpc) []string { return []string{v.CidrBlock} },
			},
		},
	}
	set, total, refused := list.cut(rows)
	if refused != nil {
		return nil, refused
	}
	return fields{"TotalCount": total, "VpcSet": set}, nil
}

// subnet is the documented data type Subnet, with the members that every version of it has.
type subnet struct {
	VpcId, SubnetId, SubnetName, CidrBlock string
	IsDefault, EnableBroadcast             bool
	Zone, RouteTableId, CreatedTime        string
	AvailableIpAddressCount                int
	Ipv6CidrBlock, NetworkAclId            string
	IsRemoteVpcSnat                        bool
	TotalIpAddressCount                    int
	TagSet                                 []tag
	CdcId                                  *string
	IsCdcSubnet                            int
}

// subnetsRequest is the schema of DescribeSubnets.
type subnetsRequest struct {
	vpcPage
	SubnetIds []string
	Filters   []filter
}

func (c *api) describeSubnets(k *core.Call, r *subnetsRequest) (fields, *refusal) {
	rows := []subnet{}
	for i := range c.service.Inventory().Subnets {
		s := &c.service.Inventory().Subnets[i]
		if c.zone(k.Region, s.Zone) != nil {
			rows = append(rows, subnet{
				VpcId: s.NetworkID, SubnetId: s.ID, SubnetName: s.Name, CidrBlock: s.CIDR, IsDefault: s.Default, Zone: s.Zone,
				RouteTableId: "rtb-" + word(k.Region), CreatedTime: chinaTime(s.Created), TotalIpAddressCount: s.Addresses,
				AvailableIpAddressCount: c.freeAddresses(k, s), TagSet: tagsOf(s.Tags),
			})
		}
	}
	list := vpcList[subnet]{
		page: r.vpcPage, ids: r.SubnetIds, filters: r.Filters, id: func(s subnet) string { return s.SubnetId },
		known: filterSet[subnet]{
			tags: func(s subnet) []tag { return s.TagSet },
			values: map[string]func(subnet) []string{
				"subnet-id":   func(s subnet) []string { return []string{s.SubnetId} },
				"vpc-id":      func(s subnet) []string { return []string{s.VpcId} },
				"cidr-block":  func(s subnet) []string { return []string{s.CidrBlock} },
				"is-default":  func(s subnet) []string { return []string{strconv.FormatBool(s.IsDefault)} },
				"subnet-name": func(s subnet) []string { return []string{s.SubnetName} },
				"zone":        func(s subnet) []string { return []string{s.Zone} },
			},
		},
	}
	set, total, refused := list.cut(rows)
	if refused != nil {
		return nil, refused
	}
	return fields{"TotalCount": total, "SubnetSet": set}, nil
}

// freeAddresses returns how many more addresses a subnet has.
func (c *api) freeAddresses(k *core.Call, s *core.Subnet) int {
	used := 0
	for _, m := range c.service.All() {
		if m.SubnetID == s.ID && m.PhaseAt(k.Now) != core.Gone {
			used += len(m.PrivateIPs)
		}
	}
	return max(s.Addresses-used, 0)
}

// securityGroup is the documented data type SecurityGroup.
type securityGroup struct {
	SecurityGroupId, SecurityGroupName, SecurityGroupDesc string
	ProjectId                                             string // a number as text
	IsDefault                                             bool
	CreatedTime                                           string
	TagSet                                                []tag
	UpdateTime                                            string
}

// securityGroupsRequest is the schema of DescribeSecurityGroups.
type securityGroupsRequest struct {
	vpcPage
	SecurityGroupIds []string
	Filters          []filter
	OrderField       *string
	OrderDirection   *string
}

func (c *api) describeSecurityGroups(k *core.Call, r *securityGroupsRequest) (fields, *refusal) {
	rows := []securityGroup{}
	for _, g := range c.service.Inventory().Groups {
		if g.Region == "" || g.Region == k.Region {
			rows = append(rows, securityGroup{
				SecurityGroupId: g.ID, SecurityGroupName: g.Name, SecurityGroupDesc: g.Description, ProjectId: "0",
				IsDefault: g.Default, CreatedTime: chinaTime(g.Created), TagSet: tagsOf(g.Tags),
			})
		}
	}
	refused := cmp.Or(
		oneOf("OrderField", r.OrderField, "CreatedTime", "UpdateTime"),
		oneOf("OrderDirection", r.OrderDirection, "ASC", "DESC"))
	if refused != nil {
		return nil, refused
	}
	if r.OrderField != nil {
		sign := map[string]int{"ASC": 1, "DESC": -1}[valueOr(r.OrderDirection, "ASC")]
		slices.SortStableFunc(rows, func(a, b securityGroup) int {
			return sign * cmp.Compare(a.orderedBy(*r.OrderField), b.orderedBy(*r.OrderField))
		})
	}
	list := vpcList[securityGroup]{
		page: r.vpcPage, ids: r.SecurityGroupIds, filters: r.Filters, id: func(g securityGroup) string { return g.SecurityGroupId },
		known: filterSet[securityGroup]{
			tags: func(g securityGroup) []tag { return g.TagSet },
			values: map[string]func(securityGroup) []string{
				"security-group-id":   func(g securityGroup) []string { return []string{g.SecurityGroupId} },
				"project-id":          func(g securityGroup) []string { return []string{g.ProjectId} },
				"security-group-name": func(g securityGroup) []string { return []string{g.SecurityGroupName} },
			},
		},
	}
	set, total, refused := list.cut(rows)
	if refused != nil {
		return nil, refused
	}
	return fields{"TotalCount": total, "SecurityGroupSet": set}, nil
}

// orderedBy returns the time that an order compares.
func (g securityGroup) orderedBy(field string) string {
	if field == "UpdateTime" {
		return g.UpdateTime
	}
	return g.CreatedTime
}
