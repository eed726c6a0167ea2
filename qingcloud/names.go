package qingcloud

import (
	"context"

	"github.com/yunfan-cloud/yunfan/provider"
)

// renameInput is a request of ModifyInstanceAttributes.
type renameInput struct {
	Instance     *string `name:"instance" location:"params"`
	InstanceName *string `name:"instance_name" location:"params"`
}

// RenameInstance implements [provider.Renamer] by ModifyInstanceAttributes, which the
// documents allow in every state of an instance. A repetition changes nothing more.
func (d *driver) RenameInstance(ctx context.Context, region, id, name string) error {
	c := provider.Checker{Driver: Name}
	c.Require(id != "", "ID", nil, "is required")
	c.Require(name != "", "Name", nil, "is required")
	checkBlanks(&c, "Name", name)
	if err := c.Err(); err != nil {
		return err
	}
	in := &renameInput{Instance: &id, InstanceName: &name}
	return d.callBare(ctx, &call{action: actionRename, zone: d.regionOf(region), in: in})
}
