package qingcloud

import (
	"context"

	"github.com/yunfan-cloud/yunfan/provider"
)

// maxName is the longest name that a marker is put into. The vendor documents
// no maximum; this one is a choice, on the careful side. It shortens no name but
// for the time between a create and the renaming.
const maxName = 60

// RenameInstance sets instance_name, which the documentation allows in every
// state of a server. A repetition changes nothing more.
func (d *driver) RenameInstance(ctx context.Context, region, id, name string) error {
	c := &provider.Checker{Driver: Name}
	c.Require(id != "", "ID", nil, "is required")
	c.Require(name != "", "Name", nil, "is required")
	noBlanks(c, "Name", name)
	if err := c.Err(); err != nil {
		return err
	}
	in := &renameInput{Instance: &id, InstanceName: &name}
	return d.call(ctx, &call{action: "ModifyInstanceAttributes", zone: d.zone(region), in: in}, &answer{})
}

type renameInput struct {
	Instance     *string `name:"instance" location:"params"`
	InstanceName *string `name:"instance_name" location:"params"`
}
