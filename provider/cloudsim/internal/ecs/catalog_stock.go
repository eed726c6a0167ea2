package ecs

import (
	"strconv"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// describeAvailableResource serves DescribeAvailableResource. A zone without the wanted resource is
// left out. It is not verified that an unknown type is answered by an empty list.
func (e *api) describeAvailableResource(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.regional(k)
	p.Invalid = stockInvalid
	what := checkStock(p)
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	var zones []alibaba.Object
	for _, z := range e.zones(k.Region) {
		if !fits(p.Text("ZoneId"), z.ID) {
			continue
		}
		levels := e.levels(k, p, z)
		resources := e.resources(p, what, levels)
		if len(resources) == 0 && what != "Zone" {
			continue
		}
		row := append(alibaba.Object{{"RegionId", k.Region}, {"ZoneId", z.ID}}, zoneStatus(z, levels)...)
		if what != "Zone" {
			kind := alibaba.Object{{"Type", what}, {"SupportedResources", alibaba.List("SupportedResource", resources)}}
			row = append(row, alibaba.Field{"AvailableResources", alibaba.List("AvailableResource", []alibaba.Object{kind})})
		}
		zones = append(zones, row)
	}
	return alibaba.Object{{"AvailableZones", alibaba.List("AvailableZone", zones)}}, nil
}

// checkStock checks the parameters and returns what the call asks for.
func checkStock(p *alibaba.Params) string {
	if !p.Has("DestinationResource") {
		p.Refuse(alibaba.Refuse(400, "Invalid.Param", `The input parameter "DestinationResource" is mandatory.`))
	}
	what := p.Choice("DestinationResource", "", "Zone", "IoOptimized", "InstanceType", "Network", "SystemDisk", "DataDisk")
	p.Choice("ResourceType", "instance", "disk")
	p.Choice("InstanceChargeType", "PostPaid", "PrePaid")
	p.Choice("SpotStrategy", "NoSpot", "SpotWithPriceLimit", "SpotAsPriceGo")
	p.Number("SpotDuration", 1, 0, 1)
	p.Choice("IoOptimized", "optimized", "none")
	p.Choice("NetworkCategory", "vpc", "classic")
	bySize := p.Has("Cores") || p.Has("Memory")
	if bySize && p.Has("InstanceType") {
		p.Refuse(alibaba.Refuse(403, "InvalidParam.TypeAndCpuMem.Conflict",
			"The InstanceType and the Cores and Memory exclude each other."))
	}
	if bySize && what != "InstanceType" {
		p.Bad("Cores", "only with DestinationResource=InstanceType")
	}
	p.Number("Cores", 0, 1, 1024)
	if p.Has("Memory") {
		p.Decimal("Memory")
	}
	return what
}

// levelOfType is the stock level of an instance type in one zone.
type levelOfType struct{ kind, level string }

// levels returns the stock levels of the types that the call asks for, in the order of the
// inventory. A type that the zone does not sell is left out.
func (e *api) levels(k *core.Call, p *alibaba.Params, z core.Zone) (list []levelOfType) {
	charge := chargeOf(p)
	for _, t := range e.Service.Inventory().Types {
		o := e.Service.Offer(z.ID, t.ID, charge)
		if o == nil || !fits(p.Text("InstanceType"), t.ID) || !hasSize(p, &t) {
			continue
		}
		level := e.Service.Level(o, k.Now)
		if z.Closed {
			level = core.None
		}
		list = append(list, levelOfType{t.ID, level})
	}
	return list
}

// hasSize reports whether a type has the wanted processors and memory.
func hasSize(p *alibaba.Params, t *core.InstanceType) bool {
	cores := fits(p.Text("Cores"), strconv.Itoa(t.CPUs))
	return cores && (!p.Has("Memory") || p.Decimal("Memory") == float64(t.MemoryMiB)/mibPerGiB)
}

// resources returns the rows of one kind of resource. A zone without any wanted type has none.
func (e *api) resources(p *alibaba.Params, what string, levels []levelOfType) (rows []alibaba.Object) {
	plain := func(value string) alibaba.Object {
		return append(alibaba.Object{{"Value", value}}, statusOf(core.Plenty)...)
	}
	switch {
	case len(levels) == 0:
	case what == "InstanceType":
		for _, l := range levels {
			rows = append(rows, append(alibaba.Object{{"Value", l.kind}}, statusOf(l.level)...))
		}
	case what == "IoOptimized":
		rows = append(rows, plain("optimized"))
	case what == "Network":
		rows = append(rows, plain("vpc"))
	case what == "SystemDisk", what == "DataDisk":
		for _, category := range diskCategories() {
			if fits(p.Text(what+"Category"), category) {
				least, most := diskSizes(category, "")
				rows = append(rows, append(plain(category), alibaba.Object{{"Min", least}, {"Max", most}, {"Unit", "GiB"}}...))
			}
		}
	}
	return rows
}

// zoneStatus is the status of a zone for a question: sold out when it is closed, or when every
// wanted type is.
func zoneStatus(z core.Zone, levels []levelOfType) alibaba.Object {
	if z.Closed {
		return alibaba.Object{{"Status", "SoldOut"}, {"StatusCategory", "ClosedWithoutStock"}}
	}
	best := core.None
	for _, l := range levels {
		if l.level != core.None && best != core.Plenty {
			best = l.level
		}
	}
	return statusOf(best)
}

// statusOf returns the vendor's words for a stock level.
func statusOf(level string) alibaba.Object {
	switch level {
	case core.Plenty:
		return alibaba.Object{{"Status", "Available"}, {"StatusCategory", "WithStock"}}
	case core.Few:
		return alibaba.Object{{"Status", "Available"}, {"StatusCategory", "ClosedWithStock"}}
	default:
		return alibaba.Object{{"Status", "SoldOut"}, {"StatusCategory", "WithoutStock"}}
	}
}

// stockInvalid has the codes of DescribeAvailableResource.
func stockInvalid(name string) *alibaba.Refusal {
	text := `The specified parameter "` + name + `" is not valid.`
	switch name {
	case "InstanceChargeType":
		return alibaba.Refuse(400, "Invalid."+name, text)
	case "ResourceType", "DestinationResource", "IoOptimized", "NetworkCategory", "SpotStrategy":
		return alibaba.Refuse(404, "Invalid."+name, text)
	case "Cores", "Memory":
		return alibaba.Refuse(403, "InvalidParam."+name, text)
	default:
		return invalid(name)
	}
}
