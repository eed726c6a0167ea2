package qingcloud

import "github.com/yunfan-cloud/yunfan/provider"

// What the code alone does not say.
const (
	remark1400 = "`ErrState` when the message is about a state, or tells nothing of a call that changes instances or " +
		"groups; temporary of a terminate or a new name, and when the message asks to try later"
	remark2500 = "`ErrThrottled` of calls that use up no resource, and when the quota of calls is likely meant"
	remark5200 = "outcome open of a create of several instances"
)

// errorTable has every documented ret_code. The codes about accounts of the web console are
// authentication here. Those of private clouds, about licences and settings, say that the
// service cannot serve.
var errorTable = provider.NewErrorTable([]provider.ErrorCode{
	{Code: "1100", Kind: provider.ErrInvalid},
	{Code: "1101", Kind: provider.ErrInvalid},
	{Code: "1200", Kind: provider.ErrAuth},
	{Code: "1300", Kind: provider.ErrAuth, Remark: "the clock is off by more than 60 s"},
	{Code: "1400", Kind: provider.ErrPermission, Remark: remark1400}, // see denied
	{Code: "1500", Kind: provider.ErrAuth},
	{Code: "1510", Kind: provider.ErrAuth},
	{Code: "1520", Kind: provider.ErrAuth},
	{Code: "1600", Kind: provider.ErrAuth},
	{Code: "1610", Kind: provider.ErrAuth},
	{Code: "1620", Kind: provider.ErrAuth},
	{Code: "1630", Kind: provider.ErrAuth},
	{Code: "1640", Kind: provider.ErrAuth},
	{Code: "1650", Kind: provider.ErrAuth},
	{Code: "1660", Kind: provider.ErrAuth},
	{Code: "1661", Kind: provider.ErrAuth},
	{Code: "1662", Kind: provider.ErrAuth},
	{Code: "2000", Kind: provider.ErrAuth},
	{Code: "2100", Kind: provider.ErrNotFound},
	{Code: "2110", Kind: provider.ErrExists},
	{Code: "2200", Kind: provider.ErrUnavailable, Unknown: true}, // leasing failed, perhaps after the create
	{Code: "2300", Kind: provider.ErrUnavailable, Unknown: true},
	{Code: "2400", Kind: provider.ErrBalance},
	{Code: "2500", Kind: provider.ErrQuota, Remark: remark2500}, // see throttled
	{Code: "3300", Kind: provider.ErrInvalid},
	{Code: "4000", Kind: provider.ErrUnavailable, Lasting: true},
	{Code: "4001", Kind: provider.ErrUnavailable, Lasting: true},
	{Code: "4002", Kind: provider.ErrUnavailable, Lasting: true},
	{Code: "4003", Kind: provider.ErrQuota}, // more instances than the licence allows
	{Code: "4004", Kind: provider.ErrUnavailable, Lasting: true},
	{Code: "4005", Kind: provider.ErrUnavailable, Lasting: true},
	{Code: "5000", Kind: provider.ErrUnavailable, Unknown: true},
	{Code: "5100", Kind: provider.ErrUnavailable, Unknown: true},                               // busy, or timed out
	{Code: "5200", Kind: provider.ErrNoStock, Stock: provider.StockOfType, Remark: remark5200}, // of computing
	{Code: "5300", Kind: provider.ErrUnavailable, Unknown: true},
	{Code: "5400", Kind: provider.ErrState},
	{Code: "5500", Kind: provider.ErrUnavailable, Lasting: true},
	{Code: "5600", Kind: provider.ErrInvalid},
	{Code: "8000", Kind: provider.ErrUnavailable, Lasting: true},
	{Code: "8001", Kind: provider.ErrUnavailable, Lasting: true},
	{Code: "8002", Kind: provider.ErrUnavailable, Lasting: true},
	{Code: "8003", Kind: provider.ErrUnavailable, Lasting: true},
	{Code: "8004", Kind: provider.ErrUnavailable, Lasting: true},
})

// ErrorCodes returns the table, for the documentation.
func (d *driver) ErrorCodes() []provider.ErrorCode { return errorTable.Rows() }
