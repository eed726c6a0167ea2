package ecs

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// runPlan is a RunInstances request that passed every check.
type runPlan struct {
	p             *alibaba.Params
	zone          string
	amount, least int
	charge        core.Charge
	groups        []string
	tags          map[string]string
	release       time.Time // zero: only when it is deleted
	unpaid        bool      // AutoPay=false
	stopped       bool      // instances end stopped, without a public address
}

// firstOrder is the number from which orders are counted.
const firstOrder = 200_000_000_000

// runInstances serves RunInstances.
func (e *api) runInstances(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	ids, err := e.Once(k, func() ([]string, *alibaba.Refusal) {
		plan := e.checkRun(k)
		if plan.p.Refusal != nil {
			return nil, plan.p.Refusal
		}
		return e.launch(k, plan)
	})
	if err != nil {
		return nil, err
	}
	named := e.Service.Answered(k, ids, instanceID)
	answer := alibaba.Object{
		{"InstanceIdSets", alibaba.List("InstanceIdSet", named)},
		{"TradePrice", 0.165 * float64(len(ids))},
	}
	switch {
	case k.Order != nil:
		answer = append(answer, alibaba.Field{"OrderId", k.Order.ID})
	case len(ids) > 0:
		// Read from the instance, not from the call: a template may make it prepaid.
		if m := e.Service.Lookup(ids[0]); m.Charge == core.Prepaid {
			answer = append(answer, alibaba.Field{"OrderId", fmt.Sprint(firstOrder + int64(m.Create))})
		}
	}
	return answer, nil
}

// idPlaceholder stands for the ID of the instance in a host name.
const idPlaceholder = "${instance_id}"

// instanceID draws the ID of an instance.
func instanceID(r *rand.Rand) string { return "i-bp" + core.Letters(r, 17) }

// launch makes the instances of a plan, as many as the stock allows, or an unpaid
// order.
func (e *api) launch(k *core.Call, plan *runPlan) ([]string, *alibaba.Refusal) {
	amount, err := e.Stock(k, plan.amount, plan.least)
	if err != nil {
		return nil, err
	}
	room := e.Service.Room(plan.zone, plan.p.Text("InstanceType"), plan.charge, amount, k.Now)
	if room < min(amount, plan.least) {
		return nil, fault(core.NoStock)
	}
	amount = min(amount, room)
	if plan.p.Flag("DryRun") {
		return nil, dryRun()
	}
	deliver := func(k *core.Call, ordinal int) []string { return e.deliver(k, plan, amount, ordinal) }
	if plan.unpaid || k.Faults.Has(core.UnpaidOrder) {
		e.Service.LeaveUnpaid(k, firstOrder, deliver)
		return nil, nil
	}
	return deliver(k, 0), nil
}

// deliver makes the instances of a plan. Ordinal is the number of their create; 0 means
// this call.
func (e *api) deliver(k *core.Call, plan *runPlan, amount, ordinal int) []string {
	made := e.Service.Create(k, core.CreateSpec{
		Count:   amount,
		Ordinal: ordinal,
		ID:      instanceID,
		Fill:    func(i int, m *core.Instance) { e.fill(k, plan, i, m) },
	})
	ids := make([]string, len(made))
	for i, m := range made {
		ids[i] = m.ID
		if plan.stopped {
			endStopped(m)
		}
		if !plan.release.IsZero() {
			m.Steps = append(m.Steps, core.At(plan.release, core.Gone))
		}
	}
	return ids
}

// fill sets the fields of the i-th instance of a plan.
func (e *api) fill(k *core.Call, plan *runPlan, i int, m *core.Instance) {
	p := plan.p
	unique := p.Flag("UniqueSuffix")
	m.Name = cmp.Or(alibaba.Numbered(p.Text("InstanceName"), i, unique), m.ID)
	m.HostName = cmp.Or(alibaba.Numbered(p.Text("HostName"), i, unique), "iZ"+m.ID[2:]+"Z")
	m.HostName = strings.ReplaceAll(m.HostName, idPlaceholder, m.ID)
	m.Region, m.Zone = k.Region, plan.zone
	m.InstanceType, m.ImageID = p.Text("InstanceType"), e.imageFor(p)
	m.CPUs, m.MemoryMiB = e.shape(m.InstanceType)
	m.Charge, m.Groups, m.Tags = plan.charge, plan.groups, plan.tags
	m.SubnetID = e.vSwitchFor(p, plan.zone)
	m.VPCID = e.vpcFor(m.SubnetID)
	m.PrivateIPs = []string{e.Service.PrivateIP()}
	if first := p.Text("PrivateIpAddress"); first != "" {
		m.PrivateIPs[0] = address(first, i)
	}
	if p.Number("InternetMaxBandwidthOut", 0, 0, 100) > 0 && !plan.stopped {
		m.PublicIPs = []string{e.Service.PublicIP()}
	}
	if key := p.Text("KeyPairName"); key != "" {
		m.KeyPairs = []string{key}
	}
	m.Token, m.Params = p.Text("ClientToken"), p.Values
	if set := p.Text("DeploymentSetId"); set != "" {
		e.placed[m.ID] = place{set: set}
	}
}
