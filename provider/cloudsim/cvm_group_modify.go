package cloudsim

import (
	"slices"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// cvmModifyGroupRequest is the schema of ModifyDisasterRecoverGroupAttribute.
type cvmModifyGroupRequest struct {
	DisasterRecoverGroupId *string
	Name                   *string
	Affinity               *int64
}

// cvmJoinRequest is the schema of ModifyInstancesDisasterRecoverGroup.
type cvmJoinRequest struct {
	InstanceIds             []string
	DisasterRecoverGroupId  *string // deprecated
	DisasterRecoverGroupIds []string
	Force                   *bool
	PartitionNumber         *int64
}

// cvmLeaveRequest is the schema of DeleteInstancesDisasterRecoverGroups.
type cvmLeaveRequest struct {
	InstanceIds             []string
	DisasterRecoverGroupIds []string
}

// cvmDeleteGroupsRequest is the schema of DeleteDisasterRecoverGroups.
type cvmDeleteGroupsRequest struct{ DisasterRecoverGroupIds []string }

// modifyGroup serves ModifyDisasterRecoverGroupAttribute. The affinity can only
// be raised; the code for lowering it is [unverified].
func (c *cvm) modifyGroup(k *core.Call, r *cvmModifyGroupRequest) (tencentFields, *tencentRefusal) {
	switch {
	case r.DisasterRecoverGroupId == nil:
		return nil, tencentMissing("DisasterRecoverGroupId")
	case r.Name == nil: // required, also where it is not what is to change
		return nil, tencentMissing("Name")
	}
	g := c.group(k, *r.DisasterRecoverGroupId)
	if g == nil {
		return nil, cvmNoGroup()
	}
	if refused := cvmCheckGroupName(r.Name); refused != nil {
		return nil, refused
	}
	if refused := cvmCheckAffinity(r.Affinity); refused != nil {
		return nil, refused
	}
	if tencentOr(r.Affinity, g.affinity) < g.affinity {
		return nil, tencentInvalidAs("InvalidParameterValue.Range", "Affinity")
	}
	g.name, g.affinity = *r.Name, tencentOr(r.Affinity, g.affinity)
	return nil, nil
}

// joinGroup serves ModifyInstancesDisasterRecoverGroup: machines join a group,
// off any other. Every machine has hardware of its own here, so that none has to
// move and Force never restarts one.
func (c *cvm) joinGroup(k *core.Call, r *cvmJoinRequest) (tencentFields, *tencentRefusal) {
	g, refused := c.joined(k, r)
	if refused != nil {
		return nil, refused
	}
	machines, refused := c.batch(k, r.InstanceIds)
	if refused == nil {
		refused = c.settled(k, machines, "RUNNING", "STOPPED")
	}
	if refused == nil {
		refused = c.checkJoin(k, r, g, machines)
	}
	if refused == nil {
		refused = c.checkRoom(k, g, len(machines), r.PartitionNumber)
	}
	if refused != nil {
		return nil, refused
	}
	for _, m := range machines {
		more := c.details[m.ID]
		more.operation, more.operationID = "ModifyInstancesDisasterRecoverGroup", k.RequestID
		more.group, more.partition = g.id, c.partition(k, g.id, r.PartitionNumber)
	}
	return nil, nil
}

// joined returns the group that machines are to join, by the parameter for it or
// by its deprecated ancestor. The code for both is [unverified].
func (c *cvm) joined(k *core.Call, r *cvmJoinRequest) (*cvmGroup, *tencentRefusal) {
	ids := append(cvmText(r.DisasterRecoverGroupId), r.DisasterRecoverGroupIds...)
	switch {
	case len(ids) == 0:
		return nil, tencentMissing("DisasterRecoverGroupIds")
	case r.DisasterRecoverGroupId != nil && len(r.DisasterRecoverGroupIds) > 0:
		return nil, tencentRefuse("InvalidParameterCombination", "DisasterRecoverGroupId and DisasterRecoverGroupIds exclude each other.")
	case len(ids) > 1:
		return nil, tencentInvalidAs("InvalidParameterValue.LimitExceeded", "DisasterRecoverGroupIds")
	}
	if refused := cvmCheckGroupIDs(ids); refused != nil {
		return nil, refused
	}
	g := c.group(k, ids[0])
	if g == nil {
		return nil, cvmGroupNotFound()
	}
	return g, nil
}

// checkJoin refuses machines that can not join. The documents have these codes,
// and the rule about local disks; that the codes for charge types and local disks
// are meant for this is [unverified].
func (c *cvm) checkJoin(k *core.Call, r *cvmJoinRequest, g *cvmGroup, machines []*core.Instance) *tencentRefusal {
	for _, m := range machines {
		switch more := c.details[m.ID]; {
		case more.group == g.id:
			return tencentRefuse("FailedOperation.AlreadyInDisasterRecoverGroup", "An instance is in the placement group already.")
		case m.Charge == core.Host:
			return tencentRefuse("UnsupportedOperation.InstanceChargeType", "The charge type of an instance does not support the operation.")
		case more.stoppedMode == cvmStopCharging && m.PhaseAt(k.Now) == core.Stopped:
			return tencentRefuse("UnsupportedOperation.StoppedModeStopCharging", "An instance is stopped without charges.")
		case tencentOr(r.Force, false) && more.local():
			return tencentRefuse("InvalidInstance.NotSupported", "An instance with local disks cannot change its host.")
		}
	}
	return nil
}

// leaveGroup serves DeleteInstancesDisasterRecoverGroups: machines leave the
// group that they are in, which has to be among those of the request.
func (c *cvm) leaveGroup(k *core.Call, r *cvmLeaveRequest) (tencentFields, *tencentRefusal) {
	if len(r.DisasterRecoverGroupIds) == 0 {
		return nil, tencentMissing("DisasterRecoverGroupIds")
	}
	if refused := cvmCheckGroupIDs(r.DisasterRecoverGroupIds); refused != nil {
		return nil, refused
	}
	for _, id := range r.DisasterRecoverGroupIds {
		if c.group(k, id) == nil {
			return nil, cvmGroupNotFound()
		}
	}
	machines, refused := c.batch(k, r.InstanceIds)
	if refused != nil {
		return nil, cvmLeaveRefusal(refused)
	}
	for _, m := range machines {
		if !slices.Contains(r.DisasterRecoverGroupIds, c.details[m.ID].group) {
			return nil, tencentRefuse("FailedOperation.DisasterRecoverGroupNotMatch", "An instance is not in the placement group.")
		}
	}
	for _, m := range machines {
		more := c.details[m.ID]
		more.operation, more.operationID = "DeleteInstancesDisasterRecoverGroups", k.RequestID
		more.group, more.partition = "", nil
	}
	return nil, nil
}

// cvmLeaveRefusal spells codes about instance IDs as that one action does.
func cvmLeaveRefusal(r *tencentRefusal) *tencentRefusal {
	switch r.code {
	case "InvalidInstanceId.NotFound":
		r.code = "ResourceNotFound.InvalidInstanceIdNotFound"
	case "InvalidInstanceId.Malformed":
		r.code = "InvalidParameterValue.InstanceIdMalformed"
	}
	return r
}

// deleteGroups serves DeleteDisasterRecoverGroups: all of the groups or none.
func (c *cvm) deleteGroups(k *core.Call, r *cvmDeleteGroupsRequest) (tencentFields, *tencentRefusal) {
	if len(r.DisasterRecoverGroupIds) == 0 {
		return nil, tencentMissing("DisasterRecoverGroupIds")
	}
	if refused := cvmCheckGroupIDs(r.DisasterRecoverGroupIds); refused != nil {
		return nil, refused
	}
	for _, id := range r.DisasterRecoverGroupIds {
		switch {
		case c.group(k, id) == nil:
			return nil, cvmNoGroup()
		case len(c.members(k, id)) > 0:
			return nil, tencentRefuse("FailedOperation.PlacementSetNotEmpty", "A placement group is not empty.")
		}
	}
	c.groups = slices.DeleteFunc(c.groups, func(g *cvmGroup) bool {
		return g.region == k.Region && slices.Contains(r.DisasterRecoverGroupIds, g.id)
	})
	return nil, nil
}
