package cvm

import "github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"

// terminateRequest is the schema of TerminateInstances. The addresses and
// disks that its switches are about are not simulated.
type terminateRequest struct {
	InstanceIds             []string
	ReleaseAddress          *bool
	ReleasePrepaidDataDisks *bool
}

// terminateInstances refuses the whole batch or accepts it. Instances may be
// stopped before, but need not be.
func (c *api) terminateInstances(k *core.Call, r *terminateRequest) (fields, *refusal) {
	instances, refused := c.batch(k, r.InstanceIds)
	if refused == nil {
		refused = c.checkTerminate(instances)
	}
	if refused == nil {
		refused = c.settled(k, instances, "RUNNING", "STOPPED", "SHUTDOWN")
	}
	if refused != nil {
		return nil, refused
	}
	for _, m := range instances {
		c.terminate(k, m)
	}
	return nil, nil
}

func (c *api) checkTerminate(instances []*core.Instance) *refusal {
	first := c.details[instances[0].ID].request.chargeType()
	for _, m := range instances {
		switch more := c.details[m.ID]; {
		case more.request.chargeType() != first:
			return refuse("UnsupportedOperation.InstanceMixedPricingModel", "All instances must have the same charge type.")
		case more.protected:
			return refuse("UnsupportedOperation.InstancesProtected", "An instance is protected against termination.")
		}
	}
	return nil
}

// terminate destroys an instance, except that a prepaid one goes to the recycle
// bin first and is destroyed by a second call.
func (c *api) terminate(k *core.Call, m *core.Instance) {
	more := c.details[m.ID]
	more.operation, more.operationID, more.busyUntil = "TerminateInstances", k.RequestID, k.Now.Add(leaving)
	if m.Charge == core.Prepaid && m.PhaseAt(k.Now) != core.Recycled {
		m.Move(k.Now, core.At(k.Now, core.Recycled))
		return
	}
	m.Move(k.Now, core.At(k.Now, core.Terminating), core.At(k.Now.Add(leaving), core.Gone))
}
