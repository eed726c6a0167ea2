package aliyun

import (
	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
)

// errorTable has what the codes of ECS mean: exactly the codes that ECS and ENS share. The shared
// caller deals with failures of the transport, malformed answers and secrets in messages.
var errorTable = provider.NewErrorTable(alicloud.ErrorCodes())

// ErrorCodes implements [provider.ErrorLister].
func (d *driver) ErrorCodes() []provider.ErrorCode { return errorTable.Rows() }
