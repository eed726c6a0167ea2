package core

// Cloud names one of the simulated services.
type Cloud string

// The simulated services.
const (
	ECS       Cloud = "ecs"       // Alibaba Cloud ECS, API version 2014-05-26
	ENS       Cloud = "ens"       // Alibaba Cloud ENS, API version 2017-11-10
	CVM       Cloud = "cvm"       // Tencent Cloud CVM, API version 2017-03-12
	QingCloud Cloud = "qingcloud" // QingCloud IaaS
)

// Key pair that every simulated cloud accepts unless the options say otherwise.
const (
	DefaultAccessKeyID     = "testid"
	DefaultAccessKeySecret = "testsecret"
)
