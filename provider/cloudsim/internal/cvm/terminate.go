package cvm

import "github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"

// terminateRequest is the schema of TerminateInstances. Its switches are about
// addresses and disks, which are not simulated.
type terminateRequest struct {
	InstanceIds             []string
	ReleaseAddress          *bool
	ReleasePrepaidDataDisks *bool
}

// terminateInstances refuses or accepts all instances together. Instances need not be
// stopped before.
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
			return refuse("UnsupportedOperation.InstanceMixedPricingModel",
				"All instances must have the same charge type.")
		case more.protected:
			return refuse("UnsupportedOperation.InstancesProtected", "An instance is protected against termination.")
		}
	}
	return nil
}

// terminate destroys an instance. A prepaid instance first goes to the recycle bin; a
// second call destroys it.
func (c *api) terminate(k *core.Call, m *core.Instance) {
	more := c.details[m.ID]
	more.operation, more.operationID, more.busyUntil = "TerminateInstances", k.RequestID, k.Now.Add(leaving)
	if m.Charge == core.Prepaid && m.PhaseAt(k.Now) != core.Recycled {
		m.Move(k.Now, core.At(k.Now, core.Recycled))
		return
	}
	m.Move(k.Now, core.At(k.Now, core.Terminating), core.At(k.Now.Add(leaving), core.Gone))
}
