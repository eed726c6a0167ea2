package ens

import (
	"context"
	"errors"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
)

// renameTimeout is that of a start: how late ENS answers is not published.
const renameTimeout = 60 * time.Second

// maxName is the documented maximum of an InstanceName, in characters.
const maxName = 128

// RenameInstance implements [provider.Renamer] by ModifyInstanceAttribute. It
// needs no node: the ID of a server names it.
func (d *driver) RenameInstance(ctx context.Context, _, id, name string) error {
	c := provider.Checker{Driver: Name}
	c.Require(id != "", "ID", nil, "is required")
	c.Require(isName(name), "Name", name, nameRule)
	if err := c.Err(); err != nil {
		return err
	}
	r := request("ModifyInstanceAttribute", params{"InstanceId": id, "InstanceName": name}, renameTimeout)
	resp, err := d.caller.Call(ctx, r)
	if err != nil {
		return forRename(err)
	}
	var a renameAnswer
	if err := d.caller.Decode(r, resp, &a); err != nil {
		return err
	}
	if a.Code == "200" { // the reference says 0 in its text and 200 in its example
		a.Code = ""
	}
	if err := d.checkCode(r, resp, a.Code); err != nil {
		return forRename(err)
	}
	if resp.RequestID == "" { // every answer of the vendor has one
		return d.caller.Malformed(r, resp)
	}
	return nil
}

// forRename tells of a refusal for the state of a server that it passes: a name
// is given right after the create, and no lasting state is documented to be in
// its way.
func forRename(err error) error {
	var e *provider.APIError
	if errors.As(err, &e) && errors.Is(err, provider.ErrState) {
		e.Temporary = true
	}
	return err
}

// renameAnswer is the answer about one server.
type renameAnswer struct {
	Code alicloud.Text
}
