package ecs

import (
	"cmp"
	"regexp"
	"slices"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// Limits of deployment sets. Twenty instances per zone is from the documentation only,
// for sets that spread over hardware. It is not verified that other strategies have the
// same limit. The number of sets in a region is not documented: accounts differ.
const (
	maxSets      = 100
	maxSetInZone = 20
)

// setNameForm allows blanks, because an example in the reference has one, and periods,
// which only the newer edition names.
var setNameForm = regexp.MustCompile(`^\p{L}[\p{L}\p{N}:_. -]{1,127}$`)

// readSetName checks the name of a set.
func readSetName(p *alibaba.Params) string {
	return p.Matching("DeploymentSetName", setNameForm, "2 to 128 letters, digits and : _ . -, a letter first")
}

// deploymentSet is a deployment set.
type deploymentSet struct {
	region, id        string
	name, description string
	strategy          string
	groups            int // of an AvailabilityGroup set, else 0
	created           time.Time
}

// place is the placement of an instance.
type place struct {
	set   string // deployment set, "" without one
	moved bool   // no longer on the dedicated host of its create
}

// host returns the dedicated host of an instance, or "".
func (e *api) host(m *core.Instance) string {
	if e.placed[m.ID].moved {
		return ""
	}
	return m.Params["DedicatedHostId"]
}

// set returns a deployment set of the call's region, or nil.
func (e *api) set(k *core.Call, id string) *deploymentSet {
	i := slices.IndexFunc(e.sets, func(s *deploymentSet) bool { return s.region == k.Region && s.id == id })
	if i < 0 {
		return nil
	}
	return e.sets[i]
}

// members returns the instances of a set. Instances that are gone or failed to launch
// are no longer members.
func (e *api) members(k *core.Call, set string) []*core.Instance {
	var out []*core.Instance
	for _, m := range e.Service.All() {
		if e.placed[m.ID].set == set && m.PhaseAt(k.Now) != core.Gone && m.PhaseAt(k.Now) != core.Failed {
			out = append(out, m)
		}
	}
	return out
}

// roomInSet reports whether a set may have more instances in a zone.
func (e *api) roomInSet(k *core.Call, set, zone string, more int) bool {
	for _, m := range e.members(k, set) {
		if m.Zone == zone {
			more++
		}
	}
	return more <= maxSetInZone
}

// checkSet checks the deployment set for new instances.
func (e *api) checkSet(k *core.Call, p *alibaba.Params, zone string, amount int) {
	id := p.Text("DeploymentSetId")
	switch {
	case id == "" || p.Refusal != nil:
	case e.set(k, id) == nil:
		p.Refuse(alibaba.Refuse(404, "DeploymentSet.NotFound", "The specified deployment set does not exist."))
	case !e.roomInSet(k, id, zone, amount):
		p.Refuse(alibaba.Refuse(403, "QuotaExceed.DeploymentSetInstanceQuotaFull",
			"instance quota in one deployment set exceeded."))
	}
}

// setParams is regional with the codes and messages of these actions.
func (e *api) setParams(k *core.Call) *alibaba.Params {
	p := &alibaba.Params{Values: k.Params, Missing: alibaba.Missing, Invalid: setInvalid}
	requireRegion(p)
	return p
}

func setInvalid(name string) *alibaba.Refusal {
	switch name {
	case "Strategy", "DeploymentStrategy":
		return alibaba.Refuse(400, "InvalidParameter.Strategy", "The specified parameter Strategy is not valid.")
	case "Description":
		return alibaba.Refuse(400, "InvalidDescription.Malformed",
			`The specified parameter "Description" is not valid.`)
	default:
		return invalid(name)
	}
}

// readStrategy reads the strategy under its name in the older reference or its name in
// the vendor's SDK. If a request has both, they must be equal. Only Availability is in
// the older reference.
func readStrategy(p *alibaba.Params) string {
	const newer, older = "Strategy", "DeploymentStrategy"
	for _, name := range []string{older, newer} {
		p.Choice(name, "", "Availability", "AvailabilityGroup", "LowLatency")
	}
	if p.Has(newer) && p.Has(older) && p.Text(newer) != p.Text(older) {
		p.Bad(newer, "the value of "+older+", or one of the two alone")
	}
	return cmp.Or(p.Text(older), p.Text(newer))
}

// createDeploymentSet serves CreateDeploymentSet.
func (e *api) createDeploymentSet(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	ids, err := e.Once(k, func() ([]string, *alibaba.Refusal) {
		s, err := e.newSet(k)
		if err != nil {
			return nil, err
		}
		e.sets = append(e.sets, s)
		return []string{s.id}, nil
	})
	if err != nil {
		return nil, err
	}
	return alibaba.Object{{"DeploymentSetId", ids[0]}}, nil
}

// newSet reads a set. In the newer documentation the default strategy is Availability;
// the older one requires the parameter.
func (e *api) newSet(k *core.Call) (*deploymentSet, *alibaba.Refusal) {
	p := e.setParams(k)
	p.ClientToken()
	p.Description("Description")
	p.Choice("OnUnableToRedeployFailedInstance", "CancelMembershipAndStart", "KeepStopped")
	s := &deploymentSet{
		region: k.Region, name: readSetName(p), description: p.Text("Description"),
		strategy: readStrategy(p), created: k.Now,
	}
	if s.strategy == "" {
		p.Refuse(p.Missing("DeploymentStrategy"))
	}
	if groups := p.Number("GroupCount", 3, 1, 7); s.strategy == "AvailabilityGroup" {
		s.groups = groups
	}
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	n := 0
	for _, other := range e.sets {
		if other.region == k.Region {
			n++
		}
	}
	if n >= maxSets {
		return nil, alibaba.Refuse(403, "DEPLOYMENTSET.QUOTA_FULL", "The deploymentSet quota is full")
	}
	s.id = core.UnusedID(e.Service.Rand, "ds-bp", 17, func(id string) bool {
		return slices.ContainsFunc(e.sets, func(s *deploymentSet) bool { return s.id == id })
	})
	return s, nil
}
