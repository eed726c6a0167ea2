package aliyun

import (
	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
)

// errorTable has what the codes of ECS mean: the codes that ECS and ENS share, and those of changes of
// instances. The shared caller deals with failures of the transport, malformed answers and secrets in
// messages.
var errorTable = provider.NewErrorTable(append(alicloud.ErrorCodes(), maintainCodes()...))

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

// ErrorCodes implements [provider.ErrorLister].
func (d *driver) ErrorCodes() []provider.ErrorCode { return errorTable.Rows() }
