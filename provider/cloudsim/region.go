package cloudsim

import (
	"slices"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// Region is a region of a cloud: a region of ECS and CVM, a node of ENS, a zone of
// QingCloud.
//
// A call to a region that the simulator does not know is refused as the cloud refuses it:
// InvalidRegionId.NotFound (ECS), InvalidParameter.EnsRegionId (ENS), UnsupportedRegion
// (CVM), return code 1101 (QingCloud). So is a create in a zone of another region:
// InvalidZoneId.NotFound (ECS), InvalidZone.MismatchRegion (CVM). The simulator knows the
// regions of the vendors' documents and SDKs; [Options].Regions adds to them.
type Region struct {
	// ID is the name in calls. On ENS it is also the beginning of further nodes: cn-hangzhou
	// stands for cn-hangzhou-44 and cn-hangzhou-telecom as well.
	ID string

	// Zones are the only zones of the region, on ECS and CVM. Empty means every zone with the
	// name of the region and a letter (ECS: cn-hangzhou-g, us-west-1a) or a number (CVM:
	// ap-guangzhou-3).
	Zones []string
}

// Regions returns the regions that a cloud of the simulator knows: those of the documents,
// then those of [Options].Regions. For ENS they are the beginnings of the names of nodes.
func (s *Sim) Regions(name Cloud) []Region {
	var list []Region
	for _, r := range s.cloud(name).Config.Regions {
		list = append(list, Region{ID: r.ID, Zones: slices.Clone(r.Zones)})
	}
	return list
}

// coreRegions returns the regions that the options add to a cloud.
func (o *Options) coreRegions(name Cloud) (list []core.Region) {
	for _, r := range o.Regions[name] {
		list = append(list, core.Region{ID: r.ID, Zones: slices.Clone(r.Zones)})
	}
	return list
}
