package ecs

import (
	"cmp"
	"slices"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// knownSet returns the set with the ID in DeploymentSetId. If there is none, it refuses
// through p. The reference has this code only for ModifyInstanceDeployment.
func (e *api) knownSet(k *core.Call, p *alibaba.Params) *deploymentSet {
	s := e.set(k, p.Required("DeploymentSetId"))
	if s == nil {
		p.Refuse(alibaba.Refuse(400, "DeploymentSet.InvalidId", "The specified Deployment Set id doesn't exist."))
	}
	return s
}

// modifyDeploymentSet serves ModifyDeploymentSetAttribute under both its names. Absent
// values stay unchanged. A strategy is checked but has no effect: in the reference it
// is in the example but not among the parameters.
func (e *api) modifyDeploymentSet(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.setParams(k)
	readStrategy(p)
	name := readSetName(p)
	p.Description("Description")
	s := e.knownSet(k, p)
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	s.name = cmp.Or(name, s.name)
	s.description = cmp.Or(p.Text("Description"), s.description)
	return nil, nil
}

// deleteDeploymentSet serves DeleteDeploymentSet.
func (e *api) deleteDeploymentSet(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.setParams(k)
	s := e.knownSet(k, p)
	switch {
	case p.Refusal != nil:
		return nil, p.Refusal
	case len(e.members(k, s.id)) > 0:
		return nil, alibaba.Refuse(403, "DependencyViolation.NotEmpty",
			"There are still instance(s) in the specified DeploymentSetId.")
	}
	e.sets = slices.DeleteFunc(e.sets, func(other *deploymentSet) bool { return other == s })
	return nil, nil
}

// modifyInstanceDeployment serves ModifyInstanceDeployment: an instance joins a set,
// moves to another set, or leaves its set (RemoveFromDeploymentSet, which the older
// reference does not have).
func (e *api) modifyInstanceDeployment(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.setParams(k)
	force, leave := p.Flag("Force"), p.Flag("RemoveFromDeploymentSet")
	id := p.Required("InstanceId")
	p.Choice("MigrationType", "reboot", "live")
	var to deploymentSet
	if !leave || p.Has("DeploymentSetId") {
		if s := e.knownSet(k, p); s != nil {
			to = *s
		}
	}
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	m := e.find(k, id, k.Region)
	if m == nil {
		return nil, noInstance()
	}
	if phase := m.PhaseAt(k.Now); phase != core.Running && phase != core.Stopped {
		return nil, wrongStatus()
	}
	if leave {
		return nil, e.leaveSet(m, to.id)
	}
	return nil, e.joinSet(k, m, to.id, force && p.Text("MigrationType") != "live", force)
}

// leaveSet removes an instance from its set.
func (e *api) leaveSet(m *core.Instance, set string) *alibaba.Refusal {
	place := e.placed[m.ID]
	isWanted := set == "" || place.set == set
	if place.set == "" || !isWanted {
		return noModification()
	}
	place.set = ""
	e.placed[m.ID] = place
	return nil
}

// joinSet puts an instance into a set and out of any other. Here no two instances share
// hardware, except on one dedicated host. A second instance of that host can join only
// by moving. Force allows that, and restarts a running instance.
func (e *api) joinSet(k *core.Call, m *core.Instance, set string, restart, move bool) *alibaba.Refusal {
	place := e.placed[m.ID]
	if place.set == set {
		return nil
	}
	if !e.roomInSet(k, set, m.Zone, 1) {
		return alibaba.Refuse(403, "DeploymentSet.InstanceLimitExceeded",
			"The number of instances on the specified Deployment Set has reached the limit.")
	}
	host := e.host(m)
	shared := host != "" && slices.ContainsFunc(e.members(k, set), func(o *core.Instance) bool {
		return e.host(o) == host
	})
	switch {
	case shared && !move:
		return noModification()
	case shared:
		place.moved = true
		if restart && m.PhaseAt(k.Now) == core.Running {
			alibaba.Reboot().Apply(m, k.Now)
		}
	}
	place.set = set
	e.placed[m.ID] = place
	return nil
}

func noModification() *alibaba.Refusal {
	return alibaba.Refuse(403, "DeploymentSet.ModificationFailed",
		"The modification of deployment set is currently impossible.")
}
