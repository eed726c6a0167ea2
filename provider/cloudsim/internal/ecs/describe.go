package ecs

import (
	"cmp"
	"slices"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// describeInstances serves DescribeInstances.
func (e *api) describeInstances(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.regional(k)
	keep := e.filter(k, p)
	if p.Has("MaxResults") || p.Has("NextToken") {
		return e.describeByToken(k, p, keep)
	}
	page := p.Page(100)
	if err := e.checkDescribe(k, p); err != nil {
		return nil, err
	}
	all := e.list(k, 0, keep)
	rows, total := e.Service.Claimed(k, page.Cut(all), len(all))
	return alibaba.Object{
		{"TotalCount", total},
		{"PageNumber", page.Number},
		{"PageSize", page.Size},
		{"NextToken", ""},
		{"Instances", e.instances(k, rows)},
	}, nil
}

// describeByToken pages by NextToken; page fields are then ignored and the
// total is not counted.
func (e *api) describeByToken(k *core.Call, p *alibaba.Params,
	keep func(*core.Instance) bool,
) (alibaba.Object, *alibaba.Refusal) {
	size, from := p.Number("MaxResults", 10, 1, 100), p.Resume()
	if err := e.checkDescribe(k, p); err != nil {
		return nil, err
	}
	page, next := e.TokenPage(e.list(k, from, keep), size)
	page, total := e.Service.Claimed(k, page, 0)
	if f, ok := k.Faults.Get(core.WrongTotal); ok && f.NextPage && next == "" {
		next = alibaba.NextToken(len(e.Service.All()))
	}
	return alibaba.Object{
		{"TotalCount", total},
		{"PageNumber", 0},
		{"PageSize", 0},
		{"NextToken", next},
		{"Instances", e.instances(k, page)},
	}, nil
}

// checkDescribe is the last check of the parameters: it returns a refusal, the answer
// to a dry run, or nil. A dry run refuses a key without the right; the call itself does
// not. It is not verified that it checks the named instances.
func (e *api) checkDescribe(k *core.Call, p *alibaba.Params) *alibaba.Refusal {
	dry := p.Flag("DryRun")
	if p.Refusal != nil || !dry {
		return p.Refusal
	}
	var named []*core.Instance
	if p.Has("InstanceIds") {
		named = e.Service.Asked(k, "InstanceIds", 0)
	}
	switch {
	case e.Service.Denies(k, named):
		return forbiddenRAM()
	default:
		return dryRun()
	}
}

func (e *api) instances(k *core.Call, instances []*core.Instance) alibaba.Object {
	out := make([]alibaba.Object, len(instances))
	for i, m := range instances {
		out[i] = e.instance(k, m)
	}
	return alibaba.List("Instance", out)
}

// filter turns the filters of DescribeInstances into a predicate.
func (e *api) filter(k *core.Call, p *alibaba.Params) func(*core.Instance) bool {
	p.Unsupported("InnerIpAddresses EipAddresses RdmaIpAddresses DeviceAvailable HttpEndpoint HttpTokens " +
		"Ipv6Address.1 Filter.1.Key Filter.2.Key Filter.3.Key Filter.4.Key")
	p.Choice("Status", "", "Pending", "Starting", "Running", "Stopping", "Stopped")
	p.Choice("InstanceChargeType", "", "PostPaid", "PrePaid")
	p.Choice("LockReason", "", "financial", "security", "Recycling", "dedicatedhostfinancial", "refunded")
	id, private, public := p.JSONFilter("InstanceIds"), p.JSONFilter("PrivateIpAddresses"),
		p.JSONFilter("PublicIpAddresses")
	tags, name := p.Tags(20), p.Text("InstanceName")
	equal := p.EqualFilter(filters, func(name string, m *core.Instance) []string { return e.valueOf(k, name, m) })
	return func(m *core.Instance) bool {
		named := name == "" || alibaba.Wildcard(name, m.Name)
		return named && id(m.ID) && private(m.PrivateIPs...) && public(m.PublicIPs...) &&
			alibaba.HasTags(m.Tags, tags) && equal(m)
	}
}

// filters are the filters that compare one value.
const filters = "Status InstanceChargeType ZoneId VpcId VSwitchId ImageId InstanceType InstanceTypeFamily " +
	"SecurityGroupId KeyPairName ResourceGroupId HpcClusterId InternetChargeType LockReason"

// valueOf returns an instance's value for the name of a filter.
func (e *api) valueOf(k *core.Call, name string, m *core.Instance) []string {
	switch name {
	case "Status":
		return []string{alibaba.Status(m.PhaseAt(k.Now))}
	case "InstanceChargeType":
		return []string{chargeType(m)}
	case "ZoneId":
		return []string{m.Zone}
	case "VpcId":
		return []string{m.VPCID}
	case "VSwitchId":
		return []string{m.SubnetID}
	case "ImageId":
		return []string{m.ImageID}
	case "InstanceTypeFamily":
		return []string{e.family(m.InstanceType)}
	case "LockReason":
		return m.LocksAt(k.Now)
	case "SecurityGroupId":
		return m.Groups
	case "InternetChargeType":
		return []string{cmp.Or(m.Params[name], "PayByTraffic")}
	default:
		return []string{m.Params[name]}
	}
}

// describeInstanceStatus serves DescribeInstanceStatus, the cheapest poll. It accepts
// 100 IDs but shows at most 50 per page. It is not verified that an unknown ID is left
// out without a refusal.
func (e *api) describeInstanceStatus(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.regional(k)
	page, ids, zone := p.Page(50), p.List("InstanceId", 100), p.ID("ZoneId")
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	all := e.list(k, 0, func(m *core.Instance) bool {
		wanted := len(ids) == 0 || slices.Contains(ids, m.ID)
		inZone := zone == "" || m.Zone == zone
		return wanted && inZone
	})
	rows, total := e.Service.Claimed(k, page.Cut(all), len(all))
	var statuses []alibaba.Object
	for _, m := range rows {
		statuses = append(statuses, alibaba.Object{{"InstanceId", m.ID}, {"Status", alibaba.Status(m.PhaseAt(k.Now))}})
	}
	return alibaba.Object{
		{"TotalCount", total},
		{"PageNumber", page.Number},
		{"PageSize", page.Size},
		{"InstanceStatuses", alibaba.List("InstanceStatus", statuses)},
	}, nil
}
