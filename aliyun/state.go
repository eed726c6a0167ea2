package aliyun

import "github.com/yunfan-cloud/yunfan/provider"

// stateOf translates Status of DescribeInstances. ECS has no failed state: the cloud releases an
// instance that cannot be built, and it disappears.
func stateOf(status string) provider.State {
	switch status {
	case "Pending":
		return provider.StatePending
	case "Starting":
		return provider.StateStarting
	case "Running":
		return provider.StateRunning
	case "Stopping":
		return provider.StateStopping
	case "Stopped":
		return provider.StateStopped
	}
	return provider.StateUnknown
}
