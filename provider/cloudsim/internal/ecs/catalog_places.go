package ecs

import (
	"cmp"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// describeRegions serves DescribeRegions. Only regions with zones in the inventory have a status:
// the field may be missing.
func (e *api) describeRegions(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.params(k)
	p.Invalid = placeInvalid
	p.Choice("InstanceChargeType", "PostPaid", "PrePaid", "SpotWithPriceLimit", "SpotAsPriceGo")
	p.Choice("ResourceType", "instance", "disk", "reservedinstance", "scu")
	checkLanguage(p)
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	var list []alibaba.Object
	for _, r := range e.Service.Config.Regions {
		row := alibaba.Object{
			{"RegionId", r.ID},
			{"LocalName", cmp.Or(localNames[r.ID], r.ID)},
			{"RegionEndpoint", "ecs." + r.ID + ".aliyuncs.com"},
		}
		if status := e.regionStatus(r.ID); status != "" {
			row = append(row, alibaba.Field{"Status", status})
		}
		list = append(list, row)
	}
	return alibaba.Object{{"Regions", alibaba.List("Region", list)}}, nil
}

// regionStatus returns "" for a region without zones in the inventory.
func (e *api) regionStatus(region string) (status string) {
	for _, z := range e.Service.Inventory().Zones {
		switch {
		case z.Region != region:
		case !z.Closed:
			return "available"
		default:
			status = "soldOut"
		}
	}
	return status
}

// describeZones serves DescribeZones. Verbose, the default, adds the types and disks of each zone.
func (e *api) describeZones(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.regional(k)
	p.Invalid = placeInvalid
	p.Choice("InstanceChargeType", "PostPaid", "PrePaid")
	p.Choice("SpotStrategy", "NoSpot", "SpotWithPriceLimit", "SpotAsPriceGo")
	checkLanguage(p)
	verbose := p.Flag("Verbose") || !p.Has("Verbose")
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	charge := chargeOf(p)
	var list []alibaba.Object
	for _, z := range e.zones(k.Region) {
		list = append(list, e.zone(z, charge, verbose))
	}
	return alibaba.Object{{"Zones", alibaba.List("Zone", list)}}, nil
}

// zone returns one zone in the form of an answer.
func (e *api) zone(z core.Zone, charge core.Charge, verbose bool) alibaba.Object {
	made := []string{"VSwitch", "Disk", "IoOptimized", "Instance"}
	if z.Closed {
		made = []string{"VSwitch"}
	}
	row := alibaba.Object{
		{"ZoneId", z.ID},
		{"LocalName", z.Name},
		{"ZoneType", "AvailabilityZone"},
		{"AvailableResourceCreation", alibaba.List("ResourceTypes", made)},
	}
	if !verbose {
		return row
	}
	var types []string
	for _, o := range e.Service.Inventory().Offers {
		if o.Zone == z.ID && o.Charge == charge && !z.Closed {
			types = append(types, o.Type)
		}
	}
	resources := []alibaba.Object{{
		{"IoOptimized", true},
		{"InstanceTypes", alibaba.List("supportedInstanceType", types)}, // the vendor's own small letter
		{"SystemDiskCategories", alibaba.List("supportedSystemDiskCategory", diskCategories())},
		{"DataDiskCategories", alibaba.List("supportedDataDiskCategory", diskCategories())},
		{"NetworkTypes", alibaba.List("supportedNetworkCategory", []string{"vpc"})},
	}}
	return append(row, alibaba.Object{
		{"AvailableInstanceTypes", alibaba.List("InstanceTypes", types)},
		{"AvailableDiskCategories", alibaba.List("DiskCategories", diskCategories())},
		{"AvailableResources", alibaba.List("ResourcesInfo", resources)},
	}...)
}

// diskCategories are the kinds of disks that every zone has.
func diskCategories() []string {
	return []string{"cloud_essd", "cloud_auto", "cloud_efficiency", "cloud_ssd"}
}

// checkLanguage checks the language of names. The simulator has one name for each thing.
func checkLanguage(p *alibaba.Params) {
	p.Choice("AcceptLanguage", "zh-CN", "en-US", "ja", "zh-TW", "de", "fr", "pt", "es", "id", "ko", "th", "tr", "vi")
}

// placeInvalid has the codes of these actions.
func placeInvalid(name string) *alibaba.Refusal {
	text := `The specified parameter "` + name + `" is not valid.`
	switch name {
	case "AcceptLanguage", "ResourceType", "InstanceChargeType":
		return alibaba.Refuse(404, "Invalid"+name+".NotFound", text)
	default:
		return invalid(name)
	}
}

// chargeOf returns the way to pay of a question: prepaid, spot, or by the hour.
func chargeOf(p *alibaba.Params) core.Charge {
	switch {
	case p.Text("InstanceChargeType") == "PrePaid":
		return core.Prepaid
	case p.Has("SpotStrategy") && p.Text("SpotStrategy") != "NoSpot":
		return core.Spot
	default:
		return core.Postpaid
	}
}
