package cloudsim

import "slices"

// cvmMaxIDs is the documented limit of every call that takes instance IDs.
const cvmMaxIDs = 100

// cvmTerminateRequest is the schema of TerminateInstances. The addresses and
// disks that its switches are about are not simulated.
type cvmTerminateRequest struct {
	InstanceIds             []string
	ReleaseAddress          *bool
	ReleasePrepaidDataDisks *bool
}

// terminateInstances refuses the whole batch or accepts it: the answer has no
// result for each machine.
func (c *cvm) terminateInstances(k *call, r *cvmTerminateRequest) (tencentFields, *tencentRefusal) {
	if len(r.InstanceIds) == 0 {
		return nil, tencentMissing("InstanceIds")
	}
	if refused := cvmCheckIDs(r.InstanceIds); refused != nil {
		return nil, refused
	}
	var machines []*machine
	for _, id := range r.InstanceIds {
		m := c.machine(k, id)
		if m == nil {
			return nil, tencentRefuse("InvalidInstanceId.NotFound", "An instance does not exist.")
		}
		if !slices.Contains(machines, m) { // else a prepaid one would take both steps at once
			machines = append(machines, m)
		}
	}
	for _, m := range machines {
		if refused := c.checkTerminate(k, m, machines[0]); refused != nil {
			return nil, refused
		}
	}
	for _, m := range machines {
		c.terminate(k, m)
	}
	return nil, nil
}

// cvmCheckIDs refuses too many IDs, and the whole call for one malformed ID.
func cvmCheckIDs(ids []string) *tencentRefusal {
	if len(ids) > cvmMaxIDs {
		return tencentInvalidAs("InvalidParameterValue.LimitExceeded", "InstanceIds")
	}
	for _, id := range ids {
		if !cvmInstanceID(id) {
			return tencentRefuse("InvalidInstanceId.Malformed", "An instance ID is not of the form ins-xxxxxxxx.")
		}
	}
	return nil
}

func (c *cvm) checkTerminate(k *call, m, first *machine) *tencentRefusal {
	more := c.more[m.ID]
	switch state := m.phase(k.now); {
	case more.request.chargeType() != c.more[first.ID].request.chargeType():
		return tencentRefuse("UnsupportedOperation.InstanceMixedPricingModel", "All instances must have the same charge type.")
	case tencentOr(more.request.DisableApiTermination, false):
		return tencentRefuse("UnsupportedOperation.InstancesProtected", "An instance is protected against termination.")
	case state == Pending:
		return tencentRefuse("UnsupportedOperation.InstanceStatePending", "An instance is still being created.")
	case state == Failed:
		return tencentRefuse("UnsupportedOperation.InstanceStateLaunchFailed", "An instance failed to launch.")
	case state == Starting:
		return tencentRefuse("UnsupportedOperation.InstanceStateStarting", "An instance is starting.")
	case state == Stopping:
		return tencentRefuse("UnsupportedOperation.InstanceStateStopping", "An instance is stopping.")
	case state == Terminating:
		return tencentRefuse("UnsupportedOperation.InstanceStateTerminating", "An instance is being terminated.")
	case k.now.Before(more.busyUntil):
		return tencentRefuse("OperationDenied.InstanceOperationInProgress", "Another operation on an instance is in progress.")
	default:
		return nil
	}
}

// terminate destroys a machine, except that a prepaid one goes to the recycle
// bin first and is destroyed by a second call.
func (c *cvm) terminate(k *call, m *machine) {
	more := c.more[m.ID]
	more.operation, more.operationID, more.busyUntil = "TerminateInstances", k.requestID, k.now.Add(cvmLeaving)
	if m.Charge == Prepaid && m.phase(k.now) != Recycled {
		m.move(k.now, step{k.now, Recycled})
		return
	}
	m.move(k.now, step{k.now, Terminating}, step{k.now.Add(cvmLeaving), Gone})
}
