package cvm

import (
	"cmp"
	"slices"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// maxSecurity is the documented number of security groups of an instance.
const maxSecurity = 5

// securityRequest is the schema of AssociateSecurityGroups and DisassociateSecurityGroups. Both take one
// group.
type securityRequest struct {
	SecurityGroupIds []string
	InstanceIds      []string
}

func (c *api) associateSecurityGroups(k *core.Call, r *securityRequest) (fields, *refusal) {
	instances, refused := c.secured(k, r)
	if refused != nil {
		return nil, refused
	}
	group := r.SecurityGroupIds[0]
	for _, m := range instances {
		if !slices.Contains(m.Groups, group) && len(m.Groups) >= maxSecurity {
			return nil, refuse("LimitExceeded.AssociateUSGLimitExceeded", "An instance may have 5 security groups.")
		}
	}
	for _, m := range instances {
		if !slices.Contains(m.Groups, group) {
			m.Groups = append(slices.Clone(m.Groups), group)
		}
		c.operate(k, m, "AssociateSecurityGroups")
	}
	return nil, nil
}

func (c *api) disassociateSecurityGroups(k *core.Call, r *securityRequest) (fields, *refusal) {
	instances, refused := c.secured(k, r)
	if refused != nil {
		return nil, refused
	}
	for _, m := range instances {
		if len(m.Groups) == 1 && m.Groups[0] == r.SecurityGroupIds[0] {
			return nil, refuse("LimitExceeded.SingleUSGQuota", "An instance keeps one security group.")
		}
	}
	for _, m := range instances {
		m.Groups = slices.DeleteFunc(slices.Clone(m.Groups), func(g string) bool { return g == r.SecurityGroupIds[0] })
		c.operate(k, m, "DisassociateSecurityGroups")
	}
	return nil, nil
}

// secured returns the instances of a call about one security group.
func (c *api) secured(k *core.Call, r *securityRequest) ([]*core.Instance, *refusal) {
	switch {
	case len(r.SecurityGroupIds) == 0:
		return nil, missing("SecurityGroupIds")
	case len(r.SecurityGroupIds) > 1:
		return nil, invalidAs("InvalidParameterValue.LimitExceeded", "SecurityGroupIds")
	case !allForm(r.SecurityGroupIds, "sg-"):
		return nil, invalidAs("InvalidSecurityGroupId.NotFound", "SecurityGroupIds")
	}
	instances, refused := c.batch(k, r.InstanceIds)
	if refused = cmp.Or(refused, c.checkOfferedGroups(k, r.SecurityGroupIds)); refused == nil {
		refused = c.settled(k, instances, "RUNNING", "STOPPED")
	}
	return instances, refused
}
