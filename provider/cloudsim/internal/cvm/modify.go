package cvm

import (
	"cmp"
	"unicode/utf8"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// modifyRequest is the schema of ModifyInstancesAttribute. Attributes that are missing
// here (host name, user data, role) are not simulated and are refused as unknown.
type modifyRequest struct {
	InstanceIds           []string
	InstanceName          *string
	SecurityGroups        []string
	DisableApiTermination *bool
}

// modifyInstancesAttribute changes one attribute of running or stopped instances at
// once.
func (c *api) modifyInstancesAttribute(k *core.Call, r *modifyRequest) (fields, *refusal) {
	if refused := cmp.Or(r.check(), c.checkOfferedGroups(k, r.SecurityGroups)); refused != nil {
		return nil, refused
	}
	instances, refused := c.batch(k, r.InstanceIds)
	if refused == nil {
		refused = c.settled(k, instances, "RUNNING", "STOPPED")
	}
	if refused != nil {
		return nil, refused
	}
	for _, m := range instances {
		c.modify(k, r, m)
	}
	return nil, nil
}

// check requires exactly one attribute (www.tencentcloud.com/document/api/213/33246).
// The code for several is [unverified]. The limit of 60 characters is documented for
// this action; a create accepts longer names.
func (r *modifyRequest) check() *refusal {
	switch n := r.attributes(); {
	case n == 0:
		return missing("InstanceName")
	case n > 1:
		return refuse("InvalidParameterValue", "A request modifies one attribute.")
	case utf8.RuneCountInString(valueOr(r.InstanceName, "")) > 60:
		return refuse("InvalidInstanceName.TooLong", "The InstanceName may have 60 characters.")
	case len(r.SecurityGroups) > 5:
		return refuse("LimitExceeded.AssociateUSGLimitExceeded", "An instance may have 5 security groups.")
	case !allForm(r.SecurityGroups, "sg-"):
		return invalidAs("InvalidSecurityGroupId.NotFound", "SecurityGroups")
	default:
		return nil
	}
}

func (r *modifyRequest) attributes() int {
	n := 0
	for _, set := range []bool{r.InstanceName != nil, len(r.SecurityGroups) > 0, r.DisableApiTermination != nil} {
		if set {
			n++
		}
	}
	return n
}

// modify gives every instance of the call the same name: patterns are for creates.
func (c *api) modify(k *core.Call, r *modifyRequest, m *core.Instance) {
	more := c.details[m.ID]
	more.operation, more.operationID = "ModifyInstancesAttribute", k.RequestID
	more.protected = valueOr(r.DisableApiTermination, more.protected)
	m.Name = valueOr(r.InstanceName, m.Name)
	if len(r.SecurityGroups) > 0 {
		m.Groups = r.SecurityGroups
	}
}
