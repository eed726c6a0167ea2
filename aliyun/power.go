package aliyun

import (
	"context"
	"slices"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
)

// powerTimeout is the longest that the vendor's own SDK gives the calls for one instance. It has
// none of its own for those for several.
const powerTimeout = 46 * time.Second

// ChangePower implements [provider.PowerDriver] by StartInstances, StopInstances and RebootInstances.
func (d *driver) ChangePower(ctx context.Context, req *provider.PowerRequest) (*provider.PowerResult, error) {
	if err := checkPower(req); err != nil {
		return nil, err
	}
	action, p, err := translatePower(req)
	if err != nil {
		return nil, err
	}
	r := d.request(action, req.Region, p, powerTimeout)
	var a powerAnswer
	resp, err := d.call(ctx, r, &a)
	if err != nil {
		return nil, alicloud.ForPower(err, false)
	}
	if !a.names(req.IDs) { // a call is about at least one instance
		return nil, d.caller.Malformed(r, resp)
	}
	return &provider.PowerResult{RequestID: resp.RequestID, Failed: d.powerFailed(r, resp, req.IDs, &a)}, nil
}

// checkPower refuses what the call cannot carry.
func checkPower(req *provider.PowerRequest) error {
	return (&provider.Checker{Driver: Name}).CheckIDs(req.IDs, 1, perCall)
}

// translatePower asks for SuccessFirst. The default, AllTogether, refuses or rolls back every
// instance because of one.
func translatePower(req *provider.PowerRequest) (action string, p params, err error) {
	p = params{"BatchOptimization": "SuccessFirst"}
	p.list("InstanceId", req.IDs)
	switch req.Action {
	case provider.PowerStart:
		return "StartInstances", p, nil
	case provider.PowerStop:
		p.boolean("ForceStop", req.Force)
		if req.StopCharging {
			p["StoppedMode"] = "StopCharging"
		}
		if req.KeepCharging {
			p["StoppedMode"] = "KeepCharging"
		}
		return "StopInstances", p, nil
	case provider.PowerReboot:
		p.boolean("ForceReboot", req.Force)
		return "RebootInstances", p, nil
	}
	return "", nil, &provider.FieldError{
		Driver: Name, Path: "Action", Value: string(req.Action), Reason: "must be start, stop or reboot",
	}
}

// powerAnswer has a result for every instance, inside HTTP 200.
type powerAnswer struct {
	InstanceResponses struct {
		InstanceResponse []powerRow `json:"InstanceResponse"`
	} `json:"InstanceResponses"`
}

// powerRow is the result of one instance.
type powerRow struct {
	InstanceID    string        `json:"InstanceId"`
	Code          alicloud.Text `json:"Code"` // "200" is a success
	Message       alicloud.Text `json:"Message"`
	CurrentStatus alicloud.Text `json:"CurrentStatus"`
}

// names reports whether the answer has a row of any of the instances.
func (a *powerAnswer) names(ids []string) bool {
	return slices.ContainsFunc(a.InstanceResponses.InstanceResponse, func(row powerRow) bool {
		return slices.Contains(ids, row.InstanceID)
	})
}

// powerFailed returns the errors of the instances that the answer does not report as a success. The
// outcome of an instance is unknown when the answer leaves it out, or names it without a code.
func (d *driver) powerFailed(
	r alicloud.Request, resp *alicloud.Response, ids []string, a *powerAnswer,
) map[string]error {
	rows := make(map[string]powerRow, len(ids))
	for _, row := range a.InstanceResponses.InstanceResponse {
		rows[row.InstanceID] = row
	}
	failed := map[string]error{}
	for _, id := range ids {
		switch row := rows[id]; {
		case row.Code == "":
			failed[id] = d.caller.Malformed(r, resp)
		case alicloud.Succeeded(row.Code):
		default:
			e := d.caller.RowRefusal(r, resp, string(row.Code), string(row.Message))
			failed[id] = alicloud.ForPower(e, isPassing(string(row.CurrentStatus)))
		}
	}
	return failed
}

// isPassing reports whether an instance in that state will leave it by itself. It is unverified
// that refusals have the state. Without one the instance counts as settled.
func isPassing(status string) bool {
	switch stateOf(status) {
	case provider.StatePending, provider.StateStarting, provider.StateStopping:
		return true
	default:
		return false
	}
}
