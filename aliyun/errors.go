package aliyun

import (
	"errors"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
)

// errorTable is what ECS codes mean: exactly the codes that ECS and ENS share.
// Transport failures, malformed answers and secrets in messages are dealt with
// by the shared caller.
var errorTable = provider.NewErrorTable(alicloud.ErrorCodes())

// approvedDryRun tells whether err is the way ECS approves of a dry run: an
// error of this one code. Codes that only begin like it (DryRun.InvalidAmount)
// are failures.
func approvedDryRun(err error) (requestID string, ok bool) {
	var e *provider.APIError
	if errors.As(err, &e) && e.Code == "DryRunOperation" {
		return e.RequestID, true
	}
	return "", false
}

// ErrorCodes returns the table, for documentation.
func (d *driver) ErrorCodes() []provider.ErrorCode { return errorTable.Rows() }
