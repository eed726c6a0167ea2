package fifth

import "github.com/yunfan-cloud/yunfan/provider"

// codes is what each code of Fifth Cloud means. A code that stands here without Unknown proves
// that nothing was made: that is a statement about money, so write down only what the cloud's
// documents say. A code that is not here leaves the outcome of a create open.
var codes = provider.NewErrorTable([]provider.ErrorCode{
	{Code: "bad_parameter", Kind: provider.ErrInvalid},
	{Code: "bad_signature", Kind: provider.ErrAuth},
	{Code: "unknown_key", Kind: provider.ErrAuth},
	{Code: "forbidden", Kind: provider.ErrPermission},
	{Code: "instance_not_found", Kind: provider.ErrNotFound},
	{Code: "payment_required", Kind: provider.ErrBalance},
	{Code: "quota_exceeded", Kind: provider.ErrQuota},
	{Code: "no_stock", Kind: provider.ErrNoStock, Stock: provider.StockOfType},
	{Code: "too_many_requests", Kind: provider.ErrThrottled},
	{Code: "token_reused", Kind: provider.ErrTokenMismatch},
	{Code: "internal_error", Kind: provider.ErrUnavailable, Unknown: true},
})
