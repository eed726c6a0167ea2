package qingcloud

// Names that the tests outside the package use.
const (
	EndTime   = endTime
	PowerTime = powerTime
)
