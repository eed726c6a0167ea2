package aliyun

import (
	"errors"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
)

// approvedDryRun reports whether err is how ECS approves of a dry run: an error with this one code.
// Codes that only begin in the same way (DryRun.InvalidAmount) are failures.
func approvedDryRun(err error) (requestID string, ok bool) {
	var e *provider.APIError
	if errors.As(err, &e) && e.Code == "DryRunOperation" {
		return e.RequestID, true
	}
	return "", false
}

// contradiction returns the error of an answer that means success by its status and failure by its
// code. ECS does not answer so, and it proves nothing.
func (d *driver) contradiction(r alicloud.Request, resp *alicloud.Response, a *runAnswer) error {
	e := d.caller.Refusal(r, resp, string(a.Code), string(a.Message))
	e.Outcome, e.TokenDead = provider.OutcomeUnknown, false
	if e.Kind == nil {
		e.Kind = provider.ErrUnavailable
	}
	return e
}
