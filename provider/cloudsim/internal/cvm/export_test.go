package cvm

// Names that the tests outside the package use.
const (
	DefaultGroup = defaultGroup
	FailedFor    = failedFor
	HardStop     = hardStop
	Leaving      = leaving
	PowerOn      = powerOn
	SoftStop     = softStop
	TC3Algorithm = tc3Algorithm
)
