package ens

import "github.com/yunfan-cloud/yunfan/provider"

// stateOf maps Status of DescribeInstances. ENS has no word for a server that
// died while being built, and does not document the words it uses before
// Running: StateUnknown keeps a wait going.
func stateOf(status string) provider.State {
	switch status {
	case "Running":
		return provider.StateRunning
	case "Starting": // named by the page of RebootInstance only
		return provider.StateStarting
	case "Stopping":
		return provider.StateStopping
	case "Stopped":
		return provider.StateStopped
	case "Expired": // the prepaid period is over; the server is off until it is renewed
		return provider.StateSuspended
	}
	return provider.StateUnknown
}
