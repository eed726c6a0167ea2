package ecs

import (
	"slices"
	"strconv"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// describeKeyPairs serves DescribeKeyPairs. Its times have no seconds, which answers of ECS now and
// then lack.
func (e *api) describeKeyPairs(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.regional(k)
	page, name, print, tags := p.Page(50), p.Text("KeyPairName"), p.Text("KeyPairFingerPrint"), p.Tags(20)
	public := p.Flag("IncludePublicKey")
	p.Unsupported("ResourceGroupId")
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	var all []core.KeyPair
	for _, pair := range e.Service.Inventory().KeyPairs {
		named := name == "" || alibaba.Wildcard(name, pair.Name)
		if named && fits(print, pair.Fingerprint) && alibaba.HasTags(pair.Tags, tags) {
			all = append(all, pair)
		}
	}
	var out []alibaba.Object
	for _, pair := range alibaba.Cut(page, all) {
		row := alibaba.Object{
			{"KeyPairName", pair.Name},
			{"KeyPairFingerPrint", pair.Fingerprint},
			{"CreationTime", pair.Created.UTC().Format(minuteFormat)},
			{"ResourceGroupId", ""},
			{"Tags", alibaba.List("Tag", alibaba.Tags(pair.Tags))},
		}
		if public {
			row = append(row, alibaba.Field{"PublicKey", pair.PublicKey})
		}
		out = append(out, row)
	}
	return append(page.PageFields(len(all)), alibaba.Field{"KeyPairs", alibaba.List("KeyPair", out)}), nil
}

// attribute is a value of an attribute of the account.
type attribute struct{ name, category, zone, value string }

// describeAccountAttributes serves DescribeAccountAttributes. Every number is a text. The quota
// "max-x:y" of the inventory is the value of attribute "max-x" for the disk category y.
func (e *api) describeAccountAttributes(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.params(k)
	if !p.Has("RegionId") {
		p.Refuse(alibaba.Refuse(403, "Invalid.Parameter", `The input parameter "RegionId" is mandatory.`))
	}
	names, zone := p.List("AttributeName", 8), p.Text("ZoneId")
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	var order []string
	values := map[string][]alibaba.Object{}
	for _, a := range e.attributes(k) {
		asked := len(names) == 0 || slices.Contains(names, a.name)
		here := a.zone == "" || fits(zone, a.zone)
		if !asked || !here {
			continue
		}
		if values[a.name] == nil {
			order = append(order, a.name)
		}
		values[a.name] = append(values[a.name], alibaba.Object{
			{"Value", a.value},
			{"DiskCategory", a.category},
			{"ZoneId", a.zone},
			{"InstanceType", ""},
			{"InstanceChargeType", ""},
			{"ExpiredTime", ""},
			{"Count", 0},
		})
	}
	items := make([]alibaba.Object, len(order))
	for i, name := range order {
		items[i] = alibaba.Object{{"AttributeName", name}, {"AttributeValues", alibaba.List("ValueItem", values[name])}}
	}
	return alibaba.Object{{"AccountAttributeItems", alibaba.List("AccountAttributeItem", items)}}, nil
}

// attributes returns the attributes of the account. What is used is told of three things alone.
func (e *api) attributes(k *core.Call) []attribute {
	list := []attribute{{name: "instance-network-type", value: "vpc"}, {name: "real-name-authentication", value: "yes"}}
	for _, q := range e.Service.Inventory().Quotas {
		name, category, _ := strings.Cut(q.Name, ":")
		list = append(list, attribute{name, category, q.Zone, strconv.Itoa(q.Total)})
		switch name {
		case postpaidCPUs, spotCPUs, "max-postpaid-yundisk-capacity":
			used := "used-" + strings.TrimPrefix(name, "max-")
			list = append(list, attribute{used, category, q.Zone, strconv.Itoa(e.used(k, &q))})
		}
	}
	return list
}

// Quotas that count the processors of instances.
const (
	postpaidCPUs = "max-postpaid-instance-vcpu-count"
	spotCPUs     = "max-spot-instance-vcpu-count"
)

// used returns how much of a quota is used: what the inventory says, and the processors of the
// instances in the region.
func (e *api) used(k *core.Call, q *core.AccountQuota) int {
	used := q.Used
	for _, m := range e.Service.All() {
		counts := q.Name == quotaOf(m.Charge) && m.Region == k.Region
		if counts && m.PhaseAt(k.Now) != core.Gone {
			used += m.CPUs
		}
	}
	return used
}

// quotaOf returns the quota that instances count in; prepaid ones have none.
func quotaOf(charge core.Charge) string {
	switch charge {
	case core.Postpaid:
		return postpaidCPUs
	case core.Spot:
		return spotCPUs
	default:
		return ""
	}
}
