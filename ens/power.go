package ens

import (
	"context"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/adapter"
	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
)

// powerTimeout is that of a release: how late ENS answers is not published.
const powerTimeout = 60 * time.Second

// ChangePower implements [provider.PowerDriver] by StartInstance, StopInstance
// and RebootInstance. The calls for several servers are not used: the form of
// their list is unverified, and they cannot cut the power.
func (d *driver) ChangePower(ctx context.Context, req *provider.PowerRequest) (*provider.PowerResult, error) {
	if err := adapter.CheckIDs(Name, "IDs", req.IDs, 1, d.Limits().IDsPerPower); err != nil {
		return nil, err
	}
	action, p, err := translatePower(req)
	if err != nil {
		return nil, err
	}
	r := request(action, p, powerTimeout)
	resp, err := d.caller.Call(ctx, r)
	if err != nil {
		return nil, alicloud.ForPower(err, false)
	}
	var a powerAnswer
	if err := d.caller.Decode(r, resp, &a); err != nil {
		return nil, err
	}
	if err := d.checkCode(r, resp, a.Code); err != nil {
		return nil, alicloud.ForPower(err, false)
	}
	if resp.RequestID == "" { // every answer of the vendor has one
		return nil, d.caller.Malformed(r, resp)
	}
	return &provider.PowerResult{RequestID: resp.RequestID}, nil
}

// translatePower needs no node: the ID of a server names it.
func translatePower(req *provider.PowerRequest) (action string, p params, err error) {
	if req.StopCharging {
		return "", nil, &provider.FieldError{Driver: Name, Path: "StopCharging", Reason: "ENS has no such thing: StopInstance has no parameter for it", Unsupported: true}
	}
	p = params{"InstanceId": req.IDs[0]}
	switch req.Action {
	case provider.PowerStart:
		return "StartInstance", p, nil
	case provider.PowerStop:
		p.flag("ForceStop", req.Force)
		return "StopInstance", p, nil
	case provider.PowerReboot:
		p.flag("ForceStop", req.Force) // the name is the same as for a stop
		return "RebootInstance", p, nil
	}
	return "", nil, &provider.FieldError{Driver: Name, Path: "Action", Value: string(req.Action), Reason: "must be start, stop or reboot"}
}

// powerAnswer is the answer about one server.
type powerAnswer struct {
	Code alicloud.Text
}
