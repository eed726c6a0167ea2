package ecs

import (
	"slices"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// describeDeploymentSets serves DescribeDeploymentSets. An example in the older
// reference names the filter DeploymentSetsIds; its table and the vendor's SDK do not.
// Like every unknown parameter it is ignored, so the call lists all sets.
func (e *api) describeDeploymentSets(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.setParams(k)
	p.Description("Description") // a documented code of an action without this parameter
	page, id := p.Page(100), p.JSONFilter("DeploymentSetIds")
	name, strategy := p.Text("DeploymentSetName"), readStrategy(p)
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	var all []*deploymentSet
	for _, s := range e.sets {
		named := name == "" || name == s.name
		hasStrategy := strategy == "" || strategy == s.strategy
		if s.region == k.Region && id(s.id) && named && hasStrategy {
			all = append(all, s)
		}
	}
	var out []alibaba.Object
	for _, s := range alibaba.Cut(page, all) {
		out = append(out, e.shownSet(k, s))
	}
	return alibaba.Object{
		{"RegionId", k.Region},
		{"TotalCount", len(all)},
		{"PageNumber", page.Number},
		{"PageSize", page.Size},
		{"DeploymentSets", alibaba.List("DeploymentSet", out)},
	}, nil
}

// shownSet returns one set in the form of an answer. The older reference and the
// vendor's SDK have different names for the strategy; the answer has both.
func (e *api) shownSet(k *core.Call, s *deploymentSet) alibaba.Object {
	members := e.members(k, s.id)
	ids := make([]string, len(members))
	for i, m := range members {
		ids[i] = m.ID
	}
	return alibaba.Object{
		{"DeploymentSetId", s.id},
		{"DeploymentSetName", s.name},
		{"DeploymentSetDescription", s.description},
		{"DeploymentStrategy", s.strategy},
		{"Strategy", s.strategy},
		{"Domain", "Default"},
		{"Granularity", "host"},
		{"GroupCount", s.groups},
		{"CreationTime", s.created.UTC().Format(alibaba.TimeFormat)},
		{"InstanceAmount", len(ids)},
		{"InstanceIds", alibaba.List("InstanceId", ids)},
		{"Capacities", alibaba.List("Capacity", capacities(members))},
	}
}

// capacities returns, for each zone where a set has instances, how many more fit.
func capacities(members []*core.Instance) []alibaba.Object {
	used := map[string]int{}
	var zones []string
	for _, m := range members {
		if used[m.Zone]++; used[m.Zone] == 1 {
			zones = append(zones, m.Zone)
		}
	}
	slices.Sort(zones)
	out := make([]alibaba.Object, len(zones))
	for i, zone := range zones {
		out[i] = alibaba.Object{
			{"ZoneId", zone},
			{"UsedAmount", used[zone]},
			{"AvailableAmount", maxSetInZone - used[zone]},
		}
	}
	return out
}
