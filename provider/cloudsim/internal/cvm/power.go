package cvm

import (
	"cmp"
	"slices"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// Times of power changes. Real times are not published. A reboot is a stop and a start.
// The simulated operating systems always shut down, so SOFT_FIRST never has to cut the
// power.
const (
	softStop = 2 * time.Second
	hardStop = time.Second
	powerOn  = 2 * time.Second
)

// Names of the operations in LatestOperation.
const (
	start  = "StartInstances"
	stop   = "StopInstances"
	reboot = "RebootInstances"
)

// Values of StoppedMode and of StopChargingMode.
const (
	keepCharging  = "KEEP_CHARGING"
	stopCharging  = "STOP_CHARGING"
	notApplicable = "NOT_APPLICABLE"
)

// startRequest is the schema of StartInstances.
type startRequest struct{ InstanceIds []string }

// stopRequest is the schema of StopInstances.
type stopRequest struct {
	InstanceIds []string
	ForceStop   *bool // deprecated
	StopType    *string
	StoppedMode *string
}

// rebootRequest is the schema of RebootInstances.
type rebootRequest struct {
	InstanceIds []string
	ForceReboot *bool // deprecated
	StopType    *string
}

func (c *api) startInstances(k *core.Call, r *startRequest) (fields, *refusal) {
	instances, refused := c.batch(k, r.InstanceIds)
	if refused == nil {
		refused = c.settled(k, instances, "STOPPED")
	}
	if refused != nil {
		return nil, refused
	}
	for _, m := range instances {
		c.power(k, m, start, core.At(k.Now, core.Starting), core.At(k.Now.Add(powerOn), core.Running))
		// An instance that lost its public address, because it was stopped without
		// charges, gets another one. That is [unverified].
		if c.details[m.ID].request.public() && len(m.PublicIPs) == 0 {
			m.PublicIPs = []string{c.service.PublicIP()}
		}
	}
	return nil, nil
}

func (c *api) stopInstances(k *core.Call, r *stopRequest) (fields, *refusal) {
	refused := cmp.Or(
		checkStopType(r.StopType, "ForceStop", r.ForceStop),
		oneOf("StoppedMode", r.StoppedMode, keepCharging, stopCharging),
	)
	if refused != nil {
		return nil, refused
	}
	instances, refused := c.batch(k, r.InstanceIds)
	if refused == nil {
		refused = c.settled(k, instances, "RUNNING")
	}
	if refused == nil {
		refused = c.checkStoppedMode(r, instances)
	}
	if refused != nil {
		return nil, refused
	}
	for _, m := range instances {
		c.stop(k, r, m)
	}
	return nil, nil
}

func (c *api) stop(k *core.Call, r *stopRequest, m *core.Instance) {
	more := c.details[m.ID]
	more.stoppedMode = notApplicable
	if more.request.chargeType() == postpaid {
		more.stoppedMode = valueOr(r.StoppedMode, keepCharging)
	}
	if more.stoppedMode == stopCharging {
		m.PublicIPs = nil // documented: www.tencentcloud.com/document/product/213/19922
	}
	c.power(k, m, stop, core.At(k.Now, core.Stopping), core.At(k.Now.Add(stopTime(r.StopType)), core.Stopped))
}

// rebootInstances shows instances as REBOOTING. The common phases have no word for it:
// snapshots say Starting.
func (c *api) rebootInstances(k *core.Call, r *rebootRequest) (fields, *refusal) {
	if refused := checkStopType(r.StopType, "ForceReboot", r.ForceReboot); refused != nil {
		return nil, refused
	}
	instances, refused := c.batch(k, r.InstanceIds)
	if refused == nil {
		refused = c.settled(k, instances, "RUNNING")
	}
	if refused != nil {
		return nil, refused
	}
	for _, m := range instances {
		c.service.Rebooted(m, k.Now)
		up := k.Now.Add(stopTime(r.StopType) + powerOn)
		c.power(k, m, reboot, core.At(k.Now, core.Starting), core.At(up, core.Running))
	}
	return nil, nil
}

// checkStopType allows the parameter or its deprecated form, not both.
func checkStopType(stopType *string, name string, force *bool) *refusal {
	if stopType != nil && force != nil {
		return refuse("InvalidParameterCombination", "StopType and %s exclude each other.", name)
	}
	return oneOf("StopType", stopType, "SOFT", "SOFT_FIRST", "HARD")
}

func stopTime(stopType *string) time.Duration {
	if valueOr(stopType, "") == "HARD" {
		return hardStop
	}
	return softStop
}

// checkStoppedMode allows only instances with hourly charges to stop without charges.
// The documents say that the mode works for some of those instances, and have a code
// for the others. Which instance types these are is not simulated. It is [unverified]
// that the cloud refuses them and does not just go on charging.
func (c *api) checkStoppedMode(r *stopRequest, instances []*core.Instance) *refusal {
	if valueOr(r.StoppedMode, keepCharging) == keepCharging {
		return nil
	}
	for _, m := range instances {
		if c.details[m.ID].request.chargeType() != postpaid {
			return refuse("UnsupportedOperation.StoppedModeStopCharging",
				"An instance does not support to be stopped without charges.")
		}
	}
	return nil
}

// power sends a settled instance through steps. Its only other plan can be its
// destruction by a timer; that plan stays.
func (c *api) power(k *core.Call, m *core.Instance, operation string, steps ...core.Step) {
	more := c.details[m.ID]
	more.operation, more.operationID = operation, k.RequestID
	for _, s := range m.Steps {
		if !s.At.After(k.Now) {
			continue
		}
		if s.Phase == core.Terminating {
			steps = slices.DeleteFunc(steps, func(p core.Step) bool { return !p.At.Before(s.At) })
		}
		steps = append(steps, s)
	}
	m.Move(k.Now, steps...)
}
