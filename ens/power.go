package ens

import (
	"context"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
)

// powerTimeout is that of a release: the vendor does not publish how late ENS answers.
const powerTimeout = 60 * time.Second

// ChangePower implements [provider.PowerDriver] by StartInstance, StopInstance and RebootInstance.
// The calls for several instances are not used: the form of their list is unverified, and they
// cannot cut the power.
func (d *driver) ChangePower(ctx context.Context, req *provider.PowerRequest) (*provider.PowerResult, error) {
	if err := checkPower(req); err != nil {
		return nil, err
	}
	action, p, err := translatePower(req)
	if err != nil {
		return nil, err
	}
	id, err := d.callBare(ctx, request(action, p, powerTimeout))
	if err != nil {
		return nil, alicloud.ForPower(err, false)
	}
	return &provider.PowerResult{RequestID: id}, nil
}

// checkPower refuses options that the call would have to drop.
func checkPower(req *provider.PowerRequest) error {
	if err := (&provider.Checker{Driver: Name}).CheckIDs(req.IDs, 1, 1); err != nil {
		return err
	}
	c := provider.Checker{Driver: Name}
	if req.StopCharging {
		c.Refuse("StopCharging", "ENS has no such thing: StopInstance has no parameter for it")
	}
	return c.Err()
}

// translatePower needs no node, because the ID of an instance is enough.
func translatePower(req *provider.PowerRequest) (action string, p params, err error) {
	p = params{"InstanceId": req.IDs[0]}
	switch req.Action {
	case provider.PowerStart:
		return "StartInstance", p, nil
	case provider.PowerStop:
		p.boolean("ForceStop", req.Force)
		return "StopInstance", p, nil
	case provider.PowerReboot:
		p.boolean("ForceStop", req.Force) // the name is the same as for a stop
		return "RebootInstance", p, nil
	}
	return "", nil, &provider.FieldError{
		Driver: Name, Path: "Action", Value: string(req.Action), Reason: "must be start, stop or reboot",
	}
}
