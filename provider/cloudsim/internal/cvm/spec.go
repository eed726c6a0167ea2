package cvm

import (
	"cmp"
	"slices"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// Names of the operations of this file in LatestOperation.
const (
	resetType     = "ResetInstancesType"
	resetPassword = "ResetInstancesPassword"
	renew         = "RenewInstances"
	setRenewFlag  = "ModifyInstancesRenewFlag"
)

// changing is how long a change of a stopped instance takes. Real times are not published.
const changing = time.Second

// typeRequest is the schema of ResetInstancesType, which takes one instance.
type typeRequest struct {
	InstanceIds  []string
	InstanceType *string
	ForceStop    *bool
}

// resetInstancesType changes the type of an instance that is stopped, or is stopped by force. It runs
// afterwards.
func (c *api) resetInstancesType(k *core.Call, r *typeRequest) (fields, *refusal) {
	instances, refused := c.stoppable(k, r.InstanceIds, r.ForceStop)
	switch {
	case refused != nil:
		return nil, refused
	case len(instances) > 1:
		return nil, invalidAs("InvalidParameterValue.LimitExceeded", "InstanceIds")
	case r.InstanceType == nil:
		return nil, missing("InstanceType")
	}
	m := instances[0]
	more := c.details[m.ID]
	switch {
	case !typeForm(*r.InstanceType, more.request.chargeType()):
		return nil, invalidAs("InvalidInstanceType.Malformed", "InstanceType")
	case *r.InstanceType == m.InstanceType: // the code is [unverified]
		return nil, refuse("InvalidParameterValue", "The instance has the type already.")
	case c.service.Strict() && c.kind(*r.InstanceType) == nil:
		return nil, invalidAs("InvalidParameterValue.InstanceTypeNotFound", "InstanceType")
	case c.service.Room(m.Zone, *r.InstanceType, m.Charge, 1, k.Now) < 1:
		return nil, refuse("ResourcesSoldOut.SpecifiedInstanceType", "The specified instance type is sold out.")
	}
	c.setKind(m, *r.InstanceType)
	up := k.Now.Add(changing + powerOn)
	c.power(k, m, resetType, core.At(k.Now, core.Starting), core.At(up, core.Running))
	return nil, nil
}

// stoppable returns instances that are stopped, or running with a stop by force.
func (c *api) stoppable(k *core.Call, ids []string, force *bool) ([]*core.Instance, *refusal) {
	instances, refused := c.batch(k, ids)
	if refused != nil {
		return nil, refused
	}
	states := []string{"STOPPED"}
	if valueOr(force, false) {
		states = append(states, "RUNNING")
	}
	return instances, c.settled(k, instances, states...)
}

// passwordRequest is the schema of ResetInstancesPassword.
type passwordRequest struct {
	InstanceIds []string
	Password    *string
	UserName    *string
	ForceStop   *bool
}

// resetInstancesPassword sets the password of stopped instances. Running ones are stopped by force, and
// run afterwards. Nobody can see a password from outside.
func (c *api) resetInstancesPassword(k *core.Call, r *passwordRequest) (fields, *refusal) {
	switch {
	case r.Password == nil:
		return nil, missing("Password")
	case !passwordForm(*r.Password) || (*r.Password)[0] == '/':
		return nil, refuse("InvalidParameterValue.InvalidPassword",
			"The password does not have the required length and kinds of characters.")
	}
	instances, refused := c.stoppable(k, r.InstanceIds, r.ForceStop)
	if refused != nil {
		return nil, refused
	}
	for _, m := range instances {
		if m.PhaseAt(k.Now) == core.Running {
			up := k.Now.Add(hardStop + powerOn)
			c.power(k, m, resetPassword, core.At(k.Now, core.Starting), core.At(up, core.Running))
			continue
		}
		c.operate(k, m, resetPassword)
	}
	return nil, nil
}

// operate makes an instance busy for a moment.
func (c *api) operate(k *core.Call, m *core.Instance, operation string) {
	more := c.details[m.ID]
	more.operation, more.operationID, more.busyUntil = operation, k.RequestID, k.Now.Add(changing)
}

// renewRequest is the schema of RenewInstances.
type renewRequest struct {
	InstanceIds           []string
	InstanceChargePrepaid *prepaid
	RenewPortableDataDisk *bool
}

// renewInstances prolongs prepaid instances. Without a flag the renewal becomes manual, which is the
// documented default. Instances that have expired work again.
func (c *api) renewInstances(k *core.Call, r *renewRequest) (fields, *refusal) {
	p := r.InstanceChargePrepaid
	if p == nil {
		return nil, missing("InstanceChargePrepaid")
	}
	instances, refused := c.batch(k, r.InstanceIds)
	refused = cmp.Or(refused, p.check(), onlyPrepaid(instances))
	if refused == nil {
		refused = c.settled(k, instances, "RUNNING", "STOPPED", "SHUTDOWN")
	}
	if refused != nil {
		return nil, refused
	}
	for _, m := range instances {
		c.details[m.ID].renewFlag = valueOr(p.RenewFlag, manualRenewal)
		c.service.Renewed(m, k.Now, expiry(m, c.details[m.ID]).AddDate(0, int(*p.Period), 0))
		if m.PhaseAt(k.Now) == core.Recycled { // a person had returned it
			m.Move(k.Now, core.At(k.Now, core.Stopped))
		}
		c.operate(k, m, renew)
	}
	return nil, nil
}

// check checks a period as a create does.
func (p *prepaid) check() *refusal {
	return (&runRequest{templateData: templateData{InstanceChargePrepaid: p}}).checkCharge()
}

// onlyPrepaid refuses instances that are not prepaid.
func onlyPrepaid(instances []*core.Instance) *refusal {
	if slices.ContainsFunc(instances, func(m *core.Instance) bool { return m.Charge != core.Prepaid }) {
		return refuse("UnsupportedOperation.InstanceChargeType", "An instance is not prepaid.")
	}
	return nil
}

// manualRenewal is the renewal of an instance that says nothing about it.
const manualRenewal = "NOTIFY_AND_MANUAL_RENEW"

// flagRequest is the schema of ModifyInstancesRenewFlag.
type flagRequest struct {
	InstanceIds []string
	RenewFlag   *string
}

// modifyRenewFlag changes how prepaid instances are renewed.
func (c *api) modifyRenewFlag(k *core.Call, r *flagRequest) (fields, *refusal) {
	if r.RenewFlag == nil {
		return nil, missing("RenewFlag")
	}
	instances, refused := c.batch(k, r.InstanceIds)
	refused = cmp.Or(refused, onlyPrepaid(instances),
		oneOf("RenewFlag", r.RenewFlag, "NOTIFY_AND_AUTO_RENEW", manualRenewal, "DISABLE_NOTIFY_AND_MANUAL_RENEW"))
	if refused != nil {
		return nil, refused
	}
	for _, m := range instances {
		c.details[m.ID].renewFlag = *r.RenewFlag
		c.operate(k, m, setRenewFlag)
	}
	return nil, nil
}

// renewal returns how a prepaid instance is renewed.
func (m *details) renewal() string {
	return cmp.Or(m.renewFlag, valueOr(m.request.InstanceChargePrepaid.RenewFlag, manualRenewal))
}

// expiry returns when the paid time of a prepaid instance ends.
func expiry(m *core.Instance, more *details) time.Time {
	if !m.PaidUntil.IsZero() {
		return m.PaidUntil
	}
	return m.Created.AddDate(0, int(*more.request.InstanceChargePrepaid.Period), 0)
}
