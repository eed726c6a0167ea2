package aliyun

import (
	"context"
	"strconv"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/adapter"
	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
)

// powerTimeout is the longest that the vendor's own SDK gives the calls for one
// server. It has no time of its own for those for several.
const powerTimeout = 46 * time.Second

// ChangePower implements [provider.PowerDriver] by StartInstances, StopInstances
// and RebootInstances.
func (d *driver) ChangePower(ctx context.Context, req *provider.PowerRequest) (*provider.PowerResult, error) {
	if err := adapter.CheckIDs(Name, "IDs", req.IDs, 1, d.Limits().IDsPerPower); err != nil {
		return nil, err
	}
	action, p, err := translatePower(req)
	if err != nil {
		return nil, err
	}
	r := d.request(action, req.Region, p, powerTimeout)
	resp, err := d.caller.Call(ctx, r)
	if err != nil {
		return nil, alicloud.ForPower(err, false)
	}
	var a powerAnswer
	if err := d.caller.Decode(r, resp, &a); err != nil {
		return nil, err
	}
	if len(a.InstanceResponses.InstanceResponse) == 0 { // one asks for at least one server
		return nil, d.caller.Malformed(r, resp)
	}
	return &provider.PowerResult{RequestID: resp.RequestID, Failed: d.refused(r, resp, req.IDs, &a)}, nil
}

// translatePower asks for SuccessFirst: the default, AllTogether, refuses or
// rolls back every server because of one.
func translatePower(req *provider.PowerRequest) (action string, p params, err error) {
	p = params{"BatchOptimization": "SuccessFirst"}
	p.list("InstanceId", req.IDs)
	switch req.Action {
	case provider.PowerStart:
		return "StartInstances", p, nil
	case provider.PowerStop:
		p["ForceStop"] = strconv.FormatBool(req.Force)
		if req.StopCharging {
			p["StoppedMode"] = "StopCharging"
		}
		return "StopInstances", p, nil
	case provider.PowerReboot:
		p["ForceReboot"] = strconv.FormatBool(req.Force)
		return "RebootInstances", p, nil
	}
	return "", nil, &provider.FieldError{Driver: Name, Path: "Action", Value: string(req.Action), Reason: "must be start, stop or reboot"}
}

// powerAnswer tells a result for every server, inside HTTP 200.
type powerAnswer struct {
	InstanceResponses struct {
		InstanceResponse []powerRow `json:"InstanceResponse"`
	} `json:"InstanceResponses"`
}

// powerRow is the result of one server.
type powerRow struct {
	InstanceID    string        `json:"InstanceId"`
	Code          alicloud.Text `json:"Code"` // "200" is a success
	Message       alicloud.Text `json:"Message"`
	CurrentStatus alicloud.Text `json:"CurrentStatus"`
}

// refused returns the errors of the servers that the answer does not tell to
// have succeeded. What happened to a server that it leaves out, or names without
// a code, is unknown.
func (d *driver) refused(r alicloud.Request, resp *alicloud.Response, ids []string, a *powerAnswer) map[string]error {
	rows := make(map[string]powerRow, len(ids))
	for _, row := range a.InstanceResponses.InstanceResponse {
		rows[row.InstanceID] = row
	}
	failed := map[string]error{}
	for _, id := range ids {
		switch row := rows[id]; row.Code {
		case "200":
		case "":
			failed[id] = d.caller.Malformed(r, resp)
		default:
			e := d.caller.Refusal(r, resp, string(row.Code), string(row.Message))
			failed[id] = alicloud.ForPower(e, passing(string(row.CurrentStatus)))
		}
	}
	return failed
}

// passing tells whether a server in that state will leave it by itself. That
// refusals tell the state is unverified; without one the server counts as
// settled.
func passing(status string) bool {
	switch stateOf(status) {
	case provider.StatePending, provider.StateStarting, provider.StateStopping:
		return true
	default:
		return false
	}
}
