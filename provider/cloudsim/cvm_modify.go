package cloudsim

import (
	"unicode/utf8"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// cvmModifyRequest is the schema of ModifyInstancesAttribute. The attributes
// that are missing here (host name, user data, role) are not simulated and
// refused as unknown.
type cvmModifyRequest struct {
	InstanceIds           []string
	InstanceName          *string
	SecurityGroups        []string
	DisableApiTermination *bool
}

// modifyInstancesAttribute changes one attribute of machines that run or are
// stopped, at once.
func (c *cvm) modifyInstancesAttribute(k *core.Call, r *cvmModifyRequest) (tencentFields, *tencentRefusal) {
	if refused := r.check(); refused != nil {
		return nil, refused
	}
	machines, refused := c.batch(k, r.InstanceIds)
	if refused == nil {
		refused = c.settled(k, machines, "RUNNING", "STOPPED")
	}
	if refused != nil {
		return nil, refused
	}
	for _, m := range machines {
		c.modify(k, r, m)
	}
	return nil, nil
}

// check demands one attribute (www.tencentcloud.com/document/api/213/33246),
// with a code for several that is [unverified]. The limit of 60 characters is
// the documented one of this action; a create takes longer names.
func (r *cvmModifyRequest) check() *tencentRefusal {
	switch n := r.attributes(); {
	case n == 0:
		return tencentMissing("InstanceName")
	case n > 1:
		return tencentRefuse("InvalidParameterValue", "A request modifies one attribute.")
	case utf8.RuneCountInString(tencentOr(r.InstanceName, "")) > 60:
		return tencentRefuse("InvalidInstanceName.TooLong", "The InstanceName may have 60 characters.")
	case len(r.SecurityGroups) > 5:
		return tencentRefuse("LimitExceeded.AssociateUSGLimitExceeded", "An instance may have 5 security groups.")
	case !tencentAllForm(r.SecurityGroups, "sg-"):
		return tencentInvalidAs("InvalidSecurityGroupId.NotFound", "SecurityGroups")
	default:
		return nil
	}
}

func (r *cvmModifyRequest) attributes() int {
	n := 0
	for _, set := range []bool{r.InstanceName != nil, len(r.SecurityGroups) > 0, r.DisableApiTermination != nil} {
		if set {
			n++
		}
	}
	return n
}

// modify gives every machine of the call the same name: patterns are for creates.
func (c *cvm) modify(k *core.Call, r *cvmModifyRequest, m *core.Instance) {
	more := c.details[m.ID]
	more.operation, more.operationID = "ModifyInstancesAttribute", k.RequestID
	more.protected = tencentOr(r.DisableApiTermination, more.protected)
	m.Name = tencentOr(r.InstanceName, m.Name)
	if len(r.SecurityGroups) > 0 {
		m.Groups = r.SecurityGroups
	}
}
