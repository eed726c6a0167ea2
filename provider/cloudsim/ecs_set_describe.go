package cloudsim

import (
	"slices"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// describeDeploymentSets serves DescribeDeploymentSets. The example of the older
// reference spells the filter DeploymentSetsIds; its table and the vendor's SDK
// do not, and like every parameter that an action does not have, that one is
// ignored: the call lists all sets.
func (e *ecs) describeDeploymentSets(k *core.Call) (aliObject, *aliError) {
	p := e.setParams(k)
	p.description("Description") // a documented code of an action without this parameter
	page, id := p.page(100), p.jsonFilter("DeploymentSetIds")
	name, strategy := p.text("DeploymentSetName"), readECSStrategy(p)
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	var all []*ecsSet
	for _, s := range e.sets {
		if s.region == k.Region && id(s.id) && (name == "" || name == s.name) && (strategy == "" || strategy == s.strategy) {
			all = append(all, s)
		}
	}
	var out []aliObject
	for _, s := range aliCut(page, all) {
		out = append(out, e.shownSet(k, s))
	}
	return aliObject{
		{"RegionId", k.Region},
		{"TotalCount", len(all)},
		{"PageNumber", page.number},
		{"PageSize", page.size},
		{"DeploymentSets", aliList("DeploymentSet", out)},
	}, nil
}

// shownSet is one set in the answer. The older reference and the vendor's SDK
// have different names for the strategy; both are there.
func (e *ecs) shownSet(k *core.Call, s *ecsSet) aliObject {
	members := e.members(k, s.id)
	ids := make([]string, len(members))
	for i, m := range members {
		ids[i] = m.ID
	}
	return aliObject{
		{"DeploymentSetId", s.id},
		{"DeploymentSetName", s.name},
		{"DeploymentSetDescription", s.description},
		{"DeploymentStrategy", s.strategy},
		{"Strategy", s.strategy},
		{"Domain", "Default"},
		{"Granularity", "host"},
		{"GroupCount", s.groups},
		{"CreationTime", s.created.UTC().Format(aliStamp)},
		{"InstanceAmount", len(ids)},
		{"InstanceIds", aliList("InstanceId", ids)},
		{"Capacities", aliList("Capacity", ecsCapacities(members))},
	}
}

// ecsCapacities tells for every zone a set has machines in how many more fit.
func ecsCapacities(members []*core.Instance) []aliObject {
	used := map[string]int{}
	var zones []string
	for _, m := range members {
		if used[m.Zone]++; used[m.Zone] == 1 {
			zones = append(zones, m.Zone)
		}
	}
	slices.Sort(zones)
	out := make([]aliObject, len(zones))
	for i, zone := range zones {
		out[i] = aliObject{
			{"ZoneId", zone},
			{"UsedAmount", used[zone]},
			{"AvailableAmount", ecsMaxSetInZone - used[zone]},
		}
	}
	return out
}
