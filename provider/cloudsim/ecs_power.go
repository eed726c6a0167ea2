package cloudsim

import "github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"

// startInstance serves StartInstance. Like the other calls about one machine it
// needs no region.
func (e *ecs) startInstance(k *core.Call) (aliObject, *aliError) {
	p := e.params(k)
	p.flag("InitLocalDisk")
	return nil, e.switchOne(k, p, aliStart())
}

// stopInstance serves StopInstance. Hibernation looks like any other stop.
func (e *ecs) stopInstance(k *core.Call) (aliObject, *aliError) {
	p := e.params(k)
	p.flag("ConfirmStop")
	p.flag("Hibernate")
	return nil, e.switchOne(k, p, ecsStop(p))
}

// rebootInstance serves RebootInstance.
func (e *ecs) rebootInstance(k *core.Call) (aliObject, *aliError) {
	p := e.params(k)
	p.flag("ForceStop")
	return nil, e.switchOne(k, p, aliReboot())
}

// startInstances serves StartInstances.
func (e *ecs) startInstances(k *core.Call) (aliObject, *aliError) {
	return e.switchMany(k, e.regional(k), aliStart())
}

// stopInstances serves StopInstances.
func (e *ecs) stopInstances(k *core.Call) (aliObject, *aliError) {
	p := e.regional(k)
	return e.switchMany(k, p, ecsStop(p))
}

// rebootInstances serves RebootInstances, where force has another name.
func (e *ecs) rebootInstances(k *core.Call) (aliObject, *aliError) {
	p := e.regional(k)
	p.flag("ForceReboot")
	return e.switchMany(k, p, aliReboot())
}

// ecsStop reads what both stops have in common. The account has not made the
// economical mode its default.
func ecsStop(p *aliParams) aliPower {
	c := aliStop()
	p.flag("ForceStop")
	c.economical = p.choice("StoppedMode", "KeepCharging", "StopCharging") == "StopCharging"
	return c
}

// switchOne changes the power of one machine.
func (e *ecs) switchOne(k *core.Call, p *aliParams, c aliPower) *aliError {
	id, dry := p.required("InstanceId"), p.flag("DryRun")
	if p.Refusal != nil {
		return p.Refusal
	}
	m, err := e.switchable(k, id, c)
	switch {
	case err != nil:
		return err
	case dry:
		return ecsDryRun()
	}
	e.turn(k, m, c)
	return nil
}

// switchMany changes the power of up to 100 machines: of all or none, or of
// those for which it goes. A dry run of the latter looks at no machine.
func (e *ecs) switchMany(k *core.Call, p *aliParams, c aliPower) (aliObject, *aliError) {
	together := p.choice("BatchOptimization", "AllTogether", "SuccessFirst") == "AllTogether"
	dry, ids := p.flag("DryRun"), p.batch("InstanceId", p.list("InstanceId", 100))
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	for _, id := range ids {
		if _, err := e.switchable(k, id, c); err != nil && together {
			return nil, err
		}
	}
	if dry {
		return nil, ecsBatchDryRun()
	}
	out := make([]aliObject, len(ids))
	for i, id := range ids {
		out[i] = e.switched(k, id, c)
	}
	return aliObject{{"InstanceResponses", aliList("InstanceResponse", out)}}, nil
}

// switched switches one machine of a batch and reports on it. That the code of
// a refusal is the one a call about the machine alone would get is not verified.
func (e *ecs) switched(k *core.Call, id string, c aliPower) aliObject {
	code, message, before, after := "200", "success", "", ""
	m, err := e.switchable(k, id, c)
	if m != nil {
		before = aliStatus(m.PhaseAt(k.Now))
		after = before
	}
	if err != nil {
		code, message = err.code, err.message
	} else {
		e.turn(k, m, c)
		after = aliStatus(c.via)
	}
	return aliObject{
		{"Code", code},
		{"Message", message},
		{"InstanceId", id},
		{"PreviousStatus", before},
		{"CurrentStatus", after},
	}
}

// switchable returns a machine, if there is one, and why it can not be switched
// now, if it can not.
func (e *ecs) switchable(k *core.Call, id string, c aliPower) (*core.Instance, *aliError) {
	m := e.find(k, id, k.Region)
	switch {
	case m == nil:
		return nil, ecsNoInstance()
	case m.PhaseAt(k.Now) != c.from:
		return m, ecsWrongStatus()
	default:
		return m, nil
	}
}

func (e *ecs) turn(k *core.Call, m *core.Instance, c aliPower) {
	c.apply(m, k.Now)
	e.economical[m.ID] = c.economical && m.Charge != core.Prepaid
}

// stoppedMode is what DescribeInstances says of the way a machine is stopped.
// That prepaid machines take StopCharging and go on as before is not verified.
func (e *ecs) stoppedMode(k *core.Call, m *core.Instance) string {
	switch {
	case m.PhaseAt(k.Now) != core.Stopped || m.Charge == core.Prepaid:
		return "Not-applicable"
	case e.economical[m.ID]:
		return "StopCharging"
	default:
		return "KeepCharging"
	}
}
