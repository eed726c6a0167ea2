package ens

import (
	"context"
	"errors"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// renameTimeout is that of a start: the vendor does not publish how late ENS answers.
const renameTimeout = 60 * time.Second

// RenameInstance implements [provider.Renamer] by ModifyInstanceAttribute. It needs no node,
// because the ID of an instance is enough.
func (d *driver) RenameInstance(ctx context.Context, _, id, name string) error {
	c := provider.Checker{Driver: Name}
	c.Require(id != "", "ID", nil, "is required")
	c.Require(isName(name), "Name", name, ruleName)
	if err := c.Err(); err != nil {
		return err
	}
	r := request("ModifyInstanceAttribute", params{"InstanceId": id, "InstanceName": name}, renameTimeout)
	_, err := d.callBare(ctx, r)
	return renameFailed(err)
}

// renameFailed corrects the error of a new name, and returns it. A refusal because of the state of
// an instance passes: the name is given right after the create, and no lasting state is documented
// to refuse it.
func renameFailed(err error) error {
	var e *provider.APIError
	if errors.As(err, &e) && errors.Is(err, provider.ErrState) {
		e.Temporary = true
	}
	return err
}
