package ens

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// describeInstances serves DescribeInstances. There is no NextToken.
func (e *api) describeInstances(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.params(k.Params)
	page, keep := p.Page(100), e.filter(k, p)
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	var all []*core.Instance
	for _, m := range e.Service.Asked(k, "InstanceIds", 0) {
		if e.shown(k, m) && keep(m) {
			all = append(all, m)
		}
	}
	all = e.Service.Listed(k, all)
	rows, total := e.Service.Claimed(k, page.Cut(all), len(all))
	var out []alibaba.Object
	for _, m := range rows {
		out = append(out, instance(k, m))
	}
	return alibaba.Object{
		{"Code", 0},
		{"TotalCount", total},
		{"PageNumber", page.Number},
		{"PageSize", page.Size},
		{"Instances", alibaba.List("Instance", out)},
	}, nil
}

// filter returns a predicate for the filters. InstanceName is compared as a whole and
// SearchKey as a part. It is not verified that the real InstanceName is exact.
func (e *api) filter(k *core.Call, p *alibaba.Params) func(*core.Instance) bool {
	p.Unsupported("EnsServiceId ServiceStatus Tags.1.Key", "null", "[]")
	id, region := p.JSONFilter("InstanceIds"), p.JSONFilter("EnsRegionIds")
	e.node(p)
	e.checkNodes(p)
	key, tags := p.Text("SearchKey"), tagFilter(p)
	equal := p.EqualFilter(filters, func(name string, m *core.Instance) []string { return valueOf(k, name, m) })
	return func(m *core.Instance) bool {
		return id(m.ID) && region(m.Region) &&
			strings.Contains(m.ID+" "+m.Name+" "+strings.Join(m.PrivateIPs, " "), key) &&
			alibaba.HasTags(m.Tags, tags) && equal(m)
	}
}

// filters are the filters that compare one value.
const filters = "InstanceId InstanceName EnsRegionId Status ImageId InstanceType InstanceResourceType " +
	"VSwitchId NetworkId SecurityGroupId IntranetIp"

// valueOf returns an instance's value for the name of a filter.
func valueOf(k *core.Call, name string, m *core.Instance) []string {
	switch name {
	case "InstanceId":
		return []string{m.ID}
	case "InstanceName":
		return []string{m.Name}
	case "EnsRegionId":
		return []string{m.Region}
	case "Status":
		return []string{status(k, m)}
	case "InstanceResourceType":
		return []string{resourceTypeOf(m)}
	case "NetworkId":
		return []string{m.VPCID}
	case "SecurityGroupId":
		return m.Groups
	case "IntranetIp":
		return m.PrivateIPs
	default:
		return []string{m.Params[name]}
	}
}

// tagFilter reads Tags=[{"Key":"k","Value":"v"}]. The vendor's SDK for Go sends null
// for every unset list.
func tagFilter(p *alibaba.Params) map[string]string {
	var tags []struct{ Key, Value string }
	if text := p.Text("Tags"); text != "" && json.Unmarshal([]byte(text), &tags) != nil {
		p.Bad("Tags", "a JSON array of objects with Key and Value")
	}
	out := map[string]string{}
	for _, t := range tags {
		out[t.Key] = t.Value
	}
	return out
}

// resourceTypeOf returns the billing mode of an instance, which decides the call that
// releases it.
func resourceTypeOf(m *core.Instance) string {
	if m.Charge == core.Prepaid {
		return "EnsInstance"
	}
	return "EnsPostPaidInstance"
}

// instance is one instance in the answer. Cpu is a string, and disks are in MiB
// although the create uses GiB.
func instance(k *core.Call, m *core.Instance) alibaba.Object {
	p := m.Params
	expires := ""
	if m.Charge == core.Prepaid {
		expires = alibaba.Expiry(m).UTC().Format(time.RFC3339)
	}
	created := m.Created.UTC().Format(time.RFC3339)
	out := alibaba.Int(p, "InternetMaxBandwidthOut")
	return alibaba.Object{
		{"InstanceId", m.ID},
		{"InstanceName", m.Name},
		{"HostName", m.HostName},
		{"EnsRegionId", m.Region},
		{"Status", status(k, m)},
		{"StatusDescrip", ""},
		{"ServiceStatus", ""},
		{"InstanceResourceType", resourceTypeOf(m)},
		{"SpecName", m.InstanceType},
		{"InstanceTypeFamily", ""},
		{"ImageId", m.ImageID},
		{"OSName", ""},
		{"Cpu", strconv.Itoa(m.CPUs)},
		{"Memory", m.MemoryMiB},
		{"Disk", mib(p, "SystemDisk.")},
		{"CreationTime", created},
		{"StartTime", created},
		{"UpdateTime", created},
		{"ExpiredTime", expires},
		{"AutoReleaseTime", p["AutoReleaseTime"]},
		{"KeyPairName", p["KeyPairName"]},
		{"DeletionProtection", m.Attr("DeletionProtection") == "true"},
		{"SpotStrategy", cmp.Or(p["SpotStrategy"], "NoSpot")},
		{"InternetMaxBandwidthOut", out},
		{"InternetMaxBandwidthIn", 0},
		{"SecurityGroupIds", alibaba.List("SecurityGroupId", m.Groups)},
		{"SystemDisk", diskOf(p, "SystemDisk.", m.ID)},
		{"DataDisk", alibaba.List("DataDisk", dataDisks(m))},
		{"NetworkAttributes", alibaba.Object{
			{"NetworkId", m.VPCID},
			{"VSwitchId", m.SubnetID},
			{"PrivateIpAddress", alibaba.List("IpAddress", m.PrivateIPs)},
		}},
		{"InnerIpAddress", alibaba.List("IpAddress", m.PrivateIPs)},
		{"PrivateIpAddresses", alibaba.List("PrivateIpAddress", addresses(m.PrivateIPs))},
		{"PublicIpAddress", alibaba.List("IpAddress", m.PublicIPs)},
		{"PublicIpAddresses", alibaba.List("PublicIpAddress", addresses(m.PublicIPs))},
		{"NetworkInterfaces", alibaba.List("NetworkInterfaces", []alibaba.Object{networkInterface(m)})},
		{"Tags", alibaba.List("Tags", alibaba.Tags(m.Tags))},
	}
}

// networkInterface is the one interface of an instance, with its IPv6 addresses. It is not
// verified that IpType gives it one.
func networkInterface(m *core.Instance) alibaba.Object {
	out := alibaba.Interface(m)
	count := alibaba.Int(m.Params, "Ipv6AddressCount")
	if strings.Contains(m.Params["IpType"], "v6") {
		count = max(count, 1)
	}
	var sets []alibaba.Object
	for i := range count {
		address := fmt.Sprintf("2001:db8::%x:%x", m.Place+1, i+1)
		sets = append(sets, alibaba.Object{{"Ipv6Address", address}})
	}
	for i := range out {
		if out[i].Name() == "Ipv6Sets" {
			out[i] = alibaba.Field{"Ipv6Sets", alibaba.List("Ipv6Set", sets)}
		}
	}
	return out
}

func mib(params map[string]string, prefix string) int {
	gib, err := strconv.Atoi(params[prefix+"Size"])
	if err != nil {
		gib = 20 // the smallest system disk
	}
	return gib << 10
}

func diskOf(params map[string]string, prefix, id string) alibaba.Object {
	return alibaba.Object{
		{"DiskId", "d-" + id[2:]},
		{"DiskName", ""},
		{"Category", params[prefix+"Category"]},
		{"Size", mib(params, prefix)},
	}
}

func dataDisks(m *core.Instance) []alibaba.Object {
	p := &alibaba.Params{Values: m.Params}
	var out []alibaba.Object
	for _, n := range p.Indexes("DataDisk", 1<<20) {
		i := strconv.Itoa(n)
		out = append(out, diskOf(m.Params, "DataDisk."+i+".", m.ID+"-"+i))
	}
	return out
}

func addresses(ips []string) []alibaba.Object {
	out := make([]alibaba.Object, len(ips))
	for i, ip := range ips {
		out[i] = alibaba.Object{{"Ip", ip}, {"Isp", "telecom"}, {"GateWay", ""}}
	}
	return out
}
