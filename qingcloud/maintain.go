package qingcloud

import (
	"context"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/maintain"
)

// The driver sets no tags, because labels of QingCloud have no values, and renews nothing, because the
// vendor documents no call for it.
var (
	_ maintain.Modifier = (*driver)(nil)
	_ maintain.Resizer  = (*driver)(nil)
)

const (
	actionResize     = "ResizeInstances"
	actionApplyGroup = "ApplySecurityGroup"
)

// InstancesPerModify implements [maintain.Modifier]: names and descriptions are changed one instance a call.
func (d *driver) InstancesPerModify(ch *maintain.Change) (int, error) {
	c := provider.Checker{Driver: Name}
	checkBlanks(&c, "Change.Name", ch.Name)
	if ch.DeletionProtection != nil {
		c.Refuse("Change.DeletionProtection", "QingCloud has no such switch")
	}
	if ch.ReleaseAt != nil {
		c.Refuse("Change.ReleaseAt", "QingCloud instances have no release time")
	}
	if ch.Password != "" {
		c.Refuse("Change.Password", "QingCloud changes no password: ResetInstances installs the system disk anew with another one")
	}
	c.Require(len(ch.SecurityGroupIDs) <= 1, "Change.SecurityGroupIDs", len(ch.SecurityGroupIDs),
		"must be one: a QingCloud instance has one security group")
	if len(ch.SecurityGroupIDs) > 0 {
		return perCall, c.Err()
	}
	return 1, c.Err()
}

// modifyInput is a request of ModifyInstanceAttributes. An attribute that is nil stays as it is.
type modifyInput struct {
	Instance     *string `name:"instance" location:"params"`
	InstanceName *string `name:"instance_name" location:"params"`
	Description  *string `name:"description" location:"params"`
}

// applyInput is a request of ApplySecurityGroup. Without instances the call would apply the rules of the
// group anew to all that have it.
type applyInput struct {
	SecurityGroup *string   `name:"security_group" location:"params"`
	Instances     []*string `name:"instances" location:"params"`
}

// ModifyInstances implements [maintain.Modifier] by ModifyInstanceAttributes, and by ApplySecurityGroup,
// which replaces the group and answers a job.
func (d *driver) ModifyInstances(ctx context.Context, region string, ids []string, ch *maintain.Change) error {
	most := 1
	if len(ch.SecurityGroupIDs) > 0 {
		most = perCall
	}
	if err := (&provider.Checker{Driver: Name}).CheckIDs(ids, 1, most); err != nil {
		return err
	}
	c := &call{action: actionRename, zone: d.regionOf(region)}
	if len(ch.SecurityGroupIDs) > 0 {
		c.action, c.in = actionApplyGroup, &applyInput{SecurityGroup: text(first(ch.SecurityGroupIDs)), Instances: list(ids)}
	} else {
		c.in = &modifyInput{Instance: &ids[0], InstanceName: text(ch.Name), Description: ch.Description}
	}
	return d.callBare(ctx, c)
}

// resizeInput is a request of ResizeInstances. The SDK's struct fills in defaults for what is nil.
type resizeInput struct {
	Instances    []*string `name:"instances" location:"params"`
	InstanceType *string   `name:"instance_type" location:"params"`
}

// ResizeInstance implements [maintain.Resizer] by ResizeInstances. Its job ends later: package maintain waits
// until the instance has the new type. The answer has no ID of a request.
func (d *driver) ResizeInstance(
	ctx context.Context, req *maintain.ResizeRequest, _ string,
) (orderID, requestID string, err error) {
	in := &resizeInput{Instances: list([]string{req.ID}), InstanceType: text(req.InstanceType)}
	return "", "", d.callBare(ctx, &call{action: actionResize, zone: d.regionOf(req.Region), in: in})
}
