package qingcloud

// What the tests outside the package see of it.
const (
	EndTime   = endTime
	PowerTime = powerTime
)
