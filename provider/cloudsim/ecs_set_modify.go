package cloudsim

import (
	"cmp"
	"slices"
)

// knownSet returns the set that DeploymentSetId names; without one it refuses,
// by p. The reference gives this code for ModifyInstanceDeployment alone.
func (e *ecs) knownSet(k *call, p *aliParams) *ecsSet {
	s := e.set(k, p.required("DeploymentSetId"))
	if s == nil {
		p.refuse(aliRefusal(400, "DeploymentSet.InvalidId", "The specified Deployment Set id doesn't exist."))
	}
	return s
}

// modifyDeploymentSet serves ModifyDeploymentSetAttribute under both its names.
// What is not given stays. A strategy is checked and changes nothing: the
// reference has it in its example, not among the parameters.
func (e *ecs) modifyDeploymentSet(k *call) (aliObject, *aliError) {
	p := e.setParams(k)
	readECSStrategy(p)
	name := readECSSetName(p)
	p.description("Description")
	s := e.knownSet(k, p)
	if p.err != nil {
		return nil, p.err
	}
	s.name = cmp.Or(name, s.name)
	s.description = cmp.Or(p.text("Description"), s.description)
	return nil, nil
}

// deleteDeploymentSet serves DeleteDeploymentSet.
func (e *ecs) deleteDeploymentSet(k *call) (aliObject, *aliError) {
	p := e.setParams(k)
	s := e.knownSet(k, p)
	switch {
	case p.err != nil:
		return nil, p.err
	case len(e.members(k, s.id)) > 0:
		return nil, aliRefusal(403, "DependencyViolation.NotEmpty", "There are still instance(s) in the specified DeploymentSetId.")
	}
	e.sets = slices.DeleteFunc(e.sets, func(other *ecsSet) bool { return other == s })
	return nil, nil
}

// modifyInstanceDeployment serves ModifyInstanceDeployment: a machine joins a
// set, changes from one to another, or leaves the one it is in
// (RemoveFromDeploymentSet, which the older reference does not have).
func (e *ecs) modifyInstanceDeployment(k *call) (aliObject, *aliError) {
	p := e.setParams(k)
	force, leave := p.flag("Force"), p.flag("RemoveFromDeploymentSet")
	id := p.required("InstanceId")
	p.choice("MigrationType", "reboot", "live")
	var to ecsSet
	if !leave || p.has("DeploymentSetId") {
		if s := e.knownSet(k, p); s != nil {
			to = *s
		}
	}
	if p.err != nil {
		return nil, p.err
	}
	m := e.find(k, id, k.region)
	if m == nil {
		return nil, ecsNoInstance()
	}
	if phase := m.phase(k.now); phase != Running && phase != Stopped {
		return nil, ecsWrongStatus()
	}
	if leave {
		return nil, e.leaveSet(m, to.id)
	}
	return nil, e.joinSet(k, m, to.id, force && p.text("MigrationType") != "live", force)
}

// leaveSet takes a machine out of its set.
func (e *ecs) leaveSet(m *machine, set string) *aliError {
	place := e.placed[m.ID]
	if place.set == "" || set != "" && place.set != set {
		return ecsNoModification()
	}
	place.set = ""
	e.placed[m.ID] = place
	return nil
}

// joinSet puts a machine into a set, off any other. Every machine has hardware
// of its own here, but for those of one dedicated host: the second of them can
// join only by moving, which Force allows and which restarts one that runs.
func (e *ecs) joinSet(k *call, m *machine, set string, restart, move bool) *aliError {
	place := e.placed[m.ID]
	if place.set == set {
		return nil
	}
	if !e.roomInSet(k, set, m.Zone, 1) {
		return aliRefusal(403, "DeploymentSet.InstanceLimitExceeded", "The number of instances on the specified Deployment Set has reached the limit.")
	}
	host := e.host(m)
	shared := host != "" && slices.ContainsFunc(e.members(k, set), func(o *machine) bool { return e.host(o) == host })
	switch {
	case shared && !move:
		return ecsNoModification()
	case shared:
		place.moved = true
		if restart && m.phase(k.now) == Running {
			aliReboot().apply(m, k.now)
		}
	}
	place.set = set
	e.placed[m.ID] = place
	return nil
}

func ecsNoModification() *aliError {
	return aliRefusal(403, "DeploymentSet.ModificationFailed", "The modification of deployment set is currently impossible.")
}
