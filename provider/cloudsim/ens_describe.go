package cloudsim

import (
	"cmp"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// describeInstances serves DescribeInstances. There is no NextToken.
func (e *ens) describeInstances(k *core.Call) (aliObject, *aliError) {
	p := e.params(k.Params)
	page, keep := p.page(100), e.filter(k, p)
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
	rows, total := e.Service.Claimed(k, page.cut(all), len(all))
	var out []aliObject
	for _, m := range rows {
		out = append(out, ensInstance(k, m))
	}
	return aliObject{
		{"Code", 0},
		{"TotalCount", total},
		{"PageNumber", page.number},
		{"PageSize", page.size},
		{"Instances", aliList("Instance", out)},
	}, nil
}

// filter turns the filters into a predicate. InstanceName is compared whole
// and SearchKey in part; that the real InstanceName is exact is not verified.
func (e *ens) filter(k *core.Call, p *aliParams) func(*core.Instance) bool {
	p.unsupported("EnsServiceId ServiceStatus Tags.1.Key", "null", "[]")
	id, region := p.jsonFilter("InstanceIds"), p.jsonFilter("EnsRegionIds")
	key, tags := p.text("SearchKey"), ensTagFilter(p)
	equal := p.equalFilter(ensFilters, func(name string, m *core.Instance) []string { return ensValue(k, name, m) })
	return func(m *core.Instance) bool {
		return id(m.ID) && region(m.Region) &&
			strings.Contains(m.ID+" "+m.Name+" "+strings.Join(m.PrivateIPs, " "), key) &&
			aliHasTags(m.Tags, tags) && equal(m)
	}
}

// ensFilters are the filters that compare one value.
const ensFilters = "InstanceId InstanceName EnsRegionId Status ImageId InstanceType InstanceResourceType " +
	"VSwitchId NetworkId SecurityGroupId IntranetIp"

// ensValue is what a machine has under the name of a filter.
func ensValue(k *core.Call, name string, m *core.Instance) []string {
	switch name {
	case "InstanceId":
		return []string{m.ID}
	case "InstanceName":
		return []string{m.Name}
	case "EnsRegionId":
		return []string{m.Region}
	case "Status":
		return []string{ensStatus(k, m)}
	case "InstanceResourceType":
		return []string{ensResourceType(m)}
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

// ensTagFilter reads Tags=[{"Key":"k","Value":"v"}]. The vendor's SDK for Go
// sends null for every list that is not set.
func ensTagFilter(p *aliParams) map[string]string {
	var tags []struct{ Key, Value string }
	if text := p.text("Tags"); text != "" && json.Unmarshal([]byte(text), &tags) != nil {
		p.bad("Tags", "a JSON array of objects with Key and Value")
	}
	out := map[string]string{}
	for _, t := range tags {
		out[t.Key] = t.Value
	}
	return out
}

// ensResourceType tells how a machine is paid for, and so how it is released.
func ensResourceType(m *core.Instance) string {
	if m.Charge == core.Prepaid {
		return "EnsInstance"
	}
	return "EnsPostPaidInstance"
}

// ensInstance is one instance in the answer. Cpu is a string and disks are in
// MiB, although the create takes them in GiB.
func ensInstance(k *core.Call, m *core.Instance) aliObject {
	p := m.Params
	expires := ""
	if m.Charge == core.Prepaid {
		expires = aliExpiry(m).UTC().Format(time.RFC3339)
	}
	created := m.Created.UTC().Format(time.RFC3339)
	out := aliInt(p, "InternetMaxBandwidthOut")
	return aliObject{
		{"InstanceId", m.ID},
		{"InstanceName", m.Name},
		{"HostName", m.HostName},
		{"EnsRegionId", m.Region},
		{"Status", ensStatus(k, m)},
		{"StatusDescrip", ""},
		{"ServiceStatus", ""},
		{"InstanceResourceType", ensResourceType(m)},
		{"SpecName", m.InstanceType},
		{"InstanceTypeFamily", ""},
		{"ImageId", m.ImageID},
		{"OSName", ""},
		{"Cpu", strconv.Itoa(m.CPUs)},
		{"Memory", m.MemoryMiB},
		{"Disk", ensMiB(p, "SystemDisk.")},
		{"CreationTime", created},
		{"StartTime", created},
		{"UpdateTime", created},
		{"ExpiredTime", expires},
		{"AutoReleaseTime", p["AutoReleaseTime"]},
		{"KeyPairName", p["KeyPairName"]},
		{"SpotStrategy", cmp.Or(p["SpotStrategy"], "NoSpot")},
		{"InternetMaxBandwidthOut", out},
		{"InternetMaxBandwidthIn", 0},
		{"SecurityGroupIds", aliList("SecurityGroupId", m.Groups)},
		{"SystemDisk", ensDisk(p, "SystemDisk.", m.ID)},
		{"DataDisk", aliList("DataDisk", ensDataDisks(m))},
		{"NetworkAttributes", aliObject{
			{"NetworkId", m.VPCID},
			{"VSwitchId", m.SubnetID},
			{"PrivateIpAddress", aliList("IpAddress", m.PrivateIPs)},
		}},
		{"InnerIpAddress", aliList("IpAddress", m.PrivateIPs)},
		{"PrivateIpAddresses", aliList("PrivateIpAddress", ensAddresses(m.PrivateIPs))},
		{"PublicIpAddress", aliList("IpAddress", m.PublicIPs)},
		{"PublicIpAddresses", aliList("PublicIpAddress", ensAddresses(m.PublicIPs))},
		{"NetworkInterfaces", aliList("NetworkInterfaces", []aliObject{aliInterface(m)})},
		{"Tags", aliList("Tags", aliTags(m.Tags))},
	}
}

func ensMiB(params map[string]string, prefix string) int {
	gib, err := strconv.Atoi(params[prefix+"Size"])
	if err != nil {
		gib = 20 // the smallest system disk
	}
	return gib << 10
}

func ensDisk(params map[string]string, prefix, id string) aliObject {
	return aliObject{
		{"DiskId", "d-" + id[2:]},
		{"DiskName", ""},
		{"Category", params[prefix+"Category"]},
		{"Size", ensMiB(params, prefix)},
	}
}

func ensDataDisks(m *core.Instance) []aliObject {
	p := &aliParams{values: m.Params}
	var out []aliObject
	for _, n := range p.indexes("DataDisk", 1<<20) {
		i := strconv.Itoa(n)
		out = append(out, ensDisk(m.Params, "DataDisk."+i+".", m.ID+"-"+i))
	}
	return out
}

func ensAddresses(ips []string) []aliObject {
	out := make([]aliObject, len(ips))
	for i, ip := range ips {
		out[i] = aliObject{{"Ip", ip}, {"Isp", "telecom"}, {"GateWay", ""}}
	}
	return out
}
