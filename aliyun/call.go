package aliyun

import (
	"context"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
)

// Timeouts of the calls beside ctx, near those of the vendor's own SDK.
const (
	runTimeout       = 90 * time.Second
	describeTimeout  = 20 * time.Second
	terminateTimeout = 66 * time.Second
)

// request returns a request to be sent. The region "" is that of the client.
func (d *driver) request(action, region string, p params, timeout time.Duration) alicloud.Request {
	return alicloud.Request{
		Product: "Ecs",
		Version: apiVersion,
		Action:  action,
		Region:  d.regionOf(region),
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

// callBare sends one request whose answer has a request ID and nothing else to read.
func (d *driver) callBare(ctx context.Context, r alicloud.Request) error {
	resp, err := d.call(ctx, r, &struct{}{})
	if err != nil {
		return err
	}
	if resp.RequestID == "" { // every answer of the vendor has one
		return d.caller.Malformed(r, resp)
	}
	return nil
}
