package cloudsim

import (
	"cmp"
	"slices"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// How long machines take to change their power. Real times are not published.
// A reboot takes a stop and a start. The simulated operating systems always
// obey, so that SOFT_FIRST never has to cut the power.
const (
	cvmSoftStop = 2 * time.Second
	cvmHardStop = time.Second
	cvmPowerOn  = 2 * time.Second
)

// Names of the operations, as LatestOperation has them.
const (
	cvmStart  = "StartInstances"
	cvmStop   = "StopInstances"
	cvmReboot = "RebootInstances"
)

// Values of StoppedMode and of StopChargingMode.
const (
	cvmKeepCharging  = "KEEP_CHARGING"
	cvmStopCharging  = "STOP_CHARGING"
	cvmNotApplicable = "NOT_APPLICABLE"
)

// cvmStartRequest is the schema of StartInstances.
type cvmStartRequest struct{ InstanceIds []string }

// cvmStopRequest is the schema of StopInstances.
type cvmStopRequest struct {
	InstanceIds []string
	ForceStop   *bool // deprecated
	StopType    *string
	StoppedMode *string
}

// cvmRebootRequest is the schema of RebootInstances.
type cvmRebootRequest struct {
	InstanceIds []string
	ForceReboot *bool // deprecated
	StopType    *string
}

func (c *cvm) startInstances(k *core.Call, r *cvmStartRequest) (tencentFields, *tencentRefusal) {
	machines, refused := c.batch(k, r.InstanceIds)
	if refused == nil {
		refused = c.settled(k, machines, "STOPPED")
	}
	if refused != nil {
		return nil, refused
	}
	for _, m := range machines {
		c.power(k, m, cvmStart, core.At(k.Now, core.Starting), core.At(k.Now.Add(cvmPowerOn), core.Running))
		// That a machine gets another public address for the one that it lost
		// when it was stopped without charges is [unverified].
		if c.details[m.ID].request.public() && len(m.PublicIPs) == 0 {
			m.PublicIPs = []string{c.cloud.PublicIP()}
		}
	}
	return nil, nil
}

func (c *cvm) stopInstances(k *core.Call, r *cvmStopRequest) (tencentFields, *tencentRefusal) {
	refused := cmp.Or(
		cvmCheckStopType(r.StopType, "ForceStop", r.ForceStop),
		tencentOneOf("StoppedMode", r.StoppedMode, cvmKeepCharging, cvmStopCharging),
	)
	if refused != nil {
		return nil, refused
	}
	machines, refused := c.batch(k, r.InstanceIds)
	if refused == nil {
		refused = c.settled(k, machines, "RUNNING")
	}
	if refused == nil {
		refused = c.checkStoppedMode(r, machines)
	}
	if refused != nil {
		return nil, refused
	}
	for _, m := range machines {
		c.stop(k, r, m)
	}
	return nil, nil
}

func (c *cvm) stop(k *core.Call, r *cvmStopRequest, m *core.Instance) {
	more := c.details[m.ID]
	more.stoppedMode = cvmNotApplicable
	if more.request.chargeType() == cvmPostpaid {
		more.stoppedMode = tencentOr(r.StoppedMode, cvmKeepCharging)
	}
	if more.stoppedMode == cvmStopCharging {
		m.PublicIPs = nil // documented: www.tencentcloud.com/document/product/213/19922
	}
	c.power(k, m, cvmStop, core.At(k.Now, core.Stopping), core.At(k.Now.Add(cvmStopTime(r.StopType)), core.Stopped))
}

// rebootInstances shows machines as REBOOTING. The words that all clouds share
// have none for that: a [Sim] tells of them as Starting.
func (c *cvm) rebootInstances(k *core.Call, r *cvmRebootRequest) (tencentFields, *tencentRefusal) {
	if refused := cvmCheckStopType(r.StopType, "ForceReboot", r.ForceReboot); refused != nil {
		return nil, refused
	}
	machines, refused := c.batch(k, r.InstanceIds)
	if refused == nil {
		refused = c.settled(k, machines, "RUNNING")
	}
	if refused != nil {
		return nil, refused
	}
	for _, m := range machines {
		up := k.Now.Add(cvmStopTime(r.StopType) + cvmPowerOn)
		c.power(k, m, cvmReboot, core.At(k.Now, core.Starting), core.At(up, core.Running))
	}
	return nil, nil
}

// cvmCheckStopType allows the parameter or its deprecated ancestor.
func cvmCheckStopType(stopType *string, name string, force *bool) *tencentRefusal {
	if stopType != nil && force != nil {
		return tencentRefuse("InvalidParameterCombination", "StopType and %s exclude each other.", name)
	}
	return tencentOneOf("StopType", stopType, "SOFT", "SOFT_FIRST", "HARD")
}

func cvmStopTime(stopType *string) time.Duration {
	if tencentOr(stopType, "") == "HARD" {
		return cvmHardStop
	}
	return cvmSoftStop
}

// checkStoppedMode allows to stop without charges what is charged by the hour.
// The documents say that the mode is for some of those machines, and have a code
// for the others; which instance types these are is not simulated. That the
// cloud refuses them, rather than charging on in silence, is [unverified].
func (c *cvm) checkStoppedMode(r *cvmStopRequest, machines []*core.Instance) *tencentRefusal {
	if tencentOr(r.StoppedMode, cvmKeepCharging) == cvmKeepCharging {
		return nil
	}
	for _, m := range machines {
		if c.details[m.ID].request.chargeType() != cvmPostpaid {
			return tencentRefuse("UnsupportedOperation.StoppedModeStopCharging", "An instance does not support to be stopped without charges.")
		}
	}
	return nil
}

// power sends a settled machine through steps. All that such a machine was going
// to do is to be destroyed by its timer; that stays due.
func (c *cvm) power(k *core.Call, m *core.Instance, operation string, steps ...core.Step) {
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
