package aliyun

import (
	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
)

// errorTable is what ECS codes mean: exactly the codes that ECS and ENS share.
// Transport failures, malformed answers and secrets in messages are dealt with
// by the shared caller.
var errorTable = provider.NewErrorTable(alicloud.ErrorCodes())

// ErrorCodes returns the table, for documentation.
func (d *driver) ErrorCodes() []provider.ErrorCode { return errorTable.Rows() }
