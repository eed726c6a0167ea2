package cvm

// What the tests outside the package see of it.
const (
	DefaultGroup = defaultGroup
	FailedFor    = failedFor
	HardStop     = hardStop
	Leaving      = leaving
	PowerOn      = powerOn
	SoftStop     = softStop
	TC3Algorithm = tc3Algorithm
)
