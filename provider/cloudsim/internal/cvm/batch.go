package cvm

import (
	"slices"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// maxIDs is the documented limit of every call that takes instance IDs.
const maxIDs = 100

// batch returns the instances that a call is to change, without duplicates. One bad ID
// fails the whole call: its answer has no result per instance.
func (c *api) batch(k *core.Call, ids []string) ([]*core.Instance, *refusal) {
	if len(ids) == 0 {
		return nil, missing("InstanceIds")
	}
	if refused := checkIDs(ids); refused != nil {
		return nil, refused
	}
	var instances []*core.Instance
	for _, id := range ids {
		m := c.find(k, id)
		if m == nil {
			return nil, refuse("InvalidInstanceId.NotFound", "An instance does not exist.")
		}
		if !slices.Contains(instances, m) { // otherwise a prepaid one would take both steps of a release at once
			instances = append(instances, m)
		}
	}
	return instances, nil
}

// checkIDs refuses too many IDs, and the whole call for one malformed ID.
func checkIDs(ids []string) *refusal {
	if len(ids) > maxIDs {
		return invalidAs("InvalidParameterValue.LimitExceeded", "InstanceIds")
	}
	for _, id := range ids {
		if !instanceID(id) {
			return refuse("InvalidInstanceId.Malformed", "An instance ID is not of the form ins-xxxxxxxx.")
		}
	}
	return nil
}

// settled refuses instances that are in none of the states, and those with an operation
// in progress.
func (c *api) settled(k *core.Call, instances []*core.Instance, states ...string) *refusal {
	for _, m := range instances {
		switch state := c.state(m, k.Now); {
		case !slices.Contains(states, state):
			return wrongState(state)
		case k.Now.Before(c.details[m.ID].busyUntil):
			return refuse("OperationDenied.InstanceOperationInProgress",
				"Another operation on an instance is in progress.")
		}
	}
	return nil
}

// wrongState refuses an instance because of its state. The code writes the state in its
// own way: LAUNCH_FAILED is InstanceStateLaunchFailed. Not every action documents all
// of these codes.
func wrongState(state string) *refusal {
	code := "UnsupportedOperation.InstanceState"
	for word := range strings.SplitSeq(state, "_") {
		code += word[:1] + strings.ToLower(word[1:])
	}
	return refuse(code, "The operation does not support an instance in the state %s.", state)
}
