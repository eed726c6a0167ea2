package ens

import (
	"time"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
)

// Timeouts of the calls beside ctx. ENS asks for long ones: it answers a create
// late.
const (
	runTimeout       = 90 * time.Second
	describeTimeout  = 20 * time.Second
	terminateTimeout = 60 * time.Second
)

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
