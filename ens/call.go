package ens

import (
	"context"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
)

// Timeouts of the calls beside ctx. They are long, because ENS answers a create late.
const (
	runTimeout       = 90 * time.Second
	describeTimeout  = 20 * time.Second
	terminateTimeout = 60 * time.Second
)

// request returns a request to be sent. It takes no region: that of the API is always the same, and
// the node is a parameter.
func request(action string, p params, timeout time.Duration) alicloud.Request {
	return alicloud.Request{
		Product: "Ens",
		Version: apiVersion,
		Action:  action,
		Region:  apiRegion,
		Params:  p,
		Timeout: timeout,
	}
}

// call sends one request and decodes its answer into out.
func (d *driver) call(ctx context.Context, r alicloud.Request, out any) (*alicloud.Response, error) {
	resp, err := d.caller.Call(ctx, r)
	if err != nil {
		return nil, err
	}
	return resp, d.caller.Decode(r, resp, out)
}

// callBare sends one request whose answer has a request ID and a code to read, and returns the request
// ID.
func (d *driver) callBare(ctx context.Context, r alicloud.Request) (requestID string, err error) {
	var a bareAnswer
	resp, err := d.call(ctx, r, &a)
	if err != nil {
		return "", err
	}
	err = d.checkCode(r, resp, a.Code)
	if err == nil && resp.RequestID == "" { // every answer of the vendor has one
		err = d.caller.Malformed(r, resp)
	}
	return resp.RequestID, err
}
