package qingcloud

import "github.com/yunfan-cloud/yunfan/provider"

// steady returns the state of an instance without a transition, by the documented words.
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

// busy returns the state of an instance in a transition, by the documented words. The service
// has others that it does not document. Any of them means that a change is under way.
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

// stateOf joins the two words. An instance counts as running only when it also has its
// addresses, which come later than the status. An instance that is ceased stays so, whatever
// transition is still shown.
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

// lockOf returns why the service holds an instance back. It suspends for one reason only: the
// account owes money. An instance that is being resumed is free again soon.
func lockOf(status, transition string) provider.Lock {
	isHeld := status == "suspended" && transition != "resuming"
	if isHeld || transition == "suspending" {
		return provider.LockArrears
	}
	return ""
}
