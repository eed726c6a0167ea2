package ecs

import (
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// deleteInstances serves DeleteInstances: all of the instances or none.
func (e *api) deleteInstances(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.regional(k)
	p.ClientToken()
	ids := p.List("InstanceId", 100)
	if len(ids) == 0 {
		p.Refuse(p.Missing("InstanceId"))
	}
	_, err := e.Once(k, func() ([]string, *alibaba.Refusal) { return nil, e.delete(k, p, ids, batchDryRun()) })
	return nil, err
}

// deleteInstance serves DeleteInstance, which needs no region.
func (e *api) deleteInstance(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.params(k)
	return nil, e.delete(k, p, []string{p.Required("InstanceId")}, dryRun())
}

// delete releases instances at once. Force also releases instances that run or boot.
// Passed is the answer to a dry run that would succeed.
func (e *api) delete(k *core.Call, p *alibaba.Params, ids []string, passed *alibaba.Refusal) *alibaba.Refusal {
	force, terminate, dry := p.Flag("Force"), p.Flag("TerminateSubscription"), p.Flag("DryRun")
	p.Flag("ForceStop")
	if p.Refusal != nil {
		return p.Refusal
	}
	instances := make([]*core.Instance, len(ids))
	for i, id := range ids {
		if instances[i] = e.find(k, id, k.Region); instances[i] == nil {
			return noInstance()
		}
		if err := deletable(instances[i], k.Now, force, terminate); err != nil {
			return err
		}
	}
	if dry {
		return passed
	}
	for _, m := range instances {
		m.Move(k.Now, core.At(k.Now, core.Gone))
	}
	return nil
}

func deletable(m *core.Instance, now time.Time, force, terminate bool) *alibaba.Refusal {
	switch {
	case m.Attr("DeletionProtection") == "true":
		return alibaba.Refuse(403, "InvalidOperation.DeletionProtection",
			"The operation is not allowed due to the deletion protection of the instance.")
	case m.Charge == core.Prepaid && now.Before(alibaba.Expiry(m)) && !terminate:
		return alibaba.Refuse(403, "ChargeTypeViolation",
			"The operation is not permitted due to charge type of the instance.")
	case !force && m.PhaseAt(now) != core.Stopped:
		return wrongStatus()
	default:
		return nil
	}
}
