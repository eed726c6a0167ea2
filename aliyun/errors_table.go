package aliyun

import (
	"slices"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
)

// errorTable has what the codes of ECS mean: the codes that ECS and ENS share, those of the catalog, and
// those of changes of instances. The shared caller deals with failures of the transport, malformed
// answers and secrets in messages.
var errorTable = provider.NewErrorTable(slices.Concat(alicloud.ErrorCodes(), catalogCodes(), maintainCodes()))

// maintainCodes are documented for changes of instances alone.
func maintainCodes() []provider.ErrorCode {
	return []provider.ErrorCode{
		{Code: "NumberExceed.ResourceIds", Kind: provider.ErrInvalid},
		{Code: "NumberExceed.Tags", Kind: provider.ErrInvalid},
		{Code: "InvalidHostPassword.Malformed", Kind: provider.ErrInvalid},
		{Code: "InvalidPeriod.ExceededMaximumExpirationDate", Kind: provider.ErrInvalid},
		{Code: "InvalidChargeType.ValueNotSupported", Kind: provider.ErrInvalid},
		{Code: "Downgrade.NotSupported", Kind: provider.ErrInvalid},
		{Code: "InstanceNotInSecurityGroup", Kind: provider.ErrState},
		{Code: "Instance.UnPaidOrder", Kind: provider.ErrBalance},
	}
}

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
