package ecs

import (
	"fmt"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// modifyInstanceSpec serves ModifyInstanceSpec, which changes the type of an instance that is not
// prepaid. Changes of the bandwidth are not simulated.
func (e *api) modifyInstanceSpec(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	_, err := e.Once(k, func() ([]string, *alibaba.Refusal) { return nil, e.resize(k, false) })
	return nil, err
}

// modifyPrepayInstanceSpec serves ModifyPrepayInstanceSpec. It pays at once, and takes effect at the
// next start; here the instance has the new type at once.
func (e *api) modifyPrepayInstanceSpec(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	ids, err := e.Once(k, func() ([]string, *alibaba.Refusal) {
		if err := e.resize(k, true); err != nil {
			return nil, err
		}
		return []string{e.nextOrder()}, nil
	})
	if err != nil {
		return nil, err
	}
	return alibaba.Object{{"OrderId", ids[0]}}, nil
}

// resize changes the type of an instance.
func (e *api) resize(k *core.Call, prepaid bool) *alibaba.Refusal {
	p := e.params(k)
	p.ClientToken()
	p.Unsupported("InternetMaxBandwidthOut InternetMaxBandwidthIn SystemDisk.Category Disk.1.DiskId Temporary.StartTime")
	p.Choice("OperatorType", "upgrade", "downgrade")
	p.Flag("AutoPay")
	p.Flag("RebootWhenFinished")
	kind := p.Required("InstanceType")
	p.Matching("InstanceType", typeForm, "a type such as ecs.g5.large")
	m := e.changeable(k, p)
	if p.Refusal == nil && e.Service.Strict() {
		e.checkSoldTo(p, m, kind)
	}
	if p.Refusal != nil {
		return p.Refusal
	}
	switch phase := m.PhaseAt(k.Now); {
	case prepaid != (m.Charge == core.Prepaid):
		return chargeViolation()
	case len(m.LocksAt(k.Now)) > 0:
		return locked(m.LocksAt(k.Now)[0], alibaba.Start())
	case phase == core.Pending, phase == core.Starting, phase == core.Stopping:
		return wrongStatus()
	case phase != core.Stopped && !prepaid:
		return alibaba.Refuse(400, "InvalidInstanceStatus.NotStopped", "The specified Instance status is not Stopped.")
	case kind == m.InstanceType:
		return alibaba.Refuse(400, "InvalidInstanceType.ValueNotSupported", "The specified InstanceType is the present one.")
	case e.Service.Room(m.Zone, kind, m.Charge, 1, k.Now) < 1:
		return fault(core.NoStock)
	}
	m.InstanceType = kind
	m.CPUs, m.MemoryMiB = e.shape(kind)
	return nil
}

// checkSoldTo refuses a type that the inventory lacks, or that the zone of an instance does not sell.
func (e *api) checkSoldTo(p *alibaba.Params, m *core.Instance, kind string) {
	t := e.typeOf(kind)
	if t == nil {
		p.Bad("InstanceType", "a type that DescribeInstanceTypes lists")
		return
	}
	e.checkSold(&runPlan{p: p, zone: m.Zone, charge: m.Charge}, t)
}

// renewInstance serves RenewInstance. An instance that has expired works again.
func (e *api) renewInstance(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	ids, err := e.Once(k, func() ([]string, *alibaba.Refusal) {
		p := e.params(k)
		p.ClientToken()
		p.Unsupported("ExpectedRenewDay")
		checkPrepaid(p)
		m := e.changeable(k, p)
		if p.Refusal == nil && m.Charge != core.Prepaid {
			p.Refuse(chargeViolation())
		}
		if p.Refusal != nil {
			return nil, p.Refusal
		}
		until := longer(p, alibaba.Expiry(m))
		if until.After(k.Now.AddDate(5, 1, 0)) { // the limit is not verified
			return nil, alibaba.Refuse(400, "InvalidPeriod.ExceededMaximumExpirationDate",
				"The specified renew period has exceeded maximum expiration date.")
		}
		e.Service.Renewed(m, k.Now, until)
		return []string{e.nextOrder()}, nil
	})
	if err != nil {
		return nil, err
	}
	return alibaba.Object{{"OrderId", ids[0]}}, nil
}

// firstLaterOrder is the number from which orders of calls about instances that exist are counted.
const firstLaterOrder = 300_000_000_000

// nextOrder returns the number of an order that is paid.
func (e *api) nextOrder() string {
	e.orders++
	return fmt.Sprint(firstLaterOrder + e.orders)
}

// longer returns when the paid time of an instance ends after another period.
func longer(p *alibaba.Params, until time.Time) time.Time {
	n := alibaba.Int(p.Values, "Period")
	if p.Text("PeriodUnit") == "Week" {
		return until.AddDate(0, 0, 7*n)
	}
	return until.AddDate(0, n, 0)
}
