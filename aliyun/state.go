package aliyun

import "github.com/yunfan-cloud/yunfan/provider"

// stateOf maps Status of DescribeInstances. ECS has no failed state: a server
// that cannot be built is released by the cloud and disappears.
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
