package ens

import (
	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
)

// errorTable has the codes that ECS and ENS share, and the documented ones with the prefix of ENS.
// The prefix is no family: another such code may mean anything.
var errorTable = provider.NewErrorTable(append(sharedCodes(),
	provider.ErrorCode{Code: "ENS_OperationUnsupported_KeyPairName", Kind: provider.ErrInvalid},
	provider.ErrorCode{Code: "ENS_DependencyViolation_WindowsInstance", Kind: provider.ErrInvalid},
	provider.ErrorCode{Code: "ENS_PASSWORDORKEYPAIRNAME_MODULE_NOT_CHOOSEN", Kind: provider.ErrInvalid},
	provider.ErrorCode{Code: "InstanceNotFound", Kind: provider.ErrNotFound}, // of StartInstance
	// "Failed to call API": a call between the services of ENS, as CallInterface.
	provider.ErrorCode{Code: "ens.interface.error", Kind: provider.ErrUnavailable, Unknown: true},
	provider.ErrorCode{Code: "SaleControl", Kind: provider.ErrPermission},
	provider.ErrorCode{Code: "SaleControl.*", Kind: provider.ErrPermission},           // the account may not buy this
	provider.ErrorCode{Code: "DependencyViolation.Snapshot", Kind: provider.ErrState}, // snapshots are deleted first
))

// sharedCodes returns the codes of both products. Only ENS has StockNotEnough, whose text says that
// it is about the instance type. The reference has it for creates of any number, and does not say
// that a create of several makes all or none.
func sharedCodes() []provider.ErrorCode {
	rows := alicloud.ErrorCodes()
	for i := range rows {
		if rows[i].Code == "StockNotEnough" {
			rows[i].Stock, rows[i].Remark = provider.StockOfType, "outcome open of a create of several instances"
		}
	}
	return rows
}

// ErrorCodes implements [provider.ErrorLister].
func (d *driver) ErrorCodes() []provider.ErrorCode { return errorTable.Rows() }
