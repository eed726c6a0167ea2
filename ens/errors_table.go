package ens

import (
	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
)

// errorTable is the codes that ECS and ENS share, and the documented ones with the
// prefix of ENS. The prefix is no family: another such code may mean anything.
var errorTable = provider.NewErrorTable(append(sharedCodes(),
	provider.ErrorCode{Code: "ENS_OperationUnsupported_KeyPairName", Kind: provider.ErrInvalid},
	provider.ErrorCode{Code: "ENS_DependencyViolation_WindowsInstance", Kind: provider.ErrInvalid},
	provider.ErrorCode{Code: "ENS_PASSWORDORKEYPAIRNAME_MODULE_NOT_CHOOSEN", Kind: provider.ErrInvalid},
))

// sharedCodes are those of both products. StockNotEnough is of ENS alone, whose
// text says that it is the machine type. Its reference has it for creates of any
// number, and does not say that one of several makes all or none.
func sharedCodes() []provider.ErrorCode {
	rows := alicloud.ErrorCodes()
	for i := range rows {
		if rows[i].Code == "StockNotEnough" {
			rows[i].Stock, rows[i].Remark = provider.StockOfType, "outcome open of a create of several instances"
		}
	}
	return rows
}

// ErrorCodes returns the table, for documentation.
func (d *driver) ErrorCodes() []provider.ErrorCode { return errorTable.Rows() }
