package cvm

import (
	"slices"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// modifyGroupRequest is the schema of ModifyDisasterRecoverGroupAttribute.
type modifyGroupRequest struct {
	DisasterRecoverGroupId *string
	Name                   *string
	Affinity               *int64
}

// joinRequest is the schema of ModifyInstancesDisasterRecoverGroup.
type joinRequest struct {
	InstanceIds             []string
	DisasterRecoverGroupId  *string // deprecated
	DisasterRecoverGroupIds []string
	Force                   *bool
	PartitionNumber         *int64
}

// leaveRequest is the schema of DeleteInstancesDisasterRecoverGroups.
type leaveRequest struct {
	InstanceIds             []string
	DisasterRecoverGroupIds []string
}

// deleteGroupsRequest is the schema of DeleteDisasterRecoverGroups.
type deleteGroupsRequest struct{ DisasterRecoverGroupIds []string }

// modifyGroup serves ModifyDisasterRecoverGroupAttribute. The affinity can only
// be raised; the code for lowering it is [unverified].
func (c *api) modifyGroup(k *core.Call, r *modifyGroupRequest) (fields, *refusal) {
	switch {
	case r.DisasterRecoverGroupId == nil:
		return nil, missing("DisasterRecoverGroupId")
	case r.Name == nil: // required even if the name does not change
		return nil, missing("Name")
	}
	g := c.group(k, *r.DisasterRecoverGroupId)
	if g == nil {
		return nil, noGroup()
	}
	if refused := checkGroupName(r.Name); refused != nil {
		return nil, refused
	}
	if refused := checkAffinity(r.Affinity); refused != nil {
		return nil, refused
	}
	if valueOr(r.Affinity, g.affinity) < g.affinity {
		return nil, invalidAs("InvalidParameterValue.Range", "Affinity")
	}
	g.name, g.affinity = *r.Name, valueOr(r.Affinity, g.affinity)
	return nil, nil
}

// joinGroup serves ModifyInstancesDisasterRecoverGroup: instances join a group and
// leave any other. Here no two instances share hardware. So no instance has to move,
// and Force never restarts one.
func (c *api) joinGroup(k *core.Call, r *joinRequest) (fields, *refusal) {
	g, refused := c.joined(k, r)
	if refused != nil {
		return nil, refused
	}
	instances, refused := c.batch(k, r.InstanceIds)
	if refused == nil {
		refused = c.settled(k, instances, "RUNNING", "STOPPED")
	}
	if refused == nil {
		refused = c.checkJoin(k, r, g, instances)
	}
	if refused == nil {
		refused = c.checkRoom(k, g, len(instances), r.PartitionNumber)
	}
	if refused != nil {
		return nil, refused
	}
	for _, m := range instances {
		more := c.details[m.ID]
		more.operation, more.operationID = "ModifyInstancesDisasterRecoverGroup", k.RequestID
		more.group, more.partition = g.id, c.partition(k, g.id, r.PartitionNumber)
	}
	return nil, nil
}

// joined returns the group for the instances, from the parameter or its deprecated
// form. The code for both at once is [unverified].
func (c *api) joined(k *core.Call, r *joinRequest) (*group, *refusal) {
	ids := append(optionalText(r.DisasterRecoverGroupId), r.DisasterRecoverGroupIds...)
	switch {
	case len(ids) == 0:
		return nil, missing("DisasterRecoverGroupIds")
	case r.DisasterRecoverGroupId != nil && len(r.DisasterRecoverGroupIds) > 0:
		return nil, refuse("InvalidParameterCombination",
			"DisasterRecoverGroupId and DisasterRecoverGroupIds exclude each other.")
	case len(ids) > 1:
		return nil, invalidAs("InvalidParameterValue.LimitExceeded", "DisasterRecoverGroupIds")
	}
	if refused := checkGroupIDs(ids); refused != nil {
		return nil, refused
	}
	g := c.group(k, ids[0])
	if g == nil {
		return nil, groupNotFound()
	}
	return g, nil
}

// checkJoin refuses instances that cannot join. The documents have these codes and the
// rule about local disks. It is [unverified] that the codes for charge types and local
// disks apply here.
func (c *api) checkJoin(k *core.Call, r *joinRequest, g *group, instances []*core.Instance) *refusal {
	for _, m := range instances {
		switch more := c.details[m.ID]; {
		case more.group == g.id:
			return refuse("FailedOperation.AlreadyInDisasterRecoverGroup",
				"An instance is in the placement group already.")
		case m.Charge == core.Host:
			return refuse("UnsupportedOperation.InstanceChargeType",
				"The charge type of an instance does not support the operation.")
		case more.stoppedMode == stopCharging && m.PhaseAt(k.Now) == core.Stopped:
			return refuse("UnsupportedOperation.StoppedModeStopCharging", "An instance is stopped without charges.")
		case valueOr(r.Force, false) && more.local():
			return refuse("InvalidInstance.NotSupported", "An instance with local disks cannot change its host.")
		}
	}
	return nil
}

// leaveGroup serves DeleteInstancesDisasterRecoverGroups: instances leave their group,
// which must be in the request.
func (c *api) leaveGroup(k *core.Call, r *leaveRequest) (fields, *refusal) {
	if len(r.DisasterRecoverGroupIds) == 0 {
		return nil, missing("DisasterRecoverGroupIds")
	}
	if refused := checkGroupIDs(r.DisasterRecoverGroupIds); refused != nil {
		return nil, refused
	}
	for _, id := range r.DisasterRecoverGroupIds {
		if c.group(k, id) == nil {
			return nil, groupNotFound()
		}
	}
	instances, refused := c.batch(k, r.InstanceIds)
	if refused != nil {
		return nil, leaveRefusal(refused)
	}
	for _, m := range instances {
		if !slices.Contains(r.DisasterRecoverGroupIds, c.details[m.ID].group) {
			return nil, refuse("FailedOperation.DisasterRecoverGroupNotMatch",
				"An instance is not in the placement group.")
		}
	}
	for _, m := range instances {
		more := c.details[m.ID]
		more.operation, more.operationID = "DeleteInstancesDisasterRecoverGroups", k.RequestID
		more.group, more.partition = "", nil
	}
	return nil, nil
}

// leaveRefusal changes codes about instance IDs to the form of this action.
func leaveRefusal(r *refusal) *refusal {
	switch r.code {
	case "InvalidInstanceId.NotFound":
		r.code = "ResourceNotFound.InvalidInstanceIdNotFound"
	case "InvalidInstanceId.Malformed":
		r.code = "InvalidParameterValue.InstanceIdMalformed"
	}
	return r
}

// deleteGroups serves DeleteDisasterRecoverGroups: all of the groups or none.
func (c *api) deleteGroups(k *core.Call, r *deleteGroupsRequest) (fields, *refusal) {
	if len(r.DisasterRecoverGroupIds) == 0 {
		return nil, missing("DisasterRecoverGroupIds")
	}
	if refused := checkGroupIDs(r.DisasterRecoverGroupIds); refused != nil {
		return nil, refused
	}
	for _, id := range r.DisasterRecoverGroupIds {
		switch {
		case c.group(k, id) == nil:
			return nil, noGroup()
		case len(c.members(k, id)) > 0:
			return nil, refuse("FailedOperation.PlacementSetNotEmpty", "A placement group is not empty.")
		}
	}
	c.groups = slices.DeleteFunc(c.groups, func(g *group) bool {
		return g.region == k.Region && slices.Contains(r.DisasterRecoverGroupIds, g.id)
	})
	return nil, nil
}
