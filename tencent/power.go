package tencent

import (
	"context"
	"errors"
	"time"

	tchttp "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/http"
	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"github.com/yunfan-cloud/yunfan/provider"
)

// powerTimeout is that of a release: CVM answers when it has accepted the change.
const powerTimeout = 30 * time.Second

// ChangePower implements [provider.PowerDriver] by StartInstances, StopInstances and RebootInstances.
// The answer has no result for each instance: one that cannot be changed makes an error of the whole
// call.
func (d *driver) ChangePower(ctx context.Context, req *provider.PowerRequest) (*provider.PowerResult, error) {
	if err := checkPower(req); err != nil {
		return nil, err
	}
	out, err := translatePower(req)
	if err != nil {
		return nil, err
	}
	id, err := d.askBare(d.newExchange(ctx, out.GetAction(), req.Region, powerTimeout), out)
	if err != nil {
		return nil, powerFailed(err)
	}
	return &provider.PowerResult{RequestID: id}, nil
}

// checkPower refuses options that the call would have to drop.
func checkPower(req *provider.PowerRequest) error {
	if err := (&provider.Checker{Driver: Name}).CheckIDs(req.IDs, 1, perCall); err != nil {
		return err
	}
	c := provider.Checker{Driver: Name}
	switch {
	case req.Force && req.Action == provider.PowerStart:
		c.Refuse("Force", "is for stop and reboot")
	case req.StopCharging && req.Action != provider.PowerStop:
		c.Refuse("StopCharging", "is for stop")
	}
	return c.Err()
}

// translatePower returns one of the SDK's typed requests, made for one call: the SDK writes into it.
func translatePower(req *provider.PowerRequest) (tchttp.Request, error) {
	switch req.Action {
	case provider.PowerStart:
		out := cvm.NewStartInstancesRequest()
		out.InstanceIds = list(req.IDs)
		return out, nil
	case provider.PowerStop:
		out := cvm.NewStopInstancesRequest()
		out.InstanceIds = list(req.IDs)
		out.StopType = stopType(req.Force)
		if req.StopCharging {
			out.StoppedMode = text("STOP_CHARGING")
		}
		return out, nil
	case provider.PowerReboot:
		out := cvm.NewRebootInstancesRequest()
		out.InstanceIds = list(req.IDs)
		out.StopType = stopType(req.Force)
		return out, nil
	}
	return nil, &provider.FieldError{
		Driver: Name, Path: "Action", Value: string(req.Action), Reason: "must be start, stop or reboot",
	}
}

// stopType is never SOFT_FIRST. That would cut the power of an instance whose operating system is slow
// to stop, and the caller has not asked for that.
func stopType(force bool) *string {
	if force {
		return text("HARD")
	}
	return text("SOFT")
}

// isolating is the code about an instance on its way to the recycle bin.
const isolating = "UnsupportedOperation.InstanceStateIsolating"

// powerFailed corrects the error of a start, stop or reboot, and returns it. An instance on its way to
// the recycle bin can be terminated soon, but not started.
func powerFailed(err error) error {
	var e *provider.APIError
	if errors.As(err, &e) && e.Code == isolating {
		e.Temporary = false
	}
	return err
}
