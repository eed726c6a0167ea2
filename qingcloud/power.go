package qingcloud

import (
	"context"

	"github.com/yunfan-cloud/yunfan/provider"
)

// ChangePower sends one start, stop or reboot. The answer has a job for all
// servers and no result for each: whether one that cannot be changed stops the
// others is not documented, and taken for granted.
func (d *driver) ChangePower(ctx context.Context, r *provider.PowerRequest) (*provider.PowerResult, error) {
	c, err := translatePower(r)
	if err != nil {
		return nil, err
	}
	c.zone = d.zone(r.Region)
	if err := d.call(ctx, c, &answer{}); err != nil {
		return nil, err
	}
	return &provider.PowerResult{}, nil
}

// powerInput is the input of all three actions; only a stop has force.
type powerInput struct {
	Instances []*string `name:"instances" location:"params"`
	Force     *int      `name:"force" location:"params"`
}

// translatePower returns the call, without its zone. The network layer must not
// repeat it: a second reboot interrupts the first.
func translatePower(r *provider.PowerRequest) (*call, error) {
	if err := checkPower(r); err != nil {
		return nil, err
	}
	in := &powerInput{Instances: pointers(r.IDs)}
	switch r.Action {
	case provider.PowerStart:
		return &call{action: "StartInstances", in: in}, nil
	case provider.PowerStop:
		in.Force = onOff(&r.Force)
		return &call{action: "StopInstances", in: in}, nil
	case provider.PowerReboot:
		return &call{action: "RestartInstances", in: in}, nil
	default:
		return nil, &provider.FieldError{Driver: Name, Path: "Action", Value: string(r.Action), Reason: "must be start, stop or reboot"}
	}
}

// checkPower finds options that the call would have to drop.
func checkPower(r *provider.PowerRequest) error {
	if err := (&provider.Checker{Driver: Name}).CheckIDs(r.IDs, 1, perCall); err != nil {
		return err
	}
	switch {
	case r.Force && r.Action == provider.PowerReboot:
		return &provider.FieldError{Driver: Name, Path: "Force", Reason: "RestartInstances cannot cut the power; stop with Force, then start", Unsupported: true}
	case r.Force && r.Action == provider.PowerStart:
		return &provider.FieldError{Driver: Name, Path: "Force", Reason: "is for stop", Unsupported: true}
	case r.StopCharging:
		return &provider.FieldError{Driver: Name, Path: "StopCharging", Reason: "QingCloud has no such choice: a stopped server pays for its system disk only", Unsupported: true}
	}
	return nil
}
