package tencent

import (
	"context"
	"errors"
	"time"

	tchttp "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/http"
	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"github.com/yunfan-cloud/yunfan/provider"
)

// powerTimeout is how long a change of power may take when the caller's ctx
// allows more: CVM answers when it has accepted it.
const powerTimeout = 30 * time.Second

// ChangePower sends one start, stop or reboot. The answer has no result for each
// server: one that cannot be changed makes an error of the whole call.
func (d *driver) ChangePower(ctx context.Context, req *provider.PowerRequest) (*provider.PowerResult, error) {
	out, err := translatePower(req)
	if err != nil {
		return nil, err
	}
	ex := d.exchange(ctx, out.GetAction(), req.Region, powerTimeout)
	id, err := d.order(ex, out)
	if err != nil {
		return nil, powerFailed(err)
	}
	return &provider.PowerResult{RequestID: id}, nil
}

// isolating is the code about a server on its way to the recycle bin.
const isolating = "UnsupportedOperation.InstanceStateIsolating"

// powerFailed knows what does not pass by itself: a server that is on its way to
// the recycle bin can be terminated soon, but not started.
func powerFailed(err error) error {
	var e *provider.APIError
	if errors.As(err, &e) && e.Code == isolating {
		e.Temporary = false
	}
	return err
}

// translatePower returns one of the SDK's typed requests, made for one call: the
// SDK writes into it.
func translatePower(req *provider.PowerRequest) (tchttp.Request, error) {
	if err := checkPower(req); err != nil {
		return nil, err
	}
	switch req.Action {
	case provider.PowerStart:
		out := cvm.NewStartInstancesRequest()
		out.InstanceIds = list(req.IDs)
		return out, nil
	case provider.PowerStop:
		out := cvm.NewStopInstancesRequest()
		out.InstanceIds = list(req.IDs)
		out.StopType = stopType(req.Force)
		out.StoppedMode = stoppedMode(req.StopCharging)
		return out, nil
	case provider.PowerReboot:
		out := cvm.NewRebootInstancesRequest()
		out.InstanceIds = list(req.IDs)
		out.StopType = stopType(req.Force)
		return out, nil
	default:
		return nil, &provider.FieldError{Driver: Name, Path: "Action", Value: string(req.Action), Reason: "must be start, stop or reboot"}
	}
}

// checkPower finds options that the call would have to drop.
func checkPower(req *provider.PowerRequest) error {
	if err := (&provider.Checker{Driver: Name}).CheckIDs(req.IDs, 1, idsPerCall); err != nil {
		return err
	}
	switch {
	case req.Force && req.Action == provider.PowerStart:
		return &provider.FieldError{Driver: Name, Path: "Force", Reason: "is for stop and reboot", Unsupported: true}
	case req.StopCharging && req.Action != provider.PowerStop:
		return &provider.FieldError{Driver: Name, Path: "StopCharging", Reason: "is for stop", Unsupported: true}
	}
	return nil
}

// stopType never is SOFT_FIRST, which cuts the power of a server whose operating
// system is slow to stop: nobody asked for that.
func stopType(force bool) *string {
	if force {
		return pointer("HARD")
	}
	return pointer("SOFT")
}

// stoppedMode leaves the default to the cloud.
func stoppedMode(stopCharging bool) *string {
	if stopCharging {
		return pointer("STOP_CHARGING")
	}
	return nil
}
