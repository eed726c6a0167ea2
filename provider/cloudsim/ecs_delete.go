package cloudsim

import (
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// deleteInstances serves DeleteInstances: all of the machines or none.
func (e *ecs) deleteInstances(k *core.Call) (aliObject, *aliError) {
	p := e.regional(k)
	p.clientToken()
	ids := p.list("InstanceId", 100)
	if len(ids) == 0 {
		p.refuse(p.missing("InstanceId"))
	}
	_, err := e.once(k, func() ([]string, *aliError) { return nil, e.delete(k, p, ids, ecsBatchDryRun()) })
	return nil, err
}

// deleteInstance serves DeleteInstance, which needs no region.
func (e *ecs) deleteInstance(k *core.Call) (aliObject, *aliError) {
	p := e.params(k)
	return nil, e.delete(k, p, []string{p.required("InstanceId")}, ecsDryRun())
}

// delete releases machines at once. Force cuts the power of those that run; a
// machine that still boots may be forced as well. Passed is the answer to a dry
// run that would have gone well.
func (e *ecs) delete(k *core.Call, p *aliParams, ids []string, passed *aliError) *aliError {
	force, terminate, dry := p.flag("Force"), p.flag("TerminateSubscription"), p.flag("DryRun")
	if p.Refusal != nil {
		return p.Refusal
	}
	machines := make([]*core.Instance, len(ids))
	for i, id := range ids {
		if machines[i] = e.find(k, id, k.Region); machines[i] == nil {
			return ecsNoInstance()
		}
		if err := ecsDeletable(machines[i], k.Now, force, terminate); err != nil {
			return err
		}
	}
	if dry {
		return passed
	}
	for _, m := range machines {
		m.Move(k.Now, core.At(k.Now, core.Gone))
	}
	return nil
}

func ecsDeletable(m *core.Instance, now time.Time, force, terminate bool) *aliError {
	switch {
	case m.Params["DeletionProtection"] == "true":
		return aliRefusal(403, "InvalidOperation.DeletionProtection", "The operation is not allowed due to the deletion protection of the instance.")
	case m.Charge == core.Prepaid && now.Before(aliExpiry(m)) && !terminate:
		return aliRefusal(403, "ChargeTypeViolation", "The operation is not permitted due to charge type of the instance.")
	case !force && m.PhaseAt(now) != core.Stopped:
		return ecsWrongStatus()
	default:
		return nil
	}
}
