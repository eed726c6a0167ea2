package aliyun

import (
	"cmp"
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

func (d *driver) request(action, region string, params map[string]string, timeout time.Duration) alicloud.Request {
	return alicloud.Request{
		Product: "Ecs",
		Version: apiVersion,
		Action:  action,
		Region:  cmp.Or(region, d.region),
		Params:  params,
		Timeout: timeout,
	}
}

// ask makes a call and reads its answer.
func (d *driver) ask(ctx context.Context, r alicloud.Request, out any) (*alicloud.Response, error) {
	resp, err := d.caller.Call(ctx, r)
	if err != nil {
		return nil, err
	}
	return resp, d.caller.Decode(r, resp, out)
}

// tell makes a call whose answer holds nothing that is not known.
func (d *driver) tell(ctx context.Context, action, region string, p params) error {
	r := d.request(action, region, p, templateTimeout)
	resp, err := d.ask(ctx, r, &struct{}{})
	if err == nil && resp.RequestID == "" { // every answer of the vendor has one
		err = d.caller.Malformed(r, resp)
	}
	return err
}
