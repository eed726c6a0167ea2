package cloudsim

import "github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"

// Cloud names one of the simulated services.
type Cloud = core.Cloud

// The simulated services.
const (
	ECS       Cloud = core.ECS       // Alibaba Cloud ECS, API version 2014-05-26
	ENS       Cloud = core.ENS       // Alibaba Cloud ENS, API version 2017-11-10
	CVM       Cloud = core.CVM       // Tencent Cloud CVM, API version 2017-03-12
	QingCloud Cloud = core.QingCloud // QingCloud IaaS
)

// Key pair that every simulated cloud accepts unless [Options] say otherwise.
const (
	DefaultAccessKeyID     = core.DefaultAccessKeyID     // testid
	DefaultAccessKeySecret = core.DefaultAccessKeySecret // testsecret
)
