package ens

import (
	"errors"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
)

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
