package ens

import (
	"slices"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// joinSecurityGroup serves JoinSecurityGroup. It is not verified that a group which the instance has already
// is a success.
func (e *api) joinSecurityGroup(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	return e.regroup(k, func(groups []string, group string) []string {
		if slices.Contains(groups, group) {
			return groups
		}
		return append(slices.Clone(groups), group) // the instances of one create share their groups
	})
}

// leaveSecurityGroup serves LeaveSecurityGroup. It is not verified that a group which the instance does not
// have is a success, nor that an instance may be without a group.
func (e *api) leaveSecurityGroup(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	return e.regroup(k, func(groups []string, group string) []string {
		return slices.DeleteFunc(slices.Clone(groups), func(g string) bool { return g == group })
	})
}

// regroup changes the groups of an instance that is running or stopped. Those of network interfaces are not
// simulated. The codes are not verified.
func (e *api) regroup(k *core.Call, change func(groups []string, group string) []string) (alibaba.Object, *alibaba.Refusal) {
	p := e.params(k.Params)
	p.Unsupported("NetworkInterfaceId")
	id, group := p.Required("InstanceId"), p.Required("SecurityGroupId")
	known := func(g core.SecurityGroup) bool { return g.ID == group }
	if e.Service.Strict() && !slices.ContainsFunc(e.Service.Inventory().Groups, known) {
		p.Bad("SecurityGroupId", "a security group of the account")
	}
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	m := e.find(k, id)
	if m == nil {
		return nil, noInstance()
	}
	if word := status(k, m); word != "Running" && word != "Stopped" {
		return nil, wrongStatus()
	}
	m.Groups = change(m.Groups, group)
	return nil, nil
}
