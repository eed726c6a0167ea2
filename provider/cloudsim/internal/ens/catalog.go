package ens

import (
	"slices"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// mostRows is the most rows of a page. A larger PageSize is refused (unverified).
const mostRows = 50

// describeEnsRegions serves DescribeEnsRegions: the nodes of the inventory, and those of the
// options. Its list has the same name twice.
func (e *api) describeEnsRegions(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.params(k.Params)
	asked := e.node(p)
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	var rows []alibaba.Object
	show := func(id, name string) {
		if asked == "" || asked == id {
			area, province := placeOf(id)
			rows = append(rows, alibaba.Object{
				{"EnsRegionId", id},
				{"Name", name},
				{"EnName", name},
				{"Area", area},
				{"Province", province},
			})
		}
	}
	for _, z := range e.Service.Inventory().Zones {
		show(z.ID, z.Name)
	}
	for _, r := range e.own {
		listed := slices.ContainsFunc(e.Service.Inventory().Zones, func(z core.Zone) bool { return z.ID == r.ID })
		if !listed {
			show(r.ID, r.ID)
		}
	}
	return alibaba.Object{{"Code", 0}, {"EnsRegions", alibaba.List("EnsRegions", rows)}}, nil
}

// placeOf returns the area and the province of a node, "" for one of a city that is not here.
func placeOf(node string) (area, province string) {
	for _, at := range [][3]string{
		{"cn-hangzhou", "EastChina", "Zhejiang"},
		{"cn-suzhou", "EastChina", "Jiangsu"},
		{"cn-wuxi", "EastChina", "Jiangsu"},
		{"cn-beijing", "NorthChina", "Beijing"},
		{"cn-dalian", "NorthEastChina", "Liaoning"},
	} {
		if strings.HasPrefix(node, at[0]) {
			return at[1], at[2]
		}
	}
	return "", ""
}

// describeInstanceTypes serves DescribeInstanceTypes, which has no parameters. Its key is the name:
// the documents call the ID unavailable.
func (e *api) describeInstanceTypes(*core.Call) (alibaba.Object, *alibaba.Refusal) {
	var rows []alibaba.Object
	for _, t := range e.Service.Inventory().Types {
		if !t.Retired {
			rows = append(rows, alibaba.Object{
				{"InstanceTypeId", ""},
				{"InstanceTypeName", t.ID},
				{"CpuCoreCount", t.CPUs},
				{"MemorySize", t.MemoryMiB},
			})
		}
	}
	return alibaba.Object{{"Code", 0}, {"InstanceTypes", alibaba.List("InstanceType", rows)}}, nil
}

// stamp writes a time, "" for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// rowsOf answers a page of a list whose answer has a code and a total.
func rowsOf[T any](page alibaba.Page, list, item string, found []T, row func(T) alibaba.Object) alibaba.Object {
	var rows []alibaba.Object
	for _, v := range alibaba.Cut(page, found) {
		rows = append(rows, row(v))
	}
	return alibaba.Object{
		{"Code", 0},
		{"TotalCount", len(found)},
		{"PageNumber", page.Number},
		{"PageSize", page.Size},
		{list, alibaba.List(item, rows)},
	}
}

// is reports whether a value passes a filter; every value passes an empty one.
func is(filter, value string) bool { return filter == "" || filter == value }

// describeKeyPairs serves DescribeKeyPairs.
func (e *api) describeKeyPairs(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.params(k.Params)
	page, id, name := p.Page(mostRows), p.Text("KeyPairId"), p.Text("KeyPairName")
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	var found []core.KeyPair
	for _, v := range e.Service.Inventory().KeyPairs {
		if is(id, v.ID) && is(name, v.Name) {
			found = append(found, v)
		}
	}
	return rowsOf(page, "KeyPairs", "KeyPair", found, func(v core.KeyPair) alibaba.Object {
		return alibaba.Object{
			{"KeyPairId", v.ID},
			{"KeyPairName", v.Name},
			{"KeyPairFingerPrint", v.Fingerprint},
			{"CreationTime", stamp(v.Created)},
		}
	}), nil
}
