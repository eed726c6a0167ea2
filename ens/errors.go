package ens

import (
	"errors"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
)

// checkCode returns the error of the Code that ENS puts into answers with HTTP 200. Zero, as a
// number or as a text, means success, and so does 200, which an example of the reference has. A code
// of the table means what it means in an error. Any other code does not prove that nothing was done.
//
// ENS documents no message beside the code, so none is kept.
func (d *driver) checkCode(r alicloud.Request, resp *alicloud.Response, code alicloud.Text) error {
	if alicloud.Succeeded(code) {
		return nil
	}
	return d.caller.Refusal(r, resp, string(code), "")
}

// ofSeveral corrects the error of a create of several instances, and returns it. The documents do
// not say whether a create that runs out of stock has made some of them.
func ofSeveral(err error, count int) error {
	var e *provider.APIError
	if errors.As(err, &e) && count > 1 && errors.Is(err, provider.ErrNoStock) {
		e.Outcome = provider.OutcomeUnknown
	}
	return err
}
