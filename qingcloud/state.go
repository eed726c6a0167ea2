package qingcloud

import "github.com/yunfan-cloud/yunfan/provider"

// steady are the documented states of a server that nothing is being done to.
func steady(status string) provider.State {
	switch status {
	case "pending":
		return provider.StatePending
	case "running":
		return provider.StateRunning
	case "stopped":
		return provider.StateStopped
	case "suspended":
		return provider.StateSuspended
	case "terminated":
		return provider.StateRecycled
	case "ceased":
		return provider.StateTerminated
	}
	return provider.StateUnknown
}

// busy are the documented transitions. The service has others that it does not
// document; any of them means that the server is not there yet.
func busy(transition string) provider.State {
	switch transition {
	case "creating":
		return provider.StatePending
	case "starting", "restarting", "resuming", "recovering", "resetting":
		return provider.StateStarting
	case "stopping", "suspending":
		return provider.StateStopping
	case "terminating":
		return provider.StateTerminating
	}
	return provider.StateUnknown
}

// stateOf joins the two words. A server runs for us only when it has its
// addresses too, which come later than the status. What is ceased stays so,
// whatever transition is still shown.
func stateOf(status, transition string, addressed bool) provider.State {
	s := steady(status)
	switch {
	case s == provider.StateTerminated:
		return s
	case transition != "":
		return busy(transition)
	case s == provider.StateRunning && !addressed:
		return provider.StateStarting
	}
	return s
}
