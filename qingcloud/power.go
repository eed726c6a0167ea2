package qingcloud

import (
	"context"

	"github.com/yunfan-cloud/yunfan/provider"
)

// ChangePower implements [provider.PowerDriver] by StartInstances, StopInstances and
// RestartInstances. The answer has one job for all instances and no result for each. The
// documents do not say whether one instance that cannot be changed stops the others. The
// adapter assumes that it does.
func (d *driver) ChangePower(ctx context.Context, req *provider.PowerRequest) (*provider.PowerResult, error) {
	if err := checkPower(req); err != nil {
		return nil, err
	}
	c, err := translatePower(req)
	if err != nil {
		return nil, err
	}
	c.zone = d.regionOf(req.Region)
	if err := d.callBare(ctx, c); err != nil {
		return nil, err
	}
	return &provider.PowerResult{}, nil
}

// checkPower refuses options that the call would have to drop.
func checkPower(req *provider.PowerRequest) error {
	if err := (&provider.Checker{Driver: Name}).CheckIDs(req.IDs, 1, perCall); err != nil {
		return err
	}
	c := provider.Checker{Driver: Name}
	switch {
	case req.Force && req.Action == provider.PowerReboot:
		c.Refuse("Force", "RestartInstances cannot cut the power; stop with Force, then start")
	case req.Force && req.Action == provider.PowerStart:
		c.Refuse("Force", "is for stop")
	case req.StopCharging:
		c.Refuse("StopCharging", "QingCloud has no such choice: a stopped instance pays for its system disk only")
	}
	return c.Err()
}

// powerInput is a request of all three actions. Only a stop has force.
type powerInput struct {
	Instances []*string `name:"instances" location:"params"`
	Force     *int      `name:"force" location:"params"`
}

// translatePower returns the call, without its zone.
func translatePower(req *provider.PowerRequest) (*call, error) {
	in := &powerInput{Instances: list(req.IDs)}
	switch req.Action {
	case provider.PowerStart:
		return &call{action: "StartInstances", in: in}, nil
	case provider.PowerStop:
		in.Force = boolean(req.Force)
		return &call{action: "StopInstances", in: in}, nil
	case provider.PowerReboot:
		return &call{action: "RestartInstances", in: in}, nil
	}
	return nil, &provider.FieldError{
		Driver: Name, Path: "Action", Value: string(req.Action), Reason: "must be start, stop or reboot",
	}
}
