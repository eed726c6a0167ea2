package ens

import (
	"errors"

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

// checkCode looks at the Code that ENS puts into answers of HTTP 200. Zero, as
// a number or as a text, means accepted. A code of the table means what it
// means in an error; any other one is no proof that nothing was done.
//
// ENS documents no message beside it, so none is kept.
func (d *driver) checkCode(r alicloud.Request, resp *alicloud.Response, code alicloud.Text) error {
	if code == "" || code == "0" {
		return nil
	}
	return d.caller.Refusal(r, resp, string(code), "")
}

// ofSeveral corrects the error of a create of several instances. Whether one that runs
// out of stock has made some of them is not documented; of one instance, the code is.
func ofSeveral(err error, count int) error {
	var e *provider.APIError
	if errors.As(err, &e) && count > 1 && errors.Is(err, provider.ErrNoStock) {
		e.Outcome = provider.OutcomeUnknown
	}
	return err
}

// ErrorCodes returns the table, for documentation.
func (d *driver) ErrorCodes() []provider.ErrorCode { return errorTable.Rows() }
