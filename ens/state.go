package ens

import (
	"cmp"

	"github.com/yunfan-cloud/yunfan/provider"
)

// stateOf translates Status of DescribeInstances. ENS has no word for an instance that failed while
// it was built, and does not document the words before Running. Three are taken for a boot: the word
// of ECS, and those of DescribeCreatePrePaidInstanceResult for a create under way. A word that is not
// known here is StateUnknown. A wait goes on in either state.
func stateOf(status string) provider.State {
	switch status {
	case "Pending", "Accepted", "Creating":
		return provider.StatePending
	case "Running":
		return provider.StateRunning
	case "Starting": // named by the page of RebootInstance only
		return provider.StateStarting
	case "Stopping":
		return provider.StateStopping
	case "Stopped":
		return provider.StateStopped
	case "Expired": // the prepaid period is over; the instance is off until it is renewed
		return provider.StateSuspended
	}
	return provider.StateUnknown
}

// lockOf returns the lock of an instance and its reason, in the cloud's words. ENS documents one
// such state. The words of ServiceStatus are not documented, so they are no lock by themselves.
func lockOf(raw *RawInstance) (lock provider.Lock, reason string) {
	if raw.Status != "Expired" {
		return "", ""
	}
	return provider.LockExpired, cmp.Or(raw.StatusDescrip, raw.ServiceStatus, raw.Status)
}
