package ecs

import (
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// startInstance serves StartInstance. Calls about one instance need no region.
func (e *api) startInstance(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.params(k)
	p.Flag("InitLocalDisk")
	return nil, e.switchOne(k, p, alibaba.Start())
}

// stopInstance serves StopInstance. Hibernation looks like any other stop.
func (e *api) stopInstance(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.params(k)
	p.Flag("ConfirmStop")
	p.Flag("Hibernate")
	return nil, e.switchOne(k, p, stop(p))
}

// rebootInstance serves RebootInstance.
func (e *api) rebootInstance(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.params(k)
	p.Flag("ForceStop")
	return nil, e.switchOne(k, p, alibaba.Reboot())
}

// startInstances serves StartInstances.
func (e *api) startInstances(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	return e.switchMany(k, e.regional(k), alibaba.Start())
}

// stopInstances serves StopInstances.
func (e *api) stopInstances(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.regional(k)
	return e.switchMany(k, p, stop(p))
}

// rebootInstances serves RebootInstances, where force has another name.
func (e *api) rebootInstances(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.regional(k)
	p.Flag("ForceReboot")
	return e.switchMany(k, p, alibaba.Reboot())
}

// stop reads the common parameters of both stops. The account's default is not the
// economical mode.
func stop(p *alibaba.Params) alibaba.Power {
	c := alibaba.Stop()
	p.Flag("ForceStop")
	c.Economical = p.Choice("StoppedMode", "KeepCharging", "StopCharging") == "StopCharging"
	return c
}

// switchOne changes the power of one instance.
func (e *api) switchOne(k *core.Call, p *alibaba.Params, c alibaba.Power) *alibaba.Refusal {
	id, dry := p.Required("InstanceId"), p.Flag("DryRun")
	if p.Refusal != nil {
		return p.Refusal
	}
	m, err := e.switchable(k, id, c)
	switch {
	case err != nil:
		return err
	case dry:
		return dryRun()
	}
	e.switchInstance(k, m, c)
	return nil
}

// switchMany changes the power of up to 100 instances: of all or none, or of each one
// that allows it. In the second mode a dry run checks no instance.
func (e *api) switchMany(k *core.Call, p *alibaba.Params, c alibaba.Power) (alibaba.Object, *alibaba.Refusal) {
	together := p.Choice("BatchOptimization", "AllTogether", "SuccessFirst") == "AllTogether"
	dry, ids := p.Flag("DryRun"), p.Batch("InstanceId", p.List("InstanceId", 100))
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	for _, id := range ids {
		if _, err := e.switchable(k, id, c); err != nil && together {
			return nil, err
		}
	}
	if dry {
		return nil, batchDryRun()
	}
	out := make([]alibaba.Object, len(ids))
	for i, id := range ids {
		out[i] = e.switched(k, id, c)
	}
	return alibaba.Object{{"InstanceResponses", alibaba.List("InstanceResponse", out)}}, nil
}

// switched switches one instance of a batch and returns its result. It is not verified
// that a refusal has the same code as in the call about one instance.
func (e *api) switched(k *core.Call, id string, c alibaba.Power) alibaba.Object {
	code, message, before, after := "200", "success", "", ""
	m, err := e.switchable(k, id, c)
	if m != nil {
		before = alibaba.Status(m.PhaseAt(k.Now))
		after = before
	}
	if err != nil {
		code, message = err.Code, err.Message
	} else {
		e.switchInstance(k, m, c)
		after = alibaba.Status(c.Via)
	}
	return alibaba.Object{
		{"Code", code},
		{"Message", message},
		{"InstanceId", id},
		{"PreviousStatus", before},
		{"CurrentStatus", after},
	}
}

// switchable returns an instance, or nil, and the refusal if it cannot be switched now.
func (e *api) switchable(k *core.Call, id string, c alibaba.Power) (*core.Instance, *alibaba.Refusal) {
	m := e.find(k, id, k.Region)
	if m == nil {
		return nil, noInstance()
	}
	switch words := m.LocksAt(k.Now); {
	case len(words) > 0:
		return m, locked(words[0], c)
	case m.PhaseAt(k.Now) != c.From:
		return m, wrongStatus()
	default:
		return m, nil
	}
}

// locked refuses to change the power of a locked instance. It is not verified which code the
// reasons other than security have.
func locked(reason string, c alibaba.Power) *alibaba.Refusal {
	switch {
	case reason == "security":
		return alibaba.Refuse(403, "InstanceLockedForSecurity",
			"The specified operation is denied as your instance is locked for security reasons.")
	case c.From == core.Stopped:
		return alibaba.Refuse(403, "InstanceExpired",
			"The postPaid instance has been expired. Please ensure your account have enough balance.")
	default:
		return alibaba.Refuse(403, "InstanceExpiredOrInArrears",
			"The specified operation is denied as your prepay instance is expired (prepay mode) or in arrears "+
				"(afterpay mode).")
	}
}

func (e *api) switchInstance(k *core.Call, m *core.Instance, c alibaba.Power) {
	if c.From == core.Running && c.Via == core.Starting {
		e.Service.Rebooted(m, k.Now)
	}
	c.Apply(m, k.Now)
	e.economical[m.ID] = c.Economical && m.Charge != core.Prepaid
}

// stoppedMode returns the stop mode that DescribeInstances shows. It is not verified
// that prepaid instances accept StopCharging without an effect.
func (e *api) stoppedMode(k *core.Call, m *core.Instance) string {
	switch {
	case m.PhaseAt(k.Now) != core.Stopped || m.Charge == core.Prepaid:
		return "Not-applicable"
	case e.economical[m.ID]:
		return "StopCharging"
	default:
		return "KeepCharging"
	}
}
