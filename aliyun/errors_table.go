package aliyun

import (
	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
)

// errorTable has what the codes of ECS mean: the codes that ECS and ENS share, and those of the
// catalog. The shared caller deals with failures of the transport, malformed answers and secrets in
// messages.
var errorTable = provider.NewErrorTable(append(alicloud.ErrorCodes(), catalogCodes()...))

// catalogCodes are documented for calls of the catalog alone. The others of those calls belong to
// families that the shared caller knows: Invalid and Throttling.
func catalogCodes() []provider.ErrorCode {
	return []provider.ErrorCode{
		{Code: codeNoPrice, Kind: provider.ErrNotFound},
		{Code: "Unavailable.Regions", Kind: provider.ErrNotFound},
		{Code: "Unauthorized.EmptyRegion", Kind: provider.ErrPermission},
		// Values that are none of the few there are; nothing is missing.
		{Code: "InvalidAcceptLanguage.NotFound", Kind: provider.ErrInvalid},
		{Code: "InvalidResourceType.NotFound", Kind: provider.ErrInvalid},
	}
}

// ErrorCodes implements [provider.ErrorLister].
func (d *driver) ErrorCodes() []provider.ErrorCode { return errorTable.Rows() }
